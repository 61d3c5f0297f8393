//! EXPLAIN: asks nobody and needs no credentials unless it is to run the query; every format reads.

use crate::common::{cost, declare, imported};
use serde_json::Value;
use simulator::Config;
use xtask::World;

const REQUEST: &str =
    "GET /api/v2/users?include_totals=true&page=0...&per_page=100&sort=created_at:1";

/// The keys of which whole objects are not wanted.
fn with_fields(fields: &str) -> String {
    format!("{REQUEST}&fields={fields}")
}

#[test]
fn explain_alone_makes_no_call() {
    let mut world = imported(250);
    for options in [
        "",
        "verbose",
        "verbose, settings",
        "format json",
        "format yaml",
        "format xml, verbose",
        "generic",
    ] {
        if options == "generic" {
            world.run("prepare p(text) as select * from users where user_id = $1; set plan_cache_mode = force_generic_plan");
            assert_eq!(cost(&mut world, "explain execute p('x')"), 0);
            continue;
        }
        let options = if options.is_empty() {
            String::new()
        } else {
            format!("({options})")
        };
        for query in [
            "select * from users",
            "select count(*) from users u join users v using (user_id) where u.name like 'A%'",
            "select * from users limit 1",
            "create table t as select * from users",
            "select (select count(*) from users)",
        ] {
            assert_eq!(
                cost(&mut world, &format!("explain {options} {query}")),
                0,
                "{options} {query}"
            );
        }
    }
    assert_eq!(world.sim.open_connections(), 0);
}

#[test]
fn explain_needs_neither_credentials_nor_a_tenant() {
    let mut world = World::new(Config::default());
    world.run("create server nowhere foreign data wrapper auth0_fdw options (domain 'no-such-tenant.invalid')");
    world.run("create foreign table users (user_id text) server nowhere options (object 'users')");
    let plan = world.explain("", "select * from users");
    assert_eq!(
        plan,
        format!(
            "Foreign Scan on users\n  Auth0 Request: {}",
            with_fields("user_id,created_at")
        )
    );
    world.run("prepare p as select * from users");
    assert_eq!(world.error("execute p").code().code(), "28000");
    assert_eq!(
        world
            .error("explain analyze select * from users")
            .code()
            .code(),
        "28000"
    );
    assert_eq!(world.query_text("select * from users where false").len(), 0);
}

#[test]
fn the_text_of_a_plan_reads_well() {
    let mut world = imported(250);
    assert_eq!(
        world.explain("", "select name from users where blocked order by name"),
        format!(
            "Sort\n  Sort Key: name\n  ->  Foreign Scan on users\n        Filter: blocked\n        \
             Auth0 Request: {REQUEST}&q=blocked:true&fields=name,blocked,user_id,created_at\n        \
             Auth0 Pushed Exactly: blocked IS TRUE"
        )
    );
    assert_eq!(
        world.explain("", "select * from users where name like 'A%' and name > 'A' and blocked and logins_count > 3"),
        format!(
            "Foreign Scan on users\n  Filter: (blocked AND (name ~~ 'A%'::text) AND (name > 'A'::text) AND (logins_count > 3))\n  \
             Auth0 Request: {REQUEST}&q=blocked:true AND name:a* AND logins_count:[3 TO *]\n  \
             Auth0 Pushed Exactly: blocked IS TRUE\n  \
             Auth0 Pushed Wider: name LIKE 'A%', logins_count > 3\n  \
             Auth0 Local: (name > 'A'::text)"
        )
    );
    declare(&mut world, "people", "id text options (path 'user_id'), city text options (path 'user_metadata.address.city'), attrs jsonb");
    assert_eq!(
        world.explain("verbose", "select city from people where id > 'a'"),
        format!(
            "Foreign Scan on public.people\n  Output: city\n  Filter: (people.id > 'a'::text)\n  Auth0 Request: {REQUEST}\n  \
             Auth0 Local: (people.id > 'a'::text)\n  Auth0 Keys: user_id, user_metadata\n  Auth0 Concurrency: 4",
            REQUEST = with_fields("user_id,user_metadata,created_at")
        )
    );
    let plan = world.explain("verbose", "select p from people p");
    assert!(
        plan.contains("Auth0 Keys: user_id, user_metadata, (whole object)"),
        "{plan}"
    );
    let plan = world.explain("verbose", "select count(1) from people");
    assert!(plan.contains("Foreign Scan on public.people\n"), "{plan}");
    assert!(
        !plan.contains("Auth0 Keys: \n") && !plan.ends_with("Auth0 Keys: "),
        "an empty line tells nothing: {plan}"
    );
}

/// The scan's own lines of a plan, without the indentation.
fn lines(plan: &str) -> Vec<&str> {
    let lines = plan.lines().map(str::trim);
    lines.filter(|line| line.starts_with("Auth0")).collect()
}

