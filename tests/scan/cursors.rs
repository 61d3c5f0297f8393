//! Cursors: read forwards and back, held, closed, abandoned; what they opened is closed with them.

use crate::common::{await_silence, column, cost, declare, imported, tenant_of};
use std::time::Duration;
use xtask::World;

fn ids(world: &mut World, sql: &str) -> Vec<String> {
    column(world, sql)
}

/// The users in the order the tenant lists them: by their creation.
fn in_order(world: &mut World) -> Vec<String> {
    column(world, "select user_id from users")
}

#[test]
fn a_cursor_pays_for_what_it_fetches() {
    let mut world = imported(950);
    let all = in_order(&mut world);
    world.run("begin; declare c cursor for select user_id from users");
    assert_eq!(cost(&mut world, "fetch 0 from c"), 0);
    assert_eq!(cost(&mut world, "fetch 60 from c"), 1);
    assert_eq!(cost(&mut world, "fetch 40 from c"), 0);
    assert_eq!(ids(&mut world, "fetch 50 from c"), all[100..150]);
    assert_eq!(ids(&mut world, "fetch all from c"), all[150..]);
    assert!(ids(&mut world, "fetch next from c").is_empty());
    world.run("close c; commit");
    await_silence(&world.sim);
}

#[test]
fn a_scroll_cursor_goes_back_without_asking_again() {
    let mut world = imported(250);
    let all = in_order(&mut world);
    world.sim.clear_journal();
    world.run("begin; declare c scroll cursor for select user_id from users");
    assert_eq!(ids(&mut world, "fetch last from c"), all[249..]);
    assert_eq!(ids(&mut world, "fetch first from c"), all[..1]);
    assert_eq!(ids(&mut world, "fetch absolute 120 from c"), all[119..120]);
    assert_eq!(ids(&mut world, "fetch prior from c"), all[118..119]);
    assert_eq!(ids(&mut world, "fetch relative -18 from c"), all[100..101]);
    let back: Vec<String> = all[..100].iter().rev().cloned().collect();
    assert_eq!(ids(&mut world, "fetch backward all from c"), back);
    world.run("commit");
    assert_eq!(world.sim.journal().len(), 3);
}

#[test]
fn a_held_cursor_outlives_its_transaction() {
    let mut world = imported(250);
    let all = in_order(&mut world);
    world.run("begin; declare c cursor with hold for select user_id from users");
    assert_eq!(ids(&mut world, "fetch 10 from c"), all[..10]);
    world.run("commit");
    await_silence(&world.sim);
    assert_eq!(cost(&mut world, "fetch 100 from c"), 0);
    assert_eq!(ids(&mut world, "fetch all from c"), all[110..]);
    world.run("close c");
}

#[test]
fn several_cursors_advance_side_by_side() {
    let mut world = imported(450);
    let all = in_order(&mut world);
    world.run(
        "begin; declare a cursor for select user_id from users; declare b cursor for select user_id from users;
         declare c cursor for select user_id from users order by user_id",
    );
    let mut sorted = all.clone();
    sorted.sort();
    for from in (0..450).step_by(75) {
        for (cursor, expected) in [("a", &all), ("b", &all), ("c", &sorted)] {
            let got = ids(&mut world, &format!("fetch 75 from {cursor}"));
            assert_eq!(got, expected[from..from + 75], "{cursor} {from}");
        }
    }
    world.run("commit");
}

#[test]
fn whatever_ends_a_cursor_half_way_closes_its_requests() {
    let mut world = imported(950);
    for end in [
        "close c; commit",
        "commit",
        "rollback",
        "savepoint s; close c; rollback to s; commit",
        "do $$ begin perform 1 / 0; end $$",
    ] {
        world.run("begin; declare c cursor for select user_id from users; fetch 101 from c");
        // Reading ahead has begun: let it hang, so that only an abort ends it soon.
        world.sim.set_latency(Duration::from_secs(600));
        world.run("fetch 50 from c");
        world.sim.clear_journal();
        if let Err(error) = world.sql.batch_execute(end) {
            assert_eq!(error.code().unwrap().code(), "22012");
            world.run("rollback");
        }
        await_silence(&world.sim);
        world.sim.set_latency(Duration::ZERO);
        assert_eq!(
            world.value("select count(user_id) from users"),
            Some("950".into()),
            "{end}"
        );
    }
}

#[test]
fn a_cursor_of_a_savepoint_goes_with_it_and_one_from_before_stays() {
    let mut world = imported(450);
    let all = in_order(&mut world);
    world.run(
        "begin; declare before cursor for select user_id from users; fetch 120 from before;
         savepoint s; declare inside cursor for select user_id from users; fetch 120 from inside; rollback to s",
    );
    assert_eq!(ids(&mut world, "fetch 200 from before"), all[120..320]);
    world.run("savepoint s2; fetch 10 from before; rollback to s2");
    assert_eq!(ids(&mut world, "fetch 5 from before"), all[330..335]);
    world.run("savepoint s3");
    assert_eq!(world.error("fetch 1 from inside").code().code(), "34000");
    world.run("rollback to s3; commit");
    await_silence(&world.sim);
}

#[test]
fn a_connection_that_goes_away_takes_its_requests_along() {
    let world = imported(950);
    let mut client = world.db.connect();
    client
        .batch_execute("begin; declare c cursor for select user_id from users; fetch 101 from c")
        .unwrap();
    world.sim.set_latency(Duration::from_secs(600));
    client.batch_execute("fetch 50 from c").unwrap();
    drop(client);
    await_silence(&world.sim);
    crate::common::await_that("the connections close", || {
        world.sim.open_connections() == 0
    });
}

#[test]
fn a_query_that_fails_half_way_closes_its_requests() {
    let mut world = tenant_of(950);
    declare(&mut world, "users", "user_id text, created_at timestamptz");
    let all = in_order(&mut world);
    let late = &all[105];
    for _ in 0..20 {
        let error = world.error(&format!(
            "select 1 / (case when user_id = '{late}' then 0 else 1 end) from users"
        ));
        assert_eq!(error.code().code(), "22012");
        await_silence(&world.sim);
    }
    assert!(
        world.sim.open_connections() <= 8,
        "{}",
        world.sim.open_connections()
    );
    assert_eq!(in_order(&mut world), all);
}
