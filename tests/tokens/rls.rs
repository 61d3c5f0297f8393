//! Row-level security: two users never see each other's rows, however they come and go.

use crate::support::{now, token, token_with, until, value, world, Role};
use postgres::Client;
use serde_json::json;
use xtask::World;

/// A table of notes of two users, a role that policies bind, and a connection as that role.
fn notes() -> (World, Role, Client) {
    let mut world = world();
    let app = Role::new(&world, "app", "");
    world.run(&format!(
        "create table notes (id int generated always as identity primary key, owner text not null default auth0.user_id(), body text);
         create index on notes (owner);
         insert into notes (owner, body) select 'auth0|' || (array['ann', 'bob'])[1 + n % 2], 'note ' || n from generate_series(1, 1000) n;
         select auth0.enable_owner_policy('notes', 'owner');
         grant select, insert, update, delete on notes to {}",
        app.name
    ));
    let sql = world.db.connect_as(&app.name);
    (world, app, sql)
}

/// Whose notes this connection sees, and how many.
fn seen(sql: &mut Client) -> String {
    value(sql, "select coalesce(string_agg(owner || ' ' || n, ', ' order by owner), 'nothing') from (select owner, count(*) n from notes group by owner) s").unwrap()
}

fn login(sql: &mut Client, world: &World, user: &str) {
    let token = token(&world.sim, user);
    sql.batch_execute(&format!("select auth0.login('{token}')"))
        .unwrap();
}

#[test]
fn each_sees_their_own() {
    let (world, _app, mut sql) = notes();
    assert_eq!(seen(&mut sql), "nothing");
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    assert_eq!(seen(&mut sql), "auth0|ann 500");
    sql.batch_execute("savepoint s").unwrap();
    login(&mut sql, &world, "auth0|bob");
    assert_eq!(seen(&mut sql), "auth0|bob 500");
    sql.batch_execute("rollback to s").unwrap();
    assert_eq!(seen(&mut sql), "auth0|ann 500");
    sql.batch_execute("select auth0.logout()").unwrap();
    assert_eq!(seen(&mut sql), "nothing");
    sql.batch_execute("rollback").unwrap();
    assert_eq!(seen(&mut sql), "nothing");
}

#[test]
fn each_writes_their_own() {
    let (mut world, _app, mut sql) = notes();
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    sql.batch_execute("insert into notes (body) values ('mine')")
        .unwrap();
    assert_eq!(
        sql.execute("update notes set body = 'x' where owner = 'auth0|bob'", &[])
            .unwrap(),
        0
    );
    assert_eq!(
        sql.execute("delete from notes where owner = 'auth0|bob'", &[])
            .unwrap(),
        0
    );
    sql.batch_execute("savepoint s").unwrap();
    for forged in [
        "insert into notes (owner, body) values ('auth0|bob', 'x')",
        "update notes set owner = 'auth0|bob'",
    ] {
        assert_eq!(xtask::world::error(&mut sql, forged).code().code(), "42501");
        sql.batch_execute("rollback to s").unwrap();
    }
    sql.batch_execute("commit").unwrap();
    assert_eq!(
        xtask::world::error(&mut sql, "insert into notes (body) values ('nobody''s')")
            .code()
            .code(),
        "42501"
    );
    assert_eq!(
        world
            .value("select count(*) from notes where owner = 'auth0|ann'")
            .as_deref(),
        Some("501")
    );
}

#[test]
fn plans_that_are_kept_ask_anew() {
    let (world, _app, mut sql) = notes();
    sql.batch_execute(
        "prepare mine as select count(*) from notes; set plan_cache_mode = force_generic_plan",
    )
    .unwrap();
    for (user, expected) in [
        ("auth0|ann", "500"),
        ("auth0|eve", "0"),
        ("auth0|bob", "500"),
    ] {
        sql.batch_execute("begin").unwrap();
        login(&mut sql, &world, user);
        assert_eq!(
            value(&mut sql, "execute mine").as_deref(),
            Some(expected),
            "{user}"
        );
        sql.batch_execute("commit").unwrap();
        assert_eq!(value(&mut sql, "execute mine").as_deref(), Some("0"));
    }
}

