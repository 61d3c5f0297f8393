//! Cancelling a scan inside PL/pgSQL, a cursor, COPY and a subtransaction.

use crate::stall::{Stall, Stalled};
use crate::support::{self, assert_all_rows, until, Statement};
use postgres::Client;
use simulator::{Fault, FaultKind};
use std::io::Read;
use std::time::{Duration, Instant};
use xtask::world::{self, World};

const CANCELLED: &str = "57014: canceling statement due to user request";

/// Cancels `sql` while its scan hangs; the connection goes on and the tenant has nothing in flight.
fn cancelled(stalled: &Stalled, client: Client, sql: &str) -> Client {
    stalled.arm();
    let statement = Statement::start(client, sql);
    stalled.reached();
    let struck = Instant::now();
    statement.cancel();
    let ended = statement.end();
    assert_eq!(ended.error, CANCELLED, "{sql}");
    eprintln!(
        "{sql}: {:.1} ms",
        (ended.at - struck).as_secs_f64() * 1000.0
    );
    until("no request is left", || stalled.world.sim.in_flight() == 0);
    stalled.heal();
    ended.client
}

fn hanging() -> Stalled {
    Stalled::new(support::world(), Stall::Answer)
}

fn usable(client: &mut Client, world: &World) {
    assert_all_rows(client, &world.sim, "users");
}

#[test]
fn others_does_not_catch_it() {
    let mut stalled = hanging();
    stalled.world.run(
        "create function careful() returns bigint language plpgsql as $$
         begin return (select count(email) from users);
         exception when others then return -1; end $$",
    );
    let client = stalled.world.db.connect();
    let mut client = cancelled(&stalled, client, "select careful()");
    let emails = support::truth(&stalled.world.sim)
        .iter()
        .filter(|row| row[1].is_some())
        .count();
    assert_eq!(
        world::query_text(&mut client, "select careful()")[0][0],
        Some(emails.to_string())
    );
    usable(&mut client, &stalled.world);
}

#[test]
fn a_handler_for_query_canceled_goes_on_without_the_request() {
    let mut stalled = hanging();
    stalled.world.run(
        "create table outcome (what text);
         create procedure stubborn() language plpgsql as $$
         begin
           begin perform count(email) from users;
           exception when query_canceled then insert into outcome values ('caught'); end;
           commit;
           perform pg_advisory_lock(1);
         end $$;
         select pg_advisory_lock(1)",
    );
    stalled.arm();
    let statement = Statement::start(stalled.world.db.connect(), "call stubborn()");
    stalled.reached();
    let cancel = format!("select pg_cancel_backend({})", statement.backend.0);
    stalled.world.run(&cancel);
    // The procedure still runs: it waits for the lock.
    until("the request is closed", || {
        stalled.world.sim.in_flight() == 0
    });
    let waiting = format!(
        "select count(*) from pg_locks where pid = {} and locktype = 'advisory' and not granted",
        statement.backend.0
    );
    let since = Instant::now();
    while stalled.world.value(&waiting).as_deref() != Some("1") {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "it never waits for the lock"
        );
    }
    assert_eq!(
        stalled.world.value("select what from outcome").as_deref(),
        Some("caught")
    );
    stalled.world.run(&cancel);
    let mut ended = statement.end();
    assert_eq!(ended.error, CANCELLED);
    stalled.heal();
    usable(&mut ended.client, &stalled.world);
}

#[test]
fn a_fetch_from_a_cursor() {
    let stalled = hanging();
    let mut client = stalled.world.db.connect();
    client
        .batch_execute("begin; declare c cursor for select * from users")
        .unwrap();
    assert_eq!(world::query_text(&mut client, "fetch 10 from c").len(), 10);
    let mut client = cancelled(&stalled, client, "fetch all from c");
    client.batch_execute("rollback").unwrap();
    usable(&mut client, &stalled.world);
}

#[test]
fn a_fetch_within_a_savepoint() {
    let stalled = hanging();
    let mut client = stalled.world.db.connect();
    client.batch_execute("begin; create temp table kept (n int); savepoint s; declare c cursor for select * from users").unwrap();
    let mut client = cancelled(&stalled, client, "fetch all from c");
    client
        .batch_execute("rollback to s; insert into kept values (1)")
        .unwrap();
    usable(&mut client, &stalled.world);
    client.batch_execute("commit").unwrap();
    assert_eq!(
        world::query_text(&mut client, "select count(*) from kept")[0][0].as_deref(),
        Some("1")
    );
}

