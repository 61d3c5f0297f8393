//! Never fewer rows: queries inside of other statements, views, partitions, functions; each with pushdown and without.

use crate::support::{agreed, tenant_of};
use xtask::World;

fn shop() -> World {
    let mut world = tenant_of(300);
    world.run(
        "create table everybody as select user_id, email, name, created_at, blocked from users;
         create table orders as select (row_number() over (order by md5(user_id)))::int as id, user_id, email, null::text as name, blocked as flag
           from everybody order by md5(user_id) limit 30;
         analyze orders; analyze everybody",
    );
    world
}

/// What a statement leaves in a table, with pushdown and without.
#[track_caller]
fn same_effect(world: &mut World, statement: &str, look: &str) -> usize {
    let mut left = Vec::new();
    for pushdown in ["on", "off"] {
        world.run(&format!(
            "begin; set local auth0_fdw.pushdown = {pushdown}; {statement}"
        ));
        let mut rows = world.query_text(look);
        rows.sort();
        left.push(rows);
        world.run("rollback");
    }
    assert_eq!(left[0], left[1], "{statement}");
    left[0].len()
}

#[test]
fn statements_that_write_elsewhere() {
    let mut world = shop();
    let look = "select * from orders";
    for statement in [
        "update orders set name = u.name from users u where u.user_id = orders.user_id",
        "update orders set name = u.name from users u where u.user_id = orders.user_id and u.blocked is not true and orders.id < 5",
        "update orders set name = (select u.name from users u where u.email = orders.email order by user_id limit 1)",
        "delete from orders using users u where u.user_id = orders.user_id and not u.email_verified",
        "delete from orders where user_id in (select user_id from users where blocked is null)",
        "delete from orders where not exists (select from users u where u.user_id = orders.user_id and u.created_at > '2020-01-01')",
        "insert into orders (user_id, name) select user_id, name from users where name like 'A%'",
        "insert into orders (id) select count(*) from users where blocked is null",
        "merge into orders o using users u on u.user_id = o.user_id when matched and u.email_verified then update set name = u.name when matched then delete when not matched then do nothing",
        "with gone as (delete from orders using users u where u.user_id = orders.user_id and orders.id < 9 returning u.name) insert into orders (name) select name from gone",
        "declare c cursor for select o.id from orders o join users u using (user_id) for update of o; move 3 from c; update orders set name = 'x' where current of c",
    ] {
        if statement.starts_with("merge") && world.value("select current_setting('server_version_num')::int < 150000") == Some("t".into()) {
            continue;
        }
        same_effect(&mut world, statement, look);
    }
    for statement in [
        "create temp table t on commit drop as select * from users where user_id in (select user_id from orders where id < 4)",
        "create materialized view t as select user_id, name from users where not blocked order by created_at desc limit 7",
        "select user_id into temp t from users where created_at < '2020-01-01'",
    ] {
        assert!(same_effect(&mut world, statement, "select * from t") > 0);
    }
}

#[test]
fn rows_that_are_locked() {
    let mut world = shop();
    for sql in [
        "select o.id, u.name from orders o join users u using (user_id) for update of o",
        "select o.id, u.name from orders o left join users u using (user_id) for share of o",
        "select o.id, u.name from orders o join users u using (user_id) for update",
        "select user_id from users where blocked for update",
        "select user_id from users where user_id = 'auth0|x' for update",
    ] {
        agreed(&mut world, sql);
    }
}

#[test]
fn views_and_rights() {
    let mut world = shop();
    world.run(
        "create view plain as select user_id, name, blocked, created_at from users where email_verified;
         create view barred with (security_barrier) as select user_id, name, blocked, created_at from users where not blocked;
         create view sorted as select user_id, created_at from users order by created_at desc limit 20;
         create function suspicious(text) returns bool language plpgsql cost 0.0001 as 'begin return $1 is not null; end';
         create view joined as select o.id, u.name, u.user_id from orders o join users u using (user_id);
         create role reader; grant select on plain, barred, joined to reader",
    );
    for sql in [
        "select * from plain where name like 'A%' and blocked is not true",
        "select count(*) from plain where blocked",
        "select * from plain order by created_at limit 3",
        "select * from barred where suspicious(name) and created_at > '2018-01-01'",
        "select count(*) from barred",
        "select * from barred where user_id in (select user_id from orders)",
        "select * from sorted where created_at < '2024-01-01'",
        "select * from joined where user_id like 'auth0%'",
        "select p.name, j.id from plain p join joined j using (user_id) where p.blocked is null",
    ] {
        agreed(&mut world, sql);
        if !sql.contains("sorted") && !sql.contains("orders") {
            world.run("set role reader");
            agreed(&mut world, sql);
            world.run("reset role");
        }
    }
}

