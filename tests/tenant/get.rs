//! auth0.get(): one call, with what every call has: retries, errors, cancellation, rights.

use std::time::{Duration, Instant};

use crate::support::{calls, role, told, world};
use simulator::{Fault, FaultKind};
use xtask::world;

#[test]
fn the_answer_as_it_comes() {
    let mut world = world();
    let ids = world.sim.user_ids();
    let one = format!(
        "select auth0.get('auth0', '/api/v2/users/{}') ->> 'user_id'",
        ids[0]
    );
    assert_eq!(world.value(&one).as_deref(), Some(ids[0].as_str()));
    assert_eq!(
        calls(&world),
        [format!("/api/v2/users/{}", ids[0].replace('|', "%7C"))]
    );
    let list = "select jsonb_array_length(auth0.get('auth0', '/api/v2/users',
      '{\"per_page\": 5, \"q\": \"email:* AND NOT blocked:true\", \"include_totals\": false}'))";
    assert_eq!(world.value(list).as_deref(), Some("5"));
    let journal = world.sim.journal();
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0].param("q"), Some("email:* AND NOT blocked:true"));
    assert_eq!(journal[0].param("per_page"), Some("5"));
    assert_eq!(journal[0].param("include_totals"), Some("false"));
}

#[test]
fn several_values_are_sent_one_by_one() {
    let mut world = world();
    world.value("select auth0.get('auth0', '/api/v2/connections', '{\"strategy\": [\"auth0\", \"samlp\"]}')");
    assert_eq!(
        calls(&world),
        ["/api/v2/connections?strategy=auth0&strategy=samlp"]
    );
}

#[test]
fn what_is_no_call_is_not_sent() {
    let mut world = world();
    for path in [
        "/oauth/token",
        "/api/v2/../../oauth/token",
        "/api/v2/%2e%2e/x",
        "https://evil.example/api/v2/users",
        "/api/v2/users?page=1",
        "/api/v2/users/{user_id}",
        "",
    ] {
        let error = told(&world.error(&format!("select auth0.get('auth0', '{path}')")));
        assert!(
            error.starts_with("22023: ") && error.contains("/api/v2/"),
            "{path}: {error}"
        );
    }
    for (path, says) in [
        ("/api/v2/users?page=1", "; parameters go into params."),
        (
            "/api/v2/users/a b",
            "in which white space is percent-encoded (%20).",
        ),
    ] {
        let error = told(&world.error(&format!("select auth0.get('auth0', '{path}')")));
        assert!(error.ends_with(says), "{path}: {error}");
    }
    for params in [
        "[]",
        "1",
        "{\"a\": null}",
        "{\"a\": {\"b\": 1}}",
        "{\"a\": [[1]]}",
    ] {
        let sql = format!("select auth0.get('auth0', '/api/v2/users', '{params}')");
        let error = told(&world.error(&sql));
        assert!(error.starts_with("22023: "), "{params}: {error}");
    }
    let error = told(&world.error("select auth0.get('nobody', '/api/v2/users')"));
    assert!(
        error.contains("server \"nobody\" does not exist"),
        "{error}"
    );
    assert_eq!(
        world.value("select auth0.get(null, '/api/v2/users') is null"),
        Some("t".to_owned())
    );
    assert!(calls(&world).is_empty());
}

#[test]
fn errors_are_those_of_every_scan_and_busy_servers_are_asked_again() {
    let mut world = world();
    let error = told(&world.error("select auth0.get('auth0', '/api/v2/users/auth0|nobody')"));
    assert!(
        error.contains("GET /api/v2/users/auth0%7Cnobody: HTTP 404"),
        "{error}"
    );
    calls(&world);
    let busy = FaultKind::Status {
        code: 503,
        body: None,
        headers: Vec::new(),
    };
    world.sim.inject(Fault::new(busy));
    assert!(world
        .value("select auth0.get('auth0', '/api/v2/tenants/settings')")
        .is_some());
    assert_eq!(calls(&world).len(), 2);
    let token = world.sim.token(&["read:users"]);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    let error = told(&world.error("select auth0.get('auth0', '/api/v2/roles')"));
    assert!(
        error.starts_with("42501: ") && error.contains("read:roles"),
        "{error}"
    );
    assert!(!error.contains(&token));
}

#[test]
fn it_can_be_cancelled() {
    let mut world = world();
    world.sim.set_latency(Duration::from_secs(30));
    world.run("set statement_timeout = '300ms'");
    let before = Instant::now();
    let error = told(&world.error("select auth0.get('auth0', '/api/v2/roles')"));
    assert!(error.starts_with("57014: "), "{error}");
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[test]
fn rights() {
    let mut world = world();
    let user = role(&mut world, "caller");
    let mut sql = world.db.connect_as(&user);
    let get = "select auth0.get('auth0', '/api/v2/roles')";
    let error = told(&world::error(&mut sql, get));
    assert_eq!(error, "42501: permission denied for function get");
    world.run(&format!("grant execute on function auth0.get to {user}"));
    let error = told(&world::error(&mut sql, get));
    assert_eq!(error, "42501: permission denied for foreign server auth0");
    world.run(&format!("grant usage on foreign server auth0 to {user}"));
    assert_eq!(world::query_text(&mut sql, get).len(), 1);
}
