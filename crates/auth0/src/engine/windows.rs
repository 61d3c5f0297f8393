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

use super::edge::{range, Bound, Stamp, Stretch};
use super::fetch::Flight;
use super::full::Last;
use super::plan::{Base, Outpost, Plan};
use super::walk::{Answer, Step, Walk};
use crate::client::Get;
use crate::error::{Error, Result};
use crate::rows::Page;

/// What a request was sent for.
enum Purpose {
    /// The outpost of a node.
    Outpost(u64, Outpost),
    /// The gap before a node.
    Gap(u64),
    /// The rows at the edge.
    Step,
}

/// An answer that has been asked for.
enum Slot<T> {
    Flying,
    Failed(Error),
    Here(T),
}

/// Rows ahead of the edge.
struct Node {
    number: u64,
    outpost: Slot<Ahead>,
    /// What lies between it and the one before, if it has been asked for.
    gap: Option<Slot<Page>>,
}

/// An outpost's answer.
struct Ahead {
    page: Page,
    stretch: Stretch,
    /// Whether no rows follow.
    is_last: bool,
}

/// Answers in a row that bring the walk no further before we give up: more than can be under way at a time.
const MOST_IN_VAIN: u32 = 100;

type Landing = Pin<Box<dyn Future<Output = (Purpose, Result<Page>)> + Send>>;

