//! Never fewer rows: joins that look up keys, whatever stands around them.

use crate::support::{agreed, tenant_of};
use xtask::World;

/// A tenant and local tables that name some of them, of every type that a key can have.
fn shop(users: usize) -> World {
    let mut world = tenant_of(users);
    world.run(
        "create table everybody as select user_id, email, name, created_at, blocked from users;
         create table orders as
           select n as id, case n % 7 when 0 then null when 1 then upper(user_id) else user_id end as user_id, email,
             user_id::varchar as v, (user_id || '  ')::char(60) as c, left(user_id, 63)::name as n, created_at, n % 3 as third, blocked
           from (select (row_number() over (order by md5(user_id)))::int as n, * from everybody) e where n <= 60;
         insert into orders select 100 + id, user_id, email, v, c, n, created_at, third, blocked from orders where id <= 20;
         insert into orders (id, user_id, email) values (201, '', ''), (202, 'auth0|nobody', 'nobody@example.com'), (203, ' ', ' ');
         create unique index on orders (id);
         create table small as select * from orders where id <= 6;
         create table large as select (row_number() over ())::int as id, user_id, email, n from everybody, generate_series(1, 3) n;
         analyze orders; analyze small; analyze large; analyze everybody",
    );
    world
}

/// Queries whose joins may look up.
const QUERIES: [&str; 51] = [
    "select o.id, u.name from orders o join users u using (user_id)",
    "select o.id, u.name from orders o left join users u using (user_id)",
    "select o.id, u.name from orders o right join users u using (user_id)",
    "select o.id, u.name from orders o full join users u using (user_id)",
    "select o.id, u.name from users u full join orders o on u.email = o.email where o.created_at <= u.created_at",
    "select o.id, u.name from orders o join users u using (email)",
    "select o.id, u.name from orders o left join users u using (email) where u.user_id is null",
    "select o.id, u.name from orders o join users u on u.user_id = o.user_id and u.email = o.email",
    "select o.id, u.name from orders o left join users u on u.user_id = o.user_id and u.created_at > o.created_at",
    "select o.id, u.name from orders o left join users u on u.user_id = o.user_id and o.third = 1",
    "select o.id, u.name from orders o left join users u on u.user_id = o.user_id and u.blocked is not true and u.name like 'A%'",
    "select o.id, u.name from orders o left join users u on u.user_id = o.user_id where u.blocked is not true",
    "select o.id, u.name from orders o left join users u on u.user_id = o.user_id where coalesce(u.name, 'none') < 'M'",
    "select u.tableoid::regclass, u.user_id from orders o join users u using (user_id)",
    "select o.tableoid::regclass, o.ctid, u.user_id from orders o join users u using (user_id)",
    "select u from orders o join users u using (user_id)",
    "select o, u from orders o left join users u using (user_id)",
    "select u.attrs, u.identities from orders o join users u using (user_id)",
    "select count(*) from orders o join users u using (user_id)",
    "select from orders o join users u using (user_id)",
    "select o.id, u.name from orders o join users u on u.user_id = o.v",
    "select o.id, u.name from orders o join users u on u.user_id = o.c",
    "select o.id, u.name from orders o join users u on u.user_id = o.n",
    "select o.id, u.name from orders o join users u on u.user_id = o.user_id || ''",
    "select o.id, u.name from orders o join users u on u.user_id = lower(o.user_id)",
    "select o.id, u.name from orders o join users u on lower(u.user_id) = lower(o.user_id)",
    "select o.id from orders o where exists (select from users u where u.user_id = o.user_id)",
    "select o.id from orders o where not exists (select from users u where u.user_id = o.user_id and u.created_at <= o.created_at)",
    "select o.id from orders o where o.user_id in (select user_id from users where not blocked)",
    "select o.id from orders o where o.user_id not in (select user_id from users where blocked)",
    "select u.user_id from users u where u.user_id in (select user_id from orders)",
    "select u.user_id from users u where exists (select from orders o where o.email = u.email)",
    "select o.id, a.name, b.email from orders o join users a using (user_id) left join users b on b.email = o.email",
    "select o.id, u.name, u.blocked from orders o left join users u using (email) where u.user_id is null",
    "select o.id, a.name, b.email from orders o left join users a using (user_id) left join users b on b.email = o.email",
    "select o.id, a.name, b.email from orders o left join users a using (user_id) left join users b on b.email = a.email",
    "select s.id, o.id, u.name from small s left join orders o on o.id = s.id + 1 left join users u on u.user_id = o.user_id where u.blocked is not true",
    "select s.id, o.id, u.name from small s left join (orders o left join users u on u.user_id = o.user_id) on o.id = s.id + 1",
    "select s.id, o.id, u.name from small s left join (orders o left join users u on u.user_id = o.user_id) on o.id = s.id + 1 where coalesce(u.name, 'none') < 'M'",
    "select o.id, a.name, p.id from orders o join users a using (user_id) join orders p on p.user_id = a.user_id",
    "select s.id, x.id, x.name from small s, lateral (select o.id, u.name from orders o left join users u on u.user_id = o.user_id where o.third = s.third) x",
    "select s.id, (select string_agg(u.name, ',' order by o.id) from orders o join users u using (user_id) where o.third = s.third) from small s",
    "select s.id, x.name from small s left join lateral (select u.name from users u where u.user_id = s.user_id or u.user_id = s.v order by u.user_id limit 1) x on true",
    "select id, name, row_number() over (order by id, user_id) from (select o.id, u.name, u.user_id from orders o join users u using (user_id) offset 0) x",
    "select l.id, u.name from large l join users u using (user_id) where l.id <= 2000",
    "select l.id, u.name from large l left join users u using (email) where l.id <= 950 and l.n = 1",
    "select a.user_id, b.user_id from users a join users b on b.user_id = a.user_id where a.blocked",
    "select o.id, u.name from (select *, random() < 2 as always from orders) o join users u using (user_id) where always",
    "select o.third, count(u.name), max(u.created_at) from orders o left join users u using (user_id) group by o.third",
    "with recursive r (id, user_id) as (select id, user_id from small union select o.id, u.user_id from r join users u using (user_id) join orders o on o.user_id = u.user_id) select * from r",
    "select o.id, u.name from orders o join users u on u.attrs ->> 'user_id' = o.user_id",
];

