//! What a scan can be asked besides a whole search: nothing, single calls, chunks of a list.

use crate::trip::{all, assert_ids, search, Trip};
use auth0::client::Get;
use auth0::engine::{Ask, Chunk, Lookup, ScanRequest, Term};
use auth0::Error;
use simulator::{Config, Fault, FaultKind};
use std::collections::HashSet;
use std::time::Duration;

fn asking(ask: Ask) -> ScanRequest {
    ScanRequest { ask, ..all() }
}

fn by_id(id: &str) -> Lookup {
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    Lookup {
        get: Get {
            path: format!("/api/v2/users/{encoded}"),
            query: Vec::new(),
        },
        single: true,
    }
}

fn by_email(email: &str) -> Lookup {
    Lookup {
        get: Get {
            path: "/api/v2/users-by-email".into(),
            query: vec![("email", email.into())],
        },
        single: false,
    }
}

fn chunk(ids: &[String]) -> Chunk {
    let term = |id: &String| Term {
        value: id.clone(),
        printed: format!("\"{id}\""),
    };
    Chunk {
        key: "user_id",
        before: "user_id:(".into(),
        terms: ids.iter().map(term).collect(),
        after: ")".into(),
    }
}

fn ids(users: std::ops::Range<usize>) -> Vec<String> {
    users.map(|i| format!("auth0|{i:06}")).collect()
}

#[test]
fn nothing_costs_nothing() {
    let trip = Trip::of(5, true);
    let found = trip.read(&asking(Ask::Nothing));
    assert_eq!((found.rows.len(), found.calls), (0, 0));
}

#[test]
fn single_calls_side_by_side() {
    let trip = Trip::of(40, true).with("concurrency", 8);
    trip.sim.set_latency(Duration::from_millis(20));
    let wanted = ids(0..20);
    let mut calls: Vec<Lookup> = wanted.iter().map(|id| by_id(id)).collect();
    calls.extend([by_id("auth0|nobody"), by_email("nobody@example.com")]);
    let found = trip.read(&asking(Ask::Lookups(calls)));
    assert_ids(&found, &wanted.into_iter().collect(), "look-ups");
    assert_eq!(found.calls, 22);
    let journal = trip.sim.journal();
    let most = journal.iter().map(|entry| {
        let during = |other: &&simulator::Entry| {
            other.started <= entry.started && other.ended.is_none_or(|end| end > entry.started)
        };
        journal.iter().filter(during).count()
    });
    let most = most.max().unwrap();
    assert!((2..=8).contains(&most), "{most} at a time");
}

#[test]
fn the_first_call_is_made_alone_if_perhaps_no_other_is_wanted() {
    let trip = Trip::of(10, true);
    let calls: Vec<Lookup> = ids(0..10).iter().map(|id| by_id(id)).collect();
    let request = ScanRequest {
        all: false,
        ..asking(Ask::Lookups(calls))
    };
    let found = trip.run_to(&request, 1);
    assert_eq!((found.rows.len(), found.calls), (1, 1));
    assert_eq!(trip.read(&request).rows.len(), 10);
}

