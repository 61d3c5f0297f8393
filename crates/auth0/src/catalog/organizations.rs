//! Organizations and what they have.

use super::words::{json, param, parent, single, text, texts, time, truth, whole};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Organizations";

/// Organizations and their children.
pub const OBJECTS: &[&Object] = &[
    &ORGANIZATIONS,
    &ORGANIZATION_MEMBERS,
    &ORGANIZATION_MEMBER_ROLES,
    &ORGANIZATION_MEMBER_EFFECTIVE_ROLES,
    &ORGANIZATION_MEMBER_ROLE_SOURCE_GROUPS,
    &ORGANIZATION_INVITATIONS,
    &ORGANIZATION_ENABLED_CONNECTIONS,
    &ORGANIZATION_CONNECTIONS,
    &ORGANIZATION_CLIENT_GRANTS,
    &ORGANIZATION_DISCOVERY_DOMAINS,
    &ORGANIZATION_GROUPS,
    &ORGANIZATION_GROUP_ROLES,
    &ORGANIZATION_ROLE_MEMBERS,
    &ORGANIZATION_ROLE_GROUPS,
    &ORGANIZATION_CLIENTS,
];

static ORGANIZATIONS: Object = Object {
    name: "organizations",
    area: AREA,
    doc: "organizations",
    path: "/api/v2/organizations",
    shape: Shape::List("organizations"),
    paging: Paging::Checkpoint(100),
    by_key: &[
        single("id", "/api/v2/organizations/{id}"),
        single("name", "/api/v2/organizations/name/{name}"),
    ],
    scopes: &["read:organizations", "read:organizations_summary"],
    columns: &[
        text("id", ""),
        text("name", "unique, lower case"),
        text("display_name", "the name people see"),
        json("branding", "logo and colours"),
        json("metadata", "key-value pairs of the tenant's own"),
        json("token_quota", "limits of machine-to-machine tokens"),
        text("third_party_client_access", ""),
        truth("is_app_entitlement_active", ""),
        json("enabled_connections", "connections to begin with").write_only(),
    ],
    ..PLAIN
};

static ORGANIZATION_MEMBERS: Object = Object {
    name: "organization_members",
    area: AREA,
    doc: "members of organizations",
    path: "/api/v2/organizations/{organization_id}/members",
    shape: Shape::List("members"),
    // Recorded: the last page of a checkpoint walk has a `next`, which leads to an empty one.
    paging: Paging::Both(100),
    id: "user_id",
    parent: parent("organizations", &[("organization_id", "id")]),
    selectable: &["user_id", "email", "picture", "name", "roles"],
    on_request: &["roles"],
    scopes: &["read:organization_members"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("user_id", "id of the user"),
        text("picture", "URL"),
        text("name", ""),
        text("email", ""),
        json("roles", "roles in the organization: id and name"),
    ],
    ..PLAIN
};

