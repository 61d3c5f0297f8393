//! Faults, limits and the journal, as seen on the wire.

mod common;

use common::{get, receive, send, until};
use simulator::{Bucket, Config, Fault, FaultKind, Simulator};
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 5,
        ..Config::default()
    })
    .unwrap()
}

fn with(sim: &Simulator, kind: FaultKind) -> common::Answer {
    sim.inject(Fault::new(kind).on("/api/v2/users"));
    get(sim, "/api/v2/users")
}

#[test]
fn answers_that_are_wrong() {
    let sim = tenant();
    let status = |code| FaultKind::Status {
        code,
        body: None,
        headers: vec![("retry-after".into(), "3".into())],
    };
    let answer = with(&sim, status(429));
    assert_eq!(
        (
            answer.status,
            answer.code().as_str(),
            answer.header("retry-after")
        ),
        (429, "too_many_requests", Some("3"))
    );
    assert_eq!(with(&sim, status(503)).status, 503);
    let page = with(&sim, FaultKind::Html { code: 502 });
    assert_eq!(
        (page.status, page.header("content-type")),
        (502, Some("text/html"))
    );
    let cut = with(&sim, FaultKind::TruncatedJson);
    assert_eq!(cut.status, 200);
    assert_eq!(
        cut.header("content-length"),
        Some(cut.body.len().to_string().as_str())
    );
    assert!(serde_json::from_slice::<serde_json::Value>(&cut.body).is_err());
    assert!(std::str::from_utf8(&with(&sim, FaultKind::Garbage).body).is_err());
    assert!(with(&sim, FaultKind::EmptyBody).body.is_empty());
    let moved = with(
        &sim,
        FaultKind::Redirect {
            location: "http://elsewhere/".into(),
        },
    );
    assert_eq!(
        (moved.status, moved.header("location")),
        (302, Some("http://elsewhere/"))
    );
    let html = with(&sim, FaultKind::WrongContentType);
    assert!(
        html.header("content-type")
            .unwrap()
            .starts_with("text/html")
            && html.json().is_array()
    );
    assert_eq!(
        get(&sim, "/api/v2/users").status,
        200,
        "each fault hits once"
    );
}

#[test]
fn answers_that_break_off() {
    let sim = tenant();
    let reset = with(&sim, FaultKind::ResetBeforeResponse);
    assert_eq!(
        (reset.status, reset.broken),
        (0, Some(ErrorKind::ConnectionReset))
    );
    let reset = with(&sim, FaultKind::ResetMidBody);
    assert_eq!(
        (reset.status, reset.broken),
        (200, Some(ErrorKind::ConnectionReset))
    );
    let whole = get(&sim, "/api/v2/users").body.len();
    let cut = with(&sim, FaultKind::Truncate);
    assert_eq!((cut.broken, cut.body.len()), (None, whole / 2));
    assert_eq!(
        cut.header("content-length"),
        Some(whole.to_string().as_str())
    );
    let cut = with(&sim, FaultKind::TruncateChunked);
    assert_eq!(
        (cut.broken, cut.header("transfer-encoding")),
        (None, Some("chunked"))
    );
    assert!(!cut.body.ends_with(b"0\r\n\r\n"));
    let entries = sim.journal();
    let completed: Vec<bool> = entries.iter().map(|entry| entry.completed).collect();
    assert_eq!(completed, [false, false, true, false, false]);
    assert_eq!(sim.in_flight(), 0);
}

fn open(sim: &Simulator) -> TcpStream {
    let token = sim.token(simulator::SCOPES);
    send(
        sim,
        "GET",
        "/api/v2/users",
        &format!("authorization: Bearer {token}\r\n"),
        "",
    )
}

#[test]
fn answers_that_never_end() {
    let sim = tenant();
    for kind in [
        FaultKind::HangBeforeHeaders,
        FaultKind::HangMidBody,
        FaultKind::EndlessBody,
        FaultKind::Drip {
            byte_every: Duration::from_millis(50),
        },
    ] {
        sim.clear_journal();
        sim.inject(Fault::new(kind.clone()));
        let mut stream = open(&sim);
        until("the request arrives", || sim.in_flight() == 1);
        if kind != FaultKind::HangBeforeHeaders {
            let mut some = [0; 16];
            stream.read_exact(&mut some).unwrap();
        }
        if kind == FaultKind::EndlessBody {
            let mut plenty = vec![0; 1 << 20];
            stream.read_exact(&mut plenty).unwrap();
        }
        assert_eq!(
            (sim.in_flight(), sim.open_connections()),
            (1, 1),
            "{kind:?}"
        );
        assert!(sim.journal()[0].ended.is_none());
        // The client leaves.
        stream.shutdown(Shutdown::Both).unwrap();
        drop(stream);
        until("the simulator notices", || {
            sim.in_flight() == 0 && sim.open_connections() == 0
        });
        let entry = sim.journal().remove(0);
        assert!(!entry.completed && entry.ended.is_some(), "{kind:?}");
    }
}

