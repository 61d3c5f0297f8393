//! The ground the other tests stand on: Postgres starts, knows the extension, and is the one asked for.

use simulator::Config;
use xtask::{Cluster, PgConfig, World};

#[test]
fn the_server_is_the_one_asked_for() {
    let database = Cluster::shared().create_database();
    let number: i32 = database
        .connect()
        .query_one("select current_setting('server_version_num')::int", &[])
        .unwrap()
        .get(0);
    assert_eq!(
        number as u32 / 10_000,
        PgConfig::for_tests().unwrap().major()
    );
}

#[test]
fn the_extension_can_be_created_and_dropped() {
    let database = Cluster::shared().create_database();
    let mut client = database.connect();
    client.batch_execute("create extension auth0_fdw").unwrap();
    let version: String = client
        .query_one(
            "select extversion from pg_extension where extname = 'auth0_fdw'",
            &[],
        )
        .unwrap()
        .get(0);
    assert_eq!(version, "0.1");
    client.batch_execute("drop extension auth0_fdw").unwrap();
}

#[test]
fn a_cluster_is_gone_when_dropped() {
    let cluster = Cluster::start(PgConfig::for_tests().unwrap().path()).unwrap();
    let data_dir = cluster.data_dir();
    let database = cluster.create_database();
    assert!(database.psql("select 1;").status.success());
    assert!(!database.psql("select no_such_column;").status.success());
    cluster.restart().unwrap();
    assert!(cluster
        .log()
        .contains("database system is ready to accept connections"));
    database.connect().batch_execute("select 1").unwrap();
    drop(database);
    drop(cluster);
    assert!(!data_dir.exists());
}

#[test]
fn a_world_is_a_tenant_that_sql_can_see() {
    let mut world = World::new(Config {
        users: 3,
        ..Config::default()
    });
    world.run("create foreign table users (user_id text, nothing text) server auth0 options (object 'users')");
    let rows = world.query_text("select user_id, nothing from users order by user_id");
    let mut ids = world.sim.user_ids();
    ids.sort();
    let expected: Vec<_> = ids.into_iter().map(|id| vec![Some(id), None]).collect();
    assert_eq!(rows, expected);
    assert_eq!(
        world.value("select count(*) from users").as_deref(),
        Some("3")
    );
    assert_eq!(
        world
            .error("select no_such_column from users")
            .code()
            .code(),
        "42703"
    );
}
