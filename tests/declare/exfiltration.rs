//! A role that may use the server, and so make mappings and tables of its own, gets no secret but its own moved.
//! USAGE on a server is what Postgres asks of a role for `create user mapping for current_user`.

use crate::support::{create_vault, declare, keep, requests, role, tenant, world, KeyId};
use simulator::Simulator;
use xtask::world::{error, token};
use xtask::World;

const READ: &str = "select count(user_id) from users";

/// A world whose role may use the server `auth0`, and a host that the role has set up.
fn with_usage(options: &[(&str, &str)]) -> (World, Simulator, String) {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    keep(&mut w, "hunter2.hunter2.hunter2", "payroll");
    let user = role(&mut w, "tenant");
    declare(&mut w, options);
    w.run(&format!(
        "grant select on users to {user}; grant usage on foreign server auth0 to {user}"
    ));
    (w, tenant(0), user)
}

/// Nothing the host was sent has any of these in it.
fn assert_unsent(sim: &Simulator, secrets: &[&str]) {
    for entry in sim.journal() {
        for secret in secrets {
            assert!(
                !entry.body.contains(secret),
                "{} {} carried a secret",
                entry.method,
                entry.path
            );
        }
    }
}

#[test]
fn an_audience_in_a_mapping_does_not_lead_the_servers_secret_elsewhere() {
    let (w, elsewhere, user) = with_usage(&[("client_id", "c"), ("client_secret", "hunter2")]);
    let mut sql = w.db.connect_as(&user);
    sql.batch_execute(&format!(
        "create user mapping for current_user server auth0 options (client_id 'c', audience '{}/api/v2/')",
        elsewhere.url()
    ))
    .unwrap();
    error(&mut sql, READ);
    assert_unsent(&elsewhere, &["hunter2"]);
    assert!(requests(&elsewhere).is_empty());
}

#[test]
fn a_mapping_does_not_lead_a_secret_of_vault_elsewhere() {
    let (w, elsewhere, user) = with_usage(&[]);
    let mut sql = w.db.connect_as(&user);
    // Whether it is refused here or when it is used is not the point.
    let _ = sql.batch_execute(&format!(
        "create user mapping for current_user server auth0
           options (client_id 'c', client_secret_name 'payroll', audience '{}/api/v2/')",
        elsewhere.url()
    ));
    error(&mut sql, READ);
    assert_unsent(&elsewhere, &["hunter2"]);
    assert!(requests(&elsewhere).is_empty());
}

#[test]
fn a_mapping_does_not_use_a_secret_of_vault_that_its_role_may_not_read() {
    let (mut w, _, user) = with_usage(&[]);
    let (url, powerful) = (w.sim.url(), token(&w.sim));
    keep(&mut w, &powerful, "powerful");
    w.run(&format!("alter server auth0 options (add url '{url}')"));
    let mut sql = w.db.connect_as(&user);
    let _ = sql.batch_execute(
        "create user mapping for current_user server auth0 options (api_key_name 'powerful')",
    );
    let error = error(&mut sql, READ);
    assert!(
        ["42501", "28000"].contains(&error.code().code()),
        "{error:?}"
    );
    assert!(requests(&w.sim).is_empty(), "the token was sent");
}

#[test]
fn nor_by_altering_the_mapping_that_somebody_else_has_declared() {
    let (mut w, _, user) = with_usage(&[]);
    let (url, weak, powerful) = (w.sim.url(), w.sim.token(&["read:roles"]), token(&w.sim));
    keep(&mut w, &weak, "weak");
    keep(&mut w, &powerful, "powerful");
    w.run(&format!(
        "alter server auth0 options (add url '{url}');
         create user mapping for {user} server auth0 options (api_key_name 'weak')"
    ));
    let mut sql = w.db.connect_as(&user);
    assert_eq!(error(&mut sql, READ).code().code(), "42501");
    assert_eq!(requests(&w.sim), ["GET /api/v2/users 403"]);
    let alter =
        "alter user mapping for current_user server auth0 options (set api_key_name 'powerful')";
    assert_eq!(error(&mut sql, alter).code().code(), "42501");
    // Its own token, typed by itself, is its own affair.
    sql.batch_execute(&format!(
        "alter user mapping for current_user server auth0 options (drop api_key_name, add api_key '{powerful}')"
    ))
    .unwrap();
    assert_eq!(
        xtask::world::query_text(&mut sql, READ)[0][0].as_deref(),
        Some("3")
    );
}

/// A schema called `vault` that anybody could make is not Vault: what its view runs would run as the server's owner.
#[test]
fn a_vault_that_the_role_has_made_itself_does_not_run_as_the_servers_owner() {
    let mut w = world(3);
    let user = role(&mut w, "maker");
    declare(&mut w, &[("api_key_name", "auth0")]);
    w.run(&format!(
        "grant select on users to {user}; grant create on database {} to {user}",
        w.db.name()
    ));
    let mut sql = w.db.connect_as(&user);
    sql.batch_execute(
        "create schema vault; grant usage on schema vault to public;
         create function vault.steal() returns text language plpgsql as $$
           begin raise 'ran as %', current_user using errcode = '42501'; end $$;
         create view vault.decrypted_secrets as
           select gen_random_uuid() as id, 'auth0' as name, vault.steal() as decrypted_secret;
         grant select on vault.decrypted_secrets to public",
    )
    .unwrap();
    let error = error(&mut sql, READ);
    assert!(
        !format!("{error:?}").contains("ran as postgres"),
        "{error:?}"
    );
}
