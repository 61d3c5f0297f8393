//! Which writes could outlive a rollback, and so are warned of or refused.

use crate::support::{calls, psql, user, writable};
use xtask::World;

const DATABASE: &str = "Username-Password-Authentication";

const WARNING: &str = "WARNING:  writes to Auth0 happen at once, and a rollback does not undo them";

#[test]
fn a_transaction_block_is_warned_once() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let update =
        |nick: &str| format!("update users set nickname = '{nick}' where user_id = '{id}';");
    let warning = "a rollback does not undo them";
    assert!(!psql(&world, &update("alone")).contains(warning));
    let said = psql(
        &world,
        &format!("begin; {} {} rollback;", update("a"), update("b")),
    );
    assert_eq!(said.matches(warning).count(), 1, "{said}");
    assert_eq!(
        world
            .value(&format!(
                "select nickname from users where user_id = '{id}'"
            ))
            .as_deref(),
        Some("b")
    );
    world.sim.clear_journal();
    let said = psql(
        &world,
        &format!(
            "set auth0_fdw.writes_in_transaction = 'forbid'; begin; {}",
            update("c")
        ),
    );
    assert!(
        said.contains("cannot write to Auth0 in a transaction block"),
        "{said}"
    );
    assert!(calls(&world).is_empty());
    let said = psql(
        &world,
        &format!(
            "set auth0_fdw.writes_in_transaction = 'allow'; begin; {} commit",
            update("d")
        ),
    );
    assert!(!said.contains("WARNING"), "{said}");
}

/// A tenant with users a and b, and what can be written from: a function in SQL, one in PL/pgSQL, a procedure, a trigger.
fn callable() -> World {
    let mut world = writable(0);
    for email in ["a@example.com", "b@example.com"] {
        user(&mut world, email);
    }
    world.run(
        "create function in_sql(nick text) returns void language sql as $$
           update users set nickname = nick where email = 'a@example.com' $$;
         create function in_plpgsql(nick text) returns void language plpgsql as $$ begin
           update users set nickname = nick where email = 'a@example.com'; end $$;
         create procedure in_procedure(nick text) language plpgsql as $$ begin
           update users set nickname = nick where email = 'a@example.com'; end $$;
         create table names (name text);
         create function named() returns trigger language plpgsql as $$ begin
           perform in_plpgsql(new.name); return new; end $$;
         create trigger t before insert on names for each row execute function named();
         create function opened() returns text language plpgsql as $$ declare
           c cursor for update users set nickname = 'opened' returning user_id; one text; begin
           open c; fetch c into one; return one; end $$",
    );
    world
}

const UPDATE: &str = "update users set nickname = 'x' where email = 'a@example.com'";

#[test]
fn what_a_function_writes_is_warned_of_or_refused() {
    let world = callable();
    for statement in [
        "select in_sql('x')",
        "select in_plpgsql('x')",
        "explain analyze select in_sql('x')",
        "call in_procedure('x')",
        "insert into names values ('x')",
        "select opened()",
        &format!("do $$ begin {UPDATE}; {UPDATE}; end $$"),
        &format!("do $$ begin execute $e$ {UPDATE} $e$; end $$"),
        "do $$ declare one record; begin for one in update users set nickname = 'x' returning user_id loop end loop; end $$",
        &format!("do $$ begin perform auth0.get_or_create_user('auth0', gen_random_uuid() || '@example.com', '{DATABASE}', '{{\"password\": \"S3cret-Word!\"}}'); end $$"),
    ] {
        let said = psql(&world, &format!("{statement};"));
        assert_eq!(said.matches(WARNING).count(), 1, "{statement}: {said}");
        assert!(!said.contains("ERROR"), "{statement}: {said}");
        world.sim.clear_journal();
        let said = psql(&world, &format!("set auth0_fdw.writes_in_transaction = 'forbid'; {statement};"));
        assert!(
            said.contains("ERROR:  cannot write to Auth0 from a function, a procedure or a DO block"),
            "{statement}: {said}"
        );
        assert!(calls(&world).iter().all(|call| call.starts_with("GET ")), "{statement}");
    }
    let said = psql(
        &world,
        "select in_sql('a'), in_plpgsql('b'); insert into names values ('c'), ('d');",
    );
    assert_eq!(said.matches(WARNING).count(), 2, "{said}");
}

#[test]
fn what_the_client_sends_by_itself_is_not() {
    let mut world = callable();
    let import = format!("select * from auth0.import_users('auth0', '{DATABASE}', 'select ''c@example.com'' as email')");
    for statement in [
        UPDATE,
        "update users set nickname = 'y' where email like '%@example.com'",
        &format!("prepare p as {UPDATE}; execute p; execute p"),
        &format!("prepare p as {UPDATE}; explain analyze execute p"),
        &format!("explain analyze {UPDATE}"),
        &format!("explain (analyze, timing off) {UPDATE}"),
        &format!("with changed as ({UPDATE} returning user_id) select * from changed"),
        &format!("copy users (connection, email, password) from stdin;\n{DATABASE}\tcopied@example.com\tS3cret-Word!\n\\.\n"),
        "select in_sql('x') where false",
        &import,
        &format!("create table kept as {import}"),
    ] {
        let script = format!("set auth0_fdw.writes_in_transaction = 'forbid'; {statement};");
        let said = psql(&world, &script);
        assert!(!said.contains("ERROR"), "{statement}: {said}");
    }
    // The extended protocol, with a portal of no name.
    world.run("set auth0_fdw.writes_in_transaction = 'forbid'");
    let statement =
        "update users set nickname = $1 where email = 'a@example.com' returning nickname";
    let rows = world.sql.query(statement, &[&"extended"]).unwrap();
    assert_eq!(rows[0].get::<_, &str>(0), "extended");
    // Several statements of one message are a block.
    let error = world.error(&format!("{UPDATE}; select 1"));
    assert_eq!(
        (error.code().code(), error.message()),
        ("25001", "cannot write to Auth0 in a transaction block")
    );
}

#[test]
fn nothing_is_written_in_a_read_only_transaction() {
    let mut world = writable(0);
    user(&mut world, "a@example.com");
    world.run("set default_transaction_read_only = on");
    let get = |email: &str| {
        format!(
            "select created from auth0.get_or_create_user('auth0', '{email}', '{DATABASE}', '{{\"password\": \"S3cret-Word!\"}}')"
        )
    };
    world.sim.clear_journal();
    for (statement, what) in [
        (UPDATE.to_owned(), "UPDATE"),
        (get("b@example.com"), "auth0.get_or_create_user()"),
        (
            format!("select auth0.import_users('auth0', '{DATABASE}', 'select ''b@example.com'' as email')"),
            "auth0.import_users()",
        ),
    ] {
        let error = world.error(&statement);
        assert_eq!(
            (error.code().code(), error.message()),
            ("25006", &*format!("cannot execute {what} in a read-only transaction"))
        );
    }
    assert!(calls(&world).iter().all(|call| call.starts_with("GET ")));
    // One who is there is only read.
    assert_eq!(world.value(&get("a@example.com")).as_deref(), Some("f"));
}
