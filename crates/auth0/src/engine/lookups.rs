//! Single calls side by side, and searches for chunks of a long list.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::fetch::{Fetcher, Flight};
use super::output::{Gate, Output};
use super::request::{Chunk, Lookup};
use super::walk::{Step, Walk};
use crate::error::{Error, Result};

/// Makes the calls and hands their rows over as they come. The first is made alone if perhaps no other is wanted.
pub async fn look_up(
    fetcher: Arc<Fetcher>,
    lookups: &[Lookup],
    mut gate: Gate,
    out: Output,
) -> Result<Step> {
    let all = fetcher.request.all;
    let mut calls = lookups.iter().cloned();
    let mut flights = FuturesUnordered::new();
    let mut most = if all {
        fetcher.settings.concurrency as usize
    } else {
        1
    };
    loop {
        while flights.len() < most {
            let Some(lookup) = calls.next() else { break };
            let flight = Flight::look_up(&fetcher, lookup);
            flights.push(flight.land());
        }
        let Some(page) = flights.next().await else {
            return Ok(Step::End);
        };
        let page = page?;
        let found = page.rows() > 0;
        if found && !out.send(Ok(page)).await {
            return Ok(Step::Unwanted);
        }
        if found && !all && !gate.pass().await {
            return Ok(Step::Unwanted);
        }
        if found {
            most = fetcher.settings.concurrency as usize;
        }
    }
}

/// Walks over the chunks, several at a time if all rows are wanted. A search that is too long for a URL is divided.
pub async fn in_chunks(
    fetcher: Arc<Fetcher>,
    chunks: &[Chunk],
    mut gate: Gate,
    out: Output,
) -> Result<Step> {
    let most = match fetcher.request.all {
        true => fetcher.settings.concurrency as usize,
        false => 1,
    };
    let mut waiting: VecDeque<Chunk> = chunks.iter().cloned().collect();
    let mut walks: FuturesUnordered<BoxFuture<'static, (Chunk, Result<Step>)>> =
        FuturesUnordered::new();
    loop {
        while walks.len() < most {
            let Some(chunk) = waiting.pop_front() else {
                break;
            };
            let walk = Walk::new(fetcher.clone(), Some(chunk.q()), Gate::open(), out.clone());
            let values: HashSet<String> =
                chunk.terms.iter().map(|term| term.value.clone()).collect();
            let walk = walk.part(chunk.key, values);
            walks.push(Box::pin(async move { (chunk, walk.run().await) }));
        }
        match walks.next().await {
            None => return Ok(Step::End),
            Some((_, Ok(Step::Unwanted))) => return Ok(Step::Unwanted),
            Some((_, Ok(_))) if most > 1 || gate.pass().await => {}
            Some((_, Ok(_))) => return Ok(Step::Unwanted),
            Some((chunk, Err(Error::Rejected { refusal, .. })))
                if refusal.status == 414 && chunk.terms.len() > 1 =>
            {
                waiting.extend(chunk.halves());
            }
            Some((_, Err(error))) => return Err(error),
        }
    }
}
