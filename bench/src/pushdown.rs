//! What a query costs in requests and time when Auth0 is asked only for what it needs, and past 1000 users.

use std::cell::RefCell;
use std::time::Duration;

use crate::baseline;
use crate::measure::{ms, rss_peak, take_turns};
use crate::world::World;
use crate::{difference, ratio, Table, CONCURRENCY};

/// Users of the tenant, whose searches end at 1000 rows.
const USERS: usize = 25_000;
const ROUNDS: usize = 3;
const LATENCY: Duration = Duration::from_millis(50);

/// All of it.
pub fn pushdown(table: &mut Table) {
    windows(table);
    memory(table);
    let mut world = World::windowed(USERS, Duration::ZERO);
    world.imported();
    lookups(table, &mut world);
    counts(table, &mut world);
    joins(table, &mut world);
    planning(table, &mut world);
    fields(table, &mut world);
}

fn windows(table: &mut Table) {
    let query = "select count(user_id) from wide where picture is distinct from 'x'";
    let fewest = USERS / 100;
    let mut world = World::windowed(USERS, LATENCY);
    let ties = world.requests(query);
    let mut spread = World::windowed(0, Duration::ZERO);
    spread.sign_up_one_by_one(USERS);
    for (what, requests) in [
        ("no two of one millisecond", spread.requests(query)),
        ("one in sixteen shares its millisecond", ties),
    ] {
        table.row(
            &format!("25,000 users past the window of 1000, {what}: requests"),
            requests.to_string(),
            &format!(
                "{:.3} × users/100 (≤ 1.02)",
                requests as f64 / fewest as f64
            ),
        );
    }
    drop(spread);
    let (url, token) = (world.url(), world.token());
    let world = RefCell::new(world);
    let [bare, ours] = take_turns(
        ROUNDS,
        [
            &mut || baseline::windows(&url, &token, CONCURRENCY),
            &mut || world.borrow_mut().query(query),
        ],
    );
    table.row(
        "25,000 users, 50 ms a request: bare client, same windows",
        ms(bare),
        "",
    );
    table.row(
        "25,000 users, 50 ms a request: scan",
        ms(ours),
        &ratio(ours, bare, 1.25),
    );
}

fn memory(table: &mut Table) {
    let peak = |users: usize| {
        let mut world = World::windowed(users, Duration::ZERO);
        world.query("select count(user_id), count(identities), count(picture) from wide");
        rss_peak(world.backend())
    };
    let (small, large) = (peak(2_500), peak(USERS));
    table.row(
        "peak memory, 25,000 users in windows",
        format!("{:.1} MiB", large as f64 / 1024.0),
        &format!(
            "{:+.1} MiB over 2,500",
            (large as f64 - small as f64) / 1024.0
        ),
    );
}

fn lookups(table: &mut Table, world: &mut World) {
    let (id, email) = world.somebody();
    let (url, token) = (world.url(), world.token());
    for (what, sql, path) in [
        (
            "user_id",
            format!("select * from users where user_id = '{id}'"),
            format!("/api/v2/users/{}", id.replace('|', "%7C")),
        ),
        (
            "email",
            format!("select * from users where email = '{email}'"),
            format!("/api/v2/users-by-email?email={}", email.replace('@', "%40")),
        ),
    ] {
        let requests = world.requests(&sql);
        let mut bare = baseline::Session::new();
        let url = format!("{url}{path}");
        let world = RefCell::new(&mut *world);
        let [request, ours] = take_turns(
            200,
            [&mut || bare.get(&url, &token), &mut || {
                world.borrow_mut().query(&sql)
            }],
        );
        table.row(
            &format!("look-up by {what}, warm connection: {requests} request"),
            ms(ours),
            &difference(ours, request, 3),
        );
    }
}

fn counts(table: &mut Table, world: &mut World) {
    for (what, capped) in [("told by Auth0", false), ("capped at 1000", true)] {
        world.sim.configure(|config| {
            config.total_cap = capped.then_some(1000);
        });
        for sql in [
            "select count(*) from users",
            "select count(*) from users where blocked is not true",
        ] {
            let requests = world.requests(sql);
            let time = world.query(sql);
            table.row(
                &format!("`{sql}`, totals {what}: requests"),
                requests.to_string(),
                &ms(time),
            );
        }
    }
}

fn joins(table: &mut Table, world: &mut World) {
    world.run(
        "create table orders as select row_number() over (order by user_id) as id, user_id
         from (select user_id from users order by md5(user_id) limit 1000) x;
         analyze orders",
    );
    let join = "select count(u.name) from orders join users u using (user_id)";
    let by_hand = "select count(u.name) from orders join
        (select * from users where user_id = any (array(select user_id from orders))) u using (user_id)";
    world.query("select count(*) from users");
    for (what, sql) in [
        ("the planner's", join),
        ("by hand, = any (array(…))", by_hand),
    ] {
        let requests = world.requests(sql);
        let time = world.query(sql);
        table.row(
            &format!("1,000 local rows joined with 25,000 users, {what}: requests"),
            requests.to_string(),
            &ms(time),
        );
    }
    world.run("set auth0_fdw.lookup_join = off; set auth0_fdw.pushdown = off");
    let requests = world.requests(join);
    let time = world.query(join);
    world.run("reset auth0_fdw.lookup_join; reset auth0_fdw.pushdown");
    table.row(
        "the same, reading the whole table: requests",
        requests.to_string(),
        &ms(time),
    );
}

fn planning(table: &mut Table, world: &mut World) {
    let clauses: Vec<String> = (0..20)
        .map(|n| match n % 5 {
            0 => format!("name <> 'x' and name like 'a{n}%'"),
            1 => format!("created_at > now() - interval '{n} days'"),
            2 => format!("app_metadata->>'k{n}' = 'v'"),
            3 => format!("logins_count > {n}"),
            _ => format!("(blocked or nickname = 'n{n}')"),
        })
        .collect();
    let sql = format!(
        "explain select * from users where {}",
        clauses.join(" and ")
    );
    let [nothing, planned] = {
        let world = RefCell::new(&mut *world);
        take_turns(
            100,
            [
                &mut || world.borrow_mut().query("explain select 1"),
                &mut || world.borrow_mut().query(&sql),
            ],
        )
    };
    table.row(
        "planning and explaining 20 pushable clauses",
        ms(planned),
        &difference(planned, nothing, 2),
    );
}

fn fields(table: &mut Table, world: &mut World) {
    world
        .sim
        .configure(|config| config.latency = Duration::ZERO);
    let sql = "select count(email) from users where picture is distinct from 'x'";
    for (what, setting) in [("with `fields`", "on"), ("without", "off")] {
        world.run(&format!("set auth0_fdw.pushdown = {setting}"));
        let bytes = world.bytes(sql);
        let time = world.query(sql);
        table.row(
            &format!("two columns of 25,000 users {what}: bytes"),
            format!("{:.1} MB", bytes as f64 / 1e6),
            &ms(time),
        );
    }
    world.run("reset auth0_fdw.pushdown");
}
