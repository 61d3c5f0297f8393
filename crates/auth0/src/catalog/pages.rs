//! What the login pages and messages say: prompts, templates, themes.

use super::words::{json, param, single, text, texts, time, truth, whole};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Branding and texts";

/// Pages and messages.
pub const OBJECTS: &[&Object] = &[
    &BRANDING,
    &BRANDING_THEMES,
    &UNIVERSAL_LOGIN_TEMPLATE,
    &PROMPTS,
    &PROMPT_CUSTOM_TEXTS,
    &PROMPT_PARTIALS,
    &PROMPT_RENDERINGS,
    &PROMPT_SCREEN_RENDERINGS,
    &EMAIL_TEMPLATES,
    &EMAIL_PROVIDER,
    &PHONE_TEMPLATES,
];

/// Prompts whose texts can be changed. Source: <https://auth0.com/docs/api/management/v2>, the prompts' custom text.
const WITH_TEXTS: &[&str] = &[
    "login",
    "login-id",
    "login-password",
    "login-passwordless",
    "login-email-verification",
    "signup",
    "signup-id",
    "signup-password",
    "phone-identifier-enrollment",
    "phone-identifier-challenge",
    "email-identifier-challenge",
    "reset-password",
    "custom-form",
    "consent",
    "customized-consent",
    "logout",
    "mfa-push",
    "mfa-otp",
    "mfa-voice",
    "mfa-phone",
    "mfa-webauthn",
    "mfa-sms",
    "mfa-email",
    "mfa-recovery-code",
    "mfa",
    "status",
    "device-flow",
    "email-verification",
    "email-otp-challenge",
    "organizations",
    "invitation",
    "common",
    "passkeys",
    "captcha",
    "brute-force-protection",
    "async-approval-flow",
];

/// Prompts that can have partials.
const WITH_PARTIALS: &[&str] = &[
    "login",
    "login-id",
    "login-password",
    "login-passwordless",
    "signup",
    "signup-id",
    "signup-password",
    "customized-consent",
];

/// All e-mail templates; the last two are legacy.
const TEMPLATES: &[&str] = &[
    "verify_email",
    "verify_email_by_code",
    "auth_email_by_code",
    "reset_email",
    "reset_email_by_code",
    "welcome_email",
    "blocked_account",
    "stolen_credentials",
    "enrollment_email",
    "mfa_oob_code",
    "user_invitation",
    "async_approval",
    "change_password",
    "password_reset",
];

static BRANDING: Object = Object {
    name: "branding",
    area: AREA,
    doc: "colours, logo and font: one row",
    path: "/api/v2/branding",
    shape: Shape::One,
    id: "",
    scopes: &["read:branding"],
    columns: &[
        json("colors", "primary and page_background"),
        text("logo_url", ""),
        text("favicon_url", ""),
        json("font", ""),
    ],
    ..PLAIN
};

static BRANDING_THEMES: Object = Object {
    name: "branding_themes",
    area: AREA,
    doc: "the theme of the login pages: at most one row",
    path: "/api/v2/branding/themes/default",
    shape: Shape::One,
    id: "",
    scopes: &["read:branding"],
    columns: &[
        text("theme_id", "unique id").key("themeId"),
        text("display_name", "the name people see").key("displayName"),
        json("borders", ""),
        json("colors", ""),
        json("fonts", ""),
        json("page_background", ""),
        json("widget", ""),
        json("identifiers", ""),
    ],
    ..PLAIN
};

static UNIVERSAL_LOGIN_TEMPLATE: Object = Object {
    name: "universal_login_template",
    area: AREA,
    doc: "page template of the login pages: at most one row",
    path: "/api/v2/branding/templates/universal-login",
    shape: Shape::One,
    id: "",
    scopes: &["read:branding"],
    columns: &[text("body", "Liquid")],
    ..PLAIN
};

static PROMPTS: Object = Object {
    name: "prompts",
    area: AREA,
    doc: "settings of the login pages: one row",
    path: "/api/v2/prompts",
    shape: Shape::One,
    id: "",
    scopes: &["read:prompts"],
    columns: &[
        text("universal_login_experience", ""),
        truth("identifier_first", ""),
        truth("webauthn_platform_first_factor", ""),
    ],
    ..PLAIN
};

static PROMPT_CUSTOM_TEXTS: Object = Object {
    name: "prompt_custom_texts",
    area: AREA,
    doc: "texts of the login pages that were changed, by screen",
    path: "/api/v2/prompts/{prompt}/custom-text/{language}",
    shape: Shape::Entries("screen", "texts"),
    id: "screen",
    values: &[("prompt", WITH_TEXTS)],
    scopes: &["read:prompts"],
    columns: &[
        text("prompt", "the prompt"),
        text("language", "must be given in the query, such as `en`"),
        text("screen", ""),
        json("texts", "by name"),
    ],
    ..PLAIN
};

