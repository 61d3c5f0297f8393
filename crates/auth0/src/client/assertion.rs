//! The signed assertion of private_key_jwt (RFC 7523), within Auth0's limits.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::secret::Secret;

/// Value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Auth0 takes at most five minutes and advises one.
const LIFETIME_SECONDS: u64 = 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
}

/// Signs an assertion for `client_id`, addressed to `audience` (the tenant's base URL with a slash).
/// `None` if the key is no RSA key in PEM form or the algorithm is not one of RS256, RS384, PS256.
pub fn sign(client_id: &str, key: &Secret, alg: &str, audience: &str) -> Option<Secret> {
    let alg = match alg {
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "PS256" => Algorithm::PS256,
        _ => return None,
    };
    // Keys are often pasted from JSON or a .env file, with `\n` for each line break.
    let pem = key.expose().replace("\\n", "\n");
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let claims = Claims {
        iss: client_id,
        sub: client_id,
        aud: audience,
        iat: now,
        exp: now + LIFETIME_SECONDS,
        jti: format!("{:032x}", fastrand::u128(..)),
    };
    jsonwebtoken::encode(&Header::new(alg), &claims, &key)
        .ok()
        .map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused() {
        for pem in [
            "",
            "x",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        ] {
            assert!(sign("c", &Secret::new(pem), "RS256", "https://t/").is_none());
        }
    }
}
