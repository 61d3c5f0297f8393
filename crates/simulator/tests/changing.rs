//! Creating, changing and deleting every kind of object.

mod common;

use common::{ask, call, get, ok, text};
use serde_json::{json, Value};
use simulator::{Config, Simulator};

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 12,
        ..Config::default()
    })
    .unwrap()
}

/// A kind of object: its list, its id, statuses of POST and DELETE, a body, a change.
type Sample = (String, &'static str, u16, u16, Value, Value);

fn samples(sim: &Simulator) -> Vec<Sample> {
    let org = text(&sim.objects(&["organizations"])[0]["id"]);
    let clients = sim.objects(&["clients"]);
    let (client, web) = (
        text(&clients[0]["client_id"]),
        text(&clients[1]["client_id"]),
    );
    let audience = text(&sim.objects(&["resource-servers"])[6]["identifier"]);
    let connection = text(&sim.objects(&["connections"])[8]["id"]);
    let action = text(&sim.objects(&["actions", "actions"])[0]["id"]);
    let of = |list: &str| format!("organizations/{org}/{list}");
    let sample = |list: &str, id, post, delete, body, change| {
        (list.to_string(), id, post, delete, body, change)
    };
    vec![
        sample(
            "roles",
            "id",
            200,
            200,
            json!({"name": "r", "description": "d"}),
            json!({"description": "e"}),
        ),
        sample(
            "organizations",
            "id",
            201,
            204,
            json!({"name": "o", "metadata": {"a": "b"}}),
            json!({"display_name": "O"}),
        ),
        sample(
            &of("enabled_connections"),
            "connection_id",
            201,
            204,
            json!({"connection_id": connection}),
            json!({"assign_membership_on_login": true}),
        ),
        sample(
            &of("discovery-domains"),
            "id",
            201,
            204,
            json!({"domain": "d.example"}),
            json!({"status": "verified"}),
        ),
        sample(
            "clients",
            "client_id",
            201,
            204,
            json!({"name": "c", "app_type": "spa"}),
            json!({"description": "x"}),
        ),
        sample(
            &format!("clients/{client}/credentials"),
            "id",
            201,
            204,
            json!({"credential_type": "public_key", "pem": "x", "name": "k"}),
            json!({"expires_at": "2090-01-01T00:00:00.000Z"}),
        ),
        sample(
            "connections",
            "id",
            201,
            204,
            json!({"name": "n", "strategy": "auth0"}),
            json!({"display_name": "N"}),
        ),
        sample(
            "resource-servers",
            "id",
            201,
            204,
            json!({"identifier": "urn:x", "name": "X"}),
            json!({"token_lifetime": 60}),
        ),
        sample(
            "client-grants",
            "id",
            201,
            204,
            json!({"client_id": web, "audience": audience, "scope": []}),
            json!({"scope": ["a"]}),
        ),
        sample(
            "actions/actions",
            "id",
            201,
            204,
            json!({"name": "a", "supported_triggers": [{"id": "post-login", "version": "v3"}]}),
            json!({"code": "//"}),
        ),
        sample(
            "log-streams",
            "id",
            201,
            204,
            json!({"type": "http", "name": "l", "sink": {"httpEndpoint": "https://x"}}),
            json!({"status": "paused"}),
        ),
        sample(
            "custom-domains",
            "custom_domain_id",
            201,
            204,
            json!({"domain": "x.example", "type": "auth0_managed_certs"}),
            json!({"tls_policy": "recommended"}),
        ),
        sample(
            "rules",
            "id",
            201,
            204,
            json!({"name": "r", "script": "f"}),
            json!({"enabled": false}),
        ),
        sample(
            "network-acls",
            "id",
            201,
            204,
            json!({"description": "d", "active": true, "priority": 9, "rule": {}}),
            json!({"active": false}),
        ),
        sample(
            "event-streams",
            "id",
            201,
            204,
            json!({"destination": {"type": "webhook"}}),
            json!({"status": "disabled"}),
        ),
        sample(
            "self-service-profiles",
            "id",
            201,
            204,
            json!({"name": "p"}),
            json!({"description": "d"}),
        ),
        sample(
            "user-attribute-profiles",
            "id",
            201,
            204,
            json!({"name": "p", "user_attributes": {}}),
            json!({"name": "q"}),
        ),
        sample(
            "token-exchange-profiles",
            "id",
            201,
            204,
            json!({"name": "p", "subject_token_type": "urn:y", "action_id": action, "type": "custom_authentication"}),
            json!({"name": "q"}),
        ),
        sample(
            "flows",
            "id",
            201,
            204,
            json!({"name": "f"}),
            json!({"name": "g"}),
        ),
        sample(
            "forms",
            "id",
            201,
            204,
            json!({"name": "f"}),
            json!({"name": "g"}),
        ),
    ]
}

#[test]
fn every_kind_is_created_changed_and_deleted() {
    let sim = tenant();
    for (list, id, post, delete, body, change) in samples(&sim) {
        let made = ask(&sim, "POST", &list, body.clone());
        assert_eq!(
            made.status,
            post,
            "{list}: {}",
            String::from_utf8_lossy(&made.body)
        );
        let made = made.json();
        for (key, value) in body.as_object().unwrap() {
            assert!(key == "pem" || made[key] == *value, "{list} {key}: {made}");
        }
        let one = format!("{list}/{}", text(&made[id]));
        let stored = ok(&sim, &one);
        assert_eq!(stored[id], made[id]);
        let changed = ask(&sim, "PATCH", &one, change.clone());
        assert_eq!(changed.status, 200, "{one}");
        let stored = ok(&sim, &one);
        for (key, value) in change.as_object().unwrap() {
            assert_eq!(stored[key], *value, "{one}");
        }
        // Bodies are closed, ids are not to be set, nothing is no change.
        for bad in [
            json!({"nonsense": 1}),
            json!({id: "x", "created_at": "y"}),
            json!({}),
        ] {
            let refused = ask(&sim, "PATCH", &one, bad);
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (400, "invalid_body"),
                "{one}"
            );
        }
        let mut more = body.clone();
        more["nonsense"] = json!(1);
        let refused = ask(&sim, "POST", &list, more);
        assert!(
            refused
                .message()
                .contains("Additional properties not allowed: nonsense"),
            "{list}"
        );
        assert_eq!(
            ask(&sim, "POST", &list, json!({})).code(),
            "invalid_body",
            "{list}"
        );
        let weak = sim.token(&["read:users"]);
        for method in ["PATCH", "DELETE"] {
            let refused = call(
                &sim,
                &weak,
                method,
                &format!("/api/v2/{one}"),
                &change.to_string(),
            );
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (403, "insufficient_scope")
            );
        }
        let gone = ask(&sim, "DELETE", &one, Value::Null);
        assert_eq!(gone.status, delete, "{one}");
        assert_eq!(get(&sim, &format!("/api/v2/{one}")).status, 404, "{one}");
    }
}

