//! EXPLAIN: asks nobody and needs no credentials unless it is to run the query; every format reads.

use crate::common::{cost, declare, imported};
use serde_json::Value;
use simulator::Config;
use xtask::World;

/// The request for all users.
pub const REQUEST: &str =
    "GET /api/v2/users?include_totals=true&page=0...&per_page=100&sort=created_at:1";

/// The request where whole objects are not wanted.
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
pub fn find(plan: &Value) -> Option<&Value> {
    match plan {
        Value::Array(items) => items.iter().find_map(find),
        Value::Object(node) if node.get("Node Type").is_some_and(|ty| ty == "Foreign Scan") => {
            Some(plan)
        }
        Value::Object(node) => node.values().find_map(find),
        _ => None,
    }
}
