//! What the DBA changes counts from the next statement of connections that are open.

use crate::support::{count, create_vault, declare, keep, literal, requests, tenant, world, KeyId};
use postgres::Client;
use xtask::world::{error, query_text, token};
use xtask::World;

/// What a connection does first, and how it then asks again and again.
const WAYS: [(&str, &str); 4] = [
    ("", "select count(user_id) from users"),
    (
        "set plan_cache_mode = force_generic_plan; prepare p as select count(user_id) from users",
        "execute p",
    ),
    (
        "set plan_cache_mode = force_custom_plan; prepare p as select count(user_id) from users",
        "execute p",
    ),
    (
        "create function pg_temp.counted() returns bigint language plpgsql as
           'begin return (select count(user_id) from users); end'",
        "select pg_temp.counted()",
    ),
];

/// Open connections, one for each way.
struct Sessions(Vec<(Client, &'static str)>);

impl Sessions {
    /// Each has asked twice: plans, tokens and connections are warm.
    fn warm(w: &World, expected: &str) -> Sessions {
        let open = WAYS.iter().map(|(prepare, ask)| {
            let mut sql = w.db.connect();
            sql.batch_execute(prepare).unwrap();
            (sql, *ask)
        });
        let mut sessions = Sessions(open.collect());
        sessions.count(expected);
        sessions.count(expected);
        requests(&w.sim);
        sessions
    }

    fn count(&mut self, expected: &str) {
        for (sql, ask) in &mut self.0 {
            assert_eq!(
                query_text(sql, ask)[0][0].as_deref(),
                Some(expected),
                "{ask}"
            );
        }
    }

    fn refused(&mut self, code: &str) {
        for (sql, ask) in &mut self.0 {
            assert_eq!(error(sql, ask).code().code(), code, "{ask}");
        }
    }
}

#[test]
fn a_secret_rotated_in_vault() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let token = token(&w.sim);
    let url = w.sim.url();
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("url", &url), ("api_key_name", "auth0")]);
    let mut sessions = Sessions::warm(&w, "3");
    w.sim.revoke_tokens();
    sessions.refused("28000");
    let fresh = w.sim.token(&["read:users"]);
    w.run(&format!("update vault.secrets set secret = '{fresh}'"));
    sessions.count("3");
    w.run("delete from vault.secrets");
    sessions.refused("28000");
}

#[test]
fn a_secret_rotated_in_vault_within_one_transaction() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let token = token(&w.sim);
    keep(&mut w, "an.old.token", "auth0");
    let url = w.sim.url();
    declare(&mut w, &[("url", &url), ("api_key_name", "auth0")]);
    w.run("begin; savepoint s");
    assert_eq!(
        w.error("select count(user_id) from users").code().code(),
        "28000"
    );
    w.run(&format!(
        "rollback to s; update vault.secrets set secret = '{token}'"
    ));
    assert_eq!(count(&mut w), "3");
    w.run("rollback");
    assert_eq!(
        w.error("select count(user_id) from users").code().code(),
        "28000"
    );
}

#[test]
fn a_rotated_client_secret() {
    let mut w = world(3);
    let (url, client) = (w.sim.url(), w.sim.client());
    declare(
        &mut w,
        &[
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret", &client.secret),
        ],
    );
    let mut sessions = Sessions::warm(&w, "3");
    let secret = w.sim.rotate_client_secret(&client.id);
    sessions.count("3");
    assert!(
        requests(&w.sim)
            .iter()
            .all(|r| r == "GET /api/v2/users 200"),
        "tokens in hand go on"
    );
    w.sim.revoke_tokens();
    sessions.refused("28000");
    w.run(&format!(
        "alter server auth0 options (set client_secret '{secret}')"
    ));
    requests(&w.sim);
    sessions.count("3");
    let requests = requests(&w.sim);
    let expected = ["POST /oauth/token 200", "GET /api/v2/users 200"].repeat(WAYS.len());
    assert_eq!(requests, expected);
}