#[test]
fn every_kind_of_join() {
    let mut world = shop(1200);
    for sql in QUERIES {
        agreed(&mut world, sql);
    }
}

#[test]
fn whatever_the_planner_may_not_do() {
    let mut world = shop(300);
    for settings in [
        "set enable_hashjoin = off; set enable_mergejoin = off",
        "set enable_hashjoin = off; set enable_nestloop = off",
        "set enable_hashjoin = off; set enable_mergejoin = off; set enable_memoize = off; set enable_material = off; set auth0_fdw.lookup_join = off",
        "set work_mem = '64kB'; set enable_hashjoin = off; set enable_mergejoin = off",
        "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; select set_config(name, 'on', false) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')",
    ] {
        world.run(&format!("reset all; {settings}"));
        for sql in QUERIES {
            agreed(&mut world, sql);
        }
    }
}

#[test]
fn read_in_pieces_and_again() {
    let mut world = shop(300);
    let (rows, _) = agreed(
        &mut world,
        "select o.id, u.name from orders o left join users u using (user_id)",
    );
    for pieces in [1, 7, 44, 45, 46] {
        let mut script = "begin; declare c scroll cursor for select o.id, u.name from orders o left join users u using (user_id);".to_owned();
        for _ in 0..100 / pieces + 1 {
            script.push_str(&format!("fetch {pieces} from c;"));
        }
        let mut read = world.query_text(&script);
        read.sort();
        assert_eq!(read, rows, "in pieces of {pieces}");
        world.run("move backward all from c");
        let mut again = world.query_text("fetch all from c");
        again.sort();
        assert_eq!(again, rows, "backward and again");
        world.run("commit");
    }
    world.run("set plan_cache_mode = force_generic_plan");
    world.run("prepare p (int, bool) as select o.id, u.name from orders o left join users u on u.user_id = o.user_id and u.blocked is distinct from $2 where o.third = $1");
    for third in [0, 1, 2, 0] {
        agreed(&mut world, &format!("execute p ({third}, true)"));
        agreed(&mut world, &format!("execute p ({third}, null)"));
    }
}

#[test]
fn a_failure_in_the_middle_leaves_the_session_usable() {
    let mut world = shop(300);
    world.run("set enable_hashjoin = off; set enable_mergejoin = off");
    for sql in [
        "select 1 / (o.id - 3), u.name from orders o join users u using (user_id)",
        "select o.id, 1 / (length(u.user_id) - length(o.user_id)) from orders o join users u using (user_id)",
        "select o.id, u.name from orders o join users u on u.user_id = o.user_id and 1 / (length(u.user_id) - length(o.user_id)) = 0",
    ] {
        assert_eq!(world.error(sql).code().code(), "22012", "{sql}");
        agreed(&mut world, "select o.id, u.name from orders o join users u using (user_id)");
    }
    world.run("create function careful() returns int language plpgsql as $$
        declare n int := 0; r record;
        begin
          for i in 1..20 loop
            begin
              for r in select 1 / (o.id - i) as x, u.name from orders o join users u using (user_id) loop n := n + 1; end loop;
            exception when division_by_zero then n := n + 1000; end;
          end loop;
          return n;
        end $$");
    assert!(world.value("select careful()").is_some());
    agreed(
        &mut world,
        "select o.id, u.name from orders o join users u using (user_id)",
    );
}
