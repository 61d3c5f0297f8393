//! A fault at any call of a write: what the error says and what the tenant has always agree.

use crate::samples::DATABASE;
use crate::tenant::{object, row, Tenant};
use auth0::engine::Outcome;
use auth0::write::{self, Row, Step};
use auth0::{Error, Unreachable};
use serde_json::{json, Value};
use simulator::{Fault, FaultKind};
use std::time::Duration;

fn new_user() -> Vec<Step> {
    let user =
        json!({"connection": DATABASE, "email": "a@example.com", "password": "Roundhouse-1-Kick"});
    write::insert(object("users"), &row(user)).unwrap()
}

/// A user, and a change of it in two calls.
fn two_calls(tenant: &Tenant) -> (Row, Vec<Step>) {
    let Outcome::Stored(Some(answer)) = tenant.one(new_user()) else {
        panic!("no user");
    };
    let shown: Value = serde_json::from_slice(&answer).unwrap();
    let old = write::known(object("users"), shown.as_object().unwrap());
    let new = row(json!({"email": "b@example.com", "name": "B", "password": "Another-1-Kick"}));
    let steps = write::update(object("users"), &old, &new, &["email", "name", "password"]).unwrap();
    assert_eq!(steps.len(), 2);
    tenant.sim.clear_journal();
    (old, steps)
}

fn now(tenant: &Tenant, old: &Row) -> (bool, bool) {
    let user = tenant.user(old["user_id"].as_str().unwrap()).unwrap();
    let first = user["email"] == "b@example.com" && user["name"] == "B";
    assert!(first || (user["email"] == "a@example.com" && user["name"] != "B"));
    (first, user.get("last_password_reset").is_some())
}

/// A tenant whose answers are waited for no longer than a hanging one needs to be told from one of a busy machine.
fn impatient(kind: &FaultKind) -> Tenant {
    let tenant = Tenant::new();
    match kind {
        FaultKind::HangBeforeHeaders | FaultKind::HangMidBody => {
            tenant.with("request_timeout", "2s")
        }
        _ => tenant,
    }
}

/// Faults after which nobody knows, and whether the simulator had carried out what was asked.
fn without_an_answer() -> Vec<FaultKind> {
    vec![
        FaultKind::ResetBeforeResponse,
        FaultKind::ResetMidBody,
        FaultKind::Truncate,
        FaultKind::HangBeforeHeaders,
        FaultKind::HangMidBody,
        FaultKind::Html { code: 502 },
        FaultKind::Status {
            code: 500,
            body: None,
            headers: Vec::new(),
        },
    ]
}

#[test]
fn nothing_is_sent_twice_that_may_have_been_carried_out() {
    for kind in without_an_answer() {
        let tenant = impatient(&kind);
        tenant.sim.inject(Fault::new(kind.clone()).method("POST"));
        let error = tenant.error(new_user());
        assert!(error.is_uncertain(), "{kind:?}: {error:?}");
        assert_eq!(tenant.asked().len(), 1, "{kind:?}");
        assert!(tenant.sim.users().len() <= 1, "{kind:?}");
    }
}

#[test]
fn what_was_refused_unread_is_sent_again() {
    let tenant = Tenant::new();
    let throttled = FaultKind::Status {
        code: 429,
        body: None,
        headers: vec![("retry-after".into(), "0".into())],
    };
    tenant
        .sim
        .inject(Fault::new(throttled).method("POST").times(2));
    assert!(matches!(tenant.one(new_user()), Outcome::Stored(Some(_))));
    assert_eq!((tenant.asked().len(), tenant.sim.users().len()), (3, 1));
    let ids: Vec<_> = tenant
        .asked()
        .iter()
        .map(|entry| entry.header("x-correlation-id").map(str::to_owned))
        .collect();
    assert_eq!(ids, vec![Some("test-0-1".to_owned()); 3]);
}

#[test]
fn a_success_that_says_nothing_of_what_was_made_is_uncertain() {
    let page = FaultKind::Html { code: 200 };
    for fault in [FaultKind::EmptyBody, FaultKind::Garbage, page] {
        let tenant = Tenant::new();
        tenant.sim.inject(Fault::new(fault).method("POST"));
        let error = tenant.error(new_user());
        assert!(error.is_uncertain(), "{error:?}");
    }
}

#[test]
fn nothing_that_was_not_sent_is_uncertain() {
    let tenant = Tenant::new().with("max_retries", 1);
    let steps = new_user();
    let client = tenant.client.clone();
    let settings = tenant.settings();
    drop(tenant);
    // Nobody listens there any more.
    let mut writer = auth0::engine::Writer::new(crate::tenant::runtime(), client, settings, false);
    crate::tenant::submit(&mut writer, 0, steps);
    let outcome = crate::tenant::finish(&mut writer).done.remove(0).outcome;
    let Outcome::Failed(Error::Unreachable { why, attempts, .. }) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((*why, *attempts), (Unreachable::Connect, 2));
}

#[test]
fn a_change_in_two_calls_says_how_far_it_came() {
    for at in 0..2 {
        for kind in without_an_answer() {
            let tenant = impatient(&kind);
            let (old, steps) = two_calls(&tenant);
            tenant
                .sim
                .inject(Fault::new(kind.clone()).method("PATCH").after(at));
            let error = tenant.error(steps);
            assert_eq!(tenant.asked().len(), at + 1, "{kind:?}");
            assert!(error.is_uncertain(), "{error:?}");
            let (first, second) = now(&tenant, &old);
            match (at, &error) {
                (0, Error::Uncertain { .. }) => assert!(!second, "{kind:?}"),
                (
                    1,
                    Error::PartlyApplied {
                        applied,
                        failed,
                        unsent,
                        ..
                    },
                ) => {
                    assert!(first, "{kind:?}");
                    assert_eq!(*applied, ["email", "name"]);
                    assert_eq!((failed.as_slice(), unsent.len()), (&["password"][..], 0));
                }
                other => panic!("{kind:?}: {other:?}"),
            }
        }
        let tenant = Tenant::new();
        let (old, steps) = two_calls(&tenant);
        let refused = FaultKind::Status {
            code: 400,
            body: Some(r#"{"statusCode":400,"message":"no"}"#.into()),
            headers: Vec::new(),
        };
        tenant
            .sim
            .inject(Fault::new(refused).method("PATCH").after(at));
        let error = tenant.error(steps);
        assert!(!error.is_uncertain(), "{error:?}");
        assert_eq!(now(&tenant, &old), (at == 1, false));
    }
}

#[test]
fn a_token_that_has_expired_is_renewed_once() {
    let tenant = Tenant::new();
    let refused = FaultKind::Status {
        code: 401,
        body: None,
        headers: Vec::new(),
    };
    tenant.sim.inject(Fault::new(refused).method("POST"));
    // This one was given and cannot be renewed.
    let error = tenant.error(new_user());
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert_eq!((tenant.asked().len(), tenant.sim.users().len()), (1, 0));
}

#[test]
fn a_slow_answer_is_waited_for() {
    let tenant = Tenant::new();
    let slow = FaultKind::Delay {
        by: Duration::from_millis(200),
    };
    tenant.sim.inject(Fault::new(slow).method("POST"));
    assert!(matches!(tenant.one(new_user()), Outcome::Stored(Some(_))));
}
