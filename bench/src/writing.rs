//! What writing costs: many rows of one statement against a bare client, and an import against a call for each user.

use std::cell::RefCell;
use std::time::Duration;

use crate::baseline;
use crate::measure::{ms, take_turns};
use crate::world::World;
use crate::{ratio, Table, CONCURRENCY};

const ROWS: usize = 1_000;
const IMPORTED: usize = 10_000;
const ROUNDS: usize = 3;
const LATENCY: Duration = Duration::from_millis(20);
const CONNECTION: &str = "Username-Password-Authentication";

/// All of it.
pub fn measure(table: &mut Table) {
    inserts(table);
    updates(table);
    import(table);
}

fn open(latency: Duration) -> World {
    let mut world = World::new(10, latency);
    world.imported();
    world.run("alter server auth0 options (add updatable 'true')");
    world
}

/// Users of a number that has not been used before.
fn insert(first: usize, rows: usize) -> String {
    format!(
        "insert into users (connection, email, password)
         select '{CONNECTION}', 'u' || n || '@new.example', 'Sekret-Word-' || n
         from generate_series({first}, {}) n",
        first + rows - 1
    )
}

fn inserts(table: &mut Table) {
    let world = open(LATENCY);
    let (url, token) = (world.url(), world.token());
    let world = RefCell::new(world);
    let used = RefCell::new(0);
    let fresh = || {
        let mut used = used.borrow_mut();
        *used += ROWS;
        *used
    };
    let [bare, ours] = take_turns(
        ROUNDS,
        [
            &mut || {
                let first = fresh();
                let bodies = (first..first + ROWS).map(|n| {
                    format!(
                        r#"{{"connection":"{CONNECTION}","email":"u{n}@new.example","password":"Sekret-Word-{n}"}}"#
                    )
                });
                baseline::post(&url, &token, bodies.collect(), CONCURRENCY)
            },
            &mut || world.borrow_mut().query(&insert(fresh(), ROWS)),
        ],
    );
    table.row(
        "1,000 users, 20 ms a request: POSTs of a bare client",
        ms(bare),
        "1",
    );
    table.row(
        "1,000 users, 20 ms a request: INSERT … SELECT",
        ms(ours),
        &ratio(ours, bare, 1.2),
    );
}

fn updates(table: &mut Table) {
    let mut world = open(Duration::ZERO);
    let (id, _) = world.somebody();
    for (what, sql) in [
        (
            "one metadata key by user_id: requests",
            format!("update users set app_metadata = app_metadata || '{{\"k\": 1}}' where user_id = '{id}'"),
        ),
        (
            "one name by user_id: requests",
            format!("update users set nickname = 'n' where user_id = '{id}'"),
        ),
    ] {
        table.row(what, world.requests(&sql).to_string(), "");
    }
}

fn import(table: &mut Table) {
    let mut world = open(LATENCY);
    world.run(&format!(
        "create table newcomers as select 'i' || n || '@new.example' as email, 'N ' || n as name
         from generate_series(1, {IMPORTED}) n"
    ));
    let sql = format!("select * from auth0.import_users('auth0', '{CONNECTION}', 'newcomers')");
    world.sim.clear_journal();
    let taken = world.query(&sql);
    let requests = world.sim.journal().len();
    table.row(
        "10,000 users imported",
        ms(taken),
        &format!("{requests} requests"),
    );
    world.sim.clear_journal();
    let taken = world.query(&insert(1, IMPORTED));
    let requests = world.sim.journal().len();
    table.row(
        "10,000 users inserted",
        ms(taken),
        &format!("{requests} requests"),
    );
}
