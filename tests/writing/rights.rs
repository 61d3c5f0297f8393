//! Who may write what.

use crate::support::{psql, writable};
use simulator::Config;
use xtask::World;

#[test]
fn nothing_may_be_written_until_the_owner_says_so() {
    let mut world = World::new(Config {
        users: 3,
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    let open = "ALTER FOREIGN TABLE public.users OPTIONS (ADD updatable 'true');";
    let open_wide =
        "ALTER FOREIGN TABLE public.users OPTIONS (ADD updatable 'true', ADD deletable 'true');";
    for (statement, hint) in [
        ("insert into users (connection) values ('x')", open),
        ("update users set name = 'x'", open),
        ("delete from users", open_wide),
        ("update users set name = 'x' where user_id = 'y'", open),
        (
            "with d as (delete from users returning *) select * from d",
            open_wide,
        ),
        ("explain delete from users", open_wide),
    ] {
        let error = world.error(statement);
        assert_eq!(
            (error.code().code(), error.hint()),
            ("0A000", Some(hint)),
            "{statement}"
        );
    }
    assert!(psql(&world, "copy users (connection) from stdin;\nx\n\\.\n").contains(open));
    assert_eq!(allowed(&mut world), ["0", "NO"]);
    world.run(open);
    let error = world.error("delete from users");
    assert_eq!(
        error.hint(),
        Some("ALTER FOREIGN TABLE public.users OPTIONS (ADD deletable 'true');")
    );
    assert_eq!(allowed(&mut world), ["12", "YES"]);
    world.run(error.hint().unwrap());
    assert_eq!(allowed(&mut world), ["28", "YES"]);
    world.run("alter foreign table users options (set updatable 'false')");
    let error = world.error("delete from users");
    assert_eq!(
        error.hint(),
        Some("ALTER FOREIGN TABLE public.users OPTIONS (SET updatable 'true');")
    );
    world.run("alter foreign table users options (set deletable 'false')");
    let error = world.error("delete from users");
    assert_eq!(
        error.hint(),
        Some("ALTER FOREIGN TABLE public.users OPTIONS (SET updatable 'true', SET deletable 'true');")
    );
    assert!(world.sim.journal().is_empty());
}

/// What Postgres says of writing users.
fn allowed(world: &mut World) -> [String; 2] {
    let row = world.query_text("select pg_relation_is_updatable('users', false), is_insertable_into from information_schema.tables where table_name = 'users'");
    [0, 1].map(|n| row[0][n].clone().unwrap())
}

#[test]
fn what_the_api_cannot_do_is_no_right() {
    let mut world = writable(1);
    let bits = world.value("select pg_relation_is_updatable('logs', false)");
    assert_eq!(bits.as_deref(), Some("0"));
    let error = world.error("insert into user_sessions (id) values ('x')");
    assert_eq!(error.code().code(), "0A000");
    assert!(
        error.detail().unwrap().contains("update and delete"),
        "{error:?}"
    );
}

#[test]
fn a_role_needs_the_right_that_postgres_gives() {
    let mut world = writable(1);
    world.run("create role writer_without login");
    world.run("grant select on users to writer_without; set role writer_without");
    let error = world.error("delete from users where user_id = 'x'");
    assert_eq!(error.code().code(), "42501");
    world.run("reset role; drop owned by writer_without; drop role writer_without");
}
