//! Getting tokens, and what happens to calls with bad ones.

mod common;

use common::{call, receive, send, Answer};
use jsonwebtoken::{encode, Algorithm, EncodingKey, Header};
use serde_json::{json, Value};
use simulator::{ClientSpec, Config, Simulator};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 3,
        ..Config::default()
    })
    .unwrap()
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64
}

fn ask(sim: &Simulator, headers: &str, parameters: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = parameters
        .iter()
        .map(|(key, value)| format!("{key}={}", value.replace('+', "%2B").replace(':', "%3A")))
        .collect();
    let headers = format!("content-type: application/x-www-form-urlencoded\r\n{headers}");
    receive(send(sim, "POST", "/oauth/token", &headers, &body.join("&")))
}

#[test]
fn by_secret_in_form_json_and_basic() {
    let sim = tenant();
    let client = sim.client();
    let audience = format!("{}/api/v2/", sim.url());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
        ("audience", &audience),
    ];
    let works = |answer: Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 86_400);
        assert!(body["scope"].as_str().unwrap().contains("read:users"));
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(call(&sim, token, "GET", "/api/v2/users", "").status, 200);
    };
    works(ask(&sim, "", &form));
    let object: serde_json::Map<String, Value> = form
        .iter()
        .map(|(k, v)| (k.to_string(), (*v).into()))
        .collect();
    let json = Value::from(object).to_string();
    works(receive(send(
        &sim,
        "POST",
        "/oauth/token",
        "content-type: application/json\r\n",
        &json,
    )));
    use base64::{engine::general_purpose::STANDARD, Engine};
    let basic = STANDARD.encode(format!("{}:{}", client.id, client.secret));
    works(ask(
        &sim,
        &format!("authorization: Basic {basic}\r\n"),
        &[form[0], form[3]],
    ));
    assert!(sim
        .journal()
        .iter()
        .any(|entry| entry.header("authorization") == Some("Basic [redacted]")));
}

#[test]
fn refusals() {
    let sim = tenant();
    let audience = format!("{}/api/v2/", sim.url());
    let asked = |id: &str, secret: &str, audience: &str, grant: &str| {
        let answer = ask(
            &sim,
            "",
            &[
                ("grant_type", grant),
                ("client_id", id),
                ("client_secret", secret),
                ("audience", audience),
            ],
        );
        let error = answer.json()["error"].as_str().unwrap_or("-").to_string();
        (answer.status, error)
    };
    let client = sim.client();
    let (id, secret) = (client.id.as_str(), client.secret.as_str());
    let grant = "client_credentials";
    let denied = |status| (status, "access_denied".to_string());
    assert_eq!(asked(id, "wrong", &audience, grant), denied(401));
    assert_eq!(asked("nobody", secret, &audience, grant), denied(401));
    assert_eq!(
        asked(id, secret, audience.trim_end_matches('/'), grant),
        denied(403)
    );
    assert_eq!(asked(id, secret, &audience, "password").0, 403);
    assert_eq!(
        ask(&sim, "", &[("grant_type", grant)]).json()["error"],
        "invalid_request"
    );
    let ungranted = sim.add_client(ClientSpec {
        granted: false,
        ..ClientSpec::default()
    });
    assert_eq!(
        asked(&ungranted.id, &ungranted.secret, &audience, grant),
        denied(403)
    );
    let barred = sim.add_client(ClientSpec {
        client_credentials: false,
        ..ClientSpec::default()
    });
    assert_eq!(
        asked(&barred.id, &barred.secret, &audience, grant),
        (403, "unauthorized_client".to_string())
    );
    let fresh = sim.rotate_client_secret(id);
    assert_eq!(asked(id, secret, &audience, grant), denied(401));
    assert_eq!(asked(id, &fresh, &audience, grant).0, 200);
}

#[test]
fn by_private_key() {
    let sim = tenant();
    let pair = simulator::rsa_pair();
    let client = sim.add_client(ClientSpec {
        public_key_pem: Some(pair.public_pem.clone()),
        scopes: vec!["read:users".into()],
        token_lifetime: Some(Duration::from_secs(60)),
        ..ClientSpec::default()
    });
    let audience = format!("{}/api/v2/", sim.url());
    let signed = |key: &EncodingKey, algorithm, change: Value| {
        let mut claims = json!({"iss":client.id,"sub":client.id,"aud":format!("{}/", sim.url()),"exp":now() + 60,"jti":format!("{change}")});
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        encode(&Header::new(algorithm), &claims, key).unwrap()
    };
    let asked = |assertion: &str| {
        ask(
            &sim,
            "",
            &[
                ("grant_type", "client_credentials"),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", assertion),
                ("audience", &audience),
            ],
        )
    };
    let key = EncodingKey::from_rsa_pem(pair.private_pem.as_bytes()).unwrap();
    let good = signed(&key, Algorithm::RS256, json!({}));
    let answer = asked(&good);
    assert_eq!(
        (answer.status, answer.json()["expires_in"].as_u64()),
        (200, Some(60)),
        "{answer:?}"
    );
    assert_eq!(answer.json()["scope"], "read:users");
    assert_eq!(
        asked(&good).json()["error"],
        "invalid_client",
        "an assertion is good once"
    );
    let stranger = EncodingKey::from_rsa_pem(simulator::rsa_pair().private_pem.as_bytes()).unwrap();
    for bad in [
        signed(&stranger, Algorithm::RS256, json!({"jti":"1"})),
        signed(&key, Algorithm::RS512, json!({"jti":"2"})),
        signed(&key, Algorithm::RS256, json!({"jti":"3","exp":now() - 5})),
        signed(&key, Algorithm::RS256, json!({"jti":"4","exp":now() + 900})),
        signed(
            &key,
            Algorithm::RS256,
            json!({"jti":"5","aud":"https://elsewhere/"}),
        ),
        signed(&key, Algorithm::RS256, json!({"jti":"6","iss":"someone"})),
        signed(&key, Algorithm::RS256, json!({"jti":"7","iat":now() + 60})),
        signed(&key, Algorithm::RS256, json!({"jti":""})),
        signed(
            &key,
            Algorithm::RS256,
            json!({"jti":"8","pad":"x".repeat(2000)}),
        ),
        "junk".to_string(),
    ] {
        let answer = asked(&bad);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &json!("invalid_client")),
            "{bad}"
        );
    }
    let by_secret = ask(
        &sim,
        "",
        &[
            ("grant_type", "client_credentials"),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
            ("audience", &audience),
        ],
    );
    assert_eq!(by_secret.status, 401);
}

