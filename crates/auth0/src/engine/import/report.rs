//! What an import has come to so far, and how that is told.

use super::{Event, Finished, RowError};
use crate::error::{Error, Result};

/// What has been done, what is under way and what went wrong.
#[derive(Debug, Default)]
pub struct Report {
    sums: Sums,
    /// Jobs that are done.
    done: usize,
    refused: Vec<RowError>,
    /// Jobs that Auth0 has accepted, and of which no end is known.
    accepted: Vec<String>,
    error: Option<Error>,
}

/// How many users jobs have dealt with, and how.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Sums {
    inserted: u64,
    updated: u64,
    failed: u64,
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sums {
            inserted,
            updated,
            failed,
        } = self;
        write!(f, "{inserted} inserted, {updated} updated, {failed} failed")
    }
}

impl Report {
    /// Takes what has happened, and says it in words if it is worth them.
    pub fn take(&mut self, event: Result<Event>) -> Option<String> {
        Some(match event {
            Ok(Event::Started { job, users, bytes }) => {
                let text = format!("import {job}: {users} users, {bytes} bytes");
                self.accepted.push(job);
                text
            }
            Ok(Event::Progress { job, percent }) => format!("import {job}: {percent} %"),
            Ok(Event::Waiting) => "import: waiting for other jobs of the tenant".to_owned(),
            Ok(Event::Finished(done)) => self.add(done),
            Err(error) => {
                self.fail(error);
                return None;
            }
        })
    }

    fn add(&mut self, done: Finished) -> String {
        let sums = Sums {
            inserted: done.inserted,
            updated: done.updated,
            failed: done.failed,
        };
        self.sums.inserted += sums.inserted;
        self.sums.updated += sums.updated;
        self.sums.failed += sums.failed;
        self.done += 1;
        self.accepted.retain(|job| *job != done.job);
        self.refused.extend(done.errors);
        format!("import {}: {sums}", done.job)
    }

    /// Something went wrong. The first error counts.
    pub fn fail(&mut self, error: Error) {
        if let Error::Import { job: failed, .. } = &error {
            self.accepted.retain(|job| job != failed);
        }
        self.error.get_or_insert(error);
    }

    /// Whether something went wrong.
    pub fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// How many users have been dealt with; `None` if that is not known of all that were sent.
    pub fn sums(&self) -> Option<String> {
        let is_uncertain = self.error.as_ref().is_some_and(Error::is_uncertain);
        let is_known = self.accepted.is_empty() && !is_uncertain;
        is_known.then(|| format!("users imported: {}", self.sums))
    }

    /// What an import that is broken off has to say. `sent`: there may be a file whose answer has not come.
    pub fn broken_off(&self, sent: bool) -> Option<String> {
        let mut parts = Vec::new();
        if !self.accepted.is_empty() {
            let jobs = self.accepted.join(", ");
            parts.push(format!(
                "Auth0 goes on with jobs that it has accepted: {jobs}."
            ));
        }
        if sent {
            parts.push("A file was sent and has no answer; its job may have begun.".to_owned());
        }
        parts.extend(self.so_far());
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn so_far(&self) -> Option<String> {
        (self.done > 0).then(|| format!("Jobs that are done: {}.", self.sums))
    }

    /// Why users were refused, when all has come to its end.
    ///
    /// # Errors
    /// What went wrong; [`Error::ImportUnknown`] if it left jobs behind.
    pub fn outcome(self) -> Result<Vec<RowError>> {
        let done = self.so_far();
        match self.error {
            None => Ok(self.refused),
            Some(error) if self.accepted.is_empty() => Err(error),
            Some(error) => Err(Error::ImportUnknown {
                jobs: self.accepted,
                done,
                cause: Box::new(error),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(job: &str) -> Result<Event> {
        let job = job.to_owned();
        Ok(Event::Started {
            job,
            users: 1,
            bytes: 2,
        })
    }

    fn finished(job: &str) -> Result<Event> {
        Ok(Event::Finished(Finished {
            job: job.to_owned(),
            inserted: 3,
            updated: 2,
            failed: 1,
            total: 6,
            errors: Vec::new(),
        }))
    }

    fn failed(job: &str) -> Error {
        Error::Import {
            job: job.to_owned(),
            reason: "no".to_owned(),
        }
    }

    #[test]
    fn nothing_has_nothing_to_say() {
        let report = Report::default();
        assert_eq!(report.broken_off(false), None);
        assert!(report.broken_off(true).is_some());
        assert_eq!(report.outcome(), Ok(Vec::new()));
    }

    #[test]
    fn jobs_that_are_not_done_are_named() {
        let mut report = Report::default();
        for event in [started("a"), started("b"), started("c"), finished("b")] {
            assert!(report.take(event).is_some());
        }
        assert_eq!(
            report.broken_off(false).as_deref(),
            Some("Auth0 goes on with jobs that it has accepted: a, c. Jobs that are done: 3 inserted, 2 updated, 1 failed.")
        );
        assert_eq!(report.sums(), None);
        report.take(Err(Error::abandoned()));
        report.take(Err(failed("c")));
        let outcome = report.outcome();
        assert!(outcome.as_ref().is_err_and(Error::is_uncertain));
        assert_eq!(
            outcome,
            Err(Error::ImportUnknown {
                jobs: vec!["a".to_owned()],
                done: Some("Jobs that are done: 3 inserted, 2 updated, 1 failed.".to_owned()),
                cause: Box::new(Error::abandoned()),
            })
        );
    }

    #[test]
    fn a_job_that_has_failed_is_not_under_way() {
        let mut report = Report::default();
        report.take(started("a"));
        report.take(Err(failed("a")));
        assert!(report.has_failed());
        assert_eq!(
            report.sums().as_deref(),
            Some("users imported: 0 inserted, 0 updated, 0 failed")
        );
        assert_eq!(report.outcome(), Err(failed("a")));
    }
}
