//! What the named tests share: tenants of a few users, one answer with and without pushdown, what was asked for it.

use serde_json::{json, Value};
use simulator::{Config, Entry};
use xtask::World;

/// A row as text.
type Row = Vec<Option<String>>;

/// A tenant of so many seeded users with the imported table `users`.
pub fn tenant_of(users: usize) -> World {
    tenant(Config {
        users,
        ..Config::default()
    })
}

/// A tenant with the imported table `users`.
pub fn tenant(config: Config) -> World {
    let mut world = World::new(config);
    world.run("import foreign schema auth0 from server auth0 into public");
    world
}

/// A tenant of users `u0`, `u1` … with these attributes, created a millisecond after one another.
pub fn tenant_with(users: &[Value]) -> World {
    let world = tenant_of(0);
    for (n, attributes) in users.iter().enumerate() {
        let moment = format!("2024-02-03T04:05:06.{n:03}Z");
        let mut user =
            json!({"user_id": format!("u{n}"), "created_at": moment, "updated_at": moment});
        for (key, value) in attributes.as_object().expect("attributes of a user") {
            user[key] = value.clone();
        }
        world.sim.put_user(user);
    }
    world
}

/// A tenant of users with these names.
pub fn named(names: &[&str]) -> World {
    let users: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "username": name}))
        .collect();
    tenant_with(&users)
}

/// The rows of a query, sorted, which must be the same with pushdown and without; and what was asked with it.
#[track_caller]
pub fn agreed(world: &mut World, sql: &str) -> (Vec<Row>, Vec<Entry>) {
    world.sim.clear_journal();
    let mut with = world.query_text(sql);
    let asked = world.sim.journal();
    world.run("set auth0_fdw.pushdown = off");
    let mut without = world.query_text(sql);
    world.run("reset auth0_fdw.pushdown");
    with.sort();
    without.sort();
    assert_eq!(
        with, without,
        "with pushdown on the left, without it on the right: {sql}"
    );
    (with, asked)
}

/// The users `select user_id from users where …` gives, joined by blanks.
#[track_caller]
pub fn found(world: &mut World, condition: &str) -> String {
    let (rows, _) = agreed(
        world,
        &format!("select user_id from users where {condition}"),
    );
    let ids: Vec<String> = rows.into_iter().flatten().flatten().collect();
    ids.join(" ")
}

/// The requests of a query, each in a line, as [`shown`].
#[track_caller]
pub fn asked(world: &mut World, sql: &str) -> String {
    world.sim.clear_journal();
    world.run(sql);
    let lines: Vec<String> = world.sim.journal().iter().map(shown).collect();
    lines.join("\n")
}

/// The search texts of `select user_id from users where …`, without repetitions; empty if there was no search.
#[track_caller]
pub fn searched(world: &mut World, condition: &str) -> String {
    let (_, asked) = agreed(
        world,
        &format!("select user_id from users where {condition}"),
    );
    let mut texts: Vec<&str> = asked.iter().filter_map(|entry| entry.param("q")).collect();
    texts.dedup();
    texts.join("\n")
}

/// A request in words: its path and, of its parameters, those that say which rows are wanted and in which order.
pub fn shown(entry: &Entry) -> String {
    let mut text = format!("{} {}", entry.method, entry.path);
    let mut separator = '?';
    for name in ["email", "q", "page", "per_page", "sort"] {
        if let Some(value) = entry.param(name) {
            text.push_str(&format!("{separator}{name}={value}"));
            separator = '&';
        }
    }
    text
}

/// The number of requests a query makes, and its one value.
#[track_caller]
pub fn priced(world: &mut World, sql: &str) -> (usize, Option<String>) {
    world.sim.clear_journal();
    let value = world.value(sql);
    (world.sim.journal().len(), value)
}

/// How EXPLAIN shows the first page of a listing, without what follows.
pub const LIST: &str = "GET /api/v2/users?include_totals=true&page=0...&per_page=100";

/// A tenant of so many users, whose number the session knows, and five orders.
pub fn shop(users: usize) -> World {
    let mut world = tenant_of(users);
    world.query_text("select from users");
    world.run("create table orders as select row_number() over ()::int as id, user_id from users limit 5; analyze orders");
    world
}
