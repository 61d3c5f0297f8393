//! What EXPLAIN says is so: nothing is asked without ANALYZE, and with it the figures are the journal's; in every format.

use crate::support::{shop, LIST};
use serde_json::Value;

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
    let mut world = shop(1500);
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
    let mut world = shop(1500);
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
    let mut world = shop(1500);
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
