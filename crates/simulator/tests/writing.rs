//! POST, PATCH and DELETE /users as the API documents and was recorded doing them.

mod common;

use common::{call, get, Answer};
use serde_json::{json, Value};
use simulator::{Config, Simulator, SCOPES};
use std::time::Duration;

fn tenant() -> Simulator {
    Simulator::start(Config::default()).unwrap()
}

fn post(sim: &Simulator, body: Value) -> Answer {
    call(
        sim,
        &sim.token(SCOPES),
        "POST",
        "/api/v2/users",
        &body.to_string(),
    )
}

fn patch(sim: &Simulator, id: &str, body: Value) -> Answer {
    let target = format!("/api/v2/users/{}", id.replace('|', "%7C"));
    call(sim, &sim.token(SCOPES), "PATCH", &target, &body.to_string())
}

fn database(more: Value) -> Value {
    let mut body = json!({"connection":"Username-Password-Authentication","email":"Chuck@Example.com","password":"roundhouse-Kick"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn creating() {
    let sim = tenant();
    let made = post(&sim, database(json!({})));
    assert_eq!(made.status, 201);
    let user = made.json();
    assert_eq!(user["email"], "chuck@example.com");
    assert_eq!(
        (&user["name"], &user["nickname"]),
        (&json!("chuck@example.com"), &json!("chuck"))
    );
    assert_eq!(user["email_verified"], false);
    assert_eq!(user["created_at"], user["updated_at"]);
    let rest = user["identities"][0]["user_id"].as_str().unwrap();
    assert_eq!(rest.len(), 24);
    assert_eq!(user["user_id"], format!("auth0|{rest}"));
    assert_eq!(user["identities"][0]["provider"], "auth0");
    for absent in [
        "last_login",
        "logins_count",
        "last_ip",
        "blocked",
        "username",
        "user_metadata",
        "password",
    ] {
        assert!(user.get(absent).is_none(), "{absent}");
    }
    assert_eq!(get(&sim, "/api/v2/users").json()[0], user);

    let again = post(&sim, database(json!({"email":"CHUCK@example.com"})));
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "auth0_idp_error")
    );
    let chosen = post(
        &sim,
        database(json!({"email":"b@x.org","user_id":"mine","username":"Bob"})),
    )
    .json();
    assert_eq!(
        (&chosen["user_id"], &chosen["username"]),
        (&json!("auth0|mine"), &json!("bob"))
    );
    assert_eq!(
        post(&sim, database(json!({"email":"c@x.org","user_id":"mine"}))).status,
        409
    );
    assert_eq!(
        post(&sim, database(json!({"email":"c@x.org","username":"BOB"}))).status,
        409
    );
    let elsewhere = json!({"connection":"email","email":"b@x.org"});
    assert_eq!(
        post(&sim, elsewhere).json()["identities"][0]["provider"],
        "email"
    );
    let sms = post(&sim, json!({"connection":"sms","phone_number":"+15550001"})).json();
    assert_eq!(sms["name"], "+15550001");
    assert!(sms.get("email").is_none() && sms.get("email_verified").is_none());
}

#[test]
fn refused_creations() {
    let sim = tenant();
    for (body, code) in [
        (database(json!({"created_at":"2020"})), "invalid_body"),
        (database(json!({"blocked":"yes"})), "invalid_body"),
        (
            database(json!({"connection":"nowhere"})),
            "inexistent_connection",
        ),
        (
            database(json!({"connection":"disabled-db"})),
            "invalid_body",
        ),
        (
            database(json!({"connection":"google-oauth2"})),
            "invalid_body",
        ),
        (
            database(json!({"connection":"no-usernames","username":"x"})),
            "invalid_body",
        ),
        (database(json!({"password":"short"})), "-"),
        (
            database(json!({"app_metadata":{"email":"x"}})),
            "invalid_body",
        ),
        (json!({"connection":"sms","email":"a@b.c"}), "invalid_body"),
    ] {
        let answer = post(&sim, body.clone());
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, code),
            "{body}"
        );
    }
    sim.configure(|config| config.custom_domain_conflict = true);
    assert_eq!(
        post(&sim, database(json!({}))).code(),
        "custom_domain_conflict"
    );
    assert!(sim.user_ids().is_empty());
}

