//! A tenant, and a Postgres that reads it through the columns of the Supabase Wrappers documentation.

use std::time::{Duration, Instant};

use postgres::Client;
use simulator::{Config, Simulator};
use xtask::{Cluster, Database};

/// The 21 columns: timestamps as text, four jsonb.
pub const COLUMNS: [(&str, &str); 21] = [
    ("user_id", "text"),
    ("email", "text"),
    ("email_verified", "bool"),
    ("username", "text"),
    ("phone_number", "text"),
    ("phone_verified", "bool"),
    ("created_at", "text"),
    ("updated_at", "text"),
    ("identities", "jsonb"),
    ("app_metadata", "jsonb"),
    ("user_metadata", "jsonb"),
    ("picture", "text"),
    ("name", "text"),
    ("nickname", "text"),
    ("multifactor", "jsonb"),
    ("last_ip", "text"),
    ("last_login", "text"),
    ("logins_count", "int"),
    ("blocked", "bool"),
    ("given_name", "text"),
    ("family_name", "text"),
];

/// Fields are dropped in this order.
pub struct World {
    sql: Client,
    /// The database.
    pub db: Database,
    /// The tenant.
    pub sim: Simulator,
}

impl World {
    /// A tenant without the window of 1000, and a new connection to a new database.
    pub fn new(users: usize, latency: Duration) -> World {
        World::with(Config {
            users,
            latency,
            user_bytes: Some(1000),
            window: None,
            total_cap: None,
            ..Config::default()
        })
    }

    /// A tenant as Auth0's are.
    pub fn windowed(users: usize, latency: Duration) -> World {
        World::with(Config {
            users,
            latency,
            user_bytes: Some(1000),
            ..Config::default()
        })
    }

    /// Any tenant.
    pub fn of(config: Config) -> World {
        World::with(config)
    }

    fn with(config: Config) -> World {
        let sim = Simulator::start(config).expect("the simulator starts");
        let db = Cluster::shared().create_database();
        let mut sql = db.connect();
        let columns: Vec<String> = COLUMNS
            .iter()
            .map(|(name, ty)| format!("{name} {ty}"))
            .collect();
        sql.batch_execute(&format!(
            "create extension auth0_fdw;
             create server auth0 foreign data wrapper auth0_fdw options (url '{}', api_key '{}');
             create foreign table wide ({}) server auth0 options (object 'users')",
            sim.url(),
            xtask::world::token(&sim),
            columns.join(", ")
        ))
        .expect("the table is made");
        drop(sql);
        let sql = db.connect();
        World { sql, db, sim }
    }

    /// The tenant's address.
    pub fn url(&self) -> String {
        self.sim.url()
    }

    /// A token for it.
    pub fn token(&self) -> String {
        xtask::world::token(&self.sim)
    }

    /// How long a query takes.
    pub fn query(&mut self, sql: &str) -> Duration {
        let start = Instant::now();
        self.sql.query(sql, &[]).expect("the query succeeds");
        start.elapsed()
    }

    /// Adds users, each some seconds after the one before.
    pub fn sign_up_one_by_one(&self, users: usize) {
        for n in 0..users {
            let (minutes, ms) = (n * 977 / 60_000, n * 977 % 60_000);
            let (hours, days) = (minutes / 60, minutes / 1440);
            let created_at = format!(
                "2024-03-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                days + 1,
                hours % 24,
                minutes % 60,
                ms / 1000,
                ms % 1000
            );
            self.sim.put_user(serde_json::json!({
                "user_id": format!("auth0|{n:024x}"),
                "email": format!("user{n}@example.com"),
                "created_at": created_at,
                "updated_at": created_at,
            }));
        }
    }

    /// Imports all tables.
    pub fn imported(&mut self) {
        self.run("import foreign schema auth0 from server auth0 into public");
    }

    /// Runs statements.
    pub fn run(&mut self, sql: &str) {
        self.sql.batch_execute(sql).expect("the statements succeed");
    }

    /// The requests that a query costs.
    pub fn requests(&mut self, sql: &str) -> usize {
        let before = self.sim.journal().len();
        self.query(sql);
        self.sim.journal().len() - before
    }

    /// The bytes that a query makes Auth0 send.
    pub fn bytes(&mut self, sql: &str) -> u64 {
        let plan = format!("explain (analyze, costs off, format text) {sql}");
        let lines = self.sql.query(&plan, &[]).expect("the query succeeds");
        lines
            .iter()
            .find_map(|line| {
                let line: String = line.get(0);
                line.trim().strip_prefix("Auth0 Bytes: ")?.parse().ok()
            })
            .expect("EXPLAIN tells the bytes")
    }

    /// Id and e-mail of a user who has both.
    pub fn somebody(&mut self) -> (String, String) {
        let row = self
            .sql
            .query_one(
                "select user_id, email from users where email is not null limit 1",
                &[],
            )
            .expect("a user");
        (row.get(0), row.get(1))
    }

    /// The process that serves this connection.
    pub fn backend(&mut self) -> i32 {
        self.sql
            .query_one("select pg_backend_pid()", &[])
            .expect("a pid")
            .get(0)
    }
}
