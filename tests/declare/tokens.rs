//! A token is fetched once a connection and kept, and fetched again when it has expired or is refused.

use crate::support::{count, declare, requests, role, told, world};
use simulator::ClientSpec;
use std::time::{Duration, Instant};
use xtask::world::query_text;
use xtask::World;

const FETCH: &str = "POST /oauth/token 200";
const READ: &str = "GET /api/v2/users 200";
const REFUSED: &str = "GET /api/v2/users 401";

fn with_client(users: usize, lifetime: Option<Duration>) -> World {
    let mut w = world(users);
    let client = w.sim.add_client(ClientSpec {
        token_lifetime: lifetime,
        ..ClientSpec::default()
    });
    let url = w.sim.url();
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ],
    );
    w
}

#[test]
fn a_connection_fetches_one_token_however_many_statements_it_runs() {
    let mut w = with_client(3, None);
    for _ in 0..5 {
        assert_eq!(count(&mut w), "3");
    }
    let expected = [vec![FETCH], vec![READ; 5]].concat();
    assert_eq!(requests(&w.sim), expected);
    let mut other = w.db.connect();
    query_text(&mut other, "select from users");
    query_text(&mut other, "select from users");
    assert_eq!(requests(&w.sim), [FETCH, READ, READ]);
}

#[test]
fn pages_fetched_side_by_side_share_one_token_request() {
    let mut w = with_client(800, None);
    assert_eq!(count(&mut w), "800");
    let requests = requests(&w.sim);
    assert_eq!(requests.iter().filter(|r| *r == FETCH).count(), 1);
    assert_eq!(requests.len(), 9);
}

#[test]
fn roles_without_mappings_share_the_servers_token_in_one_connection() {
    let mut w = with_client(3, None);
    let user = role(&mut w, "reader");
    w.run(&format!("grant select on users to {user}"));
    assert_eq!(count(&mut w), "3");
    w.run(&format!("set role {user}"));
    assert_eq!(count(&mut w), "3");
    assert_eq!(requests(&w.sim), [FETCH, READ, READ]);
}

#[test]
fn a_token_is_given_up_before_it_expires() {
    // Expiry is in whole seconds: a life of eleven lasts more than ten, and nine tenths of it are used.
    let mut w = with_client(3, Some(Duration::from_secs(11)));
    assert_eq!(count(&mut w), "3");
    assert_eq!(requests(&w.sim), [FETCH, READ]);
    let started = Instant::now();
    let mut fetched = false;
    while !fetched {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "never fetched again"
        );
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(count(&mut w), "3");
        let requests = requests(&w.sim);
        assert!(
            !requests.iter().any(|r| r == REFUSED),
            "an expired token was sent"
        );
        fetched = requests.iter().any(|r| r == FETCH);
    }
    assert!(
        started.elapsed() > Duration::from_secs(9),
        "fetched too early"
    );
}

#[test]
fn a_refused_token_is_fetched_again_once() {
    let mut w = with_client(3, None);
    assert_eq!(count(&mut w), "3");
    requests(&w.sim);
    w.sim.revoke_tokens();
    assert_eq!(count(&mut w), "3");
    assert_eq!(requests(&w.sim), [REFUSED, FETCH, READ]);
}

#[test]
fn a_token_refused_twice_is_an_error_and_not_a_loop() {
    use simulator::{Fault, FaultKind};
    let mut w = with_client(3, None);
    let refusal = FaultKind::Status {
        code: 401,
        body: None,
        headers: Vec::new(),
    };
    w.sim
        .inject(Fault::new(refusal).on("/api/v2/users").forever());
    let error = told(&w.error("select * from users"));
    assert_eq!(
        error.lines().take(2).collect::<Vec<_>>(),
        [
            "28000: Auth0 refused the credentials",
            "DETAIL: GET /api/v2/users: HTTP 401: Unauthorized."
        ]
    );
    // Fresh tokens are refused, too: "the token has expired" would send the reader the wrong way.
    assert!(!error.contains("has expired"), "{error}");
    assert_eq!(requests(&w.sim), [FETCH, REFUSED, FETCH, REFUSED]);
    w.sim.clear_faults();
    assert_eq!(count(&mut w), "3");
}

#[test]
fn an_expired_static_token_says_so_and_what_to_do() {
    let mut w = world(3);
    let (url, token) = (
        w.sim.url(),
        w.sim
            .token_with(serde_json::json!({ "exp": 1_600_000_000 })),
    );
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    assert_eq!(
        told(&w.error("select * from users")),
        "28000: Auth0 refused the credentials\n\
         DETAIL: GET /api/v2/users: HTTP 401: Expired token received for JSON Web Token validation.\n\
         HINT: The token has expired, or was made for another tenant or host. Management API tokens live 24 hours; \
         with client_id and client_secret new ones are fetched by themselves."
    );
    assert_eq!(requests(&w.sim), [REFUSED]);
}

#[test]
fn a_token_without_the_scope_says_which_is_missing() {
    let mut w = world(3);
    let (url, token) = (w.sim.url(), w.sim.token(&["read:roles"]));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    let error = w.error("select * from users");
    assert_eq!(error.code().code(), "42501");
    assert_eq!(
        error.message(),
        "the Auth0 token lacks a scope this call needs"
    );
    assert!(
        error.hint().unwrap().contains("read:users"),
        "{:?}",
        error.hint()
    );
}
