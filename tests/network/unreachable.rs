//! Hosts that do not exist, ports that are closed, and TLS that does not come about.

use crate::support::{self, assert_all_rows, spelled, until, COLUMNS};
use simulator::{Config, Simulator};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use xtask::world::World;

/// A second server and its table `elsewhere`.
fn elsewhere(world: &mut World, url: &str) {
    world.run(&format!(
        "create server elsewhere foreign data wrapper auth0_fdw
           options (url '{url}', api_key 'a.b.c', max_retries '1', connect_timeout '700ms');
         create foreign table elsewhere {COLUMNS} server elsewhere options (object 'users')"
    ));
}

const HINT: &str =
    "HINT: Check url or domain of the server, and that this machine may connect to it.";

#[test]
fn a_host_that_does_not_exist() {
    let mut world = support::world();
    elsewhere(&mut world, "https://no-such-tenant.invalid");
    world.run("alter server elsewhere options (set connect_timeout '20s')");
    let found = spelled(&world.error("select * from elsewhere"));
    assert!(found.starts_with(
        "HV00N: could not reach Auth0 at \"no-such-tenant.invalid\"\n\
         DETAIL: GET /api/v2/users: The host name could not be resolved: "
    ));
    assert!(found.ends_with(
        "\nHINT: Check the spelling of \"no-such-tenant.invalid\" in url or domain of the server."
    ));
    assert!(!found.contains("dns error"), "says the same twice");
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_closed_port() {
    let mut world = support::world();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    elsewhere(&mut world, &format!("http://127.0.0.1:{port}"));
    assert_eq!(
        spelled(&world.error("select * from elsewhere")),
        format!(
            "HV00N: could not reach Auth0 at \"127.0.0.1:{port}\"\n\
             DETAIL: GET /api/v2/users: No connection could be made: Connection refused (tried 2 times).\n{HINT}"
        )
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_certificate_nobody_vouches_for_is_refused_at_once() {
    let mut world = support::world();
    let secure = Simulator::start(Config {
        tls: true,
        ..Config::default()
    })
    .unwrap();
    elsewhere(&mut world, &secure.url());
    let host = secure.url().replace("https://", "");
    let found = spelled(&world.error("select * from elsewhere"));
    assert!(found.starts_with(&format!(
        "HV00N: could not reach Auth0 at \"{host}\"\nDETAIL: GET /api/v2/users: A secure connection could not be made: "
    )));
    assert!(
        found.contains("certificate") && found.ends_with(HINT),
        "{found}"
    );
    assert!(
        !found.contains("tried"),
        "a certificate does not get better: {found}"
    );
    assert!(
        secure.journal().is_empty(),
        "something was sent to a host that is not vouched for"
    );
    until("its connections are closed", || {
        secure.open_connections() == 0
    });
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn tls_to_a_plain_port() {
    let mut world = support::world();
    let url = world
        .sim
        .url()
        .replace("http://127.0.0.1", "https://localhost");
    elsewhere(&mut world, &url);
    let found = spelled(&world.error("select * from elsewhere"));
    assert!(
        found.starts_with("HV00N: ") && found.contains("A secure connection could not be made: "),
        "{found}"
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn plain_http_to_a_tls_port() {
    let mut world = support::world();
    let secure = Simulator::start(Config {
        tls: true,
        ..Config::default()
    })
    .unwrap();
    elsewhere(&mut world, &secure.url().replace("https", "http"));
    let found = spelled(&world.error("select * from elsewhere"));
    assert!(
        found.starts_with("HV00N: ") || found.starts_with("HV00M: "),
        "{found}"
    );
    assert!(secure.journal().is_empty());
}

#[test]
fn a_handshake_that_gets_no_answer_ends_after_connect_timeout() {
    let mut world = support::world();
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    elsewhere(&mut world, &format!("https://localhost:{port}"));
    let started = Instant::now();
    let found = spelled(&world.error("select * from elsewhere"));
    let taken = started.elapsed();
    assert!(found.starts_with(&format!(
        "HV00N: could not reach Auth0 at \"localhost:{port}\"\nDETAIL: GET /api/v2/users: "
    )));
    assert!(
        found.contains("700 ms") || found.contains("connect_timeout"),
        "{found}"
    );
    // Two tries and a pause of at most 200 ms.
    assert!(
        taken >= Duration::from_millis(1400) && taken < Duration::from_millis(2500),
        "{taken:?}"
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_host_that_hangs_up_at_once() {
    let mut world = support::world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Two tries by each of two statements.
    let host = std::thread::spawn(move || {
        for _ in 0..4 {
            drop(listener.accept().unwrap());
        }
    });
    elsewhere(&mut world, &format!("http://127.0.0.1:{port}"));
    let plain = spelled(&world.error("select * from elsewhere"));
    assert!(
        plain.starts_with("HV00N: ") && plain.contains("The connection broke: "),
        "{plain}"
    );
    world.run(&format!(
        "alter server elsewhere options (set url 'https://localhost:{port}')"
    ));
    let secure = spelled(&world.error("select * from elsewhere"));
    assert!(secure.starts_with("HV00N: "), "{secure}");
    assert!(secure.contains("(tried 2 times)"), "{secure}");
    host.join().unwrap();
}
