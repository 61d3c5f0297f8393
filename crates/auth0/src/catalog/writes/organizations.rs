//! Writing organizations and what hangs on them.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Answer, Insert, Update, Writes};
use super::words::{cut, delete, objects, post, scalars, tie, CHANGE, MAKE, NONE};

/// Members in one request.
const MEMBERS: usize = 10;

/// Applications in one request.
const CLIENTS: usize = 50;

/// Roles that a member can have.
/// Source: <https://auth0.com/docs/troubleshoot/customer-support/operational-policies/entity-limit-policy>.
const ROLES: usize = 50;

/// The records.
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
                "third_party_client_access",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/organizations/{id}",
            columns: &[
                "display_name",
                "name",
                "branding",
                "metadata",
                "token_quota",
                "third_party_client_access",
            ],
            nullable: &["token_quota"],
            ..CHANGE
        }),
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
    Writes {
        object: "organization_group_roles",
        insert: tie(
            "/api/v2/organizations/{organization_id}/groups/{group_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        delete: cut(
            "/api/v2/organizations/{organization_id}/groups/{group_id}/roles",
            scalars("roles", "role_id", ROLES),
        ),
        ..NONE
    },
    Writes {
        object: "organization_clients",
        insert: tie(
            "/api/v2/organizations/{organization_id}/clients",
            objects("clients", &["client_id", "use_for_member_access"], CLIENTS),
        ),
        update: Some(Update {
            path: "/api/v2/organizations/{organization_id}/clients/{client_id}",
            columns: &["use_for_member_access"],
            ..CHANGE
        }),
        delete: cut(
            "/api/v2/organizations/{organization_id}/clients",
            scalars("clients", "client_id", CLIENTS),
        ),
        ..NONE
    },
    Writes {
        object: "organization_invitations",
        insert: post(
            "/api/v2/organizations/{organization_id}/invitations",
            &["inviter", "invitee", "client_id"],
            &[
                "inviter",
                "invitee",
                "client_id",
                "connection_id",
                "app_metadata",
                "user_metadata",
                "ttl_sec",
                "roles",
                "send_invitation_email",
            ],
        ),
        delete: delete("/api/v2/organizations/{organization_id}/invitations/{id}"),
        ..NONE
    },
    Writes {
        object: "organization_enabled_connections",
        insert: post(
            "/api/v2/organizations/{organization_id}/enabled_connections",
            &["connection_id"],
            &[
                "connection_id",
                "assign_membership_on_login",
                "is_signup_enabled",
                "show_as_button",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/organizations/{organization_id}/enabled_connections/{connection_id}",
            columns: &[
                "assign_membership_on_login",
                "is_signup_enabled",
                "show_as_button",
            ],
            ..CHANGE
        }),
        delete: delete(
            "/api/v2/organizations/{organization_id}/enabled_connections/{connection_id}",
        ),
        ..NONE
    },
    Writes {
        object: "organization_connections",
        insert: post(
            "/api/v2/organizations/{organization_id}/connections",
            &["connection_id"],
            &[
                "organization_connection_name",
                "assign_membership_on_login",
                "show_as_button",
                "is_signup_enabled",
                "organization_access_level",
                "is_enabled",
                "connection_id",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/organizations/{organization_id}/connections/{connection_id}",
            columns: &[
                "organization_connection_name",
                "assign_membership_on_login",
                "show_as_button",
                "is_signup_enabled",
                "organization_access_level",
                "is_enabled",
            ],
            nullable: &[
                "organization_connection_name",
                "organization_access_level",
                "is_enabled",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/organizations/{organization_id}/connections/{connection_id}"),
        ..NONE
    },
    Writes {
        object: "organization_client_grants",
        insert: Some(Insert {
            path: "/api/v2/organizations/{organization_id}/client-grants",
            columns: &["client_grant_id"],
            required: &["client_grant_id"],
            keys: &[("client_grant_id", "grant_id")],
            ..MAKE
        }),
        delete: delete("/api/v2/organizations/{organization_id}/client-grants/{client_grant_id}"),
        ..NONE
    },
    Writes {
        object: "client_grant_organizations",
        insert: Some(Insert {
            path: "/api/v2/organizations/{organization_id}/client-grants",
            columns: &["client_grant_id"],
            required: &["client_grant_id"],
            keys: &[("client_grant_id", "grant_id")],
            answer: Answer::Nothing,
            ..MAKE
        }),
        delete: delete("/api/v2/organizations/{organization_id}/client-grants/{client_grant_id}"),
        ..NONE
    },
    Writes {
        object: "organization_discovery_domains",
        insert: post(
            "/api/v2/organizations/{organization_id}/discovery-domains",
            &["domain"],
            &["domain", "status", "use_for_organization_discovery"],
        ),
        update: Some(Update {
            path: "/api/v2/organizations/{organization_id}/discovery-domains/{id}",
            columns: &["status", "use_for_organization_discovery"],
            ..CHANGE
        }),
        delete: delete("/api/v2/organizations/{organization_id}/discovery-domains/{id}"),
        ..NONE
    },
];