#[test]
fn each_way_of_asking_is_told() {
    let mut world = imported(250);
    world.run("create table orders as select 'auth0|' || i as user_id, 'user' || i || '@example.com' as email from generate_series(1, 40) i; analyze orders");
    let count = "GET /api/v2/users?include_totals=true&page=0&per_page=1&sort=created_at:1";
    for (query, expected) in [
        (
            "select count(*) from users",
            vec![format!("Auth0 Request: {count}&fields=user_id,created_at")],
        ),
        (
            "select count(*) from users where not blocked",
            vec![
                format!("Auth0 Request: {count}&q=blocked:false&fields=user_id,created_at"),
                "Auth0 Pushed Exactly: blocked IS FALSE".into(),
            ],
        ),
        (
            "select * from users where user_id = 'auth0|1'",
            vec![
                "Auth0 Request: GET /api/v2/users/auth0%7C1".into(),
                "Auth0 Pushed Exactly: user_id = 'auth0|1'".into(),
            ],
        ),
        (
            "select user_id, email from users where user_id in ('a', 'b', 'c') and name like 'A%'",
            vec![
                "Auth0 Request: GET /api/v2/users/a?fields=user_id,email,name,created_at and 2 more look-ups".into(),
                "Auth0 Pushed Exactly: user_id = ANY ('a', 'b', 'c')".into(),
                "Auth0 Local: name LIKE 'A%'".into(),
            ],
        ),
        (
            "select * from users where email in ('a@b.com', 'c@d.com')",
            vec![
                "Auth0 Request: GET /api/v2/users-by-email?email=a@b.com and 1 more look-up".into(),
                "Auth0 Pushed Exactly: email = ANY ('a@b.com', 'c@d.com')".into(),
            ],
        ),
        (
            "select * from users where email = ''",
            vec![
                format!("Auth0 Request: {REQUEST}"),
                "Auth0 Local: email = ''".into(),
            ],
        ),
        (
            "select * from users where blocked and user_id = null",
            vec![],
        ),
        (
            "select * from users where user_id = any ('{}'::text[])",
            vec![
                "Auth0 Request: none: no row can match".into(),
                "Auth0 Pushed Exactly: user_id = ANY ()".into(),
            ],
        ),
        (
            "select * from users where created_at >= now() - interval '7 days' order by created_at desc limit 3",
            vec![
                "Auth0 Request: GET /api/v2/users?include_totals=true&page=0...&per_page=100&sort=created_at:-1&q=created_at:[(now() - '7 days'::interval) TO *]".into(),
                "Auth0 Pushed Wider: created_at >= (now() - '7 days'::interval)".into(),
            ],
        ),
        (
            "select attrs from users where blocked order by updated_at limit 3 offset 4",
            vec![
                "Auth0 Request: GET /api/v2/users?include_totals=true&page=0...&per_page=7&sort=updated_at:1&q=blocked:true".into(),
                "Auth0 Pushed Exactly: blocked IS TRUE".into(),
            ],
        ),
        (
            "select attrs from users where q = 'name:a*' and blocked",
            vec![
                format!("Auth0 Request: {REQUEST}&q=(name:a*) AND blocked:true"),
                "Auth0 Pushed Exactly: blocked IS TRUE, q = 'name:a*'".into(),
            ],
        ),
        (
            "select users.* from orders join users using (user_id)",
            vec![
                "Auth0 Request: GET /api/v2/users/{each of the outer rows' keys, or searches for more than 10}".into(),
                "Auth0 Pushed Exactly: user_id = ANY (the outer rows' keys)".into(),
            ],
        ),
        (
            "select (select u.attrs from users u where u.email = o.email limit 1) from orders o",
            vec![
                "Auth0 Request: GET /api/v2/users-by-email?email=$0".into(),
                "Auth0 Pushed Exactly: email = $0".into(),
            ],
        ),
    ] {
        world.sim.clear_journal();
        let plan = world.explain("", query);
        assert_eq!(lines(&plan), expected, "{query}\n{plan}");
        assert_eq!(world.sim.journal().len(), 0);
        world.run("set auth0_fdw.pushdown = off");
        let plan = world.explain("", query);
        if plan.contains("Foreign Scan") && !query.contains("q = ") {
            let local: Vec<&str> = lines(&plan);
            assert_eq!(local[0], format!("Auth0 Request: {REQUEST}"), "{query}\n{plan}");
            assert!(!plan.contains("Auth0 Pushed"), "{query}\n{plan}");
        }
        world.run("reset auth0_fdw.pushdown");
    }
    let plan = world.explain("", "select count(*) from users u");
    assert!(
        plan.starts_with("Foreign Scan\n  Relations: Aggregate on (u)\n"),
        "{plan}"
    );
}

