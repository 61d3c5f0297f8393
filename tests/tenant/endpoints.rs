//! Tables of endpoints that they declare themselves.

use crate::support::{calls, column, declare, told, world};
use simulator::{Config, Scale};
use xtask::World;

#[test]
fn an_array_is_rows_and_an_object_is_a_row() {
    let mut world = world();
    declare(
        &mut world,
        "id text, title text options (path 'name'), attrs jsonb",
        "path '/api/v2/roles'",
    );
    let roles = world.sim.objects(&["roles"]).len();
    assert_eq!(
        column(
            &mut world,
            "select id from t where title = attrs ->> 'name'"
        )
        .len(),
        roles
    );
    assert_eq!(calls(&world), ["/api/v2/roles"]);
    declare(
        &mut world,
        "friendly_name text, mfa jsonb options (path 'flags')",
        "path '/api/v2/tenants/settings'",
    );
    assert_eq!(column(&mut world, "select mfa from t").len(), 1);
}

#[test]
fn places_take_values_from_the_query() {
    let mut world = world();
    declare(
        &mut world,
        "user_id text, type text, date timestamptz",
        "path '/api/v2/users/{user_id}/logs'",
    );
    let id = world.sim.user_ids().remove(0);
    let sql = format!("select distinct user_id from t where user_id = '{id}'");
    assert_eq!(column(&mut world, &sql), std::slice::from_ref(&id));
    let asked = calls(&world);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with(&format!("/api/v2/users/{}/logs", id.replace('|', "%7C"))));
    let error = told(&world.error("select * from t"));
    assert!(error.contains("user_id"), "{error}");
    assert!(calls(&world).is_empty());
    // From another table, one call for each.
    world.run("create table ids (id text)");
    let ids = world.sim.user_ids();
    for id in &ids[..3] {
        world.run(&format!("insert into ids values ('{id}')"));
    }
    world.query_text("select * from ids join t on t.user_id = ids.id");
    assert_eq!(calls(&world).len(), 3);
}

