//! Many rows with one value of the ordering key: no search in its order can start between them.

use super::clause::{range, Bound};
use super::edge::Stamp;
use super::export::Export;
use super::request::{Chunk, Sort};
use super::walk::{Step, Walk};
use crate::catalog::Language;
use crate::error::{Error, Result};
use crate::options::BulkRead;
use crate::rows::{Columns, Json, Page};

/// Ids in one search: some two thousand bytes, encoded. Auth0 does not say how long a URL may be.
const BATCH: usize = 30;

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

    /// More rows with one value than a query reaches: an export, which has no conditions, says which they are, and
    /// searches by their ids bring them.
    async fn crowd(&mut self, stamp: &Stamp, total: Option<u64>) -> Result<Step> {
        // There are export jobs of users only.
        if self.fetcher.settings.bulk_read == BulkRead::Search
            || self.fetcher.request.object.language != Language::Users
        {
            return Err(self.fetcher.crowd(self.sort.key, Some(stamp), total));
        }
        let object = self.fetcher.request.object;
        let keys = vec![object.id.to_owned(), self.sort.key.to_owned()];
        let fetcher = self.fetcher.clone();
        let mut export = Export::start(&fetcher, Columns::new(keys, false)).await?;
        let mut ids = Vec::new();
        loop {
            let page = export.next().await?;
            for row in 0..page.as_ref().map_or(0, Page::rows) {
                let value = |key| page.as_ref().and_then(|page| page.value(row, key));
                let at = Stamp::read(value(1), self.sort.descending).map(|found| found.at);
                let id = value(0).and_then(|raw| Json::read(raw).ok()?.into_text());
                ids.extend(
                    id.filter(|_| at == Some(stamp.at))
                        .map(|id| id.into_owned()),
                );
            }
            while ids.len() >= BATCH || (page.is_none() && !ids.is_empty()) {
                let batch = ids.split_off(ids.len().saturating_sub(BATCH));
                if self.by_id(stamp, batch).await? == Step::Unwanted {
                    return Ok(Step::Unwanted);
                }
            }
            if page.is_none() {
                self.edge.close(stamp);
                return Ok(Step::More);
            }
        }
    }

    /// Hands over the rows with these ids that match, and still have the value. A search that is too long for a URL is
    /// divided.
    async fn by_id(&mut self, stamp: &Stamp, ids: Vec<String>) -> Result<Step> {
        let size = self.fetcher.wide().max(BATCH as u64);
        let only = Bound {
            stamp: stamp.clone(),
            inclusive: true,
        };
        let q = range(self.q.as_deref(), self.sort, Some(&only), Some(stamp));
        let key = self.fetcher.request.object.id;
        let mut parts = vec![Chunk::new(Some(&q), key, ids)];
        while let Some(chunk) = parts.pop() {
            let get = self.page(Some(&chunk.q()), 0, size);
            match self.fetcher.fetch(get).await {
                Err(Error::Rejected { refusal, .. })
                    if refusal.status == 414 && chunk.terms.len() > 1 =>
                {
                    parts.extend(chunk.halves());
                }
                page => {
                    if self.accept(page?, true).await?.is_none() {
                        return Ok(Step::Unwanted);
                    }
                }
            }
        }
        Ok(Step::More)
    }
}
