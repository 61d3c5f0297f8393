//! Writing organizations and what hangs on them.

use super::record::{cut, delete, patch, post, scalars, tie, Writes, NONE};

/// Members in one request.
/// Source: <https://auth0.com/docs/manage-users/organizations/configure-organizations/assign-members>.
const MEMBERS: usize = 10;

/// Roles a member can have.
const ROLES: usize = 50;

/// Records of organizations and their children.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "organizations",
        insert: post(
            "/api/v2/organizations",
            &["name"],
            &[
                "name",
                "display_name",
                "branding",
                "metadata",
                "enabled_connections",
                "token_quota",
            ],
        ),
        update: patch(
            "/api/v2/organizations/{id}",
            &[
                "name",
                "display_name",
                "branding",
                "metadata",
                "token_quota",
            ],
        ),
        delete: delete("/api/v2/organizations/{id}"),
        ..NONE
    },
    Writes {
        object: "organization_members",
        insert: tie(
            "/api/v2/organizations/{organization_id}/members",
            scalars("members", "user_id", MEMBERS),
        ),
        delete: cut(
            "/api/v2/organizations/{organization_id}/members",
            scalars("members", "user_id", MEMBERS),
        ),
        ..NONE
    },
    Writes {
        object: "organization_member_roles",
        insert: tie(
            "/api/v2/organizations/{organization_id}/members/{user_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        delete: cut(
            "/api/v2/organizations/{organization_id}/members/{user_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        ..NONE
    },
];
