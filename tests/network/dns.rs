//! Name look-ups that fail or hang, with a resolver of the test's own.
//!
//! The server runs in a mount namespace in which /etc/resolv.conf names that resolver, which takes root: without,
//! the tests here say that they did nothing.

use crate::cancel::AT_ONCE;
use crate::support::{self, assert_all_rows, spelled, until, Statement, COLUMNS, USERS};
use simulator::Config;
use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use xtask::world::World;
use xtask::{Cluster, PgConfig};

/// A resolver on a loopback address of its own; counts what it is asked.
struct Resolver {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Resolver {
    /// Says that no name exists, or never says anything.
    fn start(last_byte: u8, answers: bool) -> Option<Resolver> {
        let address = format!("127.53.{}.{last_byte}", std::process::id() % 250 + 1);
        let socket = UdpSocket::bind((address.as_str(), 53)).ok()?;
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        std::thread::spawn(move || {
            let mut packet = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                count.fetch_add(1, Ordering::SeqCst);
                if answers {
                    // A response, recursion available, "no such name".
                    packet[2] |= 0x80;
                    packet[3] = 0x83;
                    let _ = socket.send_to(&packet[..length], from);
                }
            }
        });
        Some(Resolver { address, asked })
    }
}

/// A cluster whose only resolver this is.
fn cluster(resolver: &Resolver) -> Option<Cluster> {
    let found = PgConfig::for_tests().unwrap();
    let cluster = Cluster::start(found.path()).unwrap();
    cluster.stop("fast").unwrap();
    let conf = cluster.socket_dir().join("resolv.conf");
    std::fs::write(&conf, format!("nameserver {}\n", resolver.address)).unwrap();
    const SCRIPT: &str = r#"mount --bind "$1" /etc/resolv.conf && cd / &&
        exec setpriv --reuid "$(stat -c %u "$3")" --regid "$(stat -c %g "$3")" --clear-groups \
            "$2/pg_ctl" start -w -s -D "$3" -l "$3/../log""#;
    let started = Command::new("unshare")
        .args(["-m", "sh", "-c", SCRIPT, "sh"])
        .args([&conf, cluster.bin_dir(), &cluster.data_dir()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    started
        .is_ok_and(|status| status.success())
        .then_some(cluster)
}

fn world(cluster: &Cluster) -> World {
    let mut world = World::within(
        cluster,
        Config {
            users: USERS,
            ..Config::default()
        },
    );
    support::prepare(&mut world);
    world.run(&format!(
        "create server named foreign data wrapper auth0_fdw
           options (domain 'tenant.example', api_key 'a.b.c', max_retries '1', connect_timeout '1s');
         create foreign table named {COLUMNS} server named options (object 'users')"
    ));
    world
}

fn skipped<T>() -> Option<T> {
    eprintln!("not tested: a resolver of one's own takes root and mount namespaces");
    None
}

fn ground(last_byte: u8, answers: bool) -> Option<(Resolver, Cluster)> {
    let resolver = Resolver::start(last_byte, answers).or_else(skipped)?;
    let cluster = cluster(&resolver).or_else(skipped)?;
    Some((resolver, cluster))
}

#[test]
fn a_name_that_does_not_exist_is_an_error_that_says_so() {
    let Some((resolver, cluster)) = ground(1, true) else {
        return;
    };
    let mut world = world(&cluster);
    let started = Instant::now();
    assert_eq!(
        spelled(&world.error("select * from named")),
        "HV00N: could not reach Auth0 at \"tenant.example\"\n\
         DETAIL: GET /api/v2/users: The host name could not be resolved: Name or service not known (tried 2 times).\n\
         HINT: Check the spelling of \"tenant.example\" in url or domain of the server."
    );
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
    assert!(resolver.asked.load(Ordering::SeqCst) > 0);
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_resolver_that_does_not_answer() {
    let Some((resolver, cluster)) = ground(2, false) else {
        return;
    };
    let mut world = world(&cluster);
    let started = Instant::now();
    let error = spelled(&world.error("select * from named"));
    let taken = started.elapsed();
    eprintln!("{taken:?}: {error}");
    assert!(
        error.starts_with("HV00N: could not reach Auth0 at \"tenant.example\"\n"),
        "{error}"
    );
    assert!(
        taken > Duration::from_secs(2) && taken < Duration::from_millis(3500),
        "{taken:?}"
    );

    world.run("alter server named options (set connect_timeout '1min')");
    for (way, expected) in [
        (
            "pg_cancel_backend",
            "57014: canceling statement due to user request",
        ),
        ("pg_terminate_backend", ""),
    ] {
        let before = resolver.asked.load(Ordering::SeqCst);
        let statement = Statement::start(world.db.connect(), "select count(*) from named");
        let backend = statement.backend;
        until("the resolver is asked", || {
            resolver.asked.load(Ordering::SeqCst) > before
        });
        std::thread::sleep(Duration::from_millis(50));
        let struck = Instant::now();
        world.run(&format!("select {way}({})", backend.0));
        let mut ended = statement.end();
        let taken = ended.at - struck;
        eprintln!(
            "{way} while a name is looked up: {:.1} ms",
            taken.as_secs_f64() * 1000.0
        );
        assert!(taken < AT_ONCE, "{way}: {taken:?}");
        if expected.is_empty() {
            ended.assert_terminated(backend, &cluster.log());
            until("the backend is gone", || !backend.lives());
        } else {
            assert_eq!(ended.error, expected);
            assert_all_rows(&mut ended.client, &world.sim, "users");
        }
    }

    let mut client = world.db.connect();
    client
        .batch_execute("set statement_timeout = '500ms'")
        .unwrap();
    let started = Instant::now();
    let ended = Statement::start(client, "select count(*) from named").end();
    let taken = ended.at - started;
    eprintln!("statement_timeout of 500 ms while a name is looked up: {taken:?}");
    assert_eq!(
        ended.error,
        "57014: canceling statement due to statement timeout"
    );
    assert!(taken < Duration::from_millis(500) + AT_ONCE, "{taken:?}");

    let before = resolver.asked.load(Ordering::SeqCst);
    let statement = Statement::start(world.db.connect(), "select count(*) from named");
    let backend = statement.backend;
    until("the resolver is asked", || {
        resolver.asked.load(Ordering::SeqCst) > before
    });
    let took = cluster.stop("fast").unwrap();
    eprintln!("pg_ctl stop -m fast while a name is looked up: {took:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
    statement.end().assert_terminated(backend, &cluster.log());
}
