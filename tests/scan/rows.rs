//! Rows beyond their columns: the whole row, system columns, no columns at all, row locks.

use crate::common::{cost, declare, imported, priced, tenant_with};
use xtask::World;

fn two() -> World {
    let mut world = tenant_with(&[
        r#"{"user_id":"a","name":"Ada","blocked":true,"created_at":"2024-01-01T00:00:00Z"}"#,
        r#"{"user_id":"b","name":"Bo, \"the\" Bee","created_at":"2024-01-02T00:00:00Z"}"#,
    ]);
    declare(&mut world, "users", "user_id text, name text, blocked bool");
    world
}

#[test]
fn the_row_itself_is_a_value() {
    let mut world = two();
    let expected = [
        [Some("(a,Ada,t)".to_owned())],
        [Some("(b,\"Bo, \"\"the\"\" Bee\",)".to_owned())],
    ];
    for query in [
        "select u from users u order by user_id",
        "select u::text from users u",
        "select u.*::text from users u",
        "select row(u.*)::text from users u",
        "select (select u)::text from users u",
        "select x::text from (select u from users u offset 0) as s(x)",
        "select unnest(array_agg(u)) from users u",
        "select max(u::text) over (partition by user_id) from users u order by user_id",
    ] {
        assert_eq!(world.query_text(query), expected, "{query}");
    }
    assert_eq!(
        world.value("select json_agg(row_to_json(u) order by user_id) from users u"),
        Some(
            "[{\"user_id\":\"a\",\"name\":\"Ada\",\"blocked\":true}, \
             {\"user_id\":\"b\",\"name\":\"Bo, \\\"the\\\" Bee\",\"blocked\":null}]"
                .into()
        )
    );
    assert_eq!(
        world.value("select count(*) from users u where u is not null"),
        Some("1".into())
    );
    assert_eq!(
        world.value("select count(*) from users u where u = row('a'::text, 'Ada'::text, true)"),
        Some("1".into())
    );
    assert_eq!(
        world.value("select count(distinct u) from users u, users v"),
        Some("2".into())
    );
}

#[test]
fn a_row_can_be_handed_to_a_function() {
    let mut world = two();
    world.run(
        "create function shout(u users) returns text language sql as 'select upper(u.name)';
         create function id(u users) returns text language plpgsql as 'begin return u.user_id; end'",
    );
    assert_eq!(
        world.value("select string_agg(u.shout || id(u), ' ' order by user_id) from users u"),
        Some("ADAa BO, \"THE\" BEEb".into())
    );
}

#[test]
fn rows_can_be_counted_without_a_column() {
    let mut world = imported(250);
    assert_eq!(
        priced(&mut world, "select count(*) from users"),
        (Some("250".into()), 1)
    );
    // Rows that are read for their number alone.
    assert_eq!(
        priced(&mut world, "select count(1) from users"),
        (Some("250".into()), 3)
    );
    assert_eq!(
        priced(
            &mut world,
            "select count(*) from (select from users offset 0) x"
        ),
        (Some("250".into()), 3)
    );
    assert_eq!(world.query_text("select from users").len(), 250);
    assert_eq!(
        world.query_text("select 1 from users where true").len(),
        250
    );
    assert_eq!(
        world.value("select exists (select from users)"),
        Some("t".into())
    );
    world.run("create foreign table bare () server auth0 options (object 'users')");
    assert_eq!(
        priced(&mut world, "select count(*) from bare"),
        (Some("250".into()), 1)
    );
    assert_eq!(world.query_text("table bare").len(), 250);
}

#[test]
fn a_row_knows_its_table_and_no_other_system_column() {
    let mut world = two();
    assert_eq!(
        world.query_text("select tableoid::regclass::text, tableoid = 'users'::regclass, name from users where tableoid > 0 order by user_id limit 1"),
        [["users", "t", "Ada"].map(|text| Some(text.to_owned()))]
    );
    assert_eq!(
        world.value("select count(*) from users where tableoid = 'users'::regclass"),
        Some("2".into())
    );
    for system in ["xmin", "xmax", "cmin", "cmax"] {
        let error = world.error(&format!("select {system} from users"));
        assert_eq!(error.code().code(), "0A000", "{system}");
        assert_eq!(
            error.message(),
            "cannot retrieve a system column in this context"
        );
    }
    // A virtual row has the invalid ctid, as with every wrapper that does not give one.
    assert_eq!(
        world.value("select distinct ctid::text from users"),
        Some("(4294967295,0)".into())
    );
}

#[test]
fn rows_for_update_are_rows() {
    let mut world = two();
    for lock in [
        "update",
        "no key update",
        "share",
        "key share",
        "update nowait",
        "share skip locked",
    ] {
        assert_eq!(
            world
                .query_text(&format!(
                    "select name from users order by user_id for {lock}"
                ))
                .len(),
            2
        );
    }
    assert_eq!(cost(&mut world, "select * from users for update"), 1);
    world.run("create table local (user_id text primary key, n int); insert into local values ('a', 1), ('b', 2)");
    assert_eq!(
        world.query_text("select l.n::text, u.name from local l join users u using (user_id) order by n for update of l limit 1"),
        [["1", "Ada"].map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn a_row_locked_elsewhere_is_checked_again_with_its_user() {
    let mut world = two();
    world.run("create table local (user_id text primary key, n int); insert into local values ('a', 1), ('b', 2)");
    let mut other = world.db.connect();
    other
        .batch_execute("begin; update local set n = n + 10")
        .unwrap();
    let mut waiting = world.db.connect();
    let waiter = std::thread::spawn(move || {
        xtask::world::query_text(
            &mut waiting,
            "with done as (update local l set n = l.n * 2 from users u where u.user_id = l.user_id and u.blocked returning l.n, u.name)
             select n::text, name from done",
        )
    });
    crate::common::await_that("the update waits for the lock", || {
        world.value("select count(*) from pg_locks where not granted") == Some("1".into())
    });
    other.batch_execute("commit").unwrap();
    assert_eq!(
        waiter.join().unwrap(),
        [["22", "Ada"].map(|text| Some(text.to_owned()))]
    );
}
