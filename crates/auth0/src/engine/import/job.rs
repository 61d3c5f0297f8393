//! One import job: its file sent, waited for, and what Auth0 says of its users.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::file::{known_by, File};
use super::{Event, Finished, Ground, RowError};
use crate::catalog::writes::Method;
use crate::client::{Get, Write, Written};
use crate::engine::tenant_job::{self, read, reason, LONGEST_PAUSE};
use crate::error::{Error, Result};

/// Auth0 gives up a job after two hours, so no longer does one stand in the way of another.
const LONGEST_JOB: Duration = Duration::from_secs(2 * 3600);

/// How many users a job has dealt with, and how.
struct Summary {
    inserted: u64,
    updated: u64,
    failed: u64,
    total: u64,
}

/// Imports a file, and tells what comes of it; nothing more once nobody wants it.
pub async fn run(ground: &Ground, connection_id: &str, mut file: File) -> Result<()> {
    let Some(job) = begin(ground, connection_id, &file).await? else {
        return Ok(());
    };
    let asker = (&*ground.client, &ground.settings, &ground.stats);
    let mut told = 0;
    let progress = |percent| {
        if percent > told {
            told = percent;
            let job = job.clone();
            ground.tell(Event::Progress { job, percent });
        }
    };
    let wanted = || !ground.halt.is_closed();
    match tenant_job::outcome(asker, &job, summary, wanted, progress).await? {
        Some(Ok(summary)) => {
            let errors = match summary.failed {
                0 => Ok(Vec::new()),
                _ => errors(ground, &job, &mut file).await,
            };
            let (errors, unread) = match errors {
                Ok(errors) => (errors, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            // What the job has done is known, also if not why users were refused.
            ground.tell(Event::Finished(Finished {
                inserted: summary.inserted,
                updated: summary.updated,
                failed: summary.failed,
                total: summary.total,
                errors,
                job,
            }));
            unread.map_or(Ok(()), Err)
        }
        Some(Err(reason)) => Err(Error::Import { job, reason }),
        None => Ok(()),
    }
}

/// Sends the file and tells that it has been accepted; the job's id.
async fn begin(ground: &Ground, connection_id: &str, file: &File) -> Result<Option<String>> {
    let upsert = if ground.request.upsert {
        "true"
    } else {
        "false"
    };
    let mut fields = vec![
        ("connection_id", connection_id),
        ("upsert", upsert),
        // Nobody asked for a mail to all administrators.
        ("send_completion_email", "false"),
    ];
    if let Some(external_id) = &ground.request.external_id {
        fields.push(("external_id", external_id));
    }
    let path = "/api/v2/jobs/users-imports";
    let correlation = ground.correlation();
    let write = Write {
        method: Method::Post,
        path,
        query: &[],
        body: Some(file.form(&fields)),
        correlation: &correlation,
    };
    let since = Instant::now();
    loop {
        let flight = ground.flight();
        let (settings, stats) = (&ground.settings, &ground.stats);
        match ground.client.write(&write, settings, stats, &flight).await {
            Ok(Written::Done(body)) => {
                let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                let id = answer.get("id").and_then(Value::as_str);
                return match id {
                    Some(id) => {
                        ground.tell(Event::Started {
                            job: id.to_owned(),
                            users: file.users,
                            bytes: file.size() as u64,
                        });
                        Ok(Some(id.to_owned()))
                    }
                    None => Err(Error::Import {
                        job: String::new(),
                        reason: "the answer has no id; the job may run all the same".to_owned(),
                    }),
                };
            }
            Ok(Written::Missing(_) | Written::Abandoned) => return Ok(None),
            // Others' jobs are running: Auth0 takes two at a time.
            Err(Error::RateLimited { refused: true, .. }) if since.elapsed() < LONGEST_JOB => {
                drop(flight);
                ground.tell(Event::Waiting);
                tokio::time::sleep(LONGEST_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// What a completed job says of its users.
fn summary(job: &Value) -> std::result::Result<Summary, String> {
    let number = |name: &str| {
        let number = job.pointer(&format!("/summary/{name}"));
        number.and_then(Value::as_u64).unwrap_or_default()
    };
    Ok(Summary {
        inserted: number("inserted"),
        updated: number("updated"),
        failed: number("failed"),
        total: number("total"),
    })
}

/// The users that were refused, and why.
async fn errors(ground: &Ground, job: &str, file: &mut File) -> Result<Vec<RowError>> {
    let get = Get {
        path: format!("/api/v2/jobs/{job}/errors"),
        query: Vec::new(),
    };
    let parse = |body: Vec<u8>| match body.as_slice() {
        // 204: there are none.
        [] => Ok(Value::Array(Vec::new())),
        body => read(body),
    };
    let answer = ground
        .client
        .get(&get, &ground.settings, &ground.stats, parse)
        .await?;
    let Value::Array(refused) = answer else {
        return Err(Error::Import {
            job: job.to_owned(),
            reason: reason(&answer),
        });
    };
    let mut errors = Vec::new();
    for mut one in refused {
        let user = one.get_mut("user").map(Value::take).unwrap_or_default();
        let number = file.row_of(&known_by(&user));
        for why in one
            .get("errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |key: &str| why.get(key).and_then(Value::as_str).map(str::to_owned);
            errors.push(RowError {
                number,
                user: user.clone(),
                code: text("code"),
                message: text("message"),
                path: text("path"),
            });
        }
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_every_number() {
        let job =
            serde_json::json!({"summary": {"failed": 1, "updated": 2, "inserted": 3, "total": 6}});
        let Summary {
            inserted,
            updated,
            failed,
            total,
        } = summary(&job).unwrap();
        assert_eq!((inserted, updated, failed, total), (3, 2, 1, 6));
    }
}
