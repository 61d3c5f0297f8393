//! Lists that configure the tenant: domains, keys, access rules, phone providers, profiles.

use super::words::{json, param, parent, single, text, texts, time, truth, whole};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Tenant configuration";

/// Lists that configure the tenant.
pub const OBJECTS: &[&Object] = &[
    &CUSTOM_DOMAINS,
    &SIGNING_KEYS,
    &ENCRYPTION_KEYS,
    &CUSTOM_SIGNING_KEYS,
    &NETWORK_ACLS,
    &NETWORK_ACL_KEYS,
    &RATE_LIMIT_POLICIES,
    &PHONE_PROVIDERS,
    &EXPERIMENTS,
    &FEATURE_FLAGS,
    &FEATURE_FLAG_VARIATIONS,
    &SEGMENTS,
    &VERIFIABLE_CREDENTIAL_TEMPLATES,
    &CAPTCHA_POLICIES,
    &GUARDIAN_FACTORS,
    &GUARDIAN_POLICIES,
];

static CUSTOM_DOMAINS: Object = Object {
    name: "custom_domains",
    area: AREA,
    doc: "custom domains",
    path: "/api/v2/custom-domains",
    shape: Shape::List("custom_domains"),
    paging: Paging::Checkpoint(100),
    id: "custom_domain_id",
    by_key: &[single(
        "custom_domain_id",
        "/api/v2/custom-domains/{custom_domain_id}",
    )],
    scopes: &["read:custom_domains"],
    secrets: &["cname_api_key"],
    columns: &[
        text("custom_domain_id", "unique id"),
        text("domain", ""),
        truth("primary", ""),
        truth("is_default", ""),
        text("status", "ready, pending_verification, …"),
        text("type", ""),
        text("origin_domain_name", ""),
        json("verification", "DNS records that prove it"),
        text("custom_client_ip_header", ""),
        text("tls_policy", ""),
        json("domain_metadata", ""),
        json("certificate", ""),
        text("relying_party_identifier", ""),
        text("cname_api_key", "for the reverse proxy; shown once").secret(),
        time("created_at", ""),
        text("verification_method", "").write_only(),
    ],
    ..PLAIN
};

static SIGNING_KEYS: Object = Object {
    name: "signing_keys",
    area: AREA,
    doc: "keys that the tenant signs tokens with",
    path: "/api/v2/keys/signing",
    id: "kid",
    by_key: &[single("kid", "/api/v2/keys/signing/{kid}")],
    scopes: &["read:signing_keys"],
    columns: &[
        text("kid", "id of the key"),
        text("cert", "certificate (public)"),
        text("pkcs7", "certificate (public), as PKCS#7"),
        truth("current", "signs now"),
        truth("next", "signs after the next rotation"),
        truth("previous", "signed before"),
        time("current_since", ""),
        time("current_until", ""),
        text("fingerprint", ""),
        text("thumbprint", ""),
        truth("revoked", ""),
        time("revoked_at", ""),
    ],
    ..PLAIN
};

static ENCRYPTION_KEYS: Object = Object {
    name: "encryption_keys",
    area: AREA,
    doc: "keys that the tenant's data are encrypted with, without the keys themselves",
    path: "/api/v2/keys/encryption",
    shape: Shape::List("keys"),
    paging: Paging::Offset(100),
    id: "kid",
    by_key: &[single("kid", "/api/v2/keys/encryption/{kid}")],
    scopes: &["read:encryption_keys"],
    columns: &[
        text("kid", "id of the key"),
        text("type", ""),
        text("state", ""),
        time("created_at", ""),
        time("updated_at", ""),
        text("parent_kid", ""),
        text("public_key", "for wrapping a key of your own"),
    ],
    ..PLAIN
};

