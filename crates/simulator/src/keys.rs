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
use std::sync::{Arc, OnceLock};

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

/// The key tokens are signed with. Making one takes a noticeable part of a second, so all tenants of a process share it.
pub fn current() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(make())).clone()
}

/// The key announced for the next rotation: a real JWKS has always at least two. Made when first asked for.
pub fn next() -> Arc<SigningKey> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    KEY.get_or_init(|| Arc::new(make())).clone()
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
        let (current, next) = (current(), next());
        assert_ne!(current.kid, next.kid);
        assert_eq!(current.kid.len(), 21);
        for key in [current, next] {
            assert_eq!(key.jwk["e"], "AQAB");
            assert_eq!(key.jwk["x5c"].as_array().map(Vec::len), Some(1));
        }
    }
}