static ORGANIZATION_MEMBER_ROLES: Object = Object {
    name: "organization_member_roles",
    area: AREA,
    doc: "roles of members in their organizations",
    path: "/api/v2/organizations/{organization_id}/members/{user_id}/roles",
    shape: Shape::List("roles"),
    paging: Paging::Offset(100),
    parent: parent(
        "organization_members",
        &[
            ("organization_id", "organization_id"),
            ("user_id", "user_id"),
        ],
    ),
    scopes: &["read:organization_member_roles"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("role_id", "id of the role, to join by").key("id"),
        text("name", ""),
        text("description", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_MEMBER_EFFECTIVE_ROLES: Object = Object {
    name: "organization_member_effective_roles",
    area: AREA,
    doc: "roles of members, however they came by them",
    path: "/api/v2/organizations/{organization_id}/members/{user_id}/effective-roles",
    shape: Shape::List("roles"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "organization_members",
        &[
            ("organization_id", "organization_id"),
            ("user_id", "user_id"),
        ],
    ),
    scopes: &["read:organization_member_effective_roles"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("role_id", "id of the role, to join by").key("id"),
        text("name", ""),
        text("description", ""),
        texts(
            "sources",
            "where it comes from: given directly, or through what",
        ),
    ],
    ..PLAIN
};

static ORGANIZATION_MEMBER_ROLE_SOURCE_GROUPS: Object = Object {
    name: "organization_member_role_source_groups",
    area: AREA,
    doc: "groups through which members have roles",
    path: concat!(
        "/api/v2/organizations/{organization_id}/members/{user_id}/effective-roles/sources/groups",
        "?role_id={role_id}"
    ),
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "organization_member_effective_roles",
        &[
            ("organization_id", "organization_id"),
            ("user_id", "user_id"),
            ("role_id", "role_id"),
        ],
    ),
    scopes: &["read:organization_member_role_source_groups"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("user_id", "whose: id of the user"),
        text("role_id", "id of the role"),
        text("id", ""),
        text("group_id", "id of the group, to join by").key("id"),
        text("name", ""),
        text("external_id", "its id at the identity provider"),
        text("connection_id", ""),
        text("tenant_name", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_INVITATIONS: Object = Object {
    name: "organization_invitations",
    area: AREA,
    doc: "invitations to organizations",
    path: "/api/v2/organizations/{organization_id}/invitations",
    shape: Shape::List("invitations"),
    paging: Paging::Offset(100),
    parent: parent("organizations", &[("organization_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/organizations/{organization_id}/invitations/{id}",
    )],
    scopes: &["read:organization_invitations"],
    secrets: &["invitation_url", "ticket_id"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("id", ""),
        json("inviter", "name of who invites"),
        json("invitee", "e-mail of who is invited"),
        text("invitation_url", "whoever has it can accept").secret(),
        time("created_at", ""),
        time("expires_at", ""),
        text("client_id", ""),
        text("connection_id", ""),
        json("app_metadata", ""),
        json("user_metadata", ""),
        texts("roles", "ids of the roles the invitee will have"),
        text("ticket_id", "whoever has it can accept").secret(),
        whole("ttl_sec", "seconds until it expires; a week if not given").write_only(),
        truth(
            "send_invitation_email",
            "whether Auth0 sends it; it does if not given",
        )
        .write_only(),
    ],
    ..PLAIN
};

static ORGANIZATION_ENABLED_CONNECTIONS: Object = Object {
    name: "organization_enabled_connections",
    area: AREA,
    doc: "connections that members can log in with",
    path: "/api/v2/organizations/{organization_id}/enabled_connections",
    shape: Shape::List("enabled_connections"),
    paging: Paging::Offset(100),
    id: "connection_id",
    parent: parent("organizations", &[("organization_id", "id")]),
    by_key: &[single(
        "connection_id",
        "/api/v2/organizations/{organization_id}/enabled_connections/{connection_id}",
    )],
    scopes: &["read:organization_connections"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("connection_id", "id of the connection"),
        truth(
            "assign_membership_on_login",
            "whether a login makes the user a member",
        ),
        truth("show_as_button", "whether the login page offers it"),
        truth("is_signup_enabled", ""),
        json("connection", "its name and strategy"),
    ],
    ..PLAIN
};

static ORGANIZATION_CONNECTIONS: Object = Object {
    name: "organization_connections",
    area: AREA,
    doc: "connections of organizations, disabled ones too",
    path: "/api/v2/organizations/{organization_id}/connections",
    shape: Shape::List("connections"),
    paging: Paging::Offset(100),
    id: "connection_id",
    parent: parent("organizations", &[("organization_id", "id")]),
    by_key: &[single(
        "connection_id",
        "/api/v2/organizations/{organization_id}/connections/{connection_id}",
    )],
    params: &[param("is_enabled", "is_enabled", ParamKind::Truth)],
    scopes: &["read:organization_connections"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("connection_id", "id of the connection"),
        text("organization_connection_name", ""),
        truth(
            "assign_membership_on_login",
            "whether a login makes the user a member",
        ),
        truth("show_as_button", "whether the login page offers it"),
        truth("is_signup_enabled", ""),
        text("organization_access_level", ""),
        truth("is_enabled", ""),
        json("connection", "its name and strategy"),
    ],
    ..PLAIN
};

static ORGANIZATION_CLIENT_GRANTS: Object = Object {
    name: "organization_client_grants",
    area: AREA,
    doc: "client grants of organizations",
    path: "/api/v2/organizations/{organization_id}/client-grants",
    shape: Shape::List("client_grants"),
    paging: Paging::Offset(100),
    parent: parent("organizations", &[("organization_id", "id")]),
    params: &[
        param("audience", "audience", ParamKind::Equal),
        param("client_id", "client_id", ParamKind::Equal),
        param("grant_ids", "id", ParamKind::AnyOf),
    ],
    scopes: &["read:organization_client_grants"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("id", ""),
        text("client_grant_id", "id of the client grant, to join by").key("id"),
        text("client_id", ""),
        text("audience", "identifier of the API"),
        texts("scope", ""),
        text(
            "organization_usage",
            "whether organizations may or must be used",
        ),
        truth("allow_any_organization", ""),
        text("subject_type", "client or user"),
    ],
    ..PLAIN
};

static ORGANIZATION_DISCOVERY_DOMAINS: Object = Object {
    name: "organization_discovery_domains",
    area: AREA,
    doc: "domains by which a login finds its organization",
    path: "/api/v2/organizations/{organization_id}/discovery-domains",
    shape: Shape::List("domains"),
    paging: Paging::Checkpoint(100),
    parent: parent("organizations", &[("organization_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/organizations/{organization_id}/discovery-domains/{id}",
    )],
    scopes: &["read:organization_discovery_domains"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("id", ""),
        text("domain", ""),
        text("status", ""),
        truth("use_for_organization_discovery", ""),
        text("verification_txt", "DNS record that proves the domain"),
        text("verification_host", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_GROUPS: Object = Object {
    name: "organization_groups",
    area: AREA,
    doc: "groups of organizations",
    path: "/api/v2/organizations/{organization_id}/groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent("organizations", &[("organization_id", "id")]),
    scopes: &["read:organization_groups"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("id", ""),
        text("group_id", "id of the group, to join by").key("id"),
        text("name", ""),
        text("external_id", "its id at the identity provider"),
        text("connection_id", ""),
        text("tenant_name", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_GROUP_ROLES: Object = Object {
    name: "organization_group_roles",
    area: AREA,
    doc: "roles of groups in organizations",
    path: "/api/v2/organizations/{organization_id}/groups/{group_id}/roles",
    shape: Shape::List("roles"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "organization_groups",
        &[
            ("organization_id", "organization_id"),
            ("group_id", "group_id"),
        ],
    ),
    scopes: &["read:organization_group_roles"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("group_id", "id of the group"),
        text("id", ""),
        text("role_id", "id of the role, to join by").key("id"),
        text("name", ""),
        text("description", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_ROLE_MEMBERS: Object = Object {
    name: "organization_role_members",
    area: AREA,
    doc: "members who have a role in an organization",
    path: "/api/v2/organizations/{organization_id}/roles/{role_id}/members",
    shape: Shape::List("members"),
    paging: Paging::Checkpoint(100),
    id: "user_id",
    parent: parent("organizations", &[("organization_id", "id")]),
    scopes: &["read:organization_members"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("role_id", "id of the role; must be given in the query"),
        text("user_id", "id of the user"),
        text("email", ""),
        text("picture", "URL"),
        text("name", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_ROLE_GROUPS: Object = Object {
    name: "organization_role_groups",
    area: AREA,
    doc: "groups that have a role in an organization",
    path: "/api/v2/organizations/{organization_id}/roles/{role_id}/groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent("organizations", &[("organization_id", "id")]),
    scopes: &["read:organization_group_roles"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("role_id", "id of the role; must be given in the query"),
        text("id", ""),
        text("group_id", "id of the group, to join by").key("id"),
        text("name", ""),
        text("external_id", "its id at the identity provider"),
        text("connection_id", ""),
        text("tenant_name", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static ORGANIZATION_CLIENTS: Object = Object {
    name: "organization_clients",
    area: AREA,
    doc: "applications of organizations",
    path: "/api/v2/organizations/{organization_id}/clients",
    shape: Shape::List("clients"),
    paging: Paging::Checkpoint(100),
    id: "client_id",
    parent: parent("organizations", &[("organization_id", "id")]),
    by_key: &[single(
        "client_id",
        "/api/v2/organizations/{organization_id}/clients/{client_id}",
    )],
    scopes: &["read:organization_clients"],
    columns: &[
        text("organization_id", "id of the organization"),
        text("client_id", "id of the application"),
        truth("use_for_member_access", ""),
        json(
            "client",
            "its name, grant types and whether it is first-party",
        ),
    ],
    ..PLAIN
};
