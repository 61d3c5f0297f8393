//! What a walk asks when it has come to its end: rows that no range finds, and rows that have moved past it.

use super::answer::Answer;
use super::clause::{range, rest, Bound};
use super::edge::{Stamp, Stretch};
use super::request::Sort;
use super::walk::Walk;
use crate::catalog::Language;
use crate::error::{Error, Result};

impl Walk {
    /// Hands over the rows without a time under the ordering key. False if nobody wants more.
    pub async fn unplaced(&mut self) -> Result<bool> {
        if self.fetcher.request.object.language == Language::Logs {
            // Every event has a date, and its search knows no NOT.
            return Ok(true);
        }
        let (window, size) = (self.fetcher.window(), self.fetcher.wide());
        let q = rest(self.q.as_deref(), self.sort.key);
        for number in 0..window.div_ceil(size) {
            let mut page = self
                .fetcher
                .fetch(self.page(Some(&q), number, size))
                .await?;
            let answer = Answer::of(&page, number, size, window);
            let odd = &mut self.odd;
            page.retain(self.id, |id| odd.insert(id));
            if !self.emit(page).await {
                return Ok(false);
            }
            if answer.is_last {
                return Ok(true);
            }
        }
        Err(self.fetcher.crowd(self.sort.key, None, None))
    }

    /// After a walk from the latest row back, by a key whose value moves rows to the front: an error if one is there
    /// now that was somewhere else when the walk began, with the row `first` in front, and has not been handed over.
    pub async fn newer(&mut self, first: Stamp) -> Result<()> {
        let object = self.fetcher.request.object;
        let (window, size) = (self.fetcher.window(), self.fetcher.wide());
        let created = self.fetcher.position(object.order);
        let up = Sort {
            descending: false,
            ..self.sort
        };
        let moved = || Error::Moved {
            object: object.name,
            key: self.sort.key,
        };
        let began = -first.at;
        // In the other direction from here on.
        let mut from = Bound {
            stamp: Stamp { at: began, ..first },
            inclusive: true,
        };
        loop {
            let q = range(self.q.as_deref(), up, Some(&from), None);
            let get = self.fetcher.search(Some(&q), up, 0, size);
            let page = self.fetcher.fetch(get).await?;
            for row in 0..page.rows() {
                let since = Stamp::read(page.value(row, created), false);
                let was_there = since.is_none_or(|since| since.at < began);
                if was_there && !self.ever.contains(page.value(row, self.id)) {
                    return Err(moved());
                }
            }
            if Answer::of(&page, 0, size, window).is_last {
                return Ok(());
            }
            let stretch = Stretch::of(&page, self.order, false);
            match stretch.high() {
                Some(high) if high.at > from.stamp.at => from.stamp = high.clone(),
                _ => return Err(moved()),
            }
        }
    }
}
