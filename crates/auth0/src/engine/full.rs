//! A listing of exactly as many rows as one query reaches.
//!
//! Auth0 is said to cap `total` at the window, so a total of 1000 reads "1000 or more". The rows of the last page are
//! asked for from the other end, with a condition that leaves out most of the first page: *that* total is below the cap
//! if there is nothing beyond the window, and costs no request more. If there is, the page will do as the last of the
//! walk.

use super::answer::Answer;
use super::clause::{not_before, range, Bound};
use super::edge::Stretch;
use super::request::Sort;
use super::walk::{Step, Walk};
use crate::error::Result;
use crate::rows::Page;

/// What is known of a listing that seems to fill the window.
pub enum Full {
    /// It did, and has been handed over, or nobody wants that.
    Read(Step),
    /// There are more rows, of which the last may be here already.
    More(Option<Last>),
}

/// The last rows of a walk, read from the other end.
pub struct Last {
    /// In the walk's order.
    pub page: Page,
    /// Their values.
    pub stretch: Stretch,
}

impl Walk {
    /// Finds out whether a search, whose first page has been handed over, has more rows than the window. Only asks if
    /// all are wanted, else the walk may never come that far.
    pub async fn full_window(
        &mut self,
        ranged: bool,
        size: u64,
        answer: &Answer,
        first: &Stretch,
    ) -> Result<Full> {
        let window = self.fetcher.window();
        let ties = first.ties() as u64;
        if answer.total != Some(window)
            || ranged
            || self.moves()
            || !self.fetcher.request.all
            || !first.is_keyed()
            || ties >= size
        {
            return Ok(Full::More(None));
        }
        let back = Sort {
            descending: !self.sort.descending,
            ..self.sort
        };
        let Some(edge) = self.edge.stamp.clone() else {
            return Ok(Full::More(None));
        };
        let q = not_before(self.q.as_deref(), self.sort, &edge);
        let get = self.fetcher.search(Some(&q), back, 0, size);
        let mut page = self.fetcher.fetch(get).await?;
        page.reverse();
        let total = page.total();
        let stretch = Stretch::of(&page, self.order, self.sort.descending);
        let usable = stretch.rises() && stretch.is_keyed() && page.rows() as u64 == size;
        let last = usable.then_some(Last { page, stretch });
        if total != Some(window + ties - size) {
            return Ok(Full::More(last));
        }
        // There is just one window of rows. Those after the first page's, by a search whose total is below the cap, too,
        // so that it shows changes; the last of its pages is here already if the window ends with it.
        let beyond = Bound {
            stamp: edge,
            inclusive: false,
        };
        let q = range(self.q.as_deref(), self.sort, Some(&beyond), None);
        let total = window - size;
        let last = last.filter(|_| total.is_multiple_of(size));
        let pages = total.div_ceil(size) - u64::from(last.is_some());
        let step = self
            .list(Some(&q), self.sort, size, Some(total), 0..pages)
            .await?;
        match (step, last) {
            (Step::End, Some(last)) if !self.follows(&last.page) => Ok(Full::Read(Step::More)),
            (Step::End, Some(last)) => Ok(Full::Read(match self.accept(last.page, true).await? {
                Some(_) => Step::End,
                None => Step::Unwanted,
            })),
            (step, _) => Ok(Full::Read(step)),
        }
    }
}
