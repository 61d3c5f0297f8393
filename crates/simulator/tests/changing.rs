//! Creating, changing and deleting every kind of object, tying objects together, importing users.

mod common;

use common::{call, get, receive, send, Answer};
use serde_json::{json, Value};
use simulator::{Config, Simulator, SCOPES};
use std::time::Duration;

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 12,
        ..Config::default()
    })
    .unwrap()
}

fn ask(sim: &Simulator, method: &str, target: &str, body: Value) -> Answer {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let token = sim.token(SCOPES);
    call(sim, &token, method, &format!("/api/v2/{target}"), &body)
}

fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn ok(sim: &Simulator, target: &str) -> Value {
    let answer = get(sim, &format!("/api/v2/{target}"));
    assert_eq!(answer.status, 200, "{target}");
    answer.json()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_string()
}

fn ids(rows: &Value, id: &str) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row[id]))
        .collect()
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

#[test]
fn roles_permissions_and_members() {
    let sim = tenant();
    let user = sim.user_ids()[9].clone();
    let at = format!("users/{}", encoded(&user));
    let role = text(&sim.objects(&["roles"])[3]["id"]);
    assert_eq!(ok(&sim, &format!("{at}/roles")), json!([]));
    let roles = json!({ "roles": [role] });
    assert_eq!(
        ask(&sim, "POST", &format!("{at}/roles"), roles.clone()).status,
        204
    );
    assert_eq!(
        ids(&ok(&sim, &format!("{at}/roles")), "id"),
        [role.as_str()]
    );
    assert!(ids(&ok(&sim, &format!("roles/{role}/users")), "user_id").contains(&user));
    assert_eq!(
        ask(&sim, "DELETE", &format!("{at}/roles"), roles).status,
        204
    );
    assert_eq!(ok(&sim, &format!("{at}/roles")), json!([]));
    let missing = ask(
        &sim,
        "DELETE",
        &format!("{at}/roles"),
        json!({"roles": ["rol_none"]}),
    );
    assert_eq!(
        (missing.status, missing.message().as_str()),
        (404, "The role does not exist.")
    );
    assert_eq!(
        ask(&sim, "POST", &format!("{at}/roles"), json!({"roles": []})).status,
        400
    );
    let assigned = ask(
        &sim,
        "POST",
        &format!("roles/{role}/users"),
        json!({"users": [user]}),
    );
    assert_eq!((assigned.status, assigned.json()), (200, json!({})));

    let api = sim.objects(&["resource-servers"])[0].clone();
    let permission = json!({"resource_server_identifier": api["identifier"], "permission_name": api["scopes"][0]["value"]});
    let body = json!({ "permissions": [permission] });
    for place in [
        format!("{at}/permissions"),
        format!("roles/{role}/permissions"),
    ] {
        let before = ok(&sim, &place).as_array().unwrap().len();
        let added = ask(&sim, "POST", &place, body.clone());
        assert_eq!((added.status, added.json()), (201, json!({})));
        let rows = ok(&sim, &place);
        assert_eq!(rows.as_array().unwrap().len(), before + 1);
        let direct = place.starts_with("users");
        assert_eq!(rows[before].get("sources").is_some(), direct);
        assert_eq!(ask(&sim, "DELETE", &place, body.clone()).status, 204);
        assert_eq!(ok(&sim, &place).as_array().unwrap().len(), before);
    }
    let wrong = json!({"permissions": [{"resource_server_identifier": api["identifier"], "permission_name": "no:such"}]});
    let refused = ask(&sim, "POST", &format!("{at}/permissions"), wrong);
    assert_eq!(refused.code(), "inexistent_resource_server_permission");

    let org = text(&sim.objects(&["organizations"])[0]["id"]);
    let members = format!("organizations/{org}/members");
    assert_eq!(
        ask(&sim, "POST", &members, json!({"members": [user]})).status,
        204
    );
    assert!(ids(&ok(&sim, &members), "user_id").contains(&user));
    assert!(ids(&ok(&sim, &format!("{at}/organizations")), "id").contains(&org));
    let own = format!("{members}/{}/roles", encoded(&user));
    assert_eq!(
        ask(&sim, "POST", &own, json!({"roles": [role]})).status,
        204
    );
    assert_eq!(ids(&ok(&sim, &own), "id"), [role.as_str()]);
    assert_eq!(
        ask(&sim, "DELETE", &own, json!({"roles": ["rol_none"]})).message(),
        "No such role with id: rol_none"
    );
    assert_eq!(
        ask(&sim, "DELETE", &own, json!({"roles": [role]})).status,
        204
    );
    assert_eq!(
        ask(&sim, "DELETE", &members, json!({"members": [user]})).status,
        204
    );
    assert!(!ids(&ok(&sim, &members), "user_id").contains(&user));
    let grant = text(&sim.objects(&["client-grants"])[6]["id"]);
    let grants = format!("organizations/{org}/client-grants");
    assert_eq!(
        ask(&sim, "POST", &grants, json!({"grant_id": grant})).status,
        201
    );
    assert!(ids(&ok(&sim, &grants), "id").contains(&grant));
    assert_eq!(
        ask(&sim, "DELETE", &format!("{grants}/{grant}"), Value::Null).status,
        204
    );
    assert!(!ids(&ok(&sim, &grants), "id").contains(&grant));
}