/// A role with users, its users and the users of all roles.
fn roles(world: &mut World) -> (String, usize, usize) {
    world.run(
        "import foreign schema auth0 limit to (roles, role_users) from server auth0 into public",
    );
    let sql = "select role_id, count(*), sum(count(*)) over () from role_users group by 1 order by 2 desc limit 1";
    let mut row = world.query_text(sql).remove(0).into_iter().flatten();
    let role = row.next().unwrap();
    let mut numbers = row.map(|text| text.parse().unwrap());
    (role, numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn rows_have_the_values_of_their_places() {
    let mut world = world();
    let (role, own, all) = roles(&mut world);
    assert!(own > 0);
    let count = |world: &mut World, sql: &str| -> usize {
        let count = world.value(sql).unwrap();
        count.parse().unwrap()
    };
    let constant =
        format!("select count(*) from t where role_id = '{role}' and user_id is not null");
    let subquery = "select count(*) from t where role_id = (select max(role_id) from best)";
    world.run(&format!(
        "create table best as select '{role}'::text as role_id"
    ));
    for options in [
        "path '/api/v2/roles/{role_id}/users'",
        "path '/api/v2/roles/{role_id}/users', list_key 'users', paging 'offset', page_size '1'",
    ] {
        declare(&mut world, "role_id text, user_id text", options);
        assert_eq!(count(&mut world, &constant), own, "{options}");
        assert_eq!(count(&mut world, subquery), own, "{options}");
        assert_eq!(
            count(
                &mut world,
                "select count(*) from roles join t on t.role_id = roles.id"
            ),
            all,
            "{options}"
        );
        let lateral = "select count(*) from roles, lateral (select * from t where role_id = roles.id limit 99) x";
        assert_eq!(count(&mut world, lateral), all, "{options}");
        world.run("prepare one(text) as select count(*) from t where role_id = $1; set plan_cache_mode = force_generic_plan");
        let parameter = format!("execute one('{role}')");
        assert_eq!(count(&mut world, &parameter), own, "{options}");
        world.run("deallocate one");
    }
}

#[test]
fn what_is_given_wins_over_a_key_of_its_name() {
    let mut world = world();
    let (role, ..) = roles(&mut world);
    // The answer's `name` is another thing than the value that the query calls so.
    declare(
        &mut world,
        "name text, own text options (path 'name'), id text, description text",
        "path '/api/v2/roles/{name}'",
    );
    let sql = format!("select name, id, own is distinct from name from t where name = '{role}'");
    let shown = [&role, &role, "t"].map(|text| Some(text.to_owned()));
    assert_eq!(world.query_text(&sql), [shown]);
    let none = "select count(*) from t where name = 'rol_nobody'";
    assert_eq!(world.value(none).unwrap(), "0");
}

#[test]
fn places_in_parameters_are_given_too() {
    let mut world = world();
    declare(
        &mut world,
        "\"from\" text, \"to\" text, date timestamptz, logins int",
        "path '/api/v2/stats/daily?from={from}&to={to}'",
    );
    let sql = "select distinct \"from\" || \"to\" from t where \"from\" = '20200101' and \"to\" = '20990101'";
    assert_eq!(column(&mut world, sql), ["2020010120990101"]);
    declare(
        &mut world,
        "q text, user_id text",
        "path '/api/v2/users?q={q}', list_key 'users', paging 'offset'",
    );
    let sql = "select count(*) from t where q = 'user_id:*'";
    assert_eq!(world.value(sql).unwrap(), "12");
}

#[test]
fn numbers_can_be_given() {
    let mut world = world();
    world.run("create table sizes as select 2 as n union all select 3");
    for ty in ["smallint", "int", "bigint", "text"] {
        declare(
            &mut world,
            &format!("n {ty}, user_id text"),
            "path '/api/v2/users?per_page={n}'",
        );
        let literal = if ty == "text" { "'3'" } else { "3" };
        let one = format!("select count(*) from t where n = {literal}");
        assert_eq!(world.value(&one).unwrap(), "3", "{ty}");
        let several = format!("select count(*) from t where n in ({literal}, {literal}, '2')");
        assert_eq!(world.value(&several).unwrap(), "5", "{ty}");
        let joined = format!("select count(*) from sizes join t on t.n = sizes.n::{ty}");
        assert_eq!(world.value(&joined).unwrap(), "5", "{ty}");
    }
}

#[test]
fn a_place_may_be_there_twice() {
    let mut world = world();
    declare(
        &mut world,
        "n text, user_id text",
        "path '/api/v2/users?per_page={n}&fields={n}'",
    );
    column(&mut world, "select n from t where n in ('1', '2')");
    let asked = calls(&world);
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[test]
fn parameters_may_be_constant_or_given() {
    let mut world = world();
    declare(
        &mut world,
        "id text, strategy text",
        "path '/api/v2/connections?fields=id,strategy&strategy={strategy}', list_key 'connections'",
    );
    column(&mut world, "select id from t where strategy = 'auth0'");
    let asked = world.sim.journal();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].param("fields"), Some("id,strategy"));
    assert_eq!(asked[0].param("strategy"), Some("auth0"));
}

fn large() -> World {
    World::new(Config {
        users: 1,
        scale: Scale {
            each: 230,
            organizations: 230,
            ..Scale::default()
        },
        ..Config::default()
    })
}

#[test]
fn pages_by_offset_and_by_checkpoint() {
    let mut world = large();
    declare(
        &mut world,
        "id text",
        "path '/api/v2/roles', list_key 'roles', paging 'offset'",
    );
    let roles = world.sim.objects(&["roles"]).len();
    assert!(roles > 200);
    assert_eq!(column(&mut world, "select distinct id from t").len(), roles);
    let asked = calls(&world);
    assert_eq!(asked.len(), roles / 100 + 1, "{asked:?}");
    assert!(asked[0].contains("page=0&per_page=100"), "{asked:?}");
    declare(
        &mut world,
        "id text",
        "path '/api/v2/organizations', list_key 'organizations', paging 'checkpoint'",
    );
    let organizations = world.sim.objects(&["organizations"]).len();
    assert_eq!(
        column(&mut world, "select distinct id from t").len(),
        organizations
    );
    let asked = calls(&world);
    assert_eq!(asked.len(), organizations.div_ceil(100), "{asked:?}");
    assert!(asked[1].contains("from="), "{asked:?}");
    // The same path with another declaration is another table.
    declare(
        &mut world,
        "id text",
        "path '/api/v2/organizations', list_key 'organizations'",
    );
    assert!(column(&mut world, "select id from t").len() < organizations);
    assert_eq!(calls(&world), ["/api/v2/organizations"]);
}

#[test]
fn a_limit_asks_for_no_more_rows() {
    let mut world = large();
    let options = "path '/api/v2/roles', list_key 'roles', paging 'offset'";
    declare(&mut world, "id text, name text", options);
    for (limit, pages) in [("limit 7", 1), ("limit 2 offset 5", 1), ("limit 0", 0)] {
        world.query_text(&format!("select * from t {limit}"));
        let asked = calls(&world);
        assert_eq!(asked.len(), pages, "{limit}: {asked:?}");
        assert!(
            asked.iter().all(|call| call.contains("page=0&per_page=7&")),
            "{asked:?}"
        );
    }
    // Rows without an id cannot be told apart, so that all pages have one size.
    let sql = "select count(distinct id) from (select id from t limit 60) x union all select count(*) from t where name > ''";
    assert_eq!(column(&mut world, sql)[0], "60");
    // More rows are wanted than the limit of one run.
    world.run("begin; declare c cursor for select id from t limit 90");
    let mut ids = column(&mut world, "fetch 40 from c");
    ids.extend(column(&mut world, "fetch all from c"));
    world.run("commit");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 90);
}

