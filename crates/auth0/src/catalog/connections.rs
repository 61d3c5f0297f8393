//! Connections to identity providers, and what configures them.

use super::words::{json, param, parent, single, text, texts, time, truth, whole};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Connections";

/// Connections and their children.
pub const OBJECTS: &[&Object] = &[
    &CONNECTIONS,
    &CONNECTION_CLIENTS,
    &CONNECTION_KEYS,
    &CONNECTION_SCIM_CONFIGURATIONS,
    &CONNECTION_SCIM_DEFAULT_MAPPINGS,
    &CONNECTION_SCIM_TOKENS,
    &CONNECTION_DIRECTORY_PROVISIONINGS,
    &CONNECTION_DIRECTORY_DEFAULT_MAPPINGS,
    &CONNECTION_SYNCHRONIZED_GROUPS,
    &CONNECTION_STATUSES,
    &CONNECTION_PROFILES,
    &CONNECTION_PROFILE_TEMPLATES,
    &SELF_SERVICE_PROFILES,
    &SELF_SERVICE_PROFILE_TEXTS,
    &USER_ATTRIBUTE_PROFILES,
    &USER_ATTRIBUTE_PROFILE_TEMPLATES,
];

static CONNECTIONS: Object = Object {
    name: "connections",
    area: AREA,
    doc: "connections to user stores and identity providers",
    path: "/api/v2/connections",
    shape: Shape::List("connections"),
    paging: Paging::Checkpoint(100),
    by_key: &[single("id", "/api/v2/connections/{id}")],
    params: &[
        param("name", "name", ParamKind::Equal),
        param("strategy", "strategy", ParamKind::AnyOf),
    ],
    scopes: &["read:connections"],
    secrets: &[
        "options.client_secret",
        "options.consumer_secret",
        "options.twilio_token",
        "options.apiKey",
        "options.api_key",
        "options.app_secret",
        "options.password",
        "options.bindPassword",
        "options.decryptionKey.key",
        "options.signing_key.key",
        "options.signingKey.key",
        "options.gateway_authentication.secret",
        "options.customHeaders.X-Auth0-Client-Secret",
        "options.customHeaders.Authorization",
        "options.access_token",
        "options.refresh_token",
        "options.admin_access_token",
        "options.admin_refresh_token",
        "options.configuration",
        "options.bareConfiguration",
        "options.provider_credentials",
        "options.email.credentials",
        "options.forward_req_info.secret",
        "options.freeform_fields.client_secret",
    ],
    guarded: &["options"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("display_name", "the name people see"),
        text("strategy", "kind of identity provider"),
        json("options", "settings of the strategy"),
        texts("realms", ""),
        truth("is_domain_connection", ""),
        truth("show_as_button", "whether the login page offers it"),
        json("metadata", "key-value pairs of the tenant's own"),
        json("authentication", "whether it is for logins"),
        json("connected_accounts", ""),
        json("cross_app_access_requesting_app", ""),
        texts("enabled_clients", "ids of clients that may use it"),
        text(
            "provisioning_ticket_url",
            "where AD/LDAP connectors are set up",
        ),
        json("cross_app_access_resource_app", ""),
    ],
    ..PLAIN
};

static CONNECTION_CLIENTS: Object = Object {
    name: "connection_clients",
    area: AREA,
    doc: "applications that connections are enabled for",
    path: "/api/v2/connections/{connection_id}/clients",
    shape: Shape::List("clients"),
    paging: Paging::Checkpoint(1000),
    id: "client_id",
    parent: parent("connections", &[("connection_id", "id")]),
    scopes: &["read:connections"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("client_id", "id of the application"),
    ],
    ..PLAIN
};

static CONNECTION_KEYS: Object = Object {
    name: "connection_keys",
    area: AREA,
    doc: "signing keys of connections",
    path: "/api/v2/connections/{connection_id}/keys",
    id: "kid",
    parent: parent("connections", &[("connection_id", "id")]),
    scopes: &["read:connections_keys"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("kid", "id of the key"),
        text("cert", "certificate (public)"),
        text("pkcs", "certificate (public), as PKCS#7"),
        truth("current", ""),
        truth("next", ""),
        truth("previous", ""),
        time("current_since", ""),
        text("fingerprint", ""),
        text("thumbprint", ""),
        text("algorithm", ""),
        text("key_use", "signing or encryption"),
        text("subject_dn", ""),
    ],
    ..PLAIN
};

