//! What an outside-in test stands on: a simulated tenant, a database that knows it, a connection.

use crate::cluster::Cluster;
use crate::database::Database;
use postgres::error::DbError;
use postgres::{Client, SimpleQueryMessage};
use simulator::{Config, Simulator};

/// A tenant, and a database whose server `auth0` is that tenant. Fields are dropped in this order.
pub struct World {
    /// A connection as the superuser.
    pub sql: Client,
    /// The database.
    pub db: Database,
    /// The tenant.
    pub sim: Simulator,
}

impl World {
    /// A world in the cluster that all tests share.
    pub fn new(config: Config) -> World {
        World::within(Cluster::shared(), config)
    }

    /// A world in a cluster of one's own.
    pub fn within(cluster: &Cluster, config: Config) -> World {
        let sim = Simulator::start(config).expect("the simulator starts");
        let db = cluster.create_database();
        let mut sql = db.connect();
        let server = format!(
            "create extension auth0_fdw;
             create server auth0 foreign data wrapper auth0_fdw options (url '{}', api_key '{}')",
            sim.url(),
            token(&sim)
        );
        sql.batch_execute(&server)
            .expect("the extension and a server can be created");
        World { sql, db, sim }
    }

    /// Runs statements that must succeed.
    pub fn run(&mut self, sql: &str) {
        if let Err(e) = self.sql.batch_execute(sql) {
            panic!("{sql}\n{}", explained(&e));
        }
    }

    /// The rows of a query as text, NULL as None.
    pub fn query_text(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        query_text(&mut self.sql, sql)
    }

    /// The one value of a query as text.
    pub fn value(&mut self, sql: &str) -> Option<String> {
        let mut rows = self.query_text(sql);
        assert!(
            rows.len() == 1 && rows[0].len() == 1,
            "not one value: {sql} gave {rows:?}"
        );
        rows.remove(0).remove(0)
    }

    /// The error of statements that must fail.
    pub fn error(&mut self, sql: &str) -> DbError {
        error(&mut self.sql, sql)
    }

    /// What EXPLAIN prints, as one text; `options` as within its parentheses, may be empty.
    pub fn explain(&mut self, options: &str, sql: &str) -> String {
        let separator = if options.is_empty() { "" } else { ", " };
        let rows = self.query_text(&format!("explain (costs off{separator}{options}) {sql}"));
        let lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
        // From Postgres 18 on rows have decimals, since they may be an average.
        lines.join("\n").replace(".00 loops=", " loops=")
    }
}

/// A token of the tenant with every scope.
pub fn token(simulator: &Simulator) -> String {
    simulator.token(simulator::SCOPES)
}

/// The rows of a query on any connection as text, by the simple query protocol.
pub fn query_text(client: &mut Client, sql: &str) -> Vec<Vec<Option<String>>> {
    let messages = client.simple_query(sql);
    let messages = messages.unwrap_or_else(|e| panic!("{sql}\n{}", explained(&e)));
    let mut rows = Vec::new();
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            rows.push(
                (0..row.len())
                    .map(|i| row.get(i).map(str::to_owned))
                    .collect(),
            );
        }
    }
    rows
}

/// The error of statements that must fail, on any connection.
pub fn error(client: &mut Client, sql: &str) -> DbError {
    match client.simple_query(sql) {
        Ok(_) => panic!("no error from: {sql}"),
        Err(e) => match e.as_db_error() {
            Some(error) => error.clone(),
            None => panic!("the connection broke: {e}\n{sql}"),
        },
    }
}

/// An error with its SQLSTATE, detail and hint, for people.
fn explained(error: &postgres::Error) -> String {
    let Some(db) = error.as_db_error() else {
        return format!("the connection broke: {error}");
    };
    let mut text = format!("{}: {}", db.code().code(), db.message());
    for (label, part) in [
        ("DETAIL", db.detail()),
        ("HINT", db.hint()),
        ("CONTEXT", db.where_()),
    ] {
        if let Some(part) = part {
            text.push_str(&format!("\n{label}: {part}"));
        }
    }
    text
}
