//! The walk over the rows of one search, in order and however many they are.
//!
//! A search that fits into the window is read by offset ([`super::listing`]): the fewest requests, with totals that tell
//! when rows come or go meanwhile. A bigger one, and one that has changed, is read on from its edge by answers that
//! overlap ([`super::windows`]), of which each joins what has been handed over, whatever happens between two requests.

use std::collections::HashSet;
use std::sync::Arc;

use super::answer::Answer;
use super::clause::range;
use super::edge::{Edge, Stamp, Stretch};
use super::fetch::Fetcher;
use super::full::Full;
use super::ids::Ids;
use super::output::{Gate, Output};
use super::request::Sort;
use crate::client::Get;
use crate::error::{Error, Result};
use crate::rows::{Json, Page};

/// What a step of a walk has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nobody wants more rows.
    Unwanted,
    /// There may be more rows.
    More,
    /// There are no more.
    End,
}

/// How often rows are read again because they have changed, without anything new, before we give up.
const MOST_PASSES: u32 = 20;

/// The walk.
pub struct Walk {
    /// Asks.
    pub fetcher: Arc<Fetcher>,
    /// Which rows.
    pub q: Option<String>,
    /// In which order.
    pub sort: Sort,
    /// Requests side by side.
    pub concurrency: usize,
    /// Up to where rows have been handed over.
    pub edge: Edge,
    /// Where the id stands among the columns.
    pub id: usize,
    /// Where the ordering key stands among the columns.
    pub order: usize,
    gate: Gate,
    pub(super) out: Output,
    /// Only rows whose value of a column is one of these are handed over.
    keep: Option<(usize, HashSet<String>)>,
    /// Ids of this listing's rows.
    pub(super) seen: Ids,
    /// Ids of all rows handed over, if rows move about in the order.
    pub(super) ever: Ids,
    /// Ids of rows without a place in the order.
    pub(super) odd: Ids,
    /// Whether `seen` is kept.
    remember: bool,
    /// Rows handed over.
    handed: u64,
    /// Pages handed over.
    pages: usize,
}

impl Walk {
    /// Hands the rows of the search `q` over to `out`; those after the first page when `gate` lets it.
    pub fn new(fetcher: Arc<Fetcher>, q: Option<String>, gate: Gate, out: Output) -> Self {
        let sort = fetcher.request.order();
        Walk {
            q,
            sort,
            concurrency: fetcher.settings.concurrency as usize,
            edge: Edge::default(),
            id: fetcher.position(fetcher.request.object.id),
            order: fetcher.position(sort.key),
            fetcher,
            gate,
            out,
            keep: None,
            seen: Ids::default(),
            ever: Ids::default(),
            odd: Ids::default(),
            remember: true,
            handed: 0,
            pages: 0,
        }
    }

    /// As one of several walks: one request at a time, and only rows with one of these values of `key`.
    pub fn part(mut self, key: &str, values: HashSet<String>) -> Self {
        self.keep = Some((self.fetcher.position(key), values));
        self.concurrency = 1;
        self
    }

    /// Walks to the end, unless nobody wants it.
    pub async fn run(mut self) -> Result<Step> {
        let (window, wide) = (self.fetcher.window(), self.fetcher.wide());
        let page_size = u64::from(self.fetcher.settings.page_size);
        let mut size = self.fetcher.request.first(self.fetcher.settings.page_size);
        // Whether a condition on the ordering key has been sent, which hides the rows that have none.
        let mut ranged = false;
        let mut first = None;
        let (mut reached, mut in_vain) = (None, 0);
        loop {
            let q = match ranged {
                true => Some(self.ahead(None)),
                false => self.q.clone(),
            };
            let page = self.fetcher.fetch(self.page(q.as_deref(), 0, size)).await?;
            let answer = Answer::of(&page, 0, size, window);
            self.remember(true);
            let Some(stretch) = self.accept(page, ranged).await? else {
                return Ok(Step::Unwanted);
            };
            first = first.or_else(|| stretch.low().cloned());
            if answer.is_last {
                break;
            }
            if !self.gate.pass().await {
                return Ok(Step::Unwanted);
            }
            let small = answer.total.is_none_or(|total| total < window);
            // A LIMIT within the window is answered by its pages; what is behind them is read when it is wanted.
            let limit = self.fetcher.request.limit.map(|limit| limit.div_ceil(size));
            let limit = limit.filter(|pages| !ranged && *pages > 1 && pages * size <= window);
            let step = if let (Some(pages), false) = (limit, small && !self.moves()) {
                let total = answer.total;
                match self
                    .list(q.as_deref(), self.sort, size, total, 1..pages)
                    .await?
                {
                    Step::Unwanted => Step::Unwanted,
                    _ if self.out.wanted().await => Step::More,
                    _ => Step::Unwanted,
                }
            } else if small && !self.moves() && size >= page_size {
                let pages = answer.total.map(|total| total.div_ceil(size));
                self.list(
                    q.as_deref(),
                    self.sort,
                    size,
                    answer.total,
                    1..pages.unwrap_or(u64::MAX),
                )
                .await?
            } else if size >= wide && (!small || self.moves()) {
                match self.full_window(ranged, size, &answer, &stretch).await? {
                    Full::Read(step) => step,
                    Full::More(last) => {
                        ranged = true;
                        self.windows(stretch, answer, last).await?
                    }
                }
            } else {
                Step::More
            };
            match step {
                Step::Unwanted => return Ok(step),
                Step::End => break,
                Step::More => {}
            }
            if self.past_ties().await? == Step::Unwanted {
                return Ok(Step::Unwanted);
            }
            size = wide;
            ranged = !small || self.edge.stamp.is_some();
            let now = Some(self.reached());
            in_vain = if now == reached { in_vain + 1 } else { 0 };
            reached = now;
            if in_vain > MOST_PASSES {
                return Err(self
                    .unreadable("different every time: rows change faster than they can be read"));
            }
        }
        if ranged && !self.unplaced().await? {
            return Ok(Step::Unwanted);
        }
        if let (true, true, Some(first)) = (self.moves(), self.sort.descending, first) {
            self.newer(first).await?;
        }
        Ok(Step::End)
    }

