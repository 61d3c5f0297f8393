//! Counts: one request where the total can be trusted, and right where it cannot.

use crate::trip::{all, Found, Trip};
use auth0::engine::{Ask, ScanRequest};
use auth0::Error;
use simulator::Config;

fn count(trip: &Trip, q: Option<&str>) -> Found {
    trip.run(&ScanRequest {
        ask: Ask::Count(q.map(str::to_owned)),
        ..all()
    })
}

#[test]
fn a_count_is_one_request_where_the_total_can_be_trusted() {
    for (users, capped, most) in [
        (0, true, 1),
        (999, true, 1),
        (1000, true, 4),
        (1001, true, 4),
        (10_000, true, 14),
        (25_000, true, 29),
        (25_000, false, 1),
    ] {
        let trip = Trip::of(users, capped);
        let found = count(&trip, None);
        println!(
            "count of {users}, capped: {capped}: {} requests",
            found.calls
        );
        assert_eq!(
            (found.total, found.rows.len(), found.pages),
            (Some(users as u64), 0, 1)
        );
        assert!(found.calls <= most, "{users}: {}", found.calls);
        let found = count(&trip, Some("blocked:true"));
        assert_eq!(found.total, Some(users.div_ceil(2) as u64));
    }
}

#[test]
fn a_count_is_right_whatever_ties() {
    for tied in [50, 700, 999] {
        let trip = Trip::to(Config {
            users: 3000,
            tied_users: tied,
            ..Config::default()
        });
        trip.sim
            .put_user(serde_json::json!({ "user_id": "never|created" }));
        let found = count(&trip, None);
        assert_eq!(found.total, Some(3001), "{tied}: {:?}", found.error);
    }
    let crowded = |bulk_read: &str| {
        Trip::to(Config {
            users: 3000,
            tied_users: 1500,
            ..Config::default()
        })
        .with("bulk_read", bulk_read)
    };
    assert_eq!(count(&crowded("auto"), None).total, Some(3000));
    let refused = count(&crowded("search"), None);
    assert!(
        matches!(refused.error, Some(Error::Window { .. })),
        "{refused:?}"
    );
}

#[test]
fn without_totals_rows_are_counted() {
    let trip = Trip::to(Config {
        users: 1234,
        always_bare: true,
        ..Config::default()
    });
    assert_eq!(count(&trip, None).total, Some(1234));
}
