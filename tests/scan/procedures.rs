//! Scans within PL/pgSQL, SQL functions, triggers, and subtransactions that fail.

use crate::common::{await_silence, cost, declare, imported, priced, tenant_with};
use std::time::Duration;
use xtask::World;

/// `users` of a good user and one whose `n` is odd.
fn odd() -> World {
    let mut world = tenant_with(&[
        r#"{"user_id":"a","n":1,"created_at":"2024-01-01T00:00:00Z"}"#,
        r#"{"user_id":"b","n":"x","created_at":"2024-01-02T00:00:00Z"}"#,
    ]);
    declare(&mut world, "users", "user_id text, n int");
    world.run("create table seen (note text)");
    world
}

#[test]
fn loops_read_every_row_and_nested_ones_too() {
    let mut world = imported(250);
    world.run(
        "create function looped() returns int language plpgsql as $$
         declare r record; s users; n int := 0;
         begin
           for r in select user_id, email from users loop n := n + 1; end loop;
           for s in select * from users loop
             if s.user_id is null or s.attrs is null then raise 'a row of nulls'; end if;
             n := n + 1000;
           end loop;
           return n;
         end $$;
         create function nested() returns int language plpgsql as $$
         declare a record; b record; n int := 0;
         begin
           for a in select user_id from users order by user_id limit 3 loop
             for b in select * from users where user_id >= a.user_id loop n := n + 1; end loop;
           end loop;
           return n;
         end $$",
    );
    assert_eq!(
        priced(&mut world, "select looped()"),
        (Some("250250".into()), 6)
    );
    assert_eq!(
        priced(&mut world, "select nested()"),
        (Some((250 + 249 + 248).to_string()), 12)
    );
    for _ in 0..10 {
        assert_eq!(world.value("select looped()"), Some("250250".into()));
    }
}

#[test]
fn a_loop_left_early_closes_its_scan() {
    let mut world = imported(950);
    world.run(
        "create function left_early() returns int language plpgsql as $$
         declare r record; n int := 0;
         begin
           for r in select user_id from users loop n := n + 1; exit when n = 150; end loop;
           return n;
         end $$",
    );
    for _ in 0..5 {
        assert_eq!(world.value("select left_early()"), Some("150".into()));
        await_silence(&world.sim);
    }
    world.run("begin; do $$ declare r record; begin for r in select * from users loop return; end loop; end $$");
    await_silence(&world.sim);
    world.run("commit");
}

#[test]
fn a_procedure_may_commit_within_its_loop() {
    let mut world = imported(250);
    world.run(
        "create table noted (user_id text);
         create procedure note() language plpgsql as $$
         declare r record;
         begin
           for r in select user_id from users loop
             insert into noted values (r.user_id); commit;
           end loop;
         end $$",
    );
    world.run("call note()");
    assert_eq!(
        world.value("select count(distinct user_id) from noted"),
        Some("250".into())
    );
}

#[test]
fn select_into_dynamic_sql_and_explicit_cursors_work() {
    let mut world = imported(250);
    world.run(
        "create function various() returns text language plpgsql as $$
         declare one users; n bigint; c cursor (least bigint) for select user_id from users where logins_count > least; r record; m int := 0;
         begin
           select * into strict one from users where user_id = (select min(user_id) from users);
           execute 'select count(*) from users where user_id >= $1' into n using one.user_id;
           open c(100); loop fetch c into r; exit when not found; m := m + 1; end loop; close c;
           open c(0); fetch c into r; move forward 10 from c; close c;
           perform from users where false;
           if found then raise 'found'; end if;
           return n || ' ' || (m > 0);
         end $$",
    );
    for _ in 0..3 {
        assert_eq!(world.value("select various()"), Some("250 true".into()));
    }
    await_silence(&world.sim);
}

