//! A users-export job: asked for, waited for, and its file read, a page at a time.
//!
//! The file does not change, so a download that breaks off is begun anew, past the lines that
//! have been handed over. Where it lies is told for a minute at a time: then the job is asked again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{json, Value};

use super::fetch::Fetcher;
use super::lines::Lines;
use super::output::Output;
use super::request::{Ask, ScanRequest};
use super::tenant_job::{self, read};
use super::walk::Step;
use crate::catalog::Language;
use crate::error::{Error, Result};
use crate::options::BulkRead;
use crate::rows::{Columns, Page};

/// The pause before a file is fetched anew, as often as that has failed.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether a scan is to be answered with an export: all rows in any order, without conditions, and only keys that an
/// export can name. It has no name for "all of the object".
pub fn suits(fetcher: &Fetcher) -> bool {
    let request: &ScanRequest = &fetcher.request;
    fetcher.settings.bulk_read == BulkRead::Export
        && request.object.language == Language::Users
        && request.ask == Ask::Search(None)
        && request.sort.is_none()
        && request.all
        && !request.whole
        && fetcher.columns.keys().iter().all(|key| is_nameable(key))
}

/// A dot or a bracket in a name is a path to the export.
fn is_nameable(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=100).contains(&key.len()) && key.bytes().all(plain)
}

/// Hands over all rows of an export.
pub async fn export(fetcher: Arc<Fetcher>, out: Output) -> Result<Step> {
    let mut export = Export::start(&fetcher, fetcher.columns.clone()).await?;
    while let Some(page) = export.next().await? {
        if !out.send(Ok(page)).await {
            return Ok(Step::Unwanted);
        }
    }
    Ok(Step::End)
}

/// A job and its file.
pub struct Export<'a> {
    fetcher: &'a Fetcher,
    columns: Columns,
    job: String,
    file: Option<Lines>,
    /// Lines there must be.
    lines: Option<u64>,
    /// Lines handed over.
    done: u64,
    failures: u32,
}

impl<'a> Export<'a> {
    /// Asks for the job; its rows have these columns.
    pub async fn start(fetcher: &'a Fetcher, columns: Columns) -> Result<Self> {
        let fields: Vec<Value> = columns
            .keys()
            .iter()
            .map(|key| json!({ "name": key }))
            .collect();
        let body = json!({ "format": "json", "fields": fields }).to_string();
        let parse = |body: Vec<u8>| match read(&body)?.get("id").and_then(Value::as_str) {
            Some(id) => Ok(id.to_owned()),
            None => Err("a job without an id".to_owned()),
        };
        let (client, path) = (&fetcher.client, "/api/v2/jobs/users-exports");
        let job = client.post(path, &body, &fetcher.settings, &fetcher.stats, parse);
        Ok(Export {
            fetcher,
            columns,
            job: job.await?,
            file: None,
            lines: None,
            done: 0,
            failures: 0,
        })
    }

    /// The next rows; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        loop {
            if self.file.is_none() {
                let (location, lines) = self.location().await?;
                let (client, settings) = (&self.fetcher.client, &self.fetcher.settings);
                match client
                    .download(&location, settings, &self.fetcher.stats)
                    .await
                {
                    Ok(download) => {
                        self.lines = lines;
                        self.file = Some(Lines::new(download, self.done));
                    }
                    Err(failure) => {
                        self.again(failure.reason, failure.retry).await?;
                        continue;
                    }
                }
            }
            let Some(file) = &mut self.file else { continue };
            match file.page(&self.columns, &self.fetcher.stats).await {
                Ok(Some(page)) => {
                    self.done += page.rows() as u64;
                    self.failures = 0;
                    return Ok(Some(page));
                }
                Ok(None) if self.lines.is_some_and(|lines| lines != self.done) => {
                    self.again("the file has not as many lines as it should".into(), true)
                        .await?;
                }
                Ok(None) => return Ok(None),
                Err(failure) => self.again(failure.reason, failure.retry).await?,
            }
        }
    }

    /// Where the file lies, once it is there.
    async fn location(&self) -> Result<(String, Option<u64>)> {
        let fetcher = self.fetcher;
        let asker = (&*fetcher.client, &fetcher.settings, &*fetcher.stats);
        let outcome = tenant_job::outcome(asker, &self.job, location, || true, |_| {}).await?;
        match outcome {
            Some(Ok(found)) => Ok(found),
            Some(Err(reason)) => Err(self.failed(reason)),
            None => Err(self.failed("nobody waited for it".to_owned())),
        }
    }

    /// Pauses before the file is fetched anew, or gives up.
    async fn again(&mut self, reason: String, worth_it: bool) -> Result<()> {
        self.file = None;
        self.failures += 1;
        if !worth_it || self.failures > self.fetcher.settings.max_retries {
            return Err(self.failed(format!("its file cannot be read: {reason}")));
        }
        self.fetcher.stats.retry();
        tokio::time::sleep(PAUSE * self.failures).await;
        Ok(())
    }

    fn failed(&self, reason: String) -> Error {
        Error::Export {
            job: self.job.clone(),
            reason,
        }
    }
}

/// Where a completed job's file lies, and how many lines it has.
fn location(job: &Value) -> std::result::Result<(String, Option<u64>), String> {
    let location = job.get("location").and_then(Value::as_str);
    let location = location.ok_or("a completed job without a location")?;
    let lines = job.pointer("/summary/total").and_then(Value::as_u64);
    Ok((location.to_owned(), lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_an_export_understands() {
        for (key, fine) in [("email", true), ("a-b_C1", true), ("a.b", false)] {
            assert_eq!(is_nameable(key), fine, "{key}");
        }
        assert!(!is_nameable("") && !is_nameable(&"x".repeat(101)) && !is_nameable("é"));
    }
}
