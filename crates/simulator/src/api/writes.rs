//! What can be created, changed and deleted beside users, as data: which properties bodies may hold, what must be
//! there, what a new object gets, which statuses answer.
//!
//! The properties are those of Auth0's API reference and SDKs; bodies are closed, as the API's own are.

use super::defaults;
use serde_json::{Map, Value};

/// A kind of object that can be written.
pub struct Kind {
    /// Its list, as the read side declares it.
    pub list: &'static str,
    /// `create:…`, `update:…`, `delete:…` this.
    pub noun: &'static str,
    /// What POST must bring.
    pub required: &'static [&'static str],
    /// What POST may bring besides; None where there is no POST.
    pub create: Option<&'static [&'static str]>,
    /// What PATCH may bring; None where there is no PATCH.
    pub update: Option<&'static [&'static str]>,
    /// DELETE exists.
    pub delete: bool,
    /// Attributes that together must be unique in the list: 409 otherwise.
    pub unique: &'static [&'static str],
    /// Attributes whose first level PATCH merges; the others are replaced whole.
    pub merged: &'static [&'static str],
    /// Prefix and length of new ids.
    pub id: Id,
    /// What a new object gets that was not sent.
    pub defaults: fn(&mut Map<String, Value>, &Made),
    /// Status of POST.
    pub created: u16,
    /// Status of DELETE.
    pub deleted: u16,
    /// Deleting what is not there is a 404.
    pub strict: bool,
}

/// How new ids look.
#[derive(Clone, Copy)]
pub enum Id {
    /// A prefix and so many letters and digits.
    Letters(&'static str, usize),
    /// 24 hexadecimal digits.
    Hex,
    /// A UUID.
    Uuid,
    /// The object names itself by an attribute of its own.
    Sent,
}

/// What defaults are made of.
pub struct Made<'a> {
    /// The new id.
    pub id: &'a str,
    /// Now.
    pub now: &'a str,
    /// Letters and digits that nothing else has.
    pub secret: &'a str,
    /// The id in the path, where the list hangs on another object.
    pub parent: &'a str,
    /// The tenant's address.
    pub base: &'a str,
}

const PLAIN: Kind = Kind {
    list: "",
    noun: "",
    required: &["name"],
    create: Some(&[]),
    update: Some(&[]),
    delete: true,
    unique: &[],
    merged: &[],
    id: Id::Letters("", 22),
    defaults: defaults::nothing,
    created: 201,
    deleted: 204,
    strict: false,
};

