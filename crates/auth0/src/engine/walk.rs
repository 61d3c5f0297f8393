//! The walk over an object's pages, on the network thread.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::runtime::Wake;
use super::scan::ScanRequest;
use crate::client::{Client, Get, Stats};
use crate::error::{Error, Result};
use crate::options::Settings;
use crate::rows::{Columns, Json, Page};

/// Fetches single pages.
pub struct Fetcher {
    client: Arc<Client>,
    request: ScanRequest,
    columns: Columns,
    /// Where the ordering key stands among the columns.
    order: usize,
    settings: Settings,
    stats: Arc<Stats>,
}

impl Fetcher {
    /// Sends nothing yet.
    pub fn new(
        client: Arc<Client>,
        request: ScanRequest,
        settings: Settings,
        stats: Arc<Stats>,
    ) -> Self {
        let columns = request.columns();
        let order = columns.position(request.object.order).unwrap_or_default();
        Fetcher {
            client,
            request,
            columns,
            order,
            settings,
            stats,
        }
    }

    async fn fetch(&self, get: Get) -> Result<Page> {
        let list_key = self.request.object.list_key;
        let parse = |body| Page::parse(body, list_key, &self.columns);
        self.client
            .get(&get, &self.settings, &self.stats, parse)
            .await
    }

    fn size(&self) -> u64 {
        self.settings.page_size.into()
    }

    fn list(&self, page: u64) -> Get {
        self.request.list(page, self.size())
    }

    /// The error for rows that paging cannot reach.
    fn cut_off(&self, total: Option<u64>) -> Error {
        let object = self.request.object;
        Error::Window {
            object: object.name,
            window: object.window,
            total,
        }
    }

    /// A page that may lie beyond the window, which the API answers with 400 `invalid_paging`.
    async fn beyond(&self, page: u64, total: Option<u64>) -> Result<Page> {
        let outside = page * self.size() >= self.request.object.window;
        self.fetch(self.list(page))
            .await
            .map_err(|error| match error {
                Error::Rejected { refusal, .. } if refusal.status == 400 && outside => {
                    self.cut_off(total)
                }
                other => other,
            })
    }
}

/// A request under way on its own task, so that its answer is read while others are waited for.
struct Flight(JoinHandle<Result<Page>>);

impl Flight {
    fn start(fetcher: &Arc<Fetcher>, get: Get) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(async move { fetcher.fetch(get).await }))
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

/// The last value of the ordering key, as JSON text, and how many rows had it.
#[derive(Default)]
struct Edge {
    value: Option<String>,
    ties: u64,
}

impl Edge {
    fn pass(&mut self, page: &Page, order: usize) {
        for row in 0..page.rows() {
            let value = page.value(row, order);
            if value.is_some() && value == self.value.as_deref() {
                self.ties += 1;
            } else {
                self.value = value.map(str::to_owned);
                self.ties = 1;
            }
        }
    }
}

/// What comes of a request in a row of them.
enum Step {
    /// A page to hand over.
    Page(u64),
    /// A page to hand over that is there already.
    Known(Box<Page>),
    /// The newest rows, for comparison only.
    Newest,
}

/// The walk itself.
pub struct Walk<'a> {
    fetcher: Arc<Fetcher>,
    out: &'a mpsc::Sender<Result<Page>>,
    wake: &'a Wake,
    edge: Edge,
}

impl<'a> Walk<'a> {
    /// Hands pages to `out` and tells `wake` of each.
    pub fn new(fetcher: Fetcher, out: &'a mpsc::Sender<Result<Page>>, wake: &'a Wake) -> Self {
        Walk {
            fetcher: Arc::new(fetcher),
            out,
            wake,
            edge: Edge::default(),
        }
    }

