//! Writing roles and what hangs on them.

use super::record::{cut, delete, objects, patch, post, scalars, tie, Writes, NONE};
use super::users::PERMISSION;

/// Users or permissions in one request.
const MOST: usize = 100;

/// Records of roles and their links.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "roles",
        insert: post("/api/v2/roles", &["name"], &["name", "description"]),
        update: patch("/api/v2/roles/{id}", &["name", "description"]),
        delete: delete("/api/v2/roles/{id}"),
        ..NONE
    },
    Writes {
        object: "role_permissions",
        insert: tie(
            "/api/v2/roles/{role_id}/permissions",
            objects("permissions", PERMISSION, MOST),
        ),
        delete: cut(
            "/api/v2/roles/{role_id}/permissions",
            objects("permissions", PERMISSION, MOST),
        ),
        ..NONE
    },
    Writes {
        object: "role_users",
        insert: tie(
            "/api/v2/roles/{role_id}/users",
            scalars("users", "user_id", MOST),
        ),
        // There is no call that takes users from a role, only one that takes roles from a user.
        delete: cut(
            "/api/v2/users/{user_id}/roles",
            scalars("roles", "role_id", MOST),
        ),
        ..NONE
    },
];
