//! `auth0_fdw.max_calls`: what no scan goes beyond, however its rows are wanted, and what its errors say.

use simulator::{Config, Scale};
use xtask::World;

/// A tenant of 300 users, of whom few have roles, and 30 organizations.
fn world() -> World {
    let mut world = World::new(Config {
        users: 300,
        scale: Scale {
            organizations: 30,
            members: 260,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public; analyze users");
    world
}

/// Requests for lists of roles, of an organization's members and the like.
fn lists(world: &World) -> usize {
    let journal = world.sim.journal();
    let children = journal
        .iter()
        .filter(|entry| entry.path.split('/').count() > 4);
    children.count()
}

/// The message, detail and hint of a statement that makes too many calls.
fn refused(world: &mut World, sql: &str) -> [String; 3] {
    world.sim.clear_journal();
    let error = world.error(sql);
    assert_eq!(error.code().code(), "54000", "{sql}: {error:?}");
    [
        error.message().to_owned(),
        error.detail().unwrap_or_default().to_owned(),
        error.hint().unwrap_or_default().to_owned(),
    ]
}

#[test]
fn what_ends_early_ends_there_at_the_latest() {
    let mut world = world();
    world.run("set auth0_fdw.max_calls = 40");
    for sql in [
        "select user_id, id from user_roles where name = 'nope' limit 3",
        "select exists (select from user_roles where name = 'nope')",
        "begin; declare c cursor for select * from user_roles where name = 'nope'; fetch 1 from c",
    ] {
        let [message, detail, hint] = refused(&mut world, sql);
        world.run("rollback");
        // One of them is the page of users that they are for.
        assert_eq!(world.sim.journal().len(), 40, "{sql}");
        assert_eq!(
            message,
            "reading \"user_roles\" has made 40 calls of the Auth0 API and would take more"
        );
        assert!(detail.contains("39 of at least 100 have come"), "{detail}");
        assert!(detail.contains("allows 40 calls"), "{detail}");
        assert!(hint.contains("such as user_id = …"), "{hint}");
        assert!(hint.contains("or to 0 (no limit)"), "{hint}");
    }
    world.run("set auth0_fdw.max_calls = 303");
    assert_eq!(
        world.value("select exists (select from user_roles where name = 'nope')"),
        Some("f".to_owned())
    );
}

#[test]
fn rows_that_are_found_within_it_come() {
    let mut world = world();
    let first = world
        .value("select min(n) from (select row_number() over () n, m.* from (select user_id from users order by created_at) m) u where exists (select from user_roles r where r.user_id = u.user_id)")
        .unwrap();
    // The page of users, lists up to the first with a role, and as many as may be read side by side with it.
    let calls = 1 + first.parse::<usize>().unwrap() + 3;
    world.run(&format!("set auth0_fdw.max_calls = {calls}"));
    world.sim.clear_journal();
    let sql = "select count(*) from (select from user_roles limit 1) t";
    assert_eq!(world.value(sql), Some("1".to_owned()));
    assert!(world.sim.journal().len() <= calls);
    // Where the call that has the row is the last that may be made, it is waited for.
    world.run(&format!("set auth0_fdw.max_calls = {}", calls - 3));
    assert_eq!(world.value(sql), Some("1".to_owned()));
}

#[test]
fn batches_of_a_look_up_join_count_together() {
    let mut world = world();
    let sql =
        "select count(*) from (select user_id from users) u join user_roles r using (user_id)";
    let plan = world.explain("", sql);
    assert!(plan.contains("Auth0 Lookup Join"), "{plan}");
    world.run("set auth0_fdw.max_calls = 280");
    let [message, _, hint] = refused(&mut world, sql);
    assert_eq!(
        message,
        "reading \"user_roles\" would take at least 300 calls of the Auth0 API"
    );
    assert!(
        hint.contains("SET auth0_fdw.max_calls = 0 (no limit)"),
        "{hint}"
    );
    assert_eq!(lists(&world), 45, "those of the first batch");
    world.run("set auth0_fdw.max_calls = 300");
    world.value(sql).unwrap();
}

#[test]
fn runs_of_a_nested_scan_count_together() {
    let mut world = world();
    world.run("set auth0_fdw.lookup_join = off; set auth0_fdw.max_calls = 50");
    let sql =
        "select sum((select count(*) from user_roles r where r.user_id = u.user_id)) from users u";
    let [message, detail, _] = refused(&mut world, sql);
    assert_eq!(lists(&world), 50);
    assert_eq!(
        message,
        "reading \"user_roles\" has made 50 calls of the Auth0 API and would take more"
    );
    assert!(detail.contains("50 of at least 51 have come"), "{detail}");
    // The next statement has as many of its own.
    let sql = "select sum((select count(*) from user_roles r where r.user_id = u.user_id))
        from (select user_id from users order by created_at limit 50) u";
    world.value(sql).unwrap();
}

#[test]
fn a_list_alone_is_read_to_its_end() {
    let mut world = world();
    let sql = "select organization_id from organization_members group by 1 order by count(*) desc limit 1";
    let organization = world.value(sql).unwrap();
    world.run("set auth0_fdw.max_calls = 1; alter server auth0 options (add page_size '2')");
    let of = format!("from organization_members where organization_id = '{organization}'");
    world.sim.clear_journal();
    let rows = world.value(&format!("select count(*) {of}")).unwrap();
    let calls = world.sim.journal().len();
    assert!(
        calls > 2 && calls > rows.parse::<usize>().unwrap() / 2,
        "{calls}"
    );
}

#[test]
fn several_values_of_a_filter_do_not_multiply_the_parents() {
    let mut world = world();
    let calls = |world: &mut World, sql: &str| {
        world.sim.clear_journal();
        let rows = world.value(sql).unwrap();
        (rows, world.sim.journal().len())
    };
    // The users, and a list of each; those of the outer side on top.
    let (all, whole) = calls(&mut world, "select count(*) from refresh_tokens");
    for join in [
        "select count(*) from refresh_tokens r join clients c using (client_id)",
        "select count(*) from refresh_tokens where client_id = any (array(select client_id from clients))",
        "select count(*) from refresh_tokens where client_id in (select client_id from clients)",
    ] {
        let (rows, made) = calls(&mut world, join);
        assert_eq!(made, whole + 1, "{join}");
        let plan = world.explain("", join);
        assert!(!plan.contains("client_id={"), "{plan}");
        world.run("set auth0_fdw.pushdown = off");
        assert_eq!(calls(&mut world, join).0, rows, "{join}");
        world.run("reset auth0_fdw.pushdown");
        assert!(rows <= all);
    }
    // One value is asked for.
    let one = "select count(*) from refresh_tokens where client_id = (select min(client_id) from clients)";
    assert_eq!(calls(&mut world, one).1, whole + 1);
    let asked = world.sim.journal();
    assert!(asked.iter().any(|entry| entry.param("client_id").is_some()));
}
