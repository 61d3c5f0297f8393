//! The statements of the Wrappers documentation, pasted as they stand there, and our own shorter way.

use crate::support::{create_vault, requests, told, world, KeyId};
use xtask::world::token;
use xtask::World;

const WRAPPER: &str = "
    create foreign data wrapper auth0_wrapper
      handler auth0_fdw_handler
      validator auth0_fdw_validator;";

const TABLES: &str = "
    create schema if not exists auth0;

    create foreign table auth0.my_foreign_table (
      name text
      -- other fields
    )
    server auth0_server
    options (
      object 'users'
    );

    create foreign table auth0.auth0_table (
      created_at text,
      email text,
      email_verified bool,
      identities jsonb
    )
      server auth0_server
      options (
        object 'users'
      );";

/// `select *` of the documentation's table, in the order of the simulator's users.
fn assert_shows_the_tenant(w: &mut World) {
    let rows = w.query_text("select * from auth0.auth0_table order by created_at");
    let mut users = w.sim.users();
    users.sort_by_key(|user| user["created_at"].as_str().unwrap().to_owned());
    assert_eq!(rows.len(), users.len());
    for (row, user) in rows.iter().zip(&users) {
        assert_eq!(row[0].as_deref(), user["created_at"].as_str());
        assert_eq!(row[1].as_deref(), user["email"].as_str());
        let verified = row[2].as_ref().map(|text| text == "t");
        assert_eq!(verified, user["email_verified"].as_bool());
        let identities: serde_json::Value = serde_json::from_str(row[3].as_ref().unwrap()).unwrap();
        assert_eq!(identities, user["identities"]);
    }
    let names = w.query_text("select * from auth0.my_foreign_table order by name collate \"C\"");
    let names: Vec<_> = names.into_iter().map(|mut row| row.remove(0)).collect();
    let mut expected: Vec<_> = users
        .iter()
        .map(|user| user["name"].as_str().map(str::to_owned))
        .collect();
    expected.sort_by_key(|name| (name.is_none(), name.clone()));
    assert_eq!(names, expected);
}

fn with_vault(key_id: KeyId, retrieve: &str) {
    let mut w = world(5);
    create_vault(&mut w, key_id);
    w.run(WRAPPER);
    let token = token(&w.sim);
    w.run(&format!(
        "-- Save your Auth0 API key in Vault
         select vault.create_secret(
           '{token}', -- Auth0 API key or Personal Access Token (PAT)
           'auth0',
           'Auth0 API key for Wrappers'
         );"
    ));
    let id = w.value(retrieve).unwrap();
    w.run(&format!(
        "create server auth0_server
           foreign data wrapper auth0_wrapper
           options (
             api_key_id '{id}' -- The Key ID from above.
           );"
    ));
    w.run(TABLES);
    assert_shows_the_tenant(&mut w);
    assert_eq!(requests(&w.sim).len(), 2);
}

#[test]
fn the_key_id_of_an_older_vault_works_without_a_url() {
    with_vault(
        KeyId::Shown,
        "select key_id from vault.decrypted_secrets where name = 'auth0';",
    );
}

#[test]
fn the_id_of_a_vault_that_also_has_key_ids_works() {
    with_vault(
        KeyId::Shown,
        "select id from vault.decrypted_secrets where name = 'auth0';",
    );
}

#[test]
fn the_id_of_a_newer_vault_works_without_a_url() {
    with_vault(
        KeyId::Absent,
        "select id from vault.decrypted_secrets where name = 'auth0';",
    );
}

#[test]
fn a_key_in_the_server_works_with_every_form_of_the_url() {
    let mut w = world(5);
    w.run(WRAPPER);
    for path in ["/api/v2/users", "/api/v2/", "/api/v2", "/", ""] {
        let (url, token) = (w.sim.url(), token(&w.sim));
        w.run(&format!(
            "-- create server and specify custom options
             create server auth0_server
             foreign data wrapper auth0_wrapper
             options (
                 url '{url}{path}',
                 api_key '{token}'
             );"
        ));
        w.run(TABLES);
        assert_shows_the_tenant(&mut w);
        assert_eq!(
            requests(&w.sim),
            ["GET /api/v2/users 200", "GET /api/v2/users 200"],
            "{path}"
        );
        w.run("drop server auth0_server cascade");
    }
}

#[test]
fn the_short_way_needs_a_domain_a_key_and_an_import() {
    let mut w = world(5);
    let domain = w.sim.url().replace("http://", "");
    let token = token(&w.sim);
    w.run("drop server auth0");
    w.run(&format!(
        "create server auth0 foreign data wrapper auth0_fdw options (domain '{domain}', api_key '{token}');
         import foreign schema auth0 from server auth0 into public;"
    ));
    let ids = w.query_text("select user_id from users order by user_id collate \"C\"");
    let mut expected = w.sim.user_ids();
    expected.sort();
    let ids: Vec<_> = ids.into_iter().flatten().flatten().collect();
    assert_eq!(ids, expected);
}

#[test]
fn the_extension_can_live_in_another_schema() {
    let mut w = world(3);
    w.run("drop extension auth0_fdw cascade; create schema extensions; create extension auth0_fdw schema extensions");
    let place = "select string_agg(distinct pronamespace::regnamespace::text, ',') from pg_proc \
                 where proname in ('auth0_fdw_handler', 'auth0_fdw_validator')";
    assert_eq!(w.value(place).as_deref(), Some("extensions"));
    assert_eq!(
        told(&w.error(WRAPPER)),
        "42883: function auth0_fdw_handler() does not exist"
    );
    w.run("set search_path = public, extensions");
    w.run(WRAPPER);
    let (url, token) = (w.sim.url(), token(&w.sim));
    w.run(&format!(
        "create server auth0_server foreign data wrapper auth0_wrapper options (url '{url}', api_key '{token}');
         reset search_path;"
    ));
    w.run(TABLES);
    assert_shows_the_tenant(&mut w);
}
