//! What walks cost in requests and time.

use crate::trip::{all, assert_ids, assert_order, sorted, Trip, DOWN, UP};
use simulator::Config;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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

/// The time of a walk against that of a client which fetches the pages of the same windows, `concurrency` at a time and
/// with nothing between, as if it knew them all beforehand.
#[test]
#[ignore = "a measurement: takes a minute, and a machine that does nothing else"]
fn time_against_a_bare_client() {
    let users = 25_000;
    let mut trip = Trip::of(users, true);
    trip.sim.set_latency(Duration::from_millis(50));
    for concurrency in [1, 4, 8] {
        trip = trip.with("concurrency", concurrency);
        let started = Instant::now();
        let bare = bare(
            &trip.sim.url(),
            &trip.sim.token(simulator::SCOPES),
            users,
            concurrency,
        );
        let fastest = started.elapsed();
        for request in [all(), sorted(DOWN)] {
            let started = Instant::now();
            let found = trip.read(&request);
            let taken = started.elapsed();
            assert_eq!(found.rows.len(), users);
            let ratio = taken.as_secs_f64() / fastest.as_secs_f64();
            println!(
                "{concurrency} side by side, {:?}: {taken:.2?} and {} requests, bare {fastest:.2?} and {bare}: {ratio:.3}",
                request.sort.is_some(),
                found.calls
            );
            assert!(ratio < 1.6, "{concurrency}: {ratio}");
        }
    }
}

/// Fetches pages of 25 windows of 1000 by threads with a connection each; returns the requests.
fn bare(url: &str, token: &str, users: usize, concurrency: usize) -> usize {
    let host = url.trim_start_matches("http://");
    for window in 0..users / 1000 {
        let from = crate::trip::moment(1_000_000 * window as i64);
        let page = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..concurrency {
                scope.spawn(|| {
                    let stream = TcpStream::connect(host).expect("a connection");
                    stream.set_nodelay(true).expect("no delay");
                    let mut reader = BufReader::new(&stream);
                    loop {
                        let page = page.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        if page >= 10 {
                            return;
                        }
                        let q = format!("created_at:[{from} TO *]").replace(':', "%3A");
                        let q = q.replace(' ', "%20").replace('[', "%5B").replace(']', "%5D");
                        let request = format!(
                            "GET /api/v2/users?include_totals=true&page={page}&per_page=100&sort=created_at:1&q={q} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
                        );
                        (&stream).write_all(request.as_bytes()).expect("a request");
                        let mut length = 0;
                        loop {
                            let mut line = String::new();
                            reader.read_line(&mut line).expect("a head");
                            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                                length = value.trim().parse().expect("a length");
                            }
                            if line == "\r\n" {
                                break;
                            }
                        }
                        let mut body = vec![0; length];
                        reader.read_exact(&mut body).expect("a body");
                        let page: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
                        assert_eq!(page["users"].as_array().map(Vec::len), Some(100));
                    }
                });
            }
        });
    }
    users / 100
}

/// Peak memory does not grow with the table: the same for ten times as many users.
#[test]
#[ignore = "a measurement: other tests of this process use memory, too"]
fn memory_is_flat() {
    let peak = |users: usize| {
        let trip = Trip::to(Config {
            users,
            user_bytes: Some(1000),
            ..Config::default()
        });
        let mut scan = trip.start(&all());
        let (mut rows, mut most) = (0, 0);
        let before = allocated();
        while let Some(page) = crate::trip::next(&mut scan) {
            rows += page.expect("a page").rows();
            most = most.max(allocated().saturating_sub(before));
        }
        assert_eq!(rows, users);
        most
    };
    peak(3000);
    let (small, large) = (peak(5000), peak(50_000));
    println!("memory: {small} kB with 5,000 users, {large} kB with 50,000");
    assert!(large < small + 20_000, "{small} kB, then {large} kB");
}

/// Resident memory of this process in kB. The simulator is in it, but what it holds does not change meanwhile.
fn allocated() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("VmRSS");
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse().ok())
        .expect("a number")
}