struct Windows<'a> {
    walk: &'a mut Walk,
    size: u64,
    plan: Plan,
    base: Option<(Base, Answer)>,
    /// Place of the newest outpost.
    place: u64,
    /// In the order of the walk.
    nodes: VecDeque<Node>,
    flights: FuturesUnordered<Landing>,
    sent: u64,
    step: Option<Result<Page>>,
    /// Whether no more outposts are needed.
    covered: bool,
    last: Option<Last>,
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

    /// Asks for what is next, as far as `concurrency` goes.
    fn send(&mut self) {
        while self.flights.len() < self.walk.concurrency {
            if let Some((index, get)) = self.open_gap() {
                let node = &mut self.nodes[index];
                node.gap = Some(Slot::Flying);
                let number = node.number;
                self.ask(Purpose::Gap(number), get);
            } else if let Some(outpost) = self.next_outpost() {
                let q = range(
                    self.walk.q.as_deref(),
                    self.walk.sort,
                    Some(&inclusive(&outpost.from)),
                    None,
                );
                let get = self.walk.page(Some(&q), outpost.page, self.size);
                self.sent += 1;
                self.place = outpost.place;
                self.nodes.push_back(Node {
                    number: self.sent,
                    outpost: Slot::Flying,
                    gap: None,
                });
                self.ask(Purpose::Outpost(self.sent, outpost), get);
            } else {
                if self.nodes.is_empty() && self.flights.is_empty() {
                    let q = self.walk.ahead(None);
                    let get = self.walk.page(Some(&q), 0, self.size);
                    self.ask(Purpose::Step, get);
                }
                break;
            }
        }
    }

    fn ask(&mut self, purpose: Purpose, get: Get) {
        let flight = Flight::start(&self.walk.fetcher, get);
        self.flights
            .push(Box::pin(async move { (purpose, flight.land().await) }));
    }

    /// The first gap that nobody has asked for, though both its ends are known.
    fn open_gap(&self) -> Option<(usize, Get)> {
        let mut before = None;
        for (index, node) in self.nodes.iter().enumerate() {
            let Slot::Here(ahead) = &node.outpost else {
                before = None;
                continue;
            };
            let low = ahead.stretch.low()?;
            let q = |from: Option<&Bound>| {
                range(self.walk.q.as_deref(), self.walk.sort, from, Some(low))
            };
            let gap = match before {
                _ if node.gap.is_some() => None,
                None if index == 0 && !self.walk.edge.joins(low) => {
                    Some(q(self.walk.edge.bound().as_ref()))
                }
                Some(high) if !is_before(low, high) => Some(q(Some(&inclusive(high)))),
                _ => None,
            };
            if let Some(q) = gap {
                return Some((index, self.walk.page(Some(&q), 0, self.size)));
            }
            before = ahead.stretch.high();
        }
        None
    }

    /// The next outpost, if rows are known or may be expected there. Half of the requests are for outposts, so that the
    /// gaps before them keep up, and few of them are sent past the end.
    fn next_outpost(&mut self) -> Option<Outpost> {
        let most = self.walk.concurrency;
        let flying = |node: &&Node| matches!(node.outpost, Slot::Flying);
        if self.covered
            || most < 2
            || self.nodes.len() > most
            || self.nodes.iter().filter(flying).count() >= most.div_ceil(2)
        {
            return None;
        }
        let (base, answer) = self.base.as_ref()?;
        let place = self.plan.next(self.place);
        let rows_between = place.saturating_sub(base.place + self.size);
        let at_the_end = self.last.as_ref().map_or(0, |last| last.page.rows() as u64);
        if answer.exact && rows_between + at_the_end >= answer.rest {
            self.cover();
            return None;
        }
        self.plan.outpost(base, place)
    }

    /// No outposts are needed beyond those there are.
    fn cover(&mut self) {
        self.covered = true;
        if let Some(Last { page, stretch }) = self.last.take() {
            self.sent += 1;
            self.nodes.push_back(Node {
                number: self.sent,
                outpost: Slot::Here(Ahead {
                    page,
                    stretch,
                    is_last: true,
                }),
                gap: None,
            });
        }
    }

    /// Whether a value is not before the last rows.
    fn reaches(&self, stamp: Option<&Stamp>) -> bool {
        let last = self.last.as_ref().and_then(|last| last.stretch.low());
        matches!((stamp, last), (Some(stamp), Some(last)) if !is_before(stamp, last))
    }

    /// A new base, if it is good for one and ahead of the old.
    fn found(&mut self, stretch: &Stretch, place: u64, answer: Answer) {
        let ahead = self
            .base
            .as_ref()
            .is_none_or(|(base, _)| place > base.place);
        let stamps: Vec<Stamp> = stretch.stamps.iter().flatten().cloned().collect();
        let spread = stamps.first().map(|low| low.at) != stamps.last().map(|high| high.at);
        if ahead && spread && stamps.len() as u64 == self.size {
            if self.base.is_none() {
                self.place = place;
            }
            self.base = Some((Base { place, stamps }, answer));
        }
    }

    fn land(&mut self, purpose: Purpose, page: Result<Page>) {
        let index = |number| self.nodes.iter().position(|node| node.number == number);
        match purpose {
            Purpose::Step => self.step = Some(page),
            Purpose::Gap(number) => {
                if let Some(index) = index(number) {
                    self.nodes[index].gap = Some(match page {
                        Ok(page) => Slot::Here(page),
                        Err(error) => Slot::Failed(error),
                    });
                }
            }
            Purpose::Outpost(number, outpost) => {
                if let Some(index) = index(number) {
                    self.land_outpost(index, &outpost, page);
                }
            }
        }
    }

    fn land_outpost(&mut self, index: usize, outpost: &Outpost, page: Result<Page>) {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                self.nodes[index].outpost = Slot::Failed(error);
                return;
            }
        };
        let stretch = Stretch::of(&page, self.walk.order, self.walk.sort.descending);
        if stretch.low().is_none() || self.reaches(stretch.low()) {
            // Past the end, or behind the last rows.
            self.nodes.truncate(index);
            self.cover();
            return;
        }
        if !stretch.rises() || !stretch.is_keyed() {
            let error = self.walk.unreadable("not in the order that was asked for");
            self.nodes[index].outpost = Slot::Failed(error);
            return;
        }
        let window = self.walk.fetcher.window();
        let answer = Answer::of(&page, outpost.page, self.size, window);
        let is_last = answer.is_last;
        if is_last {
            self.nodes.truncate(index + 1);
            self.covered = true;
            self.last = None;
        } else {
            self.found(&stretch, outpost.place, answer);
            if self.reaches(stretch.high()) {
                self.nodes.truncate(index + 1);
                self.cover();
            }
        }
        self.nodes[index].outpost = Slot::Here(Ahead {
            page,
            stretch,
            is_last,
        });
    }
}

/// Whether `one` comes strictly before `other`.
fn is_before(one: &Stamp, other: &Stamp) -> bool {
    one.at < other.at
}

fn inclusive(stamp: &Stamp) -> Bound {
    Bound {
        stamp: stamp.clone(),
        inclusive: true,
    }
}
