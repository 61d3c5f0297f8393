//! Export jobs, and what a scan may meet on its way: changes in the middle, slow searches, compression.

mod common;

use common::{call, get, receive, send, Answer};
use flate2::read::GzDecoder;
use serde_json::{json, Value};
use simulator::{Bucket, Config, Fault, FaultKind, JobPlan, Simulator, SCOPES};
use std::io::Read;
use std::time::Duration;

fn tenant(users: usize, jobs: JobPlan) -> Simulator {
    Simulator::start(Config {
        users,
        jobs,
        ..Config::default()
    })
    .unwrap()
}

/// Starts a job and asks until it is done.
fn export(sim: &Simulator, body: Value) -> Value {
    let token = sim.token(SCOPES);
    let started = call(
        sim,
        &token,
        "POST",
        "/api/v2/jobs/users-exports",
        &body.to_string(),
    );
    assert_eq!(started.status, 200);
    let job = started.json();
    assert_eq!(
        (&job["type"], &job["status"]),
        (&json!("users_export"), &json!("pending"))
    );
    let target = format!("/api/v2/jobs/{}", job["id"].as_str().unwrap());
    for _ in 0..10 {
        let now = get(sim, &target).json();
        if now["status"] == "completed" || now["status"] == "failed" {
            return now;
        }
    }
    panic!("never done");
}

fn target(sim: &Simulator, job: &Value) -> String {
    let location = job["location"].as_str().unwrap();
    location.strip_prefix(&sim.url()).unwrap().to_string()
}

/// The body without the framing of its chunks.
fn dechunked(answer: &Answer) -> Vec<u8> {
    let mut rest = answer.body.as_slice();
    let mut out = Vec::new();
    while let Some(at) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..at]).unwrap(), 16).unwrap();
        let end = (at + 2 + size).min(rest.len());
        out.extend_from_slice(&rest[at + 2..end]);
        rest = &rest[(end + 2).min(rest.len())..];
    }
    out
}

fn fetch(sim: &Simulator, job: &Value) -> Answer {
    receive(send(sim, "GET", &target(sim, job), "", ""))
}

fn unpacked(answer: &Answer) -> String {
    let mut text = String::new();
    let packed = dechunked(answer);
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn an_export_from_start_to_file() {
    let sim = tenant(120, JobPlan::default());
    let token = sim.token(SCOPES);
    let job = call(
        &sim,
        &token,
        "POST",
        "/api/v2/jobs/users-exports",
        r#"{"format":"json","fields":[{"name":"user_id"},{"name":"user_metadata"},{"name":"app_metadata.plan","export_as":"plan"},{"name":"identities[0].connection"}]}"#,
    )
    .json();
    let before = sim.users();
    sim.remove_user(before[0]["user_id"].as_str().unwrap());
    let target = format!("/api/v2/jobs/{}", job["id"].as_str().unwrap());
    let seen: Vec<Value> = (0..3).map(|_| get(&sim, &target).json()).collect();
    let states: Vec<&str> = seen.iter().map(|s| s["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending", "processing", "completed"]);
    assert_eq!(seen[1]["percentage_done"], 50);
    assert!(seen[1].get("location").is_none());
    let file = fetch(&sim, &seen[2]);
    assert_eq!(file.status, 200);
    let text = unpacked(&file);
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 120, "as it was when the job began");
    for (row, user) in rows.iter().zip(&before) {
        assert_eq!(row["user_id"], user["user_id"]);
        assert_eq!(row.get("user_metadata"), user.get("user_metadata"));
        let plan = user.get("app_metadata").and_then(|m| m.get("plan"));
        assert_eq!(row.get("plan"), plan);
        assert_eq!(
            row["identities[0].connection"],
            user["identities"][0]["connection"]
        );
        assert!(row.get("email").is_none());
    }
}

