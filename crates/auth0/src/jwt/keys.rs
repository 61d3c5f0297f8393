//! An issuer's public keys, from its JWKS (RFC 7517). What is not a public signing key of ours to use is passed over.

use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use jsonwebtoken::{DecodingKey, DecodingKeyKind};
use serde_json::{json, Map, Value};

use super::algorithm::Kind;
use super::{strict, Algorithm};

/// Auth0 publishes two or three keys; a document with more than this is not one of its.
const MOST_KEYS: usize = 64;

/// RSA keys shorter than this can be forged in our time, longer ones only cost it (RFC 7518 §3.3).
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A public exponent of more bytes than this makes each check as dear as the forger likes.
const LONGEST_EXPONENT: usize = 4;

/// One public key.
#[derive(Clone)]
pub(super) struct Key {
    kid: Option<String>,
    kind: Kind,
    key: DecodingKey,
    /// For RS256, what nearly every token is signed with: jsonwebtoken prepares a key anew for each signature, which
    /// costs a sixth of checking it.
    prepared: Option<Arc<ParsedPublicKey>>,
    /// The members that matter, for handing it on.
    jwk: Value,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.kid)
    }
}

/// The keys that signatures may be checked with.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JWKS document. The error says what is wrong with it and quotes nothing.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let document = strict::object(text)?;
        let Some(Value::Array(list)) = document.get("keys") else {
            return Err("a document without a list \"keys\"".to_owned());
        };
        if list.len() > MOST_KEYS {
            return Err(format!("a list of more than {MOST_KEYS} keys"));
        }
        let keys: Vec<Key> = list.iter().filter_map(Key::parse).collect();
        if keys.is_empty() {
            return Err("a document without any key that signatures could be checked with (RSA of 2048 to 8192 bits, or P-256)".to_owned());
        }
        Ok(KeySet(keys))
    }

    /// The keys to try for a signature: those with this id, or the only one there is when no id is given.
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a Key> {
        let fitting = move |key: &&Key| key.kind == algorithm.kind();
        let only = self.0.iter().filter(fitting).count() == 1;
        self.0.iter().filter(fitting).filter(move |key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => only,
        })
    }

    /// Whether there is a key for such a signature.
    pub fn knows(&self, kid: Option<&str>, algorithm: Algorithm) -> bool {
        self.candidates(kid, algorithm).next().is_some()
    }

    /// The ids, for messages.
    pub(super) fn kids(&self) -> Vec<&str> {
        self.0.iter().filter_map(|key| key.kid.as_deref()).collect()
    }

    /// As a JWKS document again, with nothing in it but public keys.
    pub fn document(&self) -> Value {
        let keys: Vec<&Value> = self.0.iter().map(|key| &key.jwk).collect();
        json!({ "keys": keys })
    }
}

/// An RSA key, ready for RS256.
fn prepare(key: &DecodingKey) -> Option<ParsedPublicKey> {
    match key.kind() {
        DecodingKeyKind::SecretOrDer(der) => {
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).ok()
        }
        DecodingKeyKind::RsaModulusExponent { .. } => None,
    }
}

impl Key {
    /// Whether checking an RS256 signature needs no more preparation.
    #[cfg(test)]
    pub(super) fn is_prepared(&self) -> bool {
        self.prepared.is_some()
    }

    /// Whether the signature (base64url) is one of this key's over the text.
    pub(super) fn verifies(&self, algorithm: Algorithm, signature: &str, signed: &[u8]) -> bool {
        if let (Algorithm::Rs256, Some(key)) = (algorithm, &self.prepared) {
            let signature = URL_SAFE_NO_PAD.decode(signature);
            return signature.is_ok_and(|signature| key.verify_sig(signed, &signature).is_ok());
        }
        jsonwebtoken::crypto::verify(signature, signed, &self.key, algorithm.signature())
            .unwrap_or(false)
    }

    fn parse(jwk: &Value) -> Option<Self> {
        let jwk = jwk.as_object()?;
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        // `alg` is not looked at: tenants can switch it off, and the issuer's settings say what is allowed.
        if text("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(Value::Array(operations)) = jwk.get("key_ops") {
            if !operations.iter().any(|operation| operation == "verify") {
                return None;
            }
        }
        let (kind, key, members) = match text("kty")? {
            "RSA" => {
                let (n, e) = (text("n")?, text("e")?);
                (
                    Kind::Rsa,
                    rsa(n, e)?,
                    ["kty", "n", "e", "kid", "use", "alg"].as_slice(),
                )
            }
            "EC" if text("crv") == Some("P-256") => {
                let (x, y) = (text("x")?, text("y")?);
                if URL_SAFE_NO_PAD.decode(x).ok()?.len() != 32
                    || URL_SAFE_NO_PAD.decode(y).ok()?.len() != 32
                {
                    return None;
                }
                let key = DecodingKey::from_ec_components(x, y).ok()?;
                (
                    Kind::P256,
                    key,
                    ["kty", "crv", "x", "y", "kid", "use", "alg"].as_slice(),
                )
            }
            _ => return None,
        };
        let public: Map<String, Value> = members
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), jwk.get(*name)?.clone())))
            .collect();
        Some(Key {
            kid: text("kid").map(str::to_owned),
            kind,
            prepared: (kind == Kind::Rsa)
                .then(|| prepare(&key))
                .flatten()
                .map(Arc::new),
            key,
            jwk: Value::Object(public),
        })
    }
}

