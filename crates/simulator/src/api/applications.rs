//! Applications, APIs, grants between them, and connections.

use super::Family::{Bare, Both, Checkpoint, Keyed, Offset};
use super::Param::{AnyOf, Contains, Fields, Ignored, Same, Test};
use super::{empty_setting, list, setting, Endpoint, Quirk, Rows, Show};

const CONNECTION_FIELDS: &[&str] = &[
    "name",
    "display_name",
    "strategy",
    "options",
    "id",
    "provisioning_ticket_url",
    "metadata",
    "show_as_button",
    "clients",
    "authentication",
    "connected_accounts",
    "cross_app_access_requesting_app",
    "enabled_clients",
    "is_domain_connection",
    "realms",
];

/// Endpoints of applications, APIs and connections.
pub const ENDPOINTS: &[Endpoint] = &[
    list(
        "clients",
        Both,
        "clients",
        "read:clients read:client_keys read:client_credentials read:client_summary",
    )
    .by("client_id")
    .per_page((0, 50, 100))
    .query(&[
        Fields(&[]),
        AnyOf("is_global", "global"),
        Same("is_first_party"),
        Test("app_type", |row, wanted| {
            let kind = row["app_type"].as_str();
            wanted.split(',').any(|one| Some(one) == kind)
        }),
        Same("external_client_id"),
        Test("q", |row, q| match q.split_once(':') {
            Some(("client_grant.allow_any_organization", _)) => {
                row["organization_usage"] == "allow"
            }
            _ => row["organization_usage"] == "require",
        }),
    ])
    .quirks(&[Quirk::Link, Quirk::Always("tenant")])
    // Documented: these need a scope of their own.
    .secrets(
        "read:client_keys read:client_credentials",
        &["client_secret", "encryption_key", "signing_keys"],
    ),
    list("agents", Checkpoint, "agents", "read:agents").by("agent_id"),
    list(
        "client-profiles",
        Checkpoint,
        "client_profiles",
        "read:client_profiles",
    )
    .by_id(),
    list(
        "connection-profiles/templates",
        Keyed,
        "connection_profile_templates",
        "read:connection_profiles",
    )
    .by_id(),
    list(
        "user-attribute-profiles/templates",
        Keyed,
        "user_attribute_profile_templates",
        "read:user_attribute_profiles",
    )
    .by_id(),
    empty_setting(
        "self-service-profiles/{id}/custom-text/{language}/{page}",
        "read:self_service_profiles",
    ),
    list(
        "clients/{client_id}/credentials",
        Bare,
        "",
        "read:client_credentials",
    )
    .by_id(),
    list(
        "clients/{id}/connections",
        Checkpoint,
        "connections",
        "read:connections read:clients read:client_summary",
    )
    .rows(Rows::Holding("connections", "clients"))
    .query(&[
        AnyOf("strategy", "strategy"),
        AnyOf("strategy[]", "strategy"),
        Fields(CONNECTION_FIELDS),
    ]),
    list("client-grants", Both, "client_grants", "read:client_grants")
        .by_id()
        .query(&[
            Same("audience"),
            Same("client_id"),
            Same("allow_any_organization"),
            Same("subject_type"),
            Same("default_for"),
        ])
        .quirks(&[Quirk::Link]),
    list(
        "resource-servers",
        Offset,
        "resource_servers",
        "read:resource_servers",
    )
    .by_id()
    .query(&[
        AnyOf("identifiers", "identifier"),
        AnyOf("identifiers[]", "identifier"),
        Fields(&[]),
    ])
    .quirks(&[Quirk::Link]),
    list("connections", Both, "connections", "read:connections")
        .by_id()
        .per_page((1, 100, 100))
        .query(&[
            AnyOf("strategy", "strategy"),
            AnyOf("strategy[]", "strategy"),
            Same("name"),
            Fields(CONNECTION_FIELDS),
        ])
        .quirks(&[Quirk::Link]),
    list(
        "connections/{id}/clients",
        Checkpoint,
        "clients",
        "read:connections",
    )
    .id("client_id")
    .take((1, 50, 1000)),
    list("connections/{id}/keys", Bare, "", "read:connections_keys").id("kid"),
    list(
        "connections/{id}/scim-configuration/tokens",
        Bare,
        "",
        "read:scim_token",
    )
    .id("token_id"),
    setting("connections/{id}/scim-configuration", "read:scim_config"),
    setting(
        "connections/{id}/scim-configuration/default-mapping",
        "read:scim_config",
    ),
    setting(
        "connections/{id}/directory-provisioning",
        "read:directory_provisionings",
    ),
    setting(
        "connections/{id}/directory-provisioning/default-mapping",
        "read:directory_provisionings",
    ),
    setting("connections/{id}/status", "read:connections"),
    list(
        "connections/{id}/directory-provisioning/synchronized-groups",
        Checkpoint,
        "groups",
        "read:directory_provisionings",
    )
    .query(&[Contains("q", "name")]),
    list(
        "connections-scim-configurations",
        Checkpoint,
        "scim_configurations",
        "read:scim_config",
    )
    .id("connection_id"),
    list(
        "connections-directory-provisionings",
        Checkpoint,
        "directory_provisionings",
        "read:directory_provisionings",
    )
    .id("connection_id"),
    list(
        "connection-profiles",
        Checkpoint,
        "connection_profiles",
        "read:connection_profiles",
    )
    .by_id()
    .take((1, 5, 10)),
    list(
        "token-exchange-profiles",
        Checkpoint,
        "token_exchange_profiles",
        "read:token_exchange_profiles",
    )
    .by_id(),
    list(
        "user-attribute-profiles",
        Checkpoint,
        "user_attribute_profiles",
        "read:user_attribute_profiles",
    )
    .by_id()
    .take((1, 5, 100)),
    list(
        "self-service-profiles",
        Offset,
        "self_service_profiles",
        "read:self_service_profiles",
    )
    .by_id(),
    list(
        "verifiable-credentials/verification/templates",
        Checkpoint,
        "templates",
        "read:vdcs_templates",
    )
    .by_id(),
    list("network-acls", Offset, "network_acls", "read:network_acls")
        .by_id()
        .per_page((0, 50, 100)),
    list(
        "rate-limit-policies",
        Checkpoint,
        "rate_limit_policies",
        "read:rate_limit_policies",
    )
    .by_id()
    .query(&[
        Same("resource"),
        Same("consumer"),
        Same("consumer_selector"),
    ]),
    list("guardian/factors", Bare, "", "read:guardian_factors").id("name"),
    list("flows", Offset, "flows", "read:flows")
        .by_id()
        .show(Show::Listed(&[
            "id",
            "name",
            "created_at",
            "updated_at",
            "executed_at",
        ]))
        .query(&[
            Ignored("hydrate"),
            Ignored("hydrate[]"),
            Same("synchronous"),
        ]),
    list(
        "flows/{flow_id}/executions",
        Both,
        "executions",
        "read:flows_executions",
    )
    .by_id(),
    list(
        "flows/vault/connections",
        Offset,
        "connections",
        "read:flows_vault_connections",
    )
    .by_id(),
    list("forms", Offset, "forms", "read:forms")
        .by_id()
        .show(Show::Listed(&[
            "id",
            "name",
            "flow_count",
            "created_at",
            "updated_at",
            "embedded_at",
            "submitted_at",
        ]))
        .query(&[Ignored("hydrate"), Ignored("hydrate[]")])
        .quirks(&[Quirk::OnlyListed("flow_count")]),
];
