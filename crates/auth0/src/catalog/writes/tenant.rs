//! Writing what a tenant has many of: domains, keys, lists of rules, providers.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Insert, Merged, Method, Update, Writes};
use super::words::{delete, post, CHANGE, MAKE, NONE};

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "custom_domains",
        insert: post(
            "/api/v2/custom-domains",
            &["domain", "type"],
            &[
                "domain",
                "type",
                "verification_method",
                "tls_policy",
                "custom_client_ip_header",
                "domain_metadata",
                "relying_party_identifier",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/custom-domains/{custom_domain_id}",
            columns: &[
                "tls_policy",
                "custom_client_ip_header",
                "domain_metadata",
                "relying_party_identifier",
            ],
            merged: &[Merged {
                column: "domain_metadata",
                empties: false,
            }],
            nullable: &["custom_client_ip_header", "relying_party_identifier"],
            ..CHANGE
        }),
        delete: delete("/api/v2/custom-domains/{custom_domain_id}"),
        ..NONE
    },
    Writes {
        object: "encryption_keys",
        insert: post("/api/v2/keys/encryption", &["type"], &["type"]),
        delete: delete("/api/v2/keys/encryption/{kid}"),
        ..NONE
    },
    Writes {
        object: "network_acls",
        insert: Some(Insert {
            method: Method::Post,
            path: "/api/v2/network-acls",
            columns: &["description", "active", "priority", "rule"],
            required: &["description", "active", "rule"],

            ..MAKE
        }),
        update: Some(Update {
            path: "/api/v2/network-acls/{id}",
            columns: &["description", "active", "priority", "rule"],
            ..CHANGE
        }),
        delete: delete("/api/v2/network-acls/{id}"),
        ..NONE
    },
    Writes {
        object: "rate_limit_policies",
        insert: post(
            "/api/v2/rate-limit-policies",
            &["resource", "consumer", "consumer_selector", "configuration"],
            &["resource", "consumer", "consumer_selector", "configuration"],
        ),
        update: Some(Update {
            path: "/api/v2/rate-limit-policies/{id}",
            columns: &["configuration"],
            ..CHANGE
        }),
        delete: delete("/api/v2/rate-limit-policies/{id}"),
        ..NONE
    },
    Writes {
        object: "phone_providers",
        insert: post(
            "/api/v2/branding/phone/providers",
            &["name", "credentials"],
            &["name", "disabled", "configuration", "credentials"],
        ),
        update: Some(Update {
            path: "/api/v2/branding/phone/providers/{id}",
            columns: &["name", "disabled", "credentials", "configuration"],
            ..CHANGE
        }),
        delete: delete("/api/v2/branding/phone/providers/{id}"),
        ..NONE
    },
    Writes {
        object: "phone_templates",
        insert: post(
            "/api/v2/branding/phone/templates",
            &[],
            &["type", "disabled", "content"],
        ),
        update: Some(Update {
            path: "/api/v2/branding/phone/templates/{id}",
            columns: &["content", "disabled"],
            ..CHANGE
        }),
        delete: delete("/api/v2/branding/phone/templates/{id}"),
        ..NONE
    },
    Writes {
        object: "verifiable_credential_templates",
        insert: post(
            "/api/v2/verifiable-credentials/verification/templates",
            &[
                "name",
                "type",
                "dialect",
                "presentation",
                "well_known_trusted_issuers",
            ],
            &[
                "name",
                "type",
                "dialect",
                "presentation",
                "custom_certificate_authority",
                "well_known_trusted_issuers",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/verifiable-credentials/verification/templates/{id}",
            columns: &[
                "name",
                "type",
                "dialect",
                "presentation",
                "well_known_trusted_issuers",
            ],
            nullable: &["name", "type", "dialect", "well_known_trusted_issuers"],
            ..CHANGE
        }),
        delete: delete("/api/v2/verifiable-credentials/verification/templates/{id}"),
        ..NONE
    },
    Writes {
        object: "email_templates",
        insert: post(
            "/api/v2/email-templates",
            &["template"],
            &[
                "template",
                "body",
                "from",
                "result_url",
                "subject",
                "syntax",
                "url_lifetime_in_seconds",
                "include_email_in_redirect",
                "enabled",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/email-templates/{template}",
            columns: &[
                "body",
                "from",
                "result_url",
                "subject",
                "syntax",
                "url_lifetime_in_seconds",
                "include_email_in_redirect",
                "enabled",
            ],
            nullable: &[
                "body",
                "from",
                "result_url",
                "subject",
                "syntax",
                "url_lifetime_in_seconds",
                "enabled",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "anomaly_ip_blocks",
        delete: delete("/api/v2/anomaly/blocks/ips/{ip}"),
        ..NONE
    },
    Writes {
        object: "network_acl_keys",
        insert: post(
            "/api/v2/keys/network-acls",
            &["name", "alg", "value"],
            &["name", "alg", "value"],
        ),
        delete: delete("/api/v2/keys/network-acls/{id}"),
        secrets: &["value"],
        ..NONE
    },
    Writes {
        object: "captcha_policies",
        insert: post(
            "/api/v2/attack-protection/captcha/policies",
            &["name", "priority", "match", "action"],
            &["name", "description", "priority", "match", "action"],
        ),
        update: Some(Update {
            path: "/api/v2/attack-protection/captcha/policies/{id}",
            columns: &["name", "description", "priority", "match", "action"],
            ..CHANGE
        }),
        delete: delete("/api/v2/attack-protection/captcha/policies/{id}"),
        ..NONE
    },
    Writes {
        object: "agents",
        insert: post(
            "/api/v2/agents",
            &["name"],
            &["name", "client_id", "external_agent_id", "metadata"],
        ),
        update: Some(Update {
            path: "/api/v2/agents/{agent_id}",
            columns: &["name", "metadata"],
            ..CHANGE
        }),
        delete: delete("/api/v2/agents/{agent_id}"),
        ..NONE
    },
    Writes {
        object: "client_profiles",
        insert: post(
            "/api/v2/client-profiles",
            &["name", "client_configuration", "apply_policy"],
            &[
                "name",
                "description",
                "client_configuration",
                "apply_policy",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/client-profiles/{id}",
            columns: &[
                "name",
                "description",
                "client_configuration",
                "apply_policy",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/client-profiles/{id}"),
        ..NONE
    },
];
