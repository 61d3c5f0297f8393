//! Lists read side by side.

use std::future::Future;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::fetch::Fetcher;
use super::output::Output;
use super::pager::Pager;
use super::request::Listing;
use super::walk::Step;
use crate::error::{Error, Result};

/// Lists to be read, one after another made known.
pub trait Source {
    /// The next, or `None` after the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Listing>>> + Send;
}

impl Source for std::vec::IntoIter<Listing> {
    async fn next(&mut self) -> Result<Option<Listing>> {
        Ok(Iterator::next(self))
    }
}

/// What has become of one list.
enum Done {
    /// It has been handed over.
    End,
    /// Nobody wants more.
    Unwanted,
    /// The tenant has no such thing at all: no other list will have any rows.
    NotOffered,
}

/// Reads `lists` and hands their rows over as they come. If not all rows are wanted for certain, what is asked grows with
/// what has been wanted: the first page alone, then one list, then two… When no more calls may be made, the lists that are
/// under way come to their end first: they may have all that is wanted.
pub async fn read(fetcher: Arc<Fetcher>, mut lists: impl Source, out: Output) -> Result<Step> {
    let concurrency = fetcher.settings.concurrency as usize;
    let all = fetcher.request.all;
    let mut running = FuturesUnordered::new();
    let (mut done, mut exhausted, mut spent) = (0, false, false);
    loop {
        let most = match all {
            true => concurrency,
            false => concurrency.min(done + 1),
        };
        while running.len() < most && !exhausted {
            if done > 0 && !all {
                out.wanted().await;
            }
            match lists.next().await {
                Ok(None) => exhausted = true,
                Err(Error::CallsSpent { .. }) => (exhausted, spent) = (true, true),
                Err(error) => return Err(error),
                Ok(Some(listing)) => {
                    // One list alone may have its pages side by side; several have theirs one after another.
                    let alone = all && running.is_empty() && done == 0;
                    let pages = if alone { concurrency } else { 1 };
                    let pager = Pager::new(fetcher.clone(), listing, pages);
                    running.push(hand_over(&fetcher, pager, &out));
                }
            }
        }
        match running.next().await {
            None if spent => return Err(fetcher.spent()),
            None => return Ok(Step::End),
            Some(Ok(Done::End)) => {
                done += 1;
                fetcher.budget.finish();
            }
            Some(Ok(Done::Unwanted)) => return Ok(Step::Unwanted),
            Some(Ok(Done::NotOffered)) => return Ok(Step::End),
            Some(Err(Error::CallsSpent { .. })) => (exhausted, spent) = (true, true),
            Some(Err(error)) => return Err(error),
        }
    }
}

async fn hand_over(fetcher: &Fetcher, mut pager: Pager, out: &Output) -> Result<Done> {
    let request = &fetcher.request;
    while let Some(page) = pager.next().await? {
        let told = page.told().is_some();
        if (page.rows() > 0 || told) && !out.send(Ok(page)).await {
            return Ok(Done::Unwanted);
        }
        if told {
            return Ok(Done::NotOffered);
        }
        if !request.all && !pager.is_done() {
            out.wanted().await;
        }
    }
    Ok(Done::End)
}
