//! What a user has: roles, permissions, organizations, groups, logs and how the user proves who they are.

use super::words::{address, json, parent, single, text, texts, time, truth};
use super::{Object, Paging, Shape, PLAIN};

const AREA: &str = "Users";

/// The children of users.
pub const OBJECTS: &[&Object] = &[
    &USER_ROLES,
    &USER_PERMISSIONS,
    &USER_ORGANIZATIONS,
    &USER_GROUPS,
    &USER_EFFECTIVE_ROLES,
    &USER_ROLE_SOURCE_GROUPS,
    &USER_EFFECTIVE_PERMISSIONS,
    &USER_PERMISSION_SOURCE_ROLES,
    &USER_LOGS,
    &USER_AUTHENTICATION_METHODS,
    &USER_ENROLLMENTS,
    &USER_CONNECTED_ACCOUNTS,
];

static USER_ROLES: Object = Object {
    name: "user_roles",
    area: AREA,
    doc: "roles given to users directly",
    path: "/api/v2/users/{user_id}/roles",
    shape: Shape::List("roles"),
    paging: Paging::Offset(100),
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:users", "read:roles", "read:role_members"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("role_id", "id of the role, to join by").key("id"),
        text("name", ""),
        text("description", ""),
    ],
    ..PLAIN
};

static USER_PERMISSIONS: Object = Object {
    name: "user_permissions",
    area: AREA,
    doc: "permissions of users, direct or by role",
    path: "/api/v2/users/{user_id}/permissions",
    shape: Shape::List("permissions"),
    paging: Paging::Offset(100),
    id: "",
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:users"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("resource_server_identifier", "audience of the API"),
        text("permission_name", "scope of the API"),
        json(
            "sources",
            "where it comes from: given directly, or through what",
        ),
        text("resource_server_name", ""),
        text("description", ""),
    ],
    ..PLAIN
};

static USER_ORGANIZATIONS: Object = Object {
    name: "user_organizations",
    area: AREA,
    doc: "organizations that users belong to",
    path: "/api/v2/users/{user_id}/organizations",
    shape: Shape::List("organizations"),
    paging: Paging::Offset(100),
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:organizations"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("organization_id", "id of the organization, to join by").key("id"),
        text("name", ""),
        text("display_name", "the name people see"),
        json("branding", "logo and colours"),
        json("metadata", "key-value pairs of the tenant's own"),
        json("token_quota", "limits of machine-to-machine tokens"),
        text("third_party_client_access", ""),
        truth("is_app_entitlement_active", ""),
    ],
    ..PLAIN
};

static USER_GROUPS: Object = Object {
    name: "user_groups",
    area: AREA,
    doc: "groups that users are in",
    path: "/api/v2/users/{user_id}/groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:groups"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("group_id", "id of the group, to join by").key("id"),
        text("name", ""),
        text("external_id", "its id at the identity provider"),
        text("connection_id", ""),
        text("tenant_name", ""),
        time("created_at", ""),
        time("updated_at", ""),
        time("membership_created_at", "since when the user is in it"),
    ],
    ..PLAIN
};

