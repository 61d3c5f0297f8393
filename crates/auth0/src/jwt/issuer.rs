//! Whom a DBA trusts, and with what: one row of `auth0.issuers`, checked when it is written and when it is read.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::{Host, Url};

use super::{Algorithm, KeySet};
use crate::error::{Error, Result};
use crate::options::parse_duration;
use crate::secret::Secret;

/// Every setting of an issuer: name, what it may be, default, and what it means.
pub const OPTIONS: [(&str, &str, &str, &str); 12] = [
    (
        "algorithms",
        "a list of RS256, RS384, RS512, PS256, ES256, HS256",
        "[\"RS256\"]",
        "Signature algorithms that are accepted.",
    ),
    (
        "leeway",
        "a time from 0 to 5min, as \"30s\" (a bare number is seconds)",
        "0",
        "How far the clocks may differ when `exp` and `nbf` are checked.",
    ),
    (
        "client_ids",
        "a list of texts that are not empty",
        "[]",
        "Applications whose ID tokens may open a session.",
    ),
    (
        "roles_claim",
        "text that is not empty",
        "",
        "Full name of the claim that lists the user's roles, for `has_role()`.",
    ),
    (
        "db_role_claim",
        "text that is not empty",
        "",
        "Full name of the claim that names the database role to switch to.",
    ),
    (
        "db_roles",
        "a list of role names other than none",
        "[]",
        "The database roles it may name.",
    ),
    (
        "secret",
        "text of at least 32 bytes that is no PEM key",
        "",
        "The shared secret of HS256.",
    ),
    (
        "jwks",
        "a JWKS document with at least one RSA (2048 to 8192 bits) or P-256 key",
        "",
        "Pinned keys: nothing is fetched.",
    ),
    (
        "jwks_url",
        "an https URL (plain http only to a loopback address)",
        "<issuer>/.well-known/jwks.json",
        "Where the keys are fetched.",
    ),
    (
        "refresh_after",
        "a time from 1s to 24h, as \"10min\"",
        "10min",
        "Age at which keys are fetched again, and so the longest life of a revoked one.",
    ),
    (
        "cooldown",
        "a time from 100ms to 1h, as \"30s\"",
        "30s",
        "Least time between two fetches, whatever key ids tokens name.",
    ),
    (
        "keep_for",
        "a time from 1s to 720h, as \"24h\"",
        "24h",
        "How long keys are believed when the issuer cannot be reached.",
    ),
];

/// How long keys are believed, and how they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Age at which keys are fetched again.
    pub refresh_after: Duration,
    /// Least time between two fetches.
    pub cooldown: Duration,
    /// How long keys are believed when the issuer cannot be reached.
    pub keep_for: Duration,
    /// Longest time for one fetch.
    pub timeout: Duration,
}

/// A trusted issuer.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Exactly what `iss` must be.
    pub url: String,
    /// At least one of these must be in `aud` of an access token.
    pub audiences: Vec<String>,
    /// Accepted algorithms.
    pub algorithms: Vec<Algorithm>,
    /// Seconds by which clocks may differ.
    pub leeway: f64,
    /// Applications whose ID tokens may open a session.
    pub client_ids: Vec<String>,
    /// The claim that lists the user's roles.
    pub roles_claim: Option<String>,
    /// The claim that names a database role.
    pub db_role_claim: Option<String>,
    /// The database roles it may name.
    pub db_roles: Vec<String>,
    /// The secret of HS256.
    pub(super) secret: Option<Secret>,
    /// Keys that stand in the row.
    pub pinned: Option<Arc<KeySet>>,
    /// Where keys are fetched.
    pub jwks_url: String,
    /// When.
    pub timing: Timing,
}