static CONNECTION_SCIM_CONFIGURATIONS: Object = Object {
    name: "connection_scim_configurations",
    area: AREA,
    doc: "connections that are provisioned by SCIM",
    path: "/api/v2/connections-scim-configurations",
    shape: Shape::List("scim_configurations"),
    paging: Paging::Checkpoint(100),
    id: "connection_id",
    by_key: &[single(
        "connection_id",
        "/api/v2/connections/{connection_id}/scim-configuration",
    )],
    scopes: &["read:scim_config"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("connection_name", ""),
        text("strategy", "kind of identity provider"),
        text("tenant_name", ""),
        text("user_id_attribute", "what identifies a user"),
        json("mapping", "pairs of attributes"),
        time("created_at", ""),
        time("updated_on", ""),
    ],
    ..PLAIN
};

static CONNECTION_SCIM_DEFAULT_MAPPINGS: Object = Object {
    name: "connection_scim_default_mappings",
    area: AREA,
    doc: "attributes that SCIM maps when nothing else is set",
    path: "/api/v2/connections/{connection_id}/scim-configuration/default-mapping",
    shape: Shape::List("mapping"),
    id: "",
    parent: parent(
        "connection_scim_configurations",
        &[("connection_id", "connection_id")],
    ),
    scopes: &["read:scim_config"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("auth0", "attribute of the user"),
        text("scim", "attribute in SCIM"),
    ],
    ..PLAIN
};

static CONNECTION_SCIM_TOKENS: Object = Object {
    name: "connection_scim_tokens",
    area: AREA,
    doc: "tokens for SCIM, without the tokens themselves",
    path: "/api/v2/connections/{connection_id}/scim-configuration/tokens",
    id: "token_id",
    parent: parent(
        "connection_scim_configurations",
        &[("connection_id", "connection_id")],
    ),
    scopes: &["read:scim_token"],
    secrets: &["token"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("token_id", ""),
        texts("scopes", ""),
        time("created_at", ""),
        time("valid_until", ""),
        time("last_used_at", ""),
        text("token", "shown once, when it is made").secret(),
        whole("token_lifetime", "seconds").write_only(),
    ],
    ..PLAIN
};

static CONNECTION_DIRECTORY_PROVISIONINGS: Object = Object {
    name: "connection_directory_provisionings",
    area: AREA,
    doc: "connections that are provisioned from a directory",
    path: "/api/v2/connections-directory-provisionings",
    shape: Shape::List("directory_provisionings"),
    paging: Paging::Checkpoint(100),
    id: "connection_id",
    by_key: &[single(
        "connection_id",
        "/api/v2/connections/{connection_id}/directory-provisioning",
    )],
    scopes: &["read:directory_provisionings"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("connection_name", ""),
        text("strategy", "kind of identity provider"),
        json("mapping", "pairs of attributes"),
        truth("synchronize_automatically", ""),
        text("synchronize_groups", ""),
        time("created_at", ""),
        time("updated_at", ""),
        time("last_synchronization_at", ""),
        text("last_synchronization_status", ""),
        text("last_synchronization_error", ""),
    ],
    ..PLAIN
};

static CONNECTION_DIRECTORY_DEFAULT_MAPPINGS: Object = Object {
    name: "connection_directory_default_mappings",
    area: AREA,
    doc: "attributes that a directory maps when nothing else is set",
    path: "/api/v2/connections/{connection_id}/directory-provisioning/default-mapping",
    shape: Shape::List("mapping"),
    id: "",
    parent: parent(
        "connection_directory_provisionings",
        &[("connection_id", "connection_id")],
    ),
    scopes: &["read:directory_provisionings"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("idp", "attribute in the directory"),
        text("auth0", "attribute of the user"),
    ],
    ..PLAIN
};

static CONNECTION_SYNCHRONIZED_GROUPS: Object = Object {
    name: "connection_synchronized_groups",
    area: AREA,
    doc: "groups that are synchronized from a directory",
    path: "/api/v2/connections/{connection_id}/directory-provisioning/synchronized-groups",
    shape: Shape::List("groups"),
    paging: Paging::Checkpoint(100),
    parent: parent(
        "connection_directory_provisionings",
        &[("connection_id", "connection_id")],
    ),
    scopes: &["read:directory_provisionings"],
    columns: &[
        text("connection_id", "id of the connection"),
        text("id", "of the group in the directory"),
    ],
    ..PLAIN
};

