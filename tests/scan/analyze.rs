//! ANALYZE: the number of users, and a sample of them for the planner.

use crate::common::{cost, declare, imported, tenant_with};
use xtask::world::query_text;
use xtask::World;

fn reltuples(world: &mut World) -> String {
    let tuples = world.value("select reltuples::bigint from pg_class where relname = 'users'");
    tuples.unwrap()
}

#[test]
fn it_counts_the_users_and_samples_their_values_at_the_price_of_a_scan() {
    let mut world = imported(250);
    assert_eq!(reltuples(&mut world), "-1");
    assert_eq!(cost(&mut world, "analyze users"), 3);
    assert_eq!(reltuples(&mut world), "250");
    let shares = "select attname::text, round(null_frac::numeric, 3)::text, n_distinct = -1
                  from pg_stats where tablename = 'users' and attname in ('user_id', 'blocked', 'q') order by 1";
    let nulls = world.value("select round(avg((blocked is null)::int), 3) from users");
    assert_eq!(
        world.query_text(shares),
        [
            ["blocked", &nulls.unwrap(), "f"],
            ["q", "1.000", "f"],
            ["user_id", "0.000", "t"]
        ]
        .map(|row| row.map(|text| Some(text.to_owned())))
    );
    // Another session plans with it, without a request.
    world.sim.clear_journal();
    let mut other = world.db.connect();
    let plan = query_text(&mut other, "explain select * from users");
    let plan = plan.concat().into_iter().flatten().collect::<Vec<_>>();
    assert!(plan[0].contains(" rows=250 "), "{plan:?}");
    assert!(
        plan.iter().any(|line| line == "  Auth0 Estimated Calls: 3"),
        "{plan:?}"
    );
    assert_eq!(world.sim.journal().len(), 0);
}

#[test]
fn a_sample_of_many_has_no_user_twice() {
    let mut world = imported(2500);
    world.run("set default_statistics_target = 5");
    let requests = cost(&mut world, "analyze users (user_id, created_at)");
    assert!(requests <= 25 + 3, "{requests}");
    assert_eq!(reltuples(&mut world), "2500");
    assert_eq!(
        world.query_text("select attname::text, n_distinct = -1, array_length(histogram_bounds::text::text[], 1)::text from pg_stats where tablename = 'users' and attname = 'user_id'"),
        [["user_id", "t", "6"].map(|text| Some(text.to_owned()))]
    );
    // Five hundredths of the rows in each of the first and the last tenth, give or take chance.
    let first: i64 = world
        .value("select count(*) from users where created_at < (select (histogram_bounds::text::timestamptz[])[2] from pg_stats where tablename = 'users' and attname = 'created_at')")
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        (375..=625).contains(&first),
        "a fifth of 2500 is not {first}"
    );
}

#[test]
fn dropped_and_generated_columns_are_no_obstacle() {
    let mut world = tenant_with(&[
        r#"{"user_id":"a","name":"Ada","n":1}"#,
        r#"{"user_id":"b","name":"Bo","n":2}"#,
    ]);
    declare(
        &mut world,
        "users",
        "gone int, user_id text, n int, twice int generated always as (n * 2) stored, name text",
    );
    world.run("alter foreign table users drop column gone; analyze users");
    assert_eq!(reltuples(&mut world), "2");
    assert_eq!(
        world.query_text("select attname::text, n_distinct::text, null_frac::text from pg_stats where tablename = 'users' order by 1"),
        [
            ["n", "-1", "0"],
            ["name", "-1", "0"],
            ["twice", "-1", "0"],
            ["user_id", "-1", "0"]
        ]
        .map(|row| row.map(|text| Some(text.to_owned())))
    );
}

#[test]
fn a_value_that_does_not_fit_is_named_as_in_a_query() {
    let mut world = tenant_with(&[
        r#"{"user_id":"auth0|1","logins_count":1}"#,
        r#"{"user_id":"auth0|2","logins_count":"many"}"#,
    ]);
    declare(&mut world, "users", "user_id text, logins_count int");
    let error = world.error("analyze users");
    assert_eq!(error.code().code(), "HV004");
    assert_eq!(
        error.detail(),
        Some("In object \"auth0|2\": invalid input syntax for type integer: \"many\".")
    );
    assert_eq!(reltuples(&mut world), "-1");
    world.run("alter foreign table users alter logins_count options (add on_type_error 'null')");
    world.run("analyze users");
    assert_eq!(reltuples(&mut world), "2");
}

#[test]
fn an_empty_tenant_has_no_users() {
    let mut world = imported(0);
    assert_eq!(cost(&mut world, "analyze users"), 1);
    assert_eq!(reltuples(&mut world), "0");
    assert_eq!(world.query_text("select * from users").len(), 0);
}
