//! A scan of one object: pages by offset, side by side, handed over in order.
//!
//! The first page is fetched alone: it says how many rows there are, and a statement that needs no more than that
//! (a `LIMIT`, an `EXISTS`, the first `FETCH` of a cursor) costs one request. Once a second page is asked for, up to
//! `concurrency` are under way at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle};

use super::runtime::{Runtime, Wake};
use crate::catalog::Object;
use crate::client::{Client, Get, Stats, Totals};
use crate::error::{Error, Result};
use crate::options::Settings;
use crate::rows::{Columns, Json, Page};

/// What to read.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The object.
    pub object: &'static Object,
    /// Top-level keys wanted, each once.
    pub keys: Vec<String>,
    /// Whether the objects themselves are wanted.
    pub whole: bool,
}

impl ScanRequest {
    /// The list call for page `page` of `size` rows, ordered by a key that never changes so that pages do not shift.
    pub fn list(&self, page: u64, size: u64) -> Get {
        Get {
            path: self.object.path.to_owned(),
            query: vec![
                ("include_totals", "true".into()),
                ("page", page.to_string()),
                ("per_page", size.to_string()),
                ("sort", format!("{}:1", self.object.order)),
            ],
        }
    }

    /// What the pages keep of each row: the wanted keys, and the id (for messages) and the ordering key (for the
    /// window's edge) in any case.
    pub fn columns(&self) -> Columns {
        let mut keys = self.keys.clone();
        for own in [self.object.id, self.object.order] {
            if !keys.iter().any(|key| key == own) {
                keys.push(own.to_owned());
            }
        }
        Columns::new(keys, self.whole)
    }
}

/// A running scan. Dropping it ends its requests.
#[derive(Debug)]
pub struct Scan {
    pages: mpsc::Receiver<Result<Page>>,
    more: Option<oneshot::Sender<()>>,
    task: AbortHandle,
    stats: Arc<Stats>,
    handed_over: bool,
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
        let columns = request.columns();
        let order = columns.position(request.object.order).unwrap_or_default();
        let fetcher = Arc::new(Fetcher {
            client,
            order,
            columns,
            request,
            settings,
            stats: stats.clone(),
        });
        let wake = runtime.waker();
        let task = runtime.spawn(async move {
            let walk = Walk {
                fetcher,
                out: &out,
                wake: &wake,
                edge: Edge::default(),
            };
            if let Err(error) = walk.run(wanted).await {
                let _ = out.send(Err(error)).await;
            }
            drop(out);
            wake.wake();
        });
        Scan {
            pages,
            more: Some(more),
            task,
            stats,
            handed_over: false,
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
            Err(mpsc::error::TryRecvError::Disconnected) => Poll::Ready(None),
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

/// Fetches single pages.
struct Fetcher {
    client: Arc<Client>,
    request: ScanRequest,
    columns: Columns,
    /// Where the ordering key stands among the columns.
    order: usize,
    settings: Settings,
    stats: Arc<Stats>,
}

impl Fetcher {
    async fn fetch(&self, get: Get) -> Result<Page> {
        let list_key = self.request.object.list_key;
        self.client
            .get(&get, &self.settings, &self.stats, |body| {
                Page::parse(body, list_key, &self.columns)
            })
            .await
    }

    async fn page(&self, page: u64, size: u64) -> Result<Page> {
        self.fetch(self.request.list(page, size)).await
    }
}

/// A request under way on its own task, so that its answer is read while others are waited for.
struct Flight(JoinHandle<Result<Page>>);

impl Flight {
    fn start(fetcher: &Arc<Fetcher>, page: u64, size: u64) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(async move { fetcher.page(page, size).await }))
    }