    /// Fetches the first page, and the others once `wanted` says that they are.
    pub async fn run(mut self, wanted: oneshot::Receiver<()>) -> Result<()> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        let first = self.fetcher.fetch(self.fetcher.list(0)).await?;
        let total = first.total();
        let full = first.rows() as u64 >= size;
        let over = !(full || total.is_some_and(|total| total > size));
        if !self.hand_over(first).await || over || wanted.await.is_err() {
            return Ok(());
        }
        let Some(total) = total else {
            return self.one_by_one().await;
        };
        let pages = (1..total.div_ceil(size)).map(Step::Page);
        if total > window {
            return self.past_the_window(total).await;
        }
        if total == window {
            return self
                .side_by_side(pages.chain([Step::Newest]).collect())
                .await;
        }
        self.side_by_side(pages.collect()).await
    }

    /// Hands a page over; false when nobody wants it any more.
    async fn hand_over(&mut self, page: Page) -> bool {
        self.edge.pass(&page, self.fetcher.order);
        let sent = self.out.send(Ok(page)).await.is_ok();
        self.wake.wake();
        sent
    }

    /// Without a total: page after page until one is not full. Reading ahead would waste requests.
    async fn one_by_one(&mut self) -> Result<()> {
        for number in 1.. {
            let page = self.fetcher.beyond(number, None).await?;
            let full = page.rows() as u64 >= self.fetcher.size();
            if !self.hand_over(page).await || !full {
                break;
            }
        }
        Ok(())
    }

    /// Steps in order, `concurrency` requests under way.
    async fn side_by_side(&mut self, steps: VecDeque<Step>) -> Result<()> {
        let concurrency = self.fetcher.settings.concurrency as usize;
        let mut steps = steps;
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < concurrency {
                let Some(step) = steps.pop_front() else { break };
                let get = match &step {
                    Step::Page(number) => Some(self.fetcher.list(*number)),
                    Step::Known(_) => None,
                    Step::Newest => Some(self.newest()),
                };
                ahead.push_back((step, get.map(|get| Flight::start(&self.fetcher, get))));
            }
            let page = match ahead.pop_front() {
                None => return Ok(()),
                Some((Step::Known(page), _)) => *page,
                Some((step, Some(flight))) => {
                    let page = flight.land().await?;
                    if matches!(step, Step::Newest) {
                        return self.check_edge(&page).await;
                    }
                    page
                }
                Some((_, None)) => continue,
            };
            if !self.hand_over(page).await {
                return Ok(());
            }
        }
    }

    /// More rows than the window, says the tenant. Whether they can be paged is asked of the API itself, before the
    /// pages that would be in vain.
    async fn past_the_window(&mut self, total: u64) -> Result<()> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        let probed = window.div_ceil(size);
        let mut known = Some(self.fetcher.beyond(probed, Some(total)).await?);
        let steps =
            (1..total.div_ceil(size)).map(|number| match known.take_if(|_| number == probed) {
                Some(page) => Step::Known(Box::new(page)),
                None => Step::Page(number),
            });
        self.side_by_side(steps.collect()).await
    }

    /// The newest rows first. `total` equal to the window means "this many or more": if the last row that was reached
    /// is the newest there is, nothing was cut off.
    fn newest(&self) -> Get {
        let mut get = self.fetcher.list(0);
        if let Some((_, sort)) = get.query.iter_mut().find(|(key, _)| *key == "sort") {
            *sort = format!("{}:-1", self.fetcher.request.object.order);
        }
        get
    }

    /// Compares the newest rows with the last that were reached. Rows that were cut off are not older than the last
    /// one, so they show up here as newer ones, or as more rows with its value.
    async fn check_edge(&self, newest: &Page) -> Result<()> {
        let order = self.fetcher.order;
        let last = self.edge.value.as_deref();
        let ties = (0..newest.rows())
            .take_while(|row| newest.value(*row, order) == last)
            .count();
        if last.is_none() || ties == 0 || ties as u64 > self.edge.ties {
            return Err(self.fetcher.cut_off(None));
        }
        if ties < newest.rows() {
            return Ok(());
        }
        self.count_edge().await
    }

    /// A whole page has the last row's value: count the rows from it on with a search.
    async fn count_edge(&self) -> Result<()> {
        let object = self.fetcher.request.object;
        let last = self
            .edge
            .value
            .as_deref()
            .and_then(|raw| Json::read(raw).ok());
        let Some(Json::String(last)) = last else {
            return Err(self.fetcher.cut_off(None));
        };
        let mut get = self.fetcher.request.list(0, 1);
        get.query
            .push(("q", format!("{}:[{last} TO *]", object.order)));
        match self.fetcher.fetch(get).await?.total() {
            Some(rest) if rest <= self.edge.ties && rest < object.window => Ok(()),
            _ => Err(self.fetcher.cut_off(None)),
        }
    }
}
