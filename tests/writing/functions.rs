//! auth0.get_or_create_user and auth0.import_users.

use crate::support::{counted, psql, tally, user, writable};

const DATABASE: &str = "Username-Password-Authentication";

#[test]
fn a_user_is_made_once() {
    let mut world = writable(0);
    let call = format!("select created, profile ->> 'email', user_id = profile ->> 'user_id', profile -> 'user_metadata' ->> 'plan' from auth0.get_or_create_user('auth0', 'one@example.com', '{DATABASE}', '{{\"password\": \"S3cret-Word!\", \"user_metadata\": {{\"plan\": \"gold\"}}}}')");
    let row = |created: &str| [created, "one@example.com", "t", "gold"].map(|t| Some(t.to_owned()));
    assert_eq!(world.query_text(&call), [row("t")]);
    assert_eq!(tally(&world), [1, 1, 0, 0]);
    assert_eq!(world.query_text(&call), [row("f")]);
    assert_eq!(tally(&world), [2, 1, 0, 0]);
    assert_eq!(world.sim.users().len(), 1);
}

#[test]
fn a_user_is_found_by_an_address_with_capitals() {
    let mut world = writable(0);
    let call = |email: &str, defaults: &str| {
        format!("select created, profile ->> 'email' from auth0.get_or_create_user('auth0', '{email}', '{DATABASE}', '{{\"password\": \"S3cret-Word!\"{defaults}}}')")
    };
    let row = |created: &str, email: &str| [[created, email].map(|t| Some(t.to_owned()))];
    let mixed = call("Mixed@Example.com", "");
    assert_eq!(world.query_text(&mixed), row("t", "mixed@example.com"));
    world.sim.clear_journal();
    assert_eq!(world.query_text(&mixed), row("f", "mixed@example.com"));
    assert_eq!(tally(&world), [2, 0, 0, 0]);
    // Made by somebody else after both look-ups.
    world.sim.clear_journal();
    world.sim.after(2, "/api/v2/users-by-email", |sim| {
        sim.put_user(serde_json::json!({"user_id": "auth0|first", "email": "race@example.com", "created_at": "2024-01-01T00:00:00.000Z", "updated_at": "2024-01-01T00:00:00.000Z", "identities": [{"connection": DATABASE, "provider": "auth0", "user_id": "first", "isSocial": false}]}));
    });
    let race = call("Race@Example.com", "");
    assert_eq!(world.query_text(&race), row("f", "race@example.com"));
    assert_eq!(tally(&world), [4, 1, 0, 0]);
    // One that is like another in something else is neither there nor made.
    let taken = call("New@Example.com", r#", "user_id": "first""#);
    let error = world.error(&taken);
    assert_eq!(
        (error.code().code(), error.message(), error.hint()),
        (
            "42704",
            "user \"New@Example.com\" does not exist",
            Some("Auth0 refuses to make it, as it has one like it already: see user_id, username and phone_number in the defaults.")
        )
    );
}

#[test]
fn a_user_who_is_made_meanwhile_is_found() {
    let mut world = writable(0);
    world.sim.after(1, "/api/v2/users-by-email", |sim| {
        sim.put_user(serde_json::json!({"user_id": "auth0|first", "email": "race@example.com", "created_at": "2024-01-01T00:00:00.000Z", "updated_at": "2024-01-01T00:00:00.000Z", "identities": [{"connection": DATABASE, "provider": "auth0", "user_id": "first", "isSocial": false}]}));
    });
    let row = world.query_text(&format!("select user_id, created from auth0.get_or_create_user('auth0', 'race@example.com', '{DATABASE}', '{{\"password\": \"S3cret-Word!\"}}')"));
    assert_eq!(row, [["auth0|first", "f"].map(|t| Some(t.to_owned()))]);
    assert_eq!(tally(&world), [2, 1, 0, 0]);
}

#[test]
fn the_functions_ask_for_the_same_rights_as_statements() {
    let mut world = writable(0);
    world.run("alter server auth0 options (set updatable 'false')");
    for call in [
        "select auth0.get_or_create_user('auth0', 'x@example.com', 'c')",
        "select auth0.import_users('auth0', 'c', 'select 1')",
    ] {
        let error = world.error(call);
        assert_eq!(
            (error.code().code(), error.hint()),
            (
                "0A000",
                Some("ALTER SERVER auth0 OPTIONS (SET updatable 'true');")
            ),
            "{call}"
        );
    }
    let open = world.value("select count(*) from pg_proc p where pronamespace = 'auth0'::regnamespace and proname in ('get_or_create_user', 'import_users') and has_function_privilege('public', oid, 'execute')");
    assert_eq!(open.as_deref(), Some("0"));
    assert!(world.sim.journal().is_empty());
}

#[test]
fn what_a_function_cannot_take_is_refused_before_any_call() {
    let mut world = writable(0);
    let big = format!("select auth0.import_users('auth0', '{DATABASE}', 'select ''u'' || n || ''@example.com'' as email, jsonb_build_object(''pad'', repeat(''x'', case n when 3 then 500000 else 1 end)) as user_metadata from generate_series(1, 4) n')");
    let own =
        Some("It must be without \"email\" and \"connection\", which are arguments of their own.");
    let text = Some("It must be a text that is not empty.");
    for (call, message, hint) in [
        ("auth0.import_users('auth0', 'c', null)", "source", text),
        ("auth0.import_users('auth0', null, 'select 1')", "connection", text),
        ("auth0.import_users(null, 'c', 'select 1')", "server", text),
        ("auth0.import_users('auth0', 'c', 'select 1', null)", "upsert", Some("It must be true or false.")),
        ("auth0.get_or_create_user('auth0', null, 'c')", "email", text),
        ("auth0.get_or_create_user('auth0', 'x@example.com', 'c', '{\"email\": \"y@example.com\"}')", "defaults", own),
        ("auth0.get_or_create_user('auth0', 'x@example.com', 'c', '{\"connection\": \"c\"}')", "defaults", own),
        ("auth0.get_or_create_user('auth0', 'x@example.com', 'c', '[]')", "defaults", Some("It must be a JSON object.")),
    ] {
        let error = world.error(&format!("select {call}"));
        assert_eq!(
            (error.code().code(), error.message(), error.hint()),
            ("22023", &*format!("invalid value for argument \"{message}\""), hint),
            "{call}"
        );
    }
    let error = world.error(&big);
    assert_eq!(error.code().code(), "54000");
    assert!(
        error
            .message()
            .starts_with("row 3 of the import is a user of 5000"),
        "{error:?}"
    );
    assert!(world.sim.users().is_empty());
}

#[test]
fn the_rows_of_a_table_are_imported() {
    let mut world = writable(0);
    user(&mut world, "n3@example.com");
    world.run("create table newcomers as select 'n' || n || '@example.com' as email, n % 2 = 0 as email_verified, 'N' || n as name, null::text as nickname from generate_series(1, 5) n");
    world.sim.clear_journal();
    let refused = world.query_text(&format!("select row_number, profile ->> 'email', message is not null from auth0.import_users('auth0', '{DATABASE}', 'newcomers')"));
    assert_eq!(
        refused,
        [["3", "n3@example.com", "t"].map(|t| Some(t.to_owned()))]
    );
    let [_, posts, _, _] = tally(&world);
    assert_eq!(posts, 1);
    assert_eq!(world.sim.users().len(), 5);
    let upsert = format!("select from auth0.import_users('auth0', '{DATABASE}', 'select email, upper(name) as name from newcomers order by 1', true)");
    assert_eq!(counted(&mut world, &upsert)[1], 1);
    assert_eq!(
        world
            .value("select name from users where email = 'n3@example.com'")
            .as_deref(),
        Some("N3")
    );
    let said = psql(&world, &format!("set auth0_fdw.dry_run = on; {upsert};"));
    assert!(
        said.contains("dry run: POST /api/v2/jobs/users-imports") && said.contains("5 users"),
        "{said}"
    );
}
