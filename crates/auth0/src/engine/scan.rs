//! A scan of one object, as the backend's thread sees it: started, asked for pages, dropped.
//!
//! The first page is fetched alone: it says how many rows there are, and a statement that needs no more than that
//! (a `LIMIT`, an `EXISTS`, the first `FETCH` of a cursor) costs one request. Once a second page is asked for, up to
//! `concurrency` are under way at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::budget::Budget;
use super::count::count;
use super::export;
use super::fan;
use super::fetch::Fetcher;
use super::lists;
use super::log_stream;
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
    /// Starts the scan; the first request is sent at once. Runs of one scan share their `budget`.
    pub fn start(
        runtime: &Runtime,
        client: Arc<Client>,
        request: ScanRequest,
        settings: Settings,
        budget: Arc<Budget>,
    ) -> Self {
        let (out, pages) = mpsc::channel(1);
        let (more, wanted) = oneshot::channel();
        let stats = Arc::new(Stats::default());
        let complete = Arc::new(AtomicBool::new(false));
        let context = Context {
            client,
            settings,
            stats: stats.clone(),
            budget,
            wake: runtime.waker(),
        };
        let demand = Arc::new(Demand::default());
        let out = Output::new(out, runtime.waker()).on_demand(demand.clone());
        let finished = complete.clone();
        let task = runtime.spawn(async move {
            match context.run(request, Gate::new(wanted), out.clone()).await {
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

/// With what a scan works on the network thread.
#[derive(Clone)]
pub(super) struct Context {
    /// Whom to ask.
    pub client: Arc<Client>,
    /// How.
    pub settings: Settings,
    /// What it costs.
    pub stats: Arc<Stats>,
    /// What it may cost.
    pub budget: Arc<Budget>,
    /// Who is told of pages.
    pub wake: Wake,
}

impl Context {
    /// Reads what is asked for. Boxed, as a scan may need one of another object.
    pub fn run(
        self,
        request: ScanRequest,
        gate: Gate,
        out: Output,
    ) -> BoxFuture<'static, Result<Step>> {
        Box::pin(self.read(request, gate, out))
    }

    fn fetcher(&self, request: ScanRequest) -> Arc<Fetcher> {
        Arc::new(Fetcher::new(
            self.client.clone(),
            request,
            self.settings.clone(),
            self.stats.clone(),
            self.budget.clone(),
        ))
    }

    async fn read(self, request: ScanRequest, gate: Gate, out: Output) -> Result<Step> {
        match request.ask.clone() {
            Ask::Nothing => Ok(Step::End),
            Ask::Search(q) => {
                let fetcher = self.fetcher(request);
                if let Some(dates) = log_stream::suits(&fetcher, q.as_deref()) {
                    return log_stream::read(fetcher, q, dates, out).await;
                }
                match export::suits(&fetcher) {
                    true => export::export(fetcher, out).await,
                    false => Walk::new(fetcher, q, gate, out).run().await,
                }
            }
            Ask::Chunks(chunks) => in_chunks(self.fetcher(request), &chunks, gate, out).await,
            Ask::Lookups(calls) => look_up(self.fetcher(request), &calls, gate, out).await,
            Ask::Count(q) => {
                let request = ScanRequest {
                    keys: Vec::new(),
                    whole: false,
                    all: true,
                    sort: None,
                    limit: None,
                    narrow: true,
                    ..request
                };
                let rows = count(self.fetcher(request), q, &self.wake).await?;
                out.send(Ok(Page::count(rows))).await;
                Ok(Step::End)
            }
            Ask::Lists(lists) => {
                let fetcher = self.fetcher(request);
                fetcher.budget.know(lists.len());
                // One more is asked for as long as it may be.
                if fetcher.request.all && lists.len() > 1 {
                    if let Some((calls, exact)) = fetcher.budget.excess(lists.len(), true) {
                        return Err(fetcher.too_many(calls, exact));
                    }
                }
                lists::read(fetcher, lists.into_iter(), out).await
            }
            Ask::Fan(mut fan) => {
                fan.parent.sake = request.sake.or(Some(request.object.name));
                let fetcher = self.fetcher(request);
                fan::read(self, fetcher, *fan, out).await
            }
            Ask::Needs(columns) => Err(Error::NeedsValue {
                object: request.object.name,
                columns,
                undeclared: Vec::new(),
            }),
        }
    }
}