#[test]
fn revoking() {
    let sim = tenant();
    let user = sim.user_ids()[1].clone();
    let at = format!("users/{}", encoded(&user));
    let count = |target: &str, key: &str| {
        let list = ok(&sim, target);
        match key {
            "" => list.as_array().unwrap().len(),
            key => list[key].as_array().unwrap().len(),
        }
    };
    let sessions = format!("{at}/sessions");
    let first = text(&ok(&sim, &sessions)["sessions"][0]["id"]);
    assert_eq!(
        ask(&sim, "DELETE", &format!("sessions/{first}"), Value::Null).status,
        202
    );
    assert_eq!(count(&sessions, "sessions"), 2);
    assert_eq!(ask(&sim, "DELETE", &sessions, Value::Null).status, 202);
    assert_eq!(count(&sessions, "sessions"), 0);
    let tokens = format!("{at}/refresh-tokens");
    assert_eq!(ask(&sim, "DELETE", &tokens, Value::Null).status, 202);
    assert_eq!(count(&tokens, "tokens"), 0);
    let grants = format!("grants?user_id={}", encoded(&user));
    let first = text(&ok(&sim, &grants)[0]["id"]);
    assert_eq!(
        ask(&sim, "DELETE", &format!("grants/{first}"), Value::Null).status,
        204
    );
    assert_eq!(count(&grants, ""), 2);
    assert_eq!(ask(&sim, "DELETE", &grants, Value::Null).status, 204);
    assert_eq!(count(&grants, ""), 0);
    let devices = format!("device-credentials?user_id={}", encoded(&user));
    let first = text(&ok(&sim, &devices)[0]["id"]);
    assert_eq!(
        ask(
            &sim,
            "DELETE",
            &format!("device-credentials/{first}"),
            Value::Null
        )
        .status,
        204
    );
    assert_eq!(count(&devices, ""), 2);
    let blocks = format!("user-blocks/{}", encoded(&user));
    assert_eq!(count(&blocks, "blocked_for"), 1);
    assert_eq!(ask(&sim, "DELETE", &blocks, Value::Null).status, 204);
    assert_eq!(count(&blocks, "blocked_for"), 0);
    let action = text(&sim.objects(&["actions", "actions"])[3]["id"]);
    let deployed = ask(
        &sim,
        "POST",
        &format!("actions/actions/{action}/deploy"),
        Value::Null,
    );
    assert_eq!(
        (deployed.status, &deployed.json()["number"]),
        (200, &json!(4))
    );
    assert_eq!(
        ok(&sim, &format!("actions/actions/{action}"))["all_changes_deployed"],
        true
    );
}

