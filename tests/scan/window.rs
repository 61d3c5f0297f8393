//! The window of 1000 rows: a tenant within it comes whole, a bigger one is an error, never a part.

use crate::common::{await_silence, column};
use crate::paging::{all_come, all_come_of, set_page_size, world};
use simulator::Config;

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
                    Some("This version cannot read a tenant's users past that limit; a LIMIT within it is answered.")
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
    assert_eq!(all_come(&mut world), 10);
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
