//! A foreign table on the inner side of a loop: the right rows, at the requests of one scan, or of a few look-ups.

use crate::common::{imported, priced};
use xtask::World;

/// 250 users, and a local table of 40 orders for 20 of them, two of nobody.
fn world() -> World {
    let mut world = imported(250);
    world.run(
        "create table orders as
           select i as id, (select user_id from users order by user_id offset i % 20 limit 1) as user_id from generate_series(1, 38) i
           union all select 39, 'nobody' union all select 40, null;
         analyze orders;
         set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off; set enable_memoize = off",
    );
    world
}

/// Requests of a scan of all users, however often it runs again.
const SCAN: usize = 3;
/// Look-ups of the orders' users, each once: twenty, and nobody. Nobody is asked for NULL.
const LOOK_UPS: usize = 20 + 1;
/// One search for all of them.
const SEARCH: usize = 1;

/// The answer is this at so many requests, and without pushdown it is the same at those of one scan: the plan runs the
/// foreign scan again and again, and its pages are in memory.
fn looped(world: &mut World, query: &str, expected: &str, requests: usize) {
    for (pushdown, requests) in [("on", requests), ("off", SCAN)] {
        world.run(&format!("set auth0_fdw.pushdown = {pushdown}"));
        let plan = world.explain("", query);
        assert!(
            !plan.contains("Materialize") && !plan.contains("Hash Join"),
            "{plan}"
        );
        assert_eq!(
            priced(world, query),
            (Some(expected.to_owned()), requests),
            "{query}\n{plan}"
        );
    }
    world.run("reset auth0_fdw.pushdown");
}

#[test]
fn inner_joins() {
    let mut world = world();
    looped(
        &mut world,
        "select count(u.name) from orders o join users u on u.user_id = o.user_id",
        "38",
        SEARCH,
    );
    world.run("set join_collapse_limit = 1");
    looped(&mut world, "select count(u.name) from orders o cross join lateral (select * from users u where u.user_id = o.user_id offset 0) u", "38", LOOK_UPS);
    looped(&mut world, "select count(*) from (select * from orders order by id) o join users u on u.user_id >= o.user_id and u.user_id <= o.user_id", "38", SCAN);
}

#[test]
fn left_joins() {
    let mut world = world();
    let query = "select count(*) || ' ' || count(u.name) from orders o left join users u on u.user_id = o.user_id";
    looped(&mut world, query, "40 38", SEARCH);
    world.run("set auth0_fdw.lookup_join = off");
    looped(&mut world, query, "40 38", LOOK_UPS);
}

#[test]
fn semi_joins_stop_at_the_first_match() {
    let mut world = world();
    looped(&mut world, "select count(*) from orders o where exists (select from users u where u.user_id = o.user_id and u.name is not null)", "38", SEARCH);
    looped(
        &mut world,
        "select count(*) from orders o where user_id in (select user_id from users)",
        "38",
        SEARCH,
    );
}

#[test]
fn anti_joins() {
    let mut world = world();
    looped(&mut world, "select string_agg(id::text, ' ' order by id) from orders o where not exists (select from users u where u.user_id = o.user_id)", "39 40", SEARCH);
}

#[test]
fn correlated_subqueries() {
    let mut world = world();
    looped(&mut world, "select count(name) from (select (select u.name from users u where u.user_id = o.user_id) as name from orders o offset 0) x", "38", LOOK_UPS);
    looped(&mut world, "select count(*) from orders o where (select count(*) from users u where u.user_id < o.user_id) < 5", "10", SCAN);
    looped(&mut world, "select sum(n) from orders o, lateral (select count(*) as n from users u where u.user_id <= o.user_id) x where o.id <= 19", &(2..=20).sum::<i32>().to_string(), SCAN);
}

#[test]
fn an_inner_side_that_stops_early_starts_over_where_it_must() {
    let mut world = world();
    // The first row satisfies each of them, so one page is all that is ever needed.
    let query = "select count(x.user_id) from orders o, lateral (select user_id from users u where o.id > 0 limit 1) x";
    assert_eq!(priced(&mut world, query), (Some("40".into()), 1));
    // Each asks for more than the one before.
    let query = "select sum(n) from (select * from orders order by id) o, lateral (select count(*) as n from (select from users u where o.id > 0 limit o.id * 6) y) x";
    assert_eq!(
        priced(&mut world, query),
        (Some((1..=40).map(|i| i * 6).sum::<i32>().to_string()), SCAN)
    );
}

#[test]
fn a_cross_join_of_the_table_with_itself_is_two_scans() {
    let mut world = world();
    assert_eq!(
        priced(&mut world, "select count(*) from users a join users b on a.user_id >= b.user_id and a.user_id <= b.user_id"),
        (Some("250".into()), 2 * SCAN)
    );
}

#[test]
fn pages_beyond_work_mem_are_asked_for_again_and_the_rows_are_the_same() {
    let mut world = world();
    world.run("set work_mem = '64kB'");
    let joined = "select count(u.name) from orders o left join users u on u.user_id = o.user_id";
    assert_eq!(priced(&mut world, joined), (Some("38".into()), SEARCH));
    world.run("set auth0_fdw.lookup_join = off");
    // A few rows of a few users' fit in all the same.
    assert_eq!(priced(&mut world, joined), (Some("38".into()), LOOK_UPS));
    world.run("set auth0_fdw.pushdown = off");
    assert_eq!(priced(&mut world, joined), (Some("38".into()), SCAN * 40));
    let (value, requests) = priced(
        &mut world,
        "select count(x.user_id) from orders o, lateral (select user_id from users u where o.id > 0 limit 1) x",
    );
    assert_eq!(value.as_deref(), Some("40"));
    assert!(requests <= 40, "{requests}");
    crate::common::await_silence(&world.sim);
}

#[test]
fn look_ups_beyond_work_mem_are_made_again_and_the_rows_are_the_same() {
    let mut world = world();
    world.run("set work_mem = '64kB'; set auth0_fdw.lookup_join = off");
    // Whole users: 21 answers of some 600 bytes, and what is kept beside each, do not fit.
    let query = "select count(x.attrs) from generate_series(1, 5) n, lateral (select attrs from orders o, lateral (select attrs from users u where u.user_id = o.user_id and n > 0 offset 0) u) x";
    let (value, requests) = priced(&mut world, query);
    assert_eq!(value, Some((5 * 38).to_string()));
    assert!((LOOK_UPS..=5 * 39).contains(&requests), "{requests}");
}

#[test]
fn a_recursive_query_reads_the_table_once_a_round_from_memory() {
    let mut world = world();
    let query = "with recursive r(n) as (select 0 union all select n + 1 from r, users u where n < 5 and u.user_id = (select min(user_id) from orders)) select max(n) from r";
    looped(&mut world, query, "5", 1);
}

#[test]
fn materialize_and_memoize_change_nothing() {
    let mut world = world();
    world.run("set enable_material = on; set enable_memoize = on; set enable_hashjoin = on; set enable_mergejoin = on");
    for (query, requests) in [
        ("select count(u.name) from orders o left join users u using (user_id)", SEARCH),
        ("select count(u.name) from orders o left join lateral (select * from users where users.user_id = o.user_id offset 0) u on true", LOOK_UPS),
    ] {
        let plan = world.explain("", query);
        assert_eq!(priced(&mut world, query), (Some("38".into()), requests), "{query}\n{plan}");
        world.run("set auth0_fdw.pushdown = off");
        assert_eq!(priced(&mut world, query), (Some("38".into()), SCAN), "{query}");
        world.run("reset auth0_fdw.pushdown");
    }
}
