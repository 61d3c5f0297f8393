//! Export jobs: whole tables, and rows of one millisecond that no search can tell apart.

use crate::trip::{all, assert_ids, sorted, Trip, DOWN, UP};
use auth0::engine::ScanRequest;
use auth0::Error;
use simulator::{Config, Fault, FaultKind, JobPlan};
use std::time::Duration;

#[test]
fn a_crowd_is_read_with_an_export() {
    for capped in [true, false] {
        let trip = Trip::to(Config {
            users: 4000,
            tied_users: 2500,
            total_cap: capped.then_some(1000),
            ..Config::default()
        });
        for request in [all(), sorted(UP), sorted(DOWN)] {
            let found = trip.read(&request);
            println!(
                "2500 tied of 4000, capped: {capped}: {} requests",
                found.calls
            );
            assert_ids(&found, &trip.ids(), "crowd");
            assert!(found.calls <= 140, "{}", found.calls);
        }
    }
}

#[test]
fn an_export_brings_all() {
    for (gzip, scheme, users) in [(true, true, 5000), (false, true, 1200), (true, false, 0)] {
        let trip = Trip::to(Config {
            users,
            jobs: JobPlan {
                gzip,
                location_scheme: scheme,
                ..JobPlan::default()
            },
            ..Config::default()
        })
        .with("bulk_read", "export");
        let found = trip.read(&all());
        assert_ids(&found, &trip.ids(), "export");
        assert!(found.calls <= 6, "{}", found.calls);
        let journal = trip.sim.journal();
        let storage = journal
            .iter()
            .find(|entry| entry.path.starts_with("/exports"));
        let headers = &storage.expect("a download").headers;
        assert!(headers.iter().all(|(name, _)| name != "authorization"));
    }
}

#[test]
fn an_export_that_breaks_off_is_begun_anew() {
    let trip = Trip::to(Config {
        users: 5000,
        ..Config::default()
    })
    .with("bulk_read", "export");
    for kind in [
        FaultKind::ResetMidBody,
        FaultKind::TruncateChunked,
        FaultKind::TruncatedJson,
        FaultKind::ResetBeforeResponse,
        FaultKind::EmptyBody,
        FaultKind::Garbage,
        FaultKind::Html { code: 403 },
    ] {
        trip.sim.inject(Fault::new(kind.clone()).on("/exports"));
        let found = trip.read(&all());
        assert_ids(&found, &trip.ids(), &format!("{kind:?}"));
        trip.sim.clear_faults();
    }
    trip.sim.inject(
        Fault::new(FaultKind::TruncateChunked)
            .on("/exports")
            .forever(),
    );
    let found = trip.run(&all());
    assert!(
        matches!(found.error, Some(Error::Export { .. })),
        "{:?}",
        found.error
    );
}

#[test]
fn an_expired_location_is_asked_for_again() {
    let trip = Trip::to(Config {
        users: 300,
        jobs: JobPlan {
            location_lifetime: Duration::ZERO,
            ..JobPlan::default()
        },
        ..Config::default()
    })
    .with("bulk_read", "export");
    trip.sim.after(1, "/exports", |sim| {
        sim.configure(|config| config.jobs.location_lifetime = Duration::from_secs(60));
    });
    assert_ids(&trip.read(&all()), &trip.ids(), "expired");
}

#[test]
fn a_failed_job_says_why() {
    let trip = Trip::to(Config {
        users: 30,
        jobs: JobPlan {
            failure: Some("out of paper".into()),
            ..JobPlan::default()
        },
        ..Config::default()
    })
    .with("bulk_read", "export");
    let found = trip.run(&all());
    let Some(Error::Export { reason, .. }) = &found.error else {
        panic!("{:?}", found.error);
    };
    assert_eq!(reason, "out of paper");
}

#[test]
fn a_job_is_asked_for_once() {
    let trip = Trip::to(Config {
        users: 30,
        ..Config::default()
    })
    .with("bulk_read", "export");
    let posts = || {
        let journal = trip.sim.journal();
        journal
            .iter()
            .filter(|entry| entry.method == "POST")
            .count()
    };
    let busy = FaultKind::Status {
        code: 429,
        body: None,
        headers: Vec::new(),
    };
    trip.sim.inject(Fault::new(busy).method("POST"));
    trip.read(&all());
    assert_eq!(posts(), 2);
    for kind in [
        FaultKind::ResetBeforeResponse,
        FaultKind::ResetMidBody,
        FaultKind::TruncatedJson,
        FaultKind::Html { code: 503 },
    ] {
        trip.sim.clear_journal();
        trip.sim.inject(Fault::new(kind.clone()).method("POST"));
        let found = trip.run(&all());
        assert!(found.error.is_some(), "{kind:?}");
        assert_eq!(posts(), 1, "{kind:?}");
    }
}

#[test]
fn an_export_is_for_whole_tables_of_keys_it_can_name() {
    let trip = Trip::of(30, true).with("bulk_read", "export");
    for request in [
        sorted(UP),
        crate::trip::search("blocked:true"),
        ScanRequest {
            whole: true,
            ..all()
        },
        ScanRequest {
            all: false,
            ..all()
        },
        ScanRequest {
            keys: vec!["a.b".into()],
            ..all()
        },
    ] {
        trip.read(&request);
    }
    let journal = trip.sim.journal();
    assert!(journal.iter().all(|entry| entry.method == "GET"));
}
