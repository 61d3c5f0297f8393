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
        let config = Config {
            users,
            latency,
            user_bytes: Some(1000),
            window: None,
            total_cap: None,
            ..Config::default()
        };
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

    /// The process that serves this connection.
    pub fn backend(&mut self) -> i32 {
        self.sql
            .query_one("select pg_backend_pid()", &[])
            .expect("a pid")
            .get(0)
    }
}
