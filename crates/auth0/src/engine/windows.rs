//! The walk over more rows than one query reaches: answers that overlap, asked for side by side.
//!
//! No answer is trusted to lie where it was expected. One that begins before the edge is handed over, without what has
//! been; before any other, the gap between is asked for by its ends. So rows that come and go between two requests cost
//! requests and never rows.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::FutureExt;

use super::answer::Answer;
use super::edge::Stretch;
use super::full::Last;
use super::plan::{Base, Outpost, Plan};
use super::walk::{Step, Walk};
use crate::error::{Error, Result};
use crate::rows::Page;

/// What a request was sent for.
pub enum Purpose {
    /// The outpost of a node.
    Outpost(u64, Outpost),
    /// The gap before a node.
    Gap(u64),
    /// The rows at the edge.
    Step,
}

/// An answer that has been asked for.
pub enum Slot<T> {
    /// It is on its way.
    Flying,
    /// It will not come; the walk ends with this if it gets so far.
    Failed(Error),
    /// It is here.
    Here(T),
}

/// Rows ahead of the edge.
pub struct Node {
    /// Tells it from all others.
    pub number: u64,
    /// Where it was expected, or nearby.
    pub outpost: Slot<Ahead>,
    /// What lies between it and the one before, if it has been asked for.
    pub gap: Option<Slot<Page>>,
}

/// An outpost's answer.
pub struct Ahead {
    /// The rows.
    pub page: Page,
    /// Their values.
    pub stretch: Stretch,
    /// Whether no rows follow.
    pub is_last: bool,
}

/// Answers in a row that bring the walk no further before we give up: more than can be under way at a time.
const MOST_IN_VAIN: u32 = 100;

/// A request under way.
pub type Landing = Pin<Box<dyn Future<Output = (Purpose, Result<Page>)> + Send>>;

/// A walk past the window.
pub struct Windows<'a> {
    /// The walk whose edge it moves.
    pub walk: &'a mut Walk,
    /// Rows of a page.
    pub size: u64,
    /// Where outposts stand.
    pub plan: Plan,
    /// From which page they are planned, and what it said of the rows behind it.
    pub base: Option<(Base, Answer)>,
    /// Place of the newest outpost.
    pub place: u64,
    /// In the order of the walk.
    pub nodes: VecDeque<Node>,
    /// What is under way.
    pub flights: FuturesUnordered<Landing>,
    /// Number of the newest node.
    pub sent: u64,
    /// The rows at the edge, if they have come.
    pub step: Option<Result<Page>>,
    /// Whether no more outposts are needed.
    pub covered: bool,
    /// The last rows, as long as no node has them.
    pub last: Option<Last>,
}

impl Walk {
    /// Goes on from the page `first`, which has been handed over.
    pub async fn windows(
        &mut self,
        first: Stretch,
        answer: Answer,
        last: Option<Last>,
    ) -> Result<Step> {
        self.remember(false);
        let size = self.fetcher.wide();
        let mut windows = Windows {
            size,
            plan: Plan::new(size, self.fetcher.window()),
            base: None,
            place: 0,
            nodes: VecDeque::new(),
            flights: FuturesUnordered::new(),
            sent: 0,
            step: None,
            covered: false,
            last,
            walk: self,
        };
        if windows.walk.past_ties().await? == Step::Unwanted {
            return Ok(Step::Unwanted);
        }
        // Whoever may stop soon gets the next page first.
        if windows.walk.fetcher.request.all {
            windows.found(&first, 0, answer);
        }
        windows.run().await
    }
}

impl Windows<'_> {
    async fn run(&mut self) -> Result<Step> {
        let (mut reached, mut in_vain) = (None, 0);
        loop {
            let step = self.deliver().await?;
            if step != Step::More {
                return Ok(step);
            }
            let now = Some(self.walk.reached());
            in_vain = if now == reached { in_vain + 1 } else { 0 };
            reached = now;
            if in_vain > MOST_IN_VAIN {
                return Err(self.walk.unreadable("the same rows over and over"));
            }
            self.send();
            let Some((purpose, page)) = self.flights.next().await else {
                return Ok(Step::More);
            };
            self.land(purpose, page);
            while let Some(Some((purpose, page))) = self.flights.next().now_or_never() {
                self.land(purpose, page);
            }
        }
    }

    /// Hands over what is next, as far as it has come.
    async fn deliver(&mut self) -> Result<Step> {
        if let Some(page) = self.step.take() {
            let page = page?;
            let answer = Answer::of(&page, 0, self.size, self.walk.fetcher.window());
            let Some(stretch) = self.walk.accept(page, true).await? else {
                return Ok(Step::Unwanted);
            };
            if answer.is_last {
                return Ok(Step::End);
            }
            if self.walk.past_ties().await? == Step::Unwanted {
                return Ok(Step::Unwanted);
            }
            self.base = None;
            self.covered = false;
            self.found(&stretch, 0, answer);
            if self.reaches(stretch.high()) {
                self.cover();
            }
        }
        while let Some(node) = self.nodes.front_mut() {
            let ahead = match &mut node.outpost {
                Slot::Flying => break,
                Slot::Failed(error) => return Err(error.clone()),
                Slot::Here(ahead) => ahead,
            };
            let Some(low) = ahead.stretch.low().cloned() else {
                self.nodes.pop_front();
                continue;
            };
            if self.walk.edge.joins(&low) {
                let is_last = ahead.is_last;
                let Some(Node {
                    outpost: Slot::Here(ahead),
                    ..
                }) = self.nodes.pop_front()
                else {
                    break;
                };
                if self.walk.accept(ahead.page, true).await?.is_none() {
                    return Ok(Step::Unwanted);
                }
                // A row that moves to the end may have done so since.
                if is_last && !self.walk.moves() {
                    return Ok(Step::End);
                }
                continue;
            }
            match node.gap.take() {
                None => break,
                Some(Slot::Flying) => {
                    node.gap = Some(Slot::Flying);
                    break;
                }
                Some(Slot::Failed(error)) => return Err(error),
                Some(Slot::Here(page)) => {
                    let answer = Answer::of(&page, 0, self.size, self.walk.fetcher.window());
                    self.plan.learn(answer.is_last);
                    if self.walk.accept(page, true).await?.is_none() {
                        return Ok(Step::Unwanted);
                    }
                    if answer.is_last {
                        self.walk.edge.close(&low);
                    } else if self.walk.past_ties().await? == Step::Unwanted {
                        return Ok(Step::Unwanted);
                    }
                }
            }
        }
        Ok(Step::More)
    }
}
