//! Lists for each row of another object: the roles of every user, the members of every organization.
//!
//! The other object's rows are read by a scan of their own, which may itself fan out. If all rows are wanted, that scan
//! comes first, so that the price is known before it is paid; else lists are read as they become known.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::fetch::Fetcher;
use super::lists::{self, Source};
use super::output::{Gate, Output};
use super::request::{Fan, Listing};
use super::scan::Context;
use super::walk::Step;
use crate::catalog::template::Put;
use crate::error::Result;
use crate::rows::{Columns, Json, Page};

/// How many times more calls than are allowed are still counted.
const FAR: u64 = 10;

/// Reads the lists of all rows of the parent.
pub async fn read(context: Context, fetcher: Arc<Fetcher>, fan: Fan, out: Output) -> Result<Step> {
    let (pages, rows) = mpsc::channel(1);
    let wake = context.wake.clone();
    let scan = context.run(
        fan.parent.clone(),
        Gate::open(),
        Output::new(pages.clone(), wake),
    );
    let parents = async move {
        if let Err(error) = scan.await {
            // Nobody listens when the lists have ended before.
            let _ = pages.send(Err(error)).await;
        }
    };
    // The scan of the parents ends when the lists do, as nobody takes its pages then.
    let children = async {
        let mut source = Parents::new(fan, rows, out.clone());
        if fetcher.request.all {
            source.all(&fetcher).await?;
        }
        lists::read(fetcher, source, out).await
    };
    tokio::join!(parents, children).1
}

/// Lists made of the rows of the parent, as they come.
struct Parents {
    fan: Fan,
    columns: Columns,
    pages: mpsc::Receiver<Result<Page>>,
    out: Output,
    waiting: VecDeque<Listing>,
    /// A row that moves while it is read comes twice.
    seen: HashSet<Vec<String>>,
}

impl Parents {
    fn new(fan: Fan, pages: mpsc::Receiver<Result<Page>>, out: Output) -> Parents {
        Parents {
            columns: fan.parent.columns(),
            fan,
            pages,
            out,
            waiting: VecDeque::new(),
            seen: HashSet::new(),
        }
    }

    /// Reads all parents, and fails if their lists are more than may be asked for. Far beyond that, counting on would
    /// only cost more calls.
    async fn all(&mut self, fetcher: &Fetcher) -> Result<()> {
        let request = &fetcher.request;
        loop {
            let more = self.more().await?;
            let calls = fetcher.stats.totals().calls + self.waiting.len() as u64;
            if request.is_too_much(calls.div_ceil(FAR)) || (!more && request.is_too_much(calls)) {
                return Err(request.too_many(calls, !more));
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Takes a page of parents; false if there is none any more.
    async fn more(&mut self) -> Result<bool> {
        let Some(page) = self.pages.recv().await.transpose()? else {
            return Ok(false);
        };
        if page.told().is_some() {
            // Without parents there are no children, for the same reason.
            self.out.send(Ok(page)).await;
            return Ok(true);
        }
        for row in 0..page.rows() {
            let Some(values) = self.values(&page, row) else {
                continue;
            };
            if !self.seen.insert(values.clone()) {
                continue;
            }
            let columns = self.fan.columns.iter().map(|(column, _)| *column);
            let puts: Vec<_> = columns.zip(values.into_iter().map(Put::Value)).collect();
            let lists = self.fan.lists.iter();
            let mut lists: Vec<_> = lists.filter_map(|list| list.listing(&puts)).collect();
            let given = self.fan.given.iter();
            let given: Vec<_> = given
                .filter_map(|key| {
                    let raw = page.value(row, self.columns.position(key)?)?;
                    Some((*key, raw.to_owned()))
                })
                .collect();
            lists
                .iter_mut()
                .for_each(|list| list.given.extend(given.clone()));
            self.waiting.extend(lists);
        }
        Ok(true)
    }

    /// What a parent's row puts into the path; `None` if it lacks a value, or has one that is not wanted.
    fn values(&self, page: &Page, row: usize) -> Option<Vec<String>> {
        let keys = self.fan.columns.iter().map(|(_, key)| *key);
        keys.map(|key| {
            let raw = page.value(row, self.columns.position(key)?)?;
            let text = Json::read(raw).ok()?.into_text()?.into_owned();
            let mut only = self.fan.only.iter().filter(|(only, _)| *only == key);
            let wanted = only.all(|(_, texts)| {
                let is = |put: &Put| matches!(put, Put::Value(value) if *value == text);
                texts.iter().any(is)
            });
            (wanted && !text.is_empty()).then_some(text)
        })
        .collect()
    }
}

impl Source for Parents {
    async fn next(&mut self) -> Result<Option<Listing>> {
        loop {
            if let Some(listing) = self.waiting.pop_front() {
                return Ok(Some(listing));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }
}
