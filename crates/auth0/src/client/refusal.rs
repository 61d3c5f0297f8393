//! Auth0's error bodies, and which error of ours each status is.

use serde_json::Value;

use crate::error::{Call, Error, Refusal};

/// Longest piece of Auth0's prose that is passed on.
const LONGEST: usize = 1000;

/// Codes of a 403 that mean "this tenant or plan has no such thing", not "the token may not".
const NOT_OFFERED: &[&str] = &[
    "feature_not_enabled",
    "insufficient_entitlement",
    "operation_not_supported",
    "hooks_not_allowed",
    "rules_not_allowed",
];

fn is_not_offered(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    // Recorded with the code of a missing scope, which no scope would help against.
    let upgrade = refusal
        .message
        .as_deref()
        .is_some_and(|message| message.starts_with("Please upgrade your subscription"));
    match refusal.status {
        403 => NOT_OFFERED.contains(&code) || upgrade,
        _ => code == "feature_not_enabled",
    }
}

/// The error for a Management API answer that is neither a success nor a 429.
pub fn error(call: &Call, status: u16, body: &[u8]) -> Error {
    let refusal = management(status, body);
    let call = call.clone();
    match status {
        401 => Error::Unauthorized {
            call,
            refusal,
            fresh: false,
        },
        // A token that is not even a JWT is answered 400 with the code "Bearer".
        400 if refusal.code.as_deref() == Some("Bearer") => Error::Unauthorized {
            call,
            refusal,
            fresh: false,
        },
        // Organizations' discovery domains say so with a 400.
        400 | 403 if is_not_offered(&refusal) => Error::NotOffered { call, refusal },
        403 => {
            let scopes = scopes(refusal.message.as_deref().unwrap_or_default());
            Error::MissingScope {
                call,
                refusal,
                scopes,
            }
        }
        408 | 500..=599 => Error::ServerError {
            call,
            refusal,
            attempts: 0,
        },
        400..=499 => Error::Rejected { call, refusal },
        // Following a redirect would carry the token to a place nobody declared.
        300..=399 => Error::Unreadable {
            call,
            reason: format!("HTTP {status}: a redirect, which is not followed"),
            attempts: 1,
        },
        _ => Error::Unreadable {
            call,
            reason: format!("unexpected HTTP status {status}"),
            attempts: 1,
        },
    }
}

/// `{statusCode, error, message, errorCode}`; what is not JSON (an HTML page of the edge) leaves the status alone.
fn management(status: u16, body: &[u8]) -> Refusal {
    read(status, body, "errorCode", "message")
}

/// `{error, error_description}` of `/oauth/token`.
pub fn oauth(status: u16, body: &[u8]) -> Refusal {
    read(status, body, "error", "error_description")
}

fn read(status: u16, body: &[u8], code: &str, message: &str) -> Refusal {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(shorten);
    Refusal {
        status,
        code: text(code),
        message: text(message).or_else(|| text("error")),
    }
}

fn shorten(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

/// The scopes of `Insufficient scope, expected any of: read:users,read:current_user`.
fn scopes(message: &str) -> Vec<String> {
    let list = message
        .split_once("expected any of:")
        .map_or("", |(_, list)| list);
    list.split([',', ' '])
        .map(str::trim)
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Error {
        error(
            &Call {
                method: "GET",
                path: "/api/v2/users".into(),
            },
            status,
            body.as_bytes(),
        )
    }

    #[test]
    fn scope_is_named() {
        let error = of(
            403,
            r#"{"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any of: read:users,read:current_user","errorCode":"insufficient_scope"}"#,
        );
        assert!(
            matches!(error, Error::MissingScope { scopes, .. } if scopes == ["read:users", "read:current_user"])
        );
    }

    #[test]
    fn a_missing_feature_is_no_missing_scope() {
        let error = of(
            403,
            r#"{"message":"This feature is not enabled for this tenant.","errorCode":"feature_not_enabled"}"#,
        );
        assert!(matches!(error, Error::NotOffered { .. }));
    }

    #[test]
    fn a_malformed_token_is_unauthorized() {
        let error = of(
            400,
            r#"{"message":"Bad HTTP authentication header format","errorCode":"Bearer"}"#,
        );
        assert!(matches!(error, Error::Unauthorized { .. }));
    }

    #[test]
    fn html_keeps_the_status() {
        let Error::ServerError { refusal, .. } = of(502, "<html>Bad gateway</html>") else {
            panic!()
        };
        assert_eq!(
            refusal,
            Refusal {
                status: 502,
                code: None,
                message: None
            }
        );
    }

    #[test]
    fn every_status_has_an_error() {
        for status in 100..600 {
            of(status, "");
        }
        assert!(matches!(of(404, "{}"), Error::Rejected { .. }));
        assert!(matches!(of(302, ""), Error::Unreadable { .. }));
        assert!(matches!(of(408, ""), Error::ServerError { .. }));
    }

    #[test]
    fn prose_is_shortened_and_keeps_no_control_characters() {
        let Error::Rejected { refusal, .. } =
            of(404, &format!(r#"{{"message":"a\n{}"}}"#, "x".repeat(5000)))
        else {
            panic!()
        };
        let message = refusal.message.unwrap();
        assert_eq!(message.len(), LONGEST);
        assert!(message.starts_with("ax"));
    }
}
