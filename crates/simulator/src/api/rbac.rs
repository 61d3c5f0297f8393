//! Roles, their permissions and members, and groups.

use super::users::GROUP;
use super::Family::{Both, Checkpoint, Offset};
use super::Param::{Contains, Fields, Same};
use super::{list, Endpoint, Rows, Show};

const ROLE: &[&str] = &["id", "name", "description"];
const ANY: super::Range = (1, 50, u64::MAX);

/// Endpoints of roles and groups.
pub const ENDPOINTS: &[Endpoint] = &[
    list("roles", Offset, "roles", "read:roles")
        .by_id()
        .query(&[
            Contains("name_filter", "name"),
            Same("type"),
            Same("owner_id"),
        ]),
    list(
        "roles/{id}/permissions",
        Offset,
        "permissions",
        "read:roles",
    )
    .id("permission_name"),
    list(
        "roles/{id}/users",
        Both,
        "users",
        "read:users read:roles read:role_members",
    )
    .id("user_id")
    .show(Show::User),
    list(
        "roles/{id}/groups",
        Checkpoint,
        "groups",
        "read:group_roles",
    )
    .rows(Rows::Holding("groups", "roles"))
    .show(Show::Only(GROUP))
    .take(ANY),
    list("groups", Both, "groups", "read:groups")
        .by_id()
        .query(&[
            Same("connection_id"),
            Same("name"),
            Same("external_id"),
            Contains("search", "name"),
            Fields(&[]),
        ]),
    list(
        "groups/{id}/members",
        Checkpoint,
        "members",
        "read:group_members",
    )
    .query(&[Fields(&[])]),
    list("groups/{id}/roles", Checkpoint, "roles", "read:group_roles")
        .show(Show::Of("roles", ROLE))
        .take(ANY),
];