    async fn land(mut self) -> Result<Page> {
        (&mut self.0).await.unwrap_or_else(|e| {
            Err(Error::Runtime {
                reason: e.to_string(),
            })
        })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The last value of the ordering key, and how many rows had it: what a probe past the window is compared with.
#[derive(Default)]
struct Edge {
    value: Option<String>,
    ties: u64,
}

impl Edge {
    fn pass(&mut self, page: &Page, position: usize) {
        for row in 0..page.rows() {
            let value = page.value(row, position);
            if value.is_some() && value == self.value.as_deref() {
                self.ties += 1;
            } else {
                self.value = value.map(str::to_owned);
                self.ties = 1;
            }
        }
    }
}

struct Walk<'a> {
    fetcher: Arc<Fetcher>,
    out: &'a mpsc::Sender<Result<Page>>,
    wake: &'a Wake,
    edge: Edge,
}

impl Walk<'_> {
    async fn run(mut self, wanted: oneshot::Receiver<()>) -> Result<()> {
        let object = self.fetcher.request.object;
        let size = u64::from(self.fetcher.settings.page_size);
        let first = self.fetcher.page(0, size).await?;
        let total = first.total();
        let full = first.rows() as u64 >= size;
        if !self.hand_over(first).await || !(full || total.is_some_and(|total| total > size)) {
            return Ok(());
        }
        if wanted.await.is_err() {
            return Ok(());
        }
        match total {
            None => self.one_by_one(size).await,
            Some(total) if total > object.window => self.past_the_window(size, total).await,
            Some(total) => {
                self.side_by_side(1..total.div_ceil(size), size, None)
                    .await?;
                if total == object.window {
                    self.probe().await?;
                }
                Ok(())
            }
        }
    }

    /// Hands a page over; false when nobody wants it any more.
    async fn hand_over(&mut self, page: Page) -> bool {
        // Only a full window is ever compared with its edge, so most scans need not look at it.
        self.edge.pass(&page, self.fetcher.order);
        let sent = self.out.send(Ok(page)).await.is_ok();
        self.wake.wake();
        sent
    }

    /// Without a total: page after page until one is not full. Reading ahead would waste requests.
    async fn one_by_one(&mut self, size: u64) -> Result<()> {
        for number in 1.. {
            let page = self.beyond(number, size, None).await?;
            let full = page.rows() as u64 >= size;
            if !self.hand_over(page).await || !full {
                break;
            }
        }
        Ok(())
    }

    /// Pages in order, `concurrency` of them under way. `known` is a page that has been fetched before.
    async fn side_by_side(
        &mut self,
        pages: std::ops::Range<u64>,
        size: u64,
        mut known: Option<(u64, Page)>,
    ) -> Result<()> {
        let mut ahead = VecDeque::new();
        let mut next = pages.start;
        for number in pages.clone() {
            while next < pages.end && ahead.len() < self.fetcher.settings.concurrency as usize {
                let skip = known.as_ref().is_some_and(|(known, _)| *known == next);
                ahead.push_back((!skip).then(|| Flight::start(&self.fetcher, next, size)));
                next += 1;
            }
            let page = match ahead.pop_front().flatten() {
                Some(flight) => flight.land().await?,
                None => match known.take() {
                    Some((_, page)) => page,
                    None => self.fetcher.page(number, size).await?,
                },
            };
            if !self.hand_over(page).await {
                break;
            }
        }
        Ok(())
    }

    /// More rows than the window, says the tenant. Whether they can be paged is asked of the API itself, before the
    /// pages that would be in vain.
    async fn past_the_window(&mut self, size: u64, total: u64) -> Result<()> {
        let number = self.fetcher.request.object.window.div_ceil(size);
        let page = self.beyond(number, size, Some(total)).await?;
        self.side_by_side(1..total.div_ceil(size), size, Some((number, page)))
            .await
    }

    /// A page that may lie beyond the window, which the API answers with 400 `invalid_paging`.
    async fn beyond(&self, number: u64, size: u64, total: Option<u64>) -> Result<Page> {
        let object = self.fetcher.request.object;
        self.fetcher
            .page(number, size)
            .await
            .map_err(|error| match error {
                Error::Rejected { refusal, .. }
                    if refusal.status == 400 && number * size >= object.window =>
                {
                    Error::Window {
                        object: object.name,
                        window: object.window,
                        total,
                    }
                }
                other => other,
            })
    }

    /// `total` equal to the window means "this many or more". One more request counts the rows from the last one on:
    /// if there are more than have been seen, the window has cut some off.
    async fn probe(&self) -> Result<()> {
        let object = self.fetcher.request.object;
        let cut = || Error::Window {
            object: object.name,
            window: object.window,
            total: None,
        };
        let last = self
            .edge
            .value
            .as_deref()
            .and_then(|raw| Json::read(raw).ok());
        let Some(Json::String(last)) = last else {
            return Err(cut());
        };
        let mut get = self.fetcher.request.list(0, 1);
        get.query
            .push(("q", format!("{}:[{last} TO *]", object.order)));
        let rest = self.fetcher.fetch(get).await?.total();
        match rest {
            Some(rest) if rest <= self.edge.ties && rest < object.window => Ok(()),
            _ => Err(cut()),
        }
    }
}
