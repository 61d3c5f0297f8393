//! Finding and ordering users for the listing.

use crate::errors::ApiError;
use crate::json;
use crate::lucene::{Index, Query};
use crate::record::{Keys, Record, DATES};
use crate::tenant::Tenant;
use crate::time;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// `sort=field:1` or `field:-1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    field: String,
    descending: bool,
}

/// What users are ordered by. Absent values come last either way, as search engines have it.
#[derive(Debug, PartialEq)]
enum Rank {
    Number(f64),
    Text(String),
    Absent,
}

impl Sort {
    /// Reads the parameter.
    pub fn parse(text: &str) -> Result<Sort, ApiError> {
        let bad = || {
            ApiError::query(format!(
                "'String '{text}' does not match pattern. Must be in the format field:order, where order is 1 or -1' on property sort (Field to sort by. Use field:order where order is 1 for ascending and -1 for descending. e.g. created_at:1)"
            ))
        };
        let (field, order) = text.split_once(':').ok_or_else(bad)?;
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if field.is_empty() || !field.chars().all(legal) || !matches!(order, "1" | "-1") {
            return Err(bad());
        }
        let root = field.split('.').next().unwrap_or_default();
        if matches!(root, "app_metadata" | "user_metadata") {
            return Err(ApiError::new(
                400,
                "invalid_sort",
                format!("Sorting by {root} is not supported"),
            ));
        }
        Ok(Sort {
            field: field.to_string(),
            descending: order == "-1",
        })
    }

    /// What is sorted by.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Puts rows in order.
    pub fn order(&self, keys: &Keys, rows: &mut Vec<Arc<Record>>) {
        order(keys, rows, self);
    }

    /// The place of its field among the dates.
    fn date(&self) -> Option<usize> {
        DATES.iter().position(|name| *name == self.field)
    }
}

/// What a search found, in order.
pub struct Found {
    among: Arc<[Arc<Record>]>,
    range: Range<usize>,
}

impl Deref for Found {
    type Target = [Arc<Record>];

    fn deref(&self) -> &[Arc<Record>] {
        &self.among[self.range.clone()]
    }
}

impl From<Arc<[Arc<Record>]>> for Found {
    fn from(among: Arc<[Arc<Record>]>) -> Found {
        let range = 0..among.len();
        Found { among, range }
    }
}

/// The users that search sees and `query` matches, in order; a query of more than `most` clauses takes too long.
/// `members` knows who belongs to an organization.
///
/// Looking at every user each time would cost more than a client under test does, so users by id and e-mail come from
/// an index, and a range of the date that is sorted by is cut out of the answer to the search without it.
pub fn run(
    tenant: &mut Tenant,
    query: &str,
    sort: Option<&Sort>,
    most: Option<usize>,
    members: &dyn Fn(&str) -> HashSet<String>,
) -> Result<Found, ApiError> {
    let query = match query {
        "" => None,
        text => Some(Query::parse(Index::Users, text)?.resolved(members)),
    };
    let clauses = query.as_ref().map_or(0, Query::clauses);
    if most.is_some_and(|most| clauses > most) {
        return Err(ApiError::usual(503));
    }
    let Some(query) = query else {
        return Ok(answer(tenant, None, sort).into());
    };
    if let Some(names) = query.names() {
        let mut users = tenant.found_by_name(&names);
        users.retain(|user| query.matches(&tenant.keys, user));
        if let Some(sort) = sort {
            order(&tenant.keys, &mut users, sort);
        }
        return Ok(Arc::<[_]>::from(users).into());
    }
    let cut = sort.and_then(|sort| Some((sort, sort.date()?, query.on_date(&sort.field)?)));
    let Some((sort, at, ((first, last), rest))) = cut else {
        return Ok(answer(tenant, Some(&query), sort).into());
    };
    let among = answer(tenant, rest.as_ref(), Some(sort));
    // Those without a date come last either way.
    let before = |user: &Arc<Record>| user.dates[at].is_some_and(|date| date < first);
    let after = |user: &Arc<Record>| user.dates[at].is_some_and(|date| date > last);
    let dated = |user: &Arc<Record>| user.dates[at].is_some();
    let range = if sort.descending {
        among.partition_point(after)..among.partition_point(|user| dated(user) && !before(user))
    } else {
        among.partition_point(before)..among.partition_point(|user| dated(user) && !after(user))
    };
    let range = range.start..range.end.max(range.start);
    Ok(Found { among, range })
}

/// All users that match, kept for the next time.
fn answer(tenant: &mut Tenant, query: Option<&Query>, sort: Option<&Sort>) -> Arc<[Arc<Record>]> {
    let by = sort.map_or(String::new(), |sort| format!("{sort:?}"));
    let all = tenant.search(&by, |keys, users| {
        let mut users = users.cloned().collect();
        if let Some(sort) = sort {
            order(keys, &mut users, sort);
        }
        users
    });
    let Some(query) = query else {
        return all;
    };
    tenant.search(&format!("{by} {query:?}"), |keys, _| {
        all.iter()
            .filter(|user| query.matches(keys, user))
            .cloned()
            .collect()
    })
}

/// The same users with those that tie turned round among themselves by `turn` places.
pub fn turn_ties(keys: &Keys, users: &[Arc<Record>], sort: &Sort, turn: u64) -> Found {
    let ranks: Vec<Rank> = users
        .iter()
        .map(|user| rank(keys, user, &sort.field))
        .collect();
    let mut turned = users.to_vec();
    let mut from = 0;
    for to in 1..=ranks.len() {
        if to == ranks.len() || ranks[to] != ranks[from] {
            let places = turn as usize % (to - from);
            turned[from..to].rotate_left(places);
            from = to;
        }
    }
    Arc::<[_]>::from(turned).into()
}

fn order(keys: &Keys, users: &mut Vec<Arc<Record>>, sort: &Sort) {
    let mut ranked: Vec<(Rank, Arc<Record>)> = std::mem::take(users)
        .into_iter()
        .map(|user| (rank(keys, &user, &sort.field), user))
        .collect();
    ranked.sort_by(|(a, _), (b, _)| compare(a, b, sort.descending));
    users.extend(ranked.into_iter().map(|(_, user)| user));
}

fn rank(keys: &Keys, user: &Record, field: &str) -> Rank {
    if let Some(at) = DATES.iter().position(|name| *name == field) {
        // What is no date is not in the index of dates.
        return user.dates[at].map_or(Rank::Absent, |millis| Rank::Number(millis as f64));
    }
    let Some(raw) = user.get(keys, field) else {
        return Rank::Absent;
    };
    match json::string(raw) {
        Some(text) => match time::parse(&text) {
            Some(millis) => Rank::Number(millis as f64),
            None => Rank::Text(text.to_lowercase()),
        },
        None => match raw {
            "true" => Rank::Number(1.0),
            "false" => Rank::Number(0.0),
            _ => raw.parse().map_or(Rank::Absent, Rank::Number),
        },
    }
}

fn compare(a: &Rank, b: &Rank, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Rank::Absent, Rank::Absent) => return Ordering::Equal,
        (Rank::Absent, _) => return Ordering::Greater,
        (_, Rank::Absent) => return Ordering::Less,
        (Rank::Number(a), Rank::Number(b)) => a.total_cmp(b),
        (Rank::Text(a), Rank::Text(b)) => a.cmp(b),
        (Rank::Number(_), Rank::Text(_)) => Ordering::Less,
        (Rank::Text(_), Rank::Number(_)) => Ordering::Greater,
    };
    if descending {
        order.reverse()
    } else {
        order
    }
}
