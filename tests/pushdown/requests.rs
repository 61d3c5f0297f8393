//! What queries cost in requests, beyond what docs/pushdown.md lists: joins on both sides of the line, nested loops,
//! cursors, plans that are kept, what is asked for without pushdown.

use crate::support::{asked, priced, tenant_of};
use xtask::World;

/// A tenant of 2,500 users, whose number the session knows, and local tables: `few` and `many` name users, `strangers`
/// names 5,000 who are none.
fn shop() -> World {
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
fn kinds(world: &mut World, sql: &str) -> (usize, usize, usize) {
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
const SCAN: usize = 30;

#[test]
fn the_join_that_needs_fewer_requests_is_taken() {
    let mut world = shop();
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
    let mut world = shop();
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
    let mut world = shop();
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
    let mut world = shop();
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
    let mut world = shop();
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

#[test]
fn a_kept_plan_asks_for_its_own_values() {
    let mut world = shop();
    world.run("set plan_cache_mode = force_generic_plan");
    world.run("prepare one (text) as select name from users where user_id = $1");
    world.run("prepare several (text[]) as select name from users where user_id = any ($1)");
    world.run("prepare since (timestamptz) as select count(*) from users where created_at >= $1");
    for n in 0..7 {
        assert_eq!(
            asked(&mut world, &format!("execute one ('auth0|{n}')")),
            format!("GET /api/v2/users/auth0|{n}")
        );
        assert_eq!(
            kinds(&mut world, &format!("execute several ('{{a{n},b{n}}}')")),
            (2, 2, 0)
        );
    }
    let ids: Vec<String> = (0..80)
        .map(|n| format!("auth0|0123456789abcdef012345{n}"))
        .collect();
    assert_eq!(
        kinds(
            &mut world,
            &format!("execute several ('{{{}}}')", ids.join(","))
        ),
        (2, 0, 2)
    );
    assert_eq!(kinds(&mut world, "execute several ('{}')").0, 0);
    assert_eq!(kinds(&mut world, "execute several (null)").0, 0);
    assert!(asked(&mut world, "execute since ('2024-11-01')")
        .contains("q=created_at:[2024-11-01T00:00:00.000Z TO *]"));
    world.run(
        "create function name_of(id text) returns text language plpgsql as $$
         begin return (select name from users where user_id = id); end $$",
    );
    assert_eq!(
        kinds(&mut world, "select name_of(user_id) from few"),
        (5, 5, 0)
    );
}

#[test]
fn who_stops_early_asks_no_further() {
    let mut world = shop();
    assert_eq!(kinds(&mut world, "select name from users limit 250").0, 3);
    let ahead = kinds(
        &mut world,
        "begin; declare c cursor for select name from users; fetch 10 from c; commit",
    )
    .0;
    assert_eq!(ahead, 1);
    let ahead = kinds(&mut world, "begin; declare c cursor for select name from users order by created_at desc; fetch 150 from c; commit").0;
    assert!(
        (2..=6).contains(&ahead),
        "{ahead}: pages are read ahead once a second one is wanted"
    );
    assert_eq!(kinds(&mut world, "select exists (select from users)").0, 1);
    assert_eq!(kinds(&mut world, "select name from users limit 0").0, 0);
    assert_eq!(
        kinds(
            &mut world,
            "select name from users order by created_at desc limit 100"
        )
        .0,
        1
    );
    assert_eq!(
        kinds(
            &mut world,
            "select name from users order by updated_at offset 100 limit 100"
        )
        .0,
        2
    );
    assert_eq!(kinds(&mut world, "select min(created_at) from users").0, 1);
    let (requests, newest) = priced(
        &mut world,
        "select max(created_at) = (select max(created_at) from everybody) from users",
    );
    assert_eq!((requests, newest.as_deref()), (1, Some("t")));
    for first in [1, 60, 100] {
        let sql = format!("select user_id from users where email_verified limit {first}");
        assert_eq!(kinds(&mut world, &sql).0, 1, "{sql}");
    }
}

#[test]
fn counts_cost_one_request_where_the_total_can_be_trusted() {
    let mut world = shop();
    for condition in [
        "blocked",
        "not blocked",
        "last_login is null and email_verified",
        "blocked and blocked is not null",
        "phone_verified is not false and blocked",
    ] {
        let (requests, count) = priced(
            &mut world,
            &format!("select count(*) from users where {condition}"),
        );
        assert_eq!(requests, 1, "{condition}");
        world.run("set auth0_fdw.pushdown = off");
        assert_eq!(
            world.value(&format!("select count(*) from users where {condition}")),
            count,
            "{condition}"
        );
        world.run("reset auth0_fdw.pushdown");
    }
    // Auth0 says 1000 here, which means "or more".
    let (requests, count) = priced(&mut world, "select count(*) from users");
    assert_eq!(count.as_deref(), Some("2500"));
    assert!(requests <= SCAN, "{requests}");
    world.sim.configure(|config| config.total_cap = None);
    let (requests, count) = priced(&mut world, "select count(*) from users");
    assert_eq!((requests, count.as_deref()), (1, Some("2500")));
}

#[test]
fn only_the_columns_that_are_read() {
    let mut world = shop();
    let fields = |world: &mut World, sql: &str| {
        world.sim.clear_journal();
        world.run(sql);
        let journal = world.sim.journal();
        let mut names: Vec<&str> = journal[0]
            .param("fields")
            .map(|names| names.split(',').collect())
            .unwrap_or_default();
        names.sort_unstable();
        names.join(",")
    };
    assert_eq!(
        fields(&mut world, "select name from users limit 1"),
        "created_at,name,user_id"
    );
    assert_eq!(
        fields(
            &mut world,
            "select nickname from users where blocked limit 1"
        ),
        "blocked,created_at,nickname,user_id"
    );
    assert_eq!(
        fields(&mut world, "select name from users where user_id = 'x'"),
        "created_at,name,user_id"
    );
    assert_eq!(
        fields(&mut world, "select * from users limit 1"),
        "",
        "the whole object is wanted"
    );
    assert_eq!(fields(&mut world, "select attrs from users limit 1"), "");
    assert_eq!(fields(&mut world, "select u from users u limit 1"), "");
    // One user is read with a list of fields that the API checks, and these are not on it.
    assert_eq!(
        fields(
            &mut world,
            "select last_password_reset from users where user_id = 'x'"
        ),
        ""
    );
    assert_eq!(
        fields(
            &mut world,
            "select phone_verified from users where email = 'x@example.com'"
        ),
        ""
    );
    world
        .run("alter foreign table users add city text options (path 'user_metadata.address.city')");
    assert_eq!(
        fields(&mut world, "select city from users limit 1"),
        "created_at,user_id,user_metadata"
    );
    world.run("set auth0_fdw.pushdown = off");
    assert_eq!(fields(&mut world, "select name from users limit 1"), "");
}

#[test]
fn without_pushdown_everything_is_asked_for() {
    let mut world = shop();
    world.run("set auth0_fdw.pushdown = off");
    for sql in [
        "select name from users where user_id = 'x'",
        "select name from users where blocked order by created_at",
        "select count(*) from users where blocked",
        "select id, name from few join users using (user_id)",
    ] {
        let lines = asked(&mut world, sql);
        assert!(
            !lines.contains("blocked") && !lines.contains("users/") && !lines.contains("by-email"),
            "{sql}: {lines}"
        );
        let requests = lines.lines().count();
        assert!((25..=SCAN).contains(&requests), "{sql}: {requests}");
    }
    // A search in the API's own language means nothing without it.
    assert_eq!(
        asked(
            &mut world,
            "select name from users where q = 'blocked:true' and name <> 'x'"
        ),
        "GET /api/v2/users?q=blocked:true&page=0&per_page=100&sort=created_at:1"
    );
}

#[test]
fn a_search_in_the_apis_own_words() {
    let mut world = shop();
    let (requests, count) = priced(&mut world, "select count(*) from users where q = 'blocked:true OR name:a*' and logins_count > 100 and length(name) > 3");
    world.run("reset auth0_fdw.pushdown");
    let (_, expected) = priced(&mut world, "select count(*) from users where (blocked or name ilike 'a%') and logins_count > 100 and length(name) > 3");
    assert_eq!(count, expected);
    assert!(requests < 4, "{requests}");
    assert!(asked(
        &mut world,
        "select name from users where q = 'blocked:true OR name:a*' and logins_count > 390"
    )
    .starts_with(
        "GET /api/v2/users?q=(blocked:true OR name:a*) AND logins_count:[390 TO *]&page=0"
    ));
    assert_eq!(
        world.value("select distinct q from users where q = 'blocked:true'"),
        Some("blocked:true".into())
    );
    let error = world.error("select name from users where q like 'blocked%'");
    assert_eq!(error.hint().is_some(), true, "{error}");
    let error = world.error("select name from users where q = 'blocked:('");
    assert!(
        error.detail().unwrap_or_default().contains("invalid query"),
        "{error} {:?}",
        error.detail()
    );
}