#[test]
fn changing() {
    let sim = tenant();
    let user = post(&sim, database(json!({"user_id":"1","given_name":"C","user_metadata":{"a":1,"b":{"x":1,"y":2}},"blocked":true}))).json();
    let id = user["user_id"].as_str().unwrap();
    let changed = patch(
        &sim,
        id,
        json!({"given_name":null,"user_metadata":{"b":{"x":2},"a":null},"app_metadata":{"k":[1]}}),
    );
    assert_eq!(changed.status, 200);
    let changed = changed.json();
    assert!(changed.get("given_name").is_none());
    assert_eq!(changed["user_metadata"], json!({"b":{"x":2}}));
    assert_eq!(changed["app_metadata"], json!({"k":[1]}));
    assert_eq!(changed["created_at"], user["created_at"]);
    let cleared = patch(&sim, id, json!({"user_metadata":{},"app_metadata":{}})).json();
    assert_eq!(cleared["user_metadata"], json!({}));
    assert!(cleared.get("app_metadata").is_none());
    let password = patch(&sim, id, json!({"password":"another-Password1"})).json();
    assert!(password["last_password_reset"].is_string());
    assert_eq!(password["blocked"], false);
    assert_eq!(
        patch(&sim, id, json!({"email":"NEW@x.org","email_verified":true})).json()["email"],
        "new@x.org"
    );
    assert_eq!(
        get(&sim, "/api/v2/users-by-email?email=new@x.org")
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        get(&sim, "/api/v2/users-by-email?email=chuck@example.com").json(),
        json!([])
    );
}

#[test]
fn refused_changes() {
    let sim = tenant();
    post(&sim, database(json!({"user_id":"1"})));
    post(&sim, database(json!({"user_id":"2","email":"two@x.org"})));
    sim.put_user(
        json!({"user_id":"samlp|x","identities":[{"connection":"acme-saml","provider":"samlp"}]}),
    );
    assert_eq!(
        patch(&sim, "auth0|9", json!({"name":"x"})).code(),
        "inexistent_user"
    );
    assert_eq!(
        patch(
            &sim,
            "auth0|1",
            json!({"password":"long-Enough1","email":"x@y.zz"})
        )
        .message(),
        "Cannot update password and email simultaneously"
    );
    for (id, body) in [
        ("auth0|1", json!({"created_at":"2020-01-01T00:00:00.000Z"})),
        ("auth0|1", json!({"logins_count":3})),
        ("auth0|1", json!({"email":"two@x.org"})),
        ("auth0|1", json!({"user_metadata":null})),
        ("samlp|x", json!({"name":"x"})),
        ("samlp|x", json!({"email_verified":true})),
    ] {
        assert_eq!(patch(&sim, id, body.clone()).status, 400, "{id} {body}");
    }
    assert_eq!(
        patch(
            &sim,
            "samlp|x",
            json!({"blocked":true,"app_metadata":{"a":1}})
        )
        .status,
        200
    );
    let only_app = sim.token(&["update:users_app_metadata"]);
    let with = |body: &str| call(&sim, &only_app, "PATCH", "/api/v2/users/auth0%7C1", body).status;
    assert_eq!(
        (with(r#"{"app_metadata":{"a":1}}"#), with(r#"{"name":"x"}"#)),
        (200, 403)
    );
}

#[test]
fn deleting_twice() {
    let sim = tenant();
    post(&sim, database(json!({"user_id":"1"})));
    let token = sim.token(SCOPES);
    for _ in 0..2 {
        let answer = call(&sim, &token, "DELETE", "/api/v2/users/auth0%7C1", "");
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert_eq!(get(&sim, "/api/v2/users/auth0%7C1").status, 404);
    }
}

#[test]
fn search_lags_behind_writes() {
    let sim = tenant();
    sim.set_index_lag(Duration::from_secs(3600));
    post(&sim, database(json!({"user_id":"1"})));
    assert_eq!(get(&sim, "/api/v2/users").json(), json!([]));
    assert_eq!(get(&sim, "/api/v2/users/auth0%7C1").status, 200);
    assert_eq!(
        get(&sim, "/api/v2/users-by-email?email=chuck@example.com")
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    sim.set_index_lag(Duration::ZERO);
    assert_eq!(
        get(&sim, "/api/v2/users").json().as_array().map(Vec::len),
        Some(1)
    );
}
