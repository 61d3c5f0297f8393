//! POST /oauth/token for machines, the JWKS and the discovery document.

use crate::auth;
use crate::clients::{ClientSpec, Clients, Stored};
use crate::errors::OauthError;
use crate::keys;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use base64::{engine::general_purpose::STANDARD, Engine};
use jsonwebtoken::{decode, decode_header, Algorithm, DecodingKey, Validation};
use percent_encoding::percent_decode_str;
use serde_json::{json, Map, Value};
use std::collections::HashMap;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Longest assertion, and how far ahead it may expire.
const ASSERTION_BYTES: usize = 2048;
const ASSERTION_SECONDS: i64 = 300;

/// POST /oauth/token
pub fn token(state: &State, request: &Request) -> Reply {
    match issue(state, request) {
        Ok(reply) => reply,
        Err(error) => error.reply(),
    }
}

fn issue(state: &State, request: &Request) -> Result<Reply, OauthError> {
    let sent = parameters(request)?;
    let get = |name: &str| sent.get(name).map(String::as_str);
    match get("grant_type") {
        Some("client_credentials") => {}
        Some(other) => {
            return Err(OauthError::new(
                403,
                "unsupported_grant_type",
                format!("Unsupported grant type: {other}"),
            ))
        }
        None => return Err(missing("grant_type")),
    }
    let mut clients = lock(&state.clients);
    let client = if let Some(assertion) = get("client_assertion") {
        if get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(OauthError::new(
                400,
                "invalid_request",
                "Invalid client_assertion_type",
            ));
        }
        by_assertion(state, request, &mut clients, assertion)?
    } else {
        by_secret(request, &clients, &sent)?
    };
    if !client.spec.client_credentials {
        return Err(OauthError {
            uri: Some("https://auth0.com/docs/clients/client-grant-types"),
            ..OauthError::new(
                403,
                "unauthorized_client",
                "Grant type 'client_credentials' not allowed for the client.",
            )
        });
    }
    let audience = get("audience").ok_or_else(|| missing("audience"))?;
    if audience != state.audience() {
        return Err(OauthError::new(
            403,
            "access_denied",
            format!("Service not enabled within domain: {audience}"),
        ));
    }
    if !client.spec.granted {
        return Err(OauthError::new(
            403,
            "access_denied",
            format!("Client is not authorized to access \"{audience}\". You need to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"),
        ));
    }
    drop(clients);
    Ok(granted(state, request, &client.client.id, &client.spec))
}

fn granted(state: &State, request: &Request, id: &str, spec: &ClientSpec) -> Reply {
    let lifetime = spec
        .token_lifetime
        .unwrap_or(lock(&state.config).token_lifetime)
        .as_secs();
    let scope = spec.scopes.join(" ");
    let mut claims = Map::new();
    claims.insert("iss".into(), state.issuer(request.header("host")).into());
    claims.insert("sub".into(), format!("{id}@clients").into());
    claims.insert("azp".into(), id.into());
    // A grant without scopes leaves the claim out.
    if !scope.is_empty() {
        claims.insert("scope".into(), scope.as_str().into());
    }
    let mut body = json!({
        "access_token": auth::issue(state, claims, lifetime),
        "expires_in": lifetime,
        "token_type": "Bearer",
    });
    if !scope.is_empty() {
        body["scope"] = scope.into();
    }
    Reply::json(200, &body)
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
}

/// The parameters of a form or a JSON body.
fn parameters(request: &Request) -> Result<HashMap<String, String>, OauthError> {
    let kind = request.header("content-type").unwrap_or_default();
    if kind.starts_with("application/json") {
        let body: Map<String, Value> = serde_json::from_slice(&request.body).map_err(|_| {
            OauthError::new(400, "invalid_request", "The request body is not valid JSON")
        })?;
        Ok(body
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_str()?.to_string())))
            .collect())
    } else {
        Ok(form_urlencoded::parse(&request.body).into_owned().collect())
    }
}

fn missing(name: &str) -> OauthError {
    OauthError::new(
        400,
        "invalid_request",
        format!("Missing required parameter: {name}"),
    )
}

fn refused() -> OauthError {
    OauthError::new(401, "access_denied", "Unauthorized")
}

/// client_secret_basic or client_secret_post.
fn by_secret(
    request: &Request,
    clients: &Clients,
    sent: &HashMap<String, String>,
) -> Result<Stored, OauthError> {
    let basic = request.header("authorization").and_then(basic);
    let (id, secret) = match basic {
        Some((id, secret)) => (id, Some(secret)),
        None => (
            sent.get("client_id")
                .ok_or_else(|| missing("client_id"))?
                .clone(),
            sent.get("client_secret").cloned(),
        ),
    };
    let client = clients.find(&id).ok_or_else(refused)?;
    if client.spec.public_key_pem.is_some() || secret.as_ref() != Some(&client.client.secret) {
        return Err(refused());
    }
    Ok(client.clone())
}

