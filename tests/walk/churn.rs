//! Rows that come, go and move while they are read: whoever stands still is neither lost nor doubled.

use crate::trip::{all, assert_order, moment, put, sorted, Found, Trip, DOWN, UP};
use auth0::engine::{Ask, ScanRequest, Sort};
use auth0::Error;
use serde_json::json;
use simulator::{Config, Fault, FaultKind, Handle};
use std::collections::HashSet;

/// One random tenant, one random walk, random changes. The seed tells it all.
struct Case {
    trip: Trip,
    request: ScanRequest,
    /// Ids of the rows that nothing happens to and that the search finds.
    still: HashSet<String>,
    /// More rows of one millisecond than can be paged through.
    crowded: bool,
    words: String,
}

impl Case {
    fn new(seed: u64) -> Case {
        let mut dice = fastrand::Rng::with_seed(seed);
        let users = match dice.u32(0..6) {
            0 => dice.usize(0..210),
            1 => dice.usize(0..1000),
            2 => 100 * dice.usize(1..12),
            3 => dice.usize(980..1120),
            _ => dice.usize(1000..5000),
        };
        let capped = dice.bool();
        let trip = Trip::to(Config {
            total_cap: capped.then_some(1000),
            unstable_ties: dice.bool(),
            ..Config::default()
        })
        .with("bulk_read", "search")
        .with(
            "page_size",
            dice.choice([10, 20, 50, 100, 100, 100]).unwrap(),
        )
        .with("concurrency", dice.u32(1..9));
        // How often a row shares the millisecond of the one before.
        let tied = dice.choice([0.0, 0.0, 0.06, 0.5, 0.95]).unwrap();
        let (mut at, mut cluster, mut largest) = (0, 0, 0);
        let (mut ids, mut run) = (Vec::new(), 0);
        for i in 0..users {
            if cluster > 0 {
                cluster -= 1;
            } else if dice.u32(0..2000) == 0 {
                cluster = dice.usize(1..1500);
            }
            if i == 0 || (cluster == 0 && dice.f64() >= tied) {
                at += dice.i64(1..5000);
                run = 0;
            }
            run += 1;
            largest = largest.max(run);
            let id = format!("u|{:04x}{i}", dice.u16(..));
            trip.put(&id, at);
            ids.push((id, at));
        }
        let moving = dice.u32(0..4) == 0;
        let sort = match (moving, dice.u32(0..3)) {
            (true, n) => Some(Sort {
                key: "updated_at",
                descending: n == 0,
            }),
            (_, 0) => None,
            (_, 1) => Some(UP),
            _ => Some(DOWN),
        };
        let filtered = dice.u32(0..4) == 0;
        let request = ScanRequest {
            ask: Ask::Search(filtered.then(|| "blocked:true OR email:nobody".to_owned())),
            all: dice.bool(),
            limit: dice.choice([None, None, None, Some(1), Some(30)]).unwrap(),
            sort,
            ..all()
        };
        let found = |id: &str| !filtered || id.ends_with(['0', '2', '4', '6', '8']);
        let mut still: HashSet<String> = ids
            .iter()
            .map(|(id, _)| id.clone())
            .filter(|id| found(id))
            .collect();
        let requests = users / 50 + 3;
        let changes = dice.choice([0, 1, 2, 5, 20]).unwrap();
        // A listing that fits into the window shows changes by its totals, and one row for another, between the same
        // two requests, is no change of them.
        let listed = still.len() < 1200 && !moving;
        let mut taken = HashSet::new();
        for change in 0..changes {
            let nth = dice.usize(1..requests);
            let what = dice.u32(0..4);
            // Pages side by side make neighbouring requests the same two, so rows only go, or only come.
            let other = u32::from(!seed.is_multiple_of(2));
            if listed && (what == 2 || what == other || !taken.insert(nth)) {
                continue;
            }
            let born = dice.i64(0..at + 10_000);
            let victim = (!ids.is_empty()).then(|| dice.choice(&ids).unwrap().0.clone());
            if what != 1 {
                still.remove(victim.as_deref().unwrap_or_default());
            }
            let act = move |sim: &Handle| {
                if let (0 | 2, Some(victim)) = (what, &victim) {
                    sim.remove_user(victim);
                }
                if let 1 | 2 = what {
                    put(sim, &format!("new|{change}2"), born);
                }
                if let (3, Some(victim)) = (what, &victim) {
                    log_in(sim, victim, change);
                }
            };
            trip.sim.after(nth, "/api/v2/users", act);
        }
        if dice.u32(0..5) == 0 {
            let kind = match dice.u32(0..3) {
                0 => FaultKind::Status {
                    code: 503,
                    body: None,
                    headers: Vec::new(),
                },
                1 => FaultKind::ResetMidBody,
                _ => FaultKind::TruncateChunked,
            };
            trip.sim
                .inject(Fault::new(kind).after(dice.usize(0..requests)));
        }
        let words = format!(
            "seed {seed}: {users} users, ties {tied} up to {largest}, capped {capped}, {:?} {:?} all {} limit {:?}, {changes} changes, {:?}",
            request.ask,
            request.sort,
            request.all,
            request.limit,
            (trip.settings().page_size, trip.settings().concurrency)
        );
        Case {
            trip,
            request,
            still,
            crowded: largest + changes >= 1000,
            words,
        }
    }

