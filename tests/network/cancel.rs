//! Cancel, statement_timeout and pg_terminate_backend act at once, whatever a scan waits for.

use crate::faults_once::status;
use crate::support::{self, assert_all_rows, until, Statement, COLUMNS};
use simulator::{Bucket, Fault, FaultKind};
use std::cell::RefCell;
use std::net::{TcpListener, TcpStream};
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

/// What a scan waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stall {
    /// The head of an answer.
    Answer,
    /// The rest of a body.
    Body,
    /// A body that comes byte by byte.
    Drip,
    /// Its own rate limiter.
    Limiter,
    /// The moment that Retry-After names.
    RetryAfter,
    /// The pause before another try.
    BackOff,
    /// A token.
    Token,
    /// The other side's part of the TLS handshake.
    Handshake,
}

/// All of them.
pub const STALLS: [Stall; 8] = [
    Stall::Answer,
    Stall::Body,
    Stall::Drip,
    Stall::Limiter,
    Stall::RetryAfter,
    Stall::BackOff,
    Stall::Token,
    Stall::Handshake,
];

/// A world in which scans of a table stall.
pub struct Stalled {
    /// The world; its table `users` works again after [`Stalled::heal`].
    pub world: World,
    /// The table.
    pub table: &'static str,
    stall: Stall,
    mute: TcpListener,
    /// Connections that are never answered.
    unanswered: RefCell<Vec<TcpStream>>,
}

impl Stalled {
    /// Arranges `stall` in a world that has the table `users`.
    pub fn new(mut world: World, stall: Stall) -> Stalled {
        let mute = TcpListener::bind("127.0.0.1:0").unwrap();
        mute.set_nonblocking(true).unwrap();
        world.run("alter foreign table users options (set max_retries '20')");
        let mut table = "users";
        match stall {
            Stall::Token => support::sign_in_with_secret(&mut world),
            Stall::Handshake => {
                table = "mute";
                let port = mute.local_addr().unwrap().port();
                world.run(&format!(
                    "create server mute foreign data wrapper auth0_fdw options (url 'https://localhost:{port}', api_key 'a.b.c');
                     create foreign table mute {COLUMNS} server mute options (object 'users')"
                ));
            }
            _ => {}
        }
        Stalled {
            world,
            table,
            stall,
            mute,
            unanswered: RefCell::default(),
        }
    }

    /// Makes the next scan stall.
    pub fn arm(&self) {
        let sim = &self.world.sim;
        sim.clear_journal();
        let page = |kind| Fault::new(kind).query("page=2").forever();
        match self.stall {
            Stall::Answer => sim.inject(page(FaultKind::HangBeforeHeaders)),
            Stall::Body => sim.inject(page(FaultKind::HangMidBody)),
            Stall::Drip => sim.inject(page(FaultKind::Drip {
                byte_every: Duration::from_millis(5),
            })),
            Stall::Limiter => sim.set_bucket(Some(Bucket {
                burst: 2,
                per_second: 0.01,
            })),
            Stall::RetryAfter => sim.inject(page(status(429, &[("retry-after", "40")]))),
            Stall::BackOff => sim.inject(page(status(503, &[]))),
            Stall::Token => sim.inject(
                Fault::new(FaultKind::HangBeforeHeaders)
                    .on("/oauth/token")
                    .forever(),
            ),
            Stall::Handshake => {}
        }
    }

    /// Waits until a scan has stalled for good.
    pub fn reached(&self) {
        let sim = &self.world.sim;
        let asked = || support::asked_for_page(sim, 2);
        until(&format!("{:?}", self.stall), || match self.stall {
            Stall::Answer | Stall::Body | Stall::Drip => sim.in_flight() == 1 && asked() == 1,
            // Ten seconds a token are left to wait for.
            Stall::Limiter => sim.in_flight() == 0 && sim.journal().len() >= 2,
            Stall::RetryAfter => sim.in_flight() == 0 && asked() == 1,
            // The pause after the fourth failure lasts 800 ms or more.
            Stall::BackOff => sim.in_flight() == 0 && asked() == 4,
            Stall::Token => sim.in_flight() == 1,
            Stall::Handshake => match self.mute.accept() {
                Ok((stream, _)) => {
                    self.unanswered.borrow_mut().push(stream);
                    true
                }
                Err(_) => false,
            },
        });
        std::thread::sleep(Duration::from_millis(20));
    }

    /// Ends what [`Stalled::arm`] began.
    pub fn heal(&self) {
        self.world.sim.clear_faults();
        self.world.sim.set_bucket(None);
    }
}

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
    let sql = "set client_connection_check_interval = '50ms'; select count(*) from users";
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
