//! Pages fetched side by side: as many as allowed, in order, no more than are wanted, and closed when nobody wants them.

use crate::common::{await_silence, await_that, column, declare, sorted_ids};
use simulator::{Config, Entry, Fault, FaultKind};
use std::time::Duration;
use xtask::World;

fn world(users: usize, concurrency: usize) -> World {
    let mut world = World::new(Config {
        users,
        ..Config::default()
    });
    declare(&mut world, "users", "user_id text, created_at timestamptz");
    world.run(&format!(
        "alter foreign table users options (add concurrency '{concurrency}')"
    ));
    world
}

/// Never answers this page, other than 1: `per_page=100` looks like it to a fault.
fn hang(world: &World, page: usize) {
    let fault = Fault::new(FaultKind::HangBeforeHeaders).query(&format!("page={page}"));
    world.sim.inject(fault.forever());
}

/// The most requests that were under way at one time.
fn most_at_once(journal: &[Entry]) -> usize {
    let running = |at| {
        journal
            .iter()
            .filter(|e| e.started <= at && e.ended.is_none_or(|end| end > at))
            .count()
    };
    journal
        .iter()
        .map(|entry| running(entry.started))
        .max()
        .unwrap_or(0)
}

fn page(entry: &Entry) -> usize {
    entry.param("page").unwrap().parse().unwrap()
}

#[test]
fn as_many_pages_are_under_way_as_allowed_and_the_first_is_alone() {
    for concurrency in [1, 2, 4, 9] {
        let mut world = world(999, concurrency);
        world.sim.set_latency(Duration::from_millis(60));
        assert_eq!(
            world.value("select count(user_id) from users"),
            Some("999".into())
        );
        let journal = world.sim.journal();
        assert_eq!(journal.len(), 10);
        assert_eq!(most_at_once(&journal), concurrency);
        assert!(journal[1..]
            .iter()
            .all(|e| e.started >= journal[0].ended.unwrap()));
        let mut pages: Vec<usize> = journal.iter().map(page).collect();
        pages.sort();
        assert_eq!(pages, (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn pages_that_overtake_each_other_are_shown_in_order() {
    let mut world = world(999, 4);
    let in_order = column(&mut world, "select user_id from users");
    for (slow, by) in [(2, 150), (3, 100), (5, 80), (9, 50)] {
        world.sim.inject(
            Fault::new(FaultKind::Delay {
                by: Duration::from_millis(by),
            })
            .query(&format!("page={slow}")),
        );
    }
    assert_eq!(column(&mut world, "select user_id from users"), in_order);
    let mut sorted = in_order;
    sorted.sort();
    assert_eq!(sorted, sorted_ids(&world.sim));
    assert_eq!(world.value("select count(*) from (select created_at, lag(created_at) over () as before from users) x where before > created_at"), Some("0".into()));
}

#[test]
fn rows_are_shown_while_later_pages_are_under_way() {
    let mut world = world(999, 4);
    for late in 3..10 {
        hang(&world, late);
    }
    world.run(
        "set statement_timeout = '20s'; begin; declare c cursor for select user_id from users",
    );
    assert_eq!(column(&mut world, "fetch 300 from c").len(), 300);
    await_that("later pages are asked for", || world.sim.in_flight() > 0);
    world.run("rollback");
    await_silence(&world.sim);
}

#[test]
fn a_slow_reader_makes_few_requests_ahead() {
    let mut world = world(999, 4);
    world.run("begin; declare c cursor for select user_id from users; fetch 101 from c");
    // Time enough for every page, if nothing held them back.
    std::thread::sleep(Duration::from_millis(200));
    let ahead = world.sim.journal().len();
    // Two pages in hand, one waiting to be taken, one waiting to be handed over, and those under way.
    assert!(ahead <= 2 + 1 + 1 + 3, "{ahead}");
    assert_eq!(column(&mut world, "fetch all from c").len(), 898);
    assert_eq!(world.sim.journal().len(), 10);
    world.run("commit");
}

#[test]
fn a_limit_in_the_second_page_asks_for_no_more_than_the_pages_side_by_side() {
    for concurrency in [1, 4] {
        let mut world = world(999, concurrency);
        world.sim.set_latency(Duration::from_millis(30));
        assert_eq!(
            column(&mut world, "select user_id from users limit 101").len(),
            101
        );
        await_silence(&world.sim);
        let requests = world.sim.journal().len();
        assert!(
            requests <= 1 + concurrency + 1,
            "{requests} with {concurrency}"
        );
    }
}

#[test]
fn a_scan_that_stops_early_abandons_its_requests() {
    let mut world = world(999, 4);
    // Slow enough that the pages side by side have all been asked for when the first of them comes.
    world.sim.set_latency(Duration::from_millis(50));
    for late in 2..10 {
        hang(&world, late);
    }
    let mut abandoned = 0;
    for query in [
        "select user_id from users limit 150",
        "select user_id from users where (select true) limit 101",
        "select 1 / (150 - row_number() over ()) from users",
        "select x from (select user_id as x from users offset 120) y limit 1",
    ] {
        world.sim.clear_journal();
        let stopped = world.sql.simple_query(query);
        assert_eq!(stopped.is_err(), query.contains("1 /"), "{query}");
        await_silence(&world.sim);
        let journal = world.sim.journal();
        abandoned += journal.iter().filter(|e| !e.completed).count();
    }
    assert!(abandoned > 0, "nothing was under way, so nothing is shown");
}

#[test]
fn two_scans_of_one_query_do_not_disturb_each_other() {
    let mut world = world(999, 3);
    world.sim.set_latency(Duration::from_millis(5));
    assert_eq!(
        world.value("select count(*) from (select user_id, row_number() over () n from users) a
                     join (select user_id, row_number() over () n from users) b on a.n = b.n and a.user_id = b.user_id"),
        Some("999".into())
    );
    assert_eq!(world.sim.journal().len(), 20);
}

#[test]
fn a_page_that_fails_for_good_is_an_error_however_many_came_before() {
    let mut world = world(999, 4);
    world.run("alter foreign table users options (add max_retries '0')");
    for number in [0, 2, 5, 9] {
        world.sim.inject(
            Fault::new(FaultKind::Status {
                code: 500,
                body: None,
                headers: vec![],
            })
            .query(&format!("page={number}")),
        );
        let error = world.error("select user_id from users");
        assert_eq!(error.code().code(), "HV00M", "page {number}");
        await_silence(&world.sim);
        assert_eq!(
            world.value("select count(user_id) from users"),
            Some("999".into())
        );
    }
}

#[test]
fn connections_are_kept_and_not_hoarded() {
    let mut world = world(999, 4);
    for _ in 0..5 {
        assert_eq!(
            world.value("select count(user_id) from users"),
            Some("999".into())
        );
    }
    assert!(
        world.sim.open_connections() <= 4,
        "{}",
        world.sim.open_connections()
    );
    world
        .sql
        .batch_execute("begin; declare c cursor for select user_id from users; fetch 101 from c")
        .unwrap();
    await_that("reading ahead ends", || world.sim.in_flight() == 0);
    assert!(
        world.sim.open_connections() <= 4,
        "{}",
        world.sim.open_connections()
    );
}
