//! More kinds that can be written: those of extensibility's forerunners, and what a tenant has several of.

use super::defaults;
use super::kinds::PLAIN;
use super::writes::{Id, Kind};

/// See `kinds`.
pub const MORE: &[Kind] = &[
    Kind {
        list: "users/{id}/authentication-methods",
        noun: "authentication_methods",
        required: &["type"],
        create: Some(&[
            "name",
            "totp_secret",
            "phone_number",
            "email",
            "preferred_authentication_method",
            "key_id",
            "public_key",
            "aaguid",
            "relying_party_identifier",
            "credential_device_type",
            "credential_backed_up",
            "identity_user_id",
            "user_agent",
            "user_handle",
            "transports",
        ]),
        update: Some(&["name", "preferred_authentication_method"]),
        id: Id::Letters("phone|dev_", 16),
        defaults: defaults::authentication_method,
        ..PLAIN
    },
    Kind {
        list: "hooks",
        noun: "hooks",
        required: &["name", "script", "triggerId"],
        create: Some(&["enabled", "dependencies"]),
        update: Some(&["name", "script", "enabled", "dependencies"]),
        unique: &["name"],
        id: Id::Uuid,
        ..PLAIN
    },
    Kind {
        list: "rules-configs",
        noun: "rules_configs",
        create: None,
        update: None,
        ..PLAIN
    },
    Kind {
        list: "actions/modules",
        noun: "actions",
        required: &["name", "code"],
        create: Some(&["secrets", "dependencies", "api_version", "publish"]),
        update: Some(&["code", "secrets", "dependencies"]),
        unique: &["name"],
        id: Id::Uuid,
        defaults: defaults::module,
        ..PLAIN
    },
    Kind {
        list: "flows/vault/connections",
        noun: "flows_vault_connections",
        required: &["name", "app_id"],
        create: Some(&["setup"]),
        update: Some(&["name", "setup"]),
        id: Id::Letters("ac_", 22),
        defaults: defaults::vault_connection,
        ..PLAIN
    },
    Kind {
        list: "connection-profiles",
        noun: "connection_profiles",
        create: Some(CONNECTION_PROFILE),
        update: Some(CONNECTION_PROFILE),
        id: Id::Letters("cop_", 22),
        ..PLAIN
    },
    Kind {
        list: "connections/{id}/scim-configuration/tokens",
        noun: "scim_token",
        required: &[],
        create: Some(&["scopes", "token_lifetime"]),
        update: None,
        id: Id::Letters("tok_", 16),
        defaults: defaults::scim_token,
        ..PLAIN
    },
    Kind {
        list: "keys/encryption",
        noun: "encryption_keys",
        required: &["type"],
        update: None,
        id: Id::Uuid,
        defaults: defaults::encryption_key,
        ..PLAIN
    },
    Kind {
        list: "rate-limit-policies",
        noun: "rate_limit_policies",
        required: &["resource", "consumer", "consumer_selector", "configuration"],
        update: Some(&["configuration"]),
        id: Id::Letters("rlp_", 21),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "branding/phone/providers",
        noun: "phone_providers",
        required: &["name", "credentials"],
        create: Some(&["disabled", "configuration"]),
        update: Some(&["name", "disabled", "credentials", "configuration"]),
        id: Id::Letters("pro_", 22),
        defaults: defaults::phone_provider,
        ..PLAIN
    },
    Kind {
        list: "branding/phone/templates",
        noun: "phone_templates",
        required: &[],
        create: Some(&["type", "disabled", "content"]),
        update: Some(&["disabled", "content"]),
        id: Id::Letters("tem_", 22),
        defaults: defaults::phone_template,
        ..PLAIN
    },
    Kind {
        list: "verifiable-credentials/verification/templates",
        noun: "vdcs_templates",
        required: &[
            "name",
            "type",
            "dialect",
            "presentation",
            "well_known_trusted_issuers",
        ],
        create: Some(&["custom_certificate_authority"]),
        update: Some(&[
            "name",
            "type",
            "dialect",
            "presentation",
            "well_known_trusted_issuers",
            "version",
        ]),
        id: Id::Letters("vct_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "keys/network-acls",
        noun: "network_acls",
        required: &["name", "alg", "value"],
        update: None,
        id: Id::Letters("nak_", 22),
        defaults: defaults::network_acl_key,
        ..PLAIN
    },
    Kind {
        list: "attack-protection/captcha/policies",
        noun: "attack_protection",
        required: &["name", "priority", "match", "action"],
        create: Some(&["description"]),
        update: Some(&["name", "description", "priority", "match", "action"]),
        id: Id::Letters("cpo_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "agents",
        noun: "agents",
        create: Some(&["client_id", "external_agent_id", "metadata"]),
        update: Some(&["name", "metadata"]),
        id: Id::Letters("agt_", 22),
        defaults: defaults::agent,
        ..PLAIN
    },
    Kind {
        list: "client-profiles",
        noun: "client_profiles",
        required: &["name", "client_configuration", "apply_policy"],
        create: Some(&["description"]),
        update: Some(&[
            "name",
            "description",
            "client_configuration",
            "apply_policy",
        ]),
        id: Id::Letters("clp_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "experimentation/experiments",
        noun: "experimentation",
        required: &["name", "feature_flag_id", "authentication_flow"],
        create: Some(&[
            "description",
            "default_config",
            "allocation_strategy",
            "allocations",
            "levels",
        ]),
        update: Some(&[
            "name",
            "description",
            "authentication_flow",
            "allocations",
            "default_config",
            "levels",
            "status",
        ]),
        id: Id::Letters("exp_", 22),
        defaults: defaults::experiment,
        ..PLAIN
    },
    Kind {
        list: "experimentation/feature-flags",
        noun: "experimentation",
        required: &["name", "parameters"],
        create: Some(&["description"]),
        update: Some(&["name", "description", "parameters", "status"]),
        id: Id::Letters("ffl_", 22),
        defaults: defaults::draft,
        ..PLAIN
    },
    Kind {
        list: "experimentation/feature-flags/{id}/variations",
        noun: "experimentation",
        required: &["name", "overrides"],
        create: Some(&["description"]),
        update: Some(&["name", "description", "overrides"]),
        id: Id::Letters("var_", 22),
        defaults: defaults::stamps,
        ..PLAIN
    },
    Kind {
        list: "experimentation/segments",
        noun: "experimentation",
        required: &["name", "rules"],
        create: Some(&["description"]),
        update: Some(&["name", "description", "rules", "status"]),
        id: Id::Letters("seg_", 22),
        defaults: defaults::draft,
        ..PLAIN
    },
    Kind {
        list: "groups",
        noun: "groups",
        create: None,
        update: None,
        ..PLAIN
    },
    Kind {
        list: "organizations/{id}/clients",
        noun: "organization_clients",
        create: None,
        update: Some(&["use_for_member_access"]),
        delete: false,
        ..PLAIN
    },
    Kind {
        list: "flows/{flow_id}/executions",
        noun: "flows_executions",
        create: None,
        update: None,
        ..PLAIN
    },
];

const CONNECTION_PROFILE: &[&str] = &[
    "name",
    "organization",
    "connection_name_prefix_template",
    "enabled_features",
    "connection_config",
    "strategy_overrides",
];
