//! Log events: searched, by id, in order, and streamed when they are many.

use simulator::{Config, Entry, Scale};
use xtask::World;

fn world(logs: usize) -> World {
    let mut world = World::new(Config {
        users: 5,
        scale: Scale {
            logs,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.run("import foreign schema auth0 limit to (logs) from server auth0 into public");
    world
}

fn journal(world: &mut World, sql: &str) -> (Vec<Vec<Option<String>>>, Vec<Entry>) {
    world.sim.clear_journal();
    let rows = world.query_text(sql);
    (rows, world.sim.journal())
}

#[test]
fn all_events_are_streamed_by_checkpoint() {
    let mut world = world(3_050);
    let (rows, calls) = journal(
        &mut world,
        "select count(*), count(distinct log_id) from logs",
    );
    let all = Some("3050".to_owned());
    assert_eq!(rows, [[all.clone(), all]]);
    // One search to begin with, then a hundred events a call.
    assert_eq!(calls.len(), 1 + 31);
    assert!(calls[1..].iter().all(|call| call.param("from").is_some()));
}

#[test]
fn the_newest_come_in_one_request() {
    let mut world = world(2_000);
    let (rows, calls) = journal(
        &mut world,
        "select log_id from logs order by date desc limit 100",
    );
    assert_eq!((rows.len(), calls.len()), (100, 1));
    assert_eq!(calls[0].param("sort"), Some("date:-1"));
    assert_eq!(calls[0].param("per_page"), Some("100"));
    let sorted =
        "select array_agg(log_id) from (select log_id from logs order by date desc limit 100) t";
    let fast = world.value(sorted);
    world.run("set auth0_fdw.pushdown = off");
    assert_eq!(world.value(sorted), fast);
}

#[test]
fn whole_order_passes_the_window() {
    let mut world = world(2_345);
    let sql = "select count(*), bool_and(date >= before) from
        (select date, lag(date, 1, date) over (order by n) as before from
            (select date, row_number() over () as n from (select date from logs order by date) a) b) c";
    let (rows, calls) = journal(&mut world, sql);
    assert_eq!(rows, [[Some("2345".to_owned()), Some("t".to_owned())]]);
    assert!(calls.len() <= 30, "{}", calls.len());
    assert!(calls
        .iter()
        .all(|call| call.param("include_totals").is_none()));
}

#[test]
fn ranges_of_dates_read_no_more_than_they_must() {
    let mut world = world(2_000);
    let middle = world
        .value("select (percentile_disc(0.5) within group (order by date))::text from logs")
        .unwrap();
    for (condition, most) in [
        (format!("date >= '{middle}'"), 14),
        (format!("date < '{middle}'"), 14),
        (
            format!("date between timestamptz '{middle}' - interval '1 minute' and '{middle}'"),
            5,
        ),
    ] {
        let sql = format!("select count(*) from logs where {condition}");
        let (fast, calls) = journal(&mut world, &sql);
        assert!(calls.len() <= most, "{condition}: {}", calls.len());
        world.run("set auth0_fdw.pushdown = off");
        let slow = world.query_text(&sql);
        world.run("reset auth0_fdw.pushdown");
        assert_eq!(fast, slow, "{condition}");
    }
}

#[test]
fn a_search_that_is_streamed_brings_only_what_it_finds() {
    let mut world = world(0);
    // Ten a second, so that some stand within the margin at either end.
    let date = |n: usize| format!("2026-01-01T00:00:{:02}.{}00Z", n / 10, n % 10);
    for n in 0..500 {
        let id = format!("90020260101000000{n:05}00000000000000000000000000000");
        let log = serde_json::json!({"log_id": id, "_id": id, "date": date(n), "type": "s"});
        world.sim.put_object(&["logs"], log);
    }
    let (from, to) = (date(150), date(349));
    let search = format!("date:[{from} TO {to}]");
    let sql = format!(
        "select count(*), min(date) = '{from}', max(date) = '{to}' from logs where q = '{search}'"
    );
    let (rows, calls) = journal(&mut world, &sql);
    assert!(calls.iter().any(|call| call.param("from").is_some()));
    let yes = || Some("t".to_owned());
    assert_eq!(rows, [[Some("200".to_owned()), yes(), yes()]]);
}

#[test]
fn every_filter_is_searched_and_changes_nothing() {
    let mut world = world(400);
    for column in [
        "type",
        "user_id",
        "client_id",
        "connection",
        "ip",
        "log_id",
        "description",
        "strategy",
        "user_name",
        "hostname",
        "connection_id",
        "client_name",
        "user_agent",
        "strategy_type",
    ] {
        let some = world.query_text(&format!(
            "select {column}::text from logs where {column} is not null and {column}::text <> ''
             and {column}::text not like '%:%' order by 1 limit 1"
        ));
        let Some(value) = some.into_iter().flatten().flatten().next() else {
            panic!("no log has {column}");
        };
        let sql = format!("select log_id from logs where {column} = '{value}' order by 1");
        let (fast, calls) = journal(&mut world, &sql);
        let asked = calls[0]
            .param("q")
            .map(str::to_owned)
            .unwrap_or_else(|| calls[0].path.clone());
        assert!(
            asked.starts_with(&format!("{column}:")) || column == "log_id",
            "{column}: {asked}"
        );
        assert!(!fast.is_empty(), "{column}");
        world.run("set auth0_fdw.pushdown = off");
        assert_eq!(world.query_text(&sql), fast, "{column}");
        world.run("reset auth0_fdw.pushdown");
    }
    for condition in [
        "type in ('s', 'f', 'fp')",
        "type = 'f' or user_id = 'nobody'",
        "connection is null",
        "description like 'A%'",
        "q = 'type:s'",
    ] {
        let sql = format!("select log_id from logs where {condition} order by 1");
        let fast = world.query_text(&sql);
        if !condition.starts_with("q ") {
            world.run("set auth0_fdw.pushdown = off");
            assert_eq!(world.query_text(&sql), fast, "{condition}");
            world.run("reset auth0_fdw.pushdown");
        }
    }
}

#[test]
fn one_event_by_its_id() {
    let mut world = world(50);
    let id = world.value("select min(log_id) from logs").unwrap();
    let (rows, calls) = journal(
        &mut world,
        &format!("select type from logs where log_id = '{id}'"),
    );
    assert_eq!((rows.len(), calls.len()), (1, 1));
    assert!(calls[0].path.ends_with(&id));
    let (rows, calls) = journal(&mut world, "select type from logs where log_id = '900200'");
    assert_eq!((rows.len(), calls.len()), (0, 1));
}