#[test]
fn what_is_taken_and_what_is_not_there() {
    let sim = tenant();
    for (list, name) in [
        ("roles", "name"),
        ("organizations", "name"),
        ("connections", "name"),
        ("resource-servers", "identifier"),
    ] {
        let rows = sim.objects(&[list]);
        let mut body = json!({ name: rows[0][name] });
        if list == "connections" {
            body["strategy"] = json!("auth0");
        }
        assert_eq!(ask(&sim, "POST", list, body).status, 409, "{list}");
        if list == "connections" || list == "resource-servers" {
            continue;
        }
        let other = text(&rows[1]["id"]);
        let clash = ask(
            &sim,
            "PATCH",
            &format!("{list}/{other}"),
            json!({ name: rows[0][name] }),
        );
        assert_eq!(clash.status, 409, "{list}");
        let same = ask(
            &sim,
            "PATCH",
            &format!("{list}/{other}"),
            json!({ name: rows[1][name] }),
        );
        assert_eq!(same.status, 200, "{list}");
    }
    // Deleting twice: some kinds mind, some do not.
    for (list, status) in [
        ("roles", 404),
        ("organizations", 404),
        ("clients", 204),
        ("grants", 204),
    ] {
        let gone = ask(&sim, "DELETE", &format!("{list}/none"), Value::Null);
        assert_eq!(gone.status, status, "{list}");
    }
    assert_eq!(
        ask(&sim, "PATCH", "roles/none", json!({"name": "x"})).message(),
        "The role does not exist."
    );
    let refused = ask(
        &sim,
        "POST",
        "connections",
        json!({"name": "x", "strategy": "okta"}),
    );
    assert_eq!(refused.message(), "options.domain is required");
    let org = text(&sim.objects(&["organizations"])[0]["id"]);
    let links = format!("organizations/{org}/enabled_connections");
    assert_eq!(
        ask(&sim, "POST", &links, json!({"connection_id": "con_none"})).status,
        404
    );
    let enabled = text(&ok(&sim, &links)[1]["connection_id"]);
    let refused = ask(
        &sim,
        "PATCH",
        &format!("{links}/{enabled}"),
        json!({"is_signup_enabled": true}),
    );
    assert!(refused.message().starts_with("Only database connections"));
    assert_eq!(
        ask(
            &sim,
            "POST",
            "organizations/org_none/enabled_connections",
            json!({"connection_id": enabled})
        )
        .status,
        404
    );
    // What hangs on an organization goes with it.
    assert_eq!(
        ask(&sim, "DELETE", &format!("organizations/{org}"), Value::Null).status,
        204
    );
    assert_eq!(get(&sim, &format!("/api/v2/{links}")).status, 404);
}

#[test]
fn metadata_merges_where_it_does() {
    let sim = tenant();
    let client = text(
        &ask(
            &sim,
            "POST",
            "clients",
            json!({"name": "m", "client_metadata": {"a": "1", "b": "2"}}),
        )
        .json()["client_id"],
    );
    let target = format!("clients/{client}");
    let after = ask(
        &sim,
        "PATCH",
        &target,
        json!({"client_metadata": {"b": null, "c": "3"}}),
    )
    .json();
    assert_eq!(after["client_metadata"], json!({"a": "1", "c": "3"}));
    let org = text(
        &ask(
            &sim,
            "POST",
            "organizations",
            json!({"name": "m", "metadata": {"a": "1"}}),
        )
        .json()["id"],
    );
    let after = ask(
        &sim,
        "PATCH",
        &format!("organizations/{org}"),
        json!({"metadata": {"b": "2"}}),
    )
    .json();
    assert_eq!(after["metadata"], json!({"b": "2"}));
    let after = ask(
        &sim,
        "PATCH",
        "tenants/settings",
        json!({"friendly_name": "New", "picture_url": null}),
    )
    .json();
    assert_eq!(
        (&after["friendly_name"], after.get("picture_url")),
        (&json!("New"), None)
    );
    assert_eq!(ok(&sim, "tenants/settings")["friendly_name"], "New");
}
