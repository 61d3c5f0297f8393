//! auth0.check(): what works, what does not, in at most two requests and without a secret.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::{calls, role, told, world};
use serde_json::json;
use simulator::Bucket;
use xtask::{world, World};

/// The simulated tenant has no such endpoint, so its tokens with all scopes lack this one.
const LACKING: &str = "table blacklisted_tokens: the token lacks the scope blacklist:tokens";

/// `ok` and detail of one row.
fn row(world: &mut World, check: &str, subject: &str) -> (bool, String) {
    let sql = format!("select ok, detail from auth0.check('auth0') where \"check\" = '{check}' and subject = '{subject}'");
    let mut rows = world.query_text(&sql);
    assert_eq!(rows.len(), 1, "{check} {subject}: {rows:?}");
    let row = rows.remove(0);
    (
        row[0].as_deref() == Some("t"),
        row[1].clone().unwrap_or_default(),
    )
}

/// Everything that is not as it should be.
fn wrong(world: &mut World) -> Vec<String> {
    let sql = "select format('%s %s: %s', \"check\", subject, detail) from auth0.check('auth0') where ok is not true";
    let rows = world.query_text(sql).into_iter();
    rows.map(|mut row| row.remove(0).unwrap_or_default())
        .collect()
}

fn set_token(world: &mut World, token: &str) {
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
}

#[test]
fn a_good_token() {
    let mut world = world();
    world.sim.set_bucket(Some(Bucket {
        burst: 50,
        per_second: 4.0,
    }));
    let host = world.sim.url().replace("http://", "");
    assert_eq!(wrong(&mut world), [LACKING]);
    assert_eq!(calls(&world).len(), 1, "a token is there: one read");
    let tables = world.value("select count(*) from auth0.check('auth0') where \"check\" = 'table'");
    let objects = world.value("select count(*) from auth0.objects");
    assert_eq!(tables, objects);
    let (_, expiry) = row(&mut world, "token", "auth0");
    assert!(
        expiry.starts_with("expires ") && expiry.ends_with(" h"),
        "{expiry}"
    );
    let (_, rate) = row(&mut world, "rate limit", &host);
    assert!(rate.starts_with("50 calls at once"), "{rate}");
}

#[test]
fn a_fetched_token_takes_one_request_more_once() {
    let mut world = world();
    let client = world.sim.client();
    world.run(&format!(
        "alter server auth0 options (drop api_key, add client_id '{}', add client_secret '{}')",
        client.id, client.secret
    ));
    assert_eq!(wrong(&mut world), [LACKING]);
    assert_eq!(calls(&world).len(), 2);
    wrong(&mut world);
    assert_eq!(calls(&world).len(), 1);
    let all = world.query_text("select c::text from auth0.check('auth0') c");
    assert!(!format!("{all:?}").contains(&client.secret));
}

#[test]
fn missing_scopes_are_named_and_no_secret_is_shown() {
    let mut world = world();
    let token = world.sim.token(&["read:users"]);
    set_token(&mut world, &token);
    assert_eq!(row(&mut world, "table", "users"), (true, String::new()));
    assert_eq!(
        row(&mut world, "table", "roles"),
        (false, "the token lacks the scope read:roles".to_owned())
    );
    let partly = "only for given role_id: to read all of it the token lacks read:roles";
    assert_eq!(
        row(&mut world, "table", "role_users"),
        (true, partly.to_owned())
    );
    let all = format!(
        "{:?}",
        world.query_text("select c::text from auth0.check('auth0') c")
    );
    for part in token.split('.') {
        assert!(!all.contains(part), "{all}");
    }
}

#[test]
fn what_may_read_nothing_still_tells_whether_the_tenant_answers() {
    let mut world = world();
    let host = world.sim.url().replace("http://", "");
    let token = world.sim.token(&["create:users"]);
    set_token(&mut world, &token);
    let (ok, detail) = row(&mut world, "tenant", &host);
    assert!(ok && detail.starts_with("answers; "), "{detail}");
    assert_eq!(calls(&world).len(), 1);
}

#[test]
fn an_expired_token_and_one_of_another_tenant() {
    let mut world = world();
    let host = world.sim.url().replace("http://", "");
    let token = world.sim.token_with(json!({"exp": 1_700_000_000}));
    set_token(&mut world, &token);
    assert_eq!(
        row(&mut world, "token", "auth0"),
        (false, "expired Tue, 14 Nov 2023 22:13:20 GMT".to_owned())
    );
    let (ok, detail) = row(&mut world, "tenant", &host);
    assert!(!ok && detail.contains("HTTP 401"), "{detail}");
    let token = world.sim.token_with(
        json!({"iss": "https://other.eu.auth0.com/", "aud": "https://api.example.com"}),
    );
    set_token(&mut world, &token);
    let (ok, detail) = row(&mut world, "issuer", "auth0");
    assert!(
        !ok && detail.contains("the token is of https://other.eu.auth0.com/"),
        "{detail}"
    );
    let (ok, detail) = row(&mut world, "audience", "auth0");
    assert!(
        !ok && detail.contains("for https://api.example.com, not"),
        "{detail}"
    );
    set_token(&mut world, "opaque");
    calls(&world);
    let (ok, detail) = row(&mut world, "token", "auth0");
    assert!(!ok && detail.contains("no JWT"), "{detail}");
    assert!(calls(&world).is_empty());
}

#[test]
fn failures_are_rows() {
    let mut world = world();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    world.run(&format!(
        "alter server auth0 options (set url 'http://127.0.0.1:{port}')"
    ));
    let (ok, detail) = row(&mut world, "tenant", &format!("127.0.0.1:{port}"));
    assert!(!ok && detail.contains("Connection refused"), "{detail}");
    world.run("alter server auth0 options (drop api_key)");
    let found = wrong(&mut world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("credentials auth0: "), "{found:?}");
}

#[test]
fn wrong_secrets_are_a_row_that_does_not_show_them() {
    let mut world = world();
    let client = world.sim.client();
    world.run(&format!(
        "alter server auth0 options (drop api_key, add client_id '{}', add client_secret 'wr0ng-s3cret')",
        client.id
    ));
    let found = wrong(&mut world);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("token auth0: ") && found[0].contains("HTTP 401"),
        "{found:?}"
    );
    assert!(!found[0].contains("wr0ng"));
}

#[test]
fn it_can_be_cancelled_and_is_not_for_everybody() {
    let mut world = world();
    let user = role(&mut world, "caller");
    let mut sql = world.db.connect_as(&user);
    let check = "select * from auth0.check('auth0')";
    assert_eq!(
        told(&world::error(&mut sql, check)),
        "42501: permission denied for function check"
    );
    world.run(&format!("grant execute on function auth0.check to {user}"));
    assert_eq!(
        told(&world::error(&mut sql, check)),
        "42501: permission denied for foreign server auth0"
    );
    world.sim.set_latency(Duration::from_secs(30));
    world.run("set statement_timeout = '300ms'");
    assert!(told(&world.error(check)).starts_with("57014: "));
}
