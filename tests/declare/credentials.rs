//! Every kind of credential, on the server and on a user mapping, and which one counts.

use crate::support::{count, declare, literal, requests, role, tenant, told, world};
use simulator::{rsa_pair, Client, ClientSpec, Simulator};
use std::collections::HashMap;
use xtask::world::{error, query_text, token};

const TWO_READS: [&str; 1] = ["GET /api/v2/users 200"];
const TOKEN_AND_READ: [&str; 2] = ["POST /oauth/token 200", "GET /api/v2/users 200"];

/// The decoded form of the last token request.
fn form(sim: &Simulator) -> HashMap<String, String> {
    let journal = sim.journal();
    let posts: Vec<_> = journal.iter().filter(|e| e.method == "POST").collect();
    let body = &posts.last().expect("a token was asked for").body;
    body.split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            (
                name.to_owned(),
                value.replace("%3A", ":").replace("%2F", "/"),
            )
        })
        .collect()
}

fn with_key(sim: &Simulator) -> (Client, String) {
    let pair = rsa_pair();
    let client = sim.add_client(ClientSpec {
        public_key_pem: Some(pair.public_pem),
        ..ClientSpec::default()
    });
    (client, pair.private_pem)
}

#[test]
fn a_token_on_the_server_reads_the_tenant() {
    let mut w = world(7);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    assert_eq!(count(&mut w), "7");
    assert_eq!(requests(&w.sim), TWO_READS);
}

#[test]
fn white_space_around_a_pasted_token_does_not_matter() {
    let mut w = world(7);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(
        &mut w,
        &[("url", &url), ("api_key", &format!(" {token}\n"))],
    );
    assert_eq!(count(&mut w), "7");
}

#[test]
fn a_client_secret_fetches_a_token_for_the_management_api() {
    let mut w = world(7);
    let (url, client) = (w.sim.url(), w.sim.client());
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ],
    );
    assert_eq!(count(&mut w), "7");
    let form = form(&w.sim);
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["audience"], format!("{url}/api/v2/"));
    assert_eq!(form["client_id"], client.id);
    assert_eq!(requests(&w.sim), TOKEN_AND_READ);
}

#[test]
fn a_private_key_signs_an_assertion_that_the_tenant_verifies() {
    let mut w = world(7);
    let (client, pem) = with_key(&w.sim);
    let url = w.sim.url();
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("private_key", &pem),
        ],
    );
    assert_eq!(count(&mut w), "7");
    assert!(!form(&w.sim).contains_key("client_secret"));
    assert_eq!(requests(&w.sim), TOKEN_AND_READ);
    // Each assertion may be used once: the next connection makes its own.
    let mut other = w.db.connect();
    assert_eq!(
        query_text(&mut other, "select count(user_id) from users")[0][0].as_deref(),
        Some("7")
    );
    assert_eq!(requests(&w.sim), TOKEN_AND_READ);
}

#[test]
fn a_private_key_of_another_pair_is_refused_with_the_tenants_words() {
    let mut w = world(7);
    let (client, _) = with_key(&w.sim);
    let url = w.sim.url();
    let pem = rsa_pair().private_pem;
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("private_key", &pem),
        ],
    );
    assert_eq!(
        told(&w.error("select * from users")),
        "28000: Auth0 refused the credentials\n\
         DETAIL: POST /oauth/token: HTTP 401 invalid_client: Failed to verify client assertion: InvalidSignature.\n\
         HINT: Check client_id and client_secret (or private_key), that the application is machine-to-machine and \
         authorized for the Management API, and that audience is the canonical tenant's, with its trailing slash."
    );
    assert_eq!(requests(&w.sim), ["POST /oauth/token 401"]);
}

