//! Lists for each row of another object: the roles of every user, the members of every organization.
//!
//! The other object's rows are read by a scan of their own, which may itself fan out. If all rows are wanted, that scan
//! comes first, so that the price is known before it is paid; else lists are read as they become known, and a page of
//! parents is asked for when the lists of the one before have not been enough.

use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{select, Either};
use tokio::sync::{mpsc, oneshot};

use super::budget::Budget;
use super::fetch::Fetcher;
use super::lists::{self, Source};
use super::output::{Demand, Gate, Output};
use super::request::{Fan, Listing};
use super::scan::Context;
use super::walk::Step;
use crate::catalog::template::Put;
use crate::error::Result;
use crate::rows::{Columns, Json, Page};

/// Reads the lists of all rows of the parent.
pub async fn read(context: Context, fetcher: Arc<Fetcher>, fan: Fan, out: Output) -> Result<Step> {
    let (pages, rows) = mpsc::channel(1);
    let (more, second) = oneshot::channel();
    let demand = Arc::new(Demand::default());
    let mut parent_out = Output::new(pages.clone(), context.wake.clone());
    let mut parent = fan.parent.clone();
    let all = fetcher.request.all;
    let gate = match all {
        true => Gate::open(),
        false => {
            parent.all = false;
            if parent.object.is_searched() {
                // Beyond a page, others are only asked for on demand, as lists do in any case.
                parent.limit = Some(fetcher.settings.page_size.into());
            }
            parent_out = parent_out.on_demand(demand.clone());
            Gate::new(second)
        }
    };
    let scan = context.run(parent, gate, parent_out);
    let parents = async move {
        if let Err(error) = scan.await {
            // Nobody listens when the lists have ended before.
            let _ = pages.send(Err(error)).await;
        }
    };
    let children = async {
        let mut source = Parents {
            columns: fan.parent.columns(),
            fan,
            pages: rows,
            taken: 0,
            second: Some(more),
            demand,
            out: out.clone(),
            budget: fetcher.budget.clone(),
            waiting: VecDeque::new(),
            seen: HashSet::new(),
        };
        if all {
            source.all(&fetcher).await?;
        }
        lists::read(fetcher, source, out).await
    };
    // The scan of the parents goes with the lists: it may wait for somebody to want more of its pages.
    let (children, parents) = (pin!(children), pin!(parents));
    match select(children, parents).await {
        Either::Left((step, _)) => step,
        Either::Right(((), children)) => children.await,
    }
}

/// Lists made of the rows of the parent, as they come.
struct Parents {
    fan: Fan,
    columns: Columns,
    pages: mpsc::Receiver<Result<Page>>,
    /// How many have been taken, and who is told that another is wanted.
    taken: u64,
    second: Option<oneshot::Sender<()>>,
    demand: Arc<Demand>,
    out: Output,
    budget: Arc<Budget>,
    waiting: VecDeque<Listing>,
    /// A row that moves while it is read comes twice.
    seen: HashSet<Vec<String>>,
}

impl Parents {
    /// Reads all parents, and fails if their lists are more than may be asked for. Far beyond that, counting on would
    /// only cost more calls.
    async fn all(&mut self, fetcher: &Fetcher) -> Result<()> {
        loop {
            let more = self.more().await?;
            if let Some((calls, exact)) = fetcher.budget.excess(self.waiting.len(), !more) {
                return Err(fetcher.too_many(calls, exact));
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Takes a page of parents; false if there is none any more.
    async fn more(&mut self) -> Result<bool> {
        if self.taken > 0 {
            self.second.take().map(|second| second.send(()));
        }
        self.demand.tell(self.taken);
        let Some(page) = self.pages.recv().await.transpose()? else {
            return Ok(false);
        };
        self.taken += 1;
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
            self.budget.know(lists.len());
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
