//! Pages: every total, size and shape of answer gives all rows, or an error that says why not – never fewer.

use crate::common::{column, declare, priced, sorted_ids};
use simulator::Config;
use std::collections::HashSet;
use xtask::World;

/// A tenant and its table `users`.
pub fn world(config: Config) -> World {
    let mut world = World::new(config);
    declare(
        &mut world,
        "users",
        "user_id text, created_at timestamptz, name text",
    );
    world
}

/// Changes the table's option, which must be there.
pub fn set_page_size(world: &mut World, size: usize) {
    world.run("alter foreign table users options (drop page_size)");
    world.run(&format!(
        "alter foreign table users options (add page_size '{size}')"
    ));
}

/// All rows come, each once; returns the requests made.
pub fn all_come(world: &mut World) -> usize {
    all_come_of(world, "")
}

/// The same, with words for the failure.
pub fn all_come_of(world: &mut World, case: &str) -> usize {
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
        plan.contains(
            "GET /api/v2/users?include_totals=true&page=0...&per_page=7&sort=created_at:1"
        ),
        "{plan}"
    );
    assert_eq!(priced(&mut world, "select count(user_id) from users").1, 2);
}
