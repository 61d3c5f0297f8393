//! A scan of one object, as the backend's thread sees it: started, asked for pages, dropped.
//!
//! The first page is fetched alone: it says how many rows there are, and a statement that needs no more than that
//! (a `LIMIT`, an `EXISTS`, the first `FETCH` of a cursor) costs one request. Once a second page is asked for, up to
//! `concurrency` are under way at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::count::count;
use super::export;
use super::fetch::Fetcher;
use super::lookups::{in_chunks, look_up};
use super::output::{Demand, Gate, Output};
use super::request::{Ask, ScanRequest};
use super::runtime::{Runtime, Wake};
use super::walk::{Step, Walk};
use crate::client::{Client, Stats, Totals};
use crate::error::{Error, Result};
use crate::options::Settings;
use crate::rows::Page;

/// A running scan. Dropping it ends its requests.
#[derive(Debug)]
pub struct Scan {
    pages: mpsc::Receiver<Result<Page>>,
    more: Option<oneshot::Sender<()>>,
    demand: Arc<Demand>,
    task: AbortHandle,
    stats: Arc<Stats>,
    /// Pages handed over.
    taken: u64,
    /// Whether the walk has come to its end, and not just ended.
    complete: Arc<AtomicBool>,
}

impl Scan {
    /// Starts the scan; the first request is sent at once.
    pub fn start(
        runtime: &Runtime,
        client: Arc<Client>,
        request: ScanRequest,
        settings: Settings,
    ) -> Self {
        let (out, pages) = mpsc::channel(1);
        let (more, wanted) = oneshot::channel();
        let stats = Arc::new(Stats::default());
        let complete = Arc::new(AtomicBool::new(false));
        let trip = Trip {
            client,
            request,
            settings,
            stats: stats.clone(),
            wake: runtime.waker(),
        };
        let demand = Arc::new(Demand::default());
        let out = Output::new(out, runtime.waker()).on_demand(demand.clone());
        let finished = complete.clone();
        let task = runtime.spawn(async move {
            match trip.run(Gate::new(wanted), out.clone()).await {
                Ok(Step::End | Step::More) => finished.store(true, Ordering::Release),
                Ok(Step::Unwanted) => {}
                Err(error) => drop(out.send(Err(error)).await),
            }
        });
        Scan {
            pages,
            more: Some(more),
            demand,
            task,
            stats,
            taken: 0,
            complete,
        }
    }

    /// The next page, if it has come; `Ready(None)` after the last. An error is the end.
    pub fn poll(&mut self) -> Poll<Option<Result<Page>>> {
        if self.taken > 0 {
            // The first page is used up: from now on, read ahead.
            self.more.take().map(|more| more.send(()));
        }
        match self.pages.try_recv() {
            Ok(page) => {
                self.taken += 1;
                Poll::Ready(Some(page))
            }
            Err(mpsc::error::TryRecvError::Empty) => {
                self.demand.tell(self.taken);
                Poll::Pending
            }
            Err(mpsc::error::TryRecvError::Disconnected)
                if self.complete.load(Ordering::Acquire) =>
            {
                Poll::Ready(None)
            }
            // After an error, or if the walk has ended in a way nobody thought of: never the end of the rows.
            Err(mpsc::error::TryRecvError::Disconnected) => {
                Poll::Ready(Some(Err(Error::Runtime {
                    reason: "the walk over the pages broke off".to_owned(),
                })))
            }
        }
    }

    /// What it has cost so far.
    pub fn totals(&self) -> Totals {
        self.stats.totals()
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a scan does on the network thread.
struct Trip {
    client: Arc<Client>,
    request: ScanRequest,
    settings: Settings,
    stats: Arc<Stats>,
    wake: Wake,
}

impl Trip {
    async fn run(self, gate: Gate, out: Output) -> Result<Step> {
        let ask = self.request.ask.clone();
        let fetcher = |request| {
            Arc::new(Fetcher::new(
                self.client,
                request,
                self.settings,
                self.stats,
            ))
        };
        match ask {
            Ask::Nothing => Ok(Step::End),
            Ask::Search(q) => {
                let fetcher = fetcher(self.request);
                match export::suits(&fetcher) {
                    true => export::export(fetcher, out).await,
                    false => Walk::new(fetcher, q, gate, out).run().await,
                }
            }
            Ask::Chunks(chunks) => in_chunks(fetcher(self.request), &chunks, gate, out).await,
            Ask::Lookups(calls) => look_up(fetcher(self.request), &calls, gate, out).await,
            Ask::Count(q) => {
                let request = ScanRequest {
                    keys: Vec::new(),
                    whole: false,
                    all: true,
                    sort: None,
                    limit: None,
                    narrow: true,
                    ..self.request
                };
                let rows = count(fetcher(request), q, &self.wake).await?;
                out.send(Ok(Page::count(rows))).await;
                Ok(Step::End)
            }
        }
    }
}
