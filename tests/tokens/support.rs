//! A world whose tenant is a registered issuer, and tokens for it.

use postgres::Client;
use serde_json::{json, Value};
use simulator::{Config, Simulator};
use std::time::{SystemTime, UNIX_EPOCH};
use xtask::World;

/// The API the tokens are for.
pub const AUDIENCE: &str = "https://api.example.com";

/// A tenant that is registered with these options.
pub fn world_with(options: Value) -> World {
    let mut world = World::new(Config::default());
    register(&mut world, options);
    world
}

/// A tenant that is registered with the defaults.
pub fn world() -> World {
    world_with(json!({}))
}

/// Registers the tenant, or changes how.
pub fn register(world: &mut World, options: Value) {
    let issuer = issuer(&world.sim);
    world.run(&format!(
        "select auth0.add_issuer('{issuer}', array['{AUDIENCE}'], '{}')",
        options.to_string().replace('\'', "''")
    ));
}

/// What the tenant's tokens have in `iss`.
pub fn issuer(sim: &Simulator) -> String {
    format!("{}/", sim.url())
}

/// An access token for this user.
pub fn token(sim: &Simulator, user: &str) -> String {
    token_with(sim, user, json!({}))
}

/// The same with more claims.
pub fn token_with(sim: &Simulator, user: &str, more: Value) -> String {
    let mut claims = json!({ "sub": user, "aud": AUDIENCE, "scope": null, "gty": null });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    sim.token_with(claims)
}

/// Seconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// How often the keys have been asked for.
pub fn fetches(sim: &Simulator) -> usize {
    let asked = sim.journal();
    asked
        .iter()
        .filter(|entry| entry.path.ends_with("jwks.json"))
        .count()
}

/// The one value of a query.
pub fn value(client: &mut Client, sql: &str) -> Option<String> {
    let rows = xtask::world::query_text(client, sql);
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0][0].clone()
}

/// Waits until `done`, and fails when that takes absurdly long.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !done() {
        assert!(start.elapsed().as_secs() < 30, "never: {what}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Roles belong to the whole cluster and tests share it, so each has a name of its own; gone when dropped.
pub struct Role {
    /// Its name.
    pub name: String,
    db: Client,
}

impl Role {
    /// A role that may log in, with what else is said of it.
    pub fn new(world: &World, name: &str, more: &str) -> Role {
        let name = format!("{name}_{}", world.db.name());
        let mut db = world.db.connect();
        db.batch_execute(&format!("create role {name} login {more}"))
            .unwrap();
        Role { name, db }
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let name = &self.name;
        let _ = self
            .db
            .batch_execute(&format!("drop owned by {name} cascade; drop role {name}"));
    }
}
