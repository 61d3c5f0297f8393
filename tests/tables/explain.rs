//! EXPLAIN of objects beside users.

use serde_json::json;
use simulator::Config;
use xtask::World;

#[test]
fn explain_says_what_is_asked_and_asks_nothing() {
    let mut world = World::new(Config {
        users: 2,
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    world.sim.clear_journal();
    for (sql, wanted) in [
        ("select * from roles", "Auth0 Request: GET /api/v2/roles?page=0...&per_page=100"),
        (
            "select * from roles where id = 'rol_1'",
            "Auth0 Request: GET /api/v2/roles/rol_1\n  Auth0 Pushed Exactly: id = 'rol_1'",
        ),
        (
            "select * from roles where name = 'x' and description = 'y'",
            "Auth0 Request: GET /api/v2/roles?name_filter=x&page=0...&per_page=100\n  Auth0 Pushed Wider: name = 'x'\n  Auth0 Local: (description = 'y'::text)",
        ),
        (
            "select * from user_roles where user_id = 'auth0|1'",
            "Auth0 Request: GET /api/v2/users/auth0%7C1/roles?page=0...&per_page=100\n  Auth0 Pushed Exactly: user_id = 'auth0|1'",
        ),
        (
            "select * from user_roles where user_id = any ('{a,b,c}')",
            "Auth0 Request: GET /api/v2/users/a/roles?page=0...&per_page=100 and 2 more lists",
        ),
        (
            "select * from organization_members",
            "Auth0 Request: GET /api/v2/organizations/{organization_id}/members?page=0...&per_page=100&fields=",
        ),
        (
            "select * from organization_members",
            "Auth0 For Each Of: organizations: GET /api/v2/organizations?take=100",
        ),
        (
            "select * from organization_member_roles",
            "Auth0 For Each Of: organization_members: GET /api/v2/organizations/{organization_id}/members?page=0...&per_page=100, for each of organizations: GET /api/v2/organizations?take=100",
        ),
        ("select * from jobs", "Auth0 Request: none: needs a value of id"),
        ("select * from tenant_settings", "Auth0 Request: GET /api/v2/tenants/settings"),
        (
            "select * from logs where type = 'f' and date >= '2024-01-31 00:00+00' order by date desc limit 100",
            "sort=date:-1&q=",
        ),
        ("select * from organizations where name = 'acme'", "Auth0 Request: GET /api/v2/organizations/name/acme"),
        (
            "select * from connections where strategy in ('auth0', 'sms')",
            "Auth0 Request: GET /api/v2/connections?strategy=auth0&strategy=sms&take=100",
        ),
        (
            "select * from roles where id = null",
            "One-Time Filter: false",
        ),
    ] {
        let plan = world.explain("", sql);
        assert!(plan.contains(wanted), "{sql}\n{plan}");
    }
    assert_eq!(world.sim.journal().len(), 0);
    let plan = world.explain(
        "analyze, timing off, summary off",
        "select count(*) from organization_members",
    );
    assert!(plan.contains("Auth0 Calls: "), "{plan}");
}

#[test]
fn joins_with_parents_are_look_up_joins() {
    let mut world = World::new(Config::default());
    world.run(
        "import foreign schema auth0 from server auth0 into public;
         create temp table wanted (user_id text primary key);
         insert into wanted select 'auth0|' || n from generate_series(1, 8) n; analyze wanted",
    );
    let plan = world.explain("", "select * from wanted join user_roles using (user_id)");
    assert!(
        plan.contains("Auth0 Lookup Join") || plan.contains("Nested Loop"),
        "{plan}"
    );
    assert!(plan.contains("GET /api/v2/users/"), "{plan}");
    assert!(!plan.contains("For Each Of"), "{plan}");
}

/// What EXPLAIN prints, with costs.
fn plan(world: &mut World, options: &str, sql: &str) -> String {
    let rows = world.query_text(&format!("explain ({options}timing off, summary off) {sql}"));
    let lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
    lines.join("\n")
}

#[test]
fn a_list_that_is_read_instead_of_look_ups_is_named() {
    let mut world = World::new(Config {
        users: 2,
        ..Config::default()
    });
    for n in 0..143 {
        let role = json!({"id": format!("rol_more{n}"), "name": format!("more {n}")});
        world.sim.put_object(&["roles"], role);
    }
    world.run("import foreign schema auth0 from server auth0 into public; analyze roles");
    let of = |some: i32| {
        format!(
            "select count(*) from roles where id = any (array(select id from roles limit {some}))"
        )
    };
    let before = plan(&mut world, "", &of(12));
    for words in [
        "GET /api/v2/roles/{each of ",
        ", or the list for more than 10}",
    ] {
        assert!(before.contains(words), "{before}");
    }
    let list = "Request: GET /api/v2/roles?page=0...&per_page=100";
    // The one that is given the values comes last.
    let scan_of = |plan: &str| {
        plan.rsplit("Foreign Scan")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let many = plan(&mut world, "analyze, ", &of(12));
    let scan = scan_of(&many);
    assert!(
        scan.contains(list) && scan.contains("Auth0 Calls: 2"),
        "{many}"
    );
    assert!(scan.contains("Auth0 Local: id = ANY ("), "{many}");
    assert!(!scan.contains("Pushed"), "{many}");
    let few = plan(&mut world, "analyze, ", &of(3));
    let scan = scan_of(&few);
    assert!(scan.contains(" and 2 more lists"), "{few}");
    assert!(scan.contains("Auth0 Pushed Exactly: id = ANY ("), "{few}");
    assert!(scan.contains("Auth0 Calls: 3"), "{few}");

    let ids: Vec<String> = (0..11).map(|n| format!("'rol_more{n}'")).collect();
    for (some, request, calls) in [
        (10, "GET /api/v2/roles/rol_more0 and 9 more lists", 10),
        (11, "GET /api/v2/roles?page=0...", 2),
    ] {
        let sql = format!(
            "select * from roles where id in ({})",
            ids[..some].join(",")
        );
        let plan = plan(&mut world, "", &sql);
        assert!(plan.contains(request), "{plan}");
        assert!(
            plan.contains(&format!("Auth0 Estimated Calls: {calls}")),
            "{plan}"
        );
    }
}
