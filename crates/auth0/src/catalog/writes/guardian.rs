//! Writing the settings of multi-factor authentication.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Answer, Method, Update, Writes};
use super::words::{put_among, put_without, scalars, CHANGE, NONE};

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "guardian_factors",
        update: Some(Update {
            path: "/api/v2/guardian/factors/{name}",
            columns: &["enabled"],
            method: Method::Put,
            answer: Answer::Nothing,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_settings",
        update: Some(Update {
            path: "/api/v2/guardian/settings",
            columns: &[
                "display_remember_me_checkbox",
                "remember_me_default_value",
                "mfa_session_inactivity_timeout",
                "mfa_session_overall_timeout",
            ],
            method: Method::Put,
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_email_settings",
        update: Some(Update {
            path: "/api/v2/guardian/factors/email/settings",
            columns: &["otp_length", "otp_expiration_time"],
            method: Method::Put,
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_phone_settings",
        update: Some(Update {
            path: "/api/v2/guardian/factors/phone/settings",
            columns: &["otp_length", "otp_expiration_time"],
            method: Method::Put,
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_policies",
        insert: put_among(
            Method::Put,
            "/api/v2/guardian/policies",
            scalars("", "policy", usize::MAX),
        ),
        delete: put_without(
            Method::Put,
            "/api/v2/guardian/policies",
            scalars("", "policy", usize::MAX),
        ),
        ..NONE
    },
    Writes {
        object: "guardian_duo_settings",
        update: Some(Update {
            path: "/api/v2/guardian/factors/duo/settings",
            columns: &["ikey", "skey", "host"],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_phone_message_types",
        update: Some(Update {
            path: "/api/v2/guardian/factors/phone/message-types",
            columns: &["message_types"],
            method: Method::Put,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_phone_provider",
        update: Some(Update {
            path: "/api/v2/guardian/factors/phone/selected-provider",
            columns: &["provider"],
            method: Method::Put,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_phone_templates",
        update: Some(Update {
            path: "/api/v2/guardian/factors/phone/templates",
            columns: &["enrollment_message", "verification_message"],
            method: Method::Put,
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_phone_twilio",
        update: Some(Update {
            path: "/api/v2/guardian/factors/phone/providers/twilio",
            columns: &["from", "messaging_service_sid", "auth_token", "sid"],
            method: Method::Put,
            nullable: &["from", "messaging_service_sid", "auth_token", "sid"],
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_sms_provider",
        update: Some(Update {
            path: "/api/v2/guardian/factors/sms/selected-provider",
            columns: &["provider"],
            method: Method::Put,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_sms_templates",
        update: Some(Update {
            path: "/api/v2/guardian/factors/sms/templates",
            columns: &["enrollment_message", "verification_message"],
            method: Method::Put,
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_sms_twilio",
        update: Some(Update {
            path: "/api/v2/guardian/factors/sms/providers/twilio",
            columns: &["from", "messaging_service_sid", "auth_token", "sid"],
            method: Method::Put,
            nullable: &["from", "messaging_service_sid", "auth_token", "sid"],
            whole: true,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_push_provider",
        update: Some(Update {
            path: "/api/v2/guardian/factors/push-notification/selected-provider",
            columns: &["provider"],
            method: Method::Put,
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_push_sns",
        update: Some(Update {
            path: "/api/v2/guardian/factors/push-notification/providers/sns",
            columns: &[
                "aws_access_key_id",
                "aws_secret_access_key",
                "aws_region",
                "sns_apns_platform_application_arn",
                "sns_gcm_platform_application_arn",
            ],
            nullable: &[
                "aws_access_key_id",
                "aws_secret_access_key",
                "aws_region",
                "sns_apns_platform_application_arn",
                "sns_gcm_platform_application_arn",
            ],
            ..CHANGE
        }),
        ..NONE
    },
    Writes {
        object: "guardian_push_apns",
        update: Some(Update {
            path: "/api/v2/guardian/factors/push-notification/providers/apns",
            columns: &["sandbox", "bundle_id"],
            nullable: &["bundle_id"],
            ..CHANGE
        }),
        ..NONE
    },
];
