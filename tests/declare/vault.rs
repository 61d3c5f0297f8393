//! Secrets in Vault: by id, by name, with the rights of the server's owner, and every way it can go wrong.

use crate::support::{
    count, create_vault, declare, keep, literal, requests, role, told, world, KeyId,
};
use simulator::{rsa_pair, ClientSpec};
use xtask::world::{query_text, token};
use xtask::World;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn with_vault(users: usize) -> World {
    let mut w = world(users);
    create_vault(&mut w, KeyId::Absent);
    w
}

#[test]
fn a_token_is_found_by_id_by_name_and_by_a_name_where_an_id_belongs() {
    let mut w = with_vault(3);
    let (url, token) = (w.sim.url(), token(&w.sim));
    let id = keep(&mut w, &token, "Auth0 'prod'");
    let upper = id.to_uppercase();
    let bare = id.replace('-', "");
    for option in [
        ("api_key_id", id.as_str()),
        ("api_key_id", &upper),
        ("api_key_id", &bare),
        ("api_key_id", "Auth0 'prod'"),
        ("api_key_name", "Auth0 'prod'"),
    ] {
        declare(&mut w, &[("url", &url), option]);
        assert_eq!(count(&mut w), "3", "{option:?}");
        declare(&mut w, &[option]);
        assert_eq!(count(&mut w), "3", "{option:?} without an address");
    }
}

#[test]
fn a_client_secret_and_a_private_key_are_found_the_same_ways() {
    let mut w = with_vault(3);
    let (url, client) = (w.sim.url(), w.sim.client());
    let id = keep(&mut w, &client.secret, "m2m");
    for option in [
        ("client_secret_id", id.as_str()),
        ("client_secret_id", "m2m"),
        ("client_secret_name", "m2m"),
    ] {
        declare(&mut w, &[("url", &url), ("client_id", &client.id), option]);
        assert_eq!(count(&mut w), "3", "{option:?}");
    }
    let pair = rsa_pair();
    let client = w.sim.add_client(ClientSpec {
        public_key_pem: Some(pair.public_pem),
        ..ClientSpec::default()
    });
    let id = keep(&mut w, &pair.private_pem, "key");
    for option in [
        ("private_key_id", id.as_str()),
        ("private_key_id", "key"),
        ("private_key_name", "key"),
    ] {
        declare(&mut w, &[("url", &url), ("client_id", &client.id), option]);
        assert_eq!(count(&mut w), "3", "{option:?}");
    }
}

#[test]
fn a_secrets_own_id_wins_over_another_ones_key_id() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Shown);
    let (url, token) = (w.sim.url(), token(&w.sim));
    let id = keep(&mut w, &token, "mine");
    // Older versions let several secrets share a key.
    keep(&mut w, "another secret", "theirs");
    w.run(&format!("update vault.secrets set key_id = '{id}'"));
    w.run("cluster vault.secrets using secrets_pkey");
    declare(&mut w, &[("url", &url), ("api_key_id", &id)]);
    for _ in 0..2 {
        assert_eq!(count(&mut w), "3");
        // The other order in the table.
        w.run("update vault.secrets set description = 'moved' where name = 'mine'");
    }
}

#[test]
fn a_key_that_several_secrets_share_names_none_of_them() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Shown);
    let url = w.sim.url();
    keep(&mut w, "one", "one");
    keep(&mut w, "two", "two");
    w.run(&format!("update vault.secrets set key_id = '{NOBODY}'"));
    declare(&mut w, &[("url", &url), ("api_key_id", NOBODY)]);
    let error = w.error("select * from users");
    assert_eq!(error.code().code(), "28000");
    assert!(requests(&w.sim).is_empty(), "one of them was sent");
}

fn could_not_read(option: &str, why: &str, owner: &str) -> String {
    let what = if option.ends_with("_id") {
        "id or name"
    } else {
        "name"
    };
    format!(
        "28000: could not read the Vault secret that option \"{option}\" of server \"auth0\" names\n\
         DETAIL: {why}. Vault was read with the rights of the server's owner, \"{owner}\".\n\
         HINT: Check that {option} is the {what} of a secret in vault.secrets, and that the server's owner may \
         read vault.decrypted_secrets."
    )
}

#[test]
fn a_secret_that_is_not_there_says_so() {
    let mut w = with_vault(3);
    keep(&mut w, "x", "auth0");
    for option in [
        ("api_key_id", NOBODY),
        ("api_key_id", "auth"),
        ("api_key_name", "Auth0"),
    ] {
        declare(&mut w, &[option]);
        assert_eq!(
            told(&w.error("select * from users")),
            could_not_read(option.0, "There is no such secret", "postgres")
        );
    }
    assert!(requests(&w.sim).is_empty());
}

#[test]
fn a_secret_without_a_value_says_so() {
    let mut w = with_vault(3);
    keep(&mut w, " \n", "blank");
    w.run("insert into vault.secrets (name, secret) values ('null', null)");
    for name in ["blank", "null"] {
        declare(&mut w, &[("api_key_name", name)]);
        assert_eq!(
            told(&w.error("select * from users")),
            could_not_read("api_key_name", "The secret is empty", "postgres")
        );
    }
}

