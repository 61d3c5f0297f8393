//! Statements of every shape over a foreign table: the same rows as from a plain copy, at the price of one scan.

use crate::common::{await_silence, column, cost, imported, plain_copy, priced, sorted_ids};
use xtask::World;

/// 250 users in `users`, and the same rows in the plain table `copy`.
fn both() -> World {
    let mut world = imported(250);
    plain_copy(&mut world);
    world.run("create table copy as select r.* from plain, json_populate_record(json_populate_record(null::users, attrs), json_build_object('attrs', attrs)) r; analyze copy");
    world
}

/// The same query over the foreign table and its plain copy gives the same rows.
fn same(world: &mut World, query: &str) {
    let ours = world.query_text(&query.replace("TABLE", "users"));
    assert_eq!(
        ours,
        world.query_text(&query.replace("TABLE", "copy")),
        "{query}"
    );
    assert!(!ours.is_empty(), "nothing to compare: {query}");
}

#[test]
fn queries_of_every_shape_give_the_rows_a_plain_table_gives() {
    let mut world = both();
    for query in [
        "select user_id, email, logins_count from TABLE where logins_count > 100 or email like '%org' order by 1",
        "select count(*), count(email), sum(logins_count), max(last_login), avg(logins_count), count(distinct name) from TABLE",
        "select blocked, email_verified, count(*) from TABLE group by grouping sets ((blocked), (email_verified), (blocked, email_verified), ()) order by 1, 2, 3",
        "select blocked, date_trunc('year', created_at) y, count(*) from TABLE group by cube (blocked, 2) order by 1, 2, 3",
        "select distinct on (family_name) family_name, user_id from TABLE order by family_name, user_id",
        "select distinct given_name from TABLE order by 1",
        "select user_id, rank() over (partition by given_name order by user_id), lag(name) over w, sum(logins_count) over w from TABLE window w as (order by user_id rows 3 preceding) order by 1",
        "select user_id from TABLE where blocked union select user_id from TABLE where email_verified order by 1",
        "select user_id from TABLE except select user_id from TABLE where blocked order by 1",
        "select user_id from TABLE where logins_count > 3 intersect all select user_id from TABLE where email is null order by 1",
        "select a.user_id, b.user_id from TABLE a join TABLE b on a.email = b.email and a.user_id < b.user_id order by 1, 2",
        "select a.user_id, count(b.user_id) from TABLE a left join TABLE b on a.nickname = b.given_name group by 1 order by 1",
        "select count(*) from TABLE a full join TABLE b on a.logins_count = b.logins_count + 7",
        "select user_id, (select count(*) from TABLE b where b.family_name = a.family_name) from TABLE a order by 1",
        "select user_id from TABLE a where created_at > all (select created_at from TABLE b where b.given_name = a.given_name and b.user_id <> a.user_id) order by 1",
        "select user_id, x.key, x.value from TABLE, lateral jsonb_each(app_metadata) x order by 1, 2",
        "select user_id, i ->> 'provider' from TABLE, jsonb_array_elements(identities) i order by 1, 2",
        "with m as materialized (select * from TABLE) select count(*), (select count(*) from m where blocked) from m",
        "with recursive r(id, n) as (select min(user_id), 1 from TABLE union all select (select min(user_id) from TABLE t where t.user_id > id), n + 1 from r where n < 20) select * from r",
        "select * from (select user_id from TABLE order by created_at desc, user_id limit 7 offset 3) s order by 1",
        "select user_id from TABLE order by created_at, user_id fetch first 5 rows with ties",
        "select percentile_disc(0.5) within group (order by logins_count), mode() within group (order by family_name) from TABLE",
        "select string_agg(user_id, ',' order by user_id) filter (where blocked) from TABLE",
        "select user_id, last_ip, host(last_ip) from TABLE where last_ip << '203.0.113.0/25' order by 1",
        "select array_agg(email order by email) from TABLE where email ilike 'a%'",
        "select user_id from TABLE t where user_id = any (array(select user_id from TABLE order by 1 limit 3)) order by 1",
    ] {
        same(&mut world, query);
    }
}

#[test]
fn a_prepared_statement_runs_as_often_as_one_likes() {
    let mut world = both();
    // Auth0 looks for the count of logins, and Postgres for the name.
    let pages = world
        .value("select ceil(count(*) / 100.0) from copy where logins_count >= 0")
        .unwrap();
    let pages: usize = pages.parse().unwrap();
    assert!(pages < 3, "nothing would be seen");
    for mode in ["force_generic_plan", "force_custom_plan", "auto"] {
        world.run(&format!(
            "set plan_cache_mode = {mode};
             prepare p(text, bigint) as select user_id from users where name >= $1 and logins_count > $2 order by user_id;
             prepare q(text, bigint) as select user_id from copy where name >= $1 and logins_count > $2 order by user_id"
        ));
        for run in 0..10 {
            let arguments = format!("('{}', {})", ["A", "K", "Z", ""][run % 4], run * 30);
            let (ours, theirs) = (
                format!("execute p{arguments}"),
                format!("execute q{arguments}"),
            );
            assert_eq!(
                column(&mut world, &ours),
                column(&mut world, &theirs),
                "{mode} {run}"
            );
        }
        assert_eq!(cost(&mut world, "execute p('A', 0)"), pages, "{mode}");
        // What nobody can be asked for costs a scan, every time.
        world.run("prepare r(bigint) as select user_id from users where logins_count + 0 > $1");
        for _ in 0..7 {
            assert_eq!(cost(&mut world, "execute r(0)"), 3, "{mode}");
        }
        world.run("deallocate all");
    }
}

