//! Objects that are there once: settings, branding, attack protection, factors.

use super::words::{json, number, text, texts, time, truth, whole};
use super::{Object, Shape, PLAIN};

const AREA: &str = "Settings";

/// Settings.
pub const OBJECTS: &[&Object] = &[
    &TENANT_SETTINGS,
    &DEFAULT_CUSTOM_DOMAIN,
    &BRUTE_FORCE_PROTECTION,
    &SUSPICIOUS_IP_THROTTLING,
    &BREACHED_PASSWORD_DETECTION,
    &BOT_DETECTION,
    &CAPTCHA,
    &PHONE_PROVIDER_PROTECTION,
    &ANOMALY_IP_BLOCKS,
    &SUPPLEMENTAL_SIGNALS,
    &RISK_ASSESSMENT_SETTINGS,
    &RISK_ASSESSMENT_NEW_DEVICE_SETTINGS,
    &GUARDIAN_SETTINGS,
    &GUARDIAN_DUO_SETTINGS,
    &GUARDIAN_EMAIL_SETTINGS,
    &GUARDIAN_PHONE_SETTINGS,
    &GUARDIAN_PHONE_MESSAGE_TYPES,
    &GUARDIAN_PHONE_PROVIDER,
    &GUARDIAN_PHONE_TEMPLATES,
    &GUARDIAN_PHONE_TWILIO,
    &GUARDIAN_SMS_PROVIDER,
    &GUARDIAN_SMS_TEMPLATES,
    &GUARDIAN_SMS_TWILIO,
    &GUARDIAN_PUSH_PROVIDER,
    &GUARDIAN_PUSH_APNS,
    &GUARDIAN_PUSH_SNS,
    &GUARDIAN_WEBAUTHN_PLATFORM_SETTINGS,
    &GUARDIAN_WEBAUTHN_ROAMING_SETTINGS,
];

static TENANT_SETTINGS: Object = Object {
    name: "tenant_settings",
    area: AREA,
    doc: "settings of the tenant: one row",
    path: "/api/v2/tenants/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:tenant_settings"],
    columns: &[
        text("friendly_name", ""),
        text("support_email", ""),
        text("support_url", ""),
        text("picture_url", ""),
        json("flags", "switches of the tenant"),
        number("session_lifetime", "hours"),
        number("idle_session_lifetime", "hours"),
        number("ephemeral_session_lifetime", "hours"),
        number("idle_ephemeral_session_lifetime", "hours"),
        text("sandbox_version", "Node version of extensibility"),
        texts("sandbox_versions_available", ""),
        text("legacy_sandbox_version", ""),
        text("default_directory", "connection that password grants use"),
        text("default_audience", ""),
        text("default_redirection_uri", ""),
        texts("enabled_locales", ""),
        texts("allowed_logout_urls", ""),
        json("change_password", "HTML of the page"),
        json("guardian_mfa_page", "HTML of the page"),
        json("error_page", "HTML or URL of the page"),
        json("device_flow", ""),
        json("session_cookie", ""),
        json("sessions", ""),
        json("security_headers", ""),
        json("oidc_logout", ""),
        json("mtls", ""),
        texts("acr_values_supported", ""),
        json("default_token_quota", ""),
        json("country_codes", ""),
        text("resource_parameter_profile", ""),
        truth("allow_organization_name_in_authentication_api", ""),
        truth("customize_mfa_in_postlogin_action", ""),
        truth("pushed_authorization_requests_supported", ""),
        truth("authorization_response_iss_parameter_supported", ""),
        truth("client_id_metadata_document_supported", ""),
        truth("phone_consolidated_experience", ""),
        json("universal_login", ""),
        text("dynamic_client_registration_security_mode", ""),
        truth("skip_non_verifiable_callback_uri_confirmation_prompt", ""),
    ],
    ..PLAIN
};