static USER_EFFECTIVE_ROLES: Object = Object {
    name: "user_effective_roles",
    area: AREA,
    doc: "roles of users, however they came by them",
    path: "/api/v2/users/{user_id}/effective-roles",
    shape: Shape::List("roles"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:user_effective_roles"],
    columns: &[
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

static USER_ROLE_SOURCE_GROUPS: Object = Object {
    name: "user_role_source_groups",
    area: AREA,
    doc: "groups through which users have roles",
    path: "/api/v2/users/{user_id}/effective-roles/sources/groups?role_id={role_id}",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "user_effective_roles",
        &[("user_id", "user_id"), ("role_id", "role_id")],
    ),
    scopes: &["read:user_role_source_groups"],
    columns: &[
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

static USER_EFFECTIVE_PERMISSIONS: Object = Object {
    name: "user_effective_permissions",
    area: AREA,
    doc: "permissions of users for one API, however they came by them",
    path: concat!(
        "/api/v2/users/{user_id}/effective-permissions",
        "?resource_server_identifier={resource_server_identifier}"
    ),
    shape: Shape::List("permissions"),
    paging: Paging::Checkpoint(100),
    id: "",
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:user_effective_permissions"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text(
            "resource_server_identifier",
            "audience of the API; must be given in the query",
        ),
        text("permission_name", "scope of the API"),
        text("resource_server_name", ""),
        text("description", ""),
        texts(
            "sources",
            "where it comes from: given directly, or through what",
        ),
    ],
    ..PLAIN
};

static USER_PERMISSION_SOURCE_ROLES: Object = Object {
    name: "user_permission_source_roles",
    area: AREA,
    doc: "roles through which users have permissions",
    path: concat!(
        "/api/v2/users/{user_id}/effective-permissions/sources/effective-roles",
        "?resource_server_identifier={resource_server_identifier}",
        "&permission_name={permission_name}"
    ),
    shape: Shape::List("roles"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "user_effective_permissions",
        &[
            ("user_id", "user_id"),
            ("resource_server_identifier", "resource_server_identifier"),
            ("permission_name", "permission_name"),
        ],
    ),
    scopes: &["read:user_permission_source_roles"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text(
            "resource_server_identifier",
            "audience of the API; must be given in the query",
        ),
        text("permission_name", "scope of the API"),
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

static USER_LOGS: Object = Object {
    name: "user_logs",
    area: AREA,
    doc: "log events of users",
    path: "/api/v2/users/{user_id}/logs",
    shape: Shape::List("logs"),
    paging: Paging::Offset(100),
    id: "log_id",
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:logs", "read:logs_users"],
    secrets: &[
        "details.body.password",
        "details.body.newPassword",
        "details.request.body.password",
        "details.request.body.client_secret",
        "details.response.body.client_secret",
        "details.response.body.ticket",
        "details.resetUrl",
        "details.verificationUrl",
    ],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("log_id", "digits; rises with time"),
        time("date", "when it happened"),
        text("type", "short code of the event, such as `s` or `fp`"),
        text("description", ""),
        text("connection", "name of the connection"),
        text("connection_id", ""),
        text("client_id", ""),
        text("client_name", ""),
        address("ip", "of whom it came from"),
        text("hostname", ""),
        text("user_name", "mostly the e-mail address"),
        text("audience", ""),
        json("scope", "text or array"),
        text("strategy", "kind of identity provider"),
        text("strategy_type", ""),
        truth("is_mobile", "").key("isMobile"),
        json("details", "what else is known; differs by type"),
        text("user_agent", ""),
        json("security_context", ""),
        json("location_info", "country, city, coordinates"),
        text("identity_user_id", ""),
        text("organization_id", ""),
        text("organization_name", ""),
        text("client_ip", ""),
        json("auth0_client", "library that made the request"),
        json("references", ""),
        text("agent_id", ""),
        text("session_connection", ""),
        text("environment_name", ""),
        text("tenant_name", ""),
        json("event_schema", "version of the record").key("$event_schema"),
    ],
    ..PLAIN
};

static USER_AUTHENTICATION_METHODS: Object = Object {
    name: "user_authentication_methods",
    area: AREA,
    doc: "factors that users have enrolled",
    path: "/api/v2/users/{user_id}/authentication-methods",
    shape: Shape::List("authenticators"),
    paging: Paging::Offset(100),
    parent: parent("users", &[("user_id", "user_id")]),
    by_key: &[single(
        "id",
        "/api/v2/users/{user_id}/authentication-methods/{id}",
    )],
    scopes: &["read:authentication_methods"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("type", "phone, email, totp, webauthn-roaming, …"),
        truth("confirmed", "whether enrollment was finished"),
        text("name", ""),
        json("authentication_methods", "ways a phone is used"),
        text("preferred_authentication_method", "sms or voice"),
        text("link_id", ""),
        text("phone_number", "masked by the API"),
        text("email", "masked by the API"),
        text("key_id", ""),
        text("public_key", ""),
        time("created_at", ""),
        time("enrolled_at", ""),
        time("last_auth_at", "when it was last used"),
        text("credential_device_type", ""),
        truth("credential_backed_up", ""),
        text("identity_user_id", ""),
        text("user_agent", ""),
        text("user_handle", ""),
        texts("transports", ""),
        text("aaguid", "model of the authenticator"),
        text("relying_party_identifier", ""),
        text("totp_secret", "").write_only(),
    ],
    ..PLAIN
};

static USER_ENROLLMENTS: Object = Object {
    name: "user_enrollments",
    area: AREA,
    doc: "the first confirmed MFA enrollment of users",
    path: "/api/v2/users/{user_id}/enrollments",
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:users", "read:current_user"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("status", ""),
        text("type", ""),
        text("name", ""),
        text("identifier", "of the device"),
        text("phone_number", ""),
        text("auth_method", ""),
        time("enrolled_at", ""),
        time("last_auth", "when it was last used"),
    ],
    ..PLAIN
};

static USER_CONNECTED_ACCOUNTS: Object = Object {
    name: "user_connected_accounts",
    area: AREA,
    doc: "accounts at other providers that users have connected",
    path: "/api/v2/users/{user_id}/connected-accounts",
    shape: Shape::List("connected_accounts"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:users"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        text("connection", "name of the connection"),
        text("connection_id", ""),
        text("strategy", "kind of identity provider"),
        text("access_type", ""),
        texts("scopes", "what was granted"),
        time("created_at", ""),
        time("expires_at", ""),
        text("organization_id", ""),
    ],
    ..PLAIN
};
