//! The walk over an object's pages, on the network thread.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::fetch::{Fetcher, Flight};
use super::runtime::Wake;
use crate::client::Get;
use crate::error::{Error, Result};
use crate::rows::{Json, Page};

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
    /// The newest rows in place of the last page, and the number of rows from a known one on.
    Tail(Get),
}

/// How often the pages are read again because rows were deleted meanwhile, before we give up.
const MOST_PASSES: u32 = 20;

/// The walk itself.
pub struct Walk<'a> {
    fetcher: Arc<Fetcher>,
    out: &'a mpsc::Sender<Result<Page>>,
    wake: &'a Wake,
    edge: Edge,
    /// The smallest total told so far. A smaller one later means that rows were deleted, and the rows behind them have
    /// moved up, some past us.
    total: Option<u64>,
    shrunk: bool,
    /// Rows before the first with the first page's last value.
    before_tail: u64,
    /// Ids handed over, as long as there is a window: at most as many as it has rows.
    seen: HashSet<String>,
}

impl<'a> Walk<'a> {
    /// Hands pages to `out` and tells `wake` of each.
    pub fn new(fetcher: Fetcher, out: &'a mpsc::Sender<Result<Page>>, wake: &'a Wake) -> Self {
        Walk {
            fetcher: Arc::new(fetcher),
            out,
            wake,
            edge: Edge::default(),
            total: None,
            shrunk: false,
            before_tail: 0,
            seen: HashSet::new(),
        }
    }