#[test]
fn statements_of_every_kind() {
    let mut stalled = hanging();
    stalled.world.run("create table copy_of_users (like users)");
    for sql in [
        "copy (select * from users) to '/dev/null'",
        "insert into copy_of_users select * from users",
        "create table again as select * from users",
        "create materialized view seen as select * from users",
        "explain analyze select * from users",
        "do $$ declare u record; begin for u in select * from users loop null; end loop; end $$",
        "select * from copy_of_users right join users using (user_id)",
        "select (select count(*) from users where email > s.n::text) from generate_series(1, 3) s(n)",
        "with u as materialized (select * from users) select count(*) from u",
    ] {
        let client = stalled.world.db.connect();
        let mut client = cancelled(&stalled, client, sql);
        usable(&mut client, &stalled.world);
    }
    assert_eq!(
        stalled
            .world
            .value("select count(*) from copy_of_users")
            .as_deref(),
        Some("0")
    );
}

/// Whatever a query asks in place of pages: counts, look-ups, searches for many keys, ANALYZE.
#[test]
fn requests_of_every_kind() {
    let mut world = support::world();
    world.run(
        "create table orders as select user_id, email from users where email is not null;
         create table few as select * from orders limit 7; analyze orders; analyze few",
    );
    let mut client = world.db.connect();
    usable(&mut client, &world);
    for (sql, before) in [
        ("select count(*) from users", 0),
        ("select count(*) from users where email is not null", 0),
        ("select * from users where user_id = 'auth0|1'", 0),
        ("select * from users where email = 'a@b.com'", 0),
        ("select * from users where user_id = any (array(select user_id from orders limit 100))", 0),
        ("select * from users where user_id = any (array(select user_id from few))", 3),
        ("select few.*, users.created_at from few join users using (user_id)", 2),
        ("select orders.*, (select created_at from users u where u.user_id = orders.user_id) from orders", 5),
        ("select * from users order by created_at desc", 1),
        ("analyze users", 2),
    ] {
        world.sim.clear_journal();
        // The first requests are answered.
        let held = Fault::new(FaultKind::HangBeforeHeaders).after(before).forever();
        world.sim.inject(held);
        let statement = Statement::start(client, sql);
        until(&format!("it hangs: {sql}"), || world.sim.in_flight() > 0 && world.sim.journal().len() > before);
        let struck = Instant::now();
        statement.cancel();
        let ended = statement.end();
        assert_eq!(ended.error, CANCELLED, "{sql}");
        eprintln!("{sql}: {:.1} ms", (ended.at - struck).as_secs_f64() * 1000.0);
        until("no request is left", || world.sim.in_flight() == 0);
        world.sim.clear_faults();
        client = ended.client;
        usable(&mut client, &world);
    }
}

#[test]
fn copy_to_the_client() {
    let stalled = hanging();
    stalled.arm();
    let mut client = stalled.world.db.connect();
    let cancel = client.cancel_token();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let failed = client
            .copy_out("copy (select * from users) to stdout")
            .map(|mut out| out.read_to_string(&mut text).unwrap_err());
        (
            client,
            format!("{:?}", failed.unwrap()),
            text.lines().count(),
        )
    });
    stalled.reached();
    cancel.cancel_query(postgres::NoTls).unwrap();
    let (mut client, error, lines) = reader.join().unwrap();
    assert!(
        error.contains("canceling statement due to user request"),
        "{error}"
    );
    assert_eq!(lines, 180, "the two pages before the one that hangs");
    until("no request is left", || stalled.world.sim.in_flight() == 0);
    stalled.heal();
    usable(&mut client, &stalled.world);
}

#[test]
fn a_hundred_cancels_on_one_session_leave_nothing_behind() {
    let mut stalled = hanging();
    let mut client = stalled.world.db.connect();
    usable(&mut client, &stalled.world);
    let backend = support::Backend::of(&mut client);
    let before = (backend.descriptors(), backend.threads());
    for _ in 0..100 {
        stalled.arm();
        let statement = Statement::start(client, "select count(email) from users");
        until("it hangs", || stalled.world.sim.in_flight() == 1);
        stalled.world.run(&format!(
            "select pg_cancel_backend({})",
            statement.backend.0
        ));
        let ended = statement.end();
        assert_eq!(ended.error, CANCELLED);
        client = ended.client;
        stalled.world.sim.clear_faults();
    }
    until("no request is left", || stalled.world.sim.in_flight() == 0);
    usable(&mut client, &stalled.world);
    let after = (backend.descriptors(), backend.threads());
    eprintln!("descriptors and threads: {before:?}, after a hundred cancels {after:?}");
    assert!(after.0 <= before.0 + 4 && after.1 == before.1);
}
