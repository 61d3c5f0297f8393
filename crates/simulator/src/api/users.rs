//! What hangs on a user: roles, permissions, sessions, tokens, authentication methods, blocks.

use super::Family::{Bare, Both, Checkpoint, Keyed, Offset};
use super::Param::{Fields, Ignored, Required, Same};
use super::{list, one, Endpoint, Quirk, Rows, Show};

const ANY: super::Range = (1, 50, u64::MAX);

/// The columns of a group wherever groups are listed.
pub const GROUP: &[&str] = &[
    "id",
    "name",
    "external_id",
    "connection_id",
    "tenant_name",
    "created_at",
    "updated_at",
];

/// Endpoints of users and their children.
pub const ENDPOINTS: &[Endpoint] = &[
    list(
        "users/{id}/roles",
        Offset,
        "roles",
        "read:users read:roles read:role_members",
    )
    .rows(Rows::Holding("roles", "users"))
    .show(Show::Only(&["id", "name", "description"])),
    list(
        "users/{id}/permissions",
        Offset,
        "permissions",
        "read:users",
    )
    .id("permission_name"),
    list(
        "users/{id}/organizations",
        Offset,
        "organizations",
        "read:organizations",
    )
    .rows(Rows::Holding("organizations", "members"))
    // Recorded: a total of 0 beside rows.
    .quirks(&[Quirk::TotalZero]),
    list(
        "users/{id}/authentication-methods",
        Offset,
        "authenticators",
        "read:authentication_methods",
    )
    .per_page((0, 50, 100))
    .by_id()
    .quirks(&[Quirk::NoTotalWhenEmpty]),
    list(
        "users/{id}/enrollments",
        Bare,
        "",
        "read:users read:current_user",
    ),
    list(
        "users/{id}/sessions",
        Checkpoint,
        "sessions",
        "read:sessions",
    )
    .rows(Rows::From("sessions", "user_id")),
    list(
        "users/{id}/refresh-tokens",
        Checkpoint,
        "tokens",
        "read:refresh_tokens",
    )
    .rows(Rows::From("refresh-tokens", "user_id")),
    list(
        "users/{id}/connected-accounts",
        Checkpoint,
        "connected_accounts",
        "read:users",
    )
    .take((1, 10, 100)),
    list("users/{id}/groups", Both, "groups", "read:groups")
        .rows(Rows::Holding("groups", "members"))
        .query(&[Fields(&[])]),
    list(
        "users/{id}/effective-roles",
        Checkpoint,
        "roles",
        "read:user_effective_roles",
    )
    .take(ANY),
    list(
        "users/{id}/effective-roles/sources/groups",
        Checkpoint,
        "groups",
        "read:user_role_source_groups",
    )
    .rows(Rows::Holding("groups", "members"))
    .show(Show::Only(GROUP))
    .query(&[Ignored("role_id")])
    .take(ANY),
    list(
        "users/{id}/effective-permissions",
        Checkpoint,
        "permissions",
        "read:user_effective_permissions",
    )
    .id("permission_name")
    .query(&[Required("resource_server_identifier")])
    .take(ANY),
    list(
        "users/{id}/effective-permissions/sources/effective-roles",
        Checkpoint,
        "roles",
        "read:user_permission_source_roles",
    )
    .rows(Rows::At("users/{id}/effective-roles"))
    .query(&[
        Ignored("resource_server_identifier"),
        Ignored("permission_name"),
    ])
    .take(ANY),
    list("user-blocks", Keyed, "blocked_for", "read:users")
        .rows(Rows::BlocksOfIdentifier)
        .query(&[
            Ignored("identifier"),
            Ignored("consider_brute_force_enablement"),
        ]),
    list("user-blocks/{id}", Keyed, "blocked_for", "read:users")
        .id("identifier")
        .query(&[Ignored("consider_brute_force_enablement")]),
    one("sessions/{id}", "read:sessions"),
    list(
        "refresh-tokens",
        Checkpoint,
        "refresh_tokens",
        "read:refresh_tokens",
    )
    .by_id()
    .query(&[Required("user_id"), Same("client_id"), Fields(&[])]),
    list("grants", Offset, "grants", "read:grants").query(&[
        Same("user_id"),
        // The parameter is client_id, the attribute clientID.
        super::Param::AnyOf("client_id", "clientID"),
        Same("audience"),
    ]),
    list(
        "device-credentials",
        Offset,
        "device_credentials",
        "read:device_credentials",
    )
    .query(&[
        Fields(&[
            "device_name",
            "id",
            "device_id",
            "type",
            "user_id",
            "client_id",
        ]),
        Same("user_id"),
        Same("client_id"),
        Same("type"),
    ]),
];
