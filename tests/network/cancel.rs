//! Cancel, statement_timeout and pg_terminate_backend act at once, whatever a scan waits for.

use crate::stall::{Stall, Stalled, STALLS};
use crate::support::{self, assert_all_rows, until, Statement};
use std::time::{Duration, Instant};
use xtask::world::World;
use xtask::Cluster;

/// The longest an interruption may take; a busy machine gets [`TRIES`].
pub const AT_ONCE: Duration = Duration::from_millis(200);

/// The best of so many tries counts.
const TRIES: usize = 4;

const CANCELLED: &str = "57014: canceling statement due to user request";
const TIMED_OUT: &str = "57014: canceling statement due to statement timeout";
const TERMINATED: &str = "57P01";

/// Interrupts a stalled scan until one try was quick enough; gives the connection, when it lives on.
fn interrupt(
    stalled: &mut Stalled,
    way: &str,
    expected: &str,
    mut strike: impl FnMut(&mut World, &Statement) -> Instant,
) {
    let sql = format!("select count(email) from {}", stalled.table);
    let mut best = Duration::MAX;
    for _ in 0..TRIES {
        stalled.arm();
        let mut client = stalled.world.db.connect();
        if way == "statement_timeout" {
            client
                .batch_execute("set statement_timeout = '2s'")
                .unwrap();
        }
        let statement = Statement::start(client, &sql);
        let backend = statement.backend;
        if way != "statement_timeout" {
            stalled.reached();
        }
        let struck = strike(&mut stalled.world, &statement);
        let mut ended = statement.end();
        best = best.min(ended.at.saturating_duration_since(struck));
        if expected == TERMINATED {
            ended.assert_terminated(backend, &Cluster::shared().log());
        } else {
            assert_eq!(
                ended.error, expected,
                "{way} while waiting for {:?}",
                stalled.stall
            );
        }
        until("no request is left", || stalled.world.sim.in_flight() == 0);
        stalled.heal();
        if way == "pg_terminate_backend" {
            until("the backend is gone", || !backend.lives());
        } else {
            assert_eq!(
                xtask::world::query_text(&mut ended.client, "select 'alive'")[0][0].as_deref(),
                Some("alive")
            );
            ended
                .client
                .batch_execute("reset statement_timeout")
                .unwrap();
            if best < AT_ONCE {
                assert_all_rows(&mut ended.client, &stalled.world.sim, "users");
            }
        }
        if best < AT_ONCE {
            break;
        }
    }
    eprintln!(
        "{way} while waiting for {:?}: {:.1} ms",
        stalled.stall,
        best.as_secs_f64() * 1000.0
    );
    assert!(
        best < AT_ONCE,
        "{way} while waiting for {:?} took {best:?}",
        stalled.stall
    );
}

fn stalls(test: impl Fn(&mut Stalled)) {
    for stall in STALLS {
        test(&mut Stalled::new(support::world(), stall));
    }
}

#[test]
fn pg_cancel_backend_acts_at_once_in_every_wait() {
    stalls(|stalled| {
        interrupt(
            stalled,
            "pg_cancel_backend",
            CANCELLED,
            |world, statement| {
                let now = Instant::now();
                world.run(&format!(
                    "select pg_cancel_backend({})",
                    statement.backend.0
                ));
                now
            },
        );
    });
}

#[test]
fn the_protocol_s_cancel_acts_at_once_in_every_wait() {
    stalls(|stalled| {
        interrupt(stalled, "cancel", CANCELLED, |_, statement| {
            let now = Instant::now();
            statement.cancel();
            now
        });
    });
}

#[test]
fn pg_terminate_backend_acts_at_once_in_every_wait() {
    stalls(|stalled| {
        interrupt(
            stalled,
            "pg_terminate_backend",
            TERMINATED,
            |world, statement| {
                let now = Instant::now();
                world.run(&format!(
                    "select pg_terminate_backend({})",
                    statement.backend.0
                ));
                now
            },
        );
    });
}

#[test]
fn statement_timeout_acts_at_once_in_every_wait() {
    stalls(|stalled| {
        interrupt(stalled, "statement_timeout", TIMED_OUT, |_, _| {
            // The clock runs since just before.
            Instant::now() + Duration::from_secs(2)
        });
    });
}

#[test]
fn a_client_that_leaves_ends_its_scan() {
    let stalled = Stalled::new(support::world(), Stall::Body);
    stalled.arm();
    let mut psql = stalled.world.db.psql_command();
    let sql = "set client_connection_check_interval = '50ms'; select count(email) from users";
    let mut psql = psql.args(["-c", sql]).spawn().unwrap();
    stalled.reached();
    psql.kill().unwrap();
    psql.wait().unwrap();
    let left = Instant::now();
    until("its request is closed", || {
        stalled.world.sim.in_flight() == 0
    });
    eprintln!(
        "a client that left: {:.1} ms",
        left.elapsed().as_secs_f64() * 1000.0
    );
    assert!(left.elapsed() < Duration::from_millis(50) + 5 * AT_ONCE);
}

#[test]
fn an_idle_session_that_is_dropped_leaves_no_backend_and_no_connection() {
    let world = support::world();
    let mut client = world.db.connect();
    assert_all_rows(&mut client, &world.sim, "users");
    let backend = support::Backend::of(&mut client);
    assert!(world.sim.open_connections() > 0, "connections are kept");
    drop(client);
    until("the backend is gone", || !backend.lives());
    until("its connections are closed", || {
        world.sim.open_connections() == 0
    });
}
