//! Whom we trust: declared by the owner alone, checked, carried by pg_dump, and read anew when it changes.

use crate::support::{issuer, register, token, value, world, AUDIENCE};
use serde_json::json;
use simulator::Config;
use xtask::{Cluster, World};

#[test]
fn declared_by_its_owner_alone() {
    let mut world = world();
    world.run("create role app login");
    let issuer = issuer(&world.sim);
    let mut app = world.db.connect_as("app");
    for sql in [
        "select auth0.add_issuer('https://evil.example/', array['x'])".to_owned(),
        "select auth0.add_issuer_of_server('auth0', array['x'])".to_owned(),
        format!("select auth0.alter_issuer('{issuer}', array['x'])"),
        format!("select auth0.remove_issuer('{issuer}')"),
        "insert into auth0.issuers values ('https://evil.example/', array['x'])".to_owned(),
        "update auth0.issuers set audiences = array['x']".to_owned(),
        "delete from auth0.issuers".to_owned(),
        "truncate auth0.issuers".to_owned(),
        "select * from auth0.issuers".to_owned(),
        "select * from auth0.postgrest".to_owned(),
        "create function auth0.user_id(int) returns text language sql as 'select 1'".to_owned(),
        "create table auth0.x (a int)".to_owned(),
    ] {
        assert_eq!(
            xtask::world::error(&mut app, &sql).code().code(),
            "42501",
            "{sql}"
        );
    }
    // Everything else is for everybody.
    let token = token(&world.sim, "auth0|ann");
    assert_eq!(
        value(&mut app, &format!("begin; select auth0.login('{token}')")).as_deref(),
        Some("auth0|ann")
    );
    drop(app);
    world.run("drop role app");
}

#[test]
fn a_change_counts_at_once_and_everywhere() {
    let mut world = world();
    let mut other = world.db.connect();
    let issuer = issuer(&world.sim);
    let token = token(&world.sim, "auth0|ann");
    let check = format!("select failed_check from auth0.try_verify('{token}')");
    assert_eq!(value(&mut other, &check), None);
    world.run("begin");
    world.run(&format!(
        "select auth0.alter_issuer('{issuer}', array['https://new.example'])"
    ));
    assert_eq!(world.value(&check).as_deref(), Some("audience"));
    assert_eq!(value(&mut other, &check), None, "not committed yet");
    world.run("rollback");
    assert_eq!(world.value(&check), None);
    world.run(&format!(
        "select auth0.alter_issuer('{issuer}', options => '{{\"algorithms\": [\"PS256\"]}}')"
    ));
    assert_eq!(value(&mut other, &check).as_deref(), Some("algorithm"));
    world.run(&format!(
        "select auth0.alter_issuer('{issuer}', options => '{{\"algorithms\": null}}')"
    ));
    assert_eq!(value(&mut other, &check), None);
    // Whoever writes the table itself is heard, too.
    world.run("set session_replication_role = replica; delete from auth0.issuers; reset session_replication_role");
    assert_eq!(value(&mut other, &check).as_deref(), Some("issuer"));
    // A snapshot of before the change does not bring it back.
    register(&mut world, json!({}));
    other
        .batch_execute("begin isolation level repeatable read; select 1 from pg_class")
        .unwrap();
    world.run(&format!("select auth0.remove_issuer('{issuer}')"));
    assert_eq!(value(&mut other, &check).as_deref(), Some("issuer"));
    other.batch_execute("commit").unwrap();
}

#[test]
fn rows_that_cannot_be() {
    let mut world = world();
    for (arguments, hint) in [
        ("'http://t.eu.auth0.com/', array['x']", "https"),
        ("'t.eu.auth0.com', array['x']", "https"),
        ("'https://t.eu.auth0.com/', array[]::text[]", "API identifier"),
        ("'https://t.eu.auth0.com/', array['x', null]", "API identifier"),
        ("'https://t.eu.auth0.com/', array['x'], '{\"algorithms\": [\"none\"]}'", "RS256"),
        ("'https://t.eu.auth0.com/', array['x'], '{\"algoritms\": [\"RS256\"]}'", "algorithms, leeway"),
        ("'https://t.eu.auth0.com/', array['x'], '{\"jwks_url\": \"http://evil.example/\"}'", "https"),
        ("'https://t.eu.auth0.com/', array['x'], '{\"algorithms\": [\"HS256\"], \"secret\": \"short\"}'", "32 bytes"),
    ] {
        let error = world.error(&format!("select auth0.add_issuer({arguments})"));
        assert_eq!(error.code().code(), "22023", "{arguments}");
        assert!(error.hint().unwrap().contains(hint), "{arguments}: {:?}", error.hint());
    }
    for arguments in ["null, array['x']", "'https://t.eu.auth0.com/', null"] {
        let error = world.error(&format!("select auth0.add_issuer({arguments})"));
        assert_eq!(error.code().code(), "23502", "{arguments}");
    }
    let error = world.error("select auth0.remove_issuer('https://nobody.example/')");
    assert_eq!(error.code().code(), "42704");
    assert_eq!(
        world
            .error("select auth0.add_issuer_of_server('nobody', array['x'])")
            .code()
            .code(),
        "42704"
    );
}

