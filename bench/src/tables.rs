//! What the other objects cost: the import, the members of many organizations, a day of logs.

use simulator::{Config, Scale};
use std::time::Duration;

use crate::measure::{median, ms, rss_peak};
use crate::world::World;
use crate::{Table, ROUNDS};

const ORGANIZATIONS: usize = 10_000;
const MEMBERS: usize = 100_000;
const LOGS: usize = 100_000;

/// All of it.
pub fn measure(table: &mut Table) {
    import(table);
    members(table);
    logs(table);
}

fn import(table: &mut Table) {
    let mut world = World::new(1, Duration::ZERO);
    world.sim.clear_journal();
    let taken = median(ROUNDS, || {
        world.query("drop schema if exists auth0_data cascade");
        world.query("create schema auth0_data");
        world.query("import foreign schema auth0 from server auth0 into auth0_data")
    });
    let requests = world.sim.journal().len();
    table.row(
        "import of all tables",
        ms(taken),
        &format!("≤ 1 s; {requests} requests"),
    );
}

fn members(table: &mut Table) {
    let mut world = World::of(Config {
        users: 1_000,
        scale: Scale {
            organizations: ORGANIZATIONS,
            members: MEMBERS,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.imported();
    world.run("set auth0_fdw.max_calls = 0");
    let one = "select count(*) from organization_members where organization_id = (select min(organization_id) from someone)";
    world.run(
        "create temp table someone as select id as organization_id from organizations limit 1",
    );
    table.row(
        "members of one organization of 10,000: requests",
        world.requests(one).to_string(),
        "1",
    );
    let all = "select count(*) from organization_members";
    let requests = world.requests(all);
    let fewest = ORGANIZATIONS + ORGANIZATIONS / 100;
    table.row(
        "100,000 members of 10,000 organizations: requests",
        requests.to_string(),
        &format!(
            "{:.3} × (parents + pages) (≤ 1.02)",
            requests as f64 / fewest as f64
        ),
    );
    table.row(
        "100,000 members of 10,000 organizations",
        ms(world.query(all)),
        "",
    );
}

fn logs(table: &mut Table) {
    let peak = |logs: usize| {
        let mut world = World::of(Config {
            users: 10,
            scale: Scale {
                logs,
                ..Scale::default()
            },
            ..Config::default()
        });
        world.imported();
        let requests = world.requests("select count(log_id), count(details) from logs");
        (rss_peak(world.backend()), requests)
    };
    let ((small, _), (large, requests)) = (peak(LOGS / 10), peak(LOGS));
    table.row(
        "100,000 logs: requests",
        requests.to_string(),
        &format!("{:.3} × logs/100", requests as f64 / (LOGS / 100) as f64),
    );
    table.row(
        "100,000 logs: peak memory of the backend",
        format!("{:.1} MiB", large as f64 / 1024.0),
        &format!(
            "{:+.1} MiB over 10,000",
            (large as f64 - small as f64) / 1024.0
        ),
    );
}
