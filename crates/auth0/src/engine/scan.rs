//! A scan of one object: pages by offset, side by side, handed over in order.
//!
//! The first page is fetched alone: it says how many rows there are, and a statement that needs no more than that
//! (a `LIMIT`, an `EXISTS`, the first `FETCH` of a cursor) costs one request. Once a second page is asked for, up to
//! `concurrency` are under way at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::fetch::Fetcher;
use super::request::ScanRequest;
use super::runtime::{Runtime, Wake};
use super::walk::Walk;
use crate::client::{Client, Stats, Totals};
use crate::error::{Error, Result};
use crate::options::Settings;
use crate::rows::Page;

/// A running scan. Dropping it ends its requests.
#[derive(Debug)]
pub struct Scan {
    pages: mpsc::Receiver<Result<Page>>,
    more: Option<oneshot::Sender<()>>,
    task: AbortHandle,
    stats: Arc<Stats>,
    handed_over: bool,
    /// Whether the walk has come to its end, and not just ended.
    complete: Arc<AtomicBool>,
}

/// The walk's end of the channel. However the walk ends, the backend's thread is woken after it has been closed.
struct End {
    wake: Wake,
    out: Option<mpsc::Sender<Result<Page>>>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.out = None;
        self.wake.wake();
    }
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
        let fetcher = Fetcher::new(client, request, settings, stats.clone());
        let complete = Arc::new(AtomicBool::new(false));
        let end = End {
            wake: runtime.waker(),
            out: Some(out),
        };
        let finished = complete.clone();
        let task = runtime.spawn(async move {
            let Some(out) = &end.out else { return };
            match Walk::new(fetcher, out, &end.wake).run(wanted).await {
                Ok(()) => finished.store(true, Ordering::Release),
                Err(error) => drop(out.send(Err(error)).await),
            }
        });
        Scan {
            pages,
            more: Some(more),
            task,
            stats,
            handed_over: false,
            complete,
        }
    }

    /// The next page, if it has come; `Ready(None)` after the last. An error is the end.
    pub fn poll(&mut self) -> Poll<Option<Result<Page>>> {
        if self.handed_over {
            // The first page is used up: from now on, read ahead.
            self.more.take().map(|more| more.send(()));
        }
        match self.pages.try_recv() {
            Ok(page) => {
                self.handed_over = true;
                Poll::Ready(Some(page))
            }
            Err(mpsc::error::TryRecvError::Empty) => Poll::Pending,
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
