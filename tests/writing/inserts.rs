//! INSERT and COPY.

use crate::support::{body, counted, sent, tally, user, writable};

#[test]
fn an_insert_returns_what_auth0_has_stored() {
    let mut world = writable(3);
    let rows = world.query_text(
        "insert into users (connection, email, password, user_metadata)
         values ('Username-Password-Authentication', 'new@example.com', 'S3cret-Word!', '{\"tier\": 1}')
         returning user_id like 'auth0|%', created_at is not null, identities -> 0 ->> 'connection', email_verified, password, user_metadata",
    );
    let expected = ["t", "t", "Username-Password-Authentication", "f"].map(|t| Some(t.to_owned()));
    assert_eq!(rows[0][..4], expected);
    assert_eq!(rows[0][4], None, "a password never comes back");
    assert_eq!(rows[0][5].as_deref(), Some(r#"{"tier": 1}"#));
    assert_eq!(world.sim.users().len(), 4);
}

#[test]
fn only_what_is_given_is_sent() {
    let mut world = writable(0);
    let calls = sent(
        &mut world,
        "insert into users (connection, email, password, name, blocked) values ('Username-Password-Authentication', 'a@example.com', 'S3cret-Word!', null, true)",
    );
    assert_eq!(calls, ["POST /api/v2/users"]);
    let expected = serde_json::json!({"connection": "Username-Password-Authentication", "email": "a@example.com", "password": "S3cret-Word!", "blocked": true});
    assert_eq!(body(&world), expected);
}

#[test]
fn many_rows_are_a_call_each_side_by_side() {
    let mut world = writable(0);
    let insert = "insert into users (connection, email, password) select 'Username-Password-Authentication', 'u' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 40) n";
    world.sim.set_latency(std::time::Duration::from_millis(30));
    world.sim.clear_journal();
    assert_eq!(world.sql.execute(insert, &[]).unwrap(), 40);
    assert_eq!(tally(&world), [0, 40, 0, 0]);
    let journal = world.sim.journal();
    let overlap = journal
        .iter()
        .filter(|a| {
            journal.iter().any(|b| {
                b.number != a.number && b.started < a.ended.unwrap() && a.started < b.ended.unwrap()
            })
        })
        .count();
    assert!(overlap > 30, "{overlap} of 40 requests had company");
}

#[test]
fn copy_and_partitions_insert_too() {
    let mut world = writable(0);
    let said = crate::support::psql(
        &world,
        "copy users (connection, email, password) from stdin;\nUsername-Password-Authentication\tx@example.com\tS3cret-Word!\nUsername-Password-Authentication\ty@example.com\tS3cret-Word!\n\\.\n",
    );
    assert!(said.contains("COPY 2"), "{said}");
    assert_eq!(tally(&world), [0, 2, 0, 0]);
    world.run(
        "create table people (connection text, email text, password text, place text) partition by list (place);
         create table people_here partition of people for values in ('here');
         create foreign table people_there partition of people for values in ('there') server auth0 options (object 'users')",
    );
    // The place is no column of a user.
    let refused = world.error("insert into people values ('Username-Password-Authentication', 'z@example.com', 'S3cret-Word!', 'there')");
    assert_eq!(refused.code().code(), "0A000");
    assert!(refused.message().contains("place"), "{refused:?}");
    assert_eq!(
        counted(
            &mut world,
            "insert into people values ('c', 'z@example.com', 'p', 'here')"
        ),
        [0, 0, 0, 0]
    );
    world.run(
        "create table staff (connection text, email text, password text, nickname text) partition by list (nickname);
         create foreign table staff_there partition of staff for values in ('there') server auth0 options (object 'users')",
    );
    let routed = "insert into staff select 'Username-Password-Authentication', 's' || n || '@example.com', 'S3cret-Word!', 'there' from generate_series(1, 3) n";
    assert_eq!(counted(&mut world, routed), [0, 3, 0, 0]);
    let one = world.query_text("insert into staff values ('Username-Password-Authentication', 's4@example.com', 'S3cret-Word!', 'there') returning email, password, nickname, tableoid::regclass");
    let expected = [
        Some("s4@example.com"),
        None,
        Some("there"),
        Some("staff_there"),
    ];
    assert_eq!(one, [expected.map(|text| text.map(str::to_owned))]);
    assert_eq!(world.sim.users().len(), 6);
}

#[test]
fn a_row_that_is_there_is_a_unique_violation_or_skipped() {
    let mut world = writable(0);
    user(&mut world, "twice@example.com");
    let values = "('Username-Password-Authentication', 'twice@example.com', 'S3cret-Word!')";
    let error = world.error(&format!(
        "insert into users (connection, email, password) values {values}"
    ));
    assert_eq!(error.code().code(), "23505");
    let skipped = format!("insert into users (connection, email, password) values {values}, ('Username-Password-Authentication', 'other@example.com', 'S3cret-Word!') on conflict do nothing");
    assert_eq!(world.sql.execute(&skipped, &[]).unwrap(), 1);
    let none = world.query_text(&format!(
        "insert into users (connection, email, password) values {values} on conflict do nothing returning user_id"
    ));
    assert!(none.is_empty(), "{none:?}");
    assert_eq!(world.sim.users().len(), 2);
}

#[test]
fn the_error_says_which_rows_were_stored() {
    let mut world = writable(0);
    world.run("alter server auth0 options (add concurrency '1')");
    user(&mut world, "u3@example.com");
    let error = world.error("insert into users (connection, email, password) select 'Username-Password-Authentication', 'u' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 5) n");
    assert_eq!(error.code().code(), "23505");
    let detail = error.detail().unwrap();
    for part in [
        "Written: 2",
        r#"row 1 (email "u1@example.com")"#,
        r#"row 2 (email "u2@example.com")"#,
        r#"Failed: row 3 (email "u3@example.com")"#,
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    let stored: Vec<_> = world
        .sim
        .users()
        .iter()
        .map(|user| user["email"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored.len(), 3, "{stored:?}");
}

#[test]
fn what_cannot_be_sent_is_an_error_before_any_call() {
    let mut world = writable(0);
    for (insert, code) in [
        ("insert into users (connection, logins_count) values ('x', 3)", "0A000"),
        ("insert into users (connection, attrs) values ('x', '{}')", "0A000"),
        ("insert into users (email) values ('x@example.com')", "23502"),
        ("insert into users (connection, email) values ('x', 'y@example.com'), (null, 'z@example.com')", "23502"),
        ("insert into logs (log_id) values ('x')", "0A000"),
    ] {
        let error = world.error(insert);
        assert_eq!(error.code().code(), code, "{insert}: {error:?}");
    }
    assert!(world.sim.journal().is_empty());
}

#[test]
fn pairs_of_a_link_table_go_together() {
    let mut world = writable(0);
    let id = user(&mut world, "linked@example.com");
    world.run("insert into roles (name, description) select 'role ' || n, 'd' from generate_series(1, 3) n");
    let link = format!("insert into user_roles (user_id, role_id) select '{id}', id from (select id from roles where name like 'role _') r");
    assert_eq!(counted(&mut world, &link), [1, 1, 0, 0]);
    let count = format!("select count(*) from user_roles where user_id = '{id}'");
    assert_eq!(world.value(&count).as_deref(), Some("3"));
    let calls = sent(
        &mut world,
        &format!("delete from user_roles where user_id = '{id}'"),
    );
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.starts_with("DELETE"))
            .count(),
        1,
        "{calls:?}"
    );
    assert_eq!(world.value(&count).as_deref(), Some("0"));
}