static CONNECTION_STATUSES: Object = Object {
    name: "connection_statuses",
    area: AREA,
    doc: "AD/LDAP connections whose connector is online: a row if it is",
    path: "/api/v2/connections/{connection_id}/status",
    shape: Shape::There,
    id: "",
    parent: parent("connections", &[("connection_id", "id")]),
    scopes: &["read:connections"],
    columns: &[text("connection_id", "id of the connection")],
    ..PLAIN
};

static CONNECTION_PROFILES: Object = Object {
    name: "connection_profiles",
    area: AREA,
    doc: "profiles that new connections take",
    path: "/api/v2/connection-profiles",
    shape: Shape::List("connection_profiles"),
    paging: Paging::Checkpoint(10),
    by_key: &[single("id", "/api/v2/connection-profiles/{id}")],
    scopes: &["read:connection_profiles"],
    columns: &[
        text("id", ""),
        text("name", ""),
        json("organization", ""),
        text("connection_name_prefix_template", ""),
        texts("enabled_features", ""),
        json("connection_config", ""),
        json("strategy_overrides", ""),
    ],
    ..PLAIN
};

static CONNECTION_PROFILE_TEMPLATES: Object = Object {
    name: "connection_profile_templates",
    area: AREA,
    doc: "templates of connection profiles",
    path: "/api/v2/connection-profiles/templates",
    shape: Shape::List("connection_profile_templates"),
    by_key: &[single("id", "/api/v2/connection-profiles/templates/{id}")],
    scopes: &["read:connection_profiles"],
    columns: &[
        text("id", ""),
        text("display_name", "the name people see"),
        json("template", ""),
    ],
    ..PLAIN
};

static SELF_SERVICE_PROFILES: Object = Object {
    name: "self_service_profiles",
    area: AREA,
    doc: "profiles of single sign-on that customers set up themselves",
    path: "/api/v2/self-service-profiles",
    shape: Shape::List("self_service_profiles"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/self-service-profiles/{id}")],
    scopes: &["read:self_service_profiles"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        json("user_attributes", ""),
        time("created_at", ""),
        time("updated_at", ""),
        json("branding", "logo and colours"),
        texts("allowed_strategies", ""),
        text("user_attribute_profile_id", ""),
    ],
    ..PLAIN
};

static SELF_SERVICE_PROFILE_TEXTS: Object = Object {
    name: "self_service_profile_texts",
    area: AREA,
    doc: "texts of the pages of self-service profiles",
    path: "/api/v2/self-service-profiles/{profile_id}/custom-text/{language}/{page}",
    shape: Shape::Entries("name", "text"),
    id: "name",
    parent: parent("self_service_profiles", &[("profile_id", "id")]),
    values: &[("language", &["en"]), ("page", &["get-started"])],
    scopes: &["read:self_service_profiles"],
    columns: &[
        text("profile_id", "id of the profile"),
        text("language", "the API has English only"),
        text("page", "the API has one page only"),
        text("name", ""),
        text("text", "may hold HTML"),
    ],
    ..PLAIN
};

static USER_ATTRIBUTE_PROFILES: Object = Object {
    name: "user_attribute_profiles",
    area: AREA,
    doc: "which attributes users have, and where they come from",
    path: "/api/v2/user-attribute-profiles",
    shape: Shape::List("user_attribute_profiles"),
    paging: Paging::Checkpoint(100),
    by_key: &[single("id", "/api/v2/user-attribute-profiles/{id}")],
    scopes: &["read:user_attribute_profiles"],
    columns: &[
        text("id", ""),
        text("name", ""),
        json("user_id", "where the user's id comes from"),
        json("user_attributes", ""),
    ],
    ..PLAIN
};

static USER_ATTRIBUTE_PROFILE_TEMPLATES: Object = Object {
    name: "user_attribute_profile_templates",
    area: AREA,
    doc: "templates of user attribute profiles",
    path: "/api/v2/user-attribute-profiles/templates",
    shape: Shape::List("user_attribute_profile_templates"),
    by_key: &[single(
        "id",
        "/api/v2/user-attribute-profiles/templates/{id}",
    )],
    scopes: &["read:user_attribute_profiles"],
    columns: &[
        text("id", ""),
        text("display_name", "the name people see"),
        json("template", ""),
    ],
    ..PLAIN
};
