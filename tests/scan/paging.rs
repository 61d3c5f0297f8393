//! Pages: every total, size and shape of answer gives all rows, or an error that says why not – never fewer.

use crate::common::{await_silence, column, declare, priced, sorted_ids};
use simulator::Config;
use std::collections::HashSet;
use xtask::World;

fn world(config: Config) -> World {
    let mut world = World::new(config);
    declare(
        &mut world,
        "users",
        "user_id text, created_at timestamptz, name text",
    );
    world
}

fn set_page_size(world: &mut World, size: usize) {
    world.run("alter foreign table users options (drop page_size)");
    world.run(&format!(
        "alter foreign table users options (add page_size '{size}')"
    ));
}

/// All rows come, each once; returns the requests made.
fn all_come(world: &mut World) -> usize {
    all_come_of(world, "")
}

fn all_come_of(world: &mut World, case: &str) -> usize {
    world.sim.clear_journal();
    if let Err(error) = world.sql.simple_query("select user_id from users") {
        panic!("{case}: {:?}", error.as_db_error());
    }
    let requests = world.sim.journal().len();
    let mut ids = column(world, "select user_id from users");
    ids.sort();
    assert!(
        ids == sorted_ids(&world.sim),
        "{case}: {} rows of {}",
        ids.len(),
        world.sim.user_ids().len()
    );
    requests
}

#[test]
fn an_enveloped_listing_of_any_size_comes_whole_at_the_fewest_requests() {
    for (users, by_100) in [
        (0, 1),
        (1, 1),
        (99, 1),
        (100, 1),
        (101, 2),
        (200, 2),
        (999, 10),
    ] {
        let mut world = world(Config {
            users,
            ..Config::default()
        });
        assert_eq!(all_come(&mut world), by_100, "{users}");
        world.run("alter foreign table users options (add page_size '100')");
        for size in [7, 50, 99] {
            set_page_size(&mut world, size);
            assert_eq!(
                all_come(&mut world),
                users.div_ceil(size).max(1),
                "{users} by {size}"
            );
        }
        if users <= 101 {
            set_page_size(&mut world, 1);
            assert_eq!(all_come(&mut world), users.max(1), "{users} by 1");
        }
    }
}

#[test]
fn a_bare_listing_of_any_size_comes_whole() {
    for (users, by_100) in [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (999, 10)] {
        let mut world = world(Config {
            users,
            always_bare: true,
            ..Config::default()
        });
        assert_eq!(all_come(&mut world), by_100, "{users}");
        world.run("alter foreign table users options (add page_size '100')");
        for size in [7, 50, 99] {
            set_page_size(&mut world, size);
            assert_eq!(all_come(&mut world), users / size + 1, "{users} by {size}");
        }
    }
}