fn rsa(n: &str, e: &str) -> Option<DecodingKey> {
    // Some libraries write a leading zero, as for a signed number.
    let bytes = |text: &str| -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes[zeros..].to_vec())
    };
    let (n, e) = (bytes(n)?, bytes(e)?);
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let good = RSA_BYTES.contains(&n.len())
        && odd(&n)
        && odd(&e)
        && e.len() <= LONGEST_EXPONENT
        && e != [1];
    good.then(|| DecodingKey::from_rsa_der(&pkcs1(&n, &e)))
}

/// The key as PKCS#1 has it (RFC 8017 §A.1.1), which the library reads faster with every signature than the numbers alone.
fn pkcs1(n: &[u8], e: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let length = content.len();
        let mut out = vec![tag];
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => out.push(short),
            // No key of ours has more than 64 kB.
            _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend_from_slice(content);
        out
    };
    let integer = |bytes: &[u8]| {
        // A first bit that is set would make it negative.
        let sign = bytes.first().filter(|first| **first >= 0x80).map(|_| 0);
        let bytes: Vec<u8> = sign.into_iter().chain(bytes.iter().copied()).collect();
        element(0x02, &bytes)
    };
    element(0x30, &[integer(n), integer(e)].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa_jwk(kid: &str, bytes: usize, more: &str) -> String {
        let n = URL_SAFE_NO_PAD.encode(vec![0xC1; bytes]);
        format!(r#"{{"kty":"RSA","kid":"{kid}","n":"{n}","e":"AQAB"{more}}}"#)
    }

    fn parse(keys: &[String]) -> Result<KeySet, String> {
        KeySet::parse(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes())
    }

    #[test]
    fn by_id_and_kind() {
        let keys = parse(&[rsa_jwk("a", 256, ""), rsa_jwk("b", 512, "")]).unwrap();
        assert!(keys.knows(Some("a"), Algorithm::Rs256) && keys.knows(Some("b"), Algorithm::Ps256));
        assert!(!keys.knows(Some("c"), Algorithm::Rs256));
        // No secret is ever taken from a public document.
        assert!(
            !keys.knows(Some("a"), Algorithm::Hs256) && !keys.knows(Some("a"), Algorithm::Es256)
        );
        assert!(!keys.knows(None, Algorithm::Rs256), "two to choose from");
        assert!(parse(&[rsa_jwk("a", 256, "")])
            .unwrap()
            .knows(None, Algorithm::Rs256));
    }

    #[test]
    fn keys_that_are_passed_over() {
        for jwk in [
            rsa_jwk("a", 128, ""),
            rsa_jwk("a", 1025, ""),
            rsa_jwk("a", 256, r#","use":"enc""#),
            rsa_jwk("a", 256, r#","key_ops":["encrypt"]"#),
            rsa_jwk("a", 256, "").replace("AQAB", "AQ"),
            rsa_jwk("a", 256, "").replace("AQAB", "AQABAQAB"),
            rsa_jwk("a", 256, "").replace("AQAB", "Ag"),
            rsa_jwk("a", 256, "").replace("RSA", "rsa"),
            r#"{"kty":"oct","k":"c2VjcmV0","kid":"a"}"#.into(),
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"a"}"#.into(),
            r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA","kid":"a"}"#.into(),
            "7".into(),
            "{}".into(),
        ] {
            assert!(parse(std::slice::from_ref(&jwk)).is_err(), "{jwk:.60}");
            assert!(parse(&[jwk, rsa_jwk("good", 256, "")])
                .unwrap()
                .knows(Some("good"), Algorithm::Rs256));
        }
    }

    #[test]
    fn documents_that_are_none() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[]}"#,
            r#"{"keys":[],"keys":[]}"#,
            "<html>",
        ] {
            assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&vec![rsa_jwk("a", 256, ""); MOST_KEYS + 1]).is_err());
    }

    #[test]
    fn handed_on_without_private_parts() {
        let keys = parse(&[rsa_jwk("a", 256, r#","d":"c2VjcmV0","x5c":["x"]"#)]).unwrap();
        let document = keys.document().to_string();
        assert!(
            !document.contains("c2VjcmV0") && document.contains("AQAB"),
            "{document}"
        );
    }
}
