//! Writing users and what hangs on them.

use super::record::{Batch, Companion, Delete, Element, Merged, Method, Update, Writes};
use super::words::{cut, delete, objects, patch, post, scalars, tie, CHANGE, NONE};

/// Roles a user can have, so more cannot be given in one request either.
/// Source: <https://auth0.com/docs/troubleshoot/customer-support/operational-policies/entity-limit-policy>.
const ROLES: usize = 50;

/// Permissions in one request; a user can have a thousand.
const PERMISSIONS: usize = 100;

/// Columns that name the identity to change when a user has several.
const OF_AN_IDENTITY: &[&str] = &[
    "username",
    "email",
    "email_verified",
    "phone_number",
    "phone_verified",
    "password",
];

/// Records of users and their children.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "users",
        insert: post(
            "/api/v2/users",
            &["connection"],
            &[
                "connection",
                "user_id",
                "username",
                "email",
                "email_verified",
                "verify_email",
                "phone_number",
                "phone_verified",
                "password",
                "name",
                "nickname",
                "given_name",
                "family_name",
                "picture",
                "blocked",
                "user_metadata",
                "app_metadata",
            ],
        ),
        // Source: <https://auth0.com/docs/api/management/v2/users/patch-users-by-id>.
        update: Some(Update {
            path: "/api/v2/users/{user_id}",
            // What can be refused for the sake of another user comes first, while nothing is changed yet.
            columns: &[
                "username",
                "email",
                "email_verified",
                "password",
                "phone_number",
                "phone_verified",
                "name",
                "nickname",
                "given_name",
                "family_name",
                "picture",
                "blocked",
                "user_metadata",
                "app_metadata",
            ],
            merged: &[
                Merged {
                    column: "user_metadata",
                    empties: true,
                },
                Merged {
                    column: "app_metadata",
                    empties: true,
                },
            ],
            nullable: &[
                "email",
                "phone_number",
                "given_name",
                "family_name",
                "name",
                "nickname",
                "picture",
                "username",
            ],
            apart: &[
                ("username", "email"),
                ("username", "email_verified"),
                ("username", "password"),
                ("password", "email"),
                ("password", "email_verified"),
            ],
            companions: &[
                Companion {
                    column: "connection",
                    of: OF_AN_IDENTITY,
                    alone: false,
                },
                Companion {
                    column: "client_id",
                    of: &["email", "phone_number"],
                    alone: false,
                },
                Companion {
                    column: "verify_email",
                    of: &["email", "email_verified"],
                    alone: true,
                },
                Companion {
                    column: "verify_phone_number",
                    of: &["phone_number", "phone_verified"],
                    alone: true,
                },
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/users/{user_id}"),
        secrets: &["password"],
    },
    Writes {
        object: "user_roles",
        insert: tie(
            "/api/v2/users/{user_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        delete: cut(
            "/api/v2/users/{user_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        ..NONE
    },
    Writes {
        object: "user_permissions",
        insert: tie(
            "/api/v2/users/{user_id}/permissions",
            objects("permissions", PERMISSION, PERMISSIONS),
        ),
        delete: cut(
            "/api/v2/users/{user_id}/permissions",
            objects("permissions", PERMISSION, PERMISSIONS),
        ),
        ..NONE
    },
    Writes {
        object: "user_sessions",
        update: patch("/api/v2/sessions/{id}", &["session_metadata"]),
        delete: delete("/api/v2/sessions/{id}"),
        ..NONE
    },
    Writes {
        object: "user_refresh_tokens",
        update: patch("/api/v2/refresh-tokens/{id}", &["refresh_token_metadata"]),
        delete: delete("/api/v2/refresh-tokens/{id}"),
        ..NONE
    },
    Writes {
        object: "refresh_tokens",
        update: patch("/api/v2/refresh-tokens/{id}", &["refresh_token_metadata"]),
        delete: delete("/api/v2/refresh-tokens/{id}"),
        ..NONE
    },
    Writes {
        object: "user_enrollments",
        delete: delete("/api/v2/guardian/enrollments/{id}"),
        ..NONE
    },
    Writes {
        object: "user_authentication_methods",
        insert: post(
            "/api/v2/users/{user_id}/authentication-methods",
            &["type"],
            &[
                "type",
                "name",
                "totp_secret",
                "phone_number",
                "email",
                "preferred_authentication_method",
                "key_id",
                "public_key",
                "relying_party_identifier",
            ],
        ),
        update: patch(
            "/api/v2/users/{user_id}/authentication-methods/{id}",
            &["name", "preferred_authentication_method"],
        ),
        delete: delete("/api/v2/users/{user_id}/authentication-methods/{id}"),
        secrets: &["totp_secret"],
    },
    Writes {
        object: "user_blocks",
        // All blocks of a user go at once; there is no call for one of them.
        delete: Some(Delete {
            method: Method::Delete,
            path: "/api/v2/user-blocks/{user_id}",
            batch: Some(Batch {
                key: "",
                element: Element::Nothing,
                most: usize::MAX,
                whole: false,
            }),
        }),
        ..NONE
    },
    Writes {
        object: "identifier_blocks",
        delete: Some(Delete {
            method: Method::Delete,
            path: "/api/v2/user-blocks?identifier={identifier}",
            batch: Some(Batch {
                key: "",
                element: Element::Nothing,
                most: usize::MAX,
                whole: false,
            }),
        }),
        ..NONE
    },
    Writes {
        object: "grants",
        delete: delete("/api/v2/grants/{id}"),
        ..NONE
    },
    Writes {
        object: "device_credentials",
        delete: delete("/api/v2/device-credentials/{id}"),
        ..NONE
    },
];

/// What names a permission.
pub const PERMISSION: &[&str] = &["resource_server_identifier", "permission_name"];
