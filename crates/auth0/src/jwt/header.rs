//! What a token says about itself, and what it may not say.

use serde_json::{Map, Value};

use super::fault::{quoted, Check, Fault};
use super::{strict, Algorithm};

/// The part of the JOSE header that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Signature algorithm.
    pub algorithm: Algorithm,
    /// Which key.
    pub kid: Option<String>,
    /// Whether it says that it is an access token (`at+jwt`, RFC 9068).
    pub access_token: bool,
}

/// Members that bring a key or say where to fetch one: whoever believed them would believe any signature.
const OWN_KEY: [&str; 4] = ["jwk", "jku", "x5u", "x5c"];

/// Members that change how the token is to be read (RFC 7515 §4.1.11, RFC 7797, RFC 7516). We know none of the
/// extensions, so each is a reason to refuse.
const UNKNOWN_READING: [&str; 5] = ["crit", "b64", "zip", "enc", "epk"];

/// All members that are looked at; others are checked and passed over.
const LOOKED_AT: [&str; 12] = [
    "alg", "kid", "typ", "jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "epk",
];

impl Header {
    /// From the decoded first part.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        let members = strict::members(text, &LOOKED_AT)
            .map_err(|reason| form(format!("The header is not valid JSON: {reason}.")))?;
        if let Some(name) = OWN_KEY.iter().find(|name| members.contains_key(**name)) {
            let reason =
                format!("The header brings its own key (\"{name}\"), which proves nothing.");
            return Err(Fault::new(Check::Key, reason));
        }
        if let Some(name) = UNKNOWN_READING
            .iter()
            .find(|name| members.contains_key(**name))
        {
            return Err(form(format!(
                "The header has the member \"{name}\", which is not supported."
            )));
        }
        let algorithm = text_member(&members, "alg")?
            .ok_or_else(|| form("The header names no algorithm (\"alg\").".to_owned()))?;
        if algorithm.eq_ignore_ascii_case("none") {
            return Err(Fault::new(
                Check::Algorithm,
                "The token is not signed (algorithm \"none\").",
            ));
        }
        let Some(algorithm) = Algorithm::named(algorithm) else {
            return Err(Fault::new(
                Check::Algorithm,
                format!("The algorithm {} is not supported.", quoted(algorithm)),
            ));
        };
        let kind = text_member(&members, "typ")?
            .unwrap_or("JWT")
            .to_ascii_lowercase();
        let kind = kind.strip_prefix("application/").unwrap_or(&kind);
        if !matches!(kind, "jwt" | "at+jwt") {
            return Err(form(format!(
                "It is a token for another purpose (\"typ\" is {}).",
                quoted(kind)
            )));
        }
        Ok(Header {
            algorithm,
            kid: text_member(&members, "kid")?.map(str::to_owned),
            access_token: kind == "at+jwt",
        })
    }
}

fn form(reason: String) -> Fault {
    Fault::new(Check::Form, reason)
}

fn text_member<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Fault> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(form(format!("The header's \"{name}\" is not a string."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_auth0_sends() {
        let header = Header::parse(br#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#).unwrap();
        assert_eq!(
            (header.algorithm, header.kid.as_deref(), header.access_token),
            (Algorithm::Rs256, Some("k1"), false)
        );
        assert!(
            Header::parse(br#"{"typ":"at+jwt","alg":"PS256"}"#)
                .unwrap()
                .access_token
        );
        assert!(
            Header::parse(br#"{"typ":"application/AT+JWT","alg":"PS256","x5t":"abc"}"#)
                .unwrap()
                .access_token
        );
    }

    #[test]
    fn headers_that_are_refused() {
        for (text, check) in [
            (r#"{"alg":"none"}"#, Check::Algorithm),
            (r#"{"alg":"nOnE"}"#, Check::Algorithm),
            (r#"{"alg":"rs256"}"#, Check::Algorithm),
            (r#"{"alg":"HS512"}"#, Check::Algorithm),
            (r#"{"alg":"EdDSA"}"#, Check::Algorithm),
            (r#"{"alg":""}"#, Check::Algorithm),
            (r#"{}"#, Check::Form),
            (r#"{"alg":7}"#, Check::Form),
            (r#"{"alg":"RS256","alg":"HS256"}"#, Check::Form),
            (r#"{"alg":"RS256","kid":7}"#, Check::Form),
            (r#"{"alg":"RS256","crit":["exp"]}"#, Check::Form),
            (r#"{"alg":"RS256","b64":false}"#, Check::Form),
            (r#"{"alg":"RS256","typ":"dpop+jwt"}"#, Check::Form),
            (r#"{"alg":"RS256","jwk":{}}"#, Check::Key),
            (
                r#"{"alg":"RS256","jku":"https://evil.example/"}"#,
                Check::Key,
            ),
            (
                r#"{"alg":"RS256","x5u":"https://evil.example/"}"#,
                Check::Key,
            ),
            (r#"{"alg":"RS256","x5c":[]}"#, Check::Key),
        ] {
            assert_eq!(
                Header::parse(text.as_bytes()).unwrap_err().check,
                check,
                "{text}"
            );
        }
    }
}
