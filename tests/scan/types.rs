//! Any declared type: what the scan makes of a JSON value is what Postgres itself makes of it.
//!
//! The oracle is `json_populate_record`, which puts JSON into columns by the same rules: input functions with the
//! column's length and precision. Where it fails, a column with `on_type_error 'null'` is NULL.

use crate::common::{column, declare, imported, plain_copy, tenant_of, tenant_with};
use xtask::World;

/// Everything a user may have at its root, whichever type is declared for it.
const KEYS: [&str; 17] = [
    "user_id",
    "email",
    "email_verified",
    "name",
    "nickname",
    "created_at",
    "updated_at",
    "last_login",
    "last_ip",
    "logins_count",
    "blocked",
    "identities",
    "multifactor",
    "groups",
    "user_metadata",
    "app_metadata",
    "no_such_key",
];

const ORACLE: &str = "
    create function oracle(kind text, item json) returns text language plpgsql as $$
    declare found text;
    begin
      execute format(
        'select v::text from json_populate_record(null::%I, json_build_object(''v'', $1))', kind)
        into found using item;
      return found;
    exception when others then
      return null;
    end $$";

/// Declares every key as `ty` and compares all users, column by column, with the oracle.
fn compare(world: &mut World, ty: &str) {
    compare_unless(world, ty, "false");
}

/// The same, but where the condition on `item` (the JSON) holds our rule is stricter: the value is NULL.
fn compare_unless(world: &mut World, ty: &str, stricter: &str) {
    let columns: Vec<String> = KEYS.iter().map(|key| format!("{key} {ty}")).collect();
    world.run("drop foreign table if exists typed; drop table if exists kind");
    world.run(&format!("create table kind (v {ty})"));
    declare(
        world,
        "typed",
        &format!("id text options (path 'user_id'), {}", columns.join(", ")),
    );
    world.run("alter foreign table typed options (add on_type_error 'null')");
    let mut shown = 0;
    let users = world.sim.user_ids().len();
    for key in KEYS {
        let rows = world.query_text(&format!(
            "with expected as materialized (
               select user_id, item, case when {stricter} then null else oracle('kind', item) end as value
               from (select user_id, attrs -> '{key}' as item from plain) as plain)
             select expected.item, expected.value, typed.{key}::text
             from expected full join typed on typed.id = expected.user_id"
        ));
        assert_eq!(rows.len(), users, "{ty} {key}");
        for row in rows {
            assert_eq!(row[2], row[1], "{key} {ty} of {:?}", row[0]);
            shown += usize::from(row[2].is_some());
        }
    }
    assert!(
        shown > 0,
        "no value fits {ty}: the comparison shows nothing"
    );
}

fn world() -> World {
    let mut world = tenant_of(150);
    plain_copy(&mut world);
    world.run(ORACLE);
    world
}

#[test]
fn text_types_hold_what_postgres_would_put_there() {
    let mut world = world();
    for ty in [
        "text",
        "varchar",
        "varchar(12)",
        "varchar(200)",
        "char(24)",
        "bpchar",
        "name",
        "\"char\"",
        "bytea",
        "xml",
    ] {
        compare(&mut world, ty);
    }
}

#[test]
fn numbers_hold_what_postgres_would_put_there() {
    let mut world = world();
    for ty in [
        "int2",
        "int4",
        "int8",
        "numeric",
        "numeric(2,0)",
        "numeric(7,3)",
        "float4",
        "float8",
        "oid",
        "money",
    ] {
        compare(&mut world, ty);
    }
}

#[test]
fn times_hold_what_postgres_would_put_there() {
    let mut world = world();
    for zone in ["UTC", "America/St_Johns", "Asia/Tokyo"] {
        world.run(&format!("set timezone = '{zone}'"));
        for ty in [
            "timestamptz",
            "timestamptz(0)",
            "timestamptz(2)",
            "timestamp",
            "timestamp(1)",
            "date",
        ] {
            // A JSON number is no point in time, even where the digits could be read as one.
            compare_unless(&mut world, ty, "json_typeof(item) <> 'string'");
        }
    }
    world.run("set datestyle = 'SQL, DMY'");
    compare_unless(&mut world, "timestamptz", "json_typeof(item) <> 'string'");
}

#[test]
fn truth_values_addresses_and_documents_hold_what_postgres_would_put_there() {
    let mut world = world();
    compare_unless(&mut world, "bool", "json_typeof(item) = 'number'");
    for ty in ["jsonb", "json", "inet", "cidr", "tsvector"] {
        compare(&mut world, ty);
    }
}