#[test]
fn no_such_user_is_no_row_and_no_such_path_an_error() {
    let trip = Trip::of(1, true);
    let asked = || asking(Ask::Lookups(vec![by_id("auth0|000000")]));
    let status = |code, error: Option<&str>| FaultKind::Status {
        code,
        body: error.map(|error| {
            format!(r#"{{"statusCode":{code},"message":"no","errorCode":"{error}"}}"#)
        }),
        headers: Vec::new(),
    };
    for kind in [
        status(404, Some("inexistent_user")),
        status(400, Some("invalid_uri")),
    ] {
        trip.sim.inject(Fault::new(kind));
        assert_eq!(trip.read(&asked()).rows.len(), 0);
    }
    for kind in [
        FaultKind::Html { code: 404 },
        status(404, None),
        status(400, Some("invalid_query_string")),
    ] {
        trip.sim.inject(Fault::new(kind.clone()));
        let found = trip.run(&asked());
        assert!(
            matches!(found.error, Some(Error::Rejected { .. })),
            "{kind:?}: {found:?}"
        );
    }
    trip.sim.inject(Fault::new(FaultKind::TruncatedJson));
    assert_eq!(trip.read(&asked()).rows.len(), 1);
}

#[test]
fn chunks_bring_each_row_once() {
    let trip = Trip::of(500, true);
    let wanted = ids(0..300);
    let chunks: Vec<Chunk> = wanted.chunks(40).map(chunk).collect();
    let found = trip.read(&asking(Ask::Chunks(chunks)));
    assert_ids(&found, &wanted.iter().cloned().collect(), "chunks");
    assert_eq!(found.calls, 8);
}

#[test]
fn a_row_of_another_case_belongs_to_no_chunk() {
    let trip = Trip::of(0, true);
    let names = ["Ada", "ada", "ADA", "Bob", "bob"];
    for (i, name) in names.iter().enumerate() {
        let id = format!("u{i}");
        trip.sim.put_user(serde_json::json!({
            "user_id": id, "name": name, "created_at": crate::trip::moment(i as i64),
        }));
    }
    let named = |names: &[&str]| Chunk {
        key: "name",
        before: "name:(".into(),
        terms: names
            .iter()
            .map(|name| Term {
                value: name.to_string(),
                printed: format!("\"{name}\""),
            })
            .collect(),
        after: ")".into(),
    };
    let request = asking(Ask::Chunks(vec![named(&["Ada", "Bob"]), named(&["ada"])]));
    let found = trip.read(&request);
    let wanted = ["u0", "u1", "u3"].map(String::from);
    assert_ids(&found, &wanted.into_iter().collect(), "names");
}

#[test]
fn a_chunk_too_long_for_a_url_is_divided() {
    let trip = Trip::to(Config {
        max_uri: 1000,
        ..Config::default()
    });
    for (i, id) in ids(0..200).iter().enumerate() {
        trip.put(id, i as i64);
    }
    let wanted = ids(0..150);
    for request in [
        asking(Ask::Chunks(vec![chunk(&wanted)])),
        ScanRequest {
            all: false,
            ..asking(Ask::Chunks(vec![chunk(&wanted)]))
        },
    ] {
        let found = trip.read(&request);
        assert_ids(&found, &wanted.iter().cloned().collect(), "divided");
    }
    let hopeless = Chunk {
        before: " ".repeat(2000),
        ..chunk(&ids(0..1))
    };
    let found = trip.run(&asking(Ask::Chunks(vec![hopeless])));
    assert!(matches!(found.error, Some(Error::Rejected { refusal, .. }) if refusal.status == 414));
}

#[test]
fn a_chunk_may_be_more_than_a_window() {
    let trip = Trip::of(1500, true);
    let everyone = Chunk {
        key: "user_id",
        before: "user_id:auth0* AND (".into(),
        terms: ids(0..1500)
            .into_iter()
            .map(|value| Term {
                value,
                printed: "_exists_:user_id".into(),
            })
            .collect(),
        after: ")".into(),
    };
    // Printed short, so that the URL is not what divides it.
    let short = Chunk {
        terms: vec![Term {
            value: "auth0|000003".into(),
            printed: "_exists_:user_id".into(),
        }],
        ..everyone
    };
    let found = trip.read(&asking(Ask::Chunks(vec![short])));
    assert_ids(
        &found,
        &HashSet::from(["auth0|000003".to_owned()]),
        "one of 1500",
    );
    assert!(found.calls >= 15);
}

#[test]
fn one_chunk_is_asked_first_if_perhaps_no_other_is_wanted() {
    let trip = Trip::of(90, true);
    let chunks: Vec<Chunk> = ids(0..90).chunks(30).map(chunk).collect();
    let request = ScanRequest {
        all: false,
        ..asking(Ask::Chunks(chunks))
    };
    let found = trip.run_to(&request, 1);
    assert_eq!((found.rows.len(), found.calls), (30, 1));
    assert_eq!(trip.read(&request).rows.len(), 90);
}

#[test]
fn a_search_brings_what_matches() {
    for capped in [true, false] {
        let trip = Trip::of(3000, capped);
        let found = trip.read(&search("blocked:true"));
        let wanted = ids(0..3000).into_iter().step_by(2).collect();
        assert_ids(&found, &wanted, "blocked");
        assert!(found.calls <= 18, "{}", found.calls);
    }
}

#[test]
fn fields_are_asked_for_by_name() {
    let trip = Trip::of(3, true);
    for (narrow, whole, keys, named) in [
        (true, false, vec!["email"], true),
        (false, false, vec!["email"], false),
        (true, true, vec!["email"], false),
        (true, false, vec!["locale"], false),
    ] {
        trip.sim.clear_journal();
        let request = ScanRequest {
            narrow,
            whole,
            keys: keys.into_iter().map(String::from).collect(),
            ..all()
        };
        assert_eq!(trip.read(&request).rows.len(), 3);
        let lookups = ScanRequest {
            ask: Ask::Lookups(vec![by_id("auth0|000001")]),
            ..request
        };
        assert_eq!(trip.read(&lookups).rows.len(), 1);
        for entry in trip.sim.journal() {
            assert_eq!(entry.target.contains("fields="), named, "{}", entry.target);
        }
    }
}
