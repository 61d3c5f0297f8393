//! The tenant's signing keys: RSA pairs, their JWKS, and the certificate of the TLS listener.

use base64::{engine::general_purpose, Engine};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::digest::{digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use rsa::{
    pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding},
    rand_core::OsRng,
    traits::PublicKeyParts,
    RsaPrivateKey, RsaPublicKey,
};
use serde_json::{json, Value};
use std::sync::{Arc, Mutex};

use crate::config::Config;
use crate::state::lock;

/// One signing key.
pub struct SigningKey {
    /// Key id.
    pub kid: String,
    /// Its entry in the JWKS.
    pub jwk: Value,
    /// For issuing.
    pub encoding: EncodingKey,
    /// For checking.
    pub decoding: DecodingKey,
}

/// An RSA pair as PEM, for clients that authenticate with private_key_jwt.
#[derive(Debug, Clone)]
pub struct RsaPair {
    /// PKCS#8 PEM.
    pub private_pem: String,
    /// SubjectPublicKeyInfo PEM.
    pub public_pem: String,
}

/// The n-th key tokens are signed with, as many rotations later. Making one takes a noticeable part of a second, so all
/// tenants of a process share them, and each is made when first asked for.
pub fn nth(n: usize) -> Arc<SigningKey> {
    static KEYS: Mutex<Vec<Arc<SigningKey>>> = Mutex::new(Vec::new());
    let mut keys = lock(&KEYS);
    while keys.len() <= n {
        keys.push(Arc::new(make()));
    }
    keys[n].clone()
}

/// The key a tenant signs with now.
pub fn current(config: &Config) -> Arc<SigningKey> {
    nth(config.rotations)
}

/// What a tenant publishes: the current key, the next, and the one before until it is revoked.
pub fn published(config: &Config) -> Vec<Arc<SigningKey>> {
    let now = config.rotations;
    let mut keys = vec![nth(now), nth(now + 1)];
    if now > 0 && !config.previous_key_revoked {
        keys.push(nth(now - 1));
    }
    keys
}

/// A new RSA-2048 pair.
pub fn rsa_pair() -> RsaPair {
    let key = generate();
    let public = RsaPublicKey::from(&key);
    RsaPair {
        private_pem: key
            .to_pkcs8_pem(LineEnding::LF)
            .expect("a generated key can be encoded")
            .to_string(),
        public_pem: public
            .to_public_key_pem(LineEnding::LF)
            .expect("a generated key can be encoded"),
    }
}

/// A self-signed certificate for the loopback names: chain and key in DER, and the certificate as PEM for the clients to trust.
pub fn tls_certificate() -> Result<(Vec<u8>, Vec<u8>, String), rcgen::Error> {
    let names = vec!["localhost".to_string(), "127.0.0.1".to_string()];
    let made = rcgen::generate_simple_self_signed(names)?;
    Ok((
        made.cert.der().to_vec(),
        made.key_pair.serialize_der(),
        made.cert.pem(),
    ))
}

fn generate() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut OsRng, 2048).expect("the operating system has random numbers")
}

fn make() -> SigningKey {
    let key = generate();
    let private = key.to_pkcs8_der().expect("a generated key can be encoded");
    let public = RsaPublicKey::from(&key);
    let url_safe = general_purpose::URL_SAFE_NO_PAD;
    let n = url_safe.encode(public.n().to_bytes_be());
    let e = url_safe.encode(public.e().to_bytes_be());
    let certificate = certificate(private.as_bytes());
    let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &certificate);
    // Newer tenants have 21 url-safe characters.
    let kid = url_safe.encode(digest(&SHA256, n.as_bytes()))[..21].to_string();
    SigningKey {
        jwk: json!({
            "alg": "RS256",
            "kty": "RSA",
            "use": "sig",
            "n": n,
            "e": e,
            "kid": kid,
            "x5t": url_safe.encode(thumbprint),
            "x5c": [general_purpose::STANDARD.encode(&certificate)],
        }),
        decoding: DecodingKey::from_rsa_components(&n, &e)
            .expect("the components were encoded above"),
        encoding: EncodingKey::from_rsa_der(&pkcs1(&key)),
        kid,
    }
}

/// jsonwebtoken takes RSA private keys as PKCS#1.
fn pkcs1(key: &RsaPrivateKey) -> Vec<u8> {
    use rsa::pkcs1::EncodeRsaPrivateKey;
    key.to_pkcs1_der()
        .expect("a generated key can be encoded")
        .as_bytes()
        .to_vec()
}

fn certificate(pkcs8: &[u8]) -> Vec<u8> {
    let pair = rcgen::KeyPair::try_from(pkcs8).expect("rcgen reads RSA keys in PKCS#8");
    let params = rcgen::CertificateParams::new(vec!["tenant.localhost".to_string()])
        .expect("a fixed name is valid");
    params
        .self_signed(&pair)
        .expect("an RSA key can sign")
        .der()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_keys_with_certificates() {
        let keys = published(&Config::default());
        assert_eq!(keys.len(), 2);
        assert_ne!(keys[0].kid, keys[1].kid);
        assert_eq!(keys[0].kid.len(), 21);
        for key in keys {
            assert_eq!(key.jwk["e"], "AQAB");
            assert_eq!(key.jwk["x5c"].as_array().map(Vec::len), Some(1));
        }
    }

    #[test]
    fn the_next_key_becomes_the_current() {
        let config = |rotations, previous_key_revoked| Config {
            rotations,
            previous_key_revoked,
            ..Config::default()
        };
        let kids = |config: &Config| -> Vec<String> {
            published(config)
                .iter()
                .map(|key| key.kid.clone())
                .collect()
        };
        let (before, after) = (kids(&config(0, false)), kids(&config(1, false)));
        assert_eq!(after[0], before[1]);
        assert_eq!(after[2], before[0]);
        assert_eq!(kids(&config(1, true)).len(), 2);
    }
}
