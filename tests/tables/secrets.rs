//! Secrets in objects are only shown to those who ask for them.

use serde_json::json;
use simulator::Config;
use xtask::World;

#[test]
fn secrets_are_imported_only_if_asked_for() {
    let mut world = World::new(Config {
        users: 1,
        ..Config::default()
    });
    world.run(
        "create schema shown;
         import foreign schema auth0 limit to (clients, connections) from server auth0 into public;
         import foreign schema auth0 limit to (clients, connections) from server auth0 into shown options (include_secrets 'true')",
    );
    let secrets =
        world.query_text("select client_secret from shown.clients where client_secret is not null");
    assert!(!secrets.is_empty());
    let columns = "select count(*) from pg_attribute where attname = 'client_secret' and attrelid = 'public.clients'::regclass";
    assert_eq!(world.value(columns).unwrap(), "0");
    let text = |world: &mut World, sql: &str| format!("{:?}", world.query_text(sql));
    let all = text(&mut world, "select attrs from shown.clients");
    let hidden = text(&mut world, "select attrs from public.clients");
    for secret in secrets.into_iter().flatten().flatten() {
        assert!(
            all.contains(&secret) && !hidden.contains(&secret),
            "{secret}"
        );
    }
    let of = "select count(*) from public.clients where attrs ? 'client_secret' or attrs ? 'name' is false";
    assert_eq!(world.value(of).unwrap(), "0");
    // Inside a column, too; the rest of it stays.
    let inside = "select count(*) filter (where s.options ? 'client_secret') > 0,
            count(*) filter (where p.options ? 'client_secret'),
            count(*) filter (where s.options - 'client_secret' is distinct from p.options - 'client_secret') < count(*)
        from shown.connections s join public.connections p using (id)";
    let rows = world.query_text(inside);
    assert_eq!(rows[0][1].as_deref(), Some("0"), "{rows:?}");
    assert_eq!(rows[0][2].as_deref(), Some("t"), "{rows:?}");
}

/// A tenant with secrets that nobody has listed, each of them the text `S3CRET`.
fn full() -> World {
    let mut world = World::new(Config {
        users: 1,
        ..Config::default()
    });
    let user = world.sim.user_ids().remove(0);
    world.sim.put_user(json!({
        "user_id": user,
        "identities": [{"provider": "github", "connection": "github", "user_id": "1",
            "access_token": "S3CRET", "refresh_token": "S3CRET", "access_token_secret": "S3CRET"}],
    }));
    world.sim.put_object(
        &["connections"],
        json!({"id": "con_full", "name": "full", "strategy": "oidc", "options": {
            "admin_access_token": "S3CRET", "vendorApiKey": "S3CRET", "token_endpoint": "https://kept.example",
            "token_endpoint_auth_method": "kept", "passwordPolicy": "kept", "enabledDatabaseCustomization": true,
            "customHeaders": {"Authorization": "S3CRET", "Accept": "kept"},
        }}),
    );
    world.sim.put_object(
        &["log-streams"],
        json!({"id": "lst_full", "name": "full", "type": "http", "sink": {
            "httpEndpoint": "https://kept.example",
            "httpCustomHeaders": [{"header": "X-Kept", "value": "S3CRET"}],
        }}),
    );
    world.run(
        "import foreign schema auth0 limit to (users, connections, log_streams) from server auth0 into public;
         create foreign table inside (id text, headers jsonb options (path 'sink.httpCustomHeaders'),
             h0 jsonb options (path 'sink.httpCustomHeaders.0')) server auth0 options (object 'log_streams')",
    );
    world
}

#[test]
fn what_is_named_like_a_secret_is_hidden_wherever_it_is_shown() {
    let mut world = full();
    let token = world.sim.token(&[
        "read:users",
        "read:user_idp_tokens",
        "read:connections",
        "read:log_streams",
    ]);
    world.run(&format!(
        "alter server auth0 options (set api_key '{token}')"
    ));
    for (sql, kept) in [
        ("select identities, identities -> 0, attrs from users", "github"),
        ("select options, options -> 'customHeaders', attrs from connections where id = 'con_full'", "kept"),
        ("select sink, attrs from log_streams where id = 'lst_full'", "X-Kept"),
        ("select headers, h0 from inside where id = 'lst_full'", "X-Kept"),
    ] {
        let shown = format!("{:?}", world.query_text(sql));
        assert!(!shown.contains("S3CRET") && shown.contains(kept), "{sql}: {shown}");
    }
    let kept = "select count(*) from connections where id = 'con_full' and options ?& array['token_endpoint',
        'token_endpoint_auth_method', 'passwordPolicy', 'enabledDatabaseCustomization']";
    assert_eq!(world.value(kept).unwrap(), "1");
    // They are there for who asks for them.
    for table in ["users", "connections", "log_streams", "inside"] {
        world.run(&format!(
            "alter foreign table {table} options (add include_secrets 'true')"
        ));
    }
    for sql in [
        "select identities from users",
        "select options from connections where id = 'con_full'",
        "select h0 from inside where id = 'lst_full'",
    ] {
        let shown = format!("{:?}", world.query_text(sql));
        assert!(shown.contains("S3CRET"), "{sql}: {shown}");
    }
}

#[test]
fn errors_do_not_quote_them() {
    let mut world = full();
    let mut fails = |columns: &str, options: &str, quoted: bool| {
        world.run(&format!(
            "drop foreign table if exists bad; create foreign table bad ({columns}) server auth0 options ({options})"
        ));
        let error = world.error("select * from bad");
        assert_eq!(error.code().code(), "HV004", "{columns}: {error:?}");
        let told = format!("{error:?}");
        assert!(!told.contains("S3CRET"), "{columns}: {told}");
        assert_eq!(told.contains("not shown"), !quoted, "{columns}: {told}");
    };
    let connections = "object 'connections'";
    for column in ["vendorApiKey", "customHeaders.Authorization"] {
        let column = format!("v int options (path 'options.{column}')");
        fails(&column, connections, false);
        fails(
            &column,
            "object 'connections', include_secrets 'true'",
            false,
        );
    }
    let value = "v int options (path 'sink.httpCustomHeaders.0.value')";
    fails(value, "object 'log_streams'", false);
    // What is above a secret is quoted without it, if it has been taken out.
    let above = "v uuid options (path 'options.customHeaders')";
    fails(above, connections, true);
    fails(above, "object 'connections', include_secrets 'true'", false);
    fails("v date options (path 'strategy')", connections, true);
    // Without an object nothing is known but the names.
    fails(
        "v int options (path 'options.vendorApiKey')",
        "path '/api/v2/connections/con_full'",
        false,
    );
    fails("attrs uuid", "path '/api/v2/connections/con_full'", false);
    fails("id uuid", "path '/api/v2/connections/con_full'", true);
    let clients =
        "create foreign table se (client_secret int) server auth0 options (object 'clients')";
    world.run(clients);
    let secrets = world.sim.objects(&["clients"]);
    let told = format!("{:?}", world.error("select * from se"));
    for secret in secrets
        .iter()
        .filter_map(|client| client["client_secret"].as_str())
    {
        assert!(!told.contains(secret), "{told}");
    }
}