    fn check(self) -> Found {
        let words = &self.words;
        // Shown when the test fails, be it by waiting in vain.
        println!("{words}");
        let found = self.trip.run(&self.request);
        match &found.error {
            None => {}
            Some(Error::Window { .. }) if self.crowded => return found,
            Some(Error::Moved { .. }) if self.request.sort.is_some_and(|s| s.descending) => {
                return found
            }
            Some(error) => {
                for entry in self
                    .trip
                    .sim
                    .journal()
                    .iter()
                    .rev()
                    .take(number("WALK_JOURNAL", 0) as usize)
                {
                    println!("{:?}", entry.query);
                }
                panic!("{words}: {error:?}")
            }
        }
        let ids: HashSet<&String> = found.rows.iter().map(|row| &row[0]).collect();
        assert_eq!(ids.len(), found.rows.len(), "{words}: rows come twice");
        let lost: Vec<&String> = self.still.iter().filter(|id| !ids.contains(id)).collect();
        assert!(
            lost.is_empty(),
            "{words}: {} lost: {:?}",
            lost.len(),
            &lost[..lost.len().min(5)]
        );
        if let Some(sort) = self.request.sort {
            let at = if sort.key == "created_at" { 1 } else { 2 };
            assert_order(&found, at, sort.descending, words);
        }
        found
    }
}

/// Moves a user to the latest moment there is.
fn log_in(sim: &Handle, id: &str, nth: usize) {
    let users = sim.users();
    let Some(user) = users.iter().find(|user| user["user_id"] == id) else {
        return;
    };
    let mut user = user.clone();
    user["updated_at"] = json!(moment(10_000_000_000 + nth as i64));
    sim.put_user(user);
}

/// Cases of each run; `WALK_CASES` for more, `WALK_SEED` for another beginning.
fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn whoever_stands_still_comes_once() {
    let (seed, cases) = (number("WALK_SEED", 1), number("WALK_CASES", 300));
    let (mut rows, mut calls, mut refused) = (0, 0, 0);
    for seed in seed..seed + cases {
        let found = Case::new(seed).check();
        rows += found.rows.len();
        calls += found.calls;
        refused += u32::from(found.error.is_some());
    }
    println!("{cases} cases from seed {seed}: {rows} rows, {calls} requests, {refused} refused");
}

#[test]
fn nothing_moves_and_every_row_comes() {
    for (unstable, tied) in [(false, 300), (true, 300), (true, 999), (false, 1500)] {
        for capped in [true, false] {
            let trip = Trip::to(Config {
                users: 2500,
                tied_users: tied,
                unstable_ties: unstable,
                total_cap: capped.then_some(1000),
                ..Config::default()
            })
            .with("bulk_read", "search");
            for request in [all(), sorted(UP), sorted(DOWN)] {
                let found = trip.run(&request);
                let case = format!("{tied} tied, unstable: {unstable}, {:?}", request.sort);
                if tied >= 1000 {
                    let Some(Error::Window { value, total, .. }) = &found.error else {
                        panic!("{case}: {:?}", found.error)
                    };
                    assert!(value.is_some());
                    assert_eq!(*total, (!capped).then_some(tied as u64), "{case}");
                } else {
                    assert!(found.error.is_none(), "{case}: {:?}", found.error);
                    crate::trip::assert_ids(&found, &trip.ids(), &case);
                }
                println!("{case}, capped: {capped}: {} requests", found.calls);
            }
        }
    }
}
