//! Never fewer rows: columns and operators that look like the ones a search is like, and are not.

use crate::support::{agreed, found, named, searched, tenant_with};
use serde_json::json;
use xtask::World;

/// Declares a foreign table `users` anew with these columns beside `user_id`.
fn declare(world: &mut World, columns: &str) {
    world.run(&format!(
        "drop foreign table users; create foreign table users (user_id text, {columns}) server auth0 options (object 'users')"
    ));
}

#[test]
fn varchar_and_char() {
    let mut world = named(&["ab", "ab ", "AB", "abc"]);
    declare(&mut world, "name varchar, username text");
    assert_eq!(found(&mut world, "name = 'ab'"), "u0");
    assert_eq!(found(&mut world, "name = 'ab'::varchar"), "u0");
    assert_eq!(found(&mut world, "name = 'ab '"), "u1");
    assert_eq!(found(&mut world, "name in ('ab', 'abc')"), "u0 u3");
    assert_eq!(
        found(&mut world, "name = any ('{ab,abc}'::varchar[])"),
        "u0 u3"
    );
    assert_eq!(
        found(&mut world, "username = 'ab '::char(5)"),
        "u0",
        "its spaces go first"
    );
    assert_eq!(found(&mut world, "username = any ('{ab}'::bpchar[])"), "u0");
    assert_eq!(found(&mut world, "username::char(2) = 'ab'"), "u0 u1 u3");
    assert_eq!(found(&mut world, "username::varchar(2) = 'ab'"), "u0 u1 u3");
    assert_eq!(found(&mut world, "username = 'abc'::varchar(2)"), "u0");
    assert_eq!(found(&mut world, "username = 'ab'::name"), "u0");
    declare(&mut world, "name varchar(3), username char(5)");
    assert_eq!(found(&mut world, "name = 'ab'"), "u0");
    assert_eq!(found(&mut world, "name = 'ab '"), "u1");
    assert_eq!(found(&mut world, "username = 'ab'"), "u0 u1");
    assert_eq!(found(&mut world, "username like 'ab   '"), "u0 u1");
    assert_eq!(found(&mut world, "username is not null"), "u0 u1 u2 u3");
    declare(&mut world, "name name, username \"char\"");
    assert_eq!(found(&mut world, "name = 'ab'"), "u0");
    world.sim.remove_user("u3");
    declare(&mut world, "name varchar(2), username text");
    assert_eq!(
        found(&mut world, "name = 'ab' and username = 'ab '"),
        "u1",
        "what is too long by spaces alone is cut"
    );
}

#[test]
fn domains() {
    let mut world = named(&["ab", "AB", "x"]);
    world.run("create domain label as text; create domain short as varchar(5); create domain flag as bool");
    declare(
        &mut world,
        "name label, username short, blocked flag, created_at timestamptz",
    );
    assert_eq!(found(&mut world, "name = 'ab'"), "u0");
    assert_eq!(found(&mut world, "name = 'ab'::label"), "u0");
    assert_eq!(found(&mut world, "username = 'ab'::short"), "u0");
    assert_eq!(found(&mut world, "name like 'a%'"), "u0");
    assert_eq!(found(&mut world, "blocked is not true"), "u0 u1 u2");
    assert_eq!(found(&mut world, "user_id = 'u1'::label"), "u1");
    assert_eq!(
        found(&mut world, "user_id = any ('{u1,u2}'::label[])"),
        "u1 u2"
    );
}