#[test]
fn an_altered_server() {
    let mut w = world(3);
    let other = tenant(8);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    let mut sessions = Sessions::warm(&w, "3");
    let theirs = other.token(&["read:users"]);
    w.run(&format!(
        "alter server auth0 options (set url '{}', set api_key '{theirs}')",
        other.url()
    ));
    sessions.count("8");
    w.run("alter server auth0 options (drop url)");
    sessions.count("8");
    w.run("alter server auth0 options (drop api_key)");
    sessions.refused("28000");
    w.run(&format!(
        "alter server auth0 options (add api_key '{token}')"
    ));
    sessions.count("3");
    w.run("alter server auth0 options (add page_size '2')");
    requests(&w.sim);
    sessions.count("3");
    assert_eq!(requests(&w.sim).len(), 2 * WAYS.len(), "two pages for each");
}

#[test]
fn an_altered_user_mapping() {
    let mut w = world(3);
    let useless = w.sim.token(&["read:roles"]);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    let mut sessions = Sessions::warm(&w, "3");
    w.run(&format!(
        "create user mapping for current_user server auth0 options (api_key '{useless}')"
    ));
    sessions.refused("42501");
    w.run(&format!(
        "alter user mapping for current_user server auth0 options (set api_key '{token}')"
    ));
    sessions.count("3");
    w.run(&format!(
        "alter user mapping for current_user server auth0 options (set api_key '{useless}')"
    ));
    sessions.refused("42501");
    w.run("drop user mapping for current_user server auth0");
    sessions.count("3");
}

#[test]
fn an_altered_table_and_column() {
    let mut w = world(3);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    w.run("prepare emails as select email from users order by 1; execute emails");
    let mut emails: Vec<_> = w
        .sim
        .users()
        .iter()
        .map(|u| u["email"].as_str().map(str::to_owned))
        .collect();
    let mut ids: Vec<_> = w.sim.user_ids().into_iter().map(Some).collect();
    // NULL comes last in SQL and first in Rust.
    emails.sort_by_key(|email| (email.is_none(), email.clone()));
    ids.sort();
    let read = |w: &mut World| w.query_text("execute emails").concat();
    assert_eq!(read(&mut w), emails);
    w.run("alter foreign table users alter email options (add path 'user_id')");
    assert_eq!(read(&mut w), ids);
    w.run("alter foreign table users alter email options (set path 'user_metadata.no.such.key')");
    assert_eq!(read(&mut w), [None, None, None]);
    w.run("alter foreign table users alter email options (drop path)");
    assert_eq!(read(&mut w), emails);
    requests(&w.sim);
    w.run("alter foreign table users options (add page_size '1')");
    assert_eq!(read(&mut w), emails);
    assert_eq!(requests(&w.sim).len(), 3);
}

#[test]
fn a_server_made_again_under_its_name() {
    let mut w = world(3);
    let other = tenant(8);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    let mut sessions = Sessions::warm(&w, "3");
    let theirs = other.token(&["read:users"]);
    declare(&mut w, &[("url", &other.url()), ("api_key", &theirs)]);
    sessions.count("8");
}

/// What a rotation in the middle of a cursor does to it: nothing, it goes on with what it began with.
#[test]
fn a_cursor_goes_on_with_the_token_it_began_with() {
    let mut w = world(30);
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(
        &mut w,
        &[
            ("url", &url),
            ("api_key", &token),
            ("page_size", "5"),
            ("concurrency", "1"),
        ],
    );
    w.run("begin; declare c cursor for select user_id from users; fetch 5 from c");
    let mut dba = w.db.connect();
    dba.batch_execute(&format!(
        "alter server auth0 options (set api_key {})",
        literal("wrong.to.ken")
    ))
    .unwrap();
    assert_eq!(w.query_text("fetch all from c").len(), 25);
    w.run("commit");
}
