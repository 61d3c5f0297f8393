//! Writing what a tenant has one of: its settings.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Answer, Insert, Method, Update, Writes};
use super::words::{delete, entry, post, put_among, put_without, scalars, CHANGE, MAKE, NONE};

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "tenant_settings",
        update: Some(Update {
            path: "/api/v2/tenants/settings",
            columns: &[
                "change_password",
                "device_flow",
                "guardian_mfa_page",
                "default_audience",
                "default_directory",
                "error_page",
                "default_token_quota",
                "flags",
                "friendly_name",
                "picture_url",
                "support_email",
                "support_url",
                "allowed_logout_urls",
                "session_lifetime",
                "idle_session_lifetime",
                "ephemeral_session_lifetime",
                "idle_ephemeral_session_lifetime",
                "sandbox_version",
                "legacy_sandbox_version",
                "default_redirection_uri",
                "enabled_locales",
                "security_headers",
                "session_cookie",
                "sessions",
                "oidc_logout",
                "customize_mfa_in_postlogin_action",
                "allow_organization_name_in_authentication_api",
                "acr_values_supported",
                "mtls",
                "pushed_authorization_requests_supported",
                "authorization_response_iss_parameter_supported",
                "skip_non_verifiable_callback_uri_confirmation_prompt",
                "resource_parameter_profile",
                "client_id_metadata_document_supported",
                "phone_consolidated_experience",
                "dynamic_client_registration_security_mode",
                "country_codes",
            ],
            nullable: &[
                "change_password",
                "device_flow",
                "guardian_mfa_page",
                "error_page",
                "default_token_quota",
                "security_headers",
                "session_cookie",
                "sessions",
                "customize_mfa_in_postlogin_action",
                "allow_organization_name_in_authentication_api",
                "acr_values_supported",
                "mtls",
                "pushed_authorization_requests_supported",
                "authorization_response_iss_parameter_supported",
                "skip_non_verifiable_callback_uri_confirmation_prompt",
                "country_codes",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "branding",
        update: Some(Update {
            path: "/api/v2/branding",
            columns: &["colors", "favicon_url", "logo_url", "font"],
            nullable: &["colors", "favicon_url", "logo_url", "font"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "branding_themes",
        insert: post(
            "/api/v2/branding/themes",
            &["borders", "colors", "fonts", "page_background", "widget"],
            &[
                "borders",
                "colors",
                "display_name",
                "fonts",
                "identifiers",
                "page_background",
                "widget",
            ],
        ),
        // All but the name are required.
        update: Some(Update {
            path: "/api/v2/branding/themes/{theme_id}",
            columns: &[
                "borders",
                "colors",
                "display_name",
                "fonts",
                "identifiers",
                "page_background",
                "widget",
            ],
            whole: true,
            ..CHANGE
        }),
        delete: delete("/api/v2/branding/themes/{theme_id}"),
        ..NONE
    },
    Writes {
        object: "universal_login_template",
        insert: Some(Insert {
            method: Method::Put,
            path: "/api/v2/branding/templates/universal-login",
            columns: &["body"],
            required: &["body"],
            absent: Some(("/api/v2/branding/templates/universal-login", None)),
            keys: &[("body", "template")],
            answer: Answer::Nothing,
            ..MAKE
        }),
        update: Some(Update {
            method: Method::Put,
            path: "/api/v2/branding/templates/universal-login",
            columns: &["body"],
            keys: &[("body", "template")],
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: delete("/api/v2/branding/templates/universal-login"),
        ..NONE
    },
    Writes {
        object: "prompts",
        update: Some(Update {
            path: "/api/v2/prompts",
            columns: &[
                "universal_login_experience",
                "identifier_first",
                "webauthn_platform_first_factor",
            ],
            nullable: &["identifier_first", "webauthn_platform_first_factor"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "prompt_custom_texts",
        insert: put_among(
            Method::Put,
            "/api/v2/prompts/{prompt}/custom-text/{language}",
            entry("screen", "texts"),
        ),
        update: Some(Update {
            method: Method::Put,
            path: "/api/v2/prompts/{prompt}/custom-text/{language}",
            columns: &["texts"],
            batch: Some(entry("screen", "texts").whole()),
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: put_without(
            Method::Put,
            "/api/v2/prompts/{prompt}/custom-text/{language}",
            scalars("", "screen", usize::MAX),
        ),
        ..NONE
    },
    Writes {
        object: "prompt_partials",
        insert: put_among(
            Method::Put,
            "/api/v2/prompts/{prompt}/partials",
            entry("screen", "partials"),
        ),
        update: Some(Update {
            method: Method::Put,
            path: "/api/v2/prompts/{prompt}/partials",
            columns: &["partials"],
            batch: Some(entry("screen", "partials").whole()),
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: put_without(
            Method::Put,
            "/api/v2/prompts/{prompt}/partials",
            scalars("", "screen", usize::MAX),
        ),
        ..NONE
    },
    Writes {
        object: "prompt_screen_renderings",
        update: Some(Update {
            path: "/api/v2/prompts/{prompt}/screen/{screen}/rendering",
            columns: &[
                "rendering_mode",
                "context_configuration",
                "default_head_tags_disabled",
                "use_page_template",
                "head_tags",
                "filters",
            ],
            nullable: &[
                "context_configuration",
                "default_head_tags_disabled",
                "use_page_template",
                "head_tags",
                "filters",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "email_provider",
        insert: post(
            "/api/v2/emails/provider",
            &["name", "credentials"],
            &[
                "name",
                "enabled",
                "default_from_address",
                "credentials",
                "settings",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/emails/provider",
            columns: &[
                "name",
                "enabled",
                "default_from_address",
                "credentials",
                "settings",
            ],
            nullable: &["settings"],
            ..CHANGE
        }),
        delete: delete("/api/v2/emails/provider"),
        secrets: &["credentials"],
    },
    Writes {
        object: "default_custom_domain",
        update: Some(Update {
            path: "/api/v2/custom-domains/default",
            columns: &["domain"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "brute_force_protection",
        update: Some(Update {
            path: "/api/v2/attack-protection/brute-force-protection",
            columns: &["enabled", "shields", "allowlist", "mode", "max_attempts"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "suspicious_ip_throttling",
        update: Some(Update {
            path: "/api/v2/attack-protection/suspicious-ip-throttling",
            columns: &["enabled", "shields", "allowlist", "stage"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "breached_password_detection",
        update: Some(Update {
            path: "/api/v2/attack-protection/breached-password-detection",
            columns: &[
                "enabled",
                "shields",
                "admin_notification_frequency",
                "method",
                "stage",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "bot_detection",
        update: Some(Update {
            path: "/api/v2/attack-protection/bot-detection",
            columns: &[
                "bot_detection_level",
                "challenge_password_policy",
                "challenge_passwordless_policy",
                "challenge_password_reset_policy",
                "allowlist",
                "monitoring_mode_enabled",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "captcha",
        update: Some(Update {
            path: "/api/v2/attack-protection/captcha",
            columns: &[
                "active_provider_id",
                "arkose",
                "auth_challenge",
                "hcaptcha",
                "friendly_captcha",
                "recaptcha_enterprise",
                "recaptcha_v2",
                "simple_captcha",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "phone_provider_protection",
        update: Some(Update {
            path: "/api/v2/attack-protection/phone-provider-protection",
            columns: &["type"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "supplemental_signals",
        update: Some(Update {
            path: "/api/v2/supplemental-signals",
            columns: &["akamai_enabled"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "risk_assessment_settings",
        update: Some(Update {
            path: "/api/v2/risk-assessments/settings",
            columns: &["enabled"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "risk_assessment_new_device_settings",
        update: Some(Update {
            path: "/api/v2/risk-assessments/settings/new-device",
            columns: &["remember_for"],
            ..CHANGE
        }),
        ..NONE
    },
];
