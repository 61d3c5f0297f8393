//! The API's error answers: one body shape for the Management API, one for /oauth/token.

use crate::json::quote;
use crate::reply::Reply;
use http::StatusCode;
use serde_json::json;

/// A Management API error.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Prose, as recorded from real tenants where a recording exists.
    pub message: String,
    /// Machine key; often absent in the real API too.
    pub code: Option<String>,
    /// 401s about the token repeat the message under `attributes`.
    pub attributes: bool,
}

impl ApiError {
    /// An error with an errorCode.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> ApiError {
        ApiError {
            status,
            message: message.into(),
            code: Some(code.to_string()),
            attributes: false,
        }
    }

    /// An error without an errorCode.
    pub fn bare(status: u16, message: impl Into<String>) -> ApiError {
        ApiError {
            status,
            message: message.into(),
            code: None,
            attributes: false,
        }
    }

    /// 401 about the presented token.
    pub fn token(message: &str) -> ApiError {
        ApiError {
            attributes: true,
            ..ApiError::bare(401, message)
        }
    }

    /// 400 about the request body.
    pub fn body(what: impl std::fmt::Display) -> ApiError {
        ApiError::new(
            400,
            "invalid_body",
            format!("Payload validation error: {what}."),
        )
    }

    /// 400 about a query parameter.
    pub fn query(what: impl std::fmt::Display) -> ApiError {
        ApiError::new(
            400,
            "invalid_query_string",
            format!("Query validation error: {what}."),
        )
    }

    /// 404 of a user.
    pub fn no_user() -> ApiError {
        ApiError::new(404, "inexistent_user", "The user does not exist.")
    }

    /// 403 naming the scopes of which one would do.
    pub fn scope(expected: &[&str]) -> ApiError {
        let list = expected.join(",");
        ApiError::new(
            403,
            "insufficient_scope",
            format!("Insufficient scope, expected any of: {list}"),
        )
    }

    /// The body a status gets when nothing more is known about it.
    pub fn usual(status: u16) -> ApiError {
        match status {
            404 => ApiError::bare(404, "Not Found"),
            429 => ApiError::new(429, "too_many_requests", "Global limit has been reached"),
            503 => ApiError::bare(
                503,
                "The query exceeded the timeout. Please try refining your search criteria. See https://auth0.com/docs/best-practices/search-best-practices.",
            ),
            _ => ApiError::bare(status, reason(status)),
        }
    }

    /// The answer that carries it.
    pub fn reply(&self) -> Reply {
        // Written by hand for the order of keys in the recordings.
        let mut body = format!(
            r#"{{"statusCode":{},"error":{},"message":{}"#,
            self.status,
            quote(reason(self.status)),
            quote(&self.message)
        );
        if self.attributes {
            body.push_str(&format!(
                r#","attributes":{{"error":{}}}"#,
                quote(&self.message)
            ));
        }
        if let Some(code) = &self.code {
            body.push_str(&format!(r#","errorCode":{}"#, quote(code)));
        }
        body.push('}');
        let reply = Reply::raw(self.status, body);
        if self.status == 401 {
            return reply.header("www-authenticate", "Bearer");
        }
        reply
    }
}

/// An /oauth/token error: `{error, error_description[, error_uri]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct OauthError {
    /// HTTP status.
    pub status: u16,
    /// OAuth's error code.
    pub error: &'static str,
    /// Prose.
    pub description: String,
    /// A page about it, for the grant type error only.
    pub uri: Option<&'static str>,
}

impl OauthError {
    /// An error without a page.
    pub fn new(status: u16, error: &'static str, description: impl Into<String>) -> OauthError {
        OauthError {
            status,
            error,
            description: description.into(),
            uri: None,
        }
    }

    /// The answer that carries it.
    pub fn reply(&self) -> Reply {
        let mut body = json!({ "error": self.error, "error_description": self.description });
        if let Some(uri) = self.uri {
            body["error_uri"] = uri.into();
        }
        Reply::json(self.status, &body)
    }
}

/// The reason phrase of a status.
pub fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("Unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_bodies() {
        let text = |error: ApiError| String::from_utf8(error.reply().body.to_vec()).unwrap();
        assert_eq!(
            text(ApiError::no_user()),
            r#"{"statusCode":404,"error":"Not Found","message":"The user does not exist.","errorCode":"inexistent_user"}"#
        );
        assert_eq!(
            text(ApiError::token("Invalid token")),
            r#"{"statusCode":401,"error":"Unauthorized","message":"Invalid token","attributes":{"error":"Invalid token"}}"#
        );
        assert_eq!(
            text(ApiError::usual(429)),
            r#"{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}"#
        );
    }
}
