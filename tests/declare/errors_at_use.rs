//! What is missing or wrong in the declarations is told when the table is used, with the statement to type.

use crate::support::{count, declare, requests, told, world};
use xtask::world::token;
use xtask::World;

const READ: &str = "select * from users";

/// The statement that a hint ends with.
fn statement_of(told: &str) -> String {
    let (_, hint) = told.split_once("HINT: ").expect("a hint");
    let start = hint
        .find("ALTER ")
        .or_else(|| hint.find("CREATE "))
        .expect("a statement to type");
    hint[start..].to_owned()
}

fn declared(w: &mut World, options: &[(&str, &str)]) -> String {
    declare(w, options);
    told(&w.error(READ))
}

#[test]
fn no_credentials_at_all() {
    let mut w = world(2);
    let url = w.sim.url();
    let error = declared(&mut w, &[("url", &url)]);
    assert_eq!(
        error,
        "28000: no Auth0 credentials for server \"auth0\"\n\
         HINT: Give the server or the user mapping api_key, api_key_id (Vault), or client_id with client_secret: \
         CREATE USER MAPPING FOR CURRENT_USER SERVER auth0 OPTIONS (api_key '…');"
    );
    let token = token(&w.sim);
    w.run(&statement_of(&error).replace('…', &token));
    assert_eq!(count(&mut w), "2");
}

/// The role has a mapping already: to create another would be the next error.
#[test]
fn no_credentials_beside_a_mapping_that_has_none() {
    let mut w = world(2);
    let url = w.sim.url();
    declare(&mut w, &[("url", &url)]);
    w.run("create user mapping for current_user server auth0");
    let error = told(&w.error(READ));
    let token = token(&w.sim);
    w.run(&statement_of(&error).replace('…', &token));
    assert_eq!(count(&mut w), "2");
}

#[test]
fn a_client_id_without_a_secret() {
    let mut w = world(2);
    let (url, client) = (w.sim.url(), w.sim.client());
    let error = declared(&mut w, &[("url", &url), ("client_id", &client.id)]);
    assert_eq!(
        error,
        "HV00J: server \"auth0\" has no \"client_secret\" to go with its \"client_id\"\n\
         HINT: ALTER SERVER auth0 OPTIONS (ADD client_secret '…');"
    );
    w.run(&statement_of(&error).replace('…', &client.secret));
    assert_eq!(count(&mut w), "2");
}

#[test]
fn a_secret_or_a_key_without_a_client_id() {
    let mut w = world(2);
    let (url, client) = (w.sim.url(), w.sim.client());
    for proof in [
        "private_key",
        "private_key_name",
        "client_secret_id",
        "client_secret",
    ] {
        let error = declared(&mut w, &[("url", &url), (proof, &client.secret)]);
        assert_eq!(
            error,
            format!(
                "HV00J: server \"auth0\" has no \"client_id\" to go with its \"{proof}\"\n\
                 HINT: ALTER SERVER auth0 OPTIONS (ADD client_id '…');"
            )
        );
        if proof == "client_secret" {
            w.run(&statement_of(&error).replace('…', &client.id));
            assert_eq!(count(&mut w), "2");
        }
    }
}

/// What is missing from a user mapping is added to the mapping: its owner may not alter the server.
#[test]
fn a_mapping_with_half_of_the_credentials() {
    let mut w = world(2);
    let (url, client) = (w.sim.url(), w.sim.client());
    declare(&mut w, &[("url", &url)]);
    w.run(&format!(
        "create user mapping for current_user server auth0 options (client_id '{}')",
        client.id
    ));
    let error = told(&w.error(READ));
    assert!(error.starts_with("HV00J: "), "{error}");
    assert!(
        statement_of(&error).starts_with("ALTER USER MAPPING FOR "),
        "{error}"
    );
    w.run(&statement_of(&error).replace('…', &client.secret));
    assert_eq!(count(&mut w), "2");
}

#[test]
fn no_tenant_to_be_told_from_the_token() {
    let mut w = world(2);
    for opaque in ["abc", "a.b.c", "e30.e30.e30"] {
        let error = declared(&mut w, &[("api_key", opaque)]);
        assert_eq!(
            error,
            "HV00J: cannot tell the Auth0 tenant of server \"auth0\" from its token\n\
             HINT: ALTER SERVER auth0 OPTIONS (ADD domain 'tenant.eu.auth0.com');"
        );
        w.run(&statement_of(&error));
    }
}

