//! How far a walk in order has come: the value of the ordering key up to which every row has been handed over.
//!
//! The API promises nothing of the order of rows with equal values, and pages shift when rows come or go between two
//! requests. Two things are certain of a single answer: it is one view of the data, and its rows follow each other
//! without a gap. So it has every row *between* its first and its last value, and of those two values perhaps not all.
//! An answer that begins before the edge can therefore be joined to what has been handed over, and nothing else can.

use std::collections::HashSet;

use super::clause::Bound;
use crate::plan::shown_time;
use crate::rows::{parse_time, Json, Page};

/// A value of the ordering key: compared by the millisecond, which is the precision of the search index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Grows in the direction of the walk.
    pub at: i64,
    /// As the API writes it.
    pub text: String,
}

impl Stamp {
    /// The time of so many milliseconds since 2000, as times are counted here.
    pub fn of(millis: i64) -> Stamp {
        Stamp {
            at: millis,
            text: shown_time(millis.saturating_mul(1000)),
        }
    }

    /// Reads a JSON value; `None` if it is no time, so that no range finds it.
    pub fn read(raw: Option<&str>, descending: bool) -> Option<Stamp> {
        let text = Json::string(raw)?;
        let millis = parse_time(&text)?.instant.div_euclid(1000);
        Some(Stamp {
            at: if descending { -millis } else { millis },
            text: text.into_owned(),
        })
    }
}

/// The values of the ordering key on a page: a stretch of the order.
#[derive(Debug)]
pub struct Stretch {
    /// One for each row.
    pub stamps: Vec<Option<Stamp>>,
}

impl Stretch {
    /// Reads the column `order` of a page.
    pub fn of(page: &Page, order: usize, descending: bool) -> Stretch {
        let rows = 0..page.rows();
        Stretch {
            stamps: rows
                .map(|row| Stamp::read(page.value(row, order), descending))
                .collect(),
        }
    }

    /// The first value.
    pub fn low(&self) -> Option<&Stamp> {
        self.stamps.iter().flatten().next()
    }

    /// The last value.
    pub fn high(&self) -> Option<&Stamp> {
        self.stamps.iter().flatten().next_back()
    }

    /// Whether the values never go back.
    pub fn rises(&self) -> bool {
        let at: Vec<i64> = self.stamps.iter().flatten().map(|stamp| stamp.at).collect();
        at.is_sorted()
    }

    /// Whether the rows without a value come last.
    pub fn odd_last(&self) -> bool {
        self.stamps.is_sorted_by_key(Option::is_none)
    }

    /// Whether every row has a value.
    pub fn is_keyed(&self) -> bool {
        self.stamps.iter().all(Option::is_some)
    }

    /// Rows at the end that share the last value.
    pub fn ties(&self) -> usize {
        let last = self.high().map(|high| high.at);
        let same = |stamp: &&Option<Stamp>| stamp.as_ref().map(|stamp| stamp.at) == last;
        self.stamps.iter().rev().take_while(same).count()
    }
}

/// How far a walk has come.
#[derive(Debug, Default)]
pub struct Edge {
    /// Every row before this value has been handed over.
    pub stamp: Option<Stamp>,
    /// Whether every row with this value has been, too.
    pub closed: bool,
    /// The ids of those with this value that have been; at most as many as one search reaches.
    ids: HashSet<String>,
}

impl Edge {
    /// Where what is missing begins.
    pub fn bound(&self) -> Option<Bound> {
        self.stamp.as_ref().map(|stamp| Bound {
            stamp: stamp.clone(),
            inclusive: !self.closed,
        })
    }

    /// Rows that the next answer would begin with again.
    pub fn ties(&self) -> u64 {
        match self.closed {
            true => 0,
            false => self.ids.len() as u64,
        }
    }

    /// Whether an answer that begins with `low`, and may lack rows with that value, leaves no gap.
    pub fn joins(&self, low: &Stamp) -> bool {
        self.stamp
            .as_ref()
            .is_some_and(|edge| low.at < edge.at || (low.at == edge.at && self.closed))
    }

