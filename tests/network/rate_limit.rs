//! The tenant's rate limit: paced so that almost nothing is refused and almost no time is lost.

use crate::support::{self, assert_all_rows, spelled, COLUMNS};
use simulator::{Bucket, Config};
use std::time::{Duration, Instant};
use xtask::world::World;

/// A tenant with this bucket, and a table that does not retry what is not throttled.
fn limited(users: usize, burst: u32, per_second: f64) -> World {
    let mut world = World::new(Config {
        users,
        bucket: Some(Bucket { burst, per_second }),
        ..Config::default()
    });
    world.run(&format!(
        "create foreign table users {COLUMNS} server auth0 options (object 'users', max_retries '0')"
    ));
    world
}

/// Reads all on a new connection; seconds taken, requests served and refused.
fn scan(world: &World) -> (f64, usize, usize) {
    let mut client = world.db.connect();
    world.sim.clear_journal();
    let started = Instant::now();
    assert_all_rows(&mut client, &world.sim, "users");
    let seconds = started.elapsed().as_secs_f64();
    let journal = world.sim.journal();
    let refused = journal.iter().filter(|e| e.status == 429).count();
    (seconds, journal.len() - refused, refused)
}

/// The time in which no client could do better.
fn ideal(requests: usize, burst: u32, per_second: f64) -> f64 {
    (requests as f64 - f64::from(burst)) / per_second
}

/// One scan for each phase of the server's clock, whose whole seconds are all that its headers tell.
fn paced(users: usize, burst: u32, per_second: f64, requests: usize, phases: usize) {
    let mut wrong = Vec::new();
    for phase in 0..phases {
        let world = limited(users, burst, per_second);
        std::thread::sleep(Duration::from_secs_f64(phase as f64 / phases as f64));
        let (seconds, served, refused) = scan(&world);
        let ideal = ideal(requests, burst, per_second);
        let ratio = seconds / ideal;
        eprintln!("{users} users, bucket {burst} at {per_second}/s: {seconds:.2} s = {ratio:.3} × {ideal:.1} s, {refused} refused");
        assert_eq!(served, requests);
        if refused > 1 || ratio > 1.15 {
            wrong.push(format!("{ratio:.3} × the ideal time, {refused} refused"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("; "));
}

#[test]
fn a_thousand_users_through_a_small_bucket() {
    // Ten pages; the last of them also shows that there are no more users than the window does.
    paced(1000, 2, 2.0, 10, 3);
}

#[test]
fn ten_pages_through_a_small_bucket() {
    paced(999, 2, 2.0, 10, 3);
}

#[test]
fn a_larger_bucket() {
    // 1000 users on pages of 25.
    let world = limited(999, 10, 2.0);
    let mut client = world.db.connect();
    client
        .batch_execute("alter foreign table users options (add page_size '50')")
        .unwrap();
    let (seconds, served, refused) = scan(&world);
    let ideal = ideal(20, 10, 2.0);
    eprintln!("bucket 10 at 2/s: {seconds:.2} s for {ideal:.1} s, {refused} refused");
    assert!(
        served == 20 && refused <= 1 && seconds <= 1.15 * ideal,
        "{seconds:.2} s, {refused} refused"
    );
}

#[test]
fn a_second_scan_starts_with_what_the_first_has_learnt() {
    let mut world = limited(500, 2, 5.0);
    assert_all_rows(&mut world.sql, &world.sim, "users");
    world.sim.clear_journal();
    assert_all_rows(&mut world.sql, &world.sim, "users");
    let refused = world
        .sim
        .journal()
        .iter()
        .filter(|e| e.status == 429)
        .count();
    assert!(refused <= 1, "{refused} refused in the second scan");
}

#[test]
fn a_wait_longer_than_allowed_is_an_error_and_not_a_part_of_the_rows() {
    let mut world = limited(500, 2, 0.05);
    world.run("alter foreign table users options (add max_rate_limit_wait '1s')");
    let started = Instant::now();
    let error = spelled(&world.error("select * from users"));
    assert!(started.elapsed() < Duration::from_millis(1500));
    assert!(
        error.starts_with("53400: Auth0 keeps throttling this tenant\nDETAIL: GET /api/v2/users: "),
        "{error}"
    );
    let refused = world
        .sim
        .journal()
        .iter()
        .filter(|e| e.status == 429)
        .count();
    eprintln!("{refused} refused; {error}");
    assert!(
        refused > 0 || !error.contains("HTTP 429"),
        "says HTTP 429, which nobody answered: {error}"
    );
    world.sim.set_bucket(None);
    let mut fresh = world.db.connect();
    assert_all_rows(&mut fresh, &world.sim, "users");
}

#[test]
fn zero_allows_no_wait_at_all() {
    let mut world = limited(500, 2, 2.0);
    world.run("alter foreign table users options (add max_rate_limit_wait '0')");
    let started = Instant::now();
    assert_eq!(world.error("select * from users").code().code(), "53400");
    assert!(
        started.elapsed() < Duration::from_millis(400),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn explain_tells_the_time_waited() {
    let mut world = limited(500, 2, 4.0);
    let plan = world.explain("analyze", "select * from users");
    let line = plan
        .lines()
        .find(|line| line.contains("Auth0 Rate Limit Wait Time"))
        .unwrap();
    let number = line.split_whitespace().rev().nth(1).unwrap();
    assert!(number.parse::<f64>().unwrap() > 100.0, "{plan}");
    support::until("no request is left", || world.sim.in_flight() == 0);
}
