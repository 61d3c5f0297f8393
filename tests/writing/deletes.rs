//! DELETE.

use crate::support::{counted, sent, user, writable};

#[test]
fn a_delete_by_id_is_one_call() {
    let mut world = writable(3);
    let id = user(&mut world, "a@example.com");
    assert_eq!(
        sent(
            &mut world,
            &format!("delete from users where user_id = '{id}'")
        ),
        [format!("DELETE /api/v2/users/{id}")]
    );
    assert_eq!(world.sim.users().len(), 3);
    world.run(&format!("delete from users where user_id = '{id}'"));
}

#[test]
fn a_delete_returns_the_row_that_was_there() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let row = world.query_text(&format!("delete from users where user_id = '{id}' returning user_id, email, name, tableoid::regclass::text"));
    assert_eq!(
        row,
        [[id.as_str(), "a@example.com", "First", "users"].map(|t| Some(t.to_owned()))]
    );
}

#[test]
fn too_many_deletes_fail_before_the_first() {
    let mut world = writable(25);
    for delete in [
        "delete from users",
        "delete from users using generate_series(1, 1) where email is not null or true",
        "delete from users returning user_id",
    ] {
        world.sim.clear_journal();
        let error = world.error(delete);
        assert_eq!(error.code().code(), "54000", "{delete}");
        assert!(error.message().contains("25"), "{error:?}");
        assert!(error.detail().unwrap().contains("auth0_fdw.max_deletes"));
        assert!(
            world
                .sim
                .journal()
                .iter()
                .all(|entry| entry.method == "GET"),
            "{delete}"
        );
    }
    let some = world
        .value("select array_agg(user_id) from (select user_id from users limit 11) s")
        .unwrap();
    let error = world.error(&format!("delete from users where user_id = any ('{some}')"));
    assert!(error.message().contains("11"), "{error:?}");
    world.run("set auth0_fdw.max_deletes = 25");
    let [_, _, _, deletes] = counted(&mut world, "delete from users");
    assert_eq!(deletes, 25);
    assert!(world.sim.users().is_empty());
}

#[test]
fn joins_and_inherited_tables() {
    let mut world = writable(4);
    world.run("set auth0_fdw.max_deletes = 3; create table gone as select user_id from users limit 2; insert into gone select user_id from gone");
    assert_eq!(
        world
            .sql
            .execute(
                "delete from users using gone where gone.user_id = users.user_id",
                &[]
            )
            .unwrap_err()
            .as_db_error()
            .unwrap()
            .code()
            .code(),
        "54000"
    );
    world.run("set auth0_fdw.max_deletes = 4");
    assert_eq!(
        world
            .sql
            .execute(
                "delete from users using gone where gone.user_id = users.user_id",
                &[]
            )
            .unwrap(),
        2
    );
    world.run(
        "create table parent (user_id text, email text);
         create foreign table child () inherits (parent) server auth0 options (object 'users');
         insert into parent select 'local' || n, 'l' from generate_series(1, 20) n",
    );
    assert_eq!(world.sql.execute("delete from parent", &[]).unwrap(), 22);
    assert!(world.sim.users().is_empty());
}
