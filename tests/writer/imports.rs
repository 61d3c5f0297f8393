//! Import jobs: many users by few calls.

use crate::samples::DATABASE;
use crate::tenant::{until, Tenant};
use auth0::engine::{Event, Finished, Import, RowError};
use auth0::Error;
use serde_json::{json, Value};
use simulator::{Config, Fault, FaultKind, JobPlan};
use std::collections::HashSet;
use std::task::Poll;

fn user(i: usize) -> Value {
    json!({"email": format!("u{i}@example.com"), "user_metadata": {"number": i, "pad": "x".repeat(200)}})
}

/// What came of an import.
struct Imported {
    events: Vec<Event>,
    errors: Vec<Error>,
}

impl Imported {
    fn finished(&self) -> Vec<&Finished> {
        let events = self.events.iter();
        let finished = events.filter_map(|event| match event {
            Event::Finished(finished) => Some(finished),
            _ => None,
        });
        finished.collect()
    }

    fn refused(&self) -> Vec<&RowError> {
        self.finished()
            .into_iter()
            .flat_map(|finished| &finished.errors)
            .collect()
    }
}

/// Imports users, waiting whenever there are too many.
fn import(mut import: Import, users: impl Iterator<Item = Value>) -> Imported {
    let mut come = Imported {
        events: Vec::new(),
        errors: Vec::new(),
    };
    for user in users {
        until(|| {
            look(&mut import, &mut come);
            (!import.is_full() || !come.errors.is_empty()).then_some(())
        });
        if !come.errors.is_empty() {
            break;
        }
        import.push(&user).expect("a user that fits");
    }
    import.finish();
    until(|| look(&mut import, &mut come).then_some(()));
    come
}

/// Takes all that has happened; whether that was the last of it.
fn look(import: &mut Import, come: &mut Imported) -> bool {
    loop {
        match import.poll() {
            Poll::Ready(Some(Ok(event))) => come.events.push(event),
            Poll::Ready(Some(Err(error))) => come.errors.push(error),
            Poll::Ready(None) => return true,
            Poll::Pending => return false,
        }
    }
}

fn sum(finished: &[&Finished], of: impl Fn(&Finished) -> u64) -> u64 {
    finished.iter().map(|finished| of(finished)).sum()
}

#[test]
fn ten_thousand_users_are_a_few_calls() {
    let tenant = Tenant::new();
    let come = import(tenant.import(DATABASE, false), (0..10_000).map(user));
    assert!(come.errors.is_empty(), "{:?}", come.errors);
    let finished = come.finished();
    assert_eq!(
        (sum(&finished, |f| f.inserted), sum(&finished, |f| f.failed)),
        (10_000, 0)
    );
    assert_eq!(tenant.sim.users().len(), 10_000);
    let asked = tenant.asked();
    assert_eq!(asked.len(), finished.len());
    for entry in &asked {
        assert!(entry.body.len() <= 512_000, "{}", entry.body.len());
        assert!(entry
            .body
            .contains("name=\"send_completion_email\"\r\n\r\nfalse\r\n"));
        assert!(entry
            .body
            .contains("name=\"external_id\"\r\n\r\na test\r\n"));
    }
    let ids: HashSet<_> = asked
        .iter()
        .map(|entry| entry.header("x-correlation-id").map(str::to_owned))
        .collect();
    assert_eq!(ids.len(), asked.len());
    let calls = tenant.sim.journal().len();
    println!("10,000 users: {calls} calls");
    assert!(calls < 60, "{calls}");
}

#[test]
fn each_row_that_is_refused_is_told() {
    let tenant = Tenant::new();
    let users = (0..10).map(|i| match i {
        3 => json!({"name": "no mail"}),
        7 => user(1),
        i => user(i),
    });
    let come = import(tenant.import(DATABASE, false), users);
    let refused: Vec<_> = come
        .refused()
        .iter()
        .map(|error| (error.number, error.code.clone()))
        .collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(refused[0].0, Some(4));
    assert_eq!(refused[1], (Some(8), Some("DUPLICATED_USER".to_owned())));
    let finished = come.finished();
    assert_eq!(
        (finished[0].inserted, finished[0].failed, finished[0].total),
        (8, 2, 10)
    );
}

#[test]
fn with_upsert_who_is_there_is_changed() {
    let tenant = Tenant::new();
    import(tenant.import(DATABASE, false), (0..5).map(user));
    let changed =
        (0..8).map(|i| json!({"email": format!("u{i}@example.com"), "user_metadata": {"new": i}}));
    let come = import(tenant.import(DATABASE, true), changed);
    let finished = come.finished();
    assert_eq!(
        (
            finished[0].inserted,
            finished[0].updated,
            finished[0].failed
        ),
        (3, 5, 0)
    );
    assert!(tenant
        .sim
        .users()
        .iter()
        .all(|user| user["user_metadata"].get("number").is_none()));
}

#[test]
fn a_job_says_how_far_it_is() {
    let tenant = Tenant::of(Config {
        jobs: JobPlan {
            pending_polls: 1,
            processing_polls: 3,
            ..JobPlan::default()
        },
        ..Config::default()
    });
    let come = import(tenant.import(DATABASE, false), (0..3).map(user));
    assert!(matches!(come.events[0], Event::Started { users: 3, .. }));
    let progress = come
        .events
        .iter()
        .filter(|event| matches!(event, Event::Progress { .. }))
        .count();
    assert!(progress >= 2, "{:?}", come.events);
    assert!(matches!(come.events.last(), Some(Event::Finished(_))));
}

#[test]
fn a_job_that_fails_is_an_error() {
    let tenant = Tenant::of(Config {
        jobs: JobPlan {
            failure: Some("out of order".into()),
            ..JobPlan::default()
        },
        ..Config::default()
    });
    let come = import(tenant.import(DATABASE, false), (0..3).map(user));
    assert!(
        matches!(&come.errors[..], [Error::Import { reason, .. }] if reason.contains("out of order")),
        "{:?}",
        come.errors
    );
}

#[test]
fn a_connection_that_there_is_not_is_an_error() {
    let tenant = Tenant::new();
    let come = import(tenant.import("nothing", false), (0..3).map(user));
    assert!(
        matches!(&come.errors[..], [Error::Rejected { refusal, .. }] if refusal.status == 404),
        "{:?}",
        come.errors
    );
    let none = import(tenant.import(DATABASE, false), std::iter::empty());
    assert!(none.events.is_empty() && none.errors.is_empty());
}

#[test]
fn a_file_without_an_answer_is_not_sent_again() {
    let tenant = Tenant::new();
    tenant
        .sim
        .inject(Fault::new(FaultKind::ResetBeforeResponse).method("POST"));
    let come = import(tenant.import(DATABASE, false), (0..10_000).map(user));
    assert_eq!(come.errors.len(), 1, "{:?}", come.errors);
    assert!(come.errors[0].is_uncertain());
    // Another may have been on its way.
    assert!(tenant.asked().len() <= 2, "{}", tenant.asked().len());
}
