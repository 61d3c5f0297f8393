//! Many log events, in the order they came: from one to the next by checkpoint, which has no window.
//!
//! A first search tells where to begin, and is all there is if its events fit on a page. Events come in the order of
//! their ids, which is not quite that of their dates: so the walk begins and ends a bit beyond the dates wanted.

use std::collections::HashSet;
use std::sync::Arc;

use super::edge::Stamp;
use super::fetch::Fetcher;
use super::output::Output;
use super::request::Sort;
use super::walk::Step;
use crate::catalog::Language;
use crate::client::Get;
use crate::error::Result;
use crate::rows::{parse_time, Json, Page};

/// By how many milliseconds the order of ids and that of dates may differ.
const DISORDER: i64 = 10_000;

/// Most events that a checkpoint brings.
const TAKE: u64 = 100;

/// The dates wanted, in milliseconds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    from: Option<i64>,
    to: Option<i64>,
}

impl Dates {
    /// Whether the search for them finds an event with this date.
    fn have(&self, date: Option<&str>) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        Stamp::read(date, false).is_some_and(|date| {
            self.from.is_none_or(|from| date.at >= from) && self.to.is_none_or(|to| date.at <= to)
        })
    }
}

/// The dates that a scan wants, if that is all it wants: every event of a time, in any order.
pub fn suits(fetcher: &Fetcher, q: Option<&str>) -> Option<Dates> {
    let request = &fetcher.request;
    if request.object.language != Language::Logs || request.sort.is_some() || !request.all {
        return None;
    }
    let mut dates = Dates {
        from: None,
        to: None,
    };
    for clause in q.unwrap_or_default().split(" AND ") {
        if clause.is_empty() {
            continue;
        }
        let range = clause.trim_matches(['(', ')']);
        let range = range
            .strip_prefix(request.object.order)?
            .strip_prefix(":[")?;
        let (from, to) = range.strip_suffix(']')?.split_once(" TO ")?;
        if from != "*" {
            dates.from = dates.from.max(Some(millis(from)?));
        }
        if to != "*" {
            let to = millis(to)?;
            dates.to = Some(dates.to.map_or(to, |before| before.min(to)));
        }
    }
    Some(dates)
}

fn millis(text: &str) -> Option<i64> {
    parse_time(text).map(|time| time.instant.div_euclid(1000))
}

/// Hands over the events of these dates, which the search `q` finds.
pub async fn read(
    fetcher: Arc<Fetcher>,
    q: Option<String>,
    dates: Dates,
    out: Output,
) -> Result<Step> {
    let stream = Stream {
        id: fetcher.position(fetcher.request.object.id),
        order: fetcher.position(fetcher.request.object.order),
        fetcher,
    };
    let size = u64::from(stream.fetcher.settings.page_size);
    let first = stream.search(q.as_deref(), size).await?;
    let full = first.rows() as u64 == size;
    let mut seen: HashSet<String> = stream.ids(&first).collect();
    // An id begins with its time.
    let oldest = stream.ids(&first).min();
    if first.rows() > 0 && !out.send(Ok(first)).await {
        return Ok(Step::Unwanted);
    }
    let Some(oldest) = oldest.filter(|_| full) else {
        return Ok(Step::End);
    };
    let mut from = stream.before(dates).await?.unwrap_or(oldest);
    loop {
        let mut page = stream.after(&from).await?;
        let came = page.rows() as u64;
        let Some(last) = stream.ids(&page).last() else {
            return Ok(Step::End);
        };
        from = last;
        let beyond = dates.to.is_some_and(|to| {
            let mut times = (0..page.rows()).filter_map(|row| stream.time(&page, row));
            times.all(|time| time > to + DISORDER)
        });
        page.retain(stream.id, |id| {
            Json::string(id).is_none_or(|id| !seen.remove(&*id))
        });
        // What is read beyond the dates is no part of the answer: Postgres cannot tell it if somebody gave the search.
        page.retain(stream.order, |date| dates.have(date));
        if page.rows() > 0 && !out.send(Ok(page)).await {
            return Ok(Step::Unwanted);
        }
        if beyond || came < TAKE {
            return Ok(Step::End);
        }
    }
}

struct Stream {
    fetcher: Arc<Fetcher>,
    id: usize,
    order: usize,
}

impl Stream {
    /// The oldest events that a search finds.
    async fn search(&self, q: Option<&str>, size: u64) -> Result<Page> {
        let sort = Sort {
            key: self.fetcher.request.object.order,
            descending: false,
        };
        self.fetcher
            .fetch(self.fetcher.search(q, sort, 0, size))
            .await
    }

    /// An event from just before the dates, to begin behind; none if there is none.
    async fn before(&self, dates: Dates) -> Result<Option<String>> {
        let Some(from) = dates.from else {
            return Ok(None);
        };
        let key = self.fetcher.request.object.order;
        let bound = |millis: i64| Stamp::of(millis).text;
        let q = format!("{key}:[{} TO {}]", bound(from - DISORDER), bound(from));
        let page = self.search(Some(&q), 1).await?;
        let first = self.ids(&page).next();
        Ok(first)
    }

    /// The events that came after one.
    async fn after(&self, from: &str) -> Result<Page> {
        let get = Get {
            path: self.fetcher.request.object.path.to_owned(),
            query: vec![("from", from.to_owned()), ("take", TAKE.to_string())],
        };
        self.fetcher.fetch(get).await
    }

    fn ids<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = String> + 'a {
        let text = |row| Json::string(page.value(row, self.id));
        (0..page.rows()).filter_map(move |row| Some(text(row)?.into_owned()))
    }

    fn time(&self, page: &Page, row: usize) -> Option<i64> {
        Some(Stamp::read(page.value(row, self.order), false)?.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_milliseconds() {
        assert_eq!(millis("2000-01-01T00:00:01.500Z"), Some(1500));
        assert_eq!(Stamp::of(1500).text, "2000-01-01T00:00:01.500Z");
        assert_eq!(millis("2000"), None);
    }
}
