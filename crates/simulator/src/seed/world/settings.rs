//! Objects that are there once.

use super::Sower;
use crate::ids;
use serde_json::{json, Value};

/// Sows them.
pub fn sow(sower: &mut Sower) {
    tenant(sower);
    appearance(sower);
    mail(sower);
    protection(sower);
    guardian(sower);
}

fn tenant(sower: &mut Sower) {
    sower.set(
        &["tenants", "settings"],
        json!({
            "friendly_name": "Simulated & Söhne",
            "support_email": "support@example.com",
            "support_url": "https://example.com/support",
            "picture_url": "https://example.com/logo.png",
            "allowed_logout_urls": [],
            "default_audience": "",
            "default_directory": "",
            "enabled_locales": ["en", "de"],
            "session_lifetime": 168,
            "idle_session_lifetime": 72,
            "ephemeral_session_lifetime": 0.5,
            "idle_ephemeral_session_lifetime": 0.25,
            "sandbox_version": "22",
            "legacy_sandbox_version": "",
            "sandbox_versions_available": ["22", "18"],
            "flags": {"allow_legacy_ro_grant_types": false, "enable_apis_section": true, "enable_client_connections": false, "disable_clickjack_protection_headers": false, "revoke_refresh_token_grant": false},
            "change_password": {"enabled": false, "html": "<html>"},
            "guardian_mfa_page": {"enabled": false, "html": ""},
            "error_page": Value::Null,
            "device_flow": {"charset": "base20", "mask": "****-****"},
            "session_cookie": {"mode": "persistent"},
            "sessions": {"oidc_logout_prompt_enabled": true},
            "oidc_logout": {"rp_logout_end_session_endpoint_discovery": true},
            "acr_values_supported": [],
            "allow_organization_name_in_authentication_api": false,
            "customize_mfa_in_postlogin_action": false,
            "pushed_authorization_requests_supported": false,
            "authorization_response_iss_parameter_supported": Value::Null,
            "mtls": Value::Null,
            "default_token_quota": Value::Null,
            "resource_parameter_profile": "audience",
            "universal_login": {"colors": {"page_background": "#ffffff", "primary": "#2A2E35"}},
            "default_redirection_uri": "https://example.com/start",
            "client_id_metadata_document_supported": false,
            "phone_consolidated_experience": true,
            "country_codes": {"list": ["US", "DE"], "type": "allow"},
            "skip_non_verifiable_callback_uri_confirmation_prompt": true,
        }),
    );
    sower.set(&["supplemental-signals"], json!({"akamai_enabled": false}));
    sower.set(&["risk-assessments", "settings"], json!({"enabled": false}));
    sower.set(
        &["risk-assessments", "settings", "new-device"],
        json!({"remember_for": 30}),
    );
}

fn appearance(sower: &mut Sower) {
    sower.set(
        &["branding"],
        json!({
            "colors": {"primary": "#0059d6", "page_background": {"type": "linear-gradient", "start": "#FFFFFF", "end": "#000000", "angle_deg": 35}},
            "favicon_url": "https://example.com/favicon.ico",
            "logo_url": "https://example.com/logo.png",
            "font": {"url": "https://example.com/font.ttf"},
        }),
    );
    let theme = json!({
        "themeId": ids::made("", &format!("{} theme", sower.seed), 32),
        "displayName": "Plain",
        "borders": {"button_border_radius": 3, "button_border_weight": 1, "buttons_style": "rounded", "input_border_radius": 3, "input_border_weight": 1, "inputs_style": "rounded", "show_widget_shadow": true, "widget_border_weight": 0, "widget_corner_radius": 5},
        "colors": {"body_text": "#1e212a", "error": "#d03c38", "header": "#1e212a", "icons": "#65676e", "input_background": "#ffffff", "input_border": "#c9cace", "input_filled_text": "#000000", "input_labels_placeholders": "#65676e", "links_focused_components": "#635dff", "primary_button": "#635dff", "primary_button_label": "#ffffff", "secondary_button_border": "#c9cace", "secondary_button_label": "#1e212a", "success": "#13a688", "widget_background": "#ffffff", "widget_border": "#c9cace"},
        "fonts": {"body_text": {"bold": false, "size": 87.5}, "buttons_text": {"bold": false, "size": 100}, "font_url": "", "input_labels": {"bold": false, "size": 100}, "links": {"bold": true, "size": 87.5}, "links_style": "normal", "reference_text_size": 16, "subtitle": {"bold": false, "size": 87.5}, "title": {"bold": false, "size": 150}},
        "page_background": {"background_color": "#000000", "background_image_url": "", "page_layout": "center"},
        "identifiers": {"login_display": "unified", "otp_autocomplete": true, "phone_display": {"formatting": "international", "masking": "mask_digits"}},
        "widget": {"header_text_alignment": "center", "logo_height": 52, "logo_position": "center", "logo_url": "", "social_buttons_layout": "bottom"},
    });
    sower.set(&["branding", "themes", "default"], theme.clone());
    sower.put(&["branding", "themes"], "themeId", theme);
    sower.set(
        &["branding", "templates", "universal-login"],
        json!({"body": "<!DOCTYPE html><html><head>{%- auth0:head -%}</head><body>{%- auth0:widget -%}</body></html>"}),
    );
    sower.set(
        &["prompts"],
        json!({"universal_login_experience": "new", "identifier_first": true, "webauthn_platform_first_factor": false}),
    );
    sower.set(
        &["prompts", "login", "custom-text", "en"],
        json!({"login": {"title": "Welcome \"back\""}}),
    );
    sower.set(
        &["prompts", "login", "partials"],
        json!({"login": {"form-content-start": "<div>Hello</div>"}}),
    );
}

