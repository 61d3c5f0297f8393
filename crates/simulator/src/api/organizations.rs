//! Organizations and what hangs on them.

use super::users::GROUP;
use super::Family::{Both, Checkpoint, Offset};
use super::Param::{AnyOf, Fields, Ignored, Same, Sort, Test};
use super::{list, one, Endpoint, Quirk, Rows, Show};

const ROLE: &[&str] = &["id", "name", "description"];
const ANY: super::Range = (1, 50, u64::MAX);

/// Endpoints of organizations.
pub const ENDPOINTS: &[Endpoint] = &[
    list(
        "organizations",
        Both,
        "organizations",
        "read:organizations read:organizations_summary",
    )
    .by_id()
    .query(&[
        Sort(&["display_name", "created_at", "name"]),
        Ignored("include_client_association_for"),
    ]),
    one("organizations/name/{name}", "read:organizations")
        .rows(Rows::From("organizations", "name")),
    list(
        "organizations/{id}/members",
        Both,
        "members",
        "read:organization_members",
    )
    .id("user_id")
    .show(Show::User)
    .query(&[Fields(&["user_id", "email", "picture", "name", "roles"])])
    // Recorded: a `next` on the last page, and an empty page behind it.
    .quirks(&[Quirk::NextAlways]),
    list(
        "organizations/{id}/members/{user_id}/roles",
        Offset,
        "roles",
        "read:organization_member_roles",
    )
    .show(Show::Of("roles", ROLE)),
    list(
        "organizations/{id}/members/{user_id}/effective-roles",
        Checkpoint,
        "roles",
        "read:organization_member_effective_roles",
    )
    .take(ANY),
    list(
        "organizations/{id}/members/{user_id}/effective-roles/sources/groups",
        Checkpoint,
        "groups",
        "read:organization_member_role_source_groups",
    )
    .rows(Rows::At("organizations/{id}/groups"))
    .show(Show::Of("groups", GROUP))
    .query(&[Ignored("role_id")])
    .take(ANY),
    list(
        "organizations/{id}/invitations",
        Offset,
        "invitations",
        "read:organization_invitations",
    )
    .by_id()
    .query(&[Fields(&[]), Sort(&["created_at"])])
    .quirks(&[Quirk::LimitIsRows, Quirk::NoTotal, Quirk::WindowWithoutHint]),
    list(
        "organizations/{id}/enabled_connections",
        Offset,
        "enabled_connections",
        "read:organization_connections",
    )
    .by("connection_id")
    .show(Show::Only(&[
        "connection_id",
        "assign_membership_on_login",
        "show_as_button",
        "is_signup_enabled",
        "connection",
    ]))
    .quirks(&[Quirk::LimitIsRows]),
    list(
        "organizations/{id}/connections",
        Offset,
        "connections",
        "read:organization_connections",
    )
    .by("connection_id")
    .rows(Rows::At("organizations/{id}/enabled_connections"))
    .query(&[Same("is_enabled")]),
    list(
        "organizations/{id}/client-grants",
        Offset,
        "client_grants",
        "read:organization_client_grants",
    )
    .show(Show::Of("client-grants", &[]))
    .query(&[
        Same("audience"),
        Same("client_id"),
        AnyOf("grant_ids", "id"),
        AnyOf("grant_ids[]", "id"),
    ]),
    list(
        "organizations/{id}/discovery-domains",
        Checkpoint,
        "domains",
        "read:organization_discovery_domains",
    )
    .by_id(),
    list(
        "organizations/{id}/groups",
        Checkpoint,
        "groups",
        "read:organization_groups",
    )
    .show(Show::Of("groups", GROUP))
    .take(ANY),
    list(
        "organizations/{id}/groups/{group_id}/roles",
        Checkpoint,
        "roles",
        "read:organization_group_roles",
    )
    .show(Show::Of("roles", ROLE))
    .take(ANY),
    list(
        "organizations/{id}/clients",
        Checkpoint,
        "clients",
        "read:organization_clients",
    )
    .by("client_id"),
    list(
        "organizations/{id}/roles/{role_id}/members",
        Checkpoint,
        "members",
        "read:organization_members",
    )
    .id("user_id")
    .show(Show::User)
    .query(&[Fields(&[])]),
    list(
        "organizations/{id}/roles/{role_id}/groups",
        Checkpoint,
        "groups",
        "read:organization_group_roles",
    )
    .show(Show::Of("groups", GROUP)),
    list(
        "client-grants/{id}/organizations",
        Both,
        "organizations",
        "read:organization_client_grants",
    )
    .rows(Rows::Holding("organizations", "client-grants")),
    list(
        "custom-domains",
        super::Family::BareOrCheckpoint,
        "custom_domains",
        "read:custom_domains",
    )
    .by("custom_domain_id")
    .query(&[
        Test("q", |row, q| {
            // Documented for `domain:` with a wildcard at the end only.
            let wanted = q.strip_prefix("domain:").unwrap_or(q);
            let domain = row["domain"].as_str().unwrap_or_default();
            match wanted.strip_suffix('*') {
                Some(prefix) => domain.starts_with(prefix),
                None => domain == wanted,
            }
        }),
        Fields(&[]),
        Sort(&["domain"]),
    ]),
];
