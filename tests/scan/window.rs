//! The window of 1000 rows: users beyond it come, too, each once, at few requests more than they fill pages.

use crate::common::{await_silence, column, cost, priced, put, sorted_ids};
use crate::paging::{all_come, all_come_of, set_page_size, world};
use simulator::Config;
use std::collections::HashSet;
use xtask::World;

/// Whether totals are told, and up to which.
const TOTALS: [(bool, Option<usize>); 3] = [(false, Some(1000)), (false, None), (true, None)];

/// Requests beyond one a page that a walk may take: one for the users without a date of creation, and where the end is not
/// known one past it; one page more may be needed for the rows by which pages overlap.
const BESIDES: usize = 3;

#[test]
fn exactly_a_window_of_users_comes_whole() {
    for (always_bare, total_cap) in TOTALS {
        let mut world = world(Config {
            users: 1000,
            always_bare,
            total_cap,
            ..Config::default()
        });
        world.run("alter foreign table users options (add page_size '100')");
        for size in [7, 50, 99, 100] {
            set_page_size(&mut world, size);
            let case = format!("by {size}, bare: {always_bare}, cap: {total_cap:?}");
            let requests = all_come_of(&mut world, &case);
            assert!(
                requests <= 1000usize.div_ceil(size) + 2,
                "{case}: {requests} requests"
            );
        }
    }
}

#[test]
fn more_than_a_window_comes_whole_at_few_requests_more_than_pages() {
    for (users, page_size) in [
        (1001, 100),
        (1001, 7),
        (1001, 50),
        (1006, 7),
        (2500, 100),
        (2500, 99),
    ] {
        for (always_bare, total_cap) in TOTALS {
            for concurrency in [1, 4] {
                let case = format!("{users} by {page_size}, {concurrency} at once, bare: {always_bare}, cap: {total_cap:?}");
                let mut world = world(Config {
                    users,
                    always_bare,
                    total_cap,
                    ..Config::default()
                });
                world.run(&format!(
                    "alter foreign table users options (add page_size '{page_size}', add concurrency '{concurrency}')"
                ));
                let most = users.div_ceil(page_size) + BESIDES;
                let requests = all_come_of(&mut world, &case);
                assert!(requests <= most, "{case}: {requests} requests");
                let (sorted, requests) = priced(
                    &mut world,
                    "select string_agg(user_id, ' ' order by user_id collate \"C\") from users",
                );
                assert!(
                    sorted.unwrap() == sorted_ids(&world.sim).join(" "),
                    "{case}"
                );
                assert!(requests <= most, "{case}: {requests} requests");
                let (count, requests) = priced(&mut world, "select count(*) from users");
                assert_eq!(count, Some(users.to_string()), "{case}");
                let counted = match (always_bare, total_cap) {
                    (false, None) => 1,
                    // Steps of nearly a window, and what comes before and after them.
                    (false, Some(_)) => 2 + users / 990 + 1,
                    // One to learn that there is no total.
                    (true, _) => most + 1,
                };
                assert!(requests <= counted, "{case}: {requests} to count");
                await_silence(&world.sim);
            }
        }
    }
}

#[test]
fn users_come_in_the_order_of_their_creation_however_many() {
    for (always_bare, total_cap) in TOTALS {
        let mut world = world(Config {
            users: 2500,
            always_bare,
            total_cap,
            ..Config::default()
        });
        for (direction, wrong) in [("", "<"), ("desc", ">")] {
            let query = format!(
                "select count(*) from (
                   select created_at, lag(created_at) over (rows 1 preceding) as before from (
                     select created_at from users order by created_at {direction} offset 0) o) x where created_at {wrong} before"
            );
            let plan = world.explain("", &query);
            assert!(!plan.contains("Sort"), "{plan}");
            let (value, requests) = priced(&mut world, &query);
            assert_eq!(value, Some("0".into()), "{direction}");
            assert!(requests <= 25 + BESIDES, "{requests}");
        }
    }
}

#[test]
fn a_limit_stops_the_walk_where_it_may_be() {
    for (always_bare, total_cap) in TOTALS {
        let mut world = world(Config {
            users: 2500,
            always_bare,
            total_cap,
            ..Config::default()
        });
        world.run("alter foreign table users options (add concurrency '1')");
        for (limit, pages) in [
            (1, 1),
            (100, 1),
            (101, 2),
            (600, 6),
            (899, 9),
            (1001, 11),
            (1500, 16),
            (2400, 25),
        ] {
            let query = format!("select user_id from users limit {limit}");
            world.sim.clear_journal();
            assert_eq!(world.query_text(&query).len(), limit);
            await_silence(&world.sim);
            let requests = world.sim.journal().len();
            // One page may wait to be taken and one be under way when the last row is.
            let ahead = if pages == 1 { 0 } else { 2 };
            assert!(
                (pages..=pages + ahead).contains(&requests),
                "{requests} for {limit}, bare: {always_bare}, cap: {total_cap:?}"
            );
        }
    }
}

