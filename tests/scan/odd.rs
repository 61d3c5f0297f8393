//! Odd values that real tenants hold: each becomes the right value.

use crate::common::{declare, tenant_with};
use xtask::World;

/// One user with these further members, and the table `users` with these columns.
fn odd(members: &str, columns: &str) -> World {
    let mut world = tenant_with(&[&format!(r#"{{"user_id":"auth0|odd",{members}}}"#)]);
    declare(&mut world, "users", columns);
    world
}

/// What `expression` is for such a user.
fn value(members: &str, columns: &str, expression: &str) -> Option<String> {
    odd(members, columns).value(&format!("select ({expression})::text from users"))
}

fn is(expected: &str) -> Option<String> {
    Some(expected.to_owned())
}

#[test]
fn email_verified_as_text_is_a_truth_value_all_the_same() {
    for text in ["true", "false"] {
        let members = format!(r#""email_verified":"{text}""#);
        assert_eq!(
            value(&members, "email_verified bool", "email_verified"),
            is(text)
        );
        assert_eq!(
            value(&members, "email_verified text", "email_verified"),
            is(text)
        );
    }
}

#[test]
fn a_text_that_no_search_takes_for_a_truth_value_is_none_here() {
    for text in ["TRUE", " yes ", "1", "No", "of", "0", "who@example.com"] {
        let members = format!(r#""email_verified":"{text}""#);
        let null = "email_verified bool options (on_type_error 'null')";
        assert_eq!(value(&members, null, "email_verified"), None, "{text}");
        assert_eq!(
            value(&members, "email_verified text", "email_verified"),
            is(text)
        );
    }
}

#[test]
fn an_identity_whose_id_is_a_number_is_readable_as_either() {
    let members =
        r#""identities":[{"user_id":12345678901234567890123,"provider":"github"},{"user_id":77}]"#;
    let columns = "a text options (path 'identities.0.user_id'), b bigint options (path 'identities.1.user_id'),
                   c numeric options (path 'identities.0.user_id'), identities jsonb";
    let mut world = odd(members, columns);
    assert_eq!(
        world.query_text("select a, b::text, c::text, identities #>> '{0,user_id}' from users"),
        [[
            is("12345678901234567890123"),
            is("77"),
            is("12345678901234567890123"),
            is("12345678901234567890123")
        ]]
    );
}

#[test]
fn root_keys_nobody_knows_are_columns_like_any_other() {
    let members = r#""https://example.com/roles":["a","b"],"user id":"spaced","q\"uote":1,"ÜBER":true,"":"empty","a.b":{"c":3}"#;
    let columns = r#""https://example.com/roles" text[], "user id" text, "q""uote" int, "ÜBER" bool, "a.b" jsonb"#;
    let mut world = odd(members, columns);
    assert_eq!(
        world.query_text(
            r#"select "https://example.com/roles"[2], "user id", "q""uote"::text, "ÜBER"::text, "a.b" ->> 'c' from users"#
        ),
        [["b", "spaced", "1", "true", "3"].map(is)]
    );
}

#[test]
fn numbers_are_exact_in_the_types_that_can_hold_them() {
    for (number, ty, expected) in [
        ("9223372036854775807", "bigint", "9223372036854775807"),
        ("-9223372036854775808", "bigint", "-9223372036854775808"),
        ("9223372036854775808", "numeric", "9223372036854775808"),
        ("9223372036854775808", "text", "9223372036854775808"),
        ("1e400", "text", "1e400"),
        ("1e30", "numeric", "1000000000000000000000000000000"),
        (
            "0.10000000000000000000000000000001",
            "numeric",
            "0.10000000000000000000000000000001",
        ),
        ("0.1", "float8", "0.1"),
        ("-0.0", "float8", "-0"),
        ("-0.0", "int", "0"),
        ("3.0", "int", "3"),
        ("12e2", "smallint", "1200"),
        ("1e22", "float8", "1e+22"),
        ("4294967295", "oid", "4294967295"),
    ] {
        let column = format!("n {ty}");
        assert_eq!(
            value(&format!(r#""n":{number}"#), &column, "n"),
            is(expected),
            "{number} {ty}"
        );
    }
    let huge = value(r#""n":1e400"#, "n numeric", "n").unwrap();
    assert_eq!((huge.len(), &huge[..3]), (401, "100"));
    assert_eq!(
        value(r#""n":1e400"#, "n jsonb", "n::text = 1e400::numeric::text"),
        is("true")
    );
}

#[test]
fn fractions_of_nine_digits_round_as_postgres_rounds_them() {
    for text in [
        "2024-03-05T06:07:08.123456789Z",
        "2024-03-05T06:07:08.999999500Z",
        "2024-03-05T06:07:08.999999499Z",
        "2024-12-31T23:59:59.999999999Z",
        "2024-03-05T06:07:08.000000500Z",
        "2024-03-05T06:07:08.000001500Z",
        "2024-03-05T06:07:08.1Z",
        "2024-03-05T06:07:08Z",
        "2024-03-05T06:07:08.123+05:30",
        "2024-03-05T06:07:08.123-15:59",
        "2024-02-29T23:59:60Z",
        "2024-03-05 06:07:08.123456789",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.9999999Z",
        "1969-12-31T23:59:59.9999995Z",
        "2024-03-05T24:00:00Z",
    ] {
        let mut world = odd(&format!(r#""t":"{text}""#), "t text, a timestamptz options (path 't'),
            b timestamp options (path 't'), c date options (path 't'), d timestamptz(3) options (path 't')");
        world.run("set timezone = 'Asia/Kathmandu'");
        assert_eq!(
            world.query_text("select a::text, b::text, c::text, d::text from users"),
            world.query_text(&format!(
                "select '{text}'::timestamptz, '{text}'::timestamp, '{text}'::date, '{text}'::timestamptz(3)"
            )),
            "{text}"
        );
    }
}

#[test]
fn a_time_that_is_an_object_can_be_read_as_text_or_document() {
    let members = r#""created_at":{"$date":"2024-01-01T00:00:00Z"}"#;
    assert_eq!(
        value(members, "created_at text", "created_at"),
        is(r#"{"$date":"2024-01-01T00:00:00Z"}"#)
    );
    assert_eq!(
        value(members, "created_at jsonb", "created_at ->> '$date'"),
        is("2024-01-01T00:00:00Z")
    );
    let column = r"t timestamptz options (path 'created_at.$date')";
    assert_eq!(
        value(members, column, "t at time zone 'UTC'"),
        is("2024-01-01 00:00:00")
    );
}

#[test]
fn created_at_as_text_is_the_string_unchanged() {
    let members = r#""created_at":"2024-01-01T00:00:00.1200Z""#;
    assert_eq!(
        value(members, "created_at text", "created_at"),
        is("2024-01-01T00:00:00.1200Z")
    );
}

#[test]
fn every_character_arrives() {
    let members = r#""name":"\u00e9\ud83e\udd8a\"\\\/\b\f\n\r\t\u0001 🦊 東京 العربية \u2028 e\u0301 \ufeff\uffff""#;
    let expected =
        "é🦊\"\\/\u{8}\u{c}\n\r\t\u{1} 🦊 東京 العربية \u{2028} e\u{301} \u{feff}\u{ffff}";
    for ty in ["text", "varchar(100)"] {
        assert_eq!(value(members, &format!("name {ty}"), "name"), is(expected));
    }
    assert_eq!(
        value(members, "attrs jsonb", "attrs ->> 'name'"),
        is(expected)
    );
    assert_eq!(
        value(members, "attrs json", "attrs ->> 'name'"),
        is(expected)
    );
}

#[test]
fn of_a_key_written_twice_the_last_value_counts_as_in_jsonb() {
    let members = r#""name":"first","app_metadata":{"plan":"a","plan":"b"},"name":"last""#;
    let columns = "name text, plan text options (path 'app_metadata.plan'), attrs jsonb, raw json options (path 'app_metadata')";
    let mut world = odd(members, columns);
    assert_eq!(
        world.query_text("select name, plan, attrs ->> 'name', attrs #>> '{app_metadata,plan}', raw::text from users"),
        [["last", "b", "last", "b", r#"{"plan":"a","plan":"b"}"#].map(is)]
    );
}

#[test]
fn a_user_of_a_megabyte_is_a_row() {
    let big = "x€".repeat(250_000);
    let mut world = odd(
        &format!(r#""user_metadata":{{"big":"{big}"}},"name":"small""#),
        "name text, big text options (path 'user_metadata.big'), attrs jsonb",
    );
    assert_eq!(
        world.query_text("select name, length(big)::text, (big = attrs #>> '{user_metadata,big}')::text from users"),
        [["small", "500000", "true"].map(is)]
    );
}

#[test]
fn absent_and_null_are_both_null_and_empty_is_not() {
    let mut world = odd(r#""name":null,"nickname":"","multifactor":[],"app_metadata":{}"#,
        "name text, given_name text, nickname text, multifactor text[], app_metadata jsonb, user_metadata jsonb,
         nothing jsonb options (path 'name'), raw json options (path 'name'), attrs jsonb");
    assert_eq!(
        world.query_text(
            "select name, given_name, nickname, multifactor::text, app_metadata::text, user_metadata::text,
                    nothing::text, raw::text, (attrs ? 'name')::text from users"
        ),
        [[None, None, is(""), is("{}"), is("{}"), None, None, None, is("true")]]
    );
}

#[test]
fn a_document_nested_very_deeply_is_a_value() {
    let (open, close) = ("[".repeat(2000), "]".repeat(2000));
    let members = format!(r#""deep":{open}{close},"name":"n""#);
    assert_eq!(
        value(
            &members,
            "name text, deep jsonb",
            "name || length(deep::text)"
        ),
        is("n4000")
    );
}

#[test]
fn a_half_surrogate_elsewhere_does_not_hide_a_user() {
    let members =
        r#""k\ud800":1,"name":"n","user_metadata":{"x\udc00":1,"plan":"pro","bad":"\ud800"}"#;
    let columns = "name text, plan text options (path 'user_metadata.plan'), user_metadata json";
    let mut world = odd(members, columns);
    assert_eq!(
        world.query_text("select name, plan, user_metadata::text from users"),
        [["n", "pro", r#"{"x\udc00":1,"plan":"pro","bad":"\ud800"}"#].map(is)]
    );
}
