//! A listing that fits into the window: pages by offset, side by side, as few as there can be.
//!
//! They have no row in common, so that nothing is left out is shown by their totals: as long as every page tells the
//! same, is as long as it must be and repeats no row, nothing has shifted. (Rows with equal values may change places
//! between two requests; one that is left out in that way pushes another in a second time.) With the first sign of a
//! change the walk goes on from its edge instead.

use std::collections::VecDeque;
use std::ops::Range;

use super::edge::Stretch;
use super::fetch::Flight;
use super::request::Sort;
use super::walk::{Step, Walk};
use crate::error::Result;
use crate::rows::Page;

impl Walk {
    /// Hands over the pages `pages` of a search, of whose `total` matches those on page 0 have been. Without a total,
    /// pages follow until one is not full; asking ahead would be in vain then. [`Step::More`] if it has changed.
    pub async fn list(
        &mut self,
        q: Option<&str>,
        sort: Sort,
        size: u64,
        total: Option<u64>,
        pages: Range<u64>,
    ) -> Result<Step> {
        let most = if total.is_some() { self.concurrency } else { 1 };
        // Pages beyond those that a LIMIT is sure to need are asked for when a row of them is wanted.
        let limit = self.fetcher.request.limit;
        let sure = limit.map_or(u64::MAX, |limit| limit.div_ceil(size));
        let mut next = pages.start;
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() < most && next < pages.end && next * size < self.fetcher.window() {
                if next >= sure && !(ahead.is_empty() && self.out.wanted().await) {
                    break;
                }
                let get = self.fetcher.search(q, sort, next, size);
                ahead.push_back((next, Flight::start(&self.fetcher, get)));
                next += 1;
            }
            let Some((number, flight)) = ahead.pop_front() else {
                return Ok(if total.is_some() {
                    Step::End
                } else {
                    Step::More
                });
            };
            let page = flight.land().await?;
            let rows = page.rows() as u64;
            let as_told = total.is_none_or(|total| rows == size.min(total - number * size));
            if !as_told || page.total() != total || !self.follows(&page) {
                return Ok(Step::More);
            }
            if self.accept(page, false).await?.is_none() {
                return Ok(Step::Unwanted);
            }
            if total.is_none() && rows < size {
                // The window may have cut it short.
                let within = number * size + rows < self.fetcher.window();
                return Ok(if within { Step::End } else { Step::More });
            }
        }
    }

    /// Whether a page begins where the edge is, as far as can be seen, and has no row of this listing again.
    pub fn follows(&self, page: &Page) -> bool {
        let stretch = Stretch::of(page, self.order, self.sort.descending);
        let back = match (stretch.low(), &self.edge.stamp) {
            (Some(low), Some(edge)) => low.at < edge.at,
            _ => false,
        };
        !back && !self.repeats(page)
    }
}