#[test]
fn the_extended_protocol_runs_a_statement_again_and_again() {
    let mut world = both();
    let statement = world
        .sql
        .prepare("select user_id from users where logins_count > $1")
        .unwrap();
    for least in [0i64, 100, 200, 1000, 0, 50, 399, 7, 8, 9] {
        let ours = world.sql.query(&statement, &[&least]).unwrap().len() as i64;
        let theirs: i64 = world
            .sql
            .query_one(
                "select count(*) from copy where logins_count > $1",
                &[&least],
            )
            .unwrap()
            .get(0);
        assert_eq!(ours, theirs);
    }
    // A portal fetched in parts, and left.
    let mut transaction = world.sql.transaction().unwrap();
    let portal = transaction.bind(&statement, &[&-1i64]).unwrap();
    assert_eq!(transaction.query_portal(&portal, 40).unwrap().len(), 40);
    assert_eq!(transaction.query_portal(&portal, 40).unwrap().len(), 40);
    drop(portal);
    transaction.commit().unwrap();
    await_silence(&world.sim);
}

#[test]
fn rows_can_be_carried_away() {
    let mut world = both();
    world.run(
        "create table made as select * from users;
         create table filled (like users); insert into filled select * from users;
         create materialized view kept as select * from users; create unique index on kept (user_id)",
    );
    for table in ["made", "filled", "kept"] {
        let differing = format!("select count(*) from (table {table} except table copy) x");
        assert_eq!(world.value(&differing), Some("0".into()));
        assert_eq!(
            world.value(&format!("select count(*) from {table}")),
            Some("250".into())
        );
    }
    let gone = world.sim.user_ids()[3].clone();
    world.sim.remove_user(&gone);
    assert_eq!(
        cost(&mut world, "refresh materialized view concurrently kept"),
        3
    );
    assert_eq!(world.value("select count(*) from kept"), Some("249".into()));
    world.run("refresh materialized view kept");
    world.run("insert into made select * from users on conflict do nothing");
    assert_eq!(world.value("select count(*) from made"), Some("499".into()));
    world.run("delete from copy using users where users.user_id = copy.user_id; update filled set name = u.email from users u where u.user_id = filled.user_id");
    assert_eq!(column(&mut world, "select user_id from copy"), [gone]);
}

#[test]
fn copy_to_brings_every_row() {
    use std::io::Read;
    let mut world = imported(250);
    for (copy, lines) in [
        (
            "copy (select user_id from users order by user_id) to stdout",
            250,
        ),
        (
            "copy (select user_id, name from users) to stdout (format csv, header)",
            251,
        ),
    ] {
        let mut text = String::new();
        world
            .sql
            .copy_out(copy)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text.lines().count(), lines);
        if lines == 250 {
            assert_eq!(text.lines().collect::<Vec<_>>(), sorted_ids(&world.sim));
        }
    }
    let error = world.error("copy users to stdout");
    assert_eq!(error.message(), "cannot copy from foreign table \"users\"");
    assert_eq!(error.hint(), Some("Try the COPY (SELECT ...) TO variant."));
}

#[test]
fn what_needs_little_costs_one_request() {
    let mut world = imported(950);
    for query in [
        "select * from users limit 1",
        "select user_id from users limit 100",
        "select exists (select from users)",
        "select 1 where exists (select from users where true)",
        "select * from users fetch first row only",
        "select (select name from users limit 1)",
        "select user_id from users limit 20 offset 80",
    ] {
        assert_eq!(cost(&mut world, query), 1, "{query}");
        await_silence(&world.sim);
    }
    for (query, requests) in [
        ("select * from users limit 0", 0),
        ("select * from users where false", 0),
        ("select * from users where null", 0),
        ("select 1 where false and exists (select from users)", 0),
        ("select count(*) from users", 1),
        ("select count(name) from users", 10),
        ("select * from users order by created_at limit 1", 1),
        ("select * from users order by created_at desc limit 1", 1),
        (
            "select * from users order by created_at, user_id limit 1",
            10,
        ),
        ("select * from users order by name limit 1", 10),
        ("select min(created_at) from users", 1),
        ("select max(created_at) from users", 1),
    ] {
        assert_eq!(cost(&mut world, query), requests, "{query}");
    }
}

#[test]
fn a_table_read_twice_in_a_query_is_two_scans_and_two_tables_of_a_server_are_two_tables() {
    let mut world = imported(250);
    crate::common::declare(
        &mut world,
        "people",
        "user_id text, plan text options (path 'app_metadata.plan')",
    );
    assert_eq!(
        priced(
            &mut world,
            "select count(*) from users join people using (user_id)"
        ),
        (Some("250".into()), 6)
    );
    assert_eq!(
        priced(
            &mut world,
            "select count(*) from users a join users b using (user_id)"
        ),
        (Some("250".into()), 6)
    );
    let (count, requests) = priced(
        &mut world,
        "select count(*) from (table people union all select user_id, name from users) x",
    );
    assert_eq!((count.as_deref(), requests), (Some("500"), 6));
}

#[test]
fn parallel_workers_elsewhere_do_not_touch_the_scan() {
    let mut world = both();
    world.run(
        "create table big as select i, (i % 250)::int as n from generate_series(1, 100000) i; analyze big;
         set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
         set max_parallel_workers_per_gather = 2",
    );
    let query = "select count(*), sum(n) from big join (select row_number() over (order by user_id) as n, name from TABLE) u using (n)";
    assert!(world
        .explain("", &query.replace("TABLE", "users"))
        .contains("Workers Planned: 2"));
    same(&mut world, query);
    // Its name changed with Postgres 16.
    world.run("select set_config(name, 'on', false) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')");
    same(&mut world, "select user_id, name from TABLE order by 1");
    same(&mut world, "select count(*) from TABLE");
}
