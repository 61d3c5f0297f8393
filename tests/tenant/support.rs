//! What these tests share: small tenants, the calls they got, errors and notices as text.

use std::sync::{Arc, Mutex};

use postgres::error::DbError;
use postgres::NoTls;
use simulator::Config;
use xtask::World;

/// A small tenant with something of everything.
pub fn world() -> World {
    World::new(Config {
        users: 12,
        ..Config::default()
    })
}

/// Declares a table of an endpoint.
pub fn declare(world: &mut World, columns: &str, options: &str) {
    world.run(&format!(
        "drop foreign table if exists t;
         create foreign table t ({columns}) server auth0 options ({options})"
    ));
}

/// What the tenant was asked since the last time: `PATH?QUERY` as sent.
pub fn calls(world: &World) -> Vec<String> {
    let journal = world.sim.journal();
    world.sim.clear_journal();
    journal.into_iter().map(|entry| entry.target).collect()
}

/// The first column of a query.
pub fn column(world: &mut World, sql: &str) -> Vec<String> {
    let rows = world.query_text(sql).into_iter();
    rows.map(|mut row| row.remove(0).unwrap_or_default())
        .collect()
}

/// An error as psql shows it, SQLSTATE first.
pub fn told(error: &DbError) -> String {
    let mut text = format!("{}: {}", error.code().code(), error.message());
    for (label, part) in [("DETAIL", error.detail()), ("HINT", error.hint())] {
        if let Some(part) = part {
            text.push_str(&format!("\n{label}: {part}"));
        }
    }
    text
}

/// What statements tell beside their rows.
pub fn notices(world: &World, sql: &str) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = heard.clone();
    let mut config: postgres::Config = world.db.conn_string("postgres").parse().unwrap();
    config
        .notice_callback(move |notice| listener.lock().unwrap().push(notice.message().to_owned()));
    let mut client = config.connect(NoTls).unwrap();
    client.batch_execute(sql).unwrap();
    drop(client);
    let heard = heard.lock().unwrap();
    heard.clone()
}

/// A role that can log in, unlike any other: roles belong to the cluster, which the tests share.
pub fn role(world: &mut World, purpose: &str) -> String {
    let name = format!("{}_{purpose}", world.db.name());
    world.run(&format!("create role {name} login"));
    name
}
