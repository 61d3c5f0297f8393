//! A foreign table on the inner side of a loop: the right rows, at the requests of one scan.

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

/// The plan rescans the foreign table, the answer is this, and the requests are those of one scan of three pages.
fn looped(world: &mut World, query: &str, expected: &str) {
    let plan = world.explain("", query);
    assert!(
        !plan.contains("Materialize") && !plan.contains("Hash Join"),
        "{plan}"
    );
    assert_eq!(
        priced(world, query),
        (Some(expected.to_owned()), 3),
        "{query}\n{plan}"
    );
}

#[test]
fn inner_joins() {
    let mut world = world();
    world.run("set join_collapse_limit = 1");
    looped(&mut world, "select count(u.name) from orders o cross join lateral (select * from users u where u.user_id = o.user_id offset 0) u", "38");
    looped(&mut world, "select count(*) from (select * from orders order by id) o join users u on u.user_id >= o.user_id and u.user_id <= o.user_id", "38");
}

#[test]
fn left_joins() {
    let mut world = world();
    looped(&mut world, "select count(*) || ' ' || count(u.name) from orders o left join users u on u.user_id = o.user_id", "40 38");
}

#[test]
fn semi_joins_stop_at_the_first_match() {
    let mut world = world();
    looped(&mut world, "select count(*) from orders o where exists (select from users u where u.user_id = o.user_id and u.name is not null)", "38");
    looped(
        &mut world,
        "select count(*) from orders o where user_id in (select user_id from users)",
        "38",
    );
}

#[test]
fn anti_joins() {
    let mut world = world();
    looped(&mut world, "select string_agg(id::text, ' ' order by id) from orders o where not exists (select from users u where u.user_id = o.user_id)", "39 40");
}

#[test]
fn correlated_subqueries() {
    let mut world = world();
    looped(&mut world, "select count(name) from (select (select u.name from users u where u.user_id = o.user_id) as name from orders o offset 0) x", "38");
    looped(&mut world, "select count(*) from orders o where (select count(*) from users u where u.user_id < o.user_id) < 5", "10");
    looped(&mut world, "select sum(n) from orders o, lateral (select count(*) as n from users u where u.user_id <= o.user_id) x where o.id <= 19", &(2..=20).sum::<i32>().to_string());
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
        (Some((1..=40).map(|i| i * 6).sum::<i32>().to_string()), 3)
    );
}

#[test]
fn a_cross_join_of_the_table_with_itself_is_two_scans() {
    let mut world = world();
    assert_eq!(
        priced(&mut world, "select count(*) from users a join users b on a.user_id >= b.user_id and a.user_id <= b.user_id"),
        (Some("250".into()), 6)
    );
}

#[test]
fn pages_beyond_work_mem_are_asked_for_again_and_the_rows_are_the_same() {
    let mut world = world();
    world.run("set work_mem = '64kB'");
    let (value, requests) = priced(
        &mut world,
        "select count(u.name) from orders o left join users u on u.user_id = o.user_id",
    );
    assert_eq!((value.as_deref(), requests), (Some("38"), 3 * 40));
    let (value, requests) = priced(
        &mut world,
        "select count(x.user_id) from orders o, lateral (select user_id from users u where o.id > 0 limit 1) x",
    );
    assert_eq!(value.as_deref(), Some("40"));
    assert!(requests <= 40, "{requests}");
    crate::common::await_silence(&world.sim);
}

#[test]
fn a_recursive_query_reads_the_table_once_a_round_from_memory() {
    let mut world = world();
    let query = "with recursive r(n) as (select 0 union all select n + 1 from r, users u where n < 5 and u.user_id = (select min(user_id) from orders)) select max(n) from r";
    let (value, requests) = priced(&mut world, query);
    assert_eq!((value.as_deref(), requests), (Some("5"), 3));
}

#[test]
fn materialize_and_memoize_change_nothing() {
    let mut world = world();
    world.run("set enable_material = on; set enable_memoize = on; set enable_hashjoin = on; set enable_mergejoin = on");
    for query in [
        "select count(u.name) from orders o left join users u using (user_id)",
        "select count(u.name) from orders o left join lateral (select * from users where users.user_id = o.user_id offset 0) u on true",
    ] {
        assert_eq!(priced(&mut world, query), (Some("38".into()), 3), "{query}");
    }
}