#[test]
fn a_cursor_stops_the_walk_where_it_is_closed() {
    let mut world = world(Config {
        users: 2500,
        ..Config::default()
    });
    world.run("begin; declare c cursor for select user_id from users");
    let mut seen: HashSet<String> = HashSet::new();
    for fetch in [1, 1100, 300] {
        let rows = column(&mut world, &format!("fetch {fetch} from c"));
        assert_eq!(rows.len(), fetch);
        assert!(rows.into_iter().all(|id| seen.insert(id)), "a user twice");
    }
    world.run("close c; commit");
    await_silence(&world.sim);
    let requests = world.sim.journal().len();
    // Fifteen pages, and what was under way or in hand.
    assert!((15..=15 + 8).contains(&requests), "{requests}");
}

#[test]
fn a_true_total_past_the_window_is_the_count() {
    let mut world = world(Config {
        users: 2500,
        total_cap: None,
        ..Config::default()
    });
    let count = priced(&mut world, "select count(*) from users");
    assert_eq!(count, (Some("2500".into()), 1));
}

#[test]
fn without_a_window_nothing_changes() {
    for (always_bare, total_cap) in TOTALS {
        let mut world = world(Config {
            users: 2500,
            window: None,
            total_cap,
            always_bare,
            ..Config::default()
        });
        assert!(all_come(&mut world) <= 25 + BESIDES);
        assert_eq!(
            column(&mut world, "select user_id from users limit 1100").len(),
            1100
        );
    }
}

/// Users of one second, each of a millisecond of its own, then `ties` of one moment.
fn tied(before: usize, ties: usize) -> World {
    let world = world(Config::default());
    for i in 0..before + ties {
        let created = if i < before {
            format!(
                "2024-01-01T00:{:02}:{:02}.{:03}Z",
                i / 60 % 60,
                i % 60,
                i % 1000
            )
        } else {
            "2024-06-01T00:00:00.000Z".into()
        };
        put(
            &world.sim,
            &format!(r#"{{"user_id":"u{i:04}","created_at":"{created}","name":"n{i}"}}"#),
        );
    }
    world
}

#[test]
fn users_created_in_one_moment_come_each_once() {
    let mut world = tied(0, 999);
    assert_eq!(all_come(&mut world), 10);
    // As many of a moment as can be paged through, with others around.
    for (before, ties) in [(500, 999), (990, 10), (995, 10), (950, 120), (1500, 600)] {
        let mut world = tied(before, ties);
        let users = before + ties;
        let case = format!("{before} and {ties}");
        let requests = all_come_of(&mut world, &case);
        let most = users.div_ceil(100) + ties.div_ceil(100) + 2 * BESIDES;
        assert!(requests <= most, "{case}: {requests} requests");
        put(
            &world.sim,
            r#"{"user_id":"later","created_at":"2024-06-01T00:00:00.001Z"}"#,
        );
        put(
            &world.sim,
            r#"{"user_id":"first","created_at":"2023-06-01T00:00:00.000Z"}"#,
        );
        all_come_of(&mut world, &case);
    }
}

#[test]
fn users_without_a_date_of_creation_come_after_the_others() {
    let mut world = tied(1200, 0);
    for i in 0..5 {
        put(
            &world.sim,
            &format!(r#"{{"user_id":"undated{i}","name":"u"}}"#),
        );
    }
    all_come(&mut world);
    let count = world.value("select count(*) from users");
    assert_eq!(count, Some("1205".into()));
    assert_eq!(
        world.value("select count(user_id) from users where created_at is null"),
        Some("5".into())
    );
}

#[test]
fn a_walk_costs_what_explain_analyze_says() {
    let mut world = world(Config {
        users: 2500,
        ..Config::default()
    });
    let requests = cost(&mut world, "select user_id from users");
    world.sim.clear_journal();
    let plan = world.explain(
        "analyze, timing off, summary off",
        "select user_id from users",
    );
    assert_eq!(world.sim.journal().len(), requests);
    let expected = format!(
        "Foreign Scan on users (actual rows=2500 loops=1)\n  \
         Auth0 Request: GET /api/v2/users?include_totals=true&page=0...&per_page=100&sort=created_at:1&fields=user_id,created_at\n  \
         Auth0 Windows: of 1000 rows, by created_at\n  Auth0 Calls: {requests}\n  Auth0 Rows: 2500\n  Auth0 Retries: 0\n  Auth0 Bytes: "
    );
    assert!(plan.starts_with(&expected), "{plan}");
}