/// Everything that can be written so.
pub const KINDS: &[Kind] = &[
    Kind {
        list: "roles",
        noun: "roles",
        create: Some(&["description", "type", "owner_id"]),
        update: Some(&["name", "description"]),
        unique: &["name"],
        id: Id::Letters("rol_", 16),
        defaults: defaults::role,
        // Recorded: 200 for both, and an empty object for the latter.
        created: 200,
        deleted: 200,
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "organizations",
        noun: "organizations",
        create: Some(&[
            "display_name",
            "branding",
            "metadata",
            "enabled_connections",
            "token_quota",
            "third_party_client_access",
            "is_app_entitlement_active",
        ]),
        update: Some(&[
            "name",
            "display_name",
            "branding",
            "metadata",
            "token_quota",
            "third_party_client_access",
            "is_app_entitlement_active",
        ]),
        unique: &["name"],
        id: Id::Letters("org_", 16),
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "organizations/{id}/invitations",
        noun: "organization_invitations",
        required: &["inviter", "invitee", "client_id"],
        create: Some(&[
            "connection_id",
            "app_metadata",
            "user_metadata",
            "ttl_sec",
            "roles",
            "send_invitation_email",
        ]),
        update: None,
        id: Id::Letters("uinv_", 16),
        defaults: defaults::invitation,
        created: 200,
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "organizations/{id}/enabled_connections",
        noun: "organization_connections",
        required: &["connection_id"],
        create: Some(&[
            "assign_membership_on_login",
            "is_signup_enabled",
            "show_as_button",
        ]),
        update: Some(&[
            "assign_membership_on_login",
            "is_signup_enabled",
            "show_as_button",
        ]),
        unique: &["connection_id"],
        id: Id::Sent,
        defaults: defaults::organization_connection,
        ..PLAIN
    },
    Kind {
        list: "organizations/{id}/connections",
        noun: "organization_connections",
        required: &["connection_id"],
        create: Some(&[
            "organization_connection_name",
            "assign_membership_on_login",
            "show_as_button",
            "is_signup_enabled",
            "organization_access_level",
            "is_enabled",
        ]),
        update: Some(&[
            "organization_connection_name",
            "assign_membership_on_login",
            "show_as_button",
            "is_signup_enabled",
            "organization_access_level",
            "is_enabled",
        ]),
        unique: &["connection_id"],
        id: Id::Sent,
        defaults: defaults::organization_connection,
        ..PLAIN
    },
    Kind {
        list: "organizations/{id}/discovery-domains",
        noun: "organization_discovery_domains",
        required: &["domain"],
        create: Some(&["status", "use_for_organization_discovery"]),
        update: Some(&["status", "use_for_organization_discovery"]),
        unique: &["domain"],
        id: Id::Letters("ord_", 22),
        defaults: defaults::discovery_domain,
        ..PLAIN
    },
    Kind {
        list: "clients",
        noun: "clients",
        create: Some(CLIENT),
        update: Some(CLIENT),
        merged: &["client_metadata"],
        id: Id::Letters("", 32),
        defaults: defaults::client,
        ..PLAIN
    },
    Kind {
        list: "clients/{client_id}/credentials",
        noun: "client_credentials",
        required: &["credential_type"],
        create: Some(&[
            "name",
            "subject_dn",
            "pem",
            "alg",
            "parse_expiry_from_cert",
            "expires_at",
            "kid",
        ]),
        update: Some(&["expires_at"]),
        id: Id::Letters("cred_", 22),
        defaults: defaults::credential,
        ..PLAIN
    },
    Kind {
        list: "connections",
        noun: "connections",
        required: &["name", "strategy"],
        create: Some(CONNECTION),
        update: Some(CONNECTION),
        unique: &["name"],
        id: Id::Letters("con_", 16),
        defaults: defaults::connection,
        ..PLAIN
    },
    Kind {
        list: "resource-servers",
        noun: "resource_servers",
        required: &["identifier"],
        create: Some(API),
        update: Some(API),
        unique: &["identifier"],
        id: Id::Hex,
        defaults: defaults::resource_server,
        ..PLAIN
    },
    Kind {
        list: "client-grants",
        noun: "client_grants",
        required: &["audience"],
        create: Some(&[
            "client_id",
            "default_for",
            "organization_usage",
            "allow_any_organization",
            "scope",
            "subject_type",
            "authorization_details_types",
            "allow_all_scopes",
        ]),
        update: Some(&[
            "scope",
            "organization_usage",
            "allow_any_organization",
            "authorization_details_types",
            "allow_all_scopes",
        ]),
        unique: &["client_id", "audience"],
        id: Id::Letters("cgr_", 16),
        defaults: defaults::client_grant,
        ..PLAIN
    },
    Kind {
        list: "actions/actions",
        noun: "actions",
        required: &["name", "supported_triggers"],
        create: Some(&[
            "code",
            "dependencies",
            "runtime",
            "secrets",
            "modules",
            "deploy",
        ]),
        update: Some(&[
            "name",
            "supported_triggers",
            "code",
            "dependencies",
            "runtime",
            "secrets",
            "modules",
        ]),
        unique: &["name"],
        id: Id::Uuid,
        defaults: defaults::action,
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "log-streams",
        noun: "log_streams",
        required: &["type", "sink"],
        create: Some(&["name", "filters", "isPriority", "pii_config", "startFrom"]),
        update: Some(&[
            "name",
            "status",
            "isPriority",
            "filters",
            "pii_config",
            "sink",
        ]),
        id: Id::Letters("lst_", 16),
        defaults: defaults::log_stream,
        ..PLAIN
    },
    Kind {
        list: "custom-domains",
        noun: "custom_domains",
        required: &["domain", "type"],
        create: Some(&[
            "verification_method",
            "tls_policy",
            "custom_client_ip_header",
            "domain_metadata",
            "relying_party_identifier",
        ]),
        update: Some(&[
            "tls_policy",
            "custom_client_ip_header",
            "domain_metadata",
            "relying_party_identifier",
        ]),
        unique: &["domain"],
        merged: &["domain_metadata"],
        id: Id::Letters("cd_", 16),
        defaults: defaults::custom_domain,
        ..PLAIN
    },
    Kind {
        list: "rules",
        noun: "rules",
        required: &["name", "script"],
        create: Some(&["order", "enabled", "stage"]),
        update: Some(&["name", "script", "order", "enabled"]),
        unique: &["name"],
        id: Id::Letters("rul_", 16),
        defaults: defaults::rule,
        ..PLAIN
    },
    Kind {
        list: "network-acls",
        noun: "network_acls",
        required: &["description", "active", "priority", "rule"],
        update: Some(&["description", "active", "priority", "rule"]),
        id: Id::Letters("acl_", 22),
        defaults: defaults::stamps,
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "event-streams",
        noun: "event_streams",
        required: &["destination"],
        create: Some(&["name", "subscriptions", "status"]),
        update: Some(&["name", "subscriptions", "destination", "status"]),
        id: Id::Letters("est_", 22),
        defaults: defaults::event_stream,
        ..PLAIN
    },
    Kind {
        list: "self-service-profiles",
        noun: "self_service_profiles",
        create: Some(PROFILE),
        update: Some(PROFILE),
        id: Id::Letters("ssp_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "user-attribute-profiles",
        noun: "user_attribute_profiles",
        required: &["name", "user_attributes"],
        create: Some(&["user_id"]),
        update: Some(&["name", "user_id", "user_attributes"]),
        id: Id::Letters("uap_", 22),
        ..PLAIN
    },
    Kind {
        list: "token-exchange-profiles",
        noun: "token_exchange_profiles",
        required: &["name", "subject_token_type", "action_id", "type"],
        update: Some(&["name", "subject_token_type"]),
        unique: &["subject_token_type"],
        id: Id::Letters("tep_", 16),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "flows",
        noun: "flows",
        create: Some(&["actions"]),
        update: Some(&["name", "actions"]),
        id: Id::Letters("af_", 22),
        defaults: defaults::stamps,
        strict: true,
        ..PLAIN
    },
    Kind {
        list: "forms",
        noun: "forms",
        create: Some(FORM),
        update: Some(FORM),
        id: Id::Letters("ap_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "sessions",
        noun: "sessions",
        create: None,
        update: Some(&["session_metadata"]),
        deleted: 202,
        ..PLAIN
    },
    Kind {
        list: "refresh-tokens",
        noun: "refresh_tokens",
        create: None,
        update: Some(&["refresh_token_metadata"]),
        deleted: 202,
        ..PLAIN
    },
    Kind {
        list: "grants",
        noun: "grants",
        create: None,
        update: None,
        ..PLAIN
    },
    Kind {
        list: "device-credentials",
        noun: "device_credentials",
        required: &["device_name", "type", "value", "device_id"],
        create: Some(&["client_id"]),
        update: None,
        id: Id::Letters("dcr_", 16),
        ..PLAIN
    },
    Kind {
        list: "groups",
        noun: "groups",
        create: None,
        update: None,
        ..PLAIN
    },
];

const CLIENT: &[&str] = &[
    "name",
    "description",
    "client_secret",
    "logo_uri",
    "callbacks",
    "oidc_logout",
    "oidc_backchannel_logout",
    "session_transfer",
    "allowed_origins",
    "web_origins",
    "grant_types",
    "client_aliases",
    "allowed_clients",
    "allowed_logout_urls",
    "jwt_configuration",
    "encryption_key",
    "sso",
    "cross_origin_authentication",
    "cross_origin_auth",
    "cross_origin_loc",
    "sso_disabled",
    "custom_login_page_on",
    "token_endpoint_auth_method",
    "is_token_endpoint_ip_header_trusted",
    "app_type",
    "is_first_party",
    "oidc_conformant",
    "custom_login_page",
    "custom_login_page_preview",
    "token_quota",
    "form_template",
    "addons",
    "client_metadata",
    "mobile",
    "initiate_login_uri",
    "native_social_login",
    "fedcm_login",
    "refresh_token",
    "default_organization",
    "organization_usage",
    "organization_require_behavior",
    "organization_discovery_methods",
    "client_authentication_methods",
    "require_pushed_authorization_requests",
    "require_proof_of_possession",
    "signed_request_object",
    "token_vault_privileged_access",
    "compliance_level",
    "skip_non_verifiable_callback_uri_confirmation_prompt",
    "token_exchange",
    "par_request_expiry",
    "express_configuration",
    "my_organization_configuration",
    "async_approval_notification_channels",
    "third_party_security_mode",
    "redirection_policy",
    "resource_server_identifier",
];

const CONNECTION: &[&str] = &[
    "display_name",
    "options",
    "enabled_clients",
    "is_domain_connection",
    "show_as_button",
    "realms",
    "metadata",
    "authentication",
    "connected_accounts",
    "cross_app_access_requesting_app",
    "cross_app_access_resource_app",
];

const API: &[&str] = &[
    "name",
    "scopes",
    "signing_alg",
    "signing_secret",
    "allow_offline_access",
    "allow_online_access",
    "allow_online_access_with_ephemeral_sessions",
    "token_lifetime",
    "token_lifetime_for_web",
    "token_dialect",
    "skip_consent_for_verifiable_first_party_clients",
    "enforce_policies",
    "token_encryption",
    "consent_policy",
    "authorization_details",
    "proof_of_possession",
    "subject_type_authorization",
    "authorization_policy",
];

const PROFILE: &[&str] = &[
    "name",
    "description",
    "branding",
    "allowed_strategies",
    "user_attributes",
    "user_attribute_profile_id",
];

const FORM: &[&str] = &[
    "name",
    "messages",
    "languages",
    "translations",
    "nodes",
    "start",
    "ending",
    "style",
];

/// The kind whose list is declared so.
pub fn kind(list: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.list == list)
}
