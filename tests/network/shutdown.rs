//! The server stops, or dies, while scans wait; and starts with the library preloaded.

use crate::cancel::AT_ONCE;
use crate::stall::{Stall, Stalled, STALLS};
use crate::support::{self, assert_all_rows, until, Backend, Statement, USERS};
use simulator::{Config, Fault, FaultKind};
use std::process::Command;
use std::time::{Duration, Instant};
use xtask::world::World;
use xtask::{Cluster, PgConfig};

fn cluster(extra_conf: &[(&str, &str)]) -> Cluster {
    let found = PgConfig::for_tests().unwrap();
    Cluster::start_with(found.path(), extra_conf).unwrap()
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
    world
}

/// Sends a signal to a process by its id.
fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_fast_stop_ends_every_wait_at_once() {
    let cluster = cluster(&[]);
    for stall in STALLS {
        let stalled = Stalled::new(world(&cluster), stall);
        stalled.arm();
        let sql = format!("select count(email) from {}", stalled.table);
        let statement = Statement::start(stalled.world.db.connect(), &sql);
        let backend = statement.backend;
        stalled.reached();
        let struck = Instant::now();
        // What pg_ctl stop -m fast sends; pg_ctl itself looks only every tenth of a second whether it is done.
        signal("INT", cluster.postmaster_pid().unwrap());
        let ended = statement.end();
        let taken = ended.at - struck;
        eprintln!(
            "fast stop while waiting for {stall:?}: {:.1} ms",
            taken.as_secs_f64() * 1000.0
        );
        ended.assert_terminated(backend, &cluster.log());
        assert!(taken < AT_ONCE, "{stall:?}: {taken:?}");
        until("the server is down", || cluster.postmaster_pid().is_none());
        until("no request is left", || stalled.world.sim.in_flight() == 0);
        cluster.launch().unwrap();
    }
    let stalled = Stalled::new(world(&cluster), Stall::Answer);
    stalled.arm();
    let statement = Statement::start(stalled.world.db.connect(), "select count(email) from users");
    stalled.reached();
    eprintln!(
        "pg_ctl stop -m fast with a hanging scan: {:?}",
        cluster.stop("fast").unwrap()
    );
    statement.end();
}

#[test]
fn a_smart_stop_lets_the_scan_finish() {
    let cluster = cluster(&[]);
    let world = world(&cluster);
    let World { sql, db, sim } = world;
    drop(sql);
    let mut client = db.connect();
    sim.inject(
        Fault::new(FaultKind::Delay {
            by: Duration::from_millis(800),
        })
        .query("page=2"),
    );
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| assert_all_rows(&mut client, &sim, "users"));
        until("the scan waits", || support::asked_for_page(&sim, 2) == 1);
        signal("TERM", cluster.postmaster_pid().unwrap());
        reader.join().unwrap();
    });
    drop(client);
    until("the server is down", || cluster.postmaster_pid().is_none());
    assert!(!cluster.log().contains("was terminated by signal"));
}

#[test]
fn an_immediate_stop_and_a_dead_postmaster_leave_no_backend() {
    let cluster = cluster(&[]);
    for name in ["QUIT", "KILL"] {
        let mut backends: Vec<Backend> = Vec::new();
        let mut statements = Vec::new();
        let stalled: Vec<Stalled> = [Stall::Body, Stall::Token, Stall::Handshake]
            .map(|stall| Stalled::new(world(&cluster), stall))
            .into();
        for one in &stalled {
            one.arm();
            let sql = format!("select count(email) from {}", one.table);
            let statement = Statement::start(one.world.db.connect(), &sql);
            one.reached();
            backends.push(statement.backend);
            statements.push(statement);
        }
        let struck = Instant::now();
        signal(name, cluster.postmaster_pid().unwrap());
        for (statement, one) in statements.into_iter().zip(&stalled) {
            let ended = statement.end();
            eprintln!(
                "{name}: {:.1} ms, {}",
                (ended.at - struck).as_secs_f64() * 1000.0,
                ended.error
            );
            until("no request is left", || one.world.sim.in_flight() == 0);
        }
        for backend in backends {
            until("the backend is gone", || !backend.lives());
        }
        if name == "QUIT" {
            until("the server is down", || cluster.postmaster_pid().is_none());
            cluster.launch().unwrap();
        }
    }
}

#[test]
fn the_library_may_be_preloaded() {
    let cluster = cluster(&[("shared_preload_libraries", "auth0_fdw")]);
    let mut world = world(&cluster);
    let postmaster = Backend(cluster.postmaster_pid().unwrap() as i32);
    assert_eq!(
        postmaster.threads(),
        1,
        "a thread would not survive the fork"
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| assert_all_rows(&mut world.db.connect(), &world.sim, "users"));
        }
    });
    let idle = Backend::of(&mut world.db.connect());
    until("an idle backend goes", || !idle.lives());
    assert_eq!(postmaster.threads(), 1);
}