#[test]
fn formats_limits_and_connections() {
    let sim = tenant(200, JobPlan::default());
    let csv = export(&sim, json!({"limit": 3, "fields": [{"name": "user_id"}]}));
    assert_eq!(csv["format"], "csv");
    assert_eq!(csv["summary"]["total"], 3);
    let text = unpacked(&fetch(&sim, &csv));
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with("\"user_id\"\n\"'"), "{text}");
    sim.configure(|config| config.jobs.gzip = false);
    let plain = export(&sim, json!({"format": "json"}));
    let text = String::from_utf8(dechunked(&fetch(&sim, &plain))).unwrap();
    assert_eq!(text.lines().count(), 200);
    let row: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert!(row.get("email_verified").is_some() && row.get("identities").is_none());
    for bad in [
        r#"{"format":"xml"}"#,
        r#"{"limit":0}"#,
        r#"{"what":1}"#,
        r#"{"fields":[{"export_as":"x"}]}"#,
        r#"{"fields":[{"name":"user_metadata"}]}"#,
    ] {
        let token = sim.token(SCOPES);
        let answer = call(&sim, &token, "POST", "/api/v2/jobs/users-exports", bad);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "invalid_body"),
            "{bad}"
        );
    }
    let missing = get(&sim, "/api/v2/jobs/job_none");
    assert_eq!(
        (missing.status, missing.code().as_str()),
        (404, "inexistent_job")
    );
}

#[test]
fn storage_is_particular() {
    let sim = tenant(
        2000,
        JobPlan {
            pending_polls: 0,
            processing_polls: 0,
            location_lifetime: Duration::from_millis(1),
            ..JobPlan::default()
        },
    );
    let job = export(&sim, json!({"format": "json"}));
    std::thread::sleep(Duration::from_millis(5));
    let late = fetch(&sim, &job);
    assert_eq!(late.status, 403);
    assert!(String::from_utf8_lossy(&late.body).contains("expired"));
    sim.configure(|config| config.jobs.location_lifetime = Duration::from_secs(60));
    let job = get(
        &sim,
        &format!("/api/v2/jobs/{}", job["id"].as_str().unwrap()),
    )
    .json();
    let path = target(&sim, &job);
    let twice = receive(send(&sim, "GET", &path, "authorization: Bearer x\r\n", ""));
    assert_eq!(twice.status, 400);
    assert!(String::from_utf8_lossy(&twice.body).contains("Only one auth mechanism allowed"));
    let forged = path.replace("Signature=", "Signature=0");
    assert_eq!(receive(send(&sim, "GET", &forged, "", "")).status, 403);
    // The limit is the API's, not the storage's.
    sim.set_bucket(Some(Bucket {
        burst: 1,
        per_second: 0.001,
    }));
    for _ in 0..3 {
        assert_eq!(fetch(&sim, &job).status, 200);
    }
    sim.set_bucket(None);
    // Broken off in the middle, in each way.
    for kind in [
        FaultKind::TruncateChunked,
        FaultKind::ResetMidBody,
        FaultKind::TruncatedJson,
    ] {
        sim.inject(Fault::new(kind.clone()).on("/exports/"));
        let cut = fetch(&sim, &job);
        let mut text = Vec::new();
        let packed = match kind {
            FaultKind::TruncatedJson => dechunked(&cut),
            _ => {
                assert!(!cut.body.ends_with(b"0\r\n\r\n"), "{kind:?}");
                continue;
            }
        };
        assert!(GzDecoder::new(packed.as_slice())
            .read_to_end(&mut text)
            .is_err());
        assert!(!text.is_empty() && !text.ends_with(b"\n"));
    }
    sim.configure(|config| {
        config.jobs.location_scheme = false;
        config.jobs.failure = None;
    });
    let job = get(
        &sim,
        &format!("/api/v2/jobs/{}", job["id"].as_str().unwrap()),
    )
    .json();
    assert!(job["location"].as_str().unwrap().starts_with("127.0.0.1:"));
    sim.configure(|config| config.jobs.failure = Some("out of luck".into()));
    let failed = export(&sim, json!({}));
    assert_eq!(
        (&failed["status"], &failed["status_details"]),
        (&json!("failed"), &json!("out of luck"))
    );
    assert!(failed.get("location").is_none());
    assert_eq!(
        sim.journal()
            .iter()
            .filter(|entry| entry.path.starts_with("/exports/"))
            .count(),
        9
    );
}

#[test]
fn changes_in_the_middle_of_a_scan() {
    let sim = tenant(30, JobPlan::default());
    let gone = sim.user_ids()[0].clone();
    sim.after(2, "/api/v2/users", move |tenant| {
        tenant.remove_user(&gone);
        tenant.put_user(json!({"user_id": "auth0|new"}));
    });
    let page = |n: usize| {
        let rows = get(&sim, &format!("/api/v2/users?per_page=10&page={n}")).json();
        rows.as_array().unwrap().len()
    };
    assert_eq!(page(0), 10);
    assert_eq!(sim.user_ids().len(), 30);
    assert!(!sim.user_ids().contains(&"auth0|new".to_string()));
    assert_eq!(page(1), 10);
    assert!(sim.user_ids().contains(&"auth0|new".to_string()));
    assert_eq!(page(2), 10);
}