#[test]
fn once_a_statement() {
    let (world, _app, mut sql) = notes();
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    let plan = xtask::world::query_text(&mut sql, "explain (costs off) select * from notes");
    let plan: Vec<String> = plan.into_iter().flatten().flatten().collect();
    assert!(
        plan.iter().any(|line| line.contains("InitPlan 1")),
        "{plan:#?}"
    );
    assert!(
        plan.iter()
            .any(|line| line.contains("Cond: (owner = $0)") || line.contains("(InitPlan 1).col1")),
        "{plan:#?}"
    );
    sql.batch_execute("commit").unwrap();
}

#[test]
fn parallel_plans_see_the_same() {
    let (mut world, app, mut sql) = notes();
    world.run(&format!(
        "create table big (owner text, n int); alter table big set (parallel_workers = 2);
         insert into big select 'auth0|' || (array['ann', 'bob', 'cid'])[1 + n % 3], n from generate_series(1, 300000) n;
         select auth0.enable_owner_policy('big', 'owner'); analyze big; grant select on big to {}",
        app.name
    ));
    sql.batch_execute("set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    let plan = xtask::world::query_text(
        &mut sql,
        "explain (analyze, costs off) select count(*), min(n) from big",
    );
    let plan = plan
        .into_iter()
        .flatten()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(plan.contains("Workers Launched: 2"), "{plan}");
    assert_eq!(
        value(&mut sql, "select count(*) from big").as_deref(),
        Some("100000")
    );
    sql.batch_execute("commit").unwrap();
    assert_eq!(
        value(&mut sql, "select count(*) from big").as_deref(),
        Some("0")
    );
}

#[test]
fn functions_of_others_keep_who_it_is() {
    let (mut world, app, mut sql) = notes();
    world.run(&format!(
        "create function whoami() returns text language sql security definer set search_path = pg_catalog as 'select auth0.user_id()';
         create function all_notes() returns bigint language sql security definer set search_path = public as 'select count(*) from notes';
         grant execute on function whoami(), all_notes() to {}",
        app.name
    ));
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    assert_eq!(
        value(&mut sql, "select whoami()").as_deref(),
        Some("auth0|ann")
    );
    // It runs as the table's owner, whom no policy binds: that is what SECURITY DEFINER is for.
    assert_eq!(
        value(&mut sql, "select all_notes()").as_deref(),
        Some("1000")
    );
    assert_eq!(seen(&mut sql), "auth0|ann 500");
    sql.batch_execute("commit").unwrap();
    assert_eq!(value(&mut sql, "select whoami()"), None);
    // With the option `force` not even the owner's functions are beyond the policy; a superuser always is.
    let owner = Role::new(&world, "owner", "");
    world.run(&format!(
        "select auth0.enable_owner_policy('notes', 'owner', force => true);
         alter table notes owner to {0}; alter function all_notes() owner to {0}",
        owner.name
    ));
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|bob");
    assert_eq!(
        value(&mut sql, "select all_notes()").as_deref(),
        Some("500")
    );
    sql.batch_execute("rollback").unwrap();
    drop(sql);
    drop(app);
}

#[test]
fn expiry_in_the_middle_of_a_session() {
    let (world, _app, mut sql) = notes();
    let token = token_with(&world.sim, "auth0|ann", json!({ "exp": now() + 4 }));
    sql.batch_execute(&format!("select auth0.login('{token}', 'session')"))
        .unwrap();
    assert_eq!(seen(&mut sql), "auth0|ann 500");
    until("the token expires", || seen(&mut sql) == "nothing");
    assert_eq!(
        xtask::world::error(
            &mut sql,
            "insert into notes (owner, body) values ('auth0|ann', 'x')"
        )
        .code()
        .code(),
        "42501"
    );
}

#[test]
fn a_cursor_keeps_whose_it_was() {
    let (world, _app, mut sql) = notes();
    sql.batch_execute("begin").unwrap();
    login(&mut sql, &world, "auth0|ann");
    sql.batch_execute("declare c cursor for select distinct owner from notes; fetch 0 from c; select auth0.logout()").unwrap();
    login(&mut sql, &world, "auth0|bob");
    // A query's identity is the one of its first row, and the rows are those of one user.
    let rows = xtask::world::query_text(&mut sql, "fetch all from c");
    assert_eq!(rows.len(), 1, "{rows:?}");
    sql.batch_execute("commit").unwrap();
}
