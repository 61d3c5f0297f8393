//! What errors advise: only what would help.

use crate::support::{calls, declare, notices, told, world};
use simulator::{Fault, FaultKind, Lack};

const SEARCH: &str = "HINT: Check the search text";
const TENANT: &str = "HINT: Check that url or domain";

#[test]
fn a_search_text_is_only_blamed_where_one_was_sent() {
    let mut world = world();
    world.run("import foreign schema auth0 limit to (users) from server auth0 into public");
    let error = told(&world.error("select * from users where q = 'name:((('"));
    assert!(error.contains(SEARCH), "{error}");
    let error =
        told(&world.error("select auth0.get('auth0', '/api/v2/users', '{\"q\": \"name:(((\"}')"));
    assert!(error.contains("HTTP 400"), "{error}");
    assert!(!error.contains("HINT"), "{error}");
}

#[test]
fn the_address_is_only_doubted_if_the_answer_is_not_auth0s() {
    let mut world = world();
    let get = "select auth0.get('auth0', '/api/v2/users/auth0|nobody')";
    let error = told(&world.error(get));
    assert!(
        error.contains("HTTP 404") && !error.contains("HINT"),
        "{error}"
    );
    world.sim.inject(Fault::new(FaultKind::Status {
        code: 404,
        body: Some("<html>no such page</html>".to_owned()),
        headers: Vec::new(),
    }));
    let error = told(&world.error(get));
    assert!(error.contains(TENANT), "{error}");
}

#[test]
fn columns_that_give_no_value_are_to_be_declared() {
    let mut world = world();
    let mut fails = |columns: &str, path: &str, says: &str| {
        declare(
            &mut world,
            columns,
            &format!("path '{path}', list_key 'x', paging 'offset'"),
        );
        let error = told(&world.error("select * from t"));
        // Messages call a table's endpoint as its path is written.
        assert!(
            error.starts_with(&format!("0A000: \"{path}\" can only")),
            "{error}"
        );
        assert!(error.ends_with(says), "{columns}: {error}");
    };
    let path = "/api/v2/users?q={q}&fields={n}";
    fails(
        "q text, n int",
        path,
        "given values of \"q\" and \"n\"\nHINT: Add conditions such as q = '…' AND n = '…', or join it with a table that has such columns.",
    );
    fails(
        "q text, n bool",
        path,
        "HINT: Declare a column n text, and give it a value in a condition or a join.",
    );
    fails(
        "id text",
        "/api/v2/roles/{\"My Role\"}",
        "HINT: Declare a column \"\"\"My Role\"\"\" text, and give it a value in a condition or a join.",
    );
    fails(
        "q text options (path 'q'), x text",
        path,
        "HINT: Declare columns q text, n text, and give them values in a condition or a join.",
    );
    assert!(calls(&world).is_empty());
}

#[test]
fn all_values_that_are_needed_are_named_at_once() {
    let mut world = world();
    world.run(
        "import foreign schema auth0 limit to (prompt_screen_renderings, user_permission_source_roles) from server auth0 into public",
    );
    for (table, condition, names) in [
        (
            "prompt_screen_renderings",
            "true",
            "\"prompt\" and \"screen\"",
        ),
        ("prompt_screen_renderings", "screen = 'x'", "\"prompt\""),
        // Its parent's is a column of the table, too.
        (
            "user_permission_source_roles",
            "user_id = 'x'",
            "\"resource_server_identifier\"",
        ),
    ] {
        let error = world.error(&format!("select * from {table} where {condition}"));
        assert_eq!(
            error.message(),
            format!("\"{table}\" can only be read for given values of {names}")
        );
    }
    assert!(calls(&world).is_empty());
}

#[test]
fn an_answer_of_another_shape_is_no_fault_of_the_network() {
    let mut world = world();
    let mut fails = |options: &str, body: Option<&str>, says: &str| {
        declare(&mut world, "id text", options);
        if let Some(body) = body {
            world.sim.inject(Fault::new(FaultKind::Status {
                code: 200,
                body: Some(body.to_owned()),
                headers: Vec::new(),
            }));
        }
        let error = told(&world.error("select * from t"));
        assert!(error.starts_with("HV00M: "), "{error}");
        assert!(
            error.contains(says) && error.contains("list_key"),
            "{error}"
        );
        assert_eq!(calls(&world).len(), 1, "{error}");
    };
    fails(
        "path '/api/v2/clients', list_key 'client', paging 'offset'",
        None,
        "GET /api/v2/clients: The answer is an object without the key \"client\".",
    );
    fails(
        "path '/api/v2/stats/active-users'",
        None,
        "The answer is a number.",
    );
    fails(
        "path '/api/v2/roles'",
        Some("[\"a\", \"b\"]"),
        "The answer is an array in which a text stands for a row.",
    );
    // What is cut off may be whole the next time.
    declare(&mut world, "id text", "path '/api/v2/roles'");
    world.sim.inject(Fault::new(FaultKind::Status {
        code: 200,
        body: Some("[{\"id\": \"a\"}".to_owned()),
        headers: Vec::new(),
    }));
    assert!(world.query_text("select * from t").len() > 1);
    assert_eq!(calls(&world).len(), 2);
}

#[test]
fn what_is_read_for_the_sake_of_a_table_is_told_as_that() {
    let mut world = world();
    world.run("import foreign schema auth0 from server auth0 into public");
    let error =
        told(&world.error("set auth0_fdw.max_calls = 1; select * from organization_member_roles"));
    assert!(
        error.contains("reading \"organization_member_roles\" would take")
            && error.contains("It reads \"organization_members\" first"),
        "{error}"
    );
    world.sim.lack("groups", Lack::FeatureNotEnabled);
    let heard = notices(&world, "select * from group_members");
    assert!(
        heard.len() == 1
            && heard[0].starts_with(
                "\"group_members\" reads \"groups\", which the Auth0 tenant does not offer: "
            ),
        "{heard:?}"
    );
}