#[test]
fn slow_searches_time_out() {
    let sim = tenant(3, JobPlan::default());
    sim.configure(|config| config.slow_clauses = Some(2));
    let status = |q: &str| get(&sim, &format!("/api/v2/users?q={q}")).status;
    assert_eq!(status("name:a%20OR%20name:b"), 200);
    assert_eq!(status("name:(a%20OR%20b%20OR%20c)"), 503);
    assert_eq!(
        get(&sim, "/api/v2/users?q=name:(a%20OR%20b%20OR%20c)").message(),
        "The query exceeded the timeout. Please try refining your search criteria. See https://auth0.com/docs/best-practices/search-best-practices."
    );
}

#[test]
fn compression_is_for_those_who_ask() {
    let sim = tenant(50, JobPlan::default());
    let token = sim.token(SCOPES);
    let asking = |target: &str| {
        receive(send(
            &sim,
            "GET",
            target,
            &format!("authorization: Bearer {token}\r\naccept-encoding: gzip\r\n"),
            "",
        ))
    };
    let plain = get(&sim, "/api/v2/users");
    assert_eq!(plain.header("content-encoding"), None);
    let packed = asking("/api/v2/users");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut body = Vec::new();
    GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut body)
        .unwrap();
    assert_eq!(body, plain.body);
    assert_eq!(asking("/api/v2/users?per_page=0").body, b"[]");
    sim.configure(|config| config.gzip = false);
    assert_eq!(asking("/api/v2/users").body, plain.body);
}

#[test]
fn the_largest_users_are_whole_only_by_id() {
    let sim = tenant(0, JobPlan::default());
    sim.put_user(json!({"user_id": "auth0|1", "user_metadata": {"x": "y".repeat(2 << 20)}}));
    let found = get(&sim, "/api/v2/users").json();
    assert_eq!(found, json!([{"user_id": "auth0|1"}]));
    let whole = get(&sim, "/api/v2/users/auth0%7C1").json();
    assert_eq!(whole["user_metadata"]["x"].as_str().unwrap().len(), 2 << 20);
}

#[test]
fn indexes_find_what_looking_at_every_user_finds() {
    let sim = Simulator::start(Config {
        users: 600,
        tied_users: 40,
        odd_values: true,
        window: None,
        total_cap: None,
        ..Config::default()
    })
    .unwrap();
    let users = sim.users();
    let created = |user: &Value| user["created_at"].as_str().unwrap().to_string();
    let mut times: Vec<String> = users.iter().map(created).collect();
    times.sort();
    for (from, to) in [(0, 600), (100, 350), (300, 300), (599, 599)] {
        let (first, last) = (times[from.min(599)].clone(), times[to.min(599)].clone());
        let expected = times.iter().filter(|t| **t >= first && **t < last).count();
        for sort in ["", "&sort=created_at:1", "&sort=created_at:-1"] {
            for more in ["", "%20AND%20_exists_:created_at"] {
                let target = format!(
                    "/api/v2/users?include_totals=true&per_page=100&q=created_at:%5B{first}%20TO%20{last}%7D{more}{sort}"
                );
                let found = get(&sim, &target).json();
                assert_eq!(found["total"], expected, "{target}");
                let rows: Vec<String> = found["users"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(created)
                    .collect();
                let mut sorted = rows.clone();
                sorted.sort();
                match sort {
                    "&sort=created_at:1" => assert_eq!(rows, sorted),
                    "&sort=created_at:-1" => assert!(rows.iter().rev().eq(sorted.iter())),
                    _ => {}
                }
            }
        }
    }
    let some = users
        .iter()
        .find(|u| u["email"] == "Ann@Example.com")
        .unwrap();
    let id = some["user_id"].as_str().unwrap();
    let folded = users.iter().filter(|u| {
        u["email"]
            .as_str()
            .is_some_and(|e| e.to_lowercase() == "ann@example.com")
    });
    let found = get(
        &sim,
        "/api/v2/users?include_totals=true&q=email:%22ANN@example.COM%22",
    )
    .json();
    assert_eq!(found["total"], folded.count());
    let q = format!("user_id:({} OR \"nobody\")", json!(id));
    let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
    let found = get(&sim, &format!("/api/v2/users?q={q}&sort=name:1")).json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["user_id"], id);
    sim.remove_user(id);
    assert_eq!(get(&sim, &format!("/api/v2/users?q={q}")).json(), json!([]));
}