#[test]
fn citext() {
    let mut world = named(&["ab", "AB", "x"]);
    world.run("create extension citext");
    declare(&mut world, "name citext, username text");
    assert_eq!(found(&mut world, "name = 'Ab'"), "u0 u1");
    assert_eq!(
        found(&mut world, "name = any ('{aB,x}'::citext[])"),
        "u0 u1 u2"
    );
    assert_eq!(found(&mut world, "name like 'A%'"), "u0 u1");
    assert_eq!(found(&mut world, "name ^@ 'A'"), "u1");
    assert_eq!(
        found(&mut world, "username = 'AB'::citext"),
        "u1",
        "text's operator"
    );
    assert_eq!(found(&mut world, "username::citext = 'aB'"), "u0 u1");
    assert_eq!(found(&mut world, "user_id = 'U1'::citext"), "");
    assert_eq!(found(&mut world, "user_id::citext = 'U1'"), "u1");
    assert_eq!(
        found(&mut world, "user_id::citext in ('U1', 'U2')"),
        "u1 u2"
    );
    assert_eq!(
        agreed(
            &mut world,
            "select x.id from (values ('U1'::citext)) x (id) join users on user_id::citext = id"
        )
        .0
        .len(),
        1
    );
}

#[test]
fn collations() {
    let mut world = named(&["cafe\u{301}", "caf\u{e9}", "Caf\u{e9}", "cafe"]);
    world.run(
        "create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         create collation bare (provider = icu, locale = 'und-u-ks-level1-kc-true', deterministic = false)",
    );
    assert_eq!(found(&mut world, "name = 'caf\u{e9}'"), "u1");
    assert_eq!(
        found(&mut world, "name = 'caf\u{e9}' collate folded"),
        "u0 u1 u2"
    );
    assert_eq!(
        found(&mut world, "username = 'caf\u{e9}' collate folded"),
        "u0 u1 u2"
    );
    assert_eq!(
        found(&mut world, "name in ('caf\u{e9}' collate folded, 'x')"),
        "u0 u1 u2"
    );
    assert_eq!(found(&mut world, "user_id = 'U1' collate folded"), "u1");
    assert_eq!(
        found(
            &mut world,
            "user_id = any (array['U1', 'U3'] collate folded)"
        ),
        "u1 u3"
    );
    assert_eq!(
        found(&mut world, "username = 'CAFE' collate \"en-US-x-icu\""),
        ""
    );
    assert_eq!(found(&mut world, "username = 'cafe' collate \"C\""), "u3");
    assert_eq!(searched(&mut world, "name = 'x' collate folded"), "");
    assert_eq!(
        searched(&mut world, "name = 'x' collate \"en-US-x-icu\""),
        "name:\"x\""
    );
    world.run("create table keys (id text collate folded); insert into keys values ('U1'), ('U3')");
    assert_eq!(
        agreed(
            &mut world,
            "select user_id from keys join users on user_id = id"
        )
        .0
        .len(),
        2
    );
    assert_eq!(
        agreed(
            &mut world,
            "select user_id from users where user_id in (select id from keys)"
        )
        .0
        .len(),
        2
    );
    declare(
        &mut world,
        "name text collate folded, username text collate bare",
    );
    assert_eq!(found(&mut world, "name = 'CAF\u{c9}'"), "u0 u1 u2");
    assert_eq!(found(&mut world, "name = 'CAF\u{c9}' collate \"C\""), "");
    assert_eq!(found(&mut world, "name like 'caf_' collate \"C\""), "u1 u3");
    assert_eq!(found(&mut world, "name is null"), "");
    world.run("alter foreign table users alter user_id type text collate folded");
    assert_eq!(found(&mut world, "user_id = 'U2'"), "u2");
    assert_eq!(found(&mut world, "user_id in ('U2', 'u0')"), "u0 u2");
}

