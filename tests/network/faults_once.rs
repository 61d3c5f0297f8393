//! A fault that strikes once is not seen: the statement has every row, and one request more at most.

use crate::support::{self, asked_for_page, assert_all_rows, spelled, until, PAGES};
use simulator::{Fault, FaultKind};
use std::time::{Duration, Instant};
use xtask::world;

/// A status with the API's usual body and these headers.
pub fn status(code: u16, headers: &[(&str, &str)]) -> FaultKind {
    let headers = headers.iter().map(|(k, v)| (k.to_string(), v.to_string()));
    FaultKind::Status {
        code,
        body: None,
        headers: headers.collect(),
    }
}

/// Faults after which asking once more helps.
fn passing() -> Vec<FaultKind> {
    let mut kinds = vec![
        status(408, &[]),
        status(429, &[]),
        status(429, &[("retry-after", "1")]),
        status(429, &[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")]),
        FaultKind::Html { code: 429 },
        FaultKind::ResetBeforeResponse,
        FaultKind::ResetMidBody,
        FaultKind::Truncate,
        FaultKind::TruncateChunked,
        FaultKind::TruncatedJson,
        FaultKind::Garbage,
        FaultKind::EmptyBody,
        FaultKind::Status {
            code: 200,
            body: Some("null".into()),
            headers: Vec::new(),
        },
        FaultKind::Status {
            code: 200,
            body: Some(r#"{"start":0,"limit":100,"length":0,"total":450}"#.into()),
            headers: Vec::new(),
        },
    ];
    for code in [500, 502, 503, 504, 520, 522, 524] {
        kinds.push(status(code, &[]));
        kinds.push(FaultKind::Html { code });
    }
    kinds
}

#[test]
fn a_fault_on_the_first_or_the_third_page_costs_one_request_more() {
    let mut world = support::world();
    for kind in passing() {
        for page in [0, 2] {
            world.sim.clear_journal();
            let only = format!("page={page}");
            world.sim.inject(Fault::new(kind.clone()).query(&only));
            assert_all_rows(&mut world.sql, &world.sim, "users");
            let requests = world.sim.journal().len();
            assert_eq!(
                requests,
                PAGES + 1,
                "requests after {kind:?} on page {page}"
            );
            assert_eq!(asked_for_page(&world.sim, page), 2, "{kind:?}");
            until("no request is left", || world.sim.in_flight() == 0);
        }
    }
}

#[test]
fn an_answer_that_stalls_is_asked_for_again_after_request_timeout() {
    let mut world = support::world();
    world.run("alter foreign table users options (add request_timeout '1500ms')");
    for kind in [
        FaultKind::HangBeforeHeaders,
        FaultKind::HangMidBody,
        FaultKind::Drip {
            byte_every: Duration::from_millis(20),
        },
    ] {
        world.sim.clear_journal();
        world.sim.inject(Fault::new(kind.clone()).query("page=2"));
        let started = Instant::now();
        assert_all_rows(&mut world.sql, &world.sim, "users");
        assert_eq!(world.sim.journal().len(), PAGES + 1, "{kind:?}");
        let taken = started.elapsed();
        assert!(taken >= Duration::from_millis(1500), "{kind:?}: {taken:?}");
        assert!(taken < Duration::from_secs(4), "{kind:?}: {taken:?}");
        until("no request is left", || world.sim.in_flight() == 0);
    }
}

#[test]
fn slowness_and_a_wrong_content_type_are_no_faults() {
    let mut world = support::world();
    for kind in [
        FaultKind::WrongContentType,
        FaultKind::Delay {
            by: Duration::from_millis(300),
        },
    ] {
        world.sim.clear_journal();
        world.sim.inject(Fault::new(kind.clone()).query("page=4"));
        assert_all_rows(&mut world.sql, &world.sim, "users");
        assert_eq!(world.sim.journal().len(), PAGES, "{kind:?}");
    }
    world.sim.clear_users();
    world
        .sim
        .put_user(serde_json::json!({"user_id": "auth0|1", "email": "é@example.com"}));
    world.sim.inject(Fault::new(FaultKind::Drip {
        byte_every: Duration::from_millis(1),
    }));
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert_eq!(world.sim.journal().len(), PAGES + 1);
}

#[test]
fn a_fault_at_the_token_endpoint_costs_one_request_more() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    for kind in passing() {
        let mut client = world.db.connect();
        world.sim.clear_journal();
        world
            .sim
            .inject(Fault::new(kind.clone()).on("/oauth/token"));
        assert_all_rows(&mut client, &world.sim, "users");
        let journal = world.sim.journal();
        let tokens = journal.iter().filter(|e| e.path == "/oauth/token").count();
        assert_eq!((tokens, journal.len()), (2, PAGES + 2), "{kind:?}");
    }
}

#[test]
fn a_limit_told_of_once_is_not_believed_for_ever() {
    let mut world = support::world();
    let told = [
        ("x-ratelimit-limit", "10"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1700000000"),
    ];
    world.sim.inject(Fault::new(status(429, &told)));
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert_eq!(world.sim.journal().len(), PAGES + 1);
    // The answers since then tell of no limit.
    let started = Instant::now();
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn several_faults_in_one_scan_are_each_got_over() {
    let mut world = support::world();
    for page in 0..PAGES {
        let only = format!("page={page}");
        for kind in [FaultKind::Truncate, FaultKind::Html { code: 502 }] {
            world.sim.inject(Fault::new(kind).query(&only));
        }
    }
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert_eq!(world.sim.journal().len(), 3 * PAGES);
}

#[test]
fn without_retries_the_first_fault_is_the_end() {
    let mut world = support::world();
    world.run("alter foreign table users options (set max_retries '0')");
    world
        .sim
        .inject(Fault::new(status(500, &[])).query("page=0"));
    assert_eq!(
        spelled(&world.error("select * from users")),
        "HV00M: Auth0 failed to answer\n\
         DETAIL: GET /api/v2/users: HTTP 500: Internal Server Error.\n\
         HINT: Try again later; https://status.auth0.com shows known problems."
    );
    assert_eq!(world.sim.journal().len(), 1);
    assert_all_rows(&mut world.sql, &world.sim, "users");
    let explained = world.explain("analyze", "select * from users");
    assert!(
        explained.contains("Auth0 Calls: 5") && explained.contains("Auth0 Retries: 0"),
        "{explained}"
    );
    world
        .sim
        .inject(Fault::new(status(429, &[])).query("page=1"));
    let explained = world.explain("analyze", "select * from users");
    assert!(
        explained.contains("Auth0 Calls: 6") && explained.contains("Auth0 Retries: 1"),
        "{explained}"
    );
    assert_eq!(
        world::query_text(&mut world.sql, "select count(user_id) from users")[0][0].as_deref(),
        Some("450")
    );
}