/// Name and password of a Basic header, each form-encoded as OAuth has it.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}

/// private_key_jwt, RS256.
fn by_assertion(
    state: &State,
    request: &Request,
    clients: &mut Clients,
    assertion: &str,
) -> Result<Stored, OauthError> {
    let bad = |what: &str| OauthError::new(401, "invalid_client", what);
    if assertion.len() > ASSERTION_BYTES {
        return Err(bad("Client assertion is too long"));
    }
    let header = decode_header(assertion).map_err(|_| bad("Client assertion is not a JWT"))?;
    if header.alg != Algorithm::RS256 {
        return Err(bad("Client assertion has the wrong algorithm"));
    }
    let id = unverified_subject(assertion).ok_or_else(|| bad("Client assertion has no sub"))?;
    let client = clients.find(&id).ok_or_else(refused)?.clone();
    let key = client
        .spec
        .public_key_pem
        .as_ref()
        .and_then(|pem| DecodingKey::from_rsa_pem(pem.as_bytes()).ok())
        .ok_or_else(|| bad("The client has no credential for private_key_jwt"))?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_issuer(&[&id]);
    rules.sub = Some(id.clone());
    rules.set_audience(&[state.issuer(request.header("host")), state.issuer(None)]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    rules.leeway = 0;
    let claims = decode::<Map<String, Value>>(assertion, &key, &rules)
        .map_err(|e| bad(&format!("Failed to verify client assertion: {e}")))?
        .claims;
    let now = crate::time::now_millis() / 1000;
    let soon = claims
        .get("exp")
        .and_then(Value::as_f64)
        .is_some_and(|exp| exp as i64 <= now + ASSERTION_SECONDS);
    if !soon {
        return Err(bad("Client assertion expires too far in the future"));
    }
    // Ten seconds of skew are tolerated.
    let early = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_f64)
            .is_some_and(|at| at as i64 > now + 10)
    };
    if early("iat") || early("nbf") {
        return Err(bad("Client assertion is not valid yet"));
    }
    let jti = claims
        .get("jti")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if jti.is_empty() || jti.len() > 64 {
        return Err(bad("Client assertion needs a jti of at most 64 characters"));
    }
    if !clients.first_use(&id, jti) {
        return Err(bad("Client assertion was used before"));
    }
    Ok(client)
}

/// Who the assertion says it is from, to find the key it has to be verified with.
fn unverified_subject(assertion: &str) -> Option<String> {
    let payload = assertion.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    claims.get("sub")?.as_str().map(String::from)
}

/// GET /.well-known/jwks.json: the current key, the next, and the one before until it is revoked.
pub fn jwks(state: &State) -> Reply {
    let config = state.config();
    let reply = match &config.jwks {
        Some(instead) => Reply::raw(200, instead.clone()),
        None => {
            let published = keys::published(&config);
            let keys: Vec<&Value> = published.iter().map(|key| &key.jwk).collect();
            Reply::json(200, &json!({ "keys": keys }))
        }
    };
    reply.header(
        "cache-control",
        "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400",
    )
}

/// GET /.well-known/openid-configuration
pub fn discovery(state: &State, request: &Request) -> Reply {
    let issuer = state.issuer(request.header("host"));
    let at = |path: &str| format!("{issuer}{path}");
    Reply::json(
        200,
        &json!({
            "issuer": issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("oauth/token"),
            "device_authorization_endpoint": at("oauth/device/code"),
            "userinfo_endpoint": at("userinfo"),
            "mfa_challenge_endpoint": at("mfa/challenge"),
            "jwks_uri": at(".well-known/jwks.json"),
            "registration_endpoint": at("oidc/register"),
            "revocation_endpoint": at("oauth/revoke"),
            "scopes_supported": ["openid", "profile", "offline_access", "name", "given_name", "family_name", "nickname", "email", "email_verified", "picture", "created_at", "identities", "phone", "address"],
            "response_types_supported": ["code", "token", "id_token", "code token", "code id_token", "token id_token", "code token id_token"],
            "code_challenge_methods_supported": ["S256", "plain"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "PS256"],
            "claims_supported": ["aud", "auth_time", "created_at", "email", "email_verified", "exp", "family_name", "given_name", "iat", "identities", "iss", "name", "nickname", "phone_number", "picture", "sub"],
            "request_uri_parameter_supported": false,
            "request_parameter_supported": false,
            "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
        }),
    )
}