    /// Whether a row has not been handed over, of an answer that leaves no gap; from now on it has been.
    pub fn fresh(&mut self, stamp: &Stamp, id: Option<&str>) -> bool {
        let edge = self.stamp.as_ref().map_or(i64::MIN, |edge| edge.at);
        if stamp.at < edge {
            return false;
        }
        if stamp.at > edge || self.stamp.is_none() {
            self.stamp = Some(stamp.clone());
            self.closed = false;
            self.ids.clear();
        }
        id.is_none_or(|id| self.ids.insert(id.to_owned()))
    }

    /// Everything up to and with `stamp` has been handed over.
    pub fn close(&mut self, stamp: &Stamp) {
        if self.stamp.as_ref().is_none_or(|edge| edge.at < stamp.at) {
            self.stamp = Some(stamp.clone());
            self.ids.clear();
        }
        self.closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Columns;

    fn page(rows: &[(&str, u32)]) -> Page {
        let rows: Vec<String> = rows
            .iter()
            .map(|(id, at)| format!(r#"{{"id":"{id}","at":"2024-01-01T00:00:00.{at:03}Z"}}"#))
            .collect();
        let columns = Columns::new(vec!["id".into(), "at".into()], false);
        Page::parse(format!("[{}]", rows.join(",")).into_bytes(), "", &columns).unwrap()
    }

    fn pass(edge: &mut Edge, rows: &[(&str, u32)]) -> Vec<String> {
        let mut page = page(rows);
        let mut stamps = Stretch::of(&page, 1, false).stamps.into_iter();
        page.retain(0, |id| edge.fresh(&stamps.next().unwrap().unwrap(), id));
        (0..page.rows())
            .map(|row| page.value(row, 0).unwrap().trim_matches('"').to_owned())
            .collect()
    }

    fn at(millis: u32) -> Stamp {
        let raw = format!(r#""2024-01-01T00:00:00.{millis:03}Z""#);
        Stamp::read(Some(&raw), false).unwrap()
    }

    #[test]
    fn rows_that_tie_with_the_edge_come_once() {
        let mut edge = Edge::default();
        assert_eq!(
            pass(&mut edge, &[("a", 1), ("b", 2), ("c", 2)]),
            ["a", "b", "c"]
        );
        assert!(!edge.joins(&at(2)) && edge.joins(&at(1)));
        assert_eq!(pass(&mut edge, &[("d", 2), ("b", 2), ("e", 3)]), ["d", "e"]);
        assert_eq!(pass(&mut edge, &[("c", 2), ("e", 3), ("f", 3)]), ["f"]);
        edge.close(&at(3));
        assert!(edge.joins(&at(3)) && !edge.joins(&at(4)));
        assert_eq!(pass(&mut edge, &[("f", 3), ("g", 4)]), ["g"]);
        assert!(!edge.closed);
        edge.close(&at(9));
        assert_eq!(edge.bound().map(|bound| bound.inclusive), Some(false));
        assert_eq!(pass(&mut edge, &[("h", 9), ("h", 9)]), ["h"]);
    }

    #[test]
    fn order_is_seen() {
        let stretch = |rows: &[(&str, u32)]| Stretch::of(&page(rows), 1, false);
        assert!(stretch(&[("a", 1), ("b", 1), ("c", 2)]).rises());
        assert!(!stretch(&[("a", 2), ("b", 1)]).rises());
        assert_eq!(stretch(&[("a", 1), ("b", 2), ("c", 2)]).ties(), 2);
        assert_eq!(stretch(&[]).ties(), 0);
        let down = Stretch::of(&page(&[("a", 2), ("b", 1)]), 1, true);
        assert!(down.rises());
        assert_eq!(
            down.low().map(|low| &*low.text),
            Some("2024-01-01T00:00:00.002Z")
        );
    }

    #[test]
    fn what_is_no_time_has_no_place() {
        for raw in ["null", "7", "{}", r#""yesterday""#, r#""2024-01-01""#] {
            assert_eq!(Stamp::read(Some(raw), false), None, "{raw}");
        }
        assert_eq!(Stamp::read(None, false), None);
    }
}