#[test]
fn exactly_a_window_of_users_comes_whole() {
    for (always_bare, total_cap) in [(false, Some(1000)), (false, None), (true, None)] {
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
fn more_than_a_window_is_an_error_and_never_a_part_of_the_users() {
    for (users, page_size) in [
        (1001, 100),
        (1001, 7),
        (1001, 50),
        (1006, 7),
        (2500, 100),
        (2500, 99),
    ] {
        for (always_bare, total_cap) in [(false, Some(1000)), (false, None), (true, None)] {
            let mut world = world(Config {
                users,
                always_bare,
                total_cap,
                ..Config::default()
            });
            world.run(&format!(
                "alter foreign table users options (add page_size '{page_size}')"
            ));
            for query in [
                "select user_id from users",
                "select count(*) from users",
                "select user_id from users order by 1",
            ] {
                let error = match world.sql.simple_query(query) {
                    Ok(rows) => panic!("{query}: {} messages for {users} users by {page_size}, bare: {always_bare}, cap: {total_cap:?}", rows.len()),
                    Err(error) => error.as_db_error().expect("from the server").clone(),
                };
                assert_eq!(error.code().code(), "54000");
                assert_eq!(
                    error.message(),
                    "\"users\" has more rows than the Auth0 API lets anyone page through"
                );
                let detail = match (always_bare, total_cap) {
                    (false, None) => {
                        format!("Auth0 reports {users} rows and lets one query page through 1000.")
                    }
                    _ => "Auth0 lets one query page through 1000 rows.".to_owned(),
                };
                assert_eq!(error.detail(), Some(detail.as_str()));
                assert_eq!(
                    error.hint(),
                    Some("This version cannot read a tenant's users past that limit.")
                );
            }
            assert_eq!(
                world.query_text("select user_id from users limit 7").len(),
                7
            );
            await_silence(&world.sim);
        }
    }
}

#[test]
fn a_limit_within_the_window_is_answered_however_many_users_there_are() {
    for (always_bare, total_cap) in [(false, Some(1000)), (true, None), (false, None)] {
        let mut world = world(Config {
            users: 1500,
            always_bare,
            total_cap,
            ..Config::default()
        });
        for limit in [1, 100, 101, 600, 899] {
            assert_eq!(
                world
                    .query_text(&format!("select user_id from users limit {limit}"))
                    .len(),
                limit
            );
        }
    }
}

#[test]
fn a_true_total_past_the_window_is_noticed_before_the_pages_in_vain() {
    let mut world = world(Config {
        users: 2500,
        total_cap: None,
        ..Config::default()
    });
    assert_eq!(
        world.error("select count(*) from users").code().code(),
        "54000"
    );
    assert_eq!(world.sim.journal().len(), 2);
}

#[test]
fn without_a_window_there_is_no_limit() {
    for (always_bare, requests) in [(false, 25), (true, 26)] {
        let mut world = world(Config {
            users: 2500,
            window: None,
            total_cap: None,
            always_bare,
            ..Config::default()
        });
        assert_eq!(all_come(&mut world), requests);
        world.run("alter foreign table users options (add page_size '99')");
        assert_eq!(all_come(&mut world), 26);
        assert_eq!(
            column(&mut world, "select user_id from users limit 1100").len(),
            1100
        );
    }
    let mut capped = world(Config {
        users: 2500,
        window: None,
        ..Config::default()
    });
    assert_eq!(
        capped.error("select count(*) from users").code().code(),
        "54000"
    );
}

#[test]
fn users_created_in_one_moment_come_each_once() {
    let same = |i: usize| {
        format!(r#"{{"user_id":"u{i:04}","created_at":"2024-01-01T00:00:00.000Z","name":"n{i}"}}"#)
    };
    let mut world = world(Config::default());
    for i in 0..999 {
        crate::common::put(&world.sim, &same(i));
    }
    assert_eq!(all_come(&mut world), 10);
    crate::common::put(&world.sim, &same(999));
    // That there is no user 1001 of that moment cannot be learned from a total that says at most 1000.
    match world.sql.simple_query("select user_id from users") {
        Ok(_) => drop(all_come(&mut world)),
        Err(error) => assert_eq!(error.code().unwrap().code(), "54000"),
    }
    crate::common::put(&world.sim, &same(1000));
    assert_eq!(
        world.error("select user_id from users").code().code(),
        "54000"
    );
}

#[test]
fn the_last_moment_of_a_full_window_is_looked_at_with_its_ties() {
    let mut world = world(Config::default());
    for i in 0..1000 {
        let created = if i < 990 {
            format!("2024-01-01T00:{:02}:{:02}.{:03}Z", i / 60, i % 60, i)
        } else {
            "2024-06-01T00:00:00.000Z".into()
        };
        crate::common::put(
            &world.sim,
            &format!(r#"{{"user_id":"u{i:04}","created_at":"{created}"}}"#),
        );
    }
    assert_eq!(all_come(&mut world), 11);
    crate::common::put(
        &world.sim,
        r#"{"user_id":"u1000","created_at":"2024-06-01T00:00:00.000Z"}"#,
    );
    assert_eq!(
        world.error("select user_id from users").code().code(),
        "54000"
    );
    world.sim.remove_user("u1000");
    crate::common::put(
        &world.sim,
        r#"{"user_id":"u1000","created_at":"2023-06-01T00:00:00.000Z"}"#,
    );
    assert_eq!(
        world.error("select user_id from users").code().code(),
        "54000"
    );
}

#[test]
fn users_deleted_while_pages_are_read_do_not_hide_others() {
    let mut world = world(Config {
        users: 500,
        ..Config::default()
    });
    let all = column(&mut world, "select user_id from users");
    world.run("begin; declare c cursor for select user_id from users");
    let mut seen: HashSet<String> = column(&mut world, "fetch 100 from c").into_iter().collect();
    for id in &all[..5] {
        world.sim.remove_user(id);
    }
    match world.sql.simple_query("fetch all from c") {
        // An error would be honest, too.
        Err(error) => assert!(error.as_db_error().is_some(), "{error}"),
        Ok(messages) => {
            for message in messages {
                if let postgres::SimpleQueryMessage::Row(row) = message {
                    seen.extend(row.get(0).map(str::to_owned));
                }
            }
            let hidden: Vec<&String> = all[5..].iter().filter(|id| !seen.contains(*id)).collect();
            assert!(
                hidden.is_empty(),
                "users that exist all the time are not shown: {hidden:?}"
            );
        }
    }
}

#[test]
fn users_created_while_pages_are_read_show_no_user_twice() {
    let mut world = world(Config {
        users: 450,
        ..Config::default()
    });
    world.run("begin; declare c cursor for select user_id from users");
    let mut seen = column(&mut world, "fetch 100 from c");
    for i in 0..120 {
        crate::common::put(
            &world.sim,
            &format!(r#"{{"user_id":"new{i}","created_at":"2026-01-01T00:00:00.{i:03}Z"}}"#),
        );
    }
    seen.extend(column(&mut world, "fetch all from c"));
    let distinct: HashSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());
    assert!(seen.len() >= 450, "{}", seen.len());
}

#[test]
fn an_explain_of_each_size_names_the_page_asked_for() {
    let mut world = world(Config {
        users: 10,
        ..Config::default()
    });
    world.run("alter foreign table users options (add page_size '7')");
    let plan = world.explain("", "select * from users");
    assert!(
        plan.contains("GET /api/v2/users?include_totals=true&page=0…&per_page=7&sort=created_at:1"),
        "{plan}"
    );
    assert_eq!(priced(&mut world, "select count(*) from users").1, 2);
}
