//! EXPLAIN says what is asked: look-ups, searches, windows, joins, counts, lists; and with ANALYZE what the journal says.

use crate::support::{tenant, tenant_of};
use serde_json::Value;
use simulator::Config;
use xtask::World;

const LIST: &str = "GET /api/v2/users?include_totals=true&page=0...&per_page=100";

/// The plan of a query as EXPLAIN prints it.
#[track_caller]
fn golden(world: &mut World, sql: &str, plan: &str) {
    assert_eq!(world.explain("", sql), plan, "{sql}");
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
    golden(
        &mut world,
        "select name from users where user_id = any (array(select user_id from orders))",
        "Foreign Scan on users\n  \
           Filter: (user_id = ANY ($0))\n  \
           Auth0 Request: GET /api/v2/users/{each of $0, or searches for more than 10}?fields=user_id,name,created_at\n  \
           Auth0 Pushed Exactly: user_id = ANY ($0)\n  \
           InitPlan 1 (returns $0)\n    \
             ->  Seq Scan on orders",
    );
}

/// A tenant of 1,500 users, whose number the session knows, and five orders.
fn shop() -> World {
    let mut world = tenant_of(1500);
    world.query_text("select from users");
    world.run("create table orders as select row_number() over ()::int as id, user_id from users limit 5; analyze orders");
    world
}

#[test]
fn joins() {
    let mut world = shop();
    let scan = "Foreign Scan on users\n        \
                  Auth0 Request: GET /api/v2/users/{each of the outer rows' keys, or searches for more than 10}?fields=user_id,name,created_at\n        \
                  Auth0 Pushed Exactly: user_id = ANY (the outer rows' keys)";
    for (join, kind) in [("join", "Inner"), ("left join", "Left")] {
        golden(
            &mut world,
            &format!("select id, name from orders {join} users using (user_id)"),
            &format!(
                "Custom Scan (Auth0 Lookup Join)\n  Join Type: {kind}\n  Join Cond: (orders.user_id = users.user_id)\n  ->  Seq Scan on orders\n  ->  {scan}"
            ),
        );
    }
    world.run("set auth0_fdw.lookup_join = off");
    golden(
        &mut world,
        "select id, name from orders join users using (user_id)",
        "Nested Loop\n  \
           ->  Seq Scan on orders\n  \
           ->  Foreign Scan on users\n        \
                 Filter: (orders.user_id = user_id)\n        \
                 Auth0 Request: GET /api/v2/users/orders.user_id?fields=user_id,name,created_at\n        \
                 Auth0 Pushed Exactly: user_id = orders.user_id",
    );
}

