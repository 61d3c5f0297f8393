//! What the tenant does not offer and what the token may not read.

use postgres::{Client, NoTls};
use simulator::{Config, Lack};
use std::sync::{Arc, Mutex};
use xtask::World;

fn world() -> World {
    let mut world = World::new(Config {
        users: 3,
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    world
}

/// A connection whose NOTICEs are kept.
fn listening(world: &World, told: Arc<Mutex<Vec<String>>>) -> Client {
    let mut config: postgres::Config = world.db.conn_string("postgres").parse().unwrap();
    config.notice_callback(move |notice| told.lock().unwrap().push(notice.message().to_owned()));
    config.connect(NoTls).unwrap()
}

#[test]
fn a_missing_feature_is_an_empty_table_and_one_notice() {
    let mut world = world();
    world.sim.lack("hooks", Lack::HooksNotAllowed);
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut sql = listening(&world, told.clone());
    for (statement, notices) in [
        ("select count(*) from hooks", 1),
        ("select count(*) from hook_secrets", 1),
        (
            "select count(*) from hook_secrets where hook_id in ('a', 'b')",
            1,
        ),
    ] {
        told.lock().unwrap().clear();
        let rows = xtask::world::query_text(&mut sql, statement);
        assert_eq!(rows, [[Some("0".to_owned())]], "{statement}");
        let told = told.lock().unwrap();
        assert_eq!(told.len(), notices, "{statement}: {told:?}");
        assert!(
            told[0].contains("does not offer") && told[0].contains("hooks_not_allowed"),
            "{told:?}"
        );
    }
    world.run("alter server auth0 options (add missing_feature 'error')");
    let error = world.error("select count(*) from hooks");
    assert_eq!(error.code().code(), "0A000");
    assert!(error.detail().unwrap().contains("hooks_not_allowed"));
}

#[test]
fn a_missing_scope_is_an_error_that_names_it() {
    let mut world = world();
    let token = world.sim.token(&["read:users"]);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    for (table, scope) in [
        ("roles", "read:roles"),
        ("organization_members", "read:organizations"),
        ("user_sessions", "read:sessions"),
        ("tenant_settings", "read:tenant_settings"),
    ] {
        let error = world.error(&format!("select count(*) from {table}"));
        assert_eq!(error.code().code(), "42501", "{table}");
        assert!(
            error.hint().unwrap().contains(scope),
            "{table}: {:?}",
            error.hint()
        );
    }
    assert_eq!(world.value("select count(*) from users").unwrap(), "3");
}
