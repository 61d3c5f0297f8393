//! Users: `GET /api/v2/users`.

use super::{ByKey, Column, Language, Object, Paging, Search, Shape, Type, PLAIN};

const fn column(name: &'static str, ty: Type, search: Search, doc: &'static str) -> Column {
    Column::new(name, ty, doc).search(search)
}

/// What writes send and no user shows.
const fn sent(name: &'static str, ty: Type, doc: &'static str) -> Column {
    Column::new(name, ty, doc).write_only()
}

/// Source: <https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure>.
pub static USERS: Object = Object {
    name: "users",
    area: "Users",
    doc: "the tenant's users",
    path: "/api/v2/users",
    shape: Shape::List("users"),
    paging: Paging::Offset(100),
    language: Language::Users,
    id: "user_id",
    order: "created_at",
    sortable: &["created_at", "updated_at"],
    by_key: &[
        ByKey {
            key: "user_id",
            path: "/api/v2/users/{user_id}",
            single: true,
        },
        ByKey {
            key: "email",
            path: "/api/v2/users-by-email?email={email}",
            single: false,
        },
    ],
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
    // Only a token with read:user_idp_tokens gets them.
    secrets: &[
        "identities.access_token",
        "identities.access_token_secret",
        "identities.refresh_token",
    ],
    columns: &[
        column(
            "user_id",
            Type::Text,
            Search::Exact,
            "unique id, `strategy|…`",
        ),
        column(
            "email",
            Type::Text,
            Search::Folded,
            "absent for SMS and many social users; not unique",
        ),
        column(
            "email_verified",
            Type::Bool,
            Search::Truth,
            "some identity providers send text",
        ),
        column(
            "username",
            Type::Text,
            Search::Exact,
            "only connections with usernames",
        ),
        column("phone_number", Type::Text, Search::Exact, "E.164"),
        column("phone_verified", Type::Bool, Search::Truth, ""),
        column("name", Type::Text, Search::Folded, ""),
        column("nickname", Type::Text, Search::Folded, ""),
        column("given_name", Type::Text, Search::Folded, ""),
        column("family_name", Type::Text, Search::Folded, ""),
        column("picture", Type::Text, Search::Never, "URL"),
        column("created_at", Type::Timestamptz, Search::Time, ""),
        column(
            "updated_at",
            Type::Timestamptz,
            Search::Time,
            "moves at every login, too",
        ),
        column(
            "last_login",
            Type::Timestamptz,
            Search::Time,
            "NULL before the first login",
        ),
        column(
            "last_ip",
            Type::Inet,
            Search::Address,
            "NULL before the first login",
        ),
        column(
            "logins_count",
            Type::Bigint,
            Search::Integer,
            "NULL, not 0, before the first login",
        ),
        column(
            "last_password_reset",
            Type::Timestamptz,
            Search::Never,
            "database users, after the first reset",
        ),
        column(
            "blocked",
            Type::Bool,
            Search::Truth,
            "NULL until an administrator has set it once",
        ),
        column(
            "blocked_for",
            Type::Jsonb,
            Search::Never,
            "brute-force blocks",
        ),
        column(
            "multifactor",
            Type::Jsonb,
            Search::Never,
            "array of enrolled providers",
        ),
        column(
            "multifactor_last_modified",
            Type::Timestamptz,
            Search::Never,
            "",
        ),
        column("guardian_authenticators", Type::Jsonb, Search::Never, ""),
        column(
            "identities",
            Type::Jsonb,
            Search::Never,
            "array, the primary identity first",
        ),
        column(
            "user_metadata",
            Type::Jsonb,
            Search::Metadata,
            "what the user may change",
        ),
        column(
            "app_metadata",
            Type::Jsonb,
            Search::Metadata,
            "what only the application may change",
        ),
        column(
            "locale",
            Type::Text,
            Search::Never,
            "from the identity provider",
        ),
        sent(
            "connection",
            Type::Text,
            "needed to create a user, and to change one of several identities",
        ),
        sent("password", Type::Text, "only databases"),
        sent(
            "verify_email",
            Type::Bool,
            "whether Auth0 sends a mail to verify the address",
        ),
        sent(
            "verify_phone_number",
            Type::Bool,
            "whether Auth0 sends a text to verify a changed number",
        ),
        sent(
            "client_id",
            Type::Text,
            "application named in the mail or text about a change",
        ),
    ],
    ..PLAIN
};