    /// Fetches the first page, and the others once `wanted` says that they are.
    pub async fn run(mut self, wanted: oneshot::Receiver<()>) -> Result<()> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        let first = self.fetcher.fetch(self.fetcher.list(0)).await?;
        self.total = first.total();
        let full = first.rows() as u64 >= size;
        let over = self.total.map_or(!full, |total| total <= size);
        let handed_over = self.hand_over(first).await;
        self.before_tail = size.saturating_sub(self.edge.ties);
        if !handed_over || over || wanted.await.is_err() {
            return Ok(());
        }
        match self.total {
            None => self.one_by_one().await,
            Some(total) if total > window => self.past_the_window(total).await,
            Some(total) => {
                let last = total.div_ceil(size) - 1;
                let steps = (1..last).map(Step::Page);
                let end = match self.tail() {
                    _ if total < window => vec![Step::Page(last)],
                    Some(tail) => vec![Step::Tail(tail)],
                    None => vec![Step::Page(last), Step::Newest],
                };
                if !self.side_by_side(steps.chain(end).collect()).await? {
                    return Ok(());
                }
                self.again_while_shrinking().await
            }
        }
    }

    /// Hands a page over, without the rows that have been; false when nobody wants it any more.
    async fn hand_over(&mut self, page: Page) -> bool {
        self.edge.pass(&page, self.fetcher.order);
        if page.total() < self.total {
            self.total = page.total();
            self.shrunk = true;
        }
        self.emit(page).await
    }

    async fn emit(&mut self, mut page: Page) -> bool {
        if self
            .total
            .is_none_or(|total| total <= self.fetcher.request.object.window)
        {
            let seen = &mut self.seen;
            page.retain(self.fetcher.id, |id| {
                id.is_none_or(|id| seen.insert(id.to_owned()))
            });
        }
        let sent = self.out.send(Ok(page)).await.is_ok();
        self.wake.wake();
        sent
    }

    /// Without a total: page after page until one is not full. Reading ahead would waste requests.
    async fn one_by_one(&mut self) -> Result<()> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        for number in 1.. {
            let page = match self.fetcher.beyond(number, None).await {
                // The window's end, and all pages before it were full: was that all?
                Err(Error::Window { .. }) => {
                    let newest = self.fetcher.fetch(self.newest()).await?;
                    return self.check_edge(&newest).await;
                }
                page => page?,
            };
            // A page across the window's end is full with the rows before it.
            let most = if number * size < window {
                size.min(window - number * size)
            } else {
                size
            };
            let full = page.rows() as u64 >= most;
            if !self.hand_over(page).await || !full {
                break;
            }
        }
        Ok(())
    }

    /// Steps in order, `concurrency` requests under way. False when nobody wants more.
    async fn side_by_side(&mut self, mut steps: VecDeque<Step>) -> Result<bool> {
        let concurrency = self.fetcher.settings.concurrency as usize;
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < concurrency {
                let Some(step) = steps.pop_front() else { break };
                let get = match &step {
                    Step::Page(number) => Some(self.fetcher.list(*number)),
                    Step::Known(_) => None,
                    Step::Newest => Some(self.newest()),
                    Step::Tail(get) => Some(get.clone()),
                };
                ahead.push_back((step, get.map(|get| Flight::start(&self.fetcher, get))));
            }
            let page = match ahead.pop_front() {
                None => return Ok(true),
                Some((Step::Known(page), _)) => *page,
                Some((step, Some(flight))) => {
                    let page = flight.land().await?;
                    match step {
                        Step::Newest => {
                            self.check_edge(&page).await?;
                            continue;
                        }
                        Step::Tail(_) if self.is_the_end(&page) => {
                            return Ok(self.emit(page).await)
                        }
                        Step::Tail(_) => {
                            let last = self
                                .fetcher
                                .request
                                .object
                                .window
                                .div_ceil(self.fetcher.size())
                                - 1;
                            steps.extend([Step::Page(last), Step::Newest]);
                            continue;
                        }
                        Step::Page(_) | Step::Known(_) => {}
                    }
                    page
                }
                Some((_, None)) => continue,
            };
            if !self.hand_over(page).await {
                return Ok(false);
            }
        }
    }

    /// Rows were deleted while pages were read: reads all pages again, handing over what has not been, until a pass
    /// saw no deletion.
    async fn again_while_shrinking(&mut self) -> Result<()> {
        for _ in 0..MOST_PASSES {
            if !std::mem::take(&mut self.shrunk) {
                return Ok(());
            }
            let first = self.fetcher.fetch(self.fetcher.list(0)).await?;
            self.total = first.total();
            let pages = self.total.unwrap_or_default().div_ceil(self.fetcher.size());
            if !self.hand_over(first).await
                || !self
                    .side_by_side((1..pages).map(Step::Page).collect())
                    .await?
            {
                return Ok(());
            }
        }
        Err(Error::Unreadable {
            call: self.fetcher.list(0).call(),
            reason: "different every time: rows are deleted faster than they can be read"
                .to_owned(),
            attempts: MOST_PASSES,
        })
    }

    /// More rows than the window, says the tenant; whether they can be paged is asked of the API itself. If all rows are
    /// wanted that is asked first, before the pages that would be in vain; else when the window has been read.
    async fn past_the_window(&mut self, total: u64) -> Result<()> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        let (beyond, end) = (window.div_ceil(size), total.div_ceil(size));
        let mut known = None;
        if self.fetcher.request.all {
            known = Some(self.fetcher.beyond(beyond, Some(total)).await?);
        }
        if !self
            .side_by_side((1..beyond).map(Step::Page).collect())
            .await?
        {
            return Ok(());
        }
        let page = match known {
            Some(page) => page,
            None => self.fetcher.beyond(beyond, Some(total)).await?,
        };
        let rest = [Step::Known(Box::new(page))]
            .into_iter()
            .chain((beyond + 1..end).map(Step::Page));
        self.side_by_side(rest.collect()).await.map(drop)
    }

    /// For a full window: the request that brings the rows of the last page, newest first, and with them the number of
    /// rows from the first page's last value on. That number is below the cap, so it shows whether there are more rows
    /// than the window has, and costs no request more. `None` if the first page has but one value, or the window's end
    /// is not a page's.
    fn tail(&self) -> Option<Get> {
        let (size, window) = (self.fetcher.size(), self.fetcher.request.object.window);
        let from = Json::read(self.edge.value.as_deref()?).ok()?;
        let Json::String(from) = from else {
            return None;
        };
        if self.edge.ties >= size || window % size != 0 {
            return None;
        }
        let mut get = self.newest();
        get.query.push((
            "q",
            format!("{}:[{from} TO *]", self.fetcher.request.object.order),
        ));
        Some(get)
    }

    /// Whether the tail's rows and those before it are all there are: every row from the first page's last value on has
    /// been counted.
    fn is_the_end(&self, tail: &Page) -> bool {
        let size = self.fetcher.size();
        let window = self.fetcher.request.object.window;
        let fresh = (0..tail.rows()).all(|row| {
            let id = tail.value(row, self.fetcher.id);
            id.is_some_and(|id| !self.seen.contains(id))
        });
        fresh
            && !self.shrunk
            && tail.rows() as u64 == size
            && self.seen.len() as u64 == window - size
            && tail.total() == Some(window - self.before_tail)
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

    /// A whole page has the last row's value: count the rows from it on with a search, by its total or, without one, by
    /// asking for one row more than there should be.
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
        let asked = (self.edge.ties + 1).min(100);
        let mut get = self.fetcher.request.list(0, asked);
        get.query
            .push(("q", format!("{}:[{last} TO *]", object.order)));
        let rest = self.fetcher.fetch(get).await?;
        let complete = match rest.total() {
            Some(rest) => rest <= self.edge.ties && rest < object.window,
            None => (rest.rows() as u64) < asked,
        };
        if complete {
            Ok(())
        } else {
            Err(self.fetcher.cut_off(None))
        }
    }
}