#[test]
fn partitions_and_children() {
    let mut world = shop();
    world.run(
        "create table people (user_id text, name text, blocked bool, created_at timestamptz, source text) partition by list (source);
         create foreign table auth0_people partition of people for values in ('auth0') server auth0 options (object 'users');
         create table local_people partition of people for values in ('local');
         alter foreign table auth0_people alter source options (add path 'locale');
         insert into local_people select 'local|' || n, 'Ada', n % 2 = 0, '2019-01-01'::timestamptz + n * interval '1 day', 'local' from generate_series(1, 50) n;
         create table base (user_id text, name text, created_at timestamptz);
         create foreign table child () inherits (base) server auth0 options (object 'users');
         insert into base values ('base', 'Ada', '2020-01-01');
         analyze people; analyze base",
    );
    world.run("alter foreign table auth0_people options (add on_type_error 'null')");
    for sql in [
        "select user_id, name from people where name like 'A%'",
        "select user_id from people where user_id in ('local|3', 'auth0|x')",
        "select count(*) from people where blocked",
        "select created_at from people order by created_at desc limit 40",
        "select created_at from people where created_at > '2019-02-01' order by created_at limit 40",
        "select max(created_at), min(created_at) from people",
        "select o.id, p.name from orders o join people p using (user_id)",
        "select o.id, p.name from orders o left join people p using (user_id) where o.id < 4",
        "select p.tableoid::regclass, count(*) from people p group by 1",
        "select user_id from people where source = 'auth0' or name = 'Ada'",
        "select b.tableoid::regclass, user_id from base b where name = 'Ada' or created_at < '2018-01-01'",
        "select o.id, b.name from orders o join base b using (user_id)",
        "select count(*) from base",
        "select count(*) from only child",
    ] {
        for setting in ["reset all", "set enable_hashjoin = off; set enable_mergejoin = off", "set enable_partitionwise_join = on; set enable_partitionwise_aggregate = on"] {
            world.run(setting);
            agreed(&mut world, sql);
        }
    }
}

#[test]
fn functions_and_loops() {
    let mut world = shop();
    world.run(
        "create function named(wanted text) returns setof text language sql stable as 'select user_id from users where name = wanted';
         create function since(start timestamptz, most int) returns setof text language sql stable
           as 'select user_id from users where created_at >= start order by created_at, user_id limit most';
         create function counted(flag bool) returns bigint language plpgsql as 'begin return (select count(*) from users where blocked = flag); end';
         create function looped() returns setof text language plpgsql as $$
           declare o record; u record;
           begin
             for o in select * from orders loop
               for u in select name from users where user_id = o.user_id or email = o.email order by user_id loop return next u.name; end loop;
             end loop;
           end $$",
    );
    for sql in [
        "select * from named((select name from everybody limit 1))",
        "select e.name, n from (select * from everybody limit 9) e, named(e.name) n",
        "select * from since('2020-01-01', 7)",
        "select o.id, s from orders o, since('2020-01-01'::timestamptz + o.id * interval '30 days', 2) s",
        "select counted(true), counted(false), counted(null)",
        "select * from looped()",
        "select user_id from users where name = any (select name from everybody where blocked)",
        "select user_id from users where (name, blocked) in (select name, blocked from everybody where blocked)",
        "select user_id from users where name > all (select name from everybody where name < 'M')",
        "select user_id from users where row(user_id, name) = row((select user_id from orders where id = 1), (select e.name from everybody e join orders o using (user_id) where o.id = 1))",
        "select (select count(*) from users u where u.blocked is not distinct from o.flag) from orders o where id < 5",
        "select array(select user_id from users where created_at < '2018-01-01' order by created_at, user_id)",
        "values ((select count(*) from users where blocked)), ((select count(*) from users where not blocked))",
        "select blocked, count(*) from users group by rollup (blocked)",
        "select count(*) from users having count(*) > 5",
        "select count(*) from users limit 0",
        "select count(*), count(*) from users where blocked",
        "select count(*) + 1, 'x' from users where blocked",
        "select count(*) from users where blocked and current_setting('server_version') is not null",
        "select count(*) from (select from users where blocked limit 5) x",
        "select count(*) over () from users where blocked",
        "select distinct count(*) from users group by blocked",
    ] {
        agreed(&mut world, sql);
    }
}
