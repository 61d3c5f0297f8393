//! What an import tells: its jobs as they begin, get on and end.

use serde_json::Value;

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A file has been sent.
    Started {
        /// The job's id.
        job: String,
        /// Users in the file.
        users: u64,
        /// Size of the file.
        bytes: u64,
    },
    /// A job has come further.
    Progress {
        /// The job's id.
        job: String,
        /// How far.
        percent: u8,
    },
    /// Somebody else's jobs are running, and have to be waited for.
    Waiting,
    /// A job is done.
    Finished(Finished),
}

/// What a job has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The job's id.
    pub job: String,
    /// New users.
    pub inserted: u64,
    /// Users who were there, and were changed.
    pub updated: u64,
    /// Users who were refused.
    pub failed: u64,
    /// All of them.
    pub total: u64,
    /// Why users were refused; one user can have several reasons.
    pub errors: Vec<RowError>,
}

/// Why a user was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RowError {
    /// The row it came from, counted from 1, if it can be told.
    pub number: Option<u64>,
    /// The user as it was sent, secrets masked by Auth0.
    pub user: Value,
    /// Auth0's code.
    pub code: Option<String>,
    /// Auth0's words.
    pub message: Option<String>,
    /// What of the user it is about.
    pub path: Option<String>,
}