#[test]
fn of_a_foreign_server_in_one_call() {
    let mut world = World::new(Config::default());
    let registered = world.value(&format!(
        "select auth0.add_issuer_of_server('auth0', array['{AUDIENCE}'])"
    ));
    assert_eq!(registered, Some(issuer(&world.sim)));
    let token = token(&world.sim, "auth0|ann");
    assert_eq!(
        world
            .value(&format!("select auth0.verify('{token}') ->> 'sub'"))
            .as_deref(),
        Some("auth0|ann")
    );
    world.run("create server cloud foreign data wrapper auth0_fdw options (domain 't.eu.auth0.com', api_key 'x')");
    let registered = world.value("select auth0.add_issuer_of_server('cloud', array['x'])");
    assert_eq!(registered.as_deref(), Some("https://t.eu.auth0.com/"));
}

#[test]
fn carried_by_pg_dump() {
    let mut world = world();
    let restored = Cluster::shared().create_database();
    let dump = std::process::Command::new(Cluster::shared().bin_dir().join("pg_dump"))
        .arg(world.db.conn_string("postgres"))
        .output()
        .unwrap();
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let output = restored.psql(&String::from_utf8(dump.stdout).unwrap());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let token = token(&world.sim, "auth0|ann");
    let mut sql = restored.connect();
    assert_eq!(
        value(
            &mut sql,
            &format!("select auth0.verify('{token}') ->> 'sub'")
        )
        .as_deref(),
        Some("auth0|ann")
    );
    world.run("select 1");
}

#[test]
fn the_schema_is_ours_or_nobodys() {
    let cluster = Cluster::shared();
    let fresh = || {
        let db = cluster.create_database();
        let client = db.connect();
        (db, client)
    };
    // Made by a superuser: taken over, and left behind.
    let (_db, mut sql) = fresh();
    sql.batch_execute("create schema auth0; create table auth0.mine (a int); create extension auth0_fdw; select auth0.user_id(); drop extension auth0_fdw; drop schema auth0 cascade").unwrap();
    // Schemas of the caller's choice.
    let (_db, mut sql) = fresh();
    sql.batch_execute("create schema x; create extension auth0_fdw schema x; select auth0.user_id(); drop extension auth0_fdw").unwrap();
    let (_db, mut sql) = fresh();
    sql.batch_execute(
        "create schema auth0; create extension auth0_fdw schema auth0; select auth0.user_id()",
    )
    .unwrap();
    // Traps: each is refused with a way out.
    sql.batch_execute("create role mallory").unwrap();
    for trap in [
        "create schema auth0 authorization mallory",
        "create schema auth0; grant create on schema auth0 to mallory",
        "create schema auth0; grant create on schema auth0 to public",
        "create schema auth0; create function auth0.has_role(name) returns bool language sql as 'select true'",
    ] {
        let (_db, mut sql) = fresh();
        sql.batch_execute(trap).unwrap();
        let error = xtask::world::error(&mut sql, "create extension auth0_fdw");
        assert_eq!(error.code().code(), "42P06", "{trap}");
        assert!(error.hint().unwrap().contains("RENAME"), "{trap}");
        sql.batch_execute("alter schema auth0 rename to auth0_data; create extension auth0_fdw").unwrap();
        sql.batch_execute("drop extension auth0_fdw; drop schema auth0_data cascade").unwrap();
    }
    // Operators and functions in the schema that somebody else chose are not used by the script.
    let (_db, mut sql) = fresh();
    sql.batch_execute(
        "create schema x authorization mallory; grant create on database postgres to mallory; set role mallory;
         create table x.caught (who text);
         create function x.trap(name, text) returns bool language plpgsql as $$ begin insert into x.caught values (current_user); return false; end $$;
         create operator x.= (leftarg = name, rightarg = text, function = x.trap);
         create function x.trap(text, name) returns bool language plpgsql as $$ begin insert into x.caught values (current_user); return false; end $$;
         create operator x.= (leftarg = text, rightarg = name, function = x.trap);
         create function x.format(text, name) returns text language plpgsql as $$ begin insert into x.caught values (current_user); return ''; end $$;
         reset role; create extension auth0_fdw schema x",
    )
    .unwrap();
    assert_eq!(
        value(&mut sql, "select count(*) from x.caught").as_deref(),
        Some("0")
    );
    sql.batch_execute("drop extension auth0_fdw; drop schema x cascade; revoke create on database postgres from mallory; drop role mallory").unwrap();
}
