//! Many connections at once, and what a connection keeps between statements.

use crate::support::{self, assert_all_rows, until};
use simulator::{Bucket, Fault, FaultKind};
use std::collections::HashSet;
use std::time::Instant;

/// Connections at once.
const MANY: usize = 20;

fn all_at_once(bucket: Option<Bucket>) {
    let world = support::world();
    world.sim.set_bucket(bucket);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..MANY {
            scope.spawn(|| {
                let mut client = world.db.connect();
                assert_all_rows(&mut client, &world.sim, "users");
            });
        }
    });
    let journal = world.sim.journal();
    let refused = journal.iter().filter(|e| e.status == 429).count();
    eprintln!(
        "{MANY} connections, {bucket:?}: {:?}, {refused} refused of {}",
        started.elapsed(),
        journal.len()
    );
    assert_eq!(journal.len() - refused, MANY * support::PAGES);
    assert_eq!(world.sim.in_flight(), 0);
    until("no connection is left", || {
        world.sim.open_connections() == 0
    });
}

#[test]
fn twenty_connections_get_all_rows() {
    all_at_once(None);
}

#[test]
fn twenty_connections_that_share_a_small_bucket_get_all_rows() {
    all_at_once(Some(Bucket {
        burst: 10,
        per_second: 20.0,
    }));
}

#[test]
fn a_second_statement_opens_no_connection() {
    let mut world = support::world();
    assert_all_rows(&mut world.sql, &world.sim, "users");
    let connections = |journal: Vec<simulator::Entry>| -> HashSet<u64> {
        journal.iter().map(|entry| entry.connection).collect()
    };
    let first = connections(world.sim.journal());
    assert!(
        first.len() <= 4,
        "no more than pages side by side: {first:?}"
    );
    world.sim.clear_journal();
    for _ in 0..3 {
        assert_eq!(
            world.value("select count(user_id) from users").as_deref(),
            Some("450")
        );
    }
    let later = connections(world.sim.journal());
    let all = first.union(&later).count();
    assert!(all <= 4, "{later:?} after {first:?}");
}

#[test]
fn a_connection_that_the_other_side_closed_meanwhile_is_replaced_unseen() {
    let mut world = support::world();
    world.run("alter foreign table users options (set max_retries '0')");
    assert_all_rows(&mut world.sql, &world.sim, "users");
    // A reset closes the connection it strikes; each of those kept gets one.
    for _ in 0..8 {
        world.sim.inject(simulator::Fault::new(
            simulator::FaultKind::ResetBeforeResponse,
        ));
        world.error("select * from users");
    }
    world.sim.clear_faults();
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_scan_left_early_closes_what_it_opened() {
    let mut world = support::world();
    world
        .sim
        .inject(Fault::new(FaultKind::HangBeforeHeaders).query("page=4"));
    world.run("begin; declare c cursor for select * from users; fetch 91 from c");
    until("pages are read ahead", || world.sim.in_flight() > 0);
    world.run("close c");
    until("they are closed", || world.sim.in_flight() == 0);
    let unfinished = world.sim.journal().iter().filter(|e| !e.completed).count();
    assert!(unfinished > 0, "they were waited for");
    world.run("commit");
    assert_all_rows(&mut world.sql, &world.sim, "users");
}