static CUSTOM_SIGNING_KEYS: Object = Object {
    name: "custom_signing_keys",
    area: AREA,
    doc: "public keys of your own that tokens are signed with",
    path: "/api/v2/keys/custom-signing",
    shape: Shape::List("keys"),
    id: "kid",
    scopes: &["read:custom_signing_keys"],
    columns: &[
        text("kty", ""),
        text("kid", "id of the key"),
        text("use", ""),
        texts("key_ops", ""),
        text("alg", ""),
        text("n", ""),
        text("e", ""),
        text("crv", ""),
        text("x", ""),
        text("y", ""),
        text("x5u", ""),
        texts("x5c", ""),
        text("x5t", ""),
        text("x5t_s256", "").key("x5t#S256"),
    ],
    ..PLAIN
};

static NETWORK_ACLS: Object = Object {
    name: "network_acls",
    area: AREA,
    doc: "who may reach the tenant, by address, country and more",
    path: "/api/v2/network-acls",
    shape: Shape::List("network_acls"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/network-acls/{id}")],
    scopes: &["read:network_acls"],
    columns: &[
        text("id", ""),
        text("description", ""),
        truth("active", ""),
        whole("priority", "lowest first"),
        json("rule", "what it matches and does"),
        time("created_at", ""),
        time("updated_at", ""),
        text("tenant_id", ""),
        time("deleted_at", ""),
    ],
    ..PLAIN
};

static NETWORK_ACL_KEYS: Object = Object {
    name: "network_acl_keys",
    area: AREA,
    doc: "keys that network ACLs check",
    path: "/api/v2/keys/network-acls",
    shape: Shape::List("keys"),
    by_key: &[single("id", "/api/v2/keys/network-acls/{id}")],
    scopes: &["read:network_acls"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("alg", ""),
        text("value", "the key itself").write_only(),
        text("fingerprint", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static RATE_LIMIT_POLICIES: Object = Object {
    name: "rate_limit_policies",
    area: AREA,
    doc: "rate limits of single applications",
    path: "/api/v2/rate-limit-policies",
    shape: Shape::List("rate_limit_policies"),
    paging: Paging::Checkpoint(100),
    by_key: &[single("id", "/api/v2/rate-limit-policies/{id}")],
    params: &[
        param("resource", "resource", ParamKind::Equal),
        param("consumer", "consumer", ParamKind::Equal),
        param("consumer_selector", "consumer_selector", ParamKind::Equal),
    ],
    scopes: &["read:rate_limit_policies"],
    columns: &[
        text("id", ""),
        text("resource", ""),
        text("consumer", ""),
        text("consumer_selector", ""),
        json("configuration", "limit, and what happens beyond it"),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static PHONE_PROVIDERS: Object = Object {
    name: "phone_providers",
    area: AREA,
    doc: "providers of text messages and calls",
    path: "/api/v2/branding/phone/providers",
    shape: Shape::List("providers"),
    by_key: &[single("id", "/api/v2/branding/phone/providers/{id}")],
    params: &[param("disabled", "disabled", ParamKind::Truth)],
    scopes: &["read:phone_providers"],
    secrets: &["credentials"],
    columns: &[
        text("id", ""),
        text("tenant", "name of the tenant"),
        text("name", ""),
        text("channel", ""),
        truth("disabled", ""),
        json("configuration", ""),
        time("created_at", ""),
        time("updated_at", ""),
        json("credentials", "").secret(),
    ],
    ..PLAIN
};

static EXPERIMENTS: Object = Object {
    name: "experiments",
    area: AREA,
    doc: "experiments",
    path: "/api/v2/experimentation/experiments",
    shape: Shape::List("experiments"),
    paging: Paging::Checkpoint(50),
    by_key: &[single("id", "/api/v2/experimentation/experiments/{id}")],
    params: &[
        param("status", "status", ParamKind::Equal),
        param(
            "authentication_flow",
            "authentication_flow",
            ParamKind::Equal,
        ),
        param("feature_flag_id", "feature_flag_id", ParamKind::Equal),
    ],
    scopes: &["read:experimentation"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        text("feature_flag_id", ""),
        text("authentication_flow", ""),
        text("allocation_strategy", ""),
        json("assignment_config", ""),
        text("status", ""),
        truth("is_valid", ""),
        text("default_config", ""),
        json("levels", "of a ramp"),
        json("allocations", ""),
        time("started_at", ""),
        time("ended_at", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static FEATURE_FLAGS: Object = Object {
    name: "feature_flags",
    area: AREA,
    doc: "feature flags of experiments",
    path: "/api/v2/experimentation/feature-flags",
    shape: Shape::List("feature_flags"),
    paging: Paging::Checkpoint(50),
    by_key: &[single("id", "/api/v2/experimentation/feature-flags/{id}")],
    params: &[
        param("type", "type", ParamKind::Equal),
        param("status", "status", ParamKind::Equal),
    ],
    scopes: &["read:experimentation"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        text("type", ""),
        text("status", ""),
        json("parameters", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static FEATURE_FLAG_VARIATIONS: Object = Object {
    name: "feature_flag_variations",
    area: AREA,
    doc: "variations of feature flags",
    path: "/api/v2/experimentation/feature-flags/{feature_flag_id}/variations",
    shape: Shape::List("variations"),
    parent: parent("feature_flags", &[("feature_flag_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/experimentation/feature-flags/{feature_flag_id}/variations/{id}",
    )],
    scopes: &["read:experimentation"],
    columns: &[
        text("feature_flag_id", "id of the feature flag"),
        text("id", ""),
        text("name", ""),
        text("description", ""),
        json("overrides", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static SEGMENTS: Object = Object {
    name: "segments",
    area: AREA,
    doc: "groups of users that experiments are for",
    path: "/api/v2/experimentation/segments",
    shape: Shape::List("segments"),
    paging: Paging::Checkpoint(50),
    by_key: &[single("id", "/api/v2/experimentation/segments/{id}")],
    params: &[param("type", "type", ParamKind::Equal)],
    scopes: &["read:experimentation"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        text("type", ""),
        text("status", ""),
        json("rules", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static VERIFIABLE_CREDENTIAL_TEMPLATES: Object = Object {
    name: "verifiable_credential_templates",
    area: AREA,
    doc: "what is asked of a verifiable credential",
    path: "/api/v2/verifiable-credentials/verification/templates",
    shape: Shape::List("templates"),
    paging: Paging::Checkpoint(100),
    by_key: &[single(
        "id",
        "/api/v2/verifiable-credentials/verification/templates/{id}",
    )],
    scopes: &["read:vdcs_templates"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("type", ""),
        text("dialect", ""),
        json("presentation", ""),
        text("custom_certificate_authority", ""),
        text("well_known_trusted_issuers", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static CAPTCHA_POLICIES: Object = Object {
    name: "captcha_policies",
    area: AREA,
    doc: "when a captcha is asked for",
    path: "/api/v2/attack-protection/captcha/policies",
    by_key: &[single(
        "id",
        "/api/v2/attack-protection/captcha/policies/{id}",
    )],
    scopes: &["read:attack_protection"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("description", ""),
        whole("priority", "lowest first"),
        json("match", ""),
        json("action", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static GUARDIAN_FACTORS: Object = Object {
    name: "guardian_factors",
    area: AREA,
    doc: "factors and whether they are enabled",
    path: "/api/v2/guardian/factors",
    id: "name",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("name", "sms, otp, push-notification, …"),
        truth("enabled", ""),
        truth("trial_expired", ""),
    ],
    ..PLAIN
};

static GUARDIAN_POLICIES: Object = Object {
    name: "guardian_policies",
    area: AREA,
    doc: "when MFA is asked for: a row each policy, none for never",
    path: "/api/v2/guardian/policies",
    shape: Shape::Scalars("policy"),
    id: "policy",
    scopes: &["read:mfa_policies"],
    columns: &[text("policy", "all-applications or confidence-score")],
    ..PLAIN
};