/// The foreign scans of a plan in JSON.
fn scans(plan: &Value) -> Vec<&Value> {
    match plan {
        Value::Array(items) => items.iter().flat_map(scans).collect(),
        Value::Object(node) => {
            let own = node.get("Node Type").is_some_and(|ty| ty == "Foreign Scan");
            own.then_some(plan)
                .into_iter()
                .chain(node.values().flat_map(scans))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Queries of every kind.
const QUERIES: [&str; 13] = [
    "select * from users where user_id = 'auth0|1'",
    "select * from users where user_id in ('auth0|1', 'auth0|2', 'auth0|3')",
    "select name from users where email = 'ann@example.com' and blocked",
    "select name from users where name = 'Ada Li' or blocked",
    "select name from users",
    "select name from users order by created_at desc limit 150",
    "select count(*) from users where blocked",
    "select count(*) from users where last_login is not null",
    "select exists (select from users where not blocked)",
    "select id, name from orders join users using (user_id)",
    "select id, (select name from users where users.user_id = orders.user_id) from orders",
    "select name from users where user_id = any (array(select 'auth0|' || left(md5(n::text), 24) from generate_series(1, 200) n))",
    "select count(*) from users a join users b on a.created_at = b.created_at",
];

#[test]
fn analyze_says_what_the_journal_says() {
    let mut world = shop();
    for sql in QUERIES {
        world.sim.clear_journal();
        let text = world
            .value(&format!("explain (analyze, format json) {sql}"))
            .expect("a plan");
        let journal = world.sim.journal();
        let plan: Value = serde_json::from_str(&text).expect("JSON");
        let scans = scans(&plan);
        let sum = |label: &str| {
            scans
                .iter()
                .map(|scan| {
                    scan[label]
                        .as_u64()
                        .unwrap_or_else(|| panic!("{label}: {scan}"))
                })
                .sum::<u64>()
        };
        assert_eq!(sum("Auth0 Calls"), journal.len() as u64, "{sql}\n{text}");
        assert_eq!(sum("Auth0 Retries"), 0, "{sql}");
        assert!(sum("Auth0 Bytes") > 0, "{sql}");
        assert!(
            scans.iter().all(|scan| scan["Auth0 Wait Time"].is_number()),
            "{text}"
        );
        let requests: Vec<&str> = scans
            .iter()
            .filter_map(|scan| scan["Auth0 Request"].as_str())
            .collect();
        assert!(
            requests
                .iter()
                .all(|request| request.starts_with("GET /api/v2/users")),
            "{requests:?}"
        );
    }
}

#[test]
fn explain_alone_asks_nobody_and_needs_no_credentials() {
    let mut world = shop();
    world.run(
        "create server nowhere foreign data wrapper auth0_fdw options (domain 'no-such-tenant.invalid');
         create schema bare; import foreign schema auth0 from server nowhere into bare",
    );
    for path in ["public", "bare, public"] {
        world.run(&format!("set search_path = {path}"));
        for sql in QUERIES {
            for options in [
                "verbose",
                "format json",
                "format yaml, verbose",
                "format xml",
                "costs off, settings",
            ] {
                world.sim.clear_journal();
                let rows = world.query_text(&format!("explain ({options}) {sql}"));
                assert!(!rows.is_empty());
                assert!(world.sim.journal().is_empty(), "explain ({options}) {sql}");
            }
        }
    }
    assert_eq!(
        world
            .error("select * from users where user_id = 'x'")
            .code()
            .code(),
        "28000"
    );
}

#[test]
fn every_format_has_the_same_properties() {
    let mut world = shop();
    let sql =
        "select name from users where not blocked and name ilike 'Ada%' and length(nickname) > 3";
    let text = world
        .value(&format!("explain (format json) {sql}"))
        .expect("a plan");
    let plan: Value = serde_json::from_str(&text).expect("JSON");
    let scan = scans(&plan)[0];
    assert_eq!(
        scan["Auth0 Pushed Exactly"],
        serde_json::json!(["blocked IS FALSE"])
    );
    assert_eq!(
        scan["Auth0 Pushed Wider"],
        serde_json::json!(["name ILIKE 'Ada%'"])
    );
    assert_eq!(
        scan["Auth0 Local"],
        serde_json::json!(["(length(nickname) > 3)"])
    );
    assert!(scan["Auth0 Estimated Calls"].is_u64(), "{scan}");
    let request = scan["Auth0 Request"].as_str().expect("a request");
    assert_eq!(request, format!("{LIST}&sort=created_at:1&q=blocked:false AND name:ada*&fields=name,nickname,blocked,user_id,created_at"));
    let yaml = world
        .value(&format!("explain (format yaml) {sql}"))
        .expect("a plan");
    assert!(
        yaml.contains(&format!("Auth0 Request: \"{request}\"")),
        "{yaml}"
    );
    assert!(
        yaml.contains("Auth0 Pushed Exactly: \n      - \"blocked IS FALSE\""),
        "{yaml}"
    );
    let xml = world
        .value(&format!("explain (format xml) {sql}"))
        .expect("a plan");
    assert!(
        xml.contains("<Auth0-Pushed-Exactly>\n        <Item>blocked IS FALSE</Item>"),
        "{xml}"
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
