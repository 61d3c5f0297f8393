//! Who is logged in, and until when: transactions, savepoints, sessions, expiry, and attempts to say so oneself.

use crate::support::{now, token, token_with, until, value, world, world_with};
use serde_json::json;
use xtask::World;

fn who(world: &mut World) -> Option<String> {
    world.value("select auth0.user_id()")
}

fn login(world: &mut World, user: &str) {
    let token = token(&world.sim, user);
    assert_eq!(
        world
            .value(&format!("select auth0.login('{token}')"))
            .as_deref(),
        Some(user)
    );
}

fn login_session(world: &mut World, user: &str) {
    let token = token(&world.sim, user);
    world.run(&format!("select auth0.login('{token}', 'session')"));
}

#[test]
fn nobody_without_a_login() {
    let mut world = world();
    for question in [
        "user_id()",
        "claims()",
        "claim('sub')",
        "org_id()",
        "email()",
    ] {
        assert_eq!(
            world.value(&format!("select auth0.{question}")),
            None,
            "{question}"
        );
    }
    for question in [
        "has_permission('x')",
        "has_scope('x')",
        "has_role('x')",
        "has_role(null)",
    ] {
        assert_eq!(
            world.value(&format!("select auth0.{question}")).as_deref(),
            Some("f"),
            "{question}"
        );
    }
}

#[test]
fn what_a_token_says() {
    let mut world = world_with(json!({ "roles_claim": "https://example.com/roles" }));
    let token = token_with(
        &world.sim,
        "google-oauth2|103547991597142817347",
        json!({
            "scope": "openid read:notes", "permissions": ["write:notes"], "org_id": "org_1",
            "email": "ann@example.com", "email_verified": true,
            "https://example.com/roles": ["editor"], "https://example.com/app.v1": {"plan": "pro", "seats": [1, 2]},
        }),
    );
    world.run(&format!("begin; select auth0.login('{token}')"));
    for (question, answer) in [
        ("user_id()", "google-oauth2|103547991597142817347"),
        ("org_id()", "org_1"),
        ("email()", "ann@example.com"),
        ("claim('https://example.com/app.v1', 'plan')", "pro"),
        ("claim('https://example.com/app.v1', 'seats', '1')", "2"),
        (
            "claim('https://example.com/app.v1')",
            r#"{"plan":"pro","seats":[1,2]}"#,
        ),
        ("claims() -> 'https://example.com/roles' ->> 0", "editor"),
        ("has_permission('write:notes')", "t"),
        ("has_permission('read:notes')", "f"),
        ("has_scope('read:notes')", "t"),
        ("has_scope('read')", "f"),
        ("has_role('editor')", "t"),
        ("has_role('admin')", "f"),
    ] {
        assert_eq!(
            world.value(&format!("select auth0.{question}")).as_deref(),
            Some(answer),
            "{question}"
        );
    }
    assert_eq!(world.value("select auth0.claim('roles')"), None);
    assert_eq!(
        world.value("select pg_typeof(auth0.user_id())").as_deref(),
        Some("text")
    );
    world.run("rollback");
}

#[test]
fn a_login_ends_with_its_transaction() {
    let mut world = world();
    for end in [
        "commit",
        "rollback",
        "prepare transaction 'p'; rollback prepared 'p'",
    ] {
        if end.starts_with("prepare")
            && world.value("show max_prepared_transactions").as_deref() == Some("0")
        {
            continue;
        }
        world.run("begin");
        login(&mut world, "auth0|ann");
        assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
        world.run(end);
        assert_eq!(who(&mut world), None, "{end}");
    }
    // An error ends it, too.
    world.run("begin");
    login(&mut world, "auth0|ann");
    world.error("select 1/0");
    world.run("rollback");
    assert_eq!(who(&mut world), None);
    // And so does the end of a statement without a transaction block, with a warning.
    login(&mut world, "auth0|ann");
    assert_eq!(who(&mut world), None);
}

#[test]
fn savepoints_bring_back_who_it_was() {
    let mut world = world();
    world.run("begin; savepoint nobody");
    login(&mut world, "auth0|ann");
    world.run("savepoint ann");
    login(&mut world, "auth0|bob");
    world.run("savepoint bob; select auth0.logout()");
    assert_eq!(who(&mut world), None);
    world.run("rollback to bob");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|bob"));
    world.run("release bob");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|bob"));
    world.run("rollback to ann");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    // Released into the transaction, and undone with it.
    world.run("savepoint a; savepoint b");
    login(&mut world, "auth0|cid");
    world.run("release b; release a");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|cid"));
    world.run("rollback to ann");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    world.run("rollback to nobody");
    assert_eq!(who(&mut world), None);
    world.run("commit");
}

#[test]
fn a_failed_login_in_a_function_changes_nothing() {
    let mut world = world();
    world.run(
        "create function attempt(token text) returns text language plpgsql as $$
         begin perform auth0.login(token); raise 'undo'; exception when others then return auth0.user_id(); end $$",
    );
    world.run("begin");
    login(&mut world, "auth0|ann");
    let other = token(&world.sim, "auth0|bob");
    assert_eq!(
        world
            .value(&format!("select attempt('{other}')"))
            .as_deref(),
        Some("auth0|ann")
    );
    assert_eq!(
        world.value("select attempt('nonsense')").as_deref(),
        Some("auth0|ann")
    );
    assert_eq!(
        world.value("select attempt(null)").as_deref(),
        Some("auth0|ann")
    );
    world.run("commit");
}

