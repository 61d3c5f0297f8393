//! The simulator's own controls, for tests in other languages than Rust.
//!
//! `GET|DELETE /__simulator/journal`, `GET|POST|DELETE /__simulator/faults`, `PATCH /__simulator/config`,
//! `POST /__simulator/token`, `POST /__simulator/revoke`, `PUT /__simulator/users`, `DELETE /__simulator/users[/id]`, `GET /__simulator/status`;
//! for any other object `PUT /__simulator/objects/LIST` and `DELETE /__simulator/objects/LIST/ID`, for an object that is
//! there once `PUT /__simulator/setting/PATH`.

use crate::api;
use crate::auth;
use crate::errors::ApiError;
use crate::faults::Fault;
use crate::handle::reconfigure;
use crate::journal::Entry;
use crate::json::{self, Object};
use crate::limits::Bucket;
use crate::reply::Reply;
use crate::request::Request;
use crate::scopes::SCOPES;
use crate::state::{lock, State};
use crate::world::place;
use serde_json::{json, Map, Value};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Answers a control request; they leave no trace in the journal and meet no fault.
pub fn control(state: &State, request: &Request) -> Reply {
    let path: Vec<&str> = request.segments[1..].iter().map(String::as_str).collect();
    let body = || -> Result<Map<String, Value>, ApiError> {
        if request.body.is_empty() {
            return Ok(Map::new());
        }
        serde_json::from_slice(&request.body).map_err(|e| ApiError::body(format!("'{e}'")))
    };
    let result = match (request.method.as_str(), path.as_slice()) {
        ("GET", ["status"]) => Ok(Reply::json(
            200,
            &json!({
                "in_flight": state.in_flight.load(Ordering::SeqCst),
                "open_connections": state.connections.load(Ordering::SeqCst),
                "users": lock(&state.tenant).users().len(),
            }),
        )),
        ("GET", ["journal"]) => {
            let entries = lock(&state.journal).entries();
            let list: Vec<Value> = entries.iter().map(shown).collect();
            Ok(Reply::json(200, &list.into()))
        }
        ("DELETE", ["journal"]) => {
            lock(&state.journal).clear();
            Ok(Reply::empty())
        }
        ("GET", ["faults"]) => {
            let waiting = lock(&state.faults).waiting();
            Ok(Reply::json(200, &json!(waiting)))
        }
        ("POST", ["faults"]) => serde_json::from_slice::<Fault>(&request.body)
            .map_err(|e| ApiError::body(format!("'{e}'")))
            .map(|fault| {
                lock(&state.faults).push(fault);
                Reply::empty()
            }),
        ("DELETE", ["faults"]) => {
            lock(&state.faults).clear();
            Ok(Reply::empty())
        }
        ("PATCH", ["config"]) => body().and_then(|body| change(state, &body)),
        ("POST", ["token"]) => body().map(|mut claims| {
            claims
                .entry("scope")
                .or_insert_with(|| SCOPES.join(" ").into());
            let token = auth::issue(state, claims, 86_400);
            Reply::json(200, &json!({ "access_token": token }))
        }),
        ("POST", ["revoke"]) => {
            lock(&state.tokens).revoke();
            Ok(Reply::empty())
        }
        ("PUT", ["users"]) => put_user(state, request),
        ("DELETE", ["users"]) => {
            lock(&state.tenant).clear();
            Ok(Reply::empty())
        }
        ("DELETE", ["users", id]) => {
            lock(&state.tenant).remove(id, Duration::ZERO);
            Ok(Reply::empty())
        }
        ("PUT", ["objects", list @ ..]) => body().and_then(|object| {
            let name = api::find(list).map_or("id", |endpoint| endpoint.id);
            let id = object.get(name).and_then(Value::as_str).map(String::from);
            let id =
                id.ok_or_else(|| ApiError::body(format!("'Missing required property: {name}'")))?;
            state.world().put(&place(list), &id, &object.into());
            Ok(Reply::empty())
        }),
        ("DELETE", ["objects", list @ .., id]) => {
            state.world().remove(&place(list), id);
            Ok(Reply::empty())
        }
        ("PUT", ["setting", path @ ..]) => {
            let raw = String::from_utf8_lossy(&request.body).into_owned();
            state.world().set(&place(path), raw);
            Ok(Reply::empty())
        }
        _ => Err(ApiError::usual(404)),
    };
    result.unwrap_or_else(|error| error.reply())
}

