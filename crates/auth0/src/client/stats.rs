//! What a scan has cost, counted while it runs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Counters shared by the requests of one scan.
#[derive(Debug, Default)]
pub struct Stats {
    calls: AtomicU64,
    bytes: AtomicU64,
    retries: AtomicU64,
    limiter_micros: AtomicU64,
}

/// A reading of [`Stats`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests sent, those for a token and those that failed included.
    pub calls: u64,
    /// Bytes of answers, unpacked.
    pub bytes: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Time spent waiting for the rate limit, summed over requests.
    pub limiter_wait: Duration,
}

impl Totals {
    /// Adds another scan's.
    pub fn add(&mut self, more: Totals) {
        self.calls += more.calls;
        self.bytes += more.bytes;
        self.retries += more.retries;
        self.limiter_wait += more.limiter_wait;
    }
}

impl Stats {
    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    pub(super) fn received(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Counts a request sent again.
    pub fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    /// Counts the time from now until the result is dropped, be it because the scan has ended meanwhile.
    pub(super) fn limiter_wait(&self) -> impl Drop + '_ {
        Waiting {
            stats: self,
            since: Instant::now(),
        }
    }

    /// The counters now.
    pub fn totals(&self) -> Totals {
        Totals {
            calls: self.calls.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            retries: self.retries.load(Relaxed),
            limiter_wait: Duration::from_micros(self.limiter_micros.load(Relaxed)),
        }
    }
}

struct Waiting<'a> {
    stats: &'a Stats,
    since: Instant,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let micros = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.stats.limiter_micros.fetch_add(micros, Relaxed);
    }
}
