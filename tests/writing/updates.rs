//! UPDATE.

use crate::support::{body, counted, sent, user, writable};
use serde_json::json;

#[test]
fn only_what_has_changed_is_sent() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let set =
        |what: &str| format!("update users set {what} where user_id = '{id}' and name is not null");
    assert_eq!(
        counted(&mut world, &set("name = 'First', nickname = 'nick'")),
        [1, 0, 1, 0]
    );
    assert_eq!(body(&world), json!({"nickname": "nick"}));
    assert_eq!(counted(&mut world, &set("name = name")), [1, 0, 0, 0]);
    assert_eq!(
        counted(
            &mut world,
            &set("user_metadata = '{\"b\": {\"c\": 2}, \"d\": null}'")
        ),
        [1, 0, 1, 0]
    );
    assert_eq!(body(&world), json!({"user_metadata": {"a": null}}));
    assert_eq!(
        world
            .value(&format!(
                "select user_metadata from users where user_id = '{id}'"
            ))
            .as_deref(),
        Some(r#"{"b": {"c": 2}}"#)
    );
}

#[test]
fn an_update_returns_the_stored_row() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let row = world.query_text(&format!(
        "update users set nickname = 'n', app_metadata = '{{\"plan\": \"gold\"}}' where user_id = '{id}' returning user_id, nickname, app_metadata ->> 'plan', updated_at >= created_at, password"
    ));
    let expected =
        [Some(id.as_str()), Some("n"), Some("gold"), Some("t"), None].map(|t| t.map(str::to_owned));
    assert_eq!(row, [expected]);
}

#[test]
fn a_password_cannot_be_taken_away() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let alone = format!("update users set password = null where user_id = '{id}'");
    let error = world.error(&alone);
    assert_eq!(error.code().code(), "23502", "{error:?}");
    assert!(error.message().contains("password"), "{error:?}");
    // Whoever writes a row back as it was read sets none.
    let beside = format!("update users set nickname = 'x', password = null where user_id = '{id}'");
    assert_eq!(counted(&mut world, &beside), [0, 0, 1, 0]);
    assert_eq!(body(&world), json!({"nickname": "x"}));
}

#[test]
fn an_update_by_id_is_one_call() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let calls = sent(
        &mut world,
        &format!("update users set nickname = 'direct' where user_id = '{id}'"),
    );
    assert_eq!(calls, [format!("PATCH /api/v2/users/{id}")]);
    // The old value is needed to know which keys have gone.
    let merged = format!("update users set user_metadata = '{{\"x\": 1}}' where user_id = '{id}'");
    assert_eq!(counted(&mut world, &merged), [1, 0, 1, 0]);
    assert_eq!(
        world
            .sql
            .execute(
                "update users set nickname = 'x' where user_id = 'auth0|nobody'",
                &[]
            )
            .unwrap(),
        0
    );
    for mode in ["force_generic_plan", "force_custom_plan"] {
        world.run(&format!("set plan_cache_mode = {mode}; prepare p (text, text) as update users set nickname = $2 where user_id = $1"));
        for n in 0..7 {
            assert_eq!(
                counted(&mut world, &format!("execute p ('{id}', '{mode}{n}')")),
                [0, 0, 1, 0]
            );
            assert_eq!(body(&world), json!({"nickname": format!("{mode}{n}")}));
        }
        world.run("deallocate p");
    }
}

#[test]
fn what_cannot_be_changed_is_refused_before_any_call() {
    let mut world = writable(2);
    for update in [
        "update users set user_id = 'auth0|other'",
        "update users set logins_count = 3",
        "update users set attrs = '{}'",
        "update users set created_at = now() where false",
    ] {
        world.sim.clear_journal();
        let error = world.error(update);
        assert_eq!(error.code().code(), "0A000", "{update}: {error:?}");
        assert!(
            world
                .sim
                .journal()
                .iter()
                .all(|entry| entry.method == "GET"),
            "{update}"
        );
    }
    let error = world.error(
        "update users set email_verified = null where user_id = (select min(user_id) from users)",
    );
    assert_eq!(error.code().code(), "23502");
}

#[test]
fn pairs_that_auth0_refuses_together_go_one_after_another() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let calls = sent(
        &mut world,
        &format!("update users set email = 'b@example.com', password = 'An0ther-Word!' where user_id = '{id}'"),
    );
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.starts_with("PATCH"))
            .count(),
        2,
        "{calls:?}"
    );
    assert_eq!(
        world
            .value(&format!("select email from users where user_id = '{id}'"))
            .as_deref(),
        Some("b@example.com")
    );
}

#[test]
fn joins_triggers_and_views() {
    let mut world = writable(0);
    let ids: Vec<String> = (0..3)
        .map(|n| user(&mut world, &format!("u{n}@example.com")))
        .collect();
    world.run("create table names (email text, name text); insert into names values ('u0@example.com', 'Zero'), ('u1@example.com', 'One'), ('u1@example.com', 'Uno')");
    assert_eq!(
        world
            .sql
            .execute(
                "update users u set name = n.name from names n where n.email = u.email",
                &[]
            )
            .unwrap(),
        2
    );
    world.run(
        "create function shout() returns trigger language plpgsql as $$ begin new.nickname := upper(new.name); return new; end $$;
         create trigger shout before insert or update on users for each row execute function shout();
         create table seen (id text, nick text);
         create function note() returns trigger language plpgsql as $$ begin insert into seen values (new.user_id, new.nickname); return null; end $$;
         create trigger note after insert or update on users for each row execute function note()",
    );
    world.run(&format!(
        "update users set name = 'loud' where user_id = '{}'",
        ids[0]
    ));
    assert_eq!(
        world.query_text("select * from seen"),
        [[Some(ids[0].clone()), Some("LOUD".to_owned())]]
    );
    world.run("drop trigger shout on users; drop trigger note on users");
    world.run("create view blocked_users as select * from users where blocked with check option");
    world.run(&format!(
        "update users set blocked = true where user_id = '{}'",
        ids[1]
    ));
    world.sim.clear_journal();
    let error = world.error(&format!(
        "update blocked_users set blocked = false where user_id = '{}'",
        ids[1]
    ));
    assert_eq!(error.code().code(), "44000");
    assert!(world
        .sim
        .journal()
        .iter()
        .all(|entry| entry.method == "GET"));
}
