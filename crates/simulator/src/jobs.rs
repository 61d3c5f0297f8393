//! Jobs: how far they are, and where an export's file lies.

use crate::config::JobPlan;
use crate::connections::Connection;
use crate::export::Snapshot;
use crate::time;
use ring::digest::{digest, SHA256};
use serde_json::{json, Map, Value};
use std::time::{Duration, Instant};

/// All jobs, in the order they began.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Job>);

/// One job.
#[derive(Debug)]
pub struct Job {
    /// `job_…`
    pub id: String,
    /// What every answer about it repeats.
    pub described: Map<String, Value>,
    /// What it does.
    pub work: Work,
    started: Instant,
    polls: usize,
}

/// What a job does.
#[derive(Debug)]
pub enum Work {
    /// Writes users to a file.
    Export(Snapshot),
    /// Stores users.
    Import(Import),
}

/// Users to be stored, and how that went.
#[derive(Debug)]
pub struct Import {
    /// The rows of the file.
    pub rows: Vec<Value>,
    /// The connection they go to.
    pub connection: Connection,
    /// A user with the same e-mail is changed instead of being an error.
    pub upsert: bool,
    /// None until it was done.
    pub outcome: Option<Outcome>,
}

/// How an import went.
#[derive(Debug, Default)]
pub struct Outcome {
    /// New users.
    pub inserted: usize,
    /// Changed users.
    pub updated: usize,
    /// What GET /jobs/{id}/errors answers.
    pub errors: Vec<Value>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not begun.
    Pending,
    /// So many percent done.
    Processing(u8),
    /// Done.
    Completed,
    /// Given up.
    Failed,
}

impl Jobs {
    /// Begins a job.
    pub fn begin(&mut self, kind: &str, mut described: Map<String, Value>, work: Work) -> &Job {
        let id = format!("job_{:016x}", self.0.len() + 0x51_4a0b_0000);
        described.insert("type".into(), kind.into());
        described.insert("created_at".into(), time::format(time::now_millis()).into());
        described.insert("id".into(), id.as_str().into());
        self.0.push(Job {
            id,
            described,
            work,
            started: Instant::now(),
            polls: 0,
        });
        &self.0[self.0.len() - 1]
    }

    /// Imports that are neither done nor given up. To be asked counts as a poll of each: a client that is refused
    /// because of them may wait for them without asking how they are.
    pub fn active_imports(&mut self, plan: &JobPlan) -> Vec<&mut Job> {
        let imports = self
            .0
            .iter_mut()
            .filter(|job| matches!(&job.work, Work::Import(import) if import.outcome.is_none()));
        imports
            .filter(|job| !matches!(job.status(plan), Status::Failed))
            .collect()
    }

    /// A job by id.
    pub fn find(&mut self, id: &str) -> Option<&mut Job> {
        self.0.iter_mut().find(|job| job.id == id)
    }
}

impl Job {
    /// How far it is, asked once more.
    pub fn poll(&mut self, plan: &JobPlan) -> Status {
        self.polls = self.polls.saturating_add(1);
        self.status(plan)
    }

    /// How far it is.
    pub fn status(&self, plan: &JobPlan) -> Status {
        let working = plan.pending_polls + plan.processing_polls;
        if self.polls <= plan.pending_polls && working > 0 {
            return Status::Pending;
        }
        if self.polls <= working || self.started.elapsed() < plan.takes {
            let done = (self.polls - plan.pending_polls) * 100 / (plan.processing_polls + 1);
            return Status::Processing(done.min(99) as u8);
        }
        match plan.failure {
            Some(_) => Status::Failed,
            None => Status::Completed,
        }
    }

    /// What the API says of a job that is so far.
    pub fn answer(&self, status: Status, plan: &JobPlan) -> Map<String, Value> {
        let mut answer = self.described.clone();
        let word = match status {
            Status::Pending => "pending",
            Status::Processing(done) => {
                answer.insert("percentage_done".into(), done.into());
                answer.insert("time_left_seconds".into(), json!(1));
                "processing"
            }
            Status::Completed => {
                answer.insert("percentage_done".into(), json!(100));
                answer.insert("time_left_seconds".into(), json!(0));
                "completed"
            }
            Status::Failed => {
                answer.insert("status_details".into(), json!(plan.failure));
                "failed"
            }
        };
        answer.insert("status".into(), word.into());
        answer
    }
}

/// A pre-signed path to a file, good until `lifetime` has passed.
pub fn sign(job: &str, file: &str, lifetime: Duration) -> String {
    let expires = time::now_millis() + i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX / 2);
    format!(
        "/exports/{job}/{file}?Expires={expires}&Signature={}",
        signature(job, file, expires)
    )
}

/// The signature of a path that expires then (milliseconds since 1970).
pub fn signature(job: &str, file: &str, expires: i64) -> String {
    // Nothing is protected by it: it only has to change with what it signs.
    let digest = digest(&SHA256, format!("{job} {file} {expires}").as_bytes());
    digest.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
