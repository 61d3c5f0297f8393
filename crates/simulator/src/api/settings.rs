//! Objects that are there once.

use super::Param::Fields;
use super::{empty_setting, one, setting, Endpoint, Quirk};

const ATTACK: &str = "read:attack_protection";
const FACTORS: &str = "read:guardian_factors";

/// Endpoints of single objects.
pub const ENDPOINTS: &[Endpoint] = &[
    setting("tenants/settings", "read:tenant_settings").query(&[Fields(&[])]),
    setting("branding", "read:branding"),
    setting("branding/themes/default", "read:branding"),
    one("branding/themes/{id}", "read:branding"),
    setting("branding/templates/universal-login", "read:branding"),
    setting("prompts", "read:prompts"),
    empty_setting("prompts/{prompt}/custom-text/{language}", "read:prompts")
        .quirks(&[Quirk::AnyParent]),
    empty_setting("prompts/{prompt}/partials", "read:prompts").quirks(&[Quirk::AnyParent]),
    setting("prompts/{prompt}/screen/{screen}/rendering", "read:prompts")
        .quirks(&[Quirk::AnyParent]),
    setting("emails/provider", "read:email_provider").query(&[Fields(&[
        "name",
        "enabled",
        "credentials",
        "settings",
        "default_from_address",
    ])]),
    setting("email-templates/{name}", "read:email_templates"),
    setting("attack-protection/brute-force-protection", ATTACK),
    setting("attack-protection/suspicious-ip-throttling", ATTACK),
    setting("attack-protection/breached-password-detection", ATTACK),
    setting("attack-protection/bot-detection", ATTACK),
    setting("attack-protection/captcha", ATTACK),
    setting("attack-protection/phone-provider-protection", ATTACK),
    setting("anomaly/blocks/ips/{ip}", "read:anomaly_blocks"),
    setting("custom-domains/default", "read:custom_domains"),
    setting("supplemental-signals", ATTACK),
    setting("risk-assessments/settings", ATTACK),
    setting("risk-assessments/settings/new-device", ATTACK),
    setting("guardian/policies", "read:mfa_policies"),
    setting("guardian/settings", FACTORS),
    setting("guardian/factors/duo/settings", FACTORS),
    setting("guardian/factors/email/settings", FACTORS),
    setting("guardian/factors/phone/settings", FACTORS),
    setting("guardian/factors/phone/message-types", FACTORS),
    setting("guardian/factors/phone/selected-provider", FACTORS),
    setting("guardian/factors/phone/templates", FACTORS),
    setting("guardian/factors/phone/providers/twilio", FACTORS),
    setting("guardian/factors/push-notification/providers/apns", FACTORS),
    setting("guardian/factors/push-notification/providers/sns", FACTORS),
    setting(
        "guardian/factors/push-notification/selected-provider",
        FACTORS,
    ),
    setting("guardian/factors/sms/providers/twilio", FACTORS),
    setting("guardian/factors/sms/selected-provider", FACTORS),
    setting("guardian/factors/sms/templates", FACTORS),
    setting("guardian/factors/webauthn-platform/settings", FACTORS),
    setting("guardian/factors/webauthn-roaming/settings", FACTORS),
];
