//! Tokens: given, or fetched with the client credentials grant, once, and kept until shortly before they expire.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};
use url::form_urlencoded;

use super::assertion;
use crate::error::{Error, Result};
use crate::options::Tenant;
use crate::secret::Secret;

/// How to get a token, with every secret at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token somebody made; it cannot be renewed here.
    Token(Secret),
    /// Client credentials grant with a client secret.
    ClientSecret {
        /// The application.
        client_id: String,
        /// Its secret.
        secret: Secret,
        /// Audience to ask for, when it is not the tenant's own.
        audience: Option<String>,
    },
    /// Client credentials grant with a signed assertion.
    PrivateKey {
        /// The application.
        client_id: String,
        /// RSA key, PEM.
        key: Secret,
        /// RS256, RS384 or PS256.
        alg: String,
        /// Audience to ask for, when it is not the tenant's own.
        audience: Option<String>,
        /// The foreign server, for the error about an unusable key.
        server: String,
    },
}

/// A bearer token.
pub(super) type Token = Secret;

/// A fetched token and the moment from which it is not used any more.
struct Fetched {
    token: Token,
    until: Instant,
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fetched")
    }
}

/// The token of one client.
#[derive(Debug)]
pub(super) struct Tokens {
    credentials: Credentials,
    audience: String,
    fetched: Mutex<Option<Fetched>>,
}

/// The state of the token: valid, or to be fetched by whoever holds the slot (the others wait for it).
pub(super) enum Current<'a> {
    Valid(Token),
    Fetch(Slot<'a>),
}

pub(super) struct Slot<'a>(MutexGuard<'a, Option<Fetched>>);

impl Slot<'_> {
    pub(super) fn fill(&mut self, (token, until): (Token, Instant)) -> Token {
        *self.0 = Some(Fetched {
            token: token.clone(),
            until,
        });
        token
    }
}

impl Tokens {
    pub(super) fn new(credentials: Credentials, tenant: &Tenant) -> Self {
        let audience = match &credentials {
            Credentials::ClientSecret {
                audience: Some(audience),
                ..
            }
            | Credentials::PrivateKey {
                audience: Some(audience),
                ..
            } => audience.clone(),
            _ => tenant.audience(),
        };
        Tokens {
            credentials,
            audience,
            fetched: Mutex::new(None),
        }
    }

    pub(super) async fn current(&self) -> Current<'_> {
        if let Credentials::Token(token) = &self.credentials {
            return Current::Valid(token.clone());
        }
        let slot = self.fetched.lock().await;
        match &*slot {
            Some(fetched) if Instant::now() < fetched.until => {
                Current::Valid(fetched.token.clone())
            }
            _ => Current::Fetch(Slot(slot)),
        }
    }

    /// Drops `refused` if it is still the current token, so that the next call fetches one.
    /// False if there is no way to get another.
    pub(super) async fn forget(&self, refused: &Token) -> bool {
        if matches!(self.credentials, Credentials::Token(_)) {
            return false;
        }
        let mut slot = self.fetched.lock().await;
        if slot
            .as_ref()
            .is_some_and(|fetched| fetched.token == *refused)
        {
            *slot = None;
        }
        true
    }

    /// The form to send to `/oauth/token`. An assertion is made anew each time: Auth0 takes each only once.
    pub(super) fn form(&self, tenant: &Tenant) -> Result<Secret> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("audience", &self.audience);
        match &self.credentials {
            Credentials::Token(_) => {}
            Credentials::ClientSecret {
                client_id, secret, ..
            } => {
                form.append_pair("client_id", client_id)
                    .append_pair("client_secret", secret.expose());
            }
            Credentials::PrivateKey {
                client_id,
                key,
                alg,
                server,
                ..
            } => {
                let audience = format!("{}/", tenant.base());
                let assertion =
                    assertion::sign(client_id, key, alg, &audience).ok_or_else(|| {
                        Error::PrivateKey {
                            server: server.clone(),
                        }
                    })?;
                form.append_pair("client_id", client_id)
                    .append_pair("client_assertion_type", assertion::TYPE)
                    .append_pair("client_assertion", assertion.expose());
            }
        }
        Ok(Secret::new(form.finish()))
    }
}

/// Reads the token endpoint's answer. The token is given up a minute before it expires, or after nine tenths of a
/// short life; without `expires_in` it is used for five minutes.
pub(super) fn read(body: &[u8], now: Instant) -> std::result::Result<(Token, Instant), String> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "not JSON".to_owned())?;
    let token = body
        .get("access_token")
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty());
    let token = token.ok_or_else(|| "an object without an access_token".to_owned())?;
    // A header value must be visible ASCII; anything else is not a token.
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("an access_token with characters no token has".to_owned());
    }
    let seconds = body
        .get("expires_in")
        .and_then(Value::as_f64)
        .filter(|s| (0.0..1e9).contains(s))
        .unwrap_or(300.0);
    let usable = (seconds - 60.0).max(seconds * 0.9);
    Ok((Secret::new(token), now + Duration::from_secs_f64(usable)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        let now = Instant::now();
        for (expires, usable) in [
            ("86400", 86_340.0),
            ("100", 90.0),
            ("0", 0.0),
            ("null", 270.0),
            ("1e300", 270.0),
        ] {
            let body = format!(r#"{{"access_token":"t","expires_in":{expires}}}"#);
            let (_, until) = read(body.as_bytes(), now).unwrap();
            assert_eq!((until - now).as_secs_f64(), usable, "{expires}");
        }
    }

    #[test]
    fn unreadable() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a\nb"}"#,
            r#"{"access_token":7}"#,
        ] {
            assert!(read(body.as_bytes(), Instant::now()).is_err(), "{body}");
        }
    }

    #[test]
    fn the_form_is_encoded() {
        let tenant = Tenant::from_domain("t.eu.auth0.com").unwrap();
        let credentials = Credentials::ClientSecret {
            client_id: "c".into(),
            secret: Secret::new("a&b=c+d"),
            audience: None,
        };
        let form = Tokens::new(credentials, &tenant).form(&tenant).unwrap();
        assert_eq!(
            form.expose(),
            "grant_type=client_credentials&audience=https%3A%2F%2Ft.eu.auth0.com%2Fapi%2Fv2%2F&client_id=c&client_secret=a%26b%3Dc%2Bd"
        );
    }
}
