//! The tenant's address, from `url`, from `domain`, or from a token's own claims.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use serde_json::Value;
use url::{Host, Url};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// Scheme, host and port of a tenant, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// `https://host[:port]`, without a trailing slash.
    base: String,
    /// `host[:port]`.
    authority: String,
    loopback: bool,
}

const EXPECTED_URL: &str =
    "`https://tenant.eu.auth0.com`, with or without `/api/v2` or a path below it (plain `http` only to a loopback address)";
const EXPECTED_DOMAIN: &str = "a host name such as `tenant.eu.auth0.com`, without scheme and path";

impl Tenant {
    /// From the option `url`. The path must be empty or under `/api/v2`: anything else is a typing error.
    pub fn from_url(text: &str) -> Result<Self> {
        let bad = || Error::option_value("url", EXPECTED_URL);
        let url = Url::parse(text.trim()).map_err(|_| bad())?;
        let path = url.path().trim_end_matches('/');
        let known_path = path.is_empty() || path == "/api/v2" || path.starts_with("/api/v2/");
        if !known_path || url.query().is_some() || url.fragment().is_some() {
            return Err(bad());
        }
        Self::from_parsed(&url).ok_or_else(bad)
    }

    /// From the option `domain`. A loopback address is spoken to in plain `http`: nothing else could be there.
    pub fn from_domain(text: &str) -> Result<Self> {
        let bad = || Error::option_value("domain", EXPECTED_DOMAIN);
        let text = text.trim().trim_end_matches('/');
        if text.is_empty() || text.contains(['/', '@', '?', '#', ' ']) {
            return Err(bad());
        }
        let url = Url::parse(&format!("https://{text}")).map_err(|_| bad())?;
        let tenant = Self::from_parsed(&url).ok_or_else(bad)?;
        if tenant.loopback {
            let plain = Url::parse(&format!("http://{text}")).map_err(|_| bad())?;
            return Self::from_parsed(&plain).ok_or_else(bad);
        }
        Ok(tenant)
    }

    /// From the claims of a Management API token, unverified: the audience is the canonical tenant's API,
    /// the issuer is the host that made the token, and the API refuses a token on any other host.
    /// The token goes to no host but the one it names itself.
    pub fn from_token(token: &Secret) -> Option<Self> {
        let payload = token.expose().split('.').nth(1)?;
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?)
                .ok()?;
        let issuer = claims.get("iss").and_then(Value::as_str);
        let audience = match claims.get("aud") {
            Some(Value::String(one)) => Some(one.as_str()),
            Some(Value::Array(many)) => many
                .iter()
                .filter_map(Value::as_str)
                .find(|aud| aud.trim_end_matches('/').ends_with("/api/v2")),
            _ => None,
        };
        issuer
            .and_then(|text| Self::from_url(text).ok())
            .or_else(|| audience.and_then(|text| Self::from_url(text).ok()))
    }

    /// From an audience, which is the canonical tenant's API.
    pub fn from_audience(audience: &str) -> Option<Self> {
        Self::from_url(audience).ok()
    }

    fn from_parsed(url: &Url) -> Option<Self> {
        let loopback = match url.host()? {
            // Not names under .localhost: they are looked up like any other.
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        if !secure || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let authority = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        Some(Tenant {
            base: format!("{}://{authority}", url.scheme()),
            authority,
            loopback,
        })
    }

    /// `https://host[:port]`, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `host[:port]`, for messages.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether this is the machine itself: no proxy may come between.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The audience of this tenant's Management API, with the slash Auth0 insists on.
    pub fn audience(&self) -> String {
        format!("{}/api/v2/", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_people_type() {
        for text in [
            "https://t.eu.auth0.com",
            "https://t.eu.auth0.com/",
            " https://T.eu.auth0.com/api/v2 ",
            "https://t.eu.auth0.com/api/v2/",
            "https://t.eu.auth0.com/api/v2/users",
        ] {
            assert_eq!(
                Tenant::from_url(text).unwrap().base(),
                "https://t.eu.auth0.com",
                "{text}"
            );
        }
        assert_eq!(
            Tenant::from_url("http://127.0.0.1:8080/api/v2/users")
                .unwrap()
                .base(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(
            Tenant::from_url("http://[::1]:80").unwrap().audience(),
            "http://[::1]/api/v2/"
        );
    }

    #[test]
    fn urls_that_are_refused() {
        for text in [
            "t.eu.auth0.com",
            "http://t.eu.auth0.com",
            "http://127.0.0.1.evil.com",
            "http://tenant.localhost",
            "https://u:p@t.eu.auth0.com",
            "https://t.eu.auth0.com/users",
            "https://t.eu.auth0.com/api/v2?x=1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "",
        ] {
            assert!(Tenant::from_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn domains() {
        assert_eq!(
            Tenant::from_domain("t.eu.auth0.com").unwrap().base(),
            "https://t.eu.auth0.com"
        );
        assert_eq!(
            Tenant::from_domain("127.0.0.1:99").unwrap().base(),
            "http://127.0.0.1:99"
        );
        for text in [
            "https://t.eu.auth0.com",
            "t.eu.auth0.com/api",
            "",
            "a b",
            "u@h",
        ] {
            assert!(Tenant::from_domain(text).is_err(), "{text}");
        }
    }

    fn token(claims: &str) -> Secret {
        Secret::new(format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn tenant_of_a_token() {
        let both =
            token(r#"{"iss":"https://login.example.com/","aud":"https://t.eu.auth0.com/api/v2/"}"#);
        assert_eq!(
            Tenant::from_token(&both).unwrap().base(),
            "https://login.example.com"
        );
        let audience = token(
            r#"{"aud":["https://t.eu.auth0.com/userinfo","https://t.eu.auth0.com/api/v2/"]}"#,
        );
        assert_eq!(
            Tenant::from_token(&audience).unwrap().base(),
            "https://t.eu.auth0.com"
        );
        for odd in [
            Secret::new("opaque"),
            token("{}"),
            token("[]"),
            token(r#"{"iss":"http://evil.example/"}"#),
        ] {
            assert_eq!(Tenant::from_token(&odd), None);
        }
    }
}
