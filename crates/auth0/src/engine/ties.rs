//! Many rows with one value of the ordering key: no search in its order can start between them.

use super::edge::{range, Bound, Stamp};
use super::request::Sort;
use super::walk::{Step, Walk};
use crate::error::Result;

/// How often they are read again because they have changed, before we give up.
const MOST_PASSES: u32 = 20;

impl Walk {
    /// If so many rows at the edge share its value that the next page would bring mostly them again, reads the rest of
    /// them. Nothing is done otherwise.
    pub async fn past_ties(&mut self) -> Result<Step> {
        match &self.edge.stamp {
            Some(stamp) if self.edge.ties() * 2 > self.fetcher.wide() => {
                let stamp = stamp.clone();
                self.ties(&stamp).await
            }
            _ => Ok(Step::More),
        }
    }

    /// Hands over all rows with the value of the edge, in the order of their ids, which is the same for every page.
    async fn ties(&mut self, stamp: &Stamp) -> Result<Step> {
        let (window, size) = (self.fetcher.window(), self.fetcher.wide());
        let only = Bound {
            stamp: stamp.clone(),
            inclusive: true,
        };
        let q = range(self.q.as_deref(), self.sort, Some(&only), Some(stamp));
        let by_id = Sort {
            key: self.fetcher.request.object.id,
            descending: false,
        };
        let mut total = None;
        for _ in 0..MOST_PASSES {
            let get = self.fetcher.search(Some(&q), by_id, 0, size);
            let page = self.fetcher.fetch(get).await?;
            total = page.total();
            if total.is_some_and(|total| total >= window) {
                break;
            }
            let full = page.rows() as u64 == size;
            self.remember(true);
            if self.accept(page, true).await?.is_none() {
                return Ok(Step::Unwanted);
            }
            let pages = total.map_or(u64::MAX, |total| total.div_ceil(size));
            let step = match full {
                true => self.list(Some(&q), by_id, size, total, 1..pages).await?,
                false => Step::End,
            };
            self.remember(false);
            match step {
                Step::Unwanted => return Ok(step),
                Step::End => {
                    self.edge.close(stamp);
                    return Ok(Step::More);
                }
                Step::More => {}
            }
        }
        self.crowd(stamp, total).await
    }

    /// More rows with one value than a query reaches.
    async fn crowd(&mut self, stamp: &Stamp, total: Option<u64>) -> Result<Step> {
        Err(self.fetcher.crowd(self.sort.key, Some(stamp), total))
    }
}
