//! Never fewer rows: truth values and numbers that are there or not, and NULL as a value.

use crate::support::{agreed, found, searched, tenant_with};
use serde_json::json;
use xtask::World;

fn world() -> World {
    tenant_with(&[
        json!({"blocked": true, "email_verified": true, "logins_count": 0}),
        json!({"blocked": false, "email_verified": "true", "logins_count": 7}),
        json!({"email_verified": "false", "logins_count": 2147483648_u64}),
        json!({"blocked": true, "email_verified": false}),
    ])
}

#[test]
fn every_test_of_a_truth_value() {
    let mut world = world();
    for (condition, expected) in [
        ("blocked", "u0 u3"),
        ("not blocked", "u1"),
        ("blocked = true", "u0 u3"),
        ("blocked = false", "u1"),
        ("blocked <> true", "u1"),
        ("blocked is true", "u0 u3"),
        ("blocked is false", "u1"),
        ("blocked is not true", "u1 u2"),
        ("blocked is not false", "u0 u2 u3"),
        ("blocked is unknown", "u2"),
        ("blocked is not unknown", "u0 u1 u3"),
        ("blocked is null", "u2"),
        ("blocked is not null", "u0 u1 u3"),
        ("blocked is distinct from true", "u1 u2"),
        ("blocked is not distinct from null", "u2"),
        ("(not blocked) is true", "u1"),
        ("(not blocked) is not true", "u0 u2 u3"),
        ("(blocked is true) = false", "u1 u2"),
        ("(blocked = true) is unknown", "u2"),
        ("not (blocked is not true)", "u0 u3"),
        ("blocked in (true)", "u0 u3"),
        ("blocked = any ('{true,false}')", "u0 u1 u3"),
        ("blocked < true", "u1"),
        ("blocked = email_verified", "u0"),
        ("blocked and email_verified", "u0"),
        ("blocked or email_verified", "u0 u1 u3"),
        ("not (blocked or email_verified)", ""),
        ("not (blocked and email_verified)", "u1 u2 u3"),
        ("coalesce(blocked, true)", "u0 u2 u3"),
        ("email_verified", "u0 u1"),
        ("not email_verified", "u2 u3"),
        ("email_verified is not true", "u2 u3"),
        ("blocked::text = 'true'", "u0 u3"),
        ("blocked::int = 1", "u0 u3"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
        let (rows, _) = agreed(
            &mut world,
            &format!("select count(*) from users where {condition}"),
        );
        let count = expected.split_whitespace().count().to_string();
        assert_eq!(rows, [[Some(count)]], "count(*) where {condition}");
    }
}

#[test]
fn numbers_that_are_absent_are_not_zero() {
    let mut world = world();
    for (condition, expected) in [
        ("logins_count = 0", "u0"),
        ("logins_count <> 0", "u1 u2"),
        ("logins_count is null", "u3"),
        ("logins_count is not null", "u0 u1 u2"),
        ("logins_count < 7", "u0"),
        ("logins_count <= 7", "u0 u1"),
        ("logins_count > 7", "u2"),
        ("7 <= logins_count", "u1 u2"),
        ("logins_count between 0 and 7", "u0 u1"),
        ("logins_count between symmetric 7 and 0", "u0 u1"),
        ("logins_count in (7, 8)", "u1"),
        ("logins_count = any ('{0,null,7}'::int2[])", "u0 u1"),
        ("logins_count > -5", "u0 u1 u2"),
        ("logins_count >= -9223372036854775808", "u0 u1 u2"),
        ("logins_count = -1", ""),
        ("logins_count <= -1", ""),
        ("logins_count < 9223372036854775807", "u0 u1 u2"),
        ("logins_count > 6.5", "u1 u2"),
        ("logins_count = 7.0", "u1"),
        ("logins_count = 7::smallint", "u1"),
        ("logins_count::int2 = 7 and logins_count < 100", "u1"),
        ("logins_count + 0 = 7", "u1"),
        ("-logins_count = -7", "u1"),
        ("coalesce(logins_count, 0) = 0", "u0 u3"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
    }
}

#[test]
fn null_is_equal_to_nothing() {
    let mut world = world();
    for condition in [
        "user_id = null",
        "email = null",
        "name = null::text",
        "blocked = null",
        "logins_count = null",
        "created_at > null",
        "name like null",
        "user_metadata @> null",
        "null",
        "user_id in (null, null)",
        "blocked is null and null",
    ] {
        assert_eq!(found(&mut world, condition), "", "{condition}");
        let (rows, asked) = agreed(
            &mut world,
            &format!("select count(*) from users where {condition}"),
        );
        assert_eq!(rows, [[Some("0".to_owned())]], "{condition}");
        // The other way round every page is read.
        assert!(asked.len() <= 1, "{condition}: {asked:?}");
    }
    for mode in ["force_generic_plan", "force_custom_plan"] {
        world.run(&format!("set plan_cache_mode = {mode}"));
        for (types, condition) in [
            ("text", "user_id = $1"),
            ("text", "email = $1"),
            ("text", "name = $1"),
            ("text[]", "user_id = any ($1)"),
            ("bool", "blocked = $1"),
            ("bool", "$1"),
            ("timestamptz", "created_at >= $1"),
            ("int8", "logins_count < $1"),
            ("text", "name like $1"),
            ("jsonb", "user_metadata @> $1"),
            ("inet", "last_ip = $1"),
        ] {
            world.run(&format!(
                "prepare p ({types}) as select user_id from users where {condition}"
            ));
            let (rows, asked) = agreed(&mut world, "execute p (null)");
            assert!(
                rows.is_empty() && asked.is_empty(),
                "{condition}: {rows:?} {asked:?}"
            );
            world.run("deallocate p");
        }
        world.run(
            "prepare p (bool) as select user_id from users where blocked is not distinct from $1",
        );
        assert_eq!(
            agreed(&mut world, "execute p (null)").0,
            [[Some("u2".to_owned())]]
        );
        world.run("deallocate p");
    }
}

#[test]
fn a_negation_is_only_asked_for_where_nothing_is_lost() {
    let mut world = world();
    assert_eq!(
        searched(&mut world, "blocked is not true"),
        "NOT blocked:true"
    );
    assert_eq!(searched(&mut world, "not (name = 'x')"), "");
    assert_eq!(
        searched(&mut world, "not (user_metadata ->> 'a' = 'x')"),
        ""
    );
    assert_eq!(
        searched(
            &mut world,
            "not (created_at > '2024-01-01' or name = 'x') or not blocked"
        ),
        "created_at:[* TO 2024-01-01T00:00:00.000Z] OR blocked:false"
    );
}

#[test]
fn truth_values_that_providers_write_in_their_own_way() {
    let written = [
        "true", "false", "True", "TRUE", "t", "yes", "1", "on", " true ", "f", "no", "0", "off",
    ];
    let users: Vec<_> = written
        .iter()
        .map(|text| json!({"email_verified": text}))
        .collect();
    let mut world = tenant_with(&users);
    assert_eq!(
        world
            .error("select email_verified from users")
            .code()
            .code(),
        "HV004"
    );
    world.run("alter foreign table users options (add on_type_error 'null')");
    for condition in [
        "email_verified",
        "not email_verified",
        "email_verified is not true",
        "email_verified is not false",
        "email_verified is null",
    ] {
        found(&mut world, condition);
        agreed(
            &mut world,
            &format!("select count(*) from users where {condition}"),
        );
    }
}
