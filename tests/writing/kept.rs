//! What a statement does not see of a row, or does not send, is there afterwards.

use crate::support::{body, sent, writable};
use serde_json::{json, Value};
use xtask::World;

/// An object as the tenant has it.
fn stored(world: &World, list: &[&str], key: &str, value: &str) -> Value {
    let all = world.sim.objects(list);
    let found = all.into_iter().find(|one| one[key] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list:?}"))
}

#[test]
fn secrets_that_are_not_shown_are_kept() {
    let mut world = writable(0);
    let connection = json!({
        "id": "con_000000000000kept", "name": "kept", "strategy": "oidc",
        "options": {"client_id": "c", "client_secret": "s3cret", "vendor_token": "v", "issuer": "https://a.example"},
    });
    world.sim.put_object(&["connections"], connection);
    let options =
        |world: &World| stored(world, &["connections"], "name", "kept")["options"].clone();
    let path = "/api/v2/connections/con_000000000000kept";
    let (get, patch) = (format!("GET {path}"), format!("PATCH {path}"));
    let calls = sent(
        &mut world,
        "update connections set options = options || '{\"issuer\": \"https://b.example\"}' where id = 'con_000000000000kept'",
    );
    // Once for the statement, once for what it does not see.
    assert_eq!(calls, [get.as_str(), &get, &patch]);
    assert_eq!(
        options(&world),
        json!({"client_id": "c", "client_secret": "s3cret", "vendor_token": "v", "issuer": "https://b.example"})
    );
    let calls = sent(
        &mut world,
        "update connections set options = '{\"client_id\": \"d\"}' where id = 'con_000000000000kept'",
    );
    assert_eq!(calls, [get.as_str(), &patch]);
    assert_eq!(
        options(&world),
        json!({"client_id": "d", "client_secret": "s3cret", "vendor_token": "v"})
    );
    let new = "update connections set options = '{\"client_secret\": \"new\"}' where id = 'con_000000000000kept'";
    world.run(new);
    assert_eq!(
        options(&world),
        json!({"client_secret": "new", "vendor_token": "v"})
    );
    // Whoever sees them says what there is.
    world.run(
        "create schema open;
         import foreign schema auth0 limit to (connections) from server auth0 into open options (include_secrets 'true');
         update open.connections set options = '{\"client_id\": \"e\"}' where id = 'con_000000000000kept'",
    );
    assert_eq!(options(&world), json!({"client_id": "e"}));
}

#[test]
fn secrets_in_lists_and_columns_are_kept() {
    let mut world = writable(0);
    let stream = json!({
        "id": "lst_000000000000kept", "name": "kept", "type": "http", "status": "active",
        "sink": {"httpEndpoint": "https://a.example", "httpAuthorization": "Bearer s3cret",
            "httpCustomHeaders": [{"header": "A", "value": "a"}, {"header": "B", "value": "b"}]},
    });
    world.sim.put_object(&["log-streams"], stream);
    world.run(
        "update log_streams set sink = jsonb_set(sink - 'httpCustomHeaders', '{httpCustomHeaders}', '[{\"header\": \"B\"}]') where id = 'lst_000000000000kept'",
    );
    assert_eq!(
        stored(&world, &["log-streams"], "name", "kept")["sink"],
        json!({"httpEndpoint": "https://a.example", "httpAuthorization": "Bearer s3cret",
            "httpCustomHeaders": [{"header": "B", "value": "b"}]})
    );
    // Auth0 takes these settings whole, and the table does not have the token.
    let twilio = ["guardian", "factors", "phone", "providers", "twilio"];
    world.sim.set_object(
        &twilio,
        Some(json!({"from": "+1", "messaging_service_sid": null, "sid": "AC1", "auth_token": "s3cret"})),
    );
    world.run("update guardian_phone_twilio set \"from\" = '+2'");
    assert_eq!(body(&world)["auth_token"], "s3cret");
    assert_eq!(body(&world)["from"], "+2");
    assert_eq!(body(&world)["sid"], "AC1");
}

#[test]
fn what_is_returned_is_what_has_been_stored() {
    let mut world = writable(0);
    for sql in [
        "update guardian_factors set enabled = not enabled where name = 'sms' returning enabled, attrs ->> 'enabled'",
        "update action_trigger_bindings set display_name = 'renamed' where id = (select min(id) from action_trigger_bindings) returning display_name, attrs ->> 'display_name'",
        "update prompt_custom_texts set texts = '{\"a\": \"b\"}' where prompt = 'login' and language = 'en' and screen = 'login' returning texts ->> 'a', attrs -> 'texts' ->> 'a'",
    ] {
        let row = world.query_text(sql).remove(0);
        let as_text = |value: &Option<String>| value.clone().map(|text| text.replace("true", "t").replace("false", "f"));
        assert_eq!(as_text(&row[0]), as_text(&row[1]), "{sql}");
        assert!(row[0].is_some(), "{sql}");
    }
}

#[test]
fn an_insert_does_not_replace() {
    let mut world = writable(0);
    world.run(
        "create schema open;
         import foreign schema auth0 limit to (rules_configs) from server auth0 into open options (include_secrets 'true')",
    );
    let insert = "insert into open.rules_configs (key, value) values ('KEPT', 'one')";
    let calls = sent(&mut world, insert);
    assert_eq!(
        calls,
        [
            "GET /api/v2/rules-configs",
            "PUT /api/v2/rules-configs/KEPT"
        ]
    );
    assert_eq!(world.error(insert).code().code(), "23505");
    assert_eq!(
        sent(&mut world, &format!("{insert} on conflict do nothing")),
        ["GET /api/v2/rules-configs"]
    );
    world.run("delete from universal_login_template");
    let insert = "insert into universal_login_template (body) values ('<one {%- auth0:head -%} {%- auth0:widget -%}>')";
    world.run(insert);
    assert_eq!(world.error(insert).code().code(), "23505");
}

#[test]
fn what_a_row_refers_to_must_be_there() {
    let mut world = writable(0);
    for sql in [
        "insert into action_trigger_bindings (trigger_id, action_id, display_name) values ('post-login', 'nope', 'x')",
        "insert into connection_clients (connection_id, client_id) values ('con_doesnotexist', 'c1')",
        "insert into self_service_profile_texts (profile_id, language, page, name, text) values ('ssp_nope', 'en', 'get-started', 'a', 'b')",
        "update default_custom_domain set domain = 'nowhere.example.com'",
    ] {
        let error = world.error(sql);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("refers to"), "{sql}: {error:?}");
        assert!(error.detail().unwrap_or_default().contains("404"), "{error:?}");
    }
}

#[test]
fn values_that_auth0_cannot_keep_are_not_sent() {
    let mut world = writable(0);
    let id = crate::support::user(&mut world, "n@example.com");
    world.sim.clear_journal();
    for sql in [
        format!("update users set user_metadata = '{{\"n\": 1e400}}' where user_id = '{id}'"),
        "insert into users (connection, email, password, app_metadata) values ('Username-Password-Authentication', 'm@example.com', 'S3cret-Word!', '{\"n\": 1e400}')".to_owned(),
        "update tenant_settings set allowed_logout_urls = '{{https://a,https://b},{https://c,https://d}}'".to_owned(),
    ] {
        let error = world.error(&sql);
        assert_eq!(error.code().code(), "22000", "{error:?}");
    }
    let changed = world
        .sim
        .journal()
        .iter()
        .any(|entry| entry.method != "GET");
    assert!(!changed);
}