impl Issuer {
    /// Reads a row.
    pub fn parse(url: &str, audiences: &[String], options: &Value) -> Result<Self> {
        let address = safe_url(url).filter(|address| address.query().is_none());
        if address.is_none() || url.trim() != url {
            return Err(bad(
                "issuer",
                "what the tokens say in \"iss\", such as https://tenant.eu.auth0.com/ (with the slash); https only, but for a loopback address",
            ));
        }
        if audiences.is_empty() || audiences.iter().any(|audience| audience.trim().is_empty()) {
            return Err(bad(
                "audiences",
                "a list with at least one API identifier, such as https://api.example.com",
            ));
        }
        let Value::Object(options) = options else {
            return Err(bad("options", "a JSON object"));
        };
        if let Some(unknown) = options
            .keys()
            .find(|key| !OPTIONS.iter().any(|(name, ..)| name == key))
        {
            let names: Vec<&str> = OPTIONS.iter().map(|(name, ..)| *name).collect();
            return Err(Error::IssuerSetting {
                setting: unknown.clone(),
                known: false,
                expected: names.join(", "),
            });
        }
        let given = |name: &str| options.get(name).filter(|value| !value.is_null());
        let text = |name: &str| -> Result<Option<String>> {
            match given(name) {
                None => Ok(None),
                Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
                Some(_) => Err(expected(name)),
            }
        };
        let list = |name: &str| -> Result<Vec<String>> {
            match given(name) {
                None => Ok(Vec::new()),
                Some(Value::Array(list)) => list
                    .iter()
                    .map(|one| match one {
                        Value::String(text) if !text.trim().is_empty() => Ok(text.clone()),
                        _ => Err(expected(name)),
                    })
                    .collect(),
                Some(_) => Err(expected(name)),
            }
        };
        let time = |name: &str, default: u64, least: f64, most: f64| -> Result<Duration> {
            let time = match given(name) {
                None => Some(Duration::from_secs(default)),
                Some(Value::String(text)) => parse_duration(text),
                Some(Value::Number(number)) => number
                    .as_f64()
                    .and_then(|s| Duration::try_from_secs_f64(s).ok()),
                Some(_) => None,
            };
            time.filter(|time| (least..=most).contains(&time.as_secs_f64()))
                .ok_or_else(|| expected(name))
        };
        let mut algorithms = Vec::new();
        for name in list("algorithms")? {
            algorithms.push(Algorithm::named(&name).ok_or_else(|| expected("algorithms"))?);
        }
        if algorithms.is_empty() {
            if given("algorithms").is_some() {
                return Err(expected("algorithms"));
            }
            algorithms.push(Algorithm::Rs256);
        }
        let secret = text("secret")?;
        // A public key as the secret is how key confusion begins.
        if secret
            .as_ref()
            .is_some_and(|secret| secret.len() < 32 || secret.contains("-----BEGIN"))
        {
            return Err(expected("secret"));
        }
        if algorithms.contains(&Algorithm::Hs256) != secret.is_some() {
            return Err(bad(
                "secret",
                "given if and only if \"algorithms\" has HS256 in it",
            ));
        }
        let pinned = match given("jwks") {
            None => None,
            Some(document) => Some(
                KeySet::parse(document.to_string().as_bytes())
                    .map(Arc::new)
                    .map_err(|_| expected("jwks"))?,
            ),
        };
        let jwks_url = match text("jwks_url")? {
            None => format!("{}/.well-known/jwks.json", url.trim_end_matches('/')),
            Some(given) => safe_url(&given)
                .map(|_| given)
                .ok_or_else(|| expected("jwks_url"))?,
        };
        let db_role_claim = text("db_role_claim")?;
        let db_roles = list("db_roles")?;
        // SET ROLE NONE goes back to the login role.
        if db_roles
            .iter()
            .any(|role| role.eq_ignore_ascii_case("none"))
        {
            return Err(expected("db_roles"));
        }
        if db_role_claim.is_some() == db_roles.is_empty() {
            return Err(bad(
                "db_roles",
                "given together with \"db_role_claim\": a token may only name roles of this list",
            ));
        }
        Ok(Issuer {
            url: url.to_owned(),
            audiences: audiences.to_vec(),
            algorithms,
            leeway: time("leeway", 0, 0.0, 300.0)?.as_secs_f64(),
            client_ids: list("client_ids")?,
            roles_claim: text("roles_claim")?,
            db_role_claim,
            db_roles,
            secret: secret.map(Secret::new),
            pinned,
            jwks_url,
            timing: Timing {
                refresh_after: time("refresh_after", 600, 1.0, 86_400.0)?,
                cooldown: time("cooldown", 30, 0.1, 3600.0)?,
                keep_for: time("keep_for", 86_400, 1.0, 2_592_000.0)?,
                timeout: Duration::from_secs(5),
            },
        })
    }

    /// The database role the claims name, if it is one of the allowed. A list of roles names its first allowed one.
    pub fn db_role<'a>(&'a self, claims: &'a super::Claims) -> Option<&'a str> {
        let named = claims.list(self.db_role_claim.as_deref()?);
        let mut allowed = named.filter(|role| self.db_roles.iter().any(|one| one == role));
        allowed.next()
    }
}

