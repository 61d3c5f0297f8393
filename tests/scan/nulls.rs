//! Misfits read as NULL leave nothing behind: no warning, no lock, no memory, no broken session.

use crate::common::{declare, tenant_with};
use std::sync::{Arc, Mutex};
use xtask::World;

/// So many users, every second of which has an odd `v`.
fn half_odd(users: usize, good: &str, odd: &str) -> World {
    let all: Vec<String> = (0..users)
        .map(|i| {
            format!(
                r#"{{"user_id":"u{i:04}","v":{}}}"#,
                if i % 2 == 0 { good } else { odd }
            )
        })
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    tenant_with(&all)
}

/// Reads `v` as `ty` where half of the values misfit, and returns the server's notices.
fn notices(world: &mut World, ty: &str) -> Vec<String> {
    declare(
        world,
        "users",
        &format!("v {ty} options (on_type_error 'null')"),
    );
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = heard.clone();
    let mut config: postgres::Config = world.db.conn_string("postgres").parse().unwrap();
    config
        .notice_callback(move |notice| listener.lock().unwrap().push(notice.message().to_owned()));
    let mut client = config.connect(postgres::NoTls).unwrap();
    for query in [
        "select count(v), count(*) from users",
        "begin; select count(v), count(*) from users; savepoint a; select count(v), count(*) from users; release a; commit",
        "select count(v), count(*) from users",
    ] {
        let rows = xtask::world::query_text(&mut client, query);
        for row in rows {
            assert_eq!(row, [Some("100".to_owned()), Some("200".to_owned())], "{query}");
        }
    }
    let locks = xtask::world::query_text(
        &mut client,
        "select count(*) from pg_locks where pid = pg_backend_pid() and locktype <> 'virtualxid'
         and relation <> 'pg_locks'::regclass",
    );
    assert_eq!(locks, [[Some("0".to_owned())]]);
    let heard = heard.lock().unwrap();
    heard.clone()
}

const NONE: [&str; 0] = [];

#[test]
fn of_simple_types() {
    let mut world = half_odd(200, "1", "\"x\"");
    assert_eq!(notices(&mut world, "int"), NONE);
}

#[test]
fn of_composites() {
    let mut world = half_odd(200, "\"(1,2)\"", "\"(1,x)\"");
    world.run("create type pair as (a int, b int)");
    assert_eq!(notices(&mut world, "pair"), NONE);
}

#[test]
fn of_documents() {
    let mut world = half_odd(200, "{}", r#"{"a":{"b":["\u0000"]}}"#);
    assert_eq!(notices(&mut world, "jsonb"), NONE);
}

#[test]
fn of_xml() {
    let mut world = half_odd(200, "\"<a/>\"", "\"<a>\"");
    assert_eq!(notices(&mut world, "xml"), NONE);
}

#[test]
fn of_domains_whose_check_runs_a_procedure_that_fails() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create function checked(n int) returns bool language plpgsql as $$
         declare t int;
         begin
           select count(*) into t from pg_class;
           if n < 0 then perform 1 / (n - n); end if;
           return true;
         end $$;
         create domain checked_int as int check (checked(value))",
    );
    assert_eq!(notices(&mut world, "checked_int"), NONE);
}

#[test]
fn of_domains_whose_check_runs_a_query_that_fails() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create table limits (least int); insert into limits values (0), (1);
         create function allowed(n int) returns bool language sql stable as
           'select bool_and(1 / (case when n < 0 then 0 else 1 end) > least - 10) from limits';
         create domain allowed_int as int check (allowed(value))",
    );
    assert_eq!(notices(&mut world, "allowed_int"), NONE);
}

#[test]
fn of_domains_whose_check_raises_an_exception_of_its_own() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create function polite(n int) returns bool language plpgsql as $$
         begin if n < 0 then raise exception 'no negative numbers, please'; end if; return true; end $$;
         create domain polite_int as int check (polite(value))",
    );
    assert_eq!(notices(&mut world, "polite_int"), NONE);
}