#[test]
fn operators_that_are_only_called_so() {
    let mut world = named(&["ab", "AB", "x"]);
    world.run(
        "create schema odd;
         create function odd.same(text, text) returns bool immutable language sql as 'select pg_catalog.lower($1) operator(pg_catalog.=) pg_catalog.lower($2)';
         create operator odd.= (leftarg = text, rightarg = text, function = odd.same);
         create function odd.same(bool, bool) returns bool immutable language sql as 'select $1 is not null and $2 is not null';
         create operator odd.= (leftarg = bool, rightarg = bool, function = odd.same);
         create function odd.more(timestamptz, timestamptz) returns bool immutable language sql as 'select $1 operator(pg_catalog.<=) $2';
         create operator odd.> (leftarg = timestamptz, rightarg = timestamptz, function = odd.more);
         create function odd.alike(text, text) returns bool immutable language sql as 'select true';
         create operator odd.~~ (leftarg = text, rightarg = text, function = odd.alike);
         create function odd.within(jsonb, jsonb) returns bool immutable language sql as 'select true';
         create operator odd.@> (leftarg = jsonb, rightarg = jsonb, function = odd.within);
         create function odd.deeper(jsonb, text) returns text immutable language sql as $$ select 'gold' $$;
         create operator odd.->> (leftarg = jsonb, rightarg = text, function = odd.deeper);
         set search_path = odd, pg_catalog, public",
    );
    for (condition, expected) in [
        ("name = 'aB'::text", "u0 u1"),
        ("user_id = 'U1'::text", "u1"),
        ("user_id = any ('{U1,U2}'::text[])", "u1 u2"),
        ("user_id in ('U1'::text, 'U0'::text)", "u0 u1"),
        ("blocked = true", ""),
        ("created_at > '2024-01-01'::timestamptz", ""),
        ("created_at > 'infinity'::timestamptz", "u0 u1 u2"),
        ("name like 'zzz'", "u0 u1 u2"),
        ("user_metadata @> '{\"a\":1}'", "u0 u1 u2"),
        ("attrs @> '{\"name\":\"nobody\"}'", "u0 u1 u2"),
        ("attrs ->> 'name' = 'GOLD'", "u0 u1 u2"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
    }
    world.run("create table public.keys as select 'U1'::text as id");
    assert_eq!(
        agreed(
            &mut world,
            "select user_id from public.keys join public.users on user_id = id"
        )
        .0
        .len(),
        1
    );
    world.run("set search_path = pg_catalog, public, odd");
    assert_eq!(
        found(&mut world, "user_id = 'U1'::text"),
        "",
        "Postgres' own operator is meant again"
    );
}

#[test]
fn casts_and_other_declarations() {
    let users = [
        json!({"name": "5", "logins_count": 5, "blocked": true, "last_ip": "203.0.113.7"}),
        json!({"name": "05", "logins_count": 50, "email_verified": "true", "last_ip": "2001:db8::1"}),
        json!({"name": "5.0", "last_ip": "2001:0db8:0:0:0:0:0:1"}),
    ];
    let mut world = tenant_with(&users);
    for (condition, expected) in [
        ("name::numeric = 5", "u0 u1 u2"),
        ("name || '' = '5'", "u0"),
        ("logins_count::text = '5'", "u0"),
        ("logins_count::text like '5%'", "u0 u1"),
        ("blocked::text = 'true'", "u0"),
        ("created_at::text like '2024%'", "u0 u1 u2"),
        ("last_ip::text = '203.0.113.7/32'", "u0"),
        ("last_ip = '203.0.113.7'", "u0"),
        ("last_ip = '203.0.113.7/24'", ""),
        ("last_ip <<= '203.0.113.0/24'", "u0"),
        ("last_ip = '2001:db8::1'", "u1 u2"),
        ("last_ip = '203.0.113.7'::cidr", "u0"),
        ("last_ip in ('203.0.113.7', '2001:db8::1')", "u0 u1 u2"),
        ("(attrs ->> 'logins_count')::int = 5", "u0"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
    }
    declare(&mut world, "name int, logins_count text, blocked text, created_at text, last_ip text, email_verified text");
    world.run("alter foreign table users alter name options (add on_type_error 'null')");
    for (condition, expected) in [
        ("name = 5", "u0 u1"),
        ("name is null", "u2"),
        ("logins_count = '5'", "u0"),
        ("logins_count < '6'", "u0 u1"),
        ("logins_count is null", "u2"),
        ("blocked = 'true'", "u0"),
        ("blocked is null", "u1 u2"),
        ("email_verified = 'true'", "u1"),
        ("created_at like '2024-02-03T04:05:06%'", "u0 u1 u2"),
        ("created_at = '2024-02-03T04:05:06.001Z'", "u1"),
        ("last_ip = '2001:db8::1'", "u1"),
        ("last_ip = '203.0.113.7'", "u0"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
    }
}
