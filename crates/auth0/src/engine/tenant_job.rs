//! A job of the tenant's, an export or an import: asked after until it has come to its end.

use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, Get, Stats};
use crate::error::Result;
use crate::options::Settings;

/// Pauses between questions: each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest of them. Auth0 also asks for as much between attempts to begin a job while two others run.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How far a job is.
#[derive(Debug, PartialEq)]
enum State<T> {
    /// So many percent of it are done, if Auth0 says so.
    Working(u8),
    Failed(String),
    Completed(T),
}

/// What `completed` reads of a job's answer once it is completed, or why it failed. `None` if nobody `wants` it any more;
/// `progress` is told how many percent are done.
pub async fn outcome<T>(
    (client, settings, stats): (&Client, &Settings, &Stats),
    job: &str,
    completed: impl Fn(&Value) -> std::result::Result<T, String>,
    wanted: impl Fn() -> bool,
    mut progress: impl FnMut(u8),
) -> Result<Option<std::result::Result<T, String>>> {
    let get = Get {
        path: format!("/api/v2/jobs/{job}"),
        query: Vec::new(),
    };
    let parse = |body: Vec<u8>| state(&body, &completed);
    let mut pause = FIRST_PAUSE;
    while wanted() {
        match client.get(&get, settings, stats, parse).await? {
            State::Completed(result) => return Ok(Some(Ok(result))),
            State::Failed(reason) => return Ok(Some(Err(reason))),
            State::Working(percent) => {
                progress(percent);
                tokio::time::sleep(pause).await;
                pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
            }
        }
    }
    Ok(None)
}

/// An answer about a job.
///
/// # Errors
/// It is not JSON.
pub fn read(body: &[u8]) -> std::result::Result<Value, String> {
    serde_json::from_slice(body).map_err(|_| "not JSON".to_owned())
}

/// Why it failed, in Auth0's words.
pub fn reason(job: &Value) -> String {
    let details = job.get("status_details").and_then(Value::as_str);
    details.unwrap_or("no reason was given").to_owned()
}

/// How far the job is that an answer describes. Which other states there are is not published.
fn state<T>(
    body: &[u8],
    completed: impl Fn(&Value) -> std::result::Result<T, String>,
) -> std::result::Result<State<T>, String> {
    let job = read(body)?;
    match job.get("status").and_then(Value::as_str) {
        Some("completed") => completed(&job).map(State::Completed),
        Some("failed") => Ok(State::Failed(reason(&job))),
        Some(_) => {
            let percent = job.get("percentage_done").and_then(Value::as_u64);
            let percent = percent.unwrap_or_default().min(100);
            Ok(State::Working(u8::try_from(percent).unwrap_or(100)))
        }
        None => Err("a job without a status".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_a_job() {
        let of = |body: &str| {
            state(body.as_bytes(), |job| match job.get("location") {
                Some(location) => Ok(location.clone()),
                None => Err("no location".to_owned()),
            })
        };
        for working in ["pending", "processing", "whatever"] {
            let body = format!(r#"{{"status":"{working}"}}"#);
            assert_eq!(of(&body), Ok(State::Working(0)), "{working}");
        }
        let body = r#"{"status":"processing","percentage_done":40}"#;
        assert_eq!(of(body), Ok(State::Working(40)));
        let body = r#"{"status":"failed","status_details":"no"}"#;
        assert_eq!(of(body), Ok(State::Failed("no".to_owned())));
        assert!(matches!(of(r#"{"status":"failed"}"#), Ok(State::Failed(_))));
        let body = r#"{"status":"completed","location":"x"}"#;
        assert_eq!(of(body), Ok(State::Completed("x".into())));
        assert!(of(r#"{"status":"completed"}"#).is_err());
        assert!(of("{}").is_err() && of("").is_err());
    }
}
