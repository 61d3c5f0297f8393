//! One list to its end, page after page, by the rules of its family.
//!
//! Neither `next` nor `total` is believed to say where a list ends: by offset a page that is not full does, by
//! checkpoint one without `next`. A total only says how many pages are worth asking for side by side.

use std::collections::VecDeque;
use std::sync::Arc;

use super::fetch::{Fetcher, Flight};
use super::ids::Ids;
use super::request::Listing;
use crate::catalog::Paging;
use crate::client::Get;
use crate::error::{Error, Result};
use crate::rows::Page;

/// How often a list that changes while it is read is read again.
const MOST_PASSES: u32 = 10;

/// A list that is being read.
pub struct Pager {
    fetcher: Arc<Fetcher>,
    listing: Listing,
    /// Rows of a page; of the first perhaps fewer.
    size: u64,
    first: u64,
    /// Pages side by side.
    most: usize,
    /// Number of the next page to ask for.
    page: u64,
    total: Option<u64>,
    ahead: VecDeque<Flight>,
    from: Option<String>,
    /// Where the id stands among the columns, if rows have one.
    id: Option<usize>,
    seen: Ids,
    changed: bool,
    passes: u32,
    end: bool,
}

impl Pager {
    /// Nothing is asked yet. `most` pages may be asked for side by side.
    pub fn new(fetcher: Arc<Fetcher>, listing: Listing, most: usize) -> Pager {
        let request = &fetcher.request;
        let size = listing.paging.most().map_or(0, |most| {
            request.page_size(most, fetcher.settings.page_size)
        });
        let id = fetcher.columns.position(request.object.id);
        let first = request
            .limit
            .map_or(size, |limit| limit.clamp(1, size.max(1)));
        // Pages of another size overlap with the first, and only rows with an id can be told apart.
        let (first, size) = match listing.paging {
            Paging::Offset(_) if id.is_none() => (first, first),
            Paging::Both(_) if id.is_none() => (size, size),
            _ => (first, size),
        };
        Pager {
            first,
            size,
            most,
            page: 0,
            total: None,
            ahead: VecDeque::new(),
            from: None,
            id,
            seen: Ids::default(),
            changed: false,
            passes: 0,
            end: false,
            fetcher,
            listing,
        }
    }

    /// Whether the last page has come.
    pub fn is_done(&self) -> bool {
        self.end
    }

