//! The usual policy written, and what `auth0.check_policies()` finds.

use crate::support::{world, Role};

#[test]
fn only_columns_of_text() {
    let mut world = world();
    world.run("create table t (\"Odd owner\" text, id uuid, n int, v varchar(80), c varchar)");
    for (column, code) in [
        ("id", "22023"),
        ("n", "22023"),
        ("nothing", "42704"),
        ("ctid", "42704"),
    ] {
        assert_eq!(
            world
                .error(&format!(
                    "select auth0.enable_owner_policy('t', '{column}')"
                ))
                .code()
                .code(),
            code,
            "{column}"
        );
    }
    assert!(world
        .error("select auth0.enable_owner_policy('t', 'id')")
        .hint()
        .unwrap()
        .contains("auth0|"));
    for column in ["Odd owner", "v", "c"] {
        world.run(&format!(
            "select auth0.enable_owner_policy('t', '{column}')"
        ));
    }
    assert_eq!(
        world
            .value("select count(*) from auth0.check_policies()")
            .as_deref(),
        Some("0")
    );
    // With the rights of whoever calls.
    let app = Role::new(&world, "app", "");
    let mut sql = world.db.connect_as(&app.name);
    assert_eq!(
        xtask::world::error(&mut sql, "select auth0.enable_owner_policy('t', 'v')")
            .code()
            .code(),
        "42501"
    );
}

#[test]
fn policies_that_run_per_row() {
    let mut world = world();
    world.run("create table t (owner text, org text, team int); create table teams (id int, owner text); alter table t enable row level security");
    let per_row = |world: &mut xtask::World, using: &str| {
        world.run(&format!(
            "drop policy if exists p on t; create policy p on t using ({using})"
        ));
        world
            .value("select count(*) from auth0.check_policies()")
            .as_deref()
            == Some("1")
    };
    for slow in [
        "owner = auth0.user_id()",
        "auth0.has_permission('x')",
        "owner = (select auth0.user_id()) or auth0.has_role('admin')",
        "owner = (select auth0.user_id() || t.org)",
        "exists (select from teams where id = team and teams.owner = auth0.user_id())",
        "owner = coalesce(auth0.claim('x {SUBLINK } :funcid 1'), 'y')",
        "auth0.user_id() in (select teams.owner from teams)",
        "case when team > 0 then owner = auth0.user_id() end",
    ] {
        assert!(per_row(&mut world, slow), "{slow}");
    }
    for fast in [
        "owner = (select auth0.user_id())",
        "(select auth0.has_permission('x'))",
        "owner = (select auth0.user_id()) or (select auth0.has_role('admin'))",
        "team in (select id from teams where teams.owner = (select auth0.user_id()))",
        "team in (select id from teams where teams.owner = auth0.user_id())",
        "exists (select from teams where id = team and teams.owner = (select auth0.user_id()))",
        "owner = (select auth0.claim('x {QUERY } :varlevelsup 1'))",
        "owner = current_user",
    ] {
        assert!(!per_row(&mut world, fast), "{fast}");
    }
    world.run(
        "drop policy p on t; create policy q on t for insert with check (owner = auth0.user_id())",
    );
    assert_eq!(world.value("select policy || ': ' || advice from auth0.check_policies()").as_deref(),
        Some("q: Write each call as a subquery, such as (SELECT auth0.user_id()): it is then run once."));
}

#[test]
fn views_that_go_round_them() {
    let mut world = world();
    world.run(
        "create table t (owner text); select auth0.enable_owner_policy('t', 'owner'); create table plain (a int);
         create view bare as select * from t; create view over_bare as select count(*) from bare;
         create view harmless as select * from plain; create materialized view kept as select * from t",
    );
    let found = |world: &mut xtask::World| -> Vec<String> {
        let rows = world.query_text("select object from auth0.check_policies()");
        rows.into_iter().flatten().flatten().collect()
    };
    assert_eq!(found(&mut world), ["bare", "over_bare", "kept"]);
    if world
        .value("select current_setting('server_version_num')::int >= 150000")
        .as_deref()
        == Some("t")
    {
        world.run("alter view bare set (security_invoker = true); alter view over_bare set (security_invoker = on)");
        assert_eq!(found(&mut world), ["kept"]);
    }
    world.run("alter table t disable row level security");
    let problem = world.value("select problem from auth0.check_policies()");
    assert_eq!(
        problem.as_deref(),
        Some("has a policy, but row-level security is not enabled")
    );
}
