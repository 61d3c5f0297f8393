//! Never fewer rows: points in time to the microsecond, in any zone, at the calendar's ends and beyond.

use crate::support::{found, searched, tenant_with};
use serde_json::json;
use xtask::World;

/// `u0` to `u3` were created at 04:05:06.000 to .003 on 2024-02-03, UTC; `u3` has logged in.
fn world() -> World {
    tenant_with(&[
        json!({}),
        json!({}),
        json!({}),
        json!({"last_login": "2024-02-29T23:59:59.999Z"}),
    ])
}

#[test]
fn microseconds() {
    let mut world = world();
    for (condition, expected) in [
        ("created_at = '2024-02-03 04:05:06.001+00'", "u1"),
        ("created_at = '2024-02-03 04:05:06.001001+00'", ""),
        ("created_at < '2024-02-03 04:05:06.001+00'", "u0"),
        ("created_at < '2024-02-03 04:05:06.001001+00'", "u0 u1"),
        ("created_at <= '2024-02-03 04:05:06.000999+00'", "u0"),
        ("created_at > '2024-02-03 04:05:06.001999+00'", "u2 u3"),
        ("created_at > '2024-02-03 04:05:06.002+00'", "u3"),
        ("created_at >= '2024-02-03 04:05:06.002001+00'", "u3"),
        ("created_at between '2024-02-03 04:05:06.000001+00' and '2024-02-03 04:05:06.002999+00'", "u1 u2"),
        ("'2024-02-03 04:05:06.001+00' >= created_at", "u0 u1"),
        ("created_at in ('2024-02-03 04:05:06.001+00', '2024-02-03 04:05:06.003+00')", "u1 u3"),
        ("created_at <> '2024-02-03 04:05:06.001+00'", "u0 u2 u3"),
        ("not created_at > '2024-02-03 04:05:06.001+00'", "u0 u1"),
        ("last_login <= '2024-02-29 23:59:59.999+00'", "u3"),
        ("last_login > '2024-02-29 23:59:59.998999+00'", "u3"),
        ("last_login is null", "u0 u1 u2"),
    ] {
        assert_eq!(found(&mut world, condition), expected, "{condition}");
    }
    assert_eq!(
        searched(&mut world, "created_at > '2024-02-03 04:05:06.001999+00'"),
        "created_at:[2024-02-03T04:05:06.001Z TO *]"
    );
    assert_eq!(
        searched(&mut world, "created_at <= '2024-02-03 04:05:06.001001+00'"),
        "created_at:[* TO 2024-02-03T04:05:06.002Z]"
    );
}

#[test]
fn any_zone() {
    let mut world = world();
    for zone in [
        "UTC",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "+14",
        "Europe/Dublin",
    ] {
        world.run(&format!("set timezone = '{zone}'"));
        assert_eq!(
            found(&mut world, "created_at >= '2024-02-03 04:05:06.001Z'"),
            "u1 u2 u3"
        );
        assert_eq!(
            found(&mut world, "created_at >= '2024-02-03 09:50:06.001+05:45'"),
            "u1 u2 u3"
        );
        // Without a zone it is the session's.
        found(&mut world, "created_at >= '2024-02-03 04:05:06.001'");
        found(
            &mut world,
            "created_at < '2024-02-03 04:05:06.001'::timestamp",
        );
        found(
            &mut world,
            "created_at = ('2024-02-03 04:05:06.001Z'::timestamptz)::timestamp",
        );
        for date in ["2024-02-02", "2024-02-03", "2024-02-04"] {
            for operator in ["<", "<=", "=", ">=", ">"] {
                found(&mut world, &format!("created_at {operator} '{date}'::date"));
                found(&mut world, &format!("'{date}'::date {operator} created_at"));
            }
        }
        found(&mut world, "created_at::date = '2024-02-03'");
        found(
            &mut world,
            "created_at at time zone 'Asia/Tokyo' > '2024-02-03 13:05:06.001'",
        );
        found(&mut world, "extract(hour from created_at) = 4");
    }
    // Where the clocks go back an hour happens twice, and once a year one does not happen.
    world.run("set timezone = 'Europe/Dublin'");
    for moment in ["2023-10-29 01:30", "2024-03-31 01:30"] {
        found(&mut world, &format!("created_at >= '{moment}'::timestamp"));
        found(&mut world, &format!("created_at < '{moment}'::timestamp"));
    }
}

