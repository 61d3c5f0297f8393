//! Tokens that expire, are revoked or may not, and what Auth0 refuses for other reasons.

use crate::faults_once::status;
use crate::support::{self, asked_for_page, assert_all_rows, spelled, PAGES};
use simulator::{ClientSpec, Fault, FaultKind};
use xtask::world;

const EXPIRED: &str =
    "HINT: The token has expired, or was made for another tenant or host. Management API \
    tokens live 24 hours; with client_id and client_secret new ones are fetched by themselves.";

fn tokens(world: &world::World) -> usize {
    let journal = world.sim.journal();
    journal.iter().filter(|e| e.path == "/oauth/token").count()
}

#[test]
fn a_token_revoked_between_two_pages_is_renewed_once() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    world.run("begin; declare c no scroll cursor for select user_id, email, created_at from users");
    let mut found = world.query_text("fetch 90 from c");
    assert_eq!(tokens(&world), 1);
    world.sim.revoke_tokens();
    found.extend(world.query_text("fetch all from c"));
    world.run("commit");
    found.sort();
    assert!(found == support::truth(&world.sim));
    // Four pages are fetched side by side: each may meet the old token, and one new token serves them all.
    assert_eq!(tokens(&world), 2);
    let refused = world
        .sim
        .journal()
        .iter()
        .filter(|e| e.status == 401)
        .count();
    assert!((1..PAGES).contains(&refused), "{refused}");
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert_eq!(tokens(&world), 2, "the new token is kept");
}

#[test]
fn a_single_401_costs_a_token_and_a_request() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    world
        .sim
        .inject(Fault::new(status(401, &[])).query("page=2"));
    assert_all_rows(&mut world.sql, &world.sim, "users");
    assert_eq!(
        (tokens(&world), world.sim.journal().len()),
        (2, PAGES + 1 + 2)
    );
}

#[test]
fn a_401_that_stays_is_an_error_after_one_fresh_token() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    world
        .sim
        .inject(Fault::new(status(401, &[])).query("page=2").forever());
    let error = spelled(&world.error("select * from users"));
    assert!(
        error.starts_with("28000: Auth0 refused the credentials\nDETAIL: GET /api/v2/users: HTTP 401: Unauthorized.\nHINT: "),
        "{error}"
    );
    assert!(
        !error.contains("with client_id and client_secret new ones"),
        "that is what this server has: {error}"
    );
    assert_eq!((asked_for_page(&world.sim, 2), tokens(&world)), (2, 2));
    world.sim.clear_faults();
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_given_token_that_expired_or_was_revoked_is_an_error_at_once() {
    let mut world = support::world();
    world.sim.revoke_tokens();
    assert_eq!(
        spelled(&world.error("select * from users")),
        format!("28000: Auth0 refused the credentials\nDETAIL: GET /api/v2/users: HTTP 401: Invalid token.\n{EXPIRED}")
    );
    let old = world
        .sim
        .token_with(serde_json::json!({"exp": 1_700_000_000}));
    world.run(&format!("alter server auth0 options (set api_key '{old}')"));
    assert_eq!(
        spelled(&world.error("select * from users")),
        format!("28000: Auth0 refused the credentials\nDETAIL: GET /api/v2/users: HTTP 401: Expired token received for JSON Web Token validation.\n{EXPIRED}")
    );
    assert_eq!(world.sim.journal().len(), 2);
    let token = world::token(&world.sim);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_missing_scope_is_named() {
    let mut world = support::world();
    let token = world.sim.token(&["read:roles"]);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    let error = spelled(&world.error("select * from users"));
    assert_eq!(
        error,
        "42501: the Auth0 token lacks a scope this call needs\n\
         DETAIL: GET /api/v2/users: HTTP 403 insufficient_scope: Insufficient scope, expected any of: read:users,read:current_user,read:user_idp_tokens.\n\
         HINT: Grant the application the scope read:users of the Auth0 Management API; a token made before does not have it."
    );
    assert_eq!(world.sim.journal().len(), 1);
}

#[test]
fn a_feature_the_tenant_lacks_is_no_missing_scope() {
    let mut world = support::world();
    let body = r#"{"statusCode":403,"error":"Forbidden","message":"This feature is not enabled for this tenant.","errorCode":"feature_not_enabled"}"#;
    world.sim.inject(Fault::new(FaultKind::Status {
        code: 403,
        body: Some(body.into()),
        headers: Vec::new(),
    }));
    assert_eq!(
        spelled(&world.error("select * from users")),
        "0A000: the Auth0 tenant does not offer this\n\
         DETAIL: GET /api/v2/users: HTTP 403 feature_not_enabled: This feature is not enabled for this tenant."
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let mut world = support::world();
    world.sim.inject(Fault::new(status(404, &[])));
    let error = spelled(&world.error("select * from users"));
    assert!(
        error.starts_with(
            "HV000: Auth0 rejected the request\nDETAIL: GET /api/v2/users: HTTP 404: Not Found."
        ),
        "{error}"
    );
    assert!(
        error.contains("HINT: ") && error.contains("domain"),
        "a 404 of a listing means a wrong host, and nothing says so: {error}"
    );
    world
        .sim
        .inject(Fault::new(FaultKind::Html { code: 404 }).query("page=2"));
    let error = world.error("select * from users");
    assert_eq!(
        (error.code().code(), error.detail()),
        ("HV000", Some("GET /api/v2/users: HTTP 404."))
    );
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn credentials_the_token_endpoint_refuses_are_an_error_that_names_it() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    let id = world.sim.client().id;
    world.sim.rotate_client_secret(&id);
    assert_eq!(
        spelled(&world.error("select * from users")),
        "28000: Auth0 refused the credentials\n\
         DETAIL: POST /oauth/token: HTTP 401 access_denied: Unauthorized.\n\
         HINT: Check client_id and client_secret (or private_key), that the application is machine-to-machine and \
         authorized for the Management API, and that audience is the canonical tenant's, with its trailing slash."
    );
    let stranger = world.sim.add_client(ClientSpec {
        granted: false,
        ..ClientSpec::default()
    });
    world.run(&format!(
        "alter server auth0 options (set client_id '{}', set client_secret '{}')",
        stranger.id, stranger.secret
    ));
    let error = spelled(&world.error("select * from users"));
    assert!(
        error.contains("HTTP 403 access_denied: Client is not authorized to access"),
        "{error}"
    );
    assert_eq!(world.sim.journal().len(), 2, "a refusal is not tried again");
}

#[test]
fn a_token_endpoint_that_stays_down_is_an_error_about_it() {
    let mut world = support::world();
    support::sign_in_with_secret(&mut world);
    for (kind, expected) in [
        (status(503, &[]), "HV00M: Auth0 failed to answer\nDETAIL: POST /oauth/token: HTTP 503"),
        (FaultKind::Garbage, "HV00M: could not read the answer of Auth0\nDETAIL: POST /oauth/token: The answer is not JSON"),
        (FaultKind::EmptyBody, "HV00M: could not read the answer of Auth0\nDETAIL: POST /oauth/token: The answer is not JSON"),
    ] {
        world.sim.clear_journal();
        world.sim.inject(Fault::new(kind).on("/oauth/token").forever());
        let error = spelled(&world.error("select * from users"));
        assert!(error.starts_with(expected) && error.contains("(tried 3 times)"), "{error}");
        assert_eq!(world.sim.journal().len(), 3);
        world.sim.clear_faults();
    }
    let mut client = world.db.connect();
    assert_all_rows(&mut client, &world.sim, "users");
}
