//! Postgres' signals run on Postgres' own thread, however many come while a scan is under way.

use crate::support::{self, assert_all_rows, until, Backend};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use xtask::world::World;

/// Reads the users `scans` times while `storm` runs over and over on another connection.
fn storm(world: &World, scans: usize, storm: impl Fn(&mut postgres::Client, i32) + Sync) -> usize {
    let (db, sim) = (&world.db, &world.sim);
    let mut client = db.connect();
    let backend = Backend::of(&mut client);
    let (over, mut rounds) = (AtomicBool::new(false), 0);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            for _ in 0..scans {
                assert_all_rows(&mut client, sim, "users");
            }
            over.store(true, Ordering::SeqCst);
        });
        let mut other = db.connect();
        while !over.load(Ordering::SeqCst) && !reader.is_finished() {
            storm(&mut other, backend.0);
            rounds += 1;
        }
    });
    rounds
}

#[test]
fn reloads_and_logged_memory_contexts_do_not_disturb_a_scan() {
    let world = support::world();
    world.sim.set_latency(Duration::from_millis(20));
    let rounds = storm(&world, 5, |other, pid| {
        other
            .batch_execute(&format!(
                "select pg_reload_conf(), pg_log_backend_memory_contexts({pid})"
            ))
            .unwrap();
    });
    eprintln!("{rounds} rounds of reload and memory contexts");
    assert!(rounds > 10);
}

#[test]
fn notifies_and_cache_invalidations_do_not_disturb_a_scan() {
    let world = support::world();
    world.sim.set_latency(Duration::from_millis(20));
    let mut listener = world.db.connect();
    listener.batch_execute("listen storm").unwrap();
    let rounds = storm(&world, 10, |other, _| {
        other
            .batch_execute("notify storm, 'x'; create temp table t (n int); drop table t; alter server auth0 options (add page_size '50'); alter server auth0 options (drop page_size)")
            .unwrap();
    });
    eprintln!("{rounds} rounds of notify and invalidations");
    assert!(rounds > 10);
}

#[test]
fn two_hundred_signals_of_each_kind_do_not_disturb_a_scan() {
    let world = support::world();
    world.sim.set_latency(Duration::from_millis(20));
    let rounds = storm(&world, 5, |_, pid| {
        let script = format!("i=0; while [ $i -lt 200 ]; do kill -USR1 {pid}; kill -HUP {pid}; kill -URG {pid}; i=$((i+1)); done");
        assert!(std::process::Command::new("sh")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success());
    });
    eprintln!("{rounds} rounds of two hundred signals");
}

#[test]
fn every_signal_is_blocked_in_the_network_thread() {
    let mut world = support::world();
    assert_all_rows(&mut world.sql, &world.sim, "users");
    let Backend(pid) = Backend::of(&mut world.sql);
    let mut threads = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let task = task.unwrap();
        if task.file_name().to_string_lossy() == pid.to_string() {
            continue;
        }
        threads += 1;
        let status = std::fs::read_to_string(task.path().join("status")).unwrap();
        // Not every kernel tells.
        let Some(line) = status.lines().find(|line| line.starts_with("SigBlk:")) else {
            continue;
        };
        let blocked = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
        // HUP, INT, QUIT, USR1, USR2, ALRM, TERM, URG as bits, number less one.
        for number in [1, 2, 3, 10, 12, 14, 15, 23] {
            assert!(
                blocked & (1 << (number - 1)) != 0,
                "signal {number} is not blocked: {line}"
            );
        }
    }
    assert_eq!(threads, 1, "one thread of ours");
}

#[test]
fn cancels_at_any_moment_leave_the_session_whole() {
    let mut world = support::world();
    world.sim.set_latency(Duration::from_millis(3));
    let mut client = world.db.connect();
    let backend = Backend::of(&mut client);
    let (mut ran, mut cancelled) = (0, 0);
    while ran < 200 {
        ran += 1;
        let sim = &world.sim;
        let done = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                client
                    .simple_query("select user_id from users")
                    .map(|rows| rows.len())
            });
            std::thread::sleep(Duration::from_micros(ran * 331 % 20_000));
            world
                .sql
                .batch_execute(&format!("select pg_cancel_backend({})", backend.0))
                .unwrap();
            reader.join().unwrap()
        });
        match done {
            // The rows, their description and the end of the command.
            Ok(messages) => assert!(
                (support::USERS..=support::USERS + 2).contains(&messages),
                "{messages}"
            ),
            Err(e) => {
                assert_eq!(e.code().map(|code| code.code()), Some("57014"), "{e:?}");
                cancelled += 1;
            }
        }
        until("no request is left", || sim.in_flight() == 0);
    }
    eprintln!("{cancelled} of {ran} scans cancelled");
    assert!(cancelled > 20 && cancelled < 200, "{cancelled}");
    assert_all_rows(&mut client, &world.sim, "users");
    assert_eq!(backend.threads(), 2);
}
