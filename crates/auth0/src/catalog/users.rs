//! Users: `GET /api/v2/users`.

use super::{Column, Object, Type};

const fn column(name: &'static str, ty: Type, doc: &'static str) -> Column {
    Column { name, ty, doc }
}

/// Source: <https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure>.
pub static USERS: Object = Object {
    name: "users",
    path: "/api/v2/users",
    list_key: "users",
    id: "user_id",
    order: "created_at",
    window: 1000,
    // The pattern that `fields` of a read by id was checked against in Auth0's specification of March 2026. What it
    // leaves out (`last_password_reset`, `multifactor`, …) does come when `fields` is not sent.
    selectable: &[
        "phone_number",
        "email",
        "email_verified",
        "picture",
        "username",
        "user_id",
        "name",
        "nickname",
        "created_at",
        "identities",
        "app_metadata",
        "user_metadata",
        "last_ip",
        "last_login",
        "logins_count",
        "updated_at",
        "blocked",
        "family_name",
        "given_name",
    ],
    scopes: &["read:users"],
    columns: &[
        column("user_id", Type::Text, "unique id, `strategy|…`"),
        column(
            "email",
            Type::Text,
            "absent for SMS and many social users; not unique",
        ),
        column(
            "email_verified",
            Type::Bool,
            "some identity providers send text",
        ),
        column("username", Type::Text, "only connections with usernames"),
        column("phone_number", Type::Text, "E.164"),
        column("phone_verified", Type::Bool, ""),
        column("name", Type::Text, ""),
        column("nickname", Type::Text, ""),
        column("given_name", Type::Text, ""),
        column("family_name", Type::Text, ""),
        column("picture", Type::Text, "URL"),
        column("created_at", Type::Timestamptz, ""),
        column("updated_at", Type::Timestamptz, "moves at every login, too"),
        column(
            "last_login",
            Type::Timestamptz,
            "NULL before the first login",
        ),
        column("last_ip", Type::Inet, "NULL before the first login"),
        column(
            "logins_count",
            Type::Bigint,
            "NULL, not 0, before the first login",
        ),
        column(
            "last_password_reset",
            Type::Timestamptz,
            "database users, after the first reset",
        ),
        column(
            "blocked",
            Type::Bool,
            "NULL until an administrator has set it once",
        ),
        column("blocked_for", Type::Jsonb, "brute-force blocks"),
        column("multifactor", Type::Jsonb, "array of enrolled providers"),
        column("multifactor_last_modified", Type::Timestamptz, ""),
        column("guardian_authenticators", Type::Jsonb, ""),
        column(
            "identities",
            Type::Jsonb,
            "array, the primary identity first",
        ),
        column("user_metadata", Type::Jsonb, "what the user may change"),
        column(
            "app_metadata",
            Type::Jsonb,
            "what only the application may change",
        ),
        column("locale", Type::Text, "from the identity provider"),
    ],
};