#[test]
fn slowness() {
    let sim = tenant();
    let taken = |sim: &Simulator| {
        let start = Instant::now();
        assert_eq!(get(sim, "/api/v2/users").status, 200);
        start.elapsed()
    };
    sim.set_latency(Duration::from_millis(60));
    assert!(taken(&sim) >= Duration::from_millis(60));
    sim.set_latency(Duration::ZERO);
    sim.inject(Fault::new(FaultKind::Delay {
        by: Duration::from_millis(60),
    }));
    assert!(taken(&sim) >= Duration::from_millis(60));
}

#[test]
fn the_rate_limit() {
    let sim = Simulator::start(Config {
        users: 1,
        // Refills too slowly to matter while the test runs.
        bucket: Some(Bucket {
            burst: 2,
            per_second: 0.001,
        }),
        ..Config::default()
    })
    .unwrap();
    let first = get(&sim, "/api/v2/users");
    assert_eq!(
        (
            first.header("x-ratelimit-limit"),
            first.header("x-ratelimit-remaining")
        ),
        (Some("2"), Some("1"))
    );
    let missing = get(&sim, "/api/v2/users/nobody");
    assert_eq!(
        (missing.status, missing.header("x-ratelimit-limit")),
        (404, None)
    );
    let refused = get(&sim, "/api/v2/users");
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (429, "Global limit has been reached")
    );
    assert_eq!(
        (
            refused.header("x-ratelimit-remaining"),
            refused.header("retry-after")
        ),
        (Some("0"), None)
    );
    assert!(
        refused
            .header("x-ratelimit-reset")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_700_000_000
    );
    sim.set_bucket(None);
    assert_eq!(get(&sim, "/api/v2/users").header("x-ratelimit-limit"), None);
}

#[test]
fn control_over_http() {
    let sim = tenant();
    let control = |method: &str, path: &str, body: &str| {
        receive(send(
            &sim,
            method,
            &format!("/__simulator/{path}"),
            "",
            body,
        ))
    };
    assert_eq!(
        control("POST", "faults", r#"{"kind":{"status":{"code":500}}}"#).status,
        204
    );
    assert_eq!(
        control("POST", "faults", r#"{"kind":"nonsense"}"#).status,
        400
    );
    let token = control("POST", "token", r#"{"scope":"read:users"}"#).json()["access_token"]
        .as_str()
        .unwrap()
        .to_string();
    let list = || common::call(&sim, &token, "GET", "/api/v2/users?page=0", "");
    assert_eq!((list().status, list().status), (500, 200));
    let journal = control("GET", "journal", "").json();
    assert_eq!(journal.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&journal[0]["status"], &journal[0]["query"]["page"]),
        (&500.into(), &"0".into())
    );
    assert_eq!(control("DELETE", "journal", "").status, 204);
    assert!(sim.journal().is_empty());
    let config = r#"{"window":null,"bucket":{"burst":1,"per_second":0.001},"latency_ms":0}"#;
    assert_eq!(control("PATCH", "config", config).status, 204);
    assert_eq!((list().status, list().status), (200, 429));
    assert_eq!(control("PATCH", "config", r#"{"nothing":1}"#).status, 400);
    assert_eq!(
        control("PUT", "users", r#"{"user_id":"x","odd":1e400}"#).status,
        204
    );
    assert_eq!(control("DELETE", "users", "").status, 204);
    assert_eq!(control("GET", "status", "").json()["users"], 0);
}

#[test]
fn dropping_closes_connections() {
    let sim = tenant();
    let address = sim.url().replace("http://", "");
    let mut idle = TcpStream::connect(&address).unwrap();
    until("the connection is there", || sim.open_connections() == 1);
    drop(sim);
    idle.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    match idle.read(&mut [0; 1]) {
        Ok(0) => {}
        Err(e) if e.kind() == ErrorKind::ConnectionReset => {}
        other => panic!("still open: {other:?}"),
    }
}

#[test]
fn keep_alive_serves_many() {
    use std::io::Write;
    let sim = tenant();
    let host = sim.url().replace("http://", "");
    let token = sim.token(&["read:users"]);
    let mut stream = TcpStream::connect(&host).unwrap();
    for _ in 0..3 {
        write!(stream, "GET /api/v2/users?fields=user_id&per_page=1 HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}]") {
            let mut some = [0; 4096];
            let n = stream.read(&mut some).unwrap();
            assert!(n > 0);
            answer.extend_from_slice(&some[..n]);
        }
    }
    let connections: Vec<u64> = sim.journal().iter().map(|entry| entry.connection).collect();
    assert_eq!(connections, [1, 1, 1]);
    assert_eq!(sim.open_connections(), 1);
}
