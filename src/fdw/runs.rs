//! The runs of one scan: each is the scan with one set of values, and a nested scan has many.

use std::time::Duration;

use auth0::client::Totals;
use auth0::engine::ScanRequest;
use auth0::plan::Value;

use super::rows::Rows;

/// What a run takes besides its rows, roughly.
const RUN_BYTES: usize = 1024;
/// Runs kept at most: they are looked through one after another.
const MOST_RUNS: usize = 1000;

/// The scan with one set of values.
pub struct Run {
    /// What is asked.
    pub request: ScanRequest,
    /// With which values; kept for EXPLAIN.
    pub values: Option<Vec<Value>>,
    /// The search that somebody gave, as JSON text.
    pub query: Option<String>,
    /// What comes.
    pub rows: Rows,
    /// Whether the number of rows has been told, where only that is wanted.
    pub counted: bool,
}

impl Run {
    fn rewind(&mut self) {
        self.rows.rewind();
        self.counted = false;
    }

    /// The bytes it keeps, if it keeps all its rows and asks nobody any more.
    fn kept_bytes(&self) -> Option<usize> {
        Some(self.rows.kept_bytes()? + RUN_BYTES)
    }
}

/// The current run, and ended ones whose rows are all in memory: a subquery asks for the same values again and again.
pub struct Runs {
    current: Option<Run>,
    ended: Vec<Run>,
    /// Bytes that ended runs may keep, and do.
    budget: usize,
    kept: usize,
    /// What forgotten runs have cost.
    spent: Totals,
    waited: Duration,
    fetched: u64,
    /// How many have begun.
    begun: u64,
}

impl Runs {
    /// No run yet; ended ones may keep `budget` bytes.
    pub fn new(budget: usize) -> Runs {
        Runs {
            current: None,
            ended: Vec::new(),
            budget,
            kept: 0,
            spent: Totals::default(),
            waited: Duration::ZERO,
            fetched: 0,
            begun: 0,
        }
    }

    /// The current run.
    pub fn current(&mut self) -> Option<&mut Run> {
        self.current.as_mut()
    }

    /// Starts over with `request`: from memory if it has been answered before; else false, and a run has to begin.
    pub fn resume(&mut self, request: &ScanRequest) -> bool {
        if let Some(run) = self.current.as_mut().filter(|run| run.request == *request) {
            run.rewind();
            return true;
        }
        self.put_aside();
        let Some(known) = self.ended.iter().position(|run| run.request == *request) else {
            return false;
        };
        let mut run = self.ended.swap_remove(known);
        self.kept -= run.kept_bytes().unwrap_or_default();
        run.rewind();
        self.current = Some(run);
        true
    }

    /// Makes `run` the current one.
    pub fn begin(&mut self, run: Run) {
        self.put_aside();
        self.begun += 1;
        self.current = Some(run);
    }

    /// The one run, if no other has begun.
    pub fn only(&self) -> Option<&Run> {
        self.current.as_ref().filter(|_| self.begun == 1)
    }

    /// Ends the requests under way.
    pub fn stop(&mut self) {
        if let Some(run) = &mut self.current {
            run.rows.stop();
        }
    }

    fn put_aside(&mut self) {
        let Some(mut run) = self.current.take() else {
            return;
        };
        run.rows.stop();
        match run.kept_bytes().filter(|bytes| *bytes <= self.budget) {
            Some(bytes) => {
                if self.kept + bytes > self.budget || self.ended.len() >= MOST_RUNS {
                    let ended = std::mem::take(&mut self.ended);
                    ended.iter().for_each(|run| self.forget(run));
                    self.kept = 0;
                }
                self.kept += bytes;
                self.ended.push(run);
            }
            None => self.forget(&run),
        }
    }

    fn forget(&mut self, run: &Run) {
        self.spent.add(run.rows.totals());
        self.waited += run.rows.waited();
        self.fetched += run.rows.fetched();
    }

    fn all(&self) -> impl Iterator<Item = &Run> {
        self.current.iter().chain(&self.ended)
    }

    /// What they have cost so far.
    pub fn totals(&self) -> Totals {
        let mut totals = self.spent;
        self.all().for_each(|run| totals.add(run.rows.totals()));
        totals
    }

    /// How long rows have been waited for.
    pub fn waited(&self) -> Duration {
        self.waited + self.all().map(|run| run.rows.waited()).sum::<Duration>()
    }

    /// Rows that came, before Postgres looked at them.
    pub fn fetched(&self) -> u64 {
        self.fetched + self.all().map(|run| run.rows.fetched()).sum::<u64>()
    }
}
