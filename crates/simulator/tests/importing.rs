//! Importing users by jobs.

mod common;

use common::{get, ok, receive, send, text, Answer};
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
