//! What a client knows of its tenant and its token, for whoever wants to see it.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine as _;
use serde_json::{Map, Value};

use super::{Client, Stats};
use crate::error::Result;
use crate::options::{Settings, Tenant};
use crate::secret::Secret;

/// What a token says of itself. Nobody has verified it: that is for Auth0, who gets it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// The claims of a JWT; `None` for a token that is none.
    pub fn of(token: &Secret) -> Option<Self> {
        let mut parts = token.expose().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
        serde_json::from_slice(&json.ok()?).ok().map(Claims)
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is one text or several.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A claim that is a time, in seconds since 1970.
    pub fn seconds(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// Whether the claim `scope` lists it.
    pub fn has_scope(&self, scope: &str) -> bool {
        let listed = self.text("scope").unwrap_or_default();
        listed.split_whitespace().any(|one| one == scope)
    }
}

/// What is known of a tenant's rate limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Calls that may be made at once.
    pub burst: f64,
    /// Calls a second that are surely allowed after them.
    pub at_least: f64,
    /// And surely no more than these; infinite as long as nothing is known.
    pub at_most: f64,
}

impl Client {
    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The claims of the token that calls are made with, which is fetched if there is none; `None` if it is no JWT.
    pub async fn claims(&self, settings: &Settings, stats: &Stats) -> Result<Option<Claims>> {
        let token = self.token(settings, stats).await?;
        Ok(Claims::of(&token))
    }

    /// What the answers so far told of the rate limit; `None` if they told nothing.
    pub fn rate(&self) -> Option<Rate> {
        self.limiter().rate()
    }

    /// By how many seconds the tenant's clock is ahead of ours, give or take one, as the last answer told.
    pub fn clock_ahead(&self) -> Option<f64> {
        self.limiter().clock_ahead()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_a_token() {
        let payload = r#"{"scope":"read:users read:roles","aud":["a","b"],"iss":"i","exp":12}"#;
        let token = Secret::new(format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload)));
        let claims = Claims::of(&token).unwrap();
        assert!(claims.has_scope("read:roles") && !claims.has_scope("read:role"));
        assert_eq!(claims.texts("aud"), ["a", "b"]);
        assert_eq!(claims.texts("iss"), ["i"]);
        assert_eq!(claims.seconds("exp"), Some(12.0));
        for opaque in ["", "abc", "a.b", "a.!.c", "h.W10.s"] {
            assert_eq!(Claims::of(&Secret::new(opaque)), None, "{opaque}");
        }
    }
}
