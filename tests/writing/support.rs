//! What the tests of this binary share: a tenant that may be changed, what a statement sends, what is said meanwhile.

use simulator::{Config, Entry};
use xtask::World;

/// A tenant of so many seeded users with all tables imported, which may be changed.
pub fn writable(users: usize) -> World {
    let mut world = World::new(Config {
        users,
        ..Config::default()
    });
    world.run(
        "alter server auth0 options (add updatable 'true', add deletable 'true');
         import foreign schema auth0 from server auth0 into public;
         set auth0_fdw.writes_in_transaction = 'allow'",
    );
    world
}

/// The requests of a statement, each as `METHOD path`, in the order they came.
#[track_caller]
pub fn sent(world: &mut World, sql: &str) -> Vec<String> {
    world.sim.clear_journal();
    world.run(sql);
    calls(world)
}

/// The requests since the journal was cleared.
pub fn calls(world: &World) -> Vec<String> {
    let shown = |entry: &Entry| format!("{} {}", entry.method, entry.path);
    world.sim.journal().iter().map(shown).collect()
}

/// The number of requests of each of GET, POST, PATCH, DELETE.
#[track_caller]
pub fn counted(world: &mut World, sql: &str) -> [usize; 4] {
    world.sim.clear_journal();
    world.run(sql);
    tally(world)
}

/// The number of requests of each of GET, POST, PATCH, DELETE since the journal was cleared.
pub fn tally(world: &World) -> [usize; 4] {
    let journal = world.sim.journal();
    ["GET", "POST", "PATCH", "DELETE"].map(|method| {
        journal
            .iter()
            .filter(|entry| entry.method == method)
            .count()
    })
}

/// The body of the last request, as JSON.
pub fn body(world: &World) -> serde_json::Value {
    let journal = world.sim.journal();
    let last = journal.last().expect("a request");
    serde_json::from_str(&last.body).expect("a JSON body")
}

/// A user who was made for the test, with this e-mail address; her id.
pub fn user(world: &mut World, email: &str) -> String {
    world
        .value(&format!(
            "insert into users (connection, email, password, name, user_metadata)
             values ('Username-Password-Authentication', '{email}', 'S3cret-Word!', 'First', '{{\"a\": 1, \"b\": {{\"c\": 2}}}}')
             returning user_id"
        ))
        .expect("an id")
}

/// What psql prints for a script, its notices and errors included.
pub fn psql(world: &World, script: &str) -> String {
    let output = world.db.psql(script);
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
