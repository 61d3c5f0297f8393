//! What queries cost in requests, beyond what docs/pushdown.md lists: cursors, plans that are kept, narrow selects, what
//! is asked for without pushdown.

use crate::market::{kinds, market, SCAN};
use crate::support::{asked, priced};
use xtask::World;

#[test]
fn a_kept_plan_asks_for_its_own_values() {
    let mut world = market();
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
    let mut world = market();
    assert_eq!(kinds(&mut world, "select name from users limit 250").0, 3);
    let ahead = kinds(
        &mut world,
        "begin; declare c cursor for select name from users; fetch 10 from c; commit",
    )
    .0;
    assert_eq!(ahead, 1);
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
    // The last: pages asked for ahead may still be on their way when it is over.
    let ahead = kinds(&mut world, "begin; declare c cursor for select name from users order by created_at desc; fetch 150 from c; commit").0;
    assert!(
        (2..=6).contains(&ahead),
        "{ahead}: pages are read ahead once a second one is wanted"
    );
}

#[test]
fn counts_cost_one_request_where_the_total_can_be_trusted() {
    let mut world = market();
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
    let mut world = market();
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
    let mut world = market();
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
    let mut world = market();
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
    assert!(error.hint().is_some(), "{error}");
    let error = world.error("select name from users where q = 'blocked:('");
    assert!(
        error.detail().unwrap_or_default().contains("invalid query"),
        "{error} {:?}",
        error.detail()
    );
}
