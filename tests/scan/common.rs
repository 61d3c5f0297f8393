//! What the tests of this binary share: a world with a table, what a statement costs, waiting for silence.

use simulator::{Config, Simulator};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use xtask::World;

/// Long enough for any machine; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A tenant of so many seeded users.
pub fn tenant_of(users: usize) -> World {
    World::new(Config {
        users,
        ..Config::default()
    })
}

/// The same with the imported table `users`.
pub fn imported(users: usize) -> World {
    let mut world = tenant_of(users);
    world.run(
        "import foreign schema auth0 from server auth0 into public options (include_secrets 'true')",
    );
    world
}

/// A tenant of exactly these users, given as JSON text with a string `user_id`, in this order.
pub fn tenant_with(users: &[&str]) -> World {
    let world = tenant_of(0);
    for raw in users {
        put(&world.sim, raw);
    }
    world
}

/// Adds a user whose JSON is served as written. Only its `user_id` must be found in it.
pub fn put(sim: &Simulator, raw: &str) {
    let rest = raw.split_once(r#""user_id":""#).expect("a user_id").1;
    let id = rest.split_once('"').expect("its end").0;
    sim.put_user_raw(id, raw);
}

/// Declares a foreign table of the tenant's users.
pub fn declare(world: &mut World, name: &str, columns: &str) {
    world.run(&format!(
        "create foreign table {name} ({columns}) server auth0 options (object 'users', include_secrets 'true')"
    ));
}

/// Runs statements and counts the requests they make.
pub fn cost(world: &mut World, sql: &str) -> usize {
    world.sim.clear_journal();
    world.run(sql);
    world.sim.journal().len()
}

/// One value and the number of requests it took.
pub fn priced(world: &mut World, sql: &str) -> (Option<String>, usize) {
    world.sim.clear_journal();
    let value = world.value(sql);
    (value, world.sim.journal().len())
}

/// Waits until every request has been answered or abandoned.
pub fn await_silence(sim: &Simulator) {
    await_that("the requests end", || sim.in_flight() == 0);
}

/// Waits for a condition that must come true.
pub fn await_that(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The first column of a query, without its NULLs.
pub fn column(world: &mut World, sql: &str) -> Vec<String> {
    let rows = world.query_text(sql);
    rows.into_iter()
        .filter_map(|mut row| row.swap_remove(0))
        .collect()
}

/// The tenant's user ids in byte order.
pub fn sorted_ids(sim: &Simulator) -> Vec<String> {
    let mut ids = sim.user_ids();
    ids.sort();
    ids
}

/// A plain table `plain (user_id text, attrs json)` with the simulator's own users, each as it is served.
pub fn plain_copy(world: &mut World) {
    world.run("create table plain (user_id text primary key, attrs json)");
    let pages = world.sim.user_ids().len().div_ceil(100);
    for page in 0..pages {
        let body = fetch(
            &world.sim,
            &format!("/api/v2/users?per_page=100&page={page}"),
        );
        let insert = "insert into plain select item ->> 'user_id', item from json_array_elements($1::text::json) as item";
        world
            .sql
            .execute(insert, &[&body])
            .expect("rows of the plain table");
    }
}

/// What the tenant answers, without any of our code between.
fn fetch(sim: &Simulator, target: &str) -> String {
    let url = sim.url();
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("a connection to the tenant");
    let token = xtask::world::token(sim);
    write!(stream, "GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n")
        .expect("a request");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("an answer in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}