#[test]
fn bad_tokens() {
    let sim = tenant();
    let users = |token: &str| call(&sim, token, "GET", "/api/v2/users", "");
    let none = receive(send(&sim, "GET", "/api/v2/users", "", ""));
    assert_eq!(
        (none.status, none.message().as_str()),
        (401, "Missing authentication")
    );
    assert_eq!(none.header("www-authenticate"), Some("bearer"));
    for malformed in ["abc", "a.b", "a.b.c.d.e", ""] {
        let answer = users(malformed);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "Bearer"),
            "{malformed:?}"
        );
    }
    let message = |token: String| {
        let answer = users(&token);
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["attributes"]["error"], answer.message());
        answer.message()
    };
    assert_eq!(message("a.b.c".into()), "Invalid token");
    assert_eq!(
        message(sim.token_with(json!({"exp": now() - 1}))),
        "Expired token received for JSON Web Token validation"
    );
    for claims in [
        json!({"exp": null}),
        json!({"aud": format!("{}/api/v2", sim.url())}),
        json!({"aud": null}),
        json!({"iss": sim.url()}),
        json!({"iss": "https://login.example/"}),
    ] {
        assert_eq!(
            message(sim.token_with(claims.clone())),
            "Invalid token",
            "{claims}"
        );
    }
    assert_eq!(
        users(&sim.token_with(json!({"aud": [format!("{}/api/v2/", sim.url()), "x"]}))).status,
        200
    );
    let mut forged = sim.token(&["read:users"]);
    let at = forged.len() - 10;
    let other = if &forged[at..=at] == "A" { "B" } else { "A" };
    forged.replace_range(at..=at, other);
    assert_eq!(
        message(forged),
        "Invalid signature received for JSON Web Token validation"
    );

    let before = sim.token(&["read:users"]);
    assert_eq!(users(&before).status, 200);
    sim.revoke_tokens();
    assert_eq!(message(before), "Invalid token");
    assert_eq!(users(&sim.token(&["read:users"])).status, 200);
}

#[test]
fn a_token_belongs_to_the_host_it_was_asked_from() {
    let sim = tenant();
    let port = sim.url().rsplit(':').next().unwrap().to_string();
    let exchange = |request: String| {
        use std::io::Write;
        let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        receive(stream)
    };
    let client = sim.client();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&audience={}/api/v2/",
        client.id,
        client.secret,
        sim.url()
    );
    let answer = exchange(format!(
        "POST /oauth/token HTTP/1.1\r\nhost: login.example\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let token = answer.json()["access_token"].as_str().unwrap().to_string();
    assert_eq!(
        call(&sim, &token, "GET", "/api/v2/users", "").message(),
        "Invalid token"
    );
    let there = exchange(format!(
        "GET /api/v2/users HTTP/1.1\r\nhost: login.example\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    ));
    assert_eq!(there.status, 200);
}

#[test]
fn missing_scopes() {
    let sim = tenant();
    let id = sim.user_ids()[0].replace('|', "%7C");
    let by_id = format!("/api/v2/users/{id}");
    for (method, target, body) in [
        ("GET", "/api/v2/users", ""),
        ("GET", by_id.as_str(), ""),
        ("GET", "/api/v2/users-by-email?email=a", ""),
        ("POST", "/api/v2/users", "{}"),
        ("PATCH", by_id.as_str(), r#"{"blocked":true}"#),
        ("DELETE", by_id.as_str(), ""),
    ] {
        let answer = call(&sim, &sim.token(&["read:roles"]), method, target, body);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "insufficient_scope"),
            "{method} {target}"
        );
    }
    assert_eq!(
        call(&sim, &sim.token(&[]), "GET", "/api/v2/users", "").message(),
        "Insufficient scope, expected any of: read:users,read:current_user,read:user_idp_tokens"
    );
}

#[test]
fn keys_and_discovery() {
    let sim = tenant();
    let found = receive(send(
        &sim,
        "GET",
        "/.well-known/openid-configuration",
        "",
        "",
    ))
    .json();
    assert_eq!(found["issuer"], format!("{}/", sim.url()));
    assert_eq!(
        found["jwks_uri"],
        format!("{}/.well-known/jwks.json", sim.url())
    );
    let keys = receive(send(&sim, "GET", "/.well-known/jwks.json", "", "")).json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let mut rules = jsonwebtoken::Validation::new(Algorithm::RS256);
    rules.set_audience(&[format!("{}/api/v2/", sim.url())]);
    let token = sim.token(&["read:users"]);
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &rules)
        .unwrap()
        .claims;
    assert_eq!(claims["scope"], "read:users");
}
