//! Children of many parents: what they cost, side by side, within bounds, and joined.

use simulator::{Config, Scale};
use std::time::Duration;
use xtask::World;

/// A tenant with so many organizations of so many members each.
fn world(organizations: usize, members: usize, latency: Duration) -> World {
    let mut world = World::new(Config {
        users: 300,
        latency,
        scale: Scale {
            organizations,
            members: organizations * members,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    world
}

fn cost(world: &mut World, sql: &str) -> (String, usize) {
    // What an earlier LIMIT has left under way is not this statement's.
    while world.sim.in_flight() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    world.sim.clear_journal();
    let value = world.value(sql).unwrap();
    (value, world.sim.journal().len())
}

#[test]
fn too_many_calls_are_refused_before_they_are_made() {
    let mut world = world(150, 3, Duration::ZERO);
    world.run("set auth0_fdw.max_calls = 100");
    world.sim.clear_journal();
    let error = world.error("select count(*) from organization_members");
    assert_eq!(error.code().code(), "54000");
    let calls = world.sim.journal().len();
    assert!(calls <= 3, "{calls}");
    assert_eq!(
        error.message(),
        "reading \"organization_members\" would take 152 calls of the Auth0 API"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("SET auth0_fdw.max_calls = 152"),
        "{:?}",
        error.hint()
    );
    world.run("set auth0_fdw.max_calls = 152");
    let (rows, calls) = cost(&mut world, "select count(*) from organization_members");
    assert_eq!(rows, "450");
    assert_eq!(calls, 152);
    world.run("set auth0_fdw.max_calls = 0");
    assert_eq!(
        cost(&mut world, "select count(*) from organization_members").0,
        "450"
    );
}

#[test]
fn a_limit_reads_as_few_lists_as_it_needs() {
    let mut world = world(120, 5, Duration::ZERO);
    world.run("set auth0_fdw.max_calls = 10");
    let sql = "select count(*) from (select * from organization_members limit 7) t";
    let (rows, calls) = cost(&mut world, sql);
    assert_eq!(rows, "7");
    assert!(calls <= 10, "{calls}");
    assert_eq!(
        cost(
            &mut world,
            "select exists (select from organization_members)"
        )
        .0,
        "t"
    );
}

#[test]
fn lists_are_read_side_by_side() {
    let mut world = world(60, 2, Duration::from_millis(20));
    world.run("alter server auth0 options (add concurrency '10')");
    let sql = "select count(*) from organization_invitations";
    cost(&mut world, sql);
    let started = std::time::Instant::now();
    let (_, calls) = cost(&mut world, sql);
    let taken = started.elapsed();
    assert!(calls >= 61, "{calls}");
    // One after another they would take the latency each.
    assert!(
        taken < Duration::from_millis(20) * calls as u32 / 2,
        "{taken:?} for {calls}"
    );
}

#[test]
fn a_join_with_few_parents_looks_their_children_up() {
    let mut world = world(200, 3, Duration::ZERO);
    world.run("create temp table wanted as select id from organizations order by id limit 6; analyze wanted");
    for join in [
        "select count(*) from wanted w join organization_members m on m.organization_id = w.id",
        "select count(*) from wanted w left join organization_members m on m.organization_id = w.id",
        "select count(*) from wanted w, lateral (select * from organization_members m where m.organization_id = w.id) m",
        "select count(*) from organization_members where organization_id in (select id from wanted)",
        "select count(*) from organization_members where organization_id = any (array(select id from wanted))",
    ] {
        let (rows, calls) = cost(&mut world, join);
        assert_eq!(rows, "18", "{join}");
        assert!((6..=12).contains(&calls), "{join}: {calls}");
    }
    let sql = "select count(*) from wanted w join organization_members m on m.organization_id = w.id
        join organization_member_roles r on r.organization_id = m.organization_id and r.user_id = m.user_id";
    let (rows, calls) = cost(&mut world, sql);
    assert!(calls <= 12 + 18 + 1, "{calls}");
    world.run("set auth0_fdw.pushdown = off; set auth0_fdw.max_calls = 0");
    assert_eq!(cost(&mut world, sql).0, rows);
}

#[test]
fn grandchildren_of_one_value_are_only_asked_for_where_it_is() {
    let mut world = world(10, 5, Duration::ZERO);
    let user = world
        .value("select min(user_id) from organization_members")
        .unwrap();
    let of = world.value(&format!(
        "select count(*) from organization_members where user_id = '{user}'"
    ));
    let sql = format!("select count(*) from organization_member_roles where user_id = '{user}'");
    let (rows, calls) = cost(&mut world, &sql);
    assert_eq!(calls, 1 + 10 + of.unwrap().parse::<usize>().unwrap());
    world.run("set auth0_fdw.pushdown = off");
    assert_eq!(cost(&mut world, &sql).0, rows);
}

#[test]
fn a_cancel_ends_the_requests_and_not_the_session() {
    let mut world = world(100, 2, Duration::from_millis(100));
    world.run("set statement_timeout = '350ms'");
    let started = std::time::Instant::now();
    let error = world.error("select count(*) from organization_members");
    assert_eq!(error.code().code(), "57014");
    assert!(started.elapsed() < Duration::from_secs(3));
    world.run("reset statement_timeout");
    assert_eq!(cost(&mut world, "select count(*) from roles").0, "7");
}

#[test]
fn prepared_statements_and_loops_ask_anew() {
    let mut world = world(12, 3, Duration::ZERO);
    world.run(
        "set plan_cache_mode = force_generic_plan;
         prepare members (text) as select count(*) from organization_members where organization_id = $1",
    );
    let ids = world.query_text("select id from organizations order by id limit 3");
    for id in ids.into_iter().flatten().flatten() {
        for _ in 0..2 {
            let rows = world.query_text(&format!("execute members ('{id}')"));
            assert_eq!(rows, [[Some("3".to_owned())]]);
        }
    }
    let rows = world.query_text("execute members (null)");
    assert_eq!(rows, [[Some("0".to_owned())]]);
    world.run(
        "do $$ declare o record; n bigint; begin
           for o in select id from organizations loop
             select count(*) into n from organization_members where organization_id = o.id;
             assert n = 3;
           end loop; end $$",
    );
}

#[test]
fn a_parent_that_is_gone_has_no_children() {
    let mut world = world(5, 2, Duration::ZERO);
    for sql in [
        "select count(*) from organization_members where organization_id = 'org_gone'",
        "select count(*) from user_roles where user_id = 'auth0|gone'",
        "select count(*) from role_permissions where role_id = 'rol_gone'",
        "select count(*) from roles where id = 'rol_gone'",
    ] {
        assert_eq!(cost(&mut world, sql), ("0".to_owned(), 1), "{sql}");
    }
}

#[test]
fn what_must_be_given_is_asked_for() {
    let mut world = world(3, 1, Duration::ZERO);
    world.sim.clear_journal();
    let error = world.error("select * from jobs");
    assert_eq!(error.code().code(), "0A000");
    assert!(
        error.hint().unwrap().contains("id = "),
        "{:?}",
        error.hint()
    );
    assert_eq!(world.sim.journal().len(), 0);
    assert_eq!(
        cost(
            &mut world,
            "select count(*) from jobs where id = 'job_none'"
        )
        .0,
        "0"
    );
    world.run("set auth0_fdw.pushdown = off");
    assert_eq!(
        cost(
            &mut world,
            "select count(*) from jobs where id = 'job_none'"
        )
        .0,
        "0"
    );
}