fn bad(setting: &str, expected: &str) -> Error {
    Error::IssuerSetting {
        setting: setting.to_owned(),
        known: true,
        expected: expected.to_owned(),
    }
}

fn expected(name: &str) -> Error {
    let words = OPTIONS
        .iter()
        .find(|(option, ..)| *option == name)
        .map_or("", |(_, words, ..)| words);
    bad(name, words)
}

/// An address that nobody on the way can answer for.
fn safe_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (safe && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_documentation_has_this_table() {
        let mut table =
            String::from("| option | value | default | meaning |\n| --- | --- | --- | --- |\n");
        for (name, value, default, meaning) in OPTIONS {
            table.push_str(&format!("| `{name}` | {value} | {default} | {meaning} |\n"));
        }
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tokens.md");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.contains(&table),
            "docs/tokens.md is out of date; its table should be:\n{table}"
        );
    }

    fn parse(url: &str, options: Value) -> Result<Issuer> {
        Issuer::parse(url, &["https://api.example.com".to_owned()], &options)
    }

    #[test]
    fn defaults() {
        let issuer = parse("https://t.eu.auth0.com/", json!({})).unwrap();
        assert_eq!(issuer.algorithms, [Algorithm::Rs256]);
        assert_eq!(
            issuer.jwks_url,
            "https://t.eu.auth0.com/.well-known/jwks.json"
        );
        assert_eq!((issuer.leeway, issuer.timing.cooldown.as_secs()), (0.0, 30));
        assert!(issuer.pinned.is_none() && issuer.db_role_claim.is_none());
    }

    #[test]
    fn addresses() {
        for url in [
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "http://[::1]:1/",
            "https://login.example.com/x/",
        ] {
            assert!(parse(url, json!({})).is_ok(), "{url}");
        }
        for url in [
            "http://t.eu.auth0.com/",
            "t.eu.auth0.com",
            "",
            "https://u:p@t/",
            "https://t/?x",
            "https://t/#x",
            " https://t/",
            "http://127.0.0.1.evil.example/",
            "file:///etc/passwd",
        ] {
            assert!(parse(url, json!({})).is_err(), "{url}");
        }
    }

    #[test]
    fn settings_that_are_refused() {
        for options in [
            json!([]),
            json!({"algorithm": "RS256"}),
            json!({"algorithms": "RS256"}),
            json!({"algorithms": []}),
            json!({"algorithms": ["none"]}),
            json!({"algorithms": ["HS256"]}),
            json!({"secret": "x".repeat(40)}),
            json!({"algorithms": ["HS256"], "secret": "short"}),
            json!({"algorithms": ["HS256"], "secret": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B"}),
            json!({"leeway": "1h"}),
            json!({"leeway": -1}),
            json!({"leeway": true}),
            json!({"cooldown": "0s"}),
            json!({"jwks": {"keys": []}}),
            json!({"jwks_url": "http://t.eu.auth0.com/jwks"}),
            json!({"jwks_url": "x"}),
            json!({"db_role_claim": "https://e.com/role"}),
            json!({"db_roles": ["web"]}),
            json!({"db_role_claim": "r", "db_roles": ["none"]}),
            json!({"roles_claim": ""}),
            json!({"client_ids": [""]}),
        ] {
            assert!(parse("https://t/", options.clone()).is_err(), "{options}");
        }
        assert!(Issuer::parse("https://t/", &[], &json!({})).is_err());
        assert!(Issuer::parse("https://t/", &[" ".to_owned()], &json!({})).is_err());
    }

    #[test]
    fn only_listed_database_roles() {
        let issuer = parse(
            "https://t/",
            json!({"db_role_claim": "https://e.com/role", "db_roles": ["web", "staff"]}),
        )
        .unwrap();
        let role = |text: &str| {
            let claims =
                super::super::Claims::new(super::super::strict::object(text.as_bytes()).unwrap());
            issuer.db_role(&claims).map(str::to_owned)
        };
        assert_eq!(
            role(r#"{"https://e.com/role":"staff"}"#).as_deref(),
            Some("staff")
        );
        assert_eq!(
            role(r#"{"https://e.com/role":["postgres","web"]}"#).as_deref(),
            Some("web")
        );
        for text in [
            r#"{"https://e.com/role":"postgres"}"#,
            r#"{"role":"web"}"#,
            r#"{"https://e.com/role":7}"#,
        ] {
            assert_eq!(role(text), None, "{text}");
        }
    }
}
