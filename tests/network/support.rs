//! What the network tests share: tables of five pages, patience, and a backend seen from outside.

use postgres::error::DbError;
use postgres::{Client, NoTls};
use simulator::{Config, Simulator};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use xtask::world::{self, World};

/// Users on five pages of ninety: a fault meant for `page=1` would hit `per_page=100`, too.
pub const USERS: usize = 450;

/// Pages, and so requests of a scan that nothing disturbs.
pub const PAGES: usize = 5;

/// The columns of the tests' tables.
pub const COLUMNS: &str = "(user_id text, email text, created_at text)";

/// Rows as [`World::query_text`] gives them.
pub type Rows = Vec<Vec<Option<String>>>;

/// A tenant of [`USERS`] users and a table `users` that retries twice.
pub fn world() -> World {
    let mut world = World::new(Config {
        users: USERS,
        ..Config::default()
    });
    prepare(&mut world);
    world
}

/// Makes the table `users`, which retries twice.
pub fn prepare(world: &mut World) {
    world.run(&format!(
        "create foreign table users {COLUMNS} server auth0 options (object 'users', page_size '90', max_retries '2')"
    ));
}

/// Lets the server `auth0` sign in with the seeded client's secret.
pub fn sign_in_with_secret(world: &mut World) {
    let client = world.sim.client();
    world.run(&format!(
        "alter server auth0 options (drop api_key, add client_id '{}', add client_secret '{}')",
        client.id, client.secret
    ));
}

/// All rows of a table, in an order that does not depend on the scan.
pub fn rows(client: &mut Client, table: &str) -> Rows {
    let sql =
        format!(r#"select user_id, email, created_at from {table} order by user_id collate "C""#);
    world::query_text(client, &sql)
}

/// The rows there should be.
pub fn truth(sim: &Simulator) -> Rows {
    let text = |user: &serde_json::Value, key: &str| user[key].as_str().map(str::to_owned);
    let mut rows: Rows = sim
        .users()
        .iter()
        .map(|user| {
            ["user_id", "email", "created_at"]
                .map(|key| text(user, key))
                .to_vec()
        })
        .collect();
    rows.sort();
    rows
}

/// Fails unless `table`, read by `client`, has exactly the tenant's users.
pub fn assert_all_rows(client: &mut Client, sim: &Simulator, table: &str) {
    assert!(
        rows(client, table) == truth(sim),
        "{table} does not have the tenant's rows"
    );
}

/// Requests of the journal for a page of users.
pub fn asked_for_page(sim: &Simulator, page: usize) -> usize {
    let page = page.to_string();
    let of_page = |entry: &&simulator::Entry| entry.param("page") == Some(&page);
    sim.journal().iter().filter(of_page).count()
}

/// An error as psql shows it, with its SQLSTATE.
pub fn spelled(error: &DbError) -> String {
    let mut text = format!("{}: {}", error.code().code(), error.message());
    for (label, part) in [("DETAIL", error.detail()), ("HINT", error.hint())] {
        if let Some(part) = part {
            text.push_str(&format!("\n{label}: {part}"));
        }
    }
    text
}

/// Waits for a condition that must come true.
pub fn until(what: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The process behind a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backend(pub i32);

impl Backend {
    /// Of this connection.
    pub fn of(client: &mut Client) -> Backend {
        let row = client.query_one("select pg_backend_pid()", &[]).unwrap();
        Backend(row.get(0))
    }

    fn count(self, what: &str) -> usize {
        let entries = std::fs::read_dir(format!("/proc/{}/{what}", self.0));
        entries.map_or(0, Iterator::count)
    }

    /// Open file descriptors.
    pub fn descriptors(self) -> usize {
        self.count("fd")
    }

    /// Threads.
    pub fn threads(self) -> usize {
        self.count("task")
    }

    /// Whether it is still there.
    pub fn lives(self) -> bool {
        Path::new(&format!("/proc/{}", self.0)).exists()
    }

    /// A figure of `/proc/PID/status` in KiB, such as `VmHWM`.
    pub fn kib(self, field: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

/// How a statement that was interrupted ended.
pub struct Ended {
    /// When its error had arrived.
    pub at: Instant,
    /// As [`spelled`]; the words of the library when the connection broke without one.
    pub error: String,
    /// The connection it ran on.
    pub client: Client,
}

impl Ended {
    /// Fails unless the backend was terminated. The library may find the connection closed before it looks at the
    /// message that came before, so the server's log is asked for it, too.
    pub fn assert_terminated(&self, backend: Backend, log: &str) {
        const SAID: &str = "57P01: terminating connection due to administrator command";
        assert!(
            self.error == SAID || self.error == "connection closed",
            "{}",
            self.error
        );
        let pid = format!("[{}]", backend.0);
        let said = |line: &str| {
            line.contains(&pid)
                && line.contains("FATAL:  terminating connection due to administrator command")
        };
        assert!(log.lines().any(said), "{pid} in the log:\n{log}");
    }
}

/// A statement under way on a thread of its own.
pub struct Statement {
    /// Its backend.
    pub backend: Backend,
    /// What asks for its cancellation by the protocol.
    pub cancel: postgres::CancelToken,
    thread: JoinHandle<Ended>,
}

impl Statement {
    /// Runs `sql`, which must fail.
    pub fn start(mut client: Client, sql: &str) -> Statement {
        let (backend, cancel) = (Backend::of(&mut client), client.cancel_token());
        let sql = sql.to_owned();
        let thread = std::thread::spawn(move || {
            let result = client.simple_query(&sql);
            let at = Instant::now();
            let error = match result {
                Ok(_) => panic!("nothing stopped {sql}"),
                Err(e) => e.as_db_error().map_or_else(|| e.to_string(), spelled),
            };
            Ended { at, error, client }
        });
        Statement {
            backend,
            cancel,
            thread,
        }
    }

    /// Asks for its cancellation by the protocol.
    pub fn cancel(&self) {
        self.cancel.cancel_query(NoTls).unwrap();
    }

    /// Waits for its end.
    pub fn end(self) -> Ended {
        let mut ended = self.thread.join().unwrap();
        // The postmaster sends a cancel to the process and to its group: the second signal may come so late that it
        // hits the next statement.
        let _ = ended.client.batch_execute("select pg_sleep(0.05)");
        ended
    }
}
