//! The number of rows that match, without reading them.
//!
//! A total below Auth0's cap, or above it because there is none, is the answer. At the cap, rows are counted in steps of
//! nearly a window: the last rows in reach say which value stands at which place, and the next search starts there.
//! What is left at the end is below the cap.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::clause::{and, range, rest, Bound};
use super::edge::{Stamp, Stretch};
use super::fetch::Fetcher;
use super::output::{Gate, Output};
use super::request::Sort;
use super::runtime::Wake;
use super::walk::Walk;
use crate::error::{Error, Result};
use crate::options::BulkRead;
use crate::rows::Page;

/// Rows of a step's page: enough that some of them differ in their value.
const PROBE: u64 = 10;

/// Counts the rows that match `q`.
pub async fn count(fetcher: Arc<Fetcher>, q: Option<String>, wake: &Wake) -> Result<u64> {
    let counter = Counter {
        fetcher: &fetcher,
        q: q.as_deref(),
        sort: Sort {
            key: fetcher.request.object.order,
            descending: false,
        },
    };
    match counter.run().await {
        Ok(Some(count)) => Ok(count),
        Ok(None) => by_reading(fetcher, q, wake).await,
        Err(Error::Window { .. }) if fetcher.settings.bulk_read != BulkRead::Search => {
            by_reading(fetcher, q, wake).await
        }
        Err(error) => Err(error),
    }
}

/// Reads all rows for the sake of their number.
async fn by_reading(fetcher: Arc<Fetcher>, q: Option<String>, wake: &Wake) -> Result<u64> {
    let (pages, mut read) = mpsc::channel::<Result<Page>>(1);
    let walk = Walk::new(fetcher, q, Gate::open(), Output::new(pages, wake.clone()));
    let sum = async {
        let mut sum = 0;
        while let Some(page) = read.recv().await {
            sum += page?.rows() as u64;
        }
        Ok(sum)
    };
    let (walked, sum) = tokio::join!(walk.run(), sum);
    walked.and(sum)
}

struct Counter<'a> {
    fetcher: &'a Fetcher,
    q: Option<&'a str>,
    sort: Sort,
}

impl Counter<'_> {
    /// `None` if Auth0 tells no totals, or what it tells does not fit together.
    async fn run(&self) -> Result<Option<u64>> {
        let window = self.fetcher.window();
        let last = window / PROBE - 1;
        let Some(total) = self.ask(self.q, 0, 1).await?.total() else {
            return Ok(None);
        };
        if total != window {
            return Ok(Some(total));
        }
        let mut sum = 0;
        let mut from: Option<Bound> = None;
        loop {
            let q = match &from {
                None => self.q.map(str::to_owned),
                from => Some(range(self.q, self.sort, from.as_ref(), None)),
            };
            let page = self.ask(q.as_deref(), last, PROBE).await?;
            let Some(total) = page.total() else {
                return Ok(None);
            };
            if total != window {
                sum += total;
                break;
            }
            let stamps = self.stretch(&page).stamps;
            if let Some((row, stamp)) = turn(&stamps) {
                sum += last * PROBE + row as u64;
                from = Some(Bound {
                    stamp: stamp.clone(),
                    inclusive: true,
                });
                continue;
            }
            let Some(stamp) = stamps.into_iter().flatten().next_back() else {
                return Ok(None);
            };
            sum += self.through(from.as_ref(), &stamp).await?;
            from = Some(Bound {
                stamp,
                inclusive: false,
            });
        }
        if from.is_some() {
            // Rows without a value come after all others in the first search, and in no range.
            sum += self.below_cap(&rest(self.q, self.sort.key), None).await?;
        }
        Ok(Some(sum))
    }

    /// Rows from `from` up to and with `stamp`, which many rows share.
    async fn through(&self, from: Option<&Bound>, stamp: &Stamp) -> Result<u64> {
        let mut sum = 0;
        if from.is_none_or(|from| from.stamp.at < stamp.at) {
            let (open, start) = match from {
                None => ('[', "*"),
                Some(from) if from.inclusive => ('[', &*from.stamp.text),
                Some(from) => ('{', &*from.stamp.text),
            };
            let clause = format!("{}:{open}{start} TO {}}}", self.sort.key, stamp.text);
            sum += self.below_cap(&and(self.q, &clause), Some(stamp)).await?;
        }
        let with = Bound {
            stamp: stamp.clone(),
            inclusive: true,
        };
        let q = range(self.q, self.sort, Some(&with), Some(stamp));
        Ok(sum + self.below_cap(&q, Some(stamp)).await?)
    }

    /// A total that must be below the cap.
    async fn below_cap(&self, q: &str, stamp: Option<&Stamp>) -> Result<u64> {
        let total = self.ask(Some(q), 0, 1).await?.total();
        match total {
            Some(total) if total != self.fetcher.window() => Ok(total),
            total => Err(self.fetcher.crowd(self.sort.key, stamp, total)),
        }
    }

    fn stretch(&self, page: &Page) -> Stretch {
        Stretch::of(page, self.fetcher.position(self.sort.key), false)
    }

    async fn ask(&self, q: Option<&str>, page: u64, size: u64) -> Result<Page> {
        let get = self.fetcher.search(q, self.sort, page, size);
        self.fetcher.fetch(get).await
    }
}

/// The last row with another value than the one before it: all rows with its value follow.
fn turn(stamps: &[Option<Stamp>]) -> Option<(usize, &Stamp)> {
    let pairs = stamps.windows(2).enumerate().rev();
    pairs
        .filter_map(|(row, pair)| match (&pair[0], &pair[1]) {
            (Some(a), Some(b)) if a.at < b.at => Some((row + 1, b)),
            _ => None,
        })
        .next()
}