static DEFAULT_CUSTOM_DOMAIN: Object = Object {
    name: "default_custom_domain",
    area: AREA,
    doc: "the custom domain that is used when none is named: at most one row",
    path: "/api/v2/custom-domains/default",
    shape: Shape::One,
    id: "",
    scopes: &["read:custom_domains"],
    columns: &[
        text("custom_domain_id", ""),
        text("domain", ""),
        text("origin_domain_name", ""),
        text("custom_client_ip_header", ""),
        text("relying_party_identifier", ""),
        truth("primary", ""),
        truth("is_default", ""),
        text("status", ""),
        text("type", ""),
        json("verification", "DNS records that prove it"),
        text("tls_policy", ""),
        json("domain_metadata", ""),
        json("certificate", ""),
        time("created_at", ""),
    ],
    ..PLAIN
};

static BRUTE_FORCE_PROTECTION: Object = Object {
    name: "brute_force_protection",
    area: AREA,
    doc: "protection of single accounts: one row",
    path: "/api/v2/attack-protection/brute-force-protection",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[
        truth("enabled", ""),
        texts("shields", "what happens at an attack"),
        text("mode", ""),
        texts("allowlist", "addresses that are left alone"),
        whole("max_attempts", "failed logins before an account is locked"),
    ],
    ..PLAIN
};

static SUSPICIOUS_IP_THROTTLING: Object = Object {
    name: "suspicious_ip_throttling",
    area: AREA,
    doc: "throttling of addresses that try many accounts: one row",
    path: "/api/v2/attack-protection/suspicious-ip-throttling",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[
        truth("enabled", ""),
        texts("shields", "what happens at an attack"),
        texts("allowlist", "addresses that are left alone"),
        json("stage", "limits of logins and sign-ups"),
    ],
    ..PLAIN
};

static BREACHED_PASSWORD_DETECTION: Object = Object {
    name: "breached_password_detection",
    area: AREA,
    doc: "detection of leaked passwords: one row",
    path: "/api/v2/attack-protection/breached-password-detection",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[
        truth("enabled", ""),
        texts("shields", "what happens at an attack"),
        texts("admin_notification_frequency", ""),
        text("method", "standard or enhanced"),
        json("stage", ""),
    ],
    ..PLAIN
};

static BOT_DETECTION: Object = Object {
    name: "bot_detection",
    area: AREA,
    doc: "detection of bots: one row",
    path: "/api/v2/attack-protection/bot-detection",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[
        text("challenge_password_policy", ""),
        text("challenge_passwordless_policy", ""),
        text("challenge_password_reset_policy", ""),
        texts("allowlist", "addresses that are left alone"),
        text("bot_detection_level", ""),
        truth("monitoring_mode_enabled", ""),
    ],
    ..PLAIN
};

static CAPTCHA: Object = Object {
    name: "captcha",
    area: AREA,
    doc: "the captcha that is asked for: one row",
    path: "/api/v2/attack-protection/captcha",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    secrets: &[
        "recaptcha_v2.secret",
        "recaptcha_enterprise.api_key",
        "hcaptcha.secret",
        "friendly_captcha.secret",
        "arkose.secret",
    ],
    columns: &[
        text("active_provider_id", ""),
        json("simple_captcha", ""),
        json("auth_challenge", ""),
        json("recaptcha_v2", ""),
        json("recaptcha_enterprise", ""),
        json("hcaptcha", ""),
        json("friendly_captcha", ""),
        json("arkose", ""),
    ],
    ..PLAIN
};

static PHONE_PROVIDER_PROTECTION: Object = Object {
    name: "phone_provider_protection",
    area: AREA,
    doc: "protection against toll fraud: one row",
    path: "/api/v2/attack-protection/phone-provider-protection",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[text("type", ""), truth("enabled", "")],
    ..PLAIN
};