/// Options of the server, of the role's mapping and of the mapping for PUBLIC, and whose token is then sent: each
/// carries one scope, so the tenant's journal need not show it.
#[test]
fn the_mapping_wins_over_the_server_and_the_users_own_over_public() {
    let mut w = world(4);
    let url = w.sim.url();
    let good = token(&w.sim);
    let useless = w.sim.token(&["read:roles"]);
    let user = role(&mut w, "reader");
    let refused = "42501";
    declare(&mut w, &[("url", &url), ("api_key", &good)]);
    w.run(&format!("grant select on users to {user}"));
    let mut sql = w.db.connect_as(&user);
    let read = "select count(user_id) from users";
    assert_eq!(query_text(&mut sql, read)[0][0].as_deref(), Some("4"));

    w.run(&format!(
        "create user mapping for public server auth0 options (api_key '{useless}')"
    ));
    assert_eq!(error(&mut sql, read).code().code(), refused);
    w.run(&format!(
        "create user mapping for {user} server auth0 options (api_key '{good}')"
    ));
    assert_eq!(query_text(&mut sql, read)[0][0].as_deref(), Some("4"));
    w.run(&format!(
        "alter user mapping for {user} server auth0 options (set api_key '{useless}')"
    ));
    w.run(&format!(
        "alter user mapping for public server auth0 options (set api_key '{good}')"
    ));
    assert_eq!(error(&mut sql, read).code().code(), refused);
    assert_eq!(
        count(&mut w),
        "4",
        "the superuser has the mapping for PUBLIC"
    );
    w.run(&format!("drop user mapping for {user} server auth0"));
    assert_eq!(query_text(&mut sql, read)[0][0].as_deref(), Some("4"));
    w.run("drop user mapping for public server auth0");
    assert_eq!(
        query_text(&mut sql, read)[0][0].as_deref(),
        Some("4"),
        "the server's own is left"
    );
}

#[test]
fn a_mappings_secret_goes_with_the_servers_client_id() {
    let mut w = world(4);
    let (url, client) = (w.sim.url(), w.sim.client());
    declare(&mut w, &[("url", &url), ("client_id", &client.id)]);
    w.run(&format!(
        "create user mapping for current_user server auth0 options (client_secret '{}')",
        client.secret
    ));
    assert_eq!(count(&mut w), "4");
    let (client, pem) = with_key(&w.sim);
    w.run(&format!(
        "alter user mapping for current_user server auth0
           options (drop client_secret, add client_id '{}', add private_key {})",
        client.id,
        literal(&pem)
    ));
    assert_eq!(count(&mut w), "4");
}

#[test]
fn a_mapping_without_credentials_leaves_the_servers() {
    let mut w = world(4);
    w.run("create user mapping for public server auth0");
    w.run("create foreign table users () server auth0 options (object 'users')");
    assert_eq!(count(&mut w), "4");
}

#[test]
fn two_servers_on_two_tenants_do_not_mix_their_tokens() {
    let mut w = world(4);
    let other = tenant(9);
    let own = w.sim.client();
    let url = w.sim.url();
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &own.id),
            ("client_secret", &own.secret),
        ],
    );
    let client = other.client();
    w.run(&format!(
        "create server other foreign data wrapper auth0_fdw
           options (url '{}', client_id '{}', client_secret '{}');
         create foreign table theirs (user_id text) server other options (object 'users')",
        other.url(),
        client.id,
        client.secret
    ));
    let both = "select (select count(user_id) from users), (select count(*) from theirs)";
    for _ in 0..2 {
        let row = w.query_text(both).remove(0);
        assert_eq!(row, [Some("4".to_owned()), Some("9".to_owned())]);
    }
    assert_eq!(requests(&w.sim), [&TOKEN_AND_READ[..], &TWO_READS].concat());
    assert_eq!(requests(&other), [&TOKEN_AND_READ[..], &TWO_READS].concat());
}

#[test]
fn the_audience_is_sent_as_given() {
    let mut w = world(4);
    let (url, client) = (w.sim.url(), w.sim.client());
    let options = [
        ("url", url.as_str()),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
        ("audience", "https://canonical.eu.auth0.com/api/v2/"),
    ];
    declare(&mut w, &options);
    assert_eq!(
        told(&w.error("select * from users")),
        "28000: Auth0 refused the credentials\n\
         DETAIL: POST /oauth/token: HTTP 403 access_denied: Service not enabled within domain: \
         https://canonical.eu.auth0.com/api/v2/.\n\
         HINT: Check client_id and client_secret (or private_key), that the application is machine-to-machine and \
         authorized for the Management API, and that audience is the canonical tenant's, with its trailing slash."
    );
    assert_eq!(
        form(&w.sim)["audience"],
        "https://canonical.eu.auth0.com/api/v2/"
    );
}

#[test]
fn the_audience_tells_the_tenant_where_no_address_is_given() {
    let mut w = world(4);
    let (client, audience) = (w.sim.client(), format!("{}/api/v2/", w.sim.url()));
    let options = [
        ("audience", audience.as_str()),
        ("client_id", &client.id),
        ("client_secret", &client.secret),
    ];
    declare(&mut w, &options);
    assert_eq!(count(&mut w), "4");
}