/// `users` with a domain whose check raises an error about locks: not about the value, so it ends the statement.
fn locked_out() -> World {
    let mut world = half_odd(4, "3", "-3");
    world.run(
        "create function locked(n int) returns bool language plpgsql as $$
         begin if n < 0 then raise exception 'locked' using errcode = '55P03'; end if; return true; end $$;
         create domain locked_int as int check (locked(value));
         create table notes (note text)",
    );
    declare(
        &mut world,
        "users",
        "v locked_int options (on_type_error 'null')",
    );
    world
}

#[test]
fn an_error_that_is_not_about_the_value_ends_the_statement_and_only_what_contains_it() {
    let mut world = locked_out();
    let error = world.error("select v from users");
    assert_eq!((error.code().code(), error.message()), ("55P03", "locked"));
    world.run(
        "do $$ begin
           insert into notes values ('kept');
           begin
             insert into notes values ('lost');
             perform v from users;
           exception when lock_not_available then insert into notes values ('caught');
           end;
           begin
             insert into notes values ('lost, too');
             perform 1 / 0;
           exception when division_by_zero then insert into notes values ('caught again');
           end;
         end $$",
    );
    let mut other = world.db.connect();
    let notes = xtask::world::query_text(&mut other, "select string_agg(note, ', ') from notes");
    assert_eq!(notes, [[Some("kept, caught, caught again".to_owned())]]);
    world.run("begin; savepoint s; insert into notes values ('no')");
    assert_eq!(world.error("select v from users").code().code(), "55P03");
    world.run("rollback to s; release s; commit");
    let warned = world.sql.batch_execute("rollback");
    assert!(
        warned.is_ok(),
        "only a warning that there is no transaction"
    );
    assert_eq!(world.value("select count(*) from notes"), Some("3".into()));
}

#[test]
fn of_domains_beside_parallel_workers() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create domain natural_int as int check (value > 0);
         create table big as select i from generate_series(1, 100000) i; analyze big;
         set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0",
    );
    declare(
        &mut world,
        "users",
        "user_id text, v natural_int options (on_type_error 'null')",
    );
    let query = "select count(*), count(v) from big join (select v, row_number() over () as i from users) u using (i)";
    assert_eq!(
        world.query_text(query),
        [["200", "100"].map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn of_domains_whose_check_reads_the_table_itself() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create foreign table everyone (user_id text) server auth0 options (object 'users');
         create function known(n int) returns bool language sql as 'select count(*) * n > 0 from everyone';
         create domain known_int as int check (known(value))",
    );
    assert_eq!(notices(&mut world, "known_int"), NONE);
}

#[test]
fn of_domains_beside_parallel_workers_planned_before() {
    let mut world = half_odd(200, "3", "-3");
    world.run(
        "create domain natural_int as int check (value > 0);
         create table big as select i from generate_series(1, 100000) i; analyze big;
         set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0",
    );
    declare(
        &mut world,
        "users",
        "v natural_int options (on_type_error 'null')",
    );
    for query in [
        "with b as materialized (select count(*) as n from big) select count(*), count(v) from users, b",
        "select count(*), count(v) from users where 100000 = (select count(*) from big)",
    ] {
        // Workers that an earlier part of the plan has started leave no room for a subtransaction.
        let error = world.error(query);
        assert_eq!(error.code().code(), "HV004", "{query}");
        let detail = error.detail().unwrap();
        let way_out = "beside parallel workers it cannot become NULL (SET max_parallel_workers_per_gather = 0).";
        assert!(detail.ends_with(way_out), "{detail}");
        world.run("set max_parallel_workers_per_gather = 0");
        assert_eq!(
            world.query_text(query),
            [["200", "100"].map(|text| Some(text.to_owned()))],
            "{query}"
        );
        world.run("reset max_parallel_workers_per_gather");
    }
}