/// There is no token to tell it from, so the message must not speak of one.
#[test]
fn no_tenant_beside_client_credentials() {
    let mut w = world(2);
    let client = w.sim.client();
    let error = declared(
        &mut w,
        &[("client_id", &client.id), ("client_secret", &client.secret)],
    );
    assert!(error.starts_with("HV00J: "), "{error}");
    assert!(!error.contains("its token"), "{error}");
    assert!(
        error.ends_with("HINT: ALTER SERVER auth0 OPTIONS (ADD domain 'tenant.eu.auth0.com');"),
        "{error}"
    );
}

#[test]
fn no_object() {
    let mut w = world(2);
    w.run("create schema app; create foreign table app.\"My users\" (email text) server auth0");
    let error = told(&w.error("select * from app.\"My users\""));
    assert_eq!(
        error,
        "HV00J: foreign table \"My users\" has no option \"object\"\n\
         HINT: ALTER FOREIGN TABLE app.\"My users\" OPTIONS (ADD object 'users'); -- or another object of docs/tables.md, or an endpoint: ADD path '/api/v2/…'"
    );
    w.run(&statement_of(&error));
    assert_eq!(
        w.value("select count(*) from app.\"My users\"").as_deref(),
        Some("2")
    );
}

/// A statement in a hint can be typed as it stands, whatever the server is called.
#[test]
fn a_server_whose_name_needs_quotes() {
    let mut w = world(2);
    let (url, client, token) = (w.sim.url(), w.sim.client(), token(&w.sim));
    for (options, given) in [
        (format!("url '{url}'"), token.as_str()),
        (
            format!("url '{url}', client_id '{}'", client.id),
            &client.secret,
        ),
        (
            format!("url '{url}', client_secret '{}'", client.secret),
            &client.id,
        ),
        ("api_key 'opaque'".to_owned(), ""),
    ] {
        w.run(&format!(
            "drop server if exists \"My \"\"Auth0\"\"\" cascade;
             create server \"My \"\"Auth0\"\"\" foreign data wrapper auth0_fdw options ({options});
             create foreign table users (email text) server \"My \"\"Auth0\"\"\" options (object 'users')"
        ));
        let error = told(&w.error(READ));
        w.run(&statement_of(&error).replace('…', given));
        if !given.is_empty() {
            assert_eq!(count(&mut w), "2", "{error}");
        }
    }
}

#[test]
fn explain_alone_needs_no_credentials_but_the_object() {
    let mut w = world(2);
    declare(&mut w, &[("client_id", "c")]);
    assert!(w.explain("", READ).contains("Foreign Scan on users"));
    w.run("create foreign table bare (email text) server auth0");
    assert_eq!(w.error("explain select * from bare").code().code(), "HV00J");
    assert!(requests(&w.sim).is_empty());
}

#[test]
fn a_wrong_client_secret_is_told_with_the_tenants_words() {
    let mut w = world(2);
    let (url, client) = (w.sim.url(), w.sim.client());
    let error = declared(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret", "wrong"),
        ],
    );
    assert_eq!(
        error,
        "28000: Auth0 refused the credentials\n\
         DETAIL: POST /oauth/token: HTTP 401 access_denied: Unauthorized.\n\
         HINT: Check client_id and client_secret (or private_key), that the application is machine-to-machine and \
         authorized for the Management API, and that audience is the canonical tenant's, with its trailing slash."
    );
    assert_eq!(
        requests(&w.sim),
        ["POST /oauth/token 401"],
        "not tried again"
    );
}

#[test]
fn a_private_key_that_is_none() {
    let mut w = world(2);
    let (url, client) = (w.sim.url(), w.sim.client());
    for pem in [
        "hunter2",
        "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
    ] {
        let error = declared(
            &mut w,
            &[
                ("url", &url),
                ("client_id", &client.id),
                ("private_key", pem),
            ],
        );
        assert_eq!(
            error,
            "HV024: the private key of server \"auth0\" cannot be used\n\
             DETAIL: It is not an RSA key in PEM form.\n\
             HINT: Give the whole key, from -----BEGIN to -----END, with its line breaks."
        );
    }
    assert!(requests(&w.sim).is_empty());
}

/// The token came from Vault: the option to look at is the one the DBA typed.
#[test]
fn a_token_with_a_line_break_in_it_names_the_option_it_came_from() {
    let mut w = world(2);
    crate::support::create_vault(&mut w, crate::support::KeyId::Absent);
    let url = w.sim.url();
    crate::support::keep(&mut w, "two\nlines", "auth0");
    let error = declared(&mut w, &[("url", &url), ("api_key_name", "auth0")]);
    assert!(error.starts_with("HV024: "), "{error}");
    assert!(error.contains("\"api_key_name\""), "{error}");
    assert!(!error.contains("lines"), "{error}");
}
