//! Users: what is sent, what is stored, and how often one is asked.

use crate::samples::DATABASE;
use crate::tenant::{object, row, Tenant};
use auth0::engine::Outcome;
use auth0::write::{self, Row};
use auth0::Error;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{json, Map, Value};
use simulator::Config;

fn user(more: Value) -> Row {
    let mut user = row(
        json!({"connection": DATABASE, "email": "a@example.com", "password": "Roundhouse-1-Kick"}),
    );
    user.extend(row(more));
    user
}

#[test]
fn a_user_comes_back_as_stored() {
    let tenant = Tenant::new();
    let stored = tenant.insert(object("users"), &user(json!({"email": "Ann@Example.com"})));
    assert_eq!(stored["email"], "ann@example.com");
    assert_eq!(stored["nickname"], "ann");
    assert!(stored["created_at"].is_string() && stored["identities"].is_array());
    assert_eq!(stored["password"], Value::Null);
    assert_eq!(tenant.asked().len(), 1);
}

#[test]
fn the_same_user_twice_is_a_conflict() {
    let tenant = Tenant::new();
    tenant.insert(object("users"), &user(json!({})));
    let again = write::insert(object("users"), &user(json!({}))).unwrap();
    assert!(tenant.error(again).is_conflict());
    // The mail of another: told by a 400.
    let other = tenant.insert(object("users"), &user(json!({"email": "b@example.com"})));
    let taken = write::update(object("users"), &other, &user(json!({})), &["email"]).unwrap();
    assert!(tenant.error(taken).is_conflict());
}

#[test]
fn a_name_is_changed_by_one_call() {
    let tenant = Tenant::new();
    let stored = tenant.insert(object("users"), &user(json!({})));
    tenant.sim.clear_journal();
    let old = row(json!({"user_id": stored["user_id"]}));
    let steps =
        write::update(object("users"), &old, &row(json!({"name": "B"})), &["name"]).unwrap();
    let Outcome::Stored(Some(answer)) = tenant.one(steps) else {
        panic!("no row");
    };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(
        (&answer["name"], &answer["email"]),
        (&json!("B"), &json!("a@example.com"))
    );
    assert_eq!(tenant.sim.journal().len(), 1);
}

#[test]
fn what_may_not_go_together_is_changed_all_the_same() {
    let tenant = Tenant::of(Config::default());
    let stored = tenant.insert(object("users"), &user(json!({})));
    let new = row(
        json!({"email": "c@example.com", "email_verified": true, "password": "Another-1-Kick", "name": "C", "connection": DATABASE}),
    );
    let changed = ["password", "email", "email_verified", "name", "connection"];
    tenant.sim.clear_journal();
    let steps = write::update(object("users"), &stored, &new, &changed).unwrap();
    assert!(matches!(tenant.one(steps), Outcome::Stored(_)));
    assert_eq!(tenant.asked().len(), 2);
    let user = tenant.user(stored["user_id"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&user["email"], &user["email_verified"]),
        (&json!("c@example.com"), &json!(true))
    );
    assert!(user["last_password_reset"].is_string());
}

#[test]
fn who_is_gone_is_not_found() {
    let tenant = Tenant::new();
    let gone = row(json!({"user_id": "auth0|gone"}));
    let steps = write::update(
        object("users"),
        &gone,
        &row(json!({"name": "B"})),
        &["name"],
    )
    .unwrap();
    assert_eq!(tenant.one(steps), Outcome::NotFound);
    let steps = write::delete(object("users"), &gone).unwrap();
    assert!(matches!(tenant.one(steps), Outcome::Stored(_)));
}

#[test]
fn a_refusal_says_what_auth0_says() {
    let tenant = Tenant::new();
    let weak = write::insert(object("users"), &user(json!({"password": "x"}))).unwrap();
    let error = tenant.error(weak);
    let Error::Rejected { call, refusal } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((call.method, refusal.status), ("POST", 400));
    assert!(refusal
        .message
        .as_ref()
        .is_some_and(|text| text.contains("Password")));
    let tenant = Tenant::of(Config {
        custom_domain_conflict: true,
        ..Config::default()
    });
    let error = tenant.error(write::insert(object("users"), &user(json!({}))).unwrap());
    assert!(matches!(error, Error::Rejected { .. }), "{error:?}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Option<Map<String, Value>>> {
    let map = prop::collection::btree_map("[a-e]", any_json(), 0..4);
    prop::option::of(map.prop_map(|map| map.into_iter().collect()))
}

/// After any sequence of updates a user has what the last one said, whatever the API merges.
#[test]
fn metadata_becomes_what_it_was_set_to() {
    let tenant = Tenant::new();
    let stored = tenant.insert(object("users"), &user(json!({})));
    let id = stored["user_id"].as_str().unwrap();
    let mut runner = TestRunner::new(Runs::with_cases(150));
    let changes = (metadata(), metadata());
    let result = runner.run(&changes, |(app, own)| {
        let shown = tenant.user(id).unwrap();
        let old = write::known(object("users"), shown.as_object().unwrap());
        let new = row(json!({"app_metadata": app, "user_metadata": own}));
        let steps = write::update(
            object("users"),
            &old,
            &new,
            &["app_metadata", "user_metadata"],
        )
        .unwrap();
        if !steps.is_empty() {
            let outcome = tenant.one(steps);
            prop_assert!(matches!(outcome, Outcome::Stored(_)), "{:?}", outcome);
        }
        let now = tenant.user(id).unwrap();
        let whole = |value: Option<&Value>| {
            value
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default()
        };
        prop_assert_eq!(whole(now.get("app_metadata")), app.unwrap_or_default());
        prop_assert_eq!(whole(now.get("user_metadata")), own.unwrap_or_default());
        Ok(())
    });
    result.unwrap();
}
