//! EXPLAIN says what is asked: look-ups, searches, windows, joins, counts, lists.

use crate::support::{shop, tenant, tenant_of, LIST};
use simulator::Config;
use xtask::World;

/// The plan of a query as EXPLAIN prints it.
#[track_caller]
fn golden(world: &mut World, sql: &str, plan: &str) {
    assert_eq!(world.explain("", sql), plan, "{sql}");
}

/// The major version of Postgres.
fn version(world: &mut World) -> i32 {
    let number = world.value("select current_setting('server_version_num')::int / 10000");
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn look_ups() {
    let mut world = tenant_of(5);
    golden(
        &mut world,
        "select name from users where user_id = 'auth0|1' and blocked",
        "Foreign Scan on users\n  \
           Filter: (blocked AND (user_id = 'auth0|1'::text))\n  \
           Auth0 Request: GET /api/v2/users/auth0%7C1?fields=user_id,name,blocked,created_at\n  \
           Auth0 Pushed Exactly: user_id = 'auth0|1'\n  \
           Auth0 Local: blocked IS TRUE",
    );
    golden(
        &mut world,
        "select name from users where email in ('a@example.com', 'b@example.com')",
        "Foreign Scan on users\n  \
           Filter: (email = ANY ('{a@example.com,b@example.com}'::text[]))\n  \
           Auth0 Request: GET /api/v2/users-by-email?email=a@example.com&fields=email,name,user_id,created_at and 1 more look-up\n  \
           Auth0 Pushed Exactly: email = ANY ('a@example.com', 'b@example.com')",
    );
    world.run("prepare p (text) as select * from users where user_id = $1; set plan_cache_mode = force_generic_plan");
    golden(
        &mut world,
        "execute p ('x')",
        "Foreign Scan on users\n  \
           Filter: (user_id = $1)\n  \
           Auth0 Request: GET /api/v2/users/$1\n  \
           Auth0 Pushed Exactly: user_id = $1",
    );
}

#[test]
fn searches_and_what_is_left() {
    let mut world = tenant_of(5);
    golden(
        &mut world,
        "select user_id from users where name like 'Ada%' and not blocked and length(nickname) > 3",
        &format!(
            "Foreign Scan on users\n  \
               Filter: ((NOT blocked) AND (name ~~ 'Ada%'::text) AND (length(nickname) > 3))\n  \
               Auth0 Request: {LIST}&sort=created_at:1&q=blocked:false AND name:ada*&fields=user_id,name,nickname,blocked,created_at\n  \
               Auth0 Pushed Exactly: blocked IS FALSE\n  \
               Auth0 Pushed Wider: name LIKE 'Ada%'\n  \
               Auth0 Local: (length(nickname) > 3)"
        ),
    );
    golden(
        &mut world,
        "select user_id from users where last_login > now() - interval '7 days'",
        &format!(
            "Foreign Scan on users\n  \
               Filter: (last_login > (now() - '7 days'::interval))\n  \
               Auth0 Request: {LIST}&sort=created_at:1&q=last_login:[(now() - '7 days'::interval) TO *]&fields=user_id,last_login,created_at\n  \
               Auth0 Pushed Wider: last_login > (now() - '7 days'::interval)"
        ),
    );
    golden(
        &mut world,
        "select user_id from users where blocked order by created_at desc limit 3",
        "Limit\n  \
           ->  Foreign Scan on users\n        \
                 Filter: blocked\n        \
                 Auth0 Request: GET /api/v2/users?include_totals=true&page=0...&per_page=3&sort=created_at:-1&q=blocked:true&fields=user_id,created_at,blocked\n        \
                 Auth0 Pushed Exactly: blocked IS TRUE",
    );
}

#[test]
fn counts() {
    let mut world = tenant_of(5);
    golden(
        &mut world,
        "select count(*) from users where blocked is not true",
        "Foreign Scan\n  \
           Relations: Aggregate on (users)\n  \
           Auth0 Request: GET /api/v2/users?include_totals=true&page=0&per_page=1&sort=created_at:1&q=NOT blocked:true&fields=user_id,created_at\n  \
           Auth0 Pushed Exactly: blocked IS NOT TRUE",
    );
}

#[test]
fn windows() {
    let mut world = tenant_of(1500);
    world.query_text("select from users");
    golden(
        &mut world,
        "select user_id from users",
        &format!("Foreign Scan on users\n  Auth0 Request: {LIST}&sort=created_at:1&fields=user_id,created_at\n  Auth0 Windows: of 1000 rows, by created_at"),
    );
}

#[test]
fn lists() {
    let mut world = tenant_of(5);
    let ids: Vec<String> = (100..160)
        .map(|n| format!("'auth0|0123456789abcdef01234{n}'"))
        .collect();
    let plan = world.explain(
        "",
        &format!(
            "select name from users where user_id in ({})",
            ids.join(",")
        ),
    );
    let request = plan
        .lines()
        .find(|line| line.contains("Auth0 Request"))
        .expect("a request");
    assert!(
        request.contains(r#"&q=user_id:("auth0|0123456789abcdef01234100" OR "auth0"#),
        "{request}"
    );
    assert!(request.ends_with(" and 1 more search"), "{request}");
    assert!(plan.ends_with(
        "Auth0 Pushed Exactly: user_id = ANY ('auth0|0123456789abcdef01234100', 'auth0|0123456789abcdef01234101', 'auth0|0123456789abcdef01234102', ...)"
    ), "{plan}");
    world.run("create table orders as select user_id from users; analyze orders");
    // Postgres calls a subquery's result so from version 17 on.
    let (result, subquery) = if version(&mut world) >= 17 {
        ("(InitPlan 1).col1", "InitPlan 1")
    } else {
        ("$0", "InitPlan 1 (returns $0)")
    };
    golden(
        &mut world,
        "select name from users where user_id = any (array(select user_id from orders))",
        &format!(
            "Foreign Scan on users\n  \
               Filter: (user_id = ANY ({result}))\n  \
               Auth0 Request: GET /api/v2/users/{{each of {result}, or searches for more than 10}}?fields=user_id,name,created_at\n  \
               Auth0 Pushed Exactly: user_id = ANY ({result})\n  \
               {subquery}\n    \
                 ->  Seq Scan on orders"
        ),
    );
}

#[test]
fn joins() {
    let mut world = shop(1500);
    let scan = "Foreign Scan on users\n        \
                  Auth0 Request: GET /api/v2/users/{each of the outer rows' keys, or searches for more than 10}?fields=user_id,name,created_at\n        \
                  Auth0 Pushed Exactly: user_id = ANY (the outer rows' keys)";
    // From version 17 on Postgres writes an equality that it has derived itself the other way round.
    let (derived, filter) = match version(&mut world) {
        ..17 => ("orders.user_id = users.user_id", "orders.user_id = user_id"),
        17.. => ("users.user_id = orders.user_id", "user_id = orders.user_id"),
    };
    for (join, kind, on) in [
        ("join", "Inner", derived),
        ("left join", "Left", "orders.user_id = users.user_id"),
    ] {
        golden(
            &mut world,
            &format!("select id, name from orders {join} users using (user_id)"),
            &format!(
                "Custom Scan (Auth0 Lookup Join)\n  Join Type: {kind}\n  Join Cond: ({on})\n  ->  Seq Scan on orders\n  ->  {scan}"
            ),
        );
    }
    world.run("set auth0_fdw.lookup_join = off");
    golden(
        &mut world,
        "select id, name from orders join users using (user_id)",
        &format!(
            "Nested Loop\n  \
               ->  Seq Scan on orders\n  \
               ->  Foreign Scan on users\n        \
                     Filter: ({filter})\n        \
                     Auth0 Request: GET /api/v2/users/orders.user_id?fields=user_id,name,created_at\n        \
                     Auth0 Pushed Exactly: user_id = orders.user_id"
        ),
    );
}

#[test]
fn what_a_value_makes_of_it_is_what_is_shown() {
    let mut world = tenant(Config {
        users: 5,
        ..Config::default()
    });
    // A text that no search can say for sure is left to Postgres, and so it is told.
    let plan = world.explain("", "select name from users where name = ' x'");
    assert!(
        !plan.contains("&q=") && plan.contains("Auth0 Local: name = ' x'"),
        "{plan}"
    );
    let plan = world.explain("", "select name from users where user_id = any ('{}')");
    assert!(
        plan.contains("Auth0 Request: none: no row can match"),
        "{plan}"
    );
    world.run("set auth0_fdw.pushdown = off");
    let plan = world.explain(
        "",
        "select name from users where user_id = 'x' and blocked order by created_at",
    );
    assert!(
        !plan.contains("Pushed") && !plan.contains("fields=") && plan.contains("Sort"),
        "{plan}"
    );
    assert!(
        plan.contains("Auth0 Local: blocked, (user_id = 'x'::text)"),
        "{plan}"
    );
}
