//! The waits of a scan, each arranged and recognised from outside.

use crate::faults_once::status;
use crate::support::{self, until, COLUMNS};
use simulator::{Bucket, Fault, FaultKind};
use std::cell::RefCell;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use xtask::world::World;

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
    /// What it waits for.
    pub stall: Stall,
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