/// POST /jobs/users-imports with these rows.
fn import(sim: &Simulator, rows: &str, upsert: bool) -> Answer {
    let connection = sim
        .objects(&["connections"])
        .into_iter()
        .find(|connection| connection["name"] == "Username-Password-Authentication")
        .map(|connection| text(&connection["id"]))
        .unwrap();
    let part = |name: &str, more: &str, value: &str| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let body = [
        part("connection_id", "", &connection),
        part("upsert", "", &upsert.to_string()),
        part(
            "users",
            "; filename=\"users.json\"\r\nContent-Type: application/json",
            rows,
        ),
        "--xyz--\r\n".to_string(),
    ]
    .concat();
    let token = sim.token(SCOPES);
    let headers = format!(
        "authorization: Bearer {token}\r\ncontent-type: multipart/form-data; boundary=xyz\r\n"
    );
    receive(send(
        sim,
        "POST",
        "/api/v2/jobs/users-imports",
        &headers,
        &body,
    ))
}

fn done(sim: &Simulator, job: &Value) -> Value {
    for _ in 0..10 {
        let now = ok(sim, &format!("jobs/{}", text(&job["id"])));
        if now["status"] == "completed" || now["status"] == "failed" {
            return now;
        }
    }
    panic!("never done");
}

#[test]
fn imports() {
    let sim = tenant();
    let rows = json!([
        {"email": "New@Example.com", "user_id": "imported", "app_metadata": {"a": 1, "b": 2}},
        {"email": "two@example.com", "password_hash": "$2b$10$x", "wrong": 1},
        {"given_name": "Nobody"},
        {"email": "no mail"},
        {"email": "new@example.com"},
    ]);
    let started = import(&sim, &rows.to_string(), false);
    assert_eq!(started.status, 202);
    let job = started.json();
    assert_eq!(
        (&job["type"], &job["status"]),
        (&json!("users_import"), &json!("pending"))
    );
    assert!(
        !sim.user_ids().contains(&"auth0|imported".to_string()),
        "not yet"
    );
    let target = format!("jobs/{}/errors", text(&job["id"]));
    assert_eq!(get(&sim, &format!("/api/v2/{target}")).status, 204);
    let finished = done(&sim, &job);
    assert_eq!(
        finished["summary"],
        json!({"failed": 4, "updated": 0, "inserted": 1, "total": 5})
    );
    let user = ok(&sim, "users/auth0%7Cimported");
    assert_eq!(
        (&user["email"], &user["email_verified"]),
        (&json!("new@example.com"), &json!(false))
    );
    let errors = ok(&sim, &target);
    let codes: Vec<String> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| text(&e["errors"][0]["code"]))
        .collect();
    assert_eq!(
        codes,
        ["NOT_PASSED", "OBJECT_REQUIRED", "FORMAT", "DUPLICATED_USER"]
    );
    assert_eq!(errors[0]["user"]["password_hash"], "*****");
    let again = json!([{"email": "new@example.com", "app_metadata": {"c": 3}}]);
    let job = import(&sim, &again.to_string(), true).json();
    assert_eq!(done(&sim, &job)["summary"]["updated"], 1);
    assert_eq!(
        ok(&sim, "users/auth0%7Cimported")["app_metadata"],
        json!({"c": 3})
    );
    assert_eq!(
        get(&sim, &format!("/api/v2/jobs/{}/errors", text(&job["id"]))).status,
        204
    );
}

#[test]
fn imports_have_limits() {
    let sim = tenant();
    let large = format!("[{{\"email\":\"{}@x.yz\"}}]", "a".repeat(512_000));
    let refused = import(&sim, &large, false);
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (
            413,
            "Payload content length greater than maximum allowed: 512000."
        )
    );
    let jobs: Vec<Value> = (0..2).map(|_| import(&sim, "[]", false).json()).collect();
    let third = import(&sim, "[]", false);
    assert_eq!((third.status, third.code().as_str()), (429, "-"));
    assert!(third
        .message()
        .starts_with("There are 2 active import users jobs"));
    done(&sim, &jobs[0]);
    assert_eq!(import(&sim, "[]", false).status, 202);
    sim.configure(|config| {
        config.jobs.failure = Some("out of luck".into());
        config.jobs.takes = Duration::ZERO;
    });
    assert_eq!(done(&sim, &jobs[1])["status"], "failed");
    let why = ok(&sim, &format!("jobs/{}/errors", text(&jobs[1]["id"])));
    assert_eq!(why["status_details"], "out of luck");
}
