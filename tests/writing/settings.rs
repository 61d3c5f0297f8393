//! Settings that keep one from harm, and what is no value of theirs.

use crate::support::{calls, psql, user, writable};

#[test]
fn the_values_of_a_setting_are_as_the_document_has_them() {
    let mut world = writable(0);
    let error = world.error("set auth0_fdw.writes_in_transaction = 'never'");
    assert_eq!(error.hint(), Some("Available values: warn, allow, forbid."));
    world.run("reset auth0_fdw.writes_in_transaction");
    assert_eq!(
        world
            .value("show auth0_fdw.writes_in_transaction")
            .as_deref(),
        Some("warn")
    );
}

#[test]
fn a_value_set_before_the_extension_is_used_is_looked_at() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let update = format!("update users set nickname = 'x' where user_id = '{id}'");
    world.sim.clear_journal();
    for (name, value, expected) in [
        ("dry_run", "yess", "on or off"),
        ("max_deletes", "-1", "a whole number from 0"),
        ("max_deletes", "none", "a whole number from 0"),
        ("writes_in_transaction", "never", "warn, allow, forbid"),
    ] {
        let mut sql = world.db.connect();
        sql.batch_execute(&format!("set auth0_fdw.{name} = '{value}'"))
            .unwrap();
        // Not the first statement alone.
        for _ in 0..2 {
            let error = xtask::world::error(&mut sql, &update);
            assert_eq!(
                (error.code().code(), error.message(), error.hint()),
                (
                    "22023",
                    &*format!("invalid value for parameter \"auth0_fdw.{name}\": \"{value}\""),
                    Some(&*format!("It must be {expected}."))
                )
            );
        }
        let right = format!("reset auth0_fdw.{name}; set auth0_fdw.dry_run = on; {update}");
        sql.batch_execute(&right).unwrap();
    }
    assert!(calls(&world).is_empty());
    for (set, count) in [
        ("set auth0_fdw.dry_run = 'yes'", 0),
        (
            "set auth0_fdw.dry_run = 'yess'; set auth0_fdw.dry_run = 'ON'",
            0,
        ),
        (
            "set auth0_fdw.writes_in_transaction = 'FORBID'; set auth0_fdw.max_deletes = '0x10'",
            1,
        ),
    ] {
        world.sim.clear_journal();
        let said = psql(&world, &format!("{set}; {update};"));
        assert_eq!(calls(&world).len(), count, "{said}");
    }
}

#[test]
fn a_name_that_is_no_setting_is_an_error() {
    let mut world = writable(0);
    let version = world.value("show server_version_num").unwrap();
    if version.parse::<u32>().unwrap() >= 150_000 {
        let error = world.error("set auth0_fdw.dryrun = on");
        assert_eq!(
            error.message(),
            "invalid configuration parameter name \"auth0_fdw.dryrun\""
        );
    }
    let said = psql(&world, "set auth0_fdw.dryrun = on; select from users;");
    assert!(
        said.contains("WARNING") && said.contains("auth0_fdw.dryrun"),
        "{said}"
    );
}