#[test]
fn sql_functions_of_every_kind_read_the_table() {
    let mut world = imported(250);
    world.run(
        "create function everyone() returns setof users language sql stable as 'select * from users';
         create function everyone_volatile() returns setof users language sql as 'select * from users';
         create function named(text) returns text language sql stable as 'select name from users where user_id = $1';
         create function how_many() returns bigint language sql begin atomic; select count(*) from users; end;
         create function rows_by_query() returns setof users language plpgsql as 'begin return query select * from users; end'",
    );
    for function in ["everyone", "everyone_volatile", "rows_by_query"] {
        assert_eq!(
            world.value(&format!("select count(distinct user_id) from {function}()")),
            Some("250".into())
        );
        assert_eq!(
            world
                .query_text(&format!("select user_id from {function}() limit 5"))
                .len(),
            5
        );
        assert_eq!(
            world
                .query_text(&format!("select ({function}()).user_id"))
                .len(),
            250
        );
    }
    assert_eq!(world.value("select how_many()"), Some("250".into()));
    let id = world.sim.user_ids()[7].clone();
    let name = world.value(&format!("select name from users where user_id = '{id}'"));
    assert_eq!(world.value(&format!("select named('{id}')")), name);
    await_silence(&world.sim);
}

#[test]
fn a_failure_caught_in_a_subtransaction_leaves_the_session_in_order() {
    let mut world = odd();
    world.run(
        "create function careful() returns text language plpgsql as $$
         declare n int; caught int := 0;
         begin
           for i in 1 .. 20 loop
             begin
               insert into seen values ('lost');
               select sum(users.n) into n from users;
             exception when fdw_invalid_data_type then caught := caught + 1;
             end;
             begin
               for n in select users.n from users loop insert into seen values ('lost, too'); end loop;
             exception when others then caught := caught + 1;
             end;
           end loop;
           insert into seen values ('kept');
           return caught || ' ' || (select count(*) from users);
         end $$",
    );
    assert_eq!(world.value("select careful()"), Some("40 2".into()));
    assert_eq!(
        world.value("select string_agg(note, ',') from seen"),
        Some("kept".into())
    );
    await_silence(&world.sim);
}

#[test]
fn a_failure_after_a_savepoint_is_undone_by_it() {
    let mut world = odd();
    world.run("begin; insert into seen values ('before'); declare c cursor for select user_id from users; fetch 1 from c; savepoint s");
    for _ in 0..5 {
        assert_eq!(world.error("select n from users").code().code(), "HV004");
        assert_eq!(
            world.error("select user_id from users").code().code(),
            "25P02"
        );
        world.run("rollback to s");
        assert_eq!(
            world.value("select count(user_id) from users"),
            Some("2".into())
        );
    }
    assert_eq!(
        world.query_text("fetch all from c"),
        [[Some("b".to_owned())]]
    );
    world.run("commit");
    assert_eq!(world.value("select count(*) from seen"), Some("1".into()));
}

#[test]
fn a_timeout_caught_in_a_subtransaction_aborts_the_request() {
    let mut world = imported(250);
    world.run(
        "create function patient() returns text language plpgsql as $$
         begin
           perform count(user_id) from users;
           return 'answered';
         exception when query_canceled then return 'timed out';
         end $$",
    );
    world.sim.set_latency(Duration::from_secs(600));
    world.run("set statement_timeout = '150ms'");
    assert_eq!(world.value("select patient()"), Some("timed out".into()));
    world.run("reset statement_timeout");
    await_silence(&world.sim);
    world.sim.set_latency(Duration::ZERO);
    assert_eq!(world.value("select patient()"), Some("answered".into()));
}

#[test]
fn triggers_may_read_the_table() {
    let mut world = imported(50);
    let id = world.sim.user_ids()[0].clone();
    world.run(
        "create table orders (id int, user_id text, name text);
         create function check_user() returns trigger language plpgsql as $$
         begin
           select u.name into strict new.name from users u where u.user_id = new.user_id;
           return new;
         end $$;
         create function count_users() returns trigger language plpgsql as $$
         begin insert into counted select count(user_id) from users; return null; end $$;
         create table counted (n int);
         create trigger before before insert or update on orders for each row execute function check_user();
         create constraint trigger late after insert on orders deferrable initially deferred for each row execute function count_users();
         create trigger after after insert on orders execute function count_users()",
    );
    assert_eq!(
        cost(
            &mut world,
            &format!("insert into orders select i, '{id}' from generate_series(1, 4) i")
        ),
        4 + 4 + 1
    );
    assert_eq!(
        world.value("select count(*) from orders where name is not null"),
        Some("4".into())
    );
    assert_eq!(
        world.value("select string_agg(n::text, ' ') from counted"),
        Some("50 50 50 50 50".into())
    );
    assert_eq!(
        world
            .error("insert into orders values (9, 'nobody')")
            .code()
            .code(),
        "P0002"
    );
    assert_eq!(world.value("select count(*) from orders"), Some("4".into()));
}
