//! Where walks are delicate: limits, odd rows, faults, a lagging index.

use crate::trip::{all, assert_ids, assert_order, moment, sorted, Trip, DOWN, UP};
use auth0::engine::{ScanRequest, Sort};
use auth0::Error;
use serde_json::json;
use simulator::{Bucket, Fault, FaultKind};
use std::time::Duration;

#[test]
fn a_limit_makes_the_first_page_small_and_is_no_cut() {
    for (users, capped) in [(50, true), (700, true), (3000, true), (3000, false)] {
        let trip = Trip::of(users, capped);
        for limit in [1, 7, 100, 500] {
            let request = ScanRequest {
                all: false,
                limit: Some(limit),
                ..sorted(UP)
            };
            let found = trip.run_to(&request, 1);
            assert_eq!(found.rows.len() as u64, limit.min(100).min(users as u64));
            assert_eq!(found.calls, 1);
            assert_ids(&trip.read(&request), &trip.ids(), "more than the limit");
        }
    }
}

#[test]
fn whoever_stops_early_pays_for_what_was_read() {
    for capped in [true, false] {
        let trip = Trip::of(5000, capped);
        let request = ScanRequest {
            all: false,
            ..all()
        };
        for (rows, most) in [(100, 1), (150, 6), (400, 11), (1000, 20)] {
            let found = trip.run_to(&request, rows);
            assert!(found.rows.len() >= rows);
            assert!(found.calls <= most, "{rows} rows: {}", found.calls);
        }
    }
}

#[test]
fn rows_without_a_time_come_too() {
    for (users, capped) in [
        (20, true),
        (999, true),
        (1000, true),
        (2500, true),
        (2500, false),
    ] {
        let trip = Trip::of(users, capped);
        for (id, created) in [
            ("odd|absent", None),
            ("odd|null", Some(json!(null))),
            ("odd|object", Some(json!({ "at": "once" }))),
        ] {
            let mut user = json!({ "user_id": id });
            if let Some(created) = created {
                user["created_at"] = created;
            }
            trip.sim.put_user(user);
        }
        for request in [all(), sorted(UP), sorted(DOWN)] {
            let case = format!("{users}, capped: {capped}, {:?}", request.sort);
            assert_ids(&trip.read(&request), &trip.ids(), &case);
        }
    }
}

#[test]
fn faults_in_the_middle_cost_requests_and_no_rows() {
    let trip = Trip::of(2500, true).with("max_retries", 2);
    let busy = FaultKind::Status {
        code: 429,
        body: None,
        headers: Vec::new(),
    };
    let slow = FaultKind::Status {
        code: 503,
        body: None,
        headers: Vec::new(),
    };
    for kind in [
        busy,
        slow,
        FaultKind::ResetBeforeResponse,
        FaultKind::ResetMidBody,
        FaultKind::Truncate,
        FaultKind::TruncateChunked,
        FaultKind::TruncatedJson,
        FaultKind::Garbage,
        FaultKind::EmptyBody,
    ] {
        for nth in [0, 3, 8, 20] {
            trip.sim.inject(Fault::new(kind.clone()).after(nth));
        }
        for sort in [UP, DOWN] {
            let found = trip.read(&sorted(sort));
            assert_ids(&found, &trip.ids(), &format!("{kind:?}"));
            assert_order(&found, 1, sort.descending, &format!("{kind:?}"));
        }
        trip.sim.clear_faults();
    }
    let gone = FaultKind::Status {
        code: 500,
        body: None,
        headers: Vec::new(),
    };
    trip.sim.inject(Fault::new(gone).after(12).forever());
    let found = trip.run(&all());
    assert!(
        matches!(found.error, Some(Error::ServerError { .. })),
        "{found:?}"
    );
}

#[test]
fn a_lagging_index_hides_nobody_who_was_there() {
    let trip = Trip::of(2500, true);
    trip.sim.set_index_lag(Duration::from_millis(30));
    for n in 0..12 {
        trip.sim.after(2 + 2 * n, "/api/v2/users", move |sim| {
            sim.put_user(
                json!({ "user_id": format!("new|{n}"), "created_at": moment(7 + n as i64) }),
            );
        });
    }
    let still = (0..2500).map(|i| format!("auth0|{i:06}"));
    let found = trip.read(&sorted(UP));
    let ids: std::collections::HashSet<&String> = found.rows.iter().map(|row| &row[0]).collect();
    assert!(still.into_iter().all(|id| ids.contains(&id)));
    assert_eq!(ids.len(), found.rows.len());
}

#[test]
fn a_rate_limit_only_slows_it_down() {
    let trip = Trip::of(2000, true);
    trip.sim.set_bucket(Some(Bucket {
        burst: 10,
        per_second: 50.0,
    }));
    assert_ids(&trip.read(&all()), &trip.ids(), "limited");
}

#[test]
fn rows_that_move_to_the_front_are_missed_loudly() {
    let down = Sort {
        key: "updated_at",
        descending: true,
    };
    let trip = Trip::of(2500, true);
    trip.sim.after(9, "/api/v2/users", |sim| {
        sim.put_user(json!({
            "user_id": "auth0|000003", "created_at": moment(3000), "updated_at": moment(9_000_000_000),
        }));
    });
    let found = trip.run(&sorted(down));
    assert!(
        matches!(found.error, Some(Error::Moved { .. })),
        "{:?}",
        found.error
    );
    // The next time it stands in front.
    let found = trip.read(&sorted(down));
    assert_eq!(found.rows[0][0], "auth0|000003");
    assert_ids(&found, &trip.ids(), "moved");
    // A new user is none that was missed.
    trip.sim.after(9, "/api/v2/users", |sim| {
        crate::trip::put(sim, "new", 9_500_000_000);
    });
    assert!(trip.read(&sorted(down)).rows.len() >= 2500);
}

#[test]
fn rows_that_move_to_the_end_come_once() {
    let up = Sort {
        key: "updated_at",
        descending: false,
    };
    let trip = Trip::of(2500, true);
    for n in 0..20 {
        trip.sim.after(1 + n, "/api/v2/users", move |sim| {
            let id = format!("auth0|{:06}", 120 * n);
            let user = json!({
                "user_id": id, "created_at": moment(0), "updated_at": moment(9_000_000_000 + n as i64),
            });
            sim.put_user(user);
        });
    }
    let found = trip.read(&sorted(up));
    assert_ids(&found, &trip.ids(), "moved");
    assert_order(&found, 2, false, "moved");
}
