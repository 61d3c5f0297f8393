//! Roles and groups, and who and what is in them.

use super::words::{param, parent, single, text, time};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Roles and groups";

/// Roles and groups.
pub const OBJECTS: &[&Object] = &[
    &ROLES,
    &ROLE_PERMISSIONS,
    &ROLE_USERS,
    &ROLE_GROUPS,
    &GROUPS,
    &GROUP_MEMBERS,
    &GROUP_ROLES,
];

static ROLES: Object = Object {
    name: "roles",
    area: AREA,
    doc: "roles",
    path: "/api/v2/roles",
    shape: Shape::List("roles"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/roles/{id}")],
    params: &[
        param("name_filter", "name", ParamKind::Contains),
        param("type", "type", ParamKind::Equal),
        param("owner_id", "owner_id", ParamKind::Equal),
    ],
    scopes: &["read:roles"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        text("type", "tenant or organization"),
        text("owner_id", "organization that owns it"),
    ],
    ..PLAIN
};

static ROLE_PERMISSIONS: Object = Object {
    name: "role_permissions",
    area: AREA,
    doc: "permissions of roles",
    path: "/api/v2/roles/{role_id}/permissions",
    shape: Shape::List("permissions"),
    paging: Paging::Offset(100),
    id: "",
    parent: parent("roles", &[("role_id", "id")]),
    scopes: &["read:roles"],
    columns: &[
        text("role_id", "id of the role"),
        text("resource_server_identifier", "audience of the API"),
        text("permission_name", "scope of the API"),
        text("resource_server_name", ""),
        text("description", ""),
    ],
    ..PLAIN
};

static ROLE_USERS: Object = Object {
    name: "role_users",
    area: AREA,
    doc: "users who have roles directly",
    path: "/api/v2/roles/{role_id}/users",
    shape: Shape::List("users"),
    paging: Paging::Checkpoint(100),
    id: "user_id",
    parent: parent("roles", &[("role_id", "id")]),
    scopes: &["read:users", "read:roles", "read:role_members"],
    columns: &[
        text("role_id", "id of the role"),
        text("user_id", "id of the user"),
        text("picture", "URL"),
        text("name", ""),
        text("email", ""),
    ],
    ..PLAIN
};

static ROLE_GROUPS: Object = Object {
    name: "role_groups",
    area: AREA,
    doc: "groups that have roles",
    path: "/api/v2/roles/{role_id}/groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent("roles", &[("role_id", "id")]),
    scopes: &["read:group_roles"],
    columns: &[
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

static GROUPS: Object = Object {
    name: "groups",
    area: AREA,
    doc: "groups that come from identity providers",
    path: "/api/v2/groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    by_key: &[single("id", "/api/v2/groups/{id}")],
    params: &[
        param("connection_id", "connection_id", ParamKind::Equal),
        param("name", "name", ParamKind::Equal),
        param("external_id", "external_id", ParamKind::Equal),
    ],
    scopes: &["read:groups"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("external_id", "its id at the identity provider"),
        text("connection_id", ""),
        text("tenant_name", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static GROUP_MEMBERS: Object = Object {
    name: "group_members",
    area: AREA,
    doc: "members of groups",
    path: "/api/v2/groups/{group_id}/members",
    shape: Shape::List("members"),
    paging: Paging::Checkpoint(100),
    parent: parent("groups", &[("group_id", "id")]),
    scopes: &["read:group_members"],
    columns: &[
        text("group_id", "id of the group"),
        text("id", "of the user, or of what `member_type` says"),
        text("member_type", ""),
        text("type", ""),
        text("connection_id", ""),
        time("created_at", ""),
    ],
    ..PLAIN
};

static GROUP_ROLES: Object = Object {
    name: "group_roles",
    area: AREA,
    doc: "roles that groups have",
    path: "/api/v2/groups/{group_id}/roles",
    shape: Shape::List("roles"),
    paging: Paging::Checkpoint(100),
    parent: parent("groups", &[("group_id", "id")]),
    scopes: &["read:group_roles"],
    columns: &[
        text("group_id", "id of the group"),
        text("id", ""),
        text("role_id", "id of the role, to join by").key("id"),
        text("name", ""),
        text("description", ""),
    ],
    ..PLAIN
};
