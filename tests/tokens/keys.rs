//! The issuer's keys: fetched once, again for a new one, kept while it is down, rotated, revoked, and never believed blindly.

use crate::support::{
    fetches, issuer, register, token, token_with, until, value, world, world_with,
};
use serde_json::{json, Value};
use simulator::{Fault, FaultKind};
use std::time::{Duration, Instant};
use xtask::World;

const JWKS: &str = "/.well-known/jwks.json";

/// The failed check, or none.
fn check(world: &mut World, token: &str) -> Option<String> {
    world.value(&format!(
        "select failed_check from auth0.try_verify('{token}')"
    ))
}

fn down(world: &World) {
    world.sim.inject(
        Fault::new(FaultKind::Status {
            code: 503,
            body: None,
            headers: vec![],
        })
        .on(JWKS)
        .forever(),
    );
}

/// A token signed by the tenant that names another key.
fn with_kid(token: &str, kid: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    let header = xtask_base64(&format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#));
    format!("{header}.{rest}")
}

/// Base64url, which nothing else here needs.
fn xtask_base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            out.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize] as char);
        }
    }
    out
}

#[test]
fn fetched_once() {
    let mut world = world();
    let token = token(&world.sim, "auth0|ann");
    world.run(&format!(
        "select auth0.verify('{token}') from generate_series(1, 50)"
    ));
    assert_eq!(fetches(&world.sim), 1);
    let asked = &world.sim.journal()[0];
    assert!(
        !asked
            .headers
            .iter()
            .any(|(name, _)| name == "authorization"),
        "{asked:?}"
    );
}

#[test]
fn invented_keys_are_asked_for_once_in_a_cooldown() {
    let mut world = world_with(json!({ "cooldown": "1s" }));
    let good = token(&world.sim, "auth0|ann");
    assert_eq!(check(&mut world, &good), None);
    std::thread::sleep(Duration::from_millis(1100));
    let started = Instant::now();
    for n in 0..100 {
        let invented = with_kid(&good, &format!("invented{n}"));
        assert_eq!(check(&mut world, &invented).as_deref(), Some("key"));
    }
    let asked = fetches(&world.sim);
    let most = 2 + started.elapsed().as_secs() as usize;
    assert!((2..=most.max(2)).contains(&asked), "{asked}");
    assert_eq!(check(&mut world, &good), None);
}

#[test]
fn a_rotation_is_not_noticed() {
    let mut world = world_with(json!({ "cooldown": "100ms" }));
    let mut other = world.db.connect();
    for round in 0..3 {
        let old = token(&world.sim, "auth0|ann");
        assert_eq!(check(&mut world, &old), None, "{round}");
        world.sim.rotate_keys();
        let new = token(&world.sim, "auth0|ann");
        for token in [&old, &new, &old] {
            assert_eq!(check(&mut world, token), None, "{round}");
            assert_eq!(
                value(
                    &mut other,
                    &format!("select failed_check from auth0.try_verify('{token}')")
                ),
                None
            );
        }
        // Two rotations later the key is one that the first document did not have.
        std::thread::sleep(Duration::from_millis(110));
    }
}

#[test]
fn a_revoked_key_is_dropped_in_the_stated_time() {
    let mut world = world_with(json!({ "refresh_after": "1s", "cooldown": "100ms" }));
    let old = token(&world.sim, "auth0|ann");
    assert_eq!(check(&mut world, &old), None);
    let fetched = Instant::now();
    world.sim.rotate_keys();
    world.sim.revoke_previous_key();
    // A check that begins when the keys are a second old asks for them again.
    until("the key is dropped", || {
        let age = fetched.elapsed();
        let refused = check(&mut world, &old).as_deref() == Some("key");
        assert!(refused || age < Duration::from_secs(1), "{age:?}");
        refused
    });
}

