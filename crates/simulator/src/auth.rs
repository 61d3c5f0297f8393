//! Access tokens: issuing them, and what the Management API says of the ones it is shown.

use crate::errors::ApiError;
use crate::keys;
use crate::request::Request;
use crate::state::{lock, State};
use crate::time::now_millis;
use jsonwebtoken::{decode, decode_header, errors::ErrorKind, Algorithm, Header, Validation};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Tokens issued, seen and revoked.
#[derive(Debug, Default)]
pub struct Tokens {
    issued: HashSet<String>,
    revoked: HashSet<String>,
    /// Claims of tokens whose signature was checked: checking costs more than serving a page does.
    checked: HashMap<String, Arc<Bearer>>,
    count: u64,
}

/// What a token with a good signature says.
#[derive(Debug)]
pub struct Bearer {
    /// Whom it was issued to.
    pub subject: String,
    scopes: HashSet<String>,
    claims: Map<String, Value>,
}

impl Bearer {
    /// True when the token carries this scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Fails unless the token carries one of these scopes.
    pub fn need(&self, any_of: &[&str]) -> Result<(), ApiError> {
        if any_of.iter().any(|scope| self.may(scope)) {
            Ok(())
        } else {
            Err(ApiError::scope(any_of))
        }
    }
}

impl Tokens {
    /// Every token issued before now stops working. Real tokens cannot be revoked; a rotated signing key has this effect.
    pub fn revoke(&mut self) {
        self.revoked.extend(self.issued.drain());
        self.checked.clear();
    }
}

/// Signs `claims`, completed with the usual ones; a claim that is null is left out.
pub fn issue(state: &State, claims: Map<String, Value>, lifetime_seconds: u64) -> String {
    let now = now_millis() / 1000;
    let mut tokens = lock(&state.tokens);
    tokens.count += 1;
    let mut all = Map::new();
    all.insert("iss".into(), state.issuer(None).into());
    all.insert("sub".into(), "simulator@clients".into());
    all.insert("aud".into(), state.audience().into());
    all.insert("iat".into(), now.into());
    all.insert("exp".into(), (now + lifetime_seconds as i64).into());
    all.insert("gty".into(), "client-credentials".into());
    // Two tokens of the same second must differ, or revoking one would revoke the other.
    all.insert("jti".into(), format!("tok_{}", tokens.count).into());
    all.extend(claims);
    all.retain(|_, value| !value.is_null());
    let key = keys::current(&state.config());
    let header = Header {
        kid: Some(key.kid.clone()),
        ..Header::new(Algorithm::RS256)
    };
    let token =
        jsonwebtoken::encode(&header, &all, &key.encoding).expect("an RSA key signs any claims");
    tokens.issued.insert(token.clone());
    token
}

/// Who calls, or the recorded answer to a missing, malformed, forged, expired or foreign token.
pub fn authenticate(state: &State, request: &Request) -> Result<Arc<Bearer>, ApiError> {
    let Some(header) = request.header("authorization") else {
        return Err(ApiError::bare(401, "Missing authentication"));
    };
    let malformed = || ApiError::new(400, "Bearer", "Bad HTTP authentication header format");
    let (scheme, token) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.split('.').count() != 3 {
        return Err(malformed());
    }
    let bearer = check_signature(state, token)?;
    let claim = |name: &str| bearer.claims.get(name);
    let invalid = || ApiError::token("Invalid token");
    let expires = claim("exp").and_then(Value::as_i64).ok_or_else(invalid)?;
    if expires <= now_millis() / 1000 {
        return Err(ApiError::token(
            "Expired token received for JSON Web Token validation",
        ));
    }
    let audience = state.audience();
    let for_us = match claim("aud") {
        Some(Value::String(one)) => *one == audience,
        Some(Value::Array(many)) => many.iter().any(|one| *one == audience.as_str()),
        _ => false,
    };
    let issuer = state.issuer(request.header("host"));
    if !for_us || claim("iss").and_then(Value::as_str) != Some(&issuer) {
        return Err(invalid());
    }
    if lock(&state.tokens).revoked.contains(token) {
        return Err(invalid());
    }
    Ok(bearer)
}

fn check_signature(state: &State, token: &str) -> Result<Arc<Bearer>, ApiError> {
    if let Some(known) = lock(&state.tokens).checked.get(token) {
        return Ok(known.clone());
    }
    let invalid = || ApiError::token("Invalid token");
    let forged = || ApiError::token("Invalid signature received for JSON Web Token validation");
    let header = decode_header(token).map_err(|_| invalid())?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid());
    }
    let published = keys::published(&state.config());
    let key = match header.kid.as_deref() {
        Some(kid) => published.iter().find(|key| key.kid == kid),
        None => published.first(),
    }
    .ok_or_else(forged)?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = decode::<Map<String, Value>>(token, &key.decoding, &rules)
        .map_err(|e| match e.kind() {
            ErrorKind::InvalidSignature => forged(),
            _ => invalid(),
        })?
        .claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let bearer = Arc::new(Bearer {
        subject: text("sub").to_string(),
        scopes: text("scope").split_whitespace().map(String::from).collect(),
        claims,
    });
    let mut tokens = lock(&state.tokens);
    tokens.checked.insert(token.to_string(), bearer.clone());
    Ok(bearer)
}