#[test]
fn lists_are_lists_in_formats_that_have_them() {
    let mut world = imported(250);
    let query = "select attrs from users where blocked and not email_verified and name like 'A%' and name > 'A'";
    let json = world
        .value(&format!("explain (format json) {query}"))
        .unwrap();
    let plan: Value = serde_json::from_str(&json).expect("JSON");
    let scan = find(&plan).expect("a foreign scan");
    assert_eq!(
        scan["Auth0 Pushed Exactly"],
        serde_json::json!(["blocked IS TRUE", "email_verified IS FALSE"])
    );
    assert_eq!(
        scan["Auth0 Pushed Wider"],
        serde_json::json!(["name LIKE 'A%'"])
    );
    assert_eq!(
        scan["Auth0 Local"],
        serde_json::json!(["(name > 'A'::text)"])
    );
    assert!(scan["Auth0 Estimated Calls"].is_u64(), "{scan}");
    let yaml = world
        .value(&format!("explain (format yaml) {query}"))
        .unwrap();
    assert!(
        yaml.contains("Auth0 Pushed Exactly: \n      - \"blocked IS TRUE\"\n      - \"email_verified IS FALSE\"\n"),
        "{yaml}"
    );
}

#[test]
fn analyze_tells_what_the_scan_has_cost() {
    let mut world = imported(250);
    world.sim.clear_journal();
    let plan = world.explain("analyze, timing off, summary off", "select name from users");
    assert!(
        plan.contains("Foreign Scan on users (actual rows=250"),
        "{plan}"
    );
    assert!(
        plan.contains("  Auth0 Calls: 3\n  Auth0 Rows: 250\n  Auth0 Retries: 0\n  Auth0 Bytes: "),
        "{plan}"
    );
    assert!(!plan.contains("Wait Time"), "{plan}");
    assert_eq!(world.sim.journal().len(), 3);
    let plan = world.explain("analyze", "select name from users limit 1");
    assert!(
        plan.contains("Auth0 Calls: 1")
            && plan.contains("Auth0 Wait Time: ")
            && plan.contains(" ms"),
        "{plan}"
    );
    let plan = world.explain("analyze", "select name from users limit 0");
    assert!(
        plan.contains("Auth0 Calls: 0") && plan.contains("never executed"),
        "{plan}"
    );
}

#[test]
fn analyze_counts_every_run_of_an_inner_side() {
    let mut world = imported(250);
    world.run("set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off; set work_mem = '64kB'");
    world.sim.clear_journal();
    let plan = world.explain(
        "analyze, timing off, summary off",
        "select * from generate_series(1, 3) n left join users on logins_count = n",
    );
    assert!(plan.contains("loops=3"), "{plan}");
    assert!(plan.contains("Auth0 Calls: 9"), "{plan}");
    assert_eq!(world.sim.journal().len(), 9);
}

#[test]
fn every_format_is_well_formed() {
    let mut world = imported(250);
    for options in [
        "",
        ", verbose",
        ", analyze",
        ", analyze, verbose, buffers, wal",
    ] {
        for (query, request) in [
            (
                "select count(*) from users where name <> '<&\"'",
                with_fields("name,user_id,created_at"),
            ),
            (
                "select * from users where name = '<&\"'",
                format!("{REQUEST}&q=name:\"<&\\\"\""),
            ),
            (
                "select a.attrs, b.attrs from users a join users b on a.name = b.name limit 3",
                REQUEST.to_owned(),
            ),
        ] {
            let text = world
                .value(&format!("explain (format json{options}) {query}"))
                .unwrap();
            let plan: Value = serde_json::from_str(&text).expect("JSON");
            let scan = find(&plan).expect("a foreign scan");
            assert_eq!(scan["Auth0 Request"], request);
            if options.contains("analyze") {
                assert!(
                    scan["Auth0 Calls"].as_u64().is_some_and(|calls| calls > 0),
                    "{scan}"
                );
                assert!(
                    scan["Auth0 Wait Time"].is_number() && scan["Auth0 Bytes"].is_number(),
                    "{scan}"
                );
            } else {
                assert!(scan.get("Auth0 Calls").is_none());
            }
            let text = world
                .value(&format!("explain (format xml{options}) {query}"))
                .unwrap();
            let quoted = text.replace('\'', "''");
            assert_eq!(
                world.value(&format!("select xml_is_well_formed_document('{quoted}')")),
                Some("t".into()),
                "{text}"
            );
            let text = world
                .value(&format!("explain (format yaml{options}) {query}"))
                .unwrap();
            assert!(
                text.contains(&format!("Auth0 Request: {}\n", Value::from(request))),
                "{text}"
            );
        }
    }
}

/// The first foreign scan of a plan.
fn find(plan: &Value) -> Option<&Value> {
    match plan {
        Value::Array(items) => items.iter().find_map(find),
        Value::Object(node) if node.get("Node Type").is_some_and(|ty| ty == "Foreign Scan") => {
            Some(plan)
        }
        Value::Object(node) => node.values().find_map(find),
        _ => None,
    }
}