#[test]
fn an_endpoint_that_is_in_the_catalogue_shows_the_same_rows() {
    let mut world = world();
    world.run("import foreign schema auth0 limit to (clients) from server auth0 into public");
    declare(
        &mut world,
        "client_id text, name text",
        "path '/api/v2/clients', list_key 'clients', paging 'checkpoint'",
    );
    let own = column(
        &mut world,
        "select (client_id, name)::text from t order by 1",
    );
    let known = column(
        &mut world,
        "select (client_id, name)::text from clients order by 1",
    );
    assert!(!own.is_empty());
    assert_eq!(own, known);
}

#[test]
fn declarations_that_are_none() {
    let mut world = world();
    let mut fails = |options: &str, says: &str| {
        let declaration = format!(
            "create foreign table bad (id text) server auth0 options ({options}); select * from bad"
        );
        let error = told(&world.error(&declaration));
        assert!(error.contains(says), "{options}: {error}");
    };
    fails("path '/oauth/token'", "/api/v2/");
    fails("path '/api/v2/../x'", "/api/v2/");
    fails("path '/api/v2/x', object 'users'", "\"path\"");
    fails("path '/api/v2/x', paging 'next'", "checkpoint");
    fails("path '/api/v2/x', paging 'offset'", "list_key");
    fails("list_key 'x'", "\"path\"");
    fails(
        "path '/api/v2/clients?page=1', list_key 'clients', paging 'offset'",
        "It must be a path without the parameter page, which paging sets.",
    );
    fails("updatable 'false'", "\"object\"");
    assert!(calls(&world).is_empty());
}

#[test]
fn what_the_tenant_answers_is_told() {
    let mut world = world();
    declare(
        &mut world,
        "id text",
        "path '/api/v2/no-such-endpoint', missing_feature 'error'",
    );
    let error = told(&world.error("select * from t"));
    assert!(
        error.contains("GET /api/v2/no-such-endpoint: HTTP 404"),
        "{error}"
    );
    declare(&mut world, "id text", "path '/api/v2/roles'");
    let token = world.sim.token(&["read:users"]);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    let error = told(&world.error("select * from t"));
    assert!(
        error.starts_with("42501: ") && error.contains("read:roles"),
        "{error}"
    );
}
