//! What walks cost in requests and time.

use crate::trip::{all, assert_ids, assert_order, sorted, Trip, DOWN, UP};

#[test]
fn requests_of_a_whole_tenant() {
    for (users, most) in [
        (0, 1),
        (100, 1),
        (101, 2),
        (999, 10),
        (1000, 10),
        (1001, 14),
        (2500, 27),
        (10_000, 103),
        (25_000, 255),
    ] {
        for capped in [true, false] {
            let trip = Trip::of(users, capped);
            for request in [all(), sorted(UP), sorted(DOWN)] {
                let case = format!("{users}, capped: {capped}, {:?}", request.sort);
                let found = trip.read(&request);
                println!("{case}: {} requests", found.calls);
                assert_ids(&found, &trip.ids(), &case);
                if let Some(sort) = request.sort {
                    assert_order(&found, 1, sort.descending, &case);
                }
                assert!(found.calls <= most, "{case}: {} requests", found.calls);
            }
        }
    }
}
