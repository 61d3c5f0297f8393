//! Writing roles and what hangs on them.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Update, Writes};
use super::users::PERMISSION;
use super::words::{cut, delete, objects, post, scalars, tie, CHANGE, NONE};

/// Elements of one request: well below the thousand that a role can have.
const MOST: usize = 50;

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "roles",
        insert: post("/api/v2/roles", &["name"], &["name", "description"]),
        update: Some(Update {
            path: "/api/v2/roles/{id}",
            columns: &["name", "description"],
            ..CHANGE
        }),
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
        // No call takes users from a role; one takes roles from a user.
        delete: cut(
            "/api/v2/users/{user_id}/roles",
            scalars("roles", "role_id", MOST),
        ),
        ..NONE
    },
    Writes {
        object: "role_groups",
        insert: tie(
            "/api/v2/roles/{role_id}/groups",
            scalars("groups", "group_id", MOST),
        ),
        delete: cut(
            "/api/v2/roles/{role_id}/groups",
            scalars("groups", "group_id", MOST),
        ),
        ..NONE
    },
    Writes {
        object: "group_roles",
        insert: tie(
            "/api/v2/groups/{group_id}/roles",
            scalars("roles", "role_id", MOST),
        ),
        delete: cut(
            "/api/v2/groups/{group_id}/roles",
            scalars("roles", "role_id", MOST),
        ),
        ..NONE
    },
    Writes {
        object: "groups",
        delete: delete("/api/v2/groups/{id}"),
        ..NONE
    },
];