static PROMPT_PARTIALS: Object = Object {
    name: "prompt_partials",
    area: AREA,
    doc: "HTML that was put into login pages, by screen",
    path: "/api/v2/prompts/{prompt}/partials",
    shape: Shape::Entries("screen", "partials"),
    id: "screen",
    values: &[("prompt", WITH_PARTIALS)],
    scopes: &["read:prompts"],
    columns: &[
        text("prompt", "the prompt"),
        text("screen", ""),
        json("partials", "by insertion point"),
    ],
    ..PLAIN
};

static PROMPT_RENDERINGS: Object = Object {
    name: "prompt_renderings",
    area: AREA,
    doc: "how screens are rendered",
    path: "/api/v2/prompts/rendering",
    shape: Shape::List("configs"),
    paging: Paging::Offset(100),
    id: "",
    params: &[
        param("prompt", "prompt", ParamKind::Equal),
        param("screen", "screen", ParamKind::Equal),
        param("rendering_mode", "rendering_mode", ParamKind::Equal),
    ],
    scopes: &["read:prompts"],
    columns: &[
        text("tenant", "name of the tenant"),
        text("prompt", ""),
        text("screen", ""),
        text("rendering_mode", "standard or advanced"),
        texts("context_configuration", ""),
        truth("default_head_tags_disabled", ""),
        truth("use_page_template", ""),
        json("head_tags", ""),
        json("filters", "whom it is for"),
    ],
    ..PLAIN
};

static PROMPT_SCREEN_RENDERINGS: Object = Object {
    name: "prompt_screen_renderings",
    area: AREA,
    doc: "how one screen is rendered, be it changed or not",
    path: "/api/v2/prompts/{prompt}/screen/{screen}/rendering",
    shape: Shape::One,
    id: "",
    scopes: &["read:prompts"],
    columns: &[
        text("prompt", "must be given in the query"),
        text("screen", "must be given in the query"),
        text("tenant", "name of the tenant"),
        text("rendering_mode", "standard or advanced"),
        texts("context_configuration", ""),
        truth("default_head_tags_disabled", ""),
        json("head_tags", ""),
        json("filters", "whom it is for"),
        truth("use_page_template", ""),
    ],
    ..PLAIN
};

static EMAIL_TEMPLATES: Object = Object {
    name: "email_templates",
    area: AREA,
    doc: "e-mail templates that were changed",
    path: "/api/v2/email-templates/{template}",
    shape: Shape::One,
    id: "template",
    values: &[("template", TEMPLATES)],
    scopes: &["read:email_templates"],
    columns: &[
        text("template", "name of the template"),
        text("body", "Liquid"),
        text("from", ""),
        text("subject", ""),
        text("syntax", "liquid"),
        whole("url_lifetime_in_seconds", "of links in it").key("urlLifetimeInSeconds"),
        truth("enabled", ""),
        text("result_url", "where links lead to in the end").key("resultUrl"),
        truth("include_email_in_redirect", "").key("includeEmailInRedirect"),
    ],
    ..PLAIN
};

static EMAIL_PROVIDER: Object = Object {
    name: "email_provider",
    area: AREA,
    doc: "what sends the tenant's e-mails: at most one row",
    path: "/api/v2/emails/provider",
    shape: Shape::One,
    id: "",
    scopes: &["read:email_provider"],
    secrets: &[
        "credentials.api_key",
        "credentials.accessKeyId",
        "credentials.secretAccessKey",
        "credentials.smtp_pass",
        "credentials.clientSecret",
        "credentials.connectionString",
    ],
    columns: &[
        text("name", ""),
        truth("enabled", ""),
        text("default_from_address", ""),
        json("settings", ""),
        json("credentials", "host, user and the like"),
    ],
    ..PLAIN
};

static PHONE_TEMPLATES: Object = Object {
    name: "phone_templates",
    area: AREA,
    doc: "texts of text messages and calls",
    path: "/api/v2/branding/phone/templates",
    shape: Shape::List("templates"),
    by_key: &[single("id", "/api/v2/branding/phone/templates/{id}")],
    params: &[param("disabled", "disabled", ParamKind::Truth)],
    scopes: &["read:phone_templates"],
    columns: &[
        text("id", ""),
        text("channel", ""),
        truth("customizable", ""),
        text("tenant", "name of the tenant"),
        json("content", ""),
        text("type", ""),
        truth("disabled", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};