#[test]
fn a_session_login_outlives_transactions() {
    let mut world = world();
    login_session(&mut world, "auth0|ann");
    world.run("begin; select 1; rollback");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    // A transaction's own hides it.
    world.run("begin");
    login(&mut world, "auth0|bob");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|bob"));
    world.run("commit");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    // One that is rolled back has not been.
    world.run("begin");
    login_session(&mut world, "auth0|cid");
    world.run("rollback");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
}

#[test]
fn what_ends_a_session_login() {
    let mut world = world();
    world.run("create role somebody");
    for end in [
        "select auth0.logout()",
        "discard all",
        "reset all",
        "set session authorization somebody; reset session authorization",
    ] {
        login_session(&mut world, "auth0|ann");
        assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
        world.run(end);
        assert_eq!(who(&mut world), None, "{end}");
    }
    // Ended is ended, whatever is rolled back.
    for end in [
        "begin; select auth0.logout(); rollback",
        "begin; savepoint s; select auth0.logout(); rollback to s; commit",
    ] {
        login_session(&mut world, "auth0|ann");
        world.run(end);
        assert_eq!(who(&mut world), None, "{end}");
    }
    // What is not it.
    login_session(&mut world, "auth0|ann");
    world.run("discard plans; discard temp; reset search_path; set search_path = pg_catalog; deallocate all");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    let mut other = world.db.connect();
    assert_eq!(value(&mut other, "select auth0.user_id()"), None);
    world.run("drop role somebody");
}

#[test]
fn expiry_is_checked_at_each_use() {
    let mut world = world();
    let short = |world: &World| token_with(&world.sim, "auth0|ann", json!({ "exp": now() + 4 }));
    let token = short(&world);
    world.run(&format!("select auth0.login('{token}', 'session')"));
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    until("the token expires", || who(&mut world).is_none());
    assert_eq!(world.value("select auth0.claims()"), None);
    // Within a transaction, whose now() stands still.
    let token = short(&world);
    world.run(&format!("begin; select auth0.login('{token}')"));
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    until("the token expires", || who(&mut world).is_none());
    world.run("commit");
    // An earlier login does not come back.
    login_session(&mut world, "auth0|bob");
    let token = short(&world);
    world.run(&format!("begin; select auth0.login('{token}')"));
    until("the token expires", || {
        who(&mut world).as_deref() != Some("auth0|ann")
    });
    assert_eq!(who(&mut world), None);
    world.run("commit");
}

#[test]
fn no_setting_or_table_says_who_it_is() {
    let mut world = world();
    let claims = r#"{"sub":"auth0|eve","role":"postgres"}"#;
    world.run(&format!(
        "set auth0.user_id = 'auth0|eve'; set auth0.claims = '{claims}'; set request.jwt.claims = '{claims}';
         set request.jwt.claim.sub = 'auth0|eve'; set jwt.claims.sub = 'auth0|eve';
         create temp table issuers (issuer text, audiences text[], options jsonb);
         create temp table session (user_id text); insert into session values ('auth0|eve');
         create function pg_temp.user_id() returns text language sql as $$ select 'auth0|eve' $$;
         set search_path = pg_temp, auth0, public"
    ));
    // Where Postgres lets one set it at all.
    let _ = world
        .sql
        .batch_execute("set auth0_fdw.user_id = 'auth0|eve'");
    assert_eq!(who(&mut world), None);
    world.run("begin");
    login(&mut world, "auth0|ann");
    let settings =
        world.query_text("select name from pg_settings where setting like '%auth0|ann%'");
    assert!(settings.is_empty(), "{settings:?}");
    world.run("set local request.jwt.claims = '{\"sub\":\"auth0|eve\"}'");
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    world.run("commit");
}

#[test]
fn a_parallel_worker_says_so_instead_of_guessing() {
    let mut world = world();
    world.run(
        "create function mislabelled() returns text language sql parallel safe as 'select auth0.user_id()';
         create function mislabelled_too() returns text language plpgsql parallel safe as 'begin return auth0.user_id(); end';
         -- Its name depends on the version.
         select set_config(name, 'on', false) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')",
    );
    login_session(&mut world, "auth0|ann");
    // Honest functions stay with the leader.
    assert_eq!(who(&mut world).as_deref(), Some("auth0|ann"));
    let error = world.error("select mislabelled_too()");
    assert_eq!(error.code().code(), "25000");
    assert!(error.hint().unwrap().contains("PARALLEL RESTRICTED"));
}

#[test]
fn arguments_that_cannot_be() {
    let mut world = world();
    let token = token(&world.sim, "auth0|ann");
    for (arguments, code) in [
        (format!("'{token}', 'forever'"), "22023"),
        (format!("'{token}', null"), "22023"),
        (format!("'{token}', 'session', true"), "22023"),
        ("null".to_owned(), "28000"),
    ] {
        assert_eq!(
            world
                .error(&format!("select auth0.login({arguments})"))
                .code()
                .code(),
            code,
            "{arguments}"
        );
    }
}
