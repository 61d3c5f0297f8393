//! EXPLAIN of each way of asking: the request, what of the conditions it asks, and what it leaves.

use crate::common::imported;
use crate::explain::{find, REQUEST};
use serde_json::Value;

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