#[test]
fn infinity_and_the_calendars_ends() {
    let mut world = world();
    let ends = [
        "'infinity'::timestamptz",
        "'-infinity'::timestamptz",
        "'infinity'::timestamp",
        "'-infinity'::timestamp",
        "'infinity'::date",
        "'-infinity'::date",
        "'294276-12-31 23:59:59.999999+00'::timestamptz",
        "'4714-11-24 00:00:00+00 BC'::timestamptz",
        "'294276-12-31 23:59:59.999999'::timestamp",
        "'4714-11-24 00:00:00 BC'::timestamp",
        "'5874897-12-31'::date",
        "'4714-11-24 BC'::date",
        "'294277-01-02'::date",
        "'10000-01-01'::timestamptz",
        "'9999-12-31 23:59:59.999999+00'::timestamptz",
        "'0001-01-01'::timestamptz",
        "'1969-12-31 23:59:59.999999+00'::timestamptz",
    ];
    for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        world.run(&format!("set timezone = '{zone}'"));
        for end in ends {
            for operator in ["<", "<=", "=", ">=", ">"] {
                let ids = found(&mut world, &format!("created_at {operator} {end}"));
                let future = !end.contains("BC")
                    && !end.contains("-inf")
                    && !end.contains("0001")
                    && !end.contains("1969");
                let all = operator.starts_with(if future { '<' } else { '>' });
                assert_eq!(
                    ids,
                    if all { "u0 u1 u2 u3" } else { "" },
                    "created_at {operator} {end} in {zone}"
                );
                found(&mut world, &format!("last_login {operator} {end}"));
                found(&mut world, &format!("{end} {operator} last_login"));
            }
        }
    }
}

#[test]
fn moments_known_only_when_the_query_runs() {
    let mut world = world();
    assert_eq!(found(&mut world, "created_at < now()"), "u0 u1 u2 u3");
    assert_eq!(
        found(&mut world, "created_at > now() - interval '7 days'"),
        ""
    );
    assert_eq!(
        found(
            &mut world,
            "created_at > clock_timestamp() - interval '100 years'"
        ),
        "u0 u1 u2 u3"
    );
    assert_eq!(
        found(&mut world, "created_at < current_date"),
        "u0 u1 u2 u3"
    );
    assert_eq!(
        found(&mut world, "created_at < localtimestamp"),
        "u0 u1 u2 u3"
    );
    assert_eq!(
        found(
            &mut world,
            "created_at > (select '2024-02-03 04:05:06.001Z'::timestamptz)"
        ),
        "u2 u3"
    );
    let asked = searched(&mut world, "created_at < now()");
    assert!(
        asked.starts_with("created_at:[* TO 2") && asked.ends_with("Z]"),
        "{asked}"
    );
    assert_eq!(
        searched(
            &mut world,
            "created_at > clock_timestamp() - interval '100 years'"
        ),
        ""
    );
    // The same plan in another zone: what it compares with is not what it was.
    world.run("prepare p (date) as select count(*) from users where created_at >= $1; set plan_cache_mode = force_generic_plan");
    world.run("set timezone = 'UTC'");
    assert_eq!(world.value("execute p ('2024-02-03')"), Some("4".into()));
    world.run("set timezone = 'America/Los_Angeles'");
    assert_eq!(world.value("execute p ('2024-02-03')"), Some("0".into()));
    assert_eq!(world.value("execute p ('2024-02-02')"), Some("4".into()));
}