#[test]
fn kept_while_the_issuer_is_down() {
    let mut world =
        world_with(json!({ "refresh_after": "1s", "cooldown": "100ms", "keep_for": "8s" }));
    let good = token(&world.sim, "auth0|ann");
    assert_eq!(check(&mut world, &good), None);
    let fetched = Instant::now();
    down(&world);
    while fetched.elapsed() < Duration::from_millis(2500) {
        assert_eq!(check(&mut world, &good), None, "{:?}", fetched.elapsed());
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(fetches(&world.sim) > 2);
    // But not for ever.
    until("they are given up", || {
        check(&mut world, &good).as_deref() == Some("key")
    });
    world.sim.clear_faults();
    until("they are there again", || {
        check(&mut world, &good).is_none()
    });
}

#[test]
fn an_issuer_that_was_never_up() {
    let mut world = world_with(json!({ "cooldown": "1s" }));
    down(&world);
    let good = token(&world.sim, "auth0|ann");
    let started = Instant::now();
    for _ in 0..20 {
        let error = world.error(&format!("select auth0.verify('{good}')"));
        assert_eq!(error.code().code(), "28000");
        let detail = error.detail().unwrap();
        assert!(
            detail.starts_with("Failed check: key. ") && detail.contains("HTTP 503"),
            "{detail}"
        );
    }
    let most = 1 + started.elapsed().as_secs() as usize;
    assert!(fetches(&world.sim) <= most, "{}", fetches(&world.sim));
    world.sim.clear_faults();
    until("the keys are fetched", || {
        check(&mut world, &good).is_none()
    });
}

#[test]
fn hostile_documents() {
    let mut world = world_with(json!({ "cooldown": "100ms" }));
    let good = token(&world.sim, "auth0|ann");
    let weak = r#"{"keys":[{"kty":"RSA","kid":"x","n":"AQAB","e":"AQAB"}]}"#.to_owned();
    let oct = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#.to_owned();
    let many = format!(r#"{{"keys":[{}]}}"#, vec!["{}"; 100_000].join(","));
    let documents = [
        String::new(),
        "null".into(),
        "[".repeat(200_000),
        "{\"keys\":".repeat(50_000),
        format!("{{\"keys\":[],\"x\":\"{}\"}}", "a".repeat(3 << 20)),
        r#"{"keys":[]}"#.into(),
        weak,
        oct,
        many,
    ];
    for document in documents {
        world
            .sim
            .configure(|config| config.jwks = Some(document.clone()));
        let started = Instant::now();
        assert_eq!(
            check(&mut world, &good).as_deref(),
            Some("key"),
            "{document:.60}"
        );
        assert!(started.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(110));
    }
    world.sim.configure(|config| config.jwks = None);
    for fault in [
        FaultKind::Redirect {
            location: "https://evil.example/jwks.json".into(),
        },
        FaultKind::Garbage,
        FaultKind::EndlessBody,
        FaultKind::TruncatedJson,
        FaultKind::ResetMidBody,
        FaultKind::Html { code: 200 },
        FaultKind::EmptyBody,
    ] {
        world.sim.inject(Fault::new(fault.clone()).on(JWKS));
        assert_eq!(
            check(&mut world, &good).as_deref(),
            Some("key"),
            "{fault:?}"
        );
        std::thread::sleep(Duration::from_millis(110));
    }
    assert_eq!(check(&mut world, &good), None);
}

#[test]
fn waiting_for_keys_can_be_interrupted() {
    let mut world = world();
    let good = token(&world.sim, "auth0|ann");
    for fault in [
        FaultKind::HangBeforeHeaders,
        FaultKind::HangMidBody,
        FaultKind::Drip {
            byte_every: Duration::from_millis(50),
        },
    ] {
        world.sim.inject(Fault::new(fault.clone()).on(JWKS));
        world.run("set statement_timeout = 300");
        let started = Instant::now();
        let error = world.error(&format!("select auth0.verify('{good}')"));
        assert_eq!(error.code().code(), "57014", "{fault:?}");
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{:?}",
            started.elapsed()
        );
        world.run("reset statement_timeout");
    }
    // Whoever comes next need not wait for a cooldown.
    assert_eq!(check(&mut world, &good), None);
}

#[test]
fn a_hanging_issuer_is_given_up() {
    let mut world = world();
    world
        .sim
        .inject(Fault::new(FaultKind::HangBeforeHeaders).on(JWKS));
    let good = token(&world.sim, "auth0|ann");
    let started = Instant::now();
    assert_eq!(check(&mut world, &good).as_deref(), Some("key"));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn pinned_keys_are_not_fetched() {
    let mut world = world();
    let published: Value = {
        let good = token(&world.sim, "auth0|ann");
        assert_eq!(check(&mut world, &good), None);
        // The same document that the tenant publishes.
        let url = format!("{}{JWKS}", world.sim.url());
        serde_json::from_str(&get(&url)).unwrap()
    };
    world.sim.clear_journal();
    register(&mut world, json!({ "jwks": published }));
    down(&world);
    let mut fresh = world.db.connect();
    let good = token(&world.sim, "auth0|ann");
    assert_eq!(
        value(
            &mut fresh,
            &format!("select failed_check from auth0.try_verify('{good}')")
        ),
        None
    );
    world.sim.rotate_keys();
    world.sim.rotate_keys();
    let new = token(&world.sim, "auth0|ann");
    assert_eq!(
        value(
            &mut fresh,
            &format!("select failed_check from auth0.try_verify('{new}')")
        )
        .as_deref(),
        Some("key")
    );
    assert_eq!(fetches(&world.sim), 0);
}

fn get(url: &str) -> String {
    use std::io::{Read, Write};
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn an_id_token_is_for_its_application() {
    let mut world = world();
    let id_token = token_with(
        &world.sim,
        "auth0|ann",
        json!({ "aud": "client1", "nonce": "n1", "email": "ann@example.com" }),
    );
    let mut verify = |client: &str, nonce: &str| {
        let sql =
            format!("select auth0.verify_id_token('{id_token}', '{client}', {nonce}) ->> 'email'");
        world
            .sql
            .query_one(&sql, &[])
            .map(|row| row.get::<_, String>(0))
            .map_err(|e| e.as_db_error().unwrap().detail().unwrap().to_owned())
    };
    assert_eq!(verify("client1", "'n1'").as_deref(), Ok("ann@example.com"));
    assert_eq!(verify("client1", "null").as_deref(), Ok("ann@example.com"));
    assert!(verify("client1", "'n2'")
        .unwrap_err()
        .starts_with("Failed check: nonce. "));
    assert!(verify("client2", "'n1'")
        .unwrap_err()
        .starts_with("Failed check: audience. "));
    assert!(verify("", "'n1'")
        .unwrap_err()
        .starts_with("Failed check: audience. "));
    let hint = world
        .error(&format!("select auth0.verify('{id_token}')"))
        .hint()
        .unwrap()
        .to_owned();
    assert!(hint.contains("ID token"), "{hint}");
    let access = token_with(
        &world.sim,
        "auth0|ann",
        json!({ "scope": "openid", "aud": "client1" }),
    );
    let detail = world
        .error(&format!(
            "select auth0.verify_id_token('{access}', 'client1')"
        ))
        .detail()
        .unwrap()
        .to_owned();
    assert!(detail.contains("access token"), "{detail}");
    let several = token_with(
        &world.sim,
        "auth0|ann",
        json!({ "aud": ["client1", "client2"], "azp": "client2" }),
    );
    assert!(world
        .error(&format!(
            "select auth0.verify_id_token('{several}', 'client1')"
        ))
        .detail()
        .unwrap()
        .contains("azp"));
    let _ = issuer(&world.sim);
}