fn mail(sower: &mut Sower) {
    sower.set(
        &["emails", "provider"],
        json!({"name": "smtp", "enabled": true, "default_from_address": "login@example.com", "credentials": {"smtp_host": "smtp.example.com", "smtp_port": 587, "smtp_user": "mailer"}, "settings": {"headers": {}}}),
    );
    for (i, name) in ["verify_email", "welcome_email", "reset_email"]
        .iter()
        .enumerate()
    {
        let mut template = json!({
            "template": name,
            "body": "<html><body>{{ user.email }}</body></html>",
            "from": if i == 0 { json!("login@example.com") } else { json!("") },
            "subject": "Hello",
            "syntax": "liquid",
            "enabled": i != 2,
        });
        template["resultUrl"] = if i == 1 {
            Value::Null
        } else {
            json!("https://example.com/done")
        };
        template["urlLifetimeInSeconds"] = if i == 1 { Value::Null } else { json!(432000) };
        if i == 0 {
            template["includeEmailInRedirect"] = json!(false);
        }
        sower.set(&["email-templates", name], template);
    }
}

fn protection(sower: &mut Sower) {
    let mut set = |name: &str, value: Value| sower.set(&["attack-protection", name], value);
    set(
        "brute-force-protection",
        json!({"enabled": true, "shields": ["block", "user_notification"], "mode": "count_per_identifier_and_ip", "allowlist": [], "max_attempts": 10}),
    );
    set(
        "suspicious-ip-throttling",
        json!({"enabled": true, "shields": ["admin_notification"], "allowlist": ["192.0.2.1"], "stage": {"pre-login": {"max_attempts": 100, "rate": 864000}, "pre-user-registration": {"max_attempts": 50, "rate": 1200}}}),
    );
    set(
        "breached-password-detection",
        json!({"enabled": false, "shields": [], "admin_notification_frequency": [], "method": "standard", "stage": {"pre-user-registration": {"shields": []}, "pre-change-password": {"shields": []}}}),
    );
    set(
        "bot-detection",
        json!({"bot_detection_level": "medium", "challenge_password_policy": "when_risky", "challenge_passwordless_policy": "never", "challenge_password_reset_policy": "never", "allowlist": [], "monitoring_mode_enabled": false}),
    );
    set(
        "captcha",
        json!({"active_provider_id": "auth_challenge", "auth_challenge": {"fail_open": true}, "recaptcha_v2": {"site_key": "example"}, "simple_captcha": {}, "recaptcha_enterprise": {"site_key": "example", "project_id": "example"}, "hcaptcha": {"site_key": "example"}, "friendly_captcha": {"site_key": "example"}, "arkose": {"site_key": "example", "fail_open": true}}),
    );
    set(
        "phone-provider-protection",
        json!({"type": "auth0", "enabled": true}),
    );
    // Blocked addresses answer 200 and nothing else.
    sower
        .world
        .set("anomaly/blocks/ips/203.0.113.66", String::new());
}

fn guardian(sower: &mut Sower) {
    sower.set(&["guardian", "policies"], json!(["all-applications"]));
    sower.set(
        &["guardian", "settings"],
        json!({"display_remember_me_checkbox": true, "remember_me_default_value": true, "mfa_session_inactivity_timeout": 3600, "mfa_session_overall_timeout": 86400}),
    );
    let mut set = |path: &[&str], value: Value| {
        let path = [&["guardian", "factors"], path].concat();
        sower.set(&path, value);
    };
    set(
        &["duo", "settings"],
        json!({"ikey": "DIEXAMPLE", "skey": "example", "host": "api.duo.example"}),
    );
    set(
        &["phone", "message-types"],
        json!({"message_types": ["sms", "voice"]}),
    );
    for kind in ["phone", "email"] {
        set(
            &[kind, "settings"],
            json!({"otp_length": 6, "otp_expiration_time": 300}),
        );
    }
    set(
        &["phone", "selected-provider"],
        json!({"provider": "auth0"}),
    );
    let texts = json!({"enrollment_message": "{{code}} is your code to enroll", "verification_message": "{{code}} is your code"});
    set(&["phone", "templates"], texts.clone());
    set(&["sms", "templates"], texts);
    set(&["sms", "selected-provider"], json!({"provider": "auth0"}));
    set(&["sms", "providers", "twilio"], json!({}));
    set(
        &["phone", "providers", "twilio"],
        json!({"from": Value::Null, "messaging_service_sid": "MG00", "auth_token": Value::Null, "sid": "AC00"}),
    );
    set(
        &["push-notification", "selected-provider"],
        json!({"provider": "guardian"}),
    );
    set(
        &["push-notification", "providers", "apns"],
        json!({"bundle_id": "com.example.app", "sandbox": false, "enabled": true}),
    );
    set(
        &["push-notification", "providers", "sns"],
        json!({"aws_access_key_id": Value::Null, "aws_region": "eu-central-1", "sns_apns_platform_application_arn": "arn:example:apns", "sns_gcm_platform_application_arn": "arn:example:gcm"}),
    );
    for kind in ["webauthn-platform", "webauthn-roaming"] {
        set(
            &[kind, "settings"],
            json!({"userVerification": "preferred", "overrideRelyingParty": false, "relyingPartyIdentifier": Value::Null}),
        );
    }
}