    /// A new listing begins, whose rows are known when they come again, or not.
    pub fn remember(&mut self, remember: bool) {
        self.remember = remember;
        self.seen.clear();
    }

    /// Pages handed over so far.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// How far the walk has come; another value means further.
    pub fn reached(&self) -> (u64, Option<i64>, bool) {
        let at = self.edge.stamp.as_ref().map(|stamp| stamp.at);
        (self.handed, at, self.edge.closed)
    }

    /// Whether rows change their place in the order.
    pub fn moves(&self) -> bool {
        self.sort.key != self.fetcher.request.object.order
    }

    /// The search text for what lies beyond the edge, as far as `to`.
    pub fn ahead(&self, to: Option<&Stamp>) -> String {
        range(self.q.as_deref(), self.sort, self.edge.bound().as_ref(), to)
    }

    /// A page of a search, in the order of the walk.
    pub fn page(&self, q: Option<&str>, page: u64, size: u64) -> Get {
        self.fetcher.search(q, self.sort, page, size)
    }

    /// An error about the listing as a whole.
    pub fn unreadable(&self, reason: &str) -> Error {
        Error::Unreadable {
            call: self.page(None, 0, 1).call(),
            reason: reason.to_owned(),
            attempts: 1,
        }
    }

    /// Takes the answer to a search that leaves no gap behind the edge, and hands over what is new in it. `placed` says
    /// that the search finds only rows with a place in the order. `None` if nobody wants more.
    pub async fn accept(&mut self, mut page: Page, placed: bool) -> Result<Option<Stretch>> {
        let stretch = Stretch::of(&page, self.order, self.sort.descending);
        let sorted = self.fetcher.request.sort.is_some();
        if !stretch.rises() || (sorted && !stretch.odd_last()) || (placed && !stretch.is_keyed()) {
            return Err(self.unreadable("not in the order that was asked for"));
        }
        let mut row = 0;
        let (id, moves, remember) = (self.id, self.moves(), self.remember);
        let (edge, ever, odd) = (&mut self.edge, &mut self.ever, &mut self.odd);
        let seen = &mut self.seen;
        let oddities = odd.len();
        let mut late = false;
        page.retain(id, |id| {
            row += 1;
            let Some(stamp) = &stretch.stamps[row - 1] else {
                return odd.insert(id);
            };
            if remember {
                seen.insert(id);
            }
            let fresh = edge.fresh(stamp, id) && (!moves || ever.insert(id));
            late |= fresh && oddities > 0;
            fresh
        });
        if late && sorted {
            return Err(self.unreadable("not in the order that was asked for"));
        }
        Ok(self.emit(page).await.then_some(stretch))
    }

    /// Whether a row of the page has come in this listing before.
    pub fn repeats(&self, page: &Page) -> bool {
        let mut ids = (0..page.rows()).map(|row| page.value(row, self.id));
        ids.any(|id| self.seen.contains(id) || self.odd.contains(id))
    }

    /// Hands rows over; false if nobody wants more.
    pub async fn emit(&mut self, mut page: Page) -> bool {
        if let Some((column, values)) = &self.keep {
            page.retain(*column, |value| {
                Json::string(value).is_some_and(|text| values.contains(&*text))
            });
        }
        self.handed += page.rows() as u64;
        // The first page is waited for, be it empty: more is only wanted once it has been looked at.
        if page.rows() == 0 && self.pages > 0 {
            return true;
        }
        self.pages += 1;
        self.out.send(Ok(page)).await
    }
}