#[test]
fn a_database_without_vault_says_so() {
    let mut w = world(3);
    for option in ["api_key_id", "api_key_name"] {
        declare(&mut w, &[(option, NOBODY)]);
        let why = "relation \"vault.decrypted_secrets\" does not exist";
        assert_eq!(
            told(&w.error("select * from users")),
            could_not_read(option, why, "postgres")
        );
    }
    // The connection goes on.
    assert_eq!(w.value("select current_user").as_deref(), Some("postgres"));
}

#[test]
fn an_owner_without_rights_on_vault_is_named() {
    let mut w = with_vault(3);
    let token = token(&w.sim);
    keep(&mut w, &token, "auth0");
    let owner = role(&mut w, "owner");
    declare(&mut w, &[("api_key_name", "auth0")]);
    w.run(&format!(
        "grant usage on foreign data wrapper auth0_fdw to {owner}; alter server auth0 owner to {owner}"
    ));
    let read = "select * from users";
    assert_eq!(
        told(&w.error(read)),
        could_not_read("api_key_name", "permission denied for schema vault", &owner)
    );
    w.run(&format!("grant usage on schema vault to {owner}"));
    assert_eq!(
        told(&w.error(read)),
        could_not_read(
            "api_key_name",
            "permission denied for view decrypted_secrets",
            &owner
        )
    );
    w.run(&format!(
        "grant select on vault.decrypted_secrets to {owner}"
    ));
    assert_eq!(count(&mut w), "3");
}

#[test]
fn the_role_that_reads_needs_no_right_on_vault_and_gets_none() {
    let mut w = with_vault(3);
    let (token, user) = (token(&w.sim), role(&mut w, "reader"));
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("api_key_name", "auth0")]);
    w.run(&format!(
        "create schema app; alter foreign table users set schema app;
         grant usage on schema app to {user}; grant select on app.users to {user}"
    ));
    let mut sql = w.db.connect_as(&user);
    let shown = query_text(
        &mut sql,
        "select current_user::text, count(*)::text from app.users group by 1",
    );
    assert_eq!(shown, [[Some(user.clone()), Some("3".to_owned())]]);
    let refused = xtask::world::error(
        &mut sql,
        "select decrypted_secret from vault.decrypted_secrets",
    );
    assert_eq!(refused.code().code(), "42501");
}

#[test]
fn what_the_session_calls_vault_or_equal_does_not_matter() {
    let mut w = with_vault(3);
    let token = token(&w.sim);
    let id = keep(&mut w, &token, "auth0");
    w.run(
        "create schema trap;
         create function trap.never(uuid, uuid) returns bool language sql as 'select false';
         create function trap.never(text, text) returns bool language sql as 'select false';
         create operator trap.= (function = trap.never, leftarg = uuid, rightarg = uuid);
         create operator trap.= (function = trap.never, leftarg = text, rightarg = text);
         create table trap.decrypted_secrets (id uuid, name text, decrypted_secret text);
         create domain trap.text as varchar(1);
         set search_path = trap, public, pg_catalog",
    );
    for option in [("api_key_id", id.as_str()), ("api_key_name", "auth0")] {
        w.run("reset search_path");
        declare(&mut w, &[option]);
        w.run("set search_path = trap, public, pg_catalog");
        assert_eq!(
            w.value("select pg_catalog.count(user_id) from public.users")
                .as_deref(),
            Some("3")
        );
    }
}

#[test]
fn a_users_mapping_can_name_a_secret_of_vault_when_the_owner_of_vault_declares_it() {
    let mut w = with_vault(3);
    let (url, token, user) = (w.sim.url(), token(&w.sim), role(&mut w, "reader"));
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("url", &url)]);
    w.run(&format!(
        "grant select on users to {user};
         create user mapping for {user} server auth0 options (api_key_name {})",
        literal("auth0")
    ));
    let mut sql = w.db.connect_as(&user);
    assert_eq!(
        query_text(&mut sql, "select count(user_id) from users")[0][0].as_deref(),
        Some("3")
    );
}

/// A session that may not write at all, as on a standby, can read users.
#[test]
fn a_look_up_assigns_no_transaction_id() {
    let mut w = with_vault(3);
    let token = token(&w.sim);
    let id = keep(&mut w, &token, "auth0");
    for option in [("api_key_name", "auth0"), ("api_key_id", id.as_str())] {
        declare(&mut w, &[option]);
        w.run("begin read only");
        assert_eq!(count(&mut w), "3");
        assert_eq!(
            w.value("select txid_current_if_assigned()"),
            None,
            "{option:?}"
        );
        w.run("commit");
    }
}

#[test]
fn a_look_up_goes_with_parallel_workers() {
    let mut w = with_vault(3);
    let token = token(&w.sim);
    keep(&mut w, &token, "auth0");
    declare(&mut w, &[("api_key_name", "auth0")]);
    w.run(
        "create table orders as select 'nobody' || g as user_id from generate_series(1, 50000) g;
         insert into orders select user_id from users; analyze orders;
         set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0",
    );
    let joined = "select count(*) from orders where user_id in (select user_id from users)";
    assert!(w.explain("", joined).contains("Gather"));
    assert_eq!(w.value(joined).as_deref(), Some("3"));
}
