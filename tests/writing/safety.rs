//! Dry runs, what a write leaves behind, cancel.

use crate::support::{psql, sent, tally, user, writable};
use simulator::{Fault, FaultKind};

#[test]
fn a_dry_run_shows_every_request_and_sends_none() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    world.sim.clear_journal();
    let said = psql(
        &world,
        &format!(
            "set auth0_fdw.dry_run = on;
             insert into users (connection, email, password) values ('c', 'dry@example.com', 'S3cret-Word!') returning email, password is null as hidden;
             update users set nickname = 'x' where user_id = '{id}' and name is not null;
             update users set nickname = 'y' where user_id = '{id}';
             delete from users where user_id = '{id}';"
        ),
    );
    for part in [
        "NOTICE:  dry run: POST /api/v2/users {",
        "dry@example.com",
        "PATCH /api/v2/users/",
        r#"{"nickname":"x"}"#,
        r#"{"nickname":"y"}"#,
        "DELETE /api/v2/users/",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("S3cret"), "{said}");
    let [_, posts, patches, deletes] = tally(&world);
    assert_eq!((posts, patches, deletes), (0, 0, 0));
}

#[test]
fn every_write_says_which_statement_it_is_of() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    sent(
        &mut world,
        &format!("update users set nickname = 'x' where user_id = '{id}'"),
    );
    let pid = world.value("select pg_backend_pid()").unwrap();
    let database = world.value("select current_database()").unwrap();
    let journal = world.sim.journal();
    let correlation = journal[0].header("x-correlation-id").unwrap();
    assert!(correlation.len() <= 64);
    let parts: Vec<&str> = correlation.split('/').collect();
    assert!(database.starts_with(parts[0]), "{correlation}");
    assert_eq!(parts[1], pid);
    assert!(parts.last().unwrap().parse::<u64>().is_ok());
}

#[test]
fn the_log_of_writes_has_nothing_of_the_statement() {
    let mut world = writable(0);
    let insert = |email: &str| {
        format!("insert into users (connection, email, password) values ('Username-Password-Authentication', '{email}', 'S3cret-Word!')")
    };
    let pid = world.value("select pg_backend_pid()").unwrap();
    world.run("set auth0_fdw.log_writes = on");
    world.run(&insert("a@example.com"));
    world.run(&format!("do $$ begin {}; end $$", insert("b@example.com")));
    let log = xtask::Cluster::shared().log();
    let ours = log
        .lines()
        .filter(|line| line.contains(&format!("[{pid}]")));
    let ours: Vec<&str> = ours.collect();
    assert_eq!(ours.len(), 2, "{ours:?}");
    for line in ours {
        assert!(
            line.contains("LOG:  auth0_fdw: POST /api/v2/users: done in "),
            "{line}"
        );
    }
}

#[test]
fn a_cancel_in_mid_statement_says_what_has_been_written() {
    let mut world = writable(0);
    world.run("alter server auth0 options (add concurrency '1')");
    world.sim.inject(Fault {
        path: Some("/api/v2/users".to_owned()),
        method: Some("POST".to_owned()),
        query: None,
        skip: 2,
        times: None,
        kind: FaultKind::HangBeforeHeaders,
    });
    world.run("set statement_timeout = '1s'");
    world.run("set auth0_fdw.log_writes = on");
    let pid = world.value("select pg_backend_pid()").unwrap();
    let error = world.error("insert into users (connection, email, password) select 'Username-Password-Authentication', 'u' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 5) n");
    assert_eq!(error.code().code(), "57014");
    let detail = error.detail().unwrap_or_default();
    assert_eq!(
        detail,
        "Rows of \"users\" written before that: 2 (row 1 (email \"u1@example.com\"), row 2 (email \"u2@example.com\")). Sent, and not known: row 3 (email \"u3@example.com\")."
    );
    let log = xtask::Cluster::shared().log();
    let ours = log
        .lines()
        .filter(|line| line.contains(&format!("/{pid}/")));
    let ours: Vec<&str> = ours
        .filter(|line| line.contains("auth0_fdw: POST"))
        .collect();
    assert_eq!(ours.len(), 3, "{ours:?}");
    assert!(ours[2].contains("not known, broken off after"), "{ours:?}");
    assert_eq!(world.sim.users().len(), 2);
    world.sim.clear_faults();
    world.run("reset statement_timeout");
    user(&mut world, "after@example.com");
    assert_eq!(world.sim.users().len(), 3);
}

#[test]
fn an_error_of_another_says_what_has_been_written() {
    let mut world = writable(0);
    world.run(
        "create function refuse() returns trigger language plpgsql as $$ begin
           if new.email like 'u3%' then raise exception 'not this one'; end if; return new;
         end $$",
    );
    let insert = "insert into users (connection, email, password) select 'Username-Password-Authentication', 'u' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 5) n";
    let written = |names: usize| {
        let names: Vec<_> = (1..=names)
            .map(|n| format!("row {n} (email \"u{n}@example.com\")"))
            .collect();
        format!(
            "DETAIL:  Rows of \"users\" written before that: {} ({}).",
            names.len(),
            names.join(", ")
        )
    };
    let warning =
        "WARNING:  an error has ended the statement, which does not undo its writes to Auth0";
    // Before the row, after it, and while what is returned is computed.
    for (trigger, more, kept) in [
        ("before", "", 2),
        ("after", "", 5),
        ("", " returning 1 / (length(email) - length('u1@example.com') + (email <> 'u3@example.com')::int)", 3),
    ] {
        world.sim.clear_users();
        if !trigger.is_empty() {
            world.run(&format!("create trigger t {trigger} insert on users for each row execute function refuse()"));
        }
        let said = psql(&world, &format!("{insert}{more};"));
        assert_eq!(world.sim.users().len(), kept, "{said}");
        assert!(said.contains(warning) && said.contains(&written(kept)), "{said}");
        // One who catches the error is told, too.
        world.sim.clear_users();
        let caught = format!("do $do$ begin execute $w${insert}{more}$w$; exception when others then null; end $do$;");
        let said = psql(&world, &caught);
        assert!(said.contains(warning) && said.contains(&written(kept)), "{said}");
        world.run("drop trigger if exists t on users");
    }
    // Nothing was written, or all is told.
    for quiet in [
        "select 1/0;",
        "set auth0_fdw.dry_run = on; insert into users (connection, email, password) values ('Username-Password-Authentication', 'x@example.com', 'S3cret-Word!') returning 1 / length(nickname);",
        "begin; insert into users (connection, email, password) values ('Username-Password-Authentication', 'y@example.com', 'S3cret-Word!'); select 1/0;",
    ] {
        let said = psql(&world, quiet);
        assert!(!said.contains(warning), "{said}");
    }
}
