//! The rows of one foreign scan: pages as they come, and again from memory when the scan starts over.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auth0::client::{Client, Totals};
use auth0::engine::{Ask, Budget, Runtime, Scan, ScanRequest};
use auth0::options::Settings;
use auth0::plan::is_whole;
use auth0::rows::Page;
use auth0::Result;
use pgrx::pg_sys::Oid;

use super::learnt;
use crate::error::notice;
use crate::interrupt;

/// A cursor over the pages of a scan. As long as they fit into `budget` bytes the pages are kept, so that the inner
/// side of a nested loop costs its requests once; beyond that, starting over means asking again. `calls` counts them.
pub struct Rows {
    runtime: &'static Runtime,
    client: Arc<Client>,
    server: Oid,
    request: ScanRequest,
    settings: Settings,
    calls: Arc<Budget>,
    live: Option<Scan>,
    kept: VecDeque<Rc<Page>>,
    /// Bytes that may still be kept; `None` once the budget is spent and nothing is kept any more.
    budget: Option<usize>,
    page: Option<Rc<Page>>,
    next_page: usize,
    next_row: usize,
    complete: bool,
    spent: Totals,
    waited: Duration,
    /// Rows that came over the network.
    fetched: u64,
    /// Rows of the scan that is running.
    passed: u64,
}

impl Rows {
    /// Nothing is asked before the first row is wanted.
    pub fn new(
        runtime: &'static Runtime,
        client: Arc<Client>,
        server: Oid,
        request: ScanRequest,
        settings: Settings,
        calls: Arc<Budget>,
        budget: usize,
    ) -> Self {
        Rows {
            runtime,
            client,
            server,
            request,
            settings,
            calls,
            live: None,
            kept: VecDeque::new(),
            budget: Some(budget),
            page: None,
            next_page: 0,
            next_row: 0,
            complete: false,
            spent: Totals::default(),
            waited: Duration::ZERO,
            fetched: 0,
            passed: 0,
        }
    }

    /// The next row: its page and its place on it. Waits for the network, interruptibly.
    pub fn next(&mut self) -> Result<Option<(Rc<Page>, usize)>> {
        loop {
            if let Some(page) = &self.page {
                if self.next_row < page.rows() {
                    self.next_row += 1;
                    return Ok(Some((page.clone(), self.next_row - 1)));
                }
            }
            // Let go of the used page first: two pages need not be in memory at a time.
            self.page = None;
            self.page = self.turn()?;
            self.next_row = 0;
            if self.page.is_none() {
                return Ok(None);
            }
        }
    }

    fn turn(&mut self) -> Result<Option<Rc<Page>>> {
        if let Some(page) = self.kept.get(self.next_page) {
            self.next_page += 1;
            return Ok(Some(page.clone()));
        }
        if self.complete {
            return Ok(None);
        }
        let (runtime, client) = (self.runtime, &self.client);
        let passed = &mut self.passed;
        let live = self.live.get_or_insert_with(|| {
            *passed = 0;
            Scan::start(
                runtime,
                client.clone(),
                self.request.clone(),
                self.settings.clone(),
                self.calls.clone(),
            )
        });
        let since = Instant::now();
        let page = interrupt::wait(runtime, || live.poll());
        self.waited += since.elapsed();
        match page {
            Some(page) => {
                let page = Rc::new(page.map_err(|error| self.request.blame(error))?);
                if let Some(told) = page.told() {
                    notice(told);
                }
                self.learn(&page);
                self.keep(&page);
                Ok(Some(page))
            }
            None => {
                self.complete = true;
                if is_whole(&self.request.ask) {
                    learnt::note(self.server, self.request.object, self.passed);
                }
                self.stop();
                Ok(None)
            }
        }
    }

    /// What a page tells about the number of rows the table has. A total at the cap tells only that there are more.
    fn learn(&mut self, page: &Page) {
        let first = self.passed == 0;
        self.passed += page.rows() as u64;
        self.fetched += page.rows() as u64;
        let object = self.request.object;
        let of_all = matches!(self.request.ask, Ask::Search(None) | Ask::Count(None));
        if let Some(total) = page.total().filter(|_| first && of_all) {
            learnt::note(self.server, object, total);
        }
    }

    /// The number of rows, of a scan that only counts.
    pub fn count(&mut self) -> Result<u64> {
        let mut total = 0;
        while let Some(page) = self.turn()? {
            total += page.total().unwrap_or_default();
        }
        Ok(total)
    }

    fn keep(&mut self, page: &Rc<Page>) {
        self.budget = self.budget.and_then(|left| left.checked_sub(page.bytes()));
        if self.budget.is_some() {
            self.kept.push_back(page.clone());
            self.next_page += 1;
        } else {
            self.kept.clear();
        }
    }

    /// Starts over: from memory as far as it goes, and then on with the same scan.
    pub fn rewind(&mut self) {
        self.page = None;
        self.next_page = 0;
        self.next_row = 0;
        if self.budget.is_none() {
            self.complete = false;
            self.stop();
        }
    }

    /// Ends the requests under way.
    pub fn stop(&mut self) {
        if let Some(live) = self.live.take() {
            self.spent.add(live.totals());
        }
    }

    /// The bytes it keeps, if it keeps all its rows and asks nobody any more.
    pub fn kept_bytes(&self) -> Option<usize> {
        let kept = self.kept.iter().map(|page| page.bytes()).sum();
        (self.complete && self.budget.is_some()).then_some(kept)
    }

    /// Rows that came over the network so far, all runs together.
    pub fn fetched(&self) -> u64 {
        self.fetched
    }

    /// How long rows have been waited for.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// What it has cost so far, all runs together.
    pub fn totals(&self) -> Totals {
        let mut totals = self.spent;
        if let Some(live) = &self.live {
            totals.add(live.totals());
        }
        totals
    }
}