fn put_user(state: &State, request: &Request) -> Result<Reply, ApiError> {
    // Not parsed further: the point may be a number or a text that parsers refuse.
    let raw = String::from_utf8_lossy(&request.body).into_owned();
    let id = Object::parse(&raw)
        .and_then(|user| json::string(user.get("user_id")?))
        .ok_or_else(|| ApiError::body("'Missing required property: user_id'"))?;
    lock(&state.tenant).put(&id, raw, Duration::ZERO);
    Ok(Reply::empty())
}

/// Sets what the body names: `latency_ms`, `index_lag_ms`, `window`, `total_cap`, `bucket` (`{burst, per_second}`),
/// `always_bare`, `unstable_ties`, `custom_domain_conflict`, `gzip`, `slow_clauses`, and for jobs `pending_polls`,
/// `processing_polls`, `job_takes_ms`, `job_failure`, `location_lifetime_ms`, `location_scheme`, `export_gzip`;
/// null switches a limit off.
fn change(state: &State, body: &Map<String, Value>) -> Result<Reply, ApiError> {
    let bad = |key: &str| ApiError::body(format!("'Wrong value' on property {key}"));
    let mut wanted = state.config();
    for (key, value) in body {
        let number = || value.as_u64().ok_or_else(|| bad(key));
        let limit = || match value {
            Value::Null => Ok(None),
            _ => number().map(|n| Some(n as usize)),
        };
        let flag = || value.as_bool().ok_or_else(|| bad(key));
        match key.as_str() {
            "latency_ms" => wanted.latency = Duration::from_millis(number()?),
            "index_lag_ms" => wanted.index_lag = Duration::from_millis(number()?),
            "window" => wanted.window = limit()?,
            "total_cap" => wanted.total_cap = limit()?,
            "always_bare" => wanted.always_bare = flag()?,
            "unstable_ties" => wanted.unstable_ties = flag()?,
            "custom_domain_conflict" => wanted.custom_domain_conflict = flag()?,
            "gzip" => wanted.gzip = flag()?,
            "slow_clauses" => wanted.slow_clauses = limit()?,
            "pending_polls" => wanted.jobs.pending_polls = number()? as usize,
            "processing_polls" => wanted.jobs.processing_polls = number()? as usize,
            "job_takes_ms" => wanted.jobs.takes = Duration::from_millis(number()?),
            "job_failure" => wanted.jobs.failure = value.as_str().map(String::from),
            "location_lifetime_ms" => {
                wanted.jobs.location_lifetime = Duration::from_millis(number()?);
            }
            "location_scheme" => wanted.jobs.location_scheme = flag()?,
            "export_gzip" => wanted.jobs.gzip = flag()?,
            "bucket" if value.is_null() => wanted.bucket = None,
            "bucket" => {
                let burst = value["burst"].as_u64().and_then(|n| u32::try_from(n).ok());
                wanted.bucket = Some(Bucket {
                    burst: burst.ok_or_else(|| bad(key))?,
                    per_second: value["per_second"].as_f64().ok_or_else(|| bad(key))?,
                });
            }
            _ => {
                return Err(ApiError::body(format!(
                    "'Additional properties not allowed: {key}'"
                )))
            }
        }
    }
    reconfigure(state, |config| *config = wanted);
    Ok(Reply::empty())
}

fn shown(entry: &Entry) -> Value {
    let ago = |moment: Instant| moment.elapsed().as_secs_f64();
    let map = |pairs: &[(String, String)]| -> Value {
        Value::Object(
            pairs
                .iter()
                .map(|(key, value)| (key.clone(), value.as_str().into()))
                .collect(),
        )
    };
    json!({
        "number": entry.number,
        "connection": entry.connection,
        "method": entry.method,
        "path": entry.path,
        "target": entry.target,
        "query": map(&entry.query),
        "headers": map(&entry.headers),
        "body": entry.body,
        "status": entry.status,
        "started_seconds_ago": ago(entry.started),
        "ended_seconds_ago": entry.ended.map(ago),
        "completed": entry.completed,
    })
}
