//! What a walk in windows asks for next, and where the answers land.

use super::answer::Answer;
use super::clause::{range, Bound};
use super::edge::{Stamp, Stretch};
use super::fetch::Flight;
use super::full::Last;
use super::plan::{Base, Outpost};
use super::windows::{Ahead, Node, Purpose, Slot, Windows};
use crate::client::Get;
use crate::error::Result;
use crate::rows::Page;

impl Windows<'_> {
    /// Asks for what is next, as far as `concurrency` goes.
    pub fn send(&mut self) {
        // Whoever may stop soon pays for few answers that are not used: as many are asked for as have been.
        let most = match self.walk.fetcher.request.all {
            true => self.walk.concurrency,
            false => self.walk.concurrency.min(self.walk.pages()),
        };
        while self.flights.len() < most {
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
    pub fn cover(&mut self) {
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
    pub fn reaches(&self, stamp: Option<&Stamp>) -> bool {
        let last = self.last.as_ref().and_then(|last| last.stretch.low());
        matches!((stamp, last), (Some(stamp), Some(last)) if !is_before(stamp, last))
    }

    /// A new base, if it is good for one and ahead of the old.
    pub fn found(&mut self, stretch: &Stretch, place: u64, answer: Answer) {
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

    /// Puts an answer where it belongs.
    pub fn land(&mut self, purpose: Purpose, page: Result<Page>) {
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
