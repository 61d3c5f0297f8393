//! Where a token goes: to the tenant, over https or to this machine, and nowhere that the answer says.

use crate::support::{count, declare, requests, tenant, told, world};
use simulator::{Fault, FaultKind};
use xtask::world::token;

const READ: &str = "select * from users";

#[test]
fn a_redirect_of_the_api_is_not_followed() {
    let mut w = world(3);
    let elsewhere = tenant(9);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    for location in [
        format!("{}/api/v2/users", elsewhere.url()),
        "/api/v2/users".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let kind = FaultKind::Redirect { location };
        w.sim.inject(Fault::new(kind).on("/api/v2/users"));
        assert_eq!(
            told(&w.error(READ)),
            "HV00M: could not read the answer of Auth0\n\
             DETAIL: GET /api/v2/users: The answer is HTTP 302: a redirect, which is not followed.\n\
             HINT: Check that url or domain is an Auth0 tenant and that nothing between changes its answers."
        );
        assert_eq!(requests(&w.sim), ["GET /api/v2/users 302"]);
        assert!(requests(&elsewhere).is_empty());
    }
    assert_eq!(count(&mut w), "3");
}

#[test]
fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let mut w = world(3);
    let elsewhere = tenant(9);
    let (url, client) = (w.sim.url(), w.sim.client());
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ],
    );
    let kind = FaultKind::Redirect {
        location: format!("{}/oauth/token", elsewhere.url()),
    };
    w.sim.inject(Fault::new(kind).on("/oauth/token"));
    assert_eq!(
        told(&w.error(READ)),
        "HV00M: could not read the answer of Auth0\n\
         DETAIL: POST /oauth/token: The answer is HTTP 302: a redirect, which is not followed.\n\
         HINT: Check that url or domain is an Auth0 tenant and that nothing between changes its answers."
    );
    assert_eq!(requests(&w.sim), ["POST /oauth/token 302"]);
    assert!(requests(&elsewhere).is_empty());
    assert_eq!(count(&mut w), "3");
}

#[test]
fn plain_http_is_only_spoken_to_this_machine() {
    let mut w = world(3);
    for url in [
        "http://tenant.eu.auth0.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "http://user:password@127.0.0.1",
        "http://127.0.0.1@example.com",
        "https://user@tenant.eu.auth0.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ] {
        let sql = format!("create server s foreign data wrapper auth0_fdw options (url '{url}')");
        assert_eq!(
            told(&w.error(&sql)),
            "HV024: invalid value for option \"url\"\n\
             HINT: It must be https://tenant.eu.auth0.com, with or without /api/v2 or a path below it (plain http \
             only to a loopback address).",
            "{url}"
        );
    }
    for url in [
        "http://localhost:1",
        "http://127.0.0.2",
        "http://[::1]:8080/api/v2/users",
    ] {
        w.run(&format!(
            "create server s foreign data wrapper auth0_fdw options (url '{url}'); drop server s"
        ));
    }
}

/// A name below `localhost` is looked up like any other, and may be anybody's.
#[test]
fn plain_http_is_not_spoken_to_a_name_that_is_looked_up() {
    let mut w = world(0);
    for url in ["http://tenant.localhost", "http://localhost.:80"] {
        let sql = format!("create server s foreign data wrapper auth0_fdw options (url '{url}')");
        assert_eq!(w.error(&sql).code().code(), "HV024", "{url}");
    }
}

#[test]
fn a_token_that_names_a_host_in_plain_http_is_not_sent_there() {
    let mut w = world(3);
    for claims in [
        serde_json::json!({ "iss": "http://tenant.example.com/", "aud": "http://tenant.example.com/api/v2/" }),
        serde_json::json!({ "iss": null, "aud": null }),
        serde_json::json!({ "iss": 7, "aud": {} }),
    ] {
        let token = w.sim.token_with(claims);
        declare(&mut w, &[("api_key", &token)]);
        assert_eq!(w.error(READ).code().code(), "HV00J");
    }
    assert!(requests(&w.sim).is_empty());
}

#[test]
fn the_tenant_is_told_by_the_audience_where_the_issuer_says_nothing() {
    let mut w = world(3);
    let audience = format!("{}/api/v2/", w.sim.url());
    let token = w.sim.token_with(serde_json::json!({
        "iss": null, "aud": ["https://t.eu.auth0.com/userinfo", audience]
    }));
    declare(&mut w, &[("api_key", &token)]);
    // The simulator, as Auth0, wants an issuer; that it was asked is what counts here.
    assert_eq!(w.error(READ).code().code(), "28000");
    assert_eq!(requests(&w.sim), ["GET /api/v2/users 401"]);
}

#[test]
fn the_declared_address_wins_over_the_tokens() {
    let mut w = world(3);
    let elsewhere = tenant(9);
    let (url, theirs) = (w.sim.url(), token(&elsewhere));
    declare(&mut w, &[("url", &url), ("api_key", &theirs)]);
    assert_eq!(w.error(READ).code().code(), "28000");
    assert!(requests(&elsewhere).is_empty());
    assert_eq!(requests(&w.sim), ["GET /api/v2/users 401"]);
}

#[test]
fn a_host_that_is_not_there_is_named() {
    let mut w = world(0);
    declare(
        &mut w,
        &[
            ("domain", "no-such-tenant.invalid"),
            ("api_key", "a.b.c"),
            ("max_retries", "0"),
        ],
    );
    let error = w.error(READ);
    assert_eq!(error.code().code(), "HV00N");
    assert_eq!(
        error.message(),
        "could not reach Auth0 at \"no-such-tenant.invalid\""
    );
    assert_eq!(
        error.hint(),
        Some("Check the spelling of \"no-such-tenant.invalid\" in url or domain of the server.")
    );
    assert!(!format!("{error:?}").contains("a.b.c"));
}
