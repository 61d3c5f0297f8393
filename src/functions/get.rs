//! One call of the Management API, and its answer as it came.

use auth0::catalog::endpoint;
use auth0::client::Stats;
use auth0::engine::Job;
use auth0::{Error, Result};
use pgrx::{pg_extern, pg_sys, JsonB};
use serde_json::Value;

use super::value::Jsonb;
use crate::error::OrRaise;
use crate::server::Server;
use crate::{backend, interrupt, text};

/// One GET, with the limiter, the retries and the errors of every scan. Nothing is taken out of the answer.
#[pg_extern(sql = false)]
fn get(server: &str, path: &str, params: JsonB) -> Option<Jsonb> {
    let (server, path) = (
        text::received(server.to_owned()),
        text::received(path.to_owned()),
    );
    Jsonb::new(&answer(&server, &path, &params.0).or_raise())
}

fn answer(server: &str, path: &str, params: &Value) -> Result<String> {
    if !endpoint::is_path(path) {
        return Err(Error::Argument {
            name: "path",
            expected: expected(path),
        });
    }
    let get = endpoint::call(path, &parameters(params)?);
    let server = Server::named(server)?;
    let settings = server.settings()?;
    let client = server.connect(current_user(), &settings)?;
    let runtime = backend::runtime()?;
    let job = Job::start(runtime, async move {
        client.get(&get, &settings, &Stats::default(), json).await
    });
    interrupt::wait(runtime, || job.poll())
}

/// What a path must be, for one that is none.
fn expected(path: &str) -> String {
    let valid = endpoint::PATH.replace('`', "");
    if path.contains('?') {
        return format!("{valid}; parameters go into params");
    }
    match path.contains(char::is_whitespace) {
        true => format!("{valid}, in which white space is percent-encoded (%20)"),
        false => valid,
    }
}

/// Whoever runs the statement, or owns the function that does.
#[allow(unsafe_code)]
pub fn current_user() -> pg_sys::Oid {
    // SAFETY: reads the backend's state.
    unsafe { pg_sys::GetUserId() }
}

/// The body if it is JSON.
fn json(body: Vec<u8>) -> std::result::Result<String, String> {
    let body = String::from_utf8(body).map_err(|_| "not UTF-8".to_owned())?;
    match serde_json::from_str::<serde::de::IgnoredAny>(&body) {
        Ok(_) => Ok(body),
        Err(_) => Err("not JSON".to_owned()),
    }
}

/// The query parameters of a JSON object; one with an array is sent once for each of its elements.
fn parameters(params: &Value) -> Result<Vec<(String, String)>> {
    let bad = || Error::Argument {
        name: "params",
        expected: "a JSON object whose values are texts, numbers, truth values or arrays of these"
            .to_owned(),
    };
    let scalar = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(bad()),
    };
    let mut pairs = Vec::new();
    for (name, value) in params.as_object().ok_or_else(bad)? {
        let values = match value {
            Value::Array(many) => many.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            pairs.push((name.clone(), scalar(value)?));
        }
    }
    Ok(pairs)
}