static ANOMALY_IP_BLOCKS: Object = Object {
    name: "anomaly_ip_blocks",
    area: AREA,
    doc: "whether an address is blocked: a row if it is",
    path: "/api/v2/anomaly/blocks/ips/{ip}",
    shape: Shape::There,
    id: "",
    scopes: &["read:anomaly_blocks"],
    columns: &[text("ip", "the address; must be given in the query")],
    ..PLAIN
};

static SUPPLEMENTAL_SIGNALS: Object = Object {
    name: "supplemental_signals",
    area: AREA,
    doc: "signals of a reverse proxy: one row",
    path: "/api/v2/supplemental-signals",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[truth("akamai_enabled", "")],
    ..PLAIN
};

static RISK_ASSESSMENT_SETTINGS: Object = Object {
    name: "risk_assessment_settings",
    area: AREA,
    doc: "risk assessment: one row",
    path: "/api/v2/risk-assessments/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[truth("enabled", "")],
    ..PLAIN
};

static RISK_ASSESSMENT_NEW_DEVICE_SETTINGS: Object = Object {
    name: "risk_assessment_new_device_settings",
    area: AREA,
    doc: "how long a device is known: one row",
    path: "/api/v2/risk-assessments/settings/new-device",
    shape: Shape::One,
    id: "",
    scopes: &["read:attack_protection"],
    columns: &[whole("remember_for", "days")],
    ..PLAIN
};

static GUARDIAN_SETTINGS: Object = Object {
    name: "guardian_settings",
    area: AREA,
    doc: "how long an MFA session lasts: one row",
    path: "/api/v2/guardian/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        truth("display_remember_me_checkbox", ""),
        truth("remember_me_default_value", ""),
        whole("mfa_session_inactivity_timeout", "seconds"),
        whole("mfa_session_overall_timeout", "seconds"),
    ],
    ..PLAIN
};

static GUARDIAN_DUO_SETTINGS: Object = Object {
    name: "guardian_duo_settings",
    area: AREA,
    doc: "account at Duo: one row",
    path: "/api/v2/guardian/factors/duo/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    secrets: &["skey"],
    columns: &[
        text("ikey", "integration key"),
        text("skey", "secret key").secret(),
        text("host", ""),
    ],
    ..PLAIN
};

static GUARDIAN_EMAIL_SETTINGS: Object = Object {
    name: "guardian_email_settings",
    area: AREA,
    doc: "one-time codes by e-mail: one row",
    path: "/api/v2/guardian/factors/email/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        whole("otp_length", ""),
        whole("otp_expiration_time", "seconds"),
    ],
    ..PLAIN
};

static GUARDIAN_PHONE_SETTINGS: Object = Object {
    name: "guardian_phone_settings",
    area: AREA,
    doc: "one-time codes by phone: one row",
    path: "/api/v2/guardian/factors/phone/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        whole("otp_length", ""),
        whole("otp_expiration_time", "seconds"),
    ],
    ..PLAIN
};

static GUARDIAN_PHONE_MESSAGE_TYPES: Object = Object {
    name: "guardian_phone_message_types",
    area: AREA,
    doc: "how codes reach phones: one row",
    path: "/api/v2/guardian/factors/phone/message-types",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[texts("message_types", "sms, voice")],
    ..PLAIN
};

static GUARDIAN_PHONE_PROVIDER: Object = Object {
    name: "guardian_phone_provider",
    area: AREA,
    doc: "the provider of phone messages: one row",
    path: "/api/v2/guardian/factors/phone/selected-provider",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[text("provider", "")],
    ..PLAIN
};

static GUARDIAN_PHONE_TEMPLATES: Object = Object {
    name: "guardian_phone_templates",
    area: AREA,
    doc: "texts of phone messages: one row",
    path: "/api/v2/guardian/factors/phone/templates",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("enrollment_message", ""),
        text("verification_message", ""),
    ],
    ..PLAIN
};

