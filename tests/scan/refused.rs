//! Writes are refused before any call and without credentials, unless the owner has opened the table.

use crate::common::imported;

const CLOSED: &str = "foreign table \"users\" is not updatable";

#[test]
fn every_way_to_write_is_refused_before_any_call() {
    let mut world = imported(20);
    world.run("create table local (user_id text, name text); insert into local values ('a', 'b')");
    world.sim.clear_journal();
    for (write, code, message) in [
        ("insert into users (user_id) values ('a')", "0A000", CLOSED),
        (
            "insert into users (user_id) select user_id from local",
            "0A000",
            CLOSED,
        ),
        (
            "insert into users (user_id) values ('a') returning *",
            "0A000",
            CLOSED,
        ),
        ("insert into users default values", "0A000", CLOSED),
        ("update users set name = 'x'", "0A000", CLOSED),
        ("update users set name = 'x' where false", "0A000", CLOSED),
        (
            "update users u set name = l.name from local l where l.user_id = u.user_id returning u",
            "0A000",
            CLOSED,
        ),
        ("delete from users", "0A000", CLOSED),
        (
            "delete from users using local where local.user_id = users.user_id",
            "0A000",
            CLOSED,
        ),
        (
            "truncate users",
            "0A000",
            "cannot truncate foreign table \"users\"",
        ),
        (
            "truncate local, users",
            "0A000",
            "cannot truncate foreign table \"users\"",
        ),
        (
            "with x as (delete from users returning user_id) select * from x",
            "0A000",
            CLOSED,
        ),
        (
            "merge into users u using local l on u.user_id = l.user_id when matched then delete",
            "0A000",
            "cannot execute MERGE on relation \"users\"",
        ),
        ("explain update users set name = 'x'", "0A000", CLOSED),
    ] {
        let error = world.error(write);
        assert_eq!(
            (error.code().code(), error.message()),
            (code, message),
            "{write}"
        );
    }
    assert_eq!(world.value("select count(*) from local"), Some("1".into()));
    assert_eq!(world.sim.journal().len(), 0);
    assert_eq!(world.value("select count(*) from users"), Some("20".into()));
}

#[test]
fn copy_from_is_refused_before_any_call() {
    let world = imported(5);
    let output = world
        .db
        .psql("copy users (user_id) from stdin;\nauth0|x\n\\.\n");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains(CLOSED), "{said}");
    assert_eq!(world.sim.journal().len(), 0);
}

#[test]
fn what_cannot_be_done_to_a_foreign_table_is_refused_as_ever() {
    let mut world = imported(5);
    for statement in [
        "create index on users (user_id)",
        "alter table users add primary key (user_id)",
        "vacuum full users",
        "cluster users",
        "select * from users tablesample system (10)",
        "create unique index on users (email)",
    ] {
        match world.sql.simple_query(statement) {
            // VACUUM skips what it cannot do with a warning.
            Ok(_) => assert!(statement.starts_with("vacuum")),
            Err(error) => assert!(error.as_db_error().is_some(), "{statement}: {error}"),
        }
    }
    world.run("vacuum users");
    assert_eq!(world.sim.journal().len(), 0);
    assert_eq!(world.value("select count(*) from users"), Some("5".into()));
}
