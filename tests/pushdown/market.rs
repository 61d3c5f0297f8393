//! A tenant and local tables on both sides of the line between looking up and reading all, and what joining them costs.

use crate::support::{priced, tenant_of};
use xtask::World;

/// A tenant of 2,500 users, whose number the session knows, and local tables: `few` and `many` name users, `strangers`
/// names 5,000 who are none.
pub fn market() -> World {
    let mut world = tenant_of(2500);
    world.run(
        "create table everybody as select user_id, email, created_at from users;
         create table few as select row_number() over ()::int as id, * from everybody limit 5;
         create table many as select row_number() over ()::int as id, * from everybody;
         create table strangers as select n as id, 'auth0|' || left(md5(n::text), 24) as user_id from generate_series(1, 5000) n;
         analyze few; analyze many; analyze strangers",
    );
    world
}

/// The number of requests, and how many of them are look-ups and searches.
pub fn kinds(world: &mut World, sql: &str) -> (usize, usize, usize) {
    world.sim.clear_journal();
    world.run(sql);
    let journal = world.sim.journal();
    let lookups = journal
        .iter()
        .filter(|entry| entry.path != "/api/v2/users")
        .count();
    let listed = journal
        .iter()
        .filter(|entry| entry.param("q").is_some_and(|q| q.contains("user_id:(")))
        .count();
    (journal.len(), lookups, listed)
}

/// Requests that a scan of all users takes at most: full pages, and what each window's edge costs.
pub const SCAN: usize = 30;

#[test]
fn the_join_that_needs_fewer_requests_is_taken() {
    let mut world = market();
    let scan = kinds(&mut world, "select user_id from users").0;
    assert!((25..=SCAN).contains(&scan), "{scan}");
    for kind in ["join", "left join"] {
        let join =
            |table: &str| format!("select id, name from {table} {kind} users using (user_id)");
        assert_eq!(kinds(&mut world, &join("few")), (5, 5, 0), "{kind} of 5");
        // 500 keys fit into some twelve searches, 5,000 would need more than a hundred.
        let (all, lookups, listed) = kinds(&mut world, &format!("select id, name from (select * from strangers where id <= 500) s {kind} users using (user_id)"));
        assert!(
            all <= 13 && lookups == 0 && listed == all,
            "{kind} of 500: {all}, {lookups}, {listed}"
        );
        let (all, lookups, listed) = kinds(&mut world, &join("strangers"));
        assert!(
            all <= SCAN && lookups == 0 && listed == 0,
            "{kind} of 5,000: {all}, {lookups}, {listed}"
        );
        let (all, lookups, listed) = kinds(&mut world, &join("many"));
        assert!(
            all <= SCAN && lookups == 0 && listed == 0,
            "{kind} of all: {all}, {lookups}, {listed}"
        );
    }
}

#[test]
fn no_join_costs_more_than_the_best_way() {
    let mut world = market();
    for keys in [
        1_usize, 2, 9, 10, 11, 25, 45, 100, 400, 800, 1000, 1100, 1300, 2000, 4000,
    ] {
        let sql = format!("select count(*) from (select * from strangers where id <= {keys}) s join users using (user_id)");
        let (all, _, _) = kinds(&mut world, &sql);
        let by_keys = if keys <= 10 {
            keys
        } else {
            keys.div_ceil(45) + 2
        };
        let best = by_keys.min(SCAN);
        assert!(all <= best, "{keys} keys: {all} requests where {best} do");
    }
}

#[test]
fn semi_and_anti_joins_look_up_too() {
    let mut world = market();
    for sql in [
        "select id from few where exists (select from users where users.user_id = few.user_id)",
        "select id from few where user_id in (select user_id from users)",
        "select id from few where not exists (select from users where users.user_id = few.user_id)",
        "select name from users where user_id in (select user_id from few)",
        "select name from users where exists (select from few where few.user_id = users.user_id and few.id > 0)",
        "select few.id, a.name, b.name from few join users a using (user_id) join users b using (user_id) where few.id = 1",
    ] {
        let (all, lookups, _) = kinds(&mut world, sql);
        assert!(all == lookups && all <= 5, "{sql}: {all} requests, {lookups} look-ups");
    }
}

#[test]
fn a_thousand_ids_at_once() {
    let mut world = market();
    for sql in [
        "select name from users where user_id = any (array(select user_id from strangers where id <= 1000))",
        "select name from users where user_id = any (array(select user_id from many where id <= 1000))",
        "select count(*) from users where user_id = any (array(select user_id from many where id <= 1000))",
    ] {
        let (all, _, listed) = kinds(&mut world, sql);
        assert!(all <= 25 && listed == all, "{sql}: {all} requests");
    }
    let (_, found) = priced(&mut world, "select count(*) from users where user_id = any (array(select user_id from many where id <= 1000))");
    assert_eq!(found.as_deref(), Some("1000"));
}

#[test]
fn a_key_that_repeats_is_looked_up_once() {
    let mut world = market();
    world.run("create table visits as select few.user_id, n from few, generate_series(1, 40) n where few.id <= 3 order by n; analyze visits");
    let (requests, count) = priced(
        &mut world,
        "select count(name) from visits join users using (user_id)",
    );
    assert_eq!((requests, count.as_deref()), (3, Some("120")));
    world.run(
        "set auth0_fdw.lookup_join = off; set enable_hashjoin = off; set enable_mergejoin = off",
    );
    let plan = world.explain(
        "",
        "select count(name) from visits join users using (user_id)",
    );
    assert!(
        plan.contains("Memoize") && plan.contains("Nested Loop"),
        "{plan}"
    );
    let (requests, count) = priced(
        &mut world,
        "select count(name) from visits join users using (user_id)",
    );
    assert_eq!(
        (requests, count.as_deref()),
        (3, Some("120")),
        "Memoize keeps what a look-up has brought"
    );
}