static GUARDIAN_PHONE_TWILIO: Object = Object {
    name: "guardian_phone_twilio",
    area: AREA,
    doc: "account at Twilio for phone messages: one row",
    path: "/api/v2/guardian/factors/phone/providers/twilio",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    secrets: &["auth_token"],
    columns: &[
        text("from", ""),
        text("messaging_service_sid", ""),
        text("sid", "of the account"),
        text("auth_token", "").secret(),
    ],
    ..PLAIN
};

static GUARDIAN_SMS_PROVIDER: Object = Object {
    name: "guardian_sms_provider",
    area: AREA,
    doc: "the provider of text messages: one row",
    path: "/api/v2/guardian/factors/sms/selected-provider",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[text("provider", "")],
    ..PLAIN
};

static GUARDIAN_SMS_TEMPLATES: Object = Object {
    name: "guardian_sms_templates",
    area: AREA,
    doc: "texts of text messages: one row",
    path: "/api/v2/guardian/factors/sms/templates",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("enrollment_message", ""),
        text("verification_message", ""),
    ],
    ..PLAIN
};

static GUARDIAN_SMS_TWILIO: Object = Object {
    name: "guardian_sms_twilio",
    area: AREA,
    doc: "account at Twilio for text messages: one row",
    path: "/api/v2/guardian/factors/sms/providers/twilio",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    secrets: &["auth_token"],
    columns: &[
        text("from", ""),
        text("messaging_service_sid", ""),
        text("sid", "of the account"),
        text("auth_token", "").secret(),
    ],
    ..PLAIN
};

static GUARDIAN_PUSH_PROVIDER: Object = Object {
    name: "guardian_push_provider",
    area: AREA,
    doc: "the provider of push notifications: one row",
    path: "/api/v2/guardian/factors/push-notification/selected-provider",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[text("provider", "")],
    ..PLAIN
};

static GUARDIAN_PUSH_APNS: Object = Object {
    name: "guardian_push_apns",
    area: AREA,
    doc: "Apple's push notifications: one row",
    path: "/api/v2/guardian/factors/push-notification/providers/apns",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("bundle_id", ""),
        truth("sandbox", ""),
        truth("enabled", ""),
    ],
    ..PLAIN
};

static GUARDIAN_PUSH_SNS: Object = Object {
    name: "guardian_push_sns",
    area: AREA,
    doc: "Amazon's push notifications: one row",
    path: "/api/v2/guardian/factors/push-notification/providers/sns",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    secrets: &["aws_access_key_id", "aws_secret_access_key"],
    columns: &[
        text("aws_secret_access_key", "").secret(),
        text("aws_access_key_id", "").secret(),
        text("aws_region", ""),
        text("sns_apns_platform_application_arn", ""),
        text("sns_gcm_platform_application_arn", ""),
    ],
    ..PLAIN
};

static GUARDIAN_WEBAUTHN_PLATFORM_SETTINGS: Object = Object {
    name: "guardian_webauthn_platform_settings",
    area: AREA,
    doc: "keys in devices: one row",
    path: "/api/v2/guardian/factors/webauthn-platform/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("user_verification", "").key("userVerification"),
        truth("override_relying_party", "").key("overrideRelyingParty"),
        text("relying_party_identifier", "").key("relyingPartyIdentifier"),
    ],
    ..PLAIN
};

static GUARDIAN_WEBAUTHN_ROAMING_SETTINGS: Object = Object {
    name: "guardian_webauthn_roaming_settings",
    area: AREA,
    doc: "keys one carries along: one row",
    path: "/api/v2/guardian/factors/webauthn-roaming/settings",
    shape: Shape::One,
    id: "",
    scopes: &["read:guardian_factors"],
    columns: &[
        text("user_verification", "").key("userVerification"),
        truth("override_relying_party", "").key("overrideRelyingParty"),
        text("relying_party_identifier", "").key("relyingPartyIdentifier"),
    ],
    ..PLAIN
};
