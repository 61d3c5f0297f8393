//! A value that does not fit its column: an error that says which value of which user, or NULL where that is asked for.

use crate::common::{declare, tenant_with};
use xtask::World;

const HINT: &str =
    "Declare the column as text or jsonb, or set on_type_error 'null' on the column, \
                    the table or the server to read such values as NULL.";

/// Reads `v` of one user as `ty` and expects the misfit: message and detail as Postgres shows them.
fn misfit(json: &str, ty: &str, reason: &str) {
    let mut world = tenant_with(&[&format!(r#"{{"user_id":"auth0|odd","v":{json}}}"#)]);
    world.run(
        "create type mood as enum ('happy', 'sad');
         create domain positive as int check (value > 0);
         create type pair as (a int, b int)",
    );
    declare(&mut world, "users", &format!("v {ty}"));
    let error = match world.sql.simple_query("select v from users") {
        Ok(rows) => panic!("no error for {json} as {ty}, but {rows:?}"),
        Err(error) => error.as_db_error().expect("from the server").clone(),
    };
    let ty = world.value(
        "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'users'::regclass and attname = 'v'",
    );
    assert_eq!(error.code().code(), "HV004", "{json} {ty:?}: {error:?}");
    assert_eq!(
        error.message(),
        format!("value of \"v\" does not fit type {}", ty.unwrap())
    );
    assert_eq!(
        error.detail(),
        Some(format!("In object \"auth0|odd\": {reason}.").as_str())
    );
    assert_eq!(error.hint(), Some(HINT));
    // Usable afterwards, and NULL where the declaration says so.
    world.run("alter foreign table users alter v options (add on_type_error 'null')");
    assert_eq!(world.query_text("select v::text from users"), [[None]]);
}

#[test]
fn numbers_out_of_range_are_misfits() {
    misfit(
        "9223372036854775808",
        "bigint",
        "the number 9223372036854775808 is no bigint in range",
    );
    misfit(
        "32768",
        "smallint",
        "the number 32768 is no smallint in range",
    );
    misfit("2.5", "int", "the number 2.5 is no integer in range");
    misfit(
        "1e400",
        "float8",
        "\"1e400\" is out of range for type double precision",
    );
    misfit(
        "1e-400",
        "float8",
        "\"1e-400\" is out of range for type double precision",
    );
    misfit("1e39", "real", "\"1e39\" is out of range for type real");
    misfit("1234.5", "numeric(4,1)", "numeric field overflow");
    misfit("1e200000", "numeric", "value overflows numeric format");
    misfit("-1", "\"char\"[]", "it is a number in JSON");
}

#[test]
fn values_of_another_kind_are_misfits() {
    misfit(
        r#""a@b.c""#,
        "bool",
        "invalid input syntax for type boolean: \"a@b.c\"",
    );
    misfit("1", "bool", "it is a number in JSON");
    misfit(
        r#"{"$date":"2024"}"#,
        "timestamptz",
        "it is an object in JSON",
    );
    misfit("20240101", "date", "it is a number in JSON");
    misfit("true", "int", "it is a boolean in JSON");
    misfit("[1]", "int", "it is an array in JSON");
    misfit(
        r#""no date""#,
        "timestamptz",
        "invalid input syntax for type timestamp with time zone: \"no date\"",
    );
    misfit(
        r#""2024-02-30T00:00:00Z""#,
        "timestamptz",
        "date/time field value out of range: \"2024-02-30T00:00:00Z\"",
    );
    misfit(
        "[1,\"x\"]",
        "int[]",
        "element 1: invalid input syntax for type integer: \"x\"",
    );
    misfit(r#"{"a":1}"#, "text[]", "it is an object in JSON");
    misfit(
        r#""nowhere""#,
        "inet",
        "invalid input syntax for type inet: \"nowhere\"",
    );
    misfit(
        r#""x""#,
        "uuid",
        "invalid input syntax for type uuid: \"x\"",
    );
}

#[test]
fn the_bounds_of_a_type_of_ones_own_are_kept() {
    misfit(
        r#""angry""#,
        "mood",
        "invalid input value for enum mood: \"angry\"",
    );
    misfit(
        "-3",
        "positive",
        "value for domain positive violates check constraint \"positive_check\"",
    );
    misfit(
        r#""abcd""#,
        "varchar(3)",
        "value too long for type character varying(3)",
    );
    misfit(
        r#""abcd""#,
        "char(3)",
        "value too long for type character(3)",
    );
    misfit(
        r#""(1,x)""#,
        "pair",
        "invalid input syntax for type integer: \"x\"",
    );
    misfit(r#""<a>""#, "xml", "invalid XML content");
}

#[test]
fn what_postgres_cannot_store_in_text_is_a_misfit() {
    let nul = "the JSON string contains \\u0000, which Postgres cannot store in text";
    misfit(r#""a\u0000b""#, "text", nul);
    misfit(r#""a\u0000b""#, "varchar(9)", nul);
    misfit(r#"["a\u0000b"]"#, "text[]", &format!("element 0: {nul}"));
    misfit(
        r#""a\u0000b""#,
        "jsonb",
        "unsupported Unicode escape sequence",
    );
    misfit(
        r#"{"a":"\u0000"}"#,
        "jsonb",
        "unsupported Unicode escape sequence",
    );
    let half = "the JSON string contains half of a Unicode surrogate pair";
    misfit(r#""a\ud800b""#, "text", half);
    misfit(r#""\udc00""#, "timestamptz", half);
    misfit(r#""\udc00""#, "jsonb", "invalid input syntax for type json");
}

#[test]
fn types_whose_input_function_complains_in_its_own_way_are_no_exception() {
    misfit(r#""a &""#, "tsquery", "no operand in tsquery: \"a &\"");
    misfit(
        r#""no_such_table""#,
        "regclass",
        "relation \"no_such_table\" does not exist",
    );
    misfit(
        r#""$.a[""#,
        "jsonpath",
        "syntax error at end of jsonpath input",
    );
}

#[test]
fn the_object_is_named_whichever_columns_are_read() {
    let mut world = tenant_with(&[
        r#"{"user_id":"auth0|1","logins_count":1}"#,
        r#"{"user_id":"auth0|2","logins_count":"many","app_metadata":{"a.b":[{"c":"x"}]}}"#,
    ]);
    declare(
        &mut world,
        "users",
        r"user_id text, logins_count int, c int options (path 'app_metadata.a\.b.0.c'), attrs jsonb",
    );
    for query in [
        "select logins_count from users",
        "select user_id, logins_count from users",
        "select logins_count, attrs from users",
        "select sum(logins_count) from users",
        "select from users where logins_count + 0 > 3",
    ] {
        let error = world.error(query);
        assert_eq!(
            error.message(),
            "value of \"logins_count\" does not fit type integer"
        );
        assert_eq!(
            error.detail(),
            Some("In object \"auth0|2\": invalid input syntax for type integer: \"many\"."),
            "{query}"
        );
    }
    let error = world.error("select c from users");
    assert_eq!(
        error.message(),
        r#"value of "app_metadata.a\.b.0.c" does not fit type integer"#
    );
}

#[test]
fn a_column_nobody_reads_misfits_nobody() {
    let mut world = tenant_with(&[r#"{"user_id":"a","logins_count":"many","name":"n"}"#]);
    declare(&mut world, "users", "name text, logins_count int");
    assert_eq!(world.value("select name from users"), Some("n".into()));
    assert_eq!(world.value("select count(*) from users"), Some("1".into()));
    assert_eq!(world.error("select * from users").code().code(), "HV004");
}

/// Two odd users between a good one, and columns that either can misfit.
fn mixed() -> World {
    let mut world = tenant_with(&[
        r#"{"user_id":"a","n":1,"t":"2024-01-01T00:00:00Z"}"#,
        r#"{"user_id":"b","n":"x","t":"2024-01-01T00:00:00Z"}"#,
        r#"{"user_id":"c","n":3,"t":"y"}"#,
    ]);
    declare(&mut world, "users", "user_id text, n int, t timestamptz");
    world
}

#[test]
fn on_type_error_is_read_from_column_then_table_then_server() {
    let shown = "select string_agg(user_id || ':' || coalesce(n::text, '-'), ' ' order by user_id) from users";
    let expected = Some("a:1 b:- c:3".to_owned());
    let mut world = mixed();
    assert_eq!(world.error(shown).code().code(), "HV004");
    world.run("alter server auth0 options (add on_type_error 'null')");
    assert_eq!(world.value(shown), expected);
    world.run("alter foreign table users options (add on_type_error 'error')");
    assert_eq!(world.error(shown).code().code(), "HV004");
    world.run("alter foreign table users alter n options (add on_type_error 'null')");
    assert_eq!(world.value(shown), expected);
    assert_eq!(world.error("select t from users").code().code(), "HV004");
    world.run("alter foreign table users alter n options (set on_type_error 'error'), options (set on_type_error 'null')");
    assert_eq!(world.error(shown).code().code(), "HV004");
    assert_eq!(world.value("select count(t) from users"), Some("2".into()));
}