#[test]
fn times_of_day_and_intervals_are_read_by_their_input_functions() {
    let mut world =
        tenant_with(&[r#"{"user_id":"a","t":"10:20:30.5","z":"10:20+02","i":"1 day 02:00"}"#]);
    declare(&mut world, "users", "t time(0), z timetz, i interval");
    assert_eq!(
        world.query_text("select t::text, z::text, i::text from users"),
        [["10:20:31", "10:20:00+02", "1 day 02:00:00"].map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn uuids_are_read_in_every_form_postgres_reads() {
    let mut world = tenant_with(&[
        r#"{"user_id":"a","key":"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}"#,
        r#"{"user_id":"b","key":"{a0eebc999c0b4ef8bb6d6bb9bd380a11}"}"#,
    ]);
    declare(&mut world, "users", "key uuid");
    assert_eq!(
        world
            .value("select count(*) from users where key = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        Some("2".into())
    );
}

#[test]
fn arrays_hold_what_postgres_would_put_there() {
    let mut world = world();
    for ty in [
        "text[]",
        "varchar(8)[]",
        "varchar(9)[]",
        "jsonb[]",
        "json[]",
    ] {
        compare(&mut world, ty);
    }
    let mut world = tenant_with(&[
        r#"{"user_id":"a","i":[1,null,-3],"d":["2024-01-02T03:04:05Z"],"b":[true,"no"],"n":[1.25,1e3],"e":[]}"#,
    ]);
    declare(
        &mut world,
        "users",
        "i int[], d timestamptz[], b bool[], n numeric(6,1)[], e int[]",
    );
    assert_eq!(
        world.query_text(
            "select i::text, d::text, b::text, n::text, e::text, array_length(i, 1) from users"
        ),
        [[
            "{1,NULL,-3}",
            r#"{"2024-01-02 03:04:05+00"}"#,
            "{t,f}",
            "{1.3,1000.0}",
            "{}",
            "3"
        ]
        .map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn types_of_ones_own_hold_what_postgres_would_put_there() {
    let mut world = world();
    world.run(
        "create extension hstore; create extension citext;
         create type plan as enum ('free', 'Pro', 'enterprise');
         create type verified as enum ('true', 'false');
         create domain address as text check (value like '%@%');
         create domain small as int check (value < 100);
         create domain short as varchar(12) not null;
         create domain document as jsonb check (jsonb_typeof(value) = 'object');
         create domain moment as timestamptz;
         create domain labels as text[]",
    );
    for ty in [
        "citext", "verified", "address", "small", "short", "document", "labels",
    ] {
        compare(&mut world, ty);
    }
    compare_unless(&mut world, "moment", "json_typeof(item) <> 'string'");
    declare(
        &mut world,
        "plans",
        "id text options (path 'user_id'), plan plan options (path 'app_metadata.plan')",
    );
    let differing = world.value(
        "select count(*) from plain join plans on user_id = id
         where plan::text is distinct from attrs #>> '{app_metadata,plan}'",
    );
    assert_eq!(differing, Some("0".into()));
    assert_ne!(
        world.value("select count(plan) from plans"),
        Some("0".into())
    );
}

#[test]
fn composites_and_hstores_are_read_by_their_input_functions() {
    let mut world =
        tenant_with(&[r#"{"user_id":"a","pair":"(7,\"x y\")","store":"k=>v, \"l\"=>NULL"}"#]);
    world.run("create extension hstore; create type pair as (n int, t text)");
    declare(&mut world, "users", "pair pair, store hstore");
    assert_eq!(
        world.query_text("select (pair).n, (pair).t, store -> 'k', store ? 'l' from users"),
        [["7", "x y", "v", "t"].map(|text| Some(text.to_owned()))]
    );
}

#[test]
fn the_imported_table_shows_every_user_as_the_tenant_has_it() {
    let mut world = imported(250);
    plain_copy(&mut world);
    world.run("set timezone = 'UTC'");
    let columns = column(
        &mut world,
        "select attname from pg_attribute where attrelid = 'users'::regclass and attnum > 0 order by attnum",
    );
    assert!(columns.len() > 20, "{columns:?}");
    let differing = world.query_text(
        "select u.user_id, e, g from users u join plain p using (user_id),
           lateral (select to_jsonb(json_populate_record(null::users, p.attrs)) - 'attrs' as e,
                           to_jsonb(u) - 'attrs' as g) as x
         where e <> g or u.attrs <> p.attrs::jsonb",
    );
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(
        world.value("select count(*) from users u full join plain p using (user_id) where u.user_id is null or p.user_id is null"),
        Some("0".into())
    );
}