    /// The next page; `None` after the last. It may have no rows.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        if self.end {
            return Ok(None);
        }
        let is_first = self.page == 0 && self.from.is_none() && self.passes == 0;
        match self.page().await {
            Err(Error::Rejected { refusal, .. })
                if is_first && self.listing.params > 0 && refusal.status == 400 =>
            {
                // A value that the API takes for none, such as a strategy that there is not.
                let query = &mut self.listing.get.query;
                query.truncate(query.len() - self.listing.params);
                self.listing.params = 0;
                (self.page, self.end) = (0, false);
                self.page().await.map(Some)
            }
            page => page.map(Some),
        }
    }

    async fn page(&mut self) -> Result<Page> {
        match self.listing.paging {
            Paging::None => {
                self.end = true;
                let get = self.listing.get.clone();
                self.fetcher.list(get, &self.listing).await
            }
            Paging::Checkpoint(_) => self.by_checkpoint().await,
            Paging::Offset(_) => self.by_offset().await,
            Paging::Both(most) => {
                let mut get = self.listing.get.clone();
                get.query.push(("page", "0".to_owned()));
                get.query.push(("per_page", self.first.to_string()));
                let page = self.fetcher.list(get, &self.listing).await?;
                self.end = (page.came() as u64) < self.first;
                // What follows begins with these rows again.
                self.listing.paging = Paging::Checkpoint(most);
                self.first = self.size;
                Ok(self.fresh(page))
            }
        }
    }

    async fn by_checkpoint(&mut self) -> Result<Page> {
        let take = match self.from {
            None => self.first,
            Some(_) => self.size,
        };
        let mut get = self.listing.get.clone();
        get.query
            .extend(self.from.clone().map(|from| ("from", from)));
        get.query.push(("take", take.to_string()));
        let page = self.fetcher.list(get, &self.listing).await?;
        let next = page.next().map(str::to_owned);
        if next.is_some() && next == self.from {
            return Err(self.unreadable("a checkpoint that leads to itself"));
        }
        self.end = next.is_none();
        self.from = next;
        Ok(match self.seen.is_empty() {
            true => page,
            false => self.fresh(page),
        })
    }

    async fn by_offset(&mut self) -> Result<Page> {
        let number = self.page - self.ahead.len() as u64;
        let (page, size) = if number == 0 && self.passes == 0 && self.ahead.is_empty() {
            self.page = 1;
            let get = self.offset(0, self.first);
            (self.fetcher.list(get, &self.listing).await?, self.first)
        } else {
            self.send()?;
            let Some(flight) = self.ahead.pop_front() else {
                return Err(self.unreadable("not to be had"));
            };
            (flight.land().await?, self.size)
        };
        let (rows, repeated) = self.take(&page);
        let told = page.total();
        self.changed |= repeated || matches!((self.total, told), (Some(a), Some(b)) if a != b);
        self.total = self.total.or(told);
        let page = self.fresh(page);
        if rows < size {
            self.finish()?;
        } else if size < self.size {
            // The first page was a small one: on with full ones, which begin with its rows.
            self.page = 0;
            self.passes = 1;
        }
        Ok(page)
    }

    /// Rows of the page, as they came, and whether one of them has come on another page of the same size.
    fn take(&self, page: &Page) -> (u64, bool) {
        let repeated = self.passes == 0 && self.page > 1 && {
            let id = |row| page.value(row, self.id?);
            (0..page.rows()).any(|row| self.seen.contains(id(row)))
        };
        (page.came() as u64, repeated)
    }

    /// The rows that have not come before.
    fn fresh(&mut self, mut page: Page) -> Page {
        if let Some(id) = self.id {
            let seen = &mut self.seen;
            page.retain(id, |id| seen.insert(id));
        }
        page
    }

    /// After a page that was not full. If rows have come or gone meanwhile, some may have been passed over.
    fn finish(&mut self) -> Result<()> {
        self.ahead.clear();
        if !self.changed || self.id.is_none() {
            self.end = true;
            return Ok(());
        }
        self.passes += 1;
        if self.passes > MOST_PASSES {
            return Err(
                self.unreadable("different every time: rows change faster than they can be read")
            );
        }
        self.changed = false;
        self.total = None;
        self.page = 0;
        Ok(())
    }

    /// Asks for the next page, and for those that the total says follow.
    fn send(&mut self) -> Result<()> {
        let pages = self.total.map_or(0, |total| total.div_ceil(self.size));
        while self.ahead.is_empty() || (self.ahead.len() < self.most && self.page < pages) {
            if (self.page + 1) * self.size > self.fetcher.window() {
                if self.ahead.is_empty() {
                    return Err(Error::Reach {
                        object: self.fetcher.request.object.name,
                        window: self.fetcher.window(),
                    });
                }
                break;
            }
            let get = self.offset(self.page, self.size);
            self.ahead
                .push_back(Flight::list(&self.fetcher, get, self.listing.clone()));
            self.page += 1;
        }
        Ok(())
    }

    fn offset(&self, page: u64, size: u64) -> Get {
        let mut get = self.listing.get.clone();
        get.query.push(("page", page.to_string()));
        get.query.push(("per_page", size.to_string()));
        get.query.push(("include_totals", "true".to_owned()));
        get
    }

    fn unreadable(&self, reason: &str) -> Error {
        Error::Unreadable {
            call: self.listing.get.call(),
            reason: reason.to_owned(),
            attempts: 1,
        }
    }
}
