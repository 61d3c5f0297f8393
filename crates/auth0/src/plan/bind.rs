//! Conditions and their values become what is asked of the API.

use super::field::{Field, Kind};
use super::filter::{Comparison, Filter, Truth, Value};
use super::lucene::{encoded_length, Query, Term, Test};
use super::reads::Reads;
use super::route::route;
use super::{metadata, pattern, range};
use crate::catalog::template::{self, Put};
use crate::catalog::{ByKey, Language, Object};
use crate::engine::{Ask, Chunk, Lookup};

/// Most values looked up with a call each. More are searched for, some fifty at a time, at the price of an index that
/// lags a little.
pub const MOST_LOOKUPS: usize = 10;
/// Longest search text, percent-encoded. The API's limit is not published; URLs of some thousand bytes are answered
/// with 414.
pub const LONGEST_QUERY: usize = 1900;
/// Longest text compared in a search. Search indexes leave out values beyond some length.
const LONGEST_TEXT: usize = 256;
/// Stands for bytes that are no text in any encoding.
const UNREADABLE: char = char::REPLACEMENT_CHARACTER;
/// Longest value put into a path.
const LONGEST_KEY: usize = 1500;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Which rows.
    pub ask: Ask,
    /// The search somebody gave in the API's own language.
    pub given: Option<String>,
}

/// What to ask for the rows of `object` that `filter` holds for. `ordered`: the rows must come in an order, as only one
/// search can bring them. `lookups`: how many look-ups cost no more than reading all, where there is no search; `reads`:
/// what is wanted of the rows then.
pub fn bind(
    object: &'static Object,
    filter: Option<&Filter>,
    values: &[Value],
    ordered: bool,
    lookups: usize,
    reads: &Reads,
) -> Binding {
    let conjuncts = match filter {
        None => Vec::new(),
        Some(Filter::And(all)) => all.iter().collect(),
        Some(one) => vec![one],
    };
    if !object.is_searched() {
        return Binding {
            ask: route(object, &conjuncts, values, lookups, reads),
            given: None,
        };
    }
    let mut given = Vec::new();
    let mut searched = Vec::new();
    for conjunct in conjuncts {
        match conjunct {
            Filter::Query(n) => given.push(values.get(*n).unwrap_or(&Value::Null)),
            other => searched.push(other),
        }
    }
    let given = match given.as_slice() {
        [] => None,
        [Value::Text(text) | Value::Unknown(text), rest @ ..]
            if rest.iter().all(|other| *other == given[0]) =>
        {
            Some(text.clone())
        }
        _ => return nothing(),
    };
    let ask = match (&given, ordered) {
        (None, false) => look_up(object, &searched, values),
        _ => None,
    };
    let ask = ask.unwrap_or_else(|| search(object, &searched, values, given.as_deref(), ordered));
    Binding { ask, given }
}

fn nothing() -> Binding {
    Binding {
        ask: Ask::Nothing,
        given: None,
    }
}

/// Which of the conditions the API is asked about with these values: without one of them something else would be asked.
pub fn asked(
    object: &'static Object,
    filters: &[&Filter],
    values: &[Value],
    lookups: usize,
    reads: &Reads,
) -> Vec<bool> {
    if object.is_searched() {
        let is_asked = |filter: &&Filter| {
            matches!(filter, Filter::Query(_)) || query(object, filter, values) != Query::Everything
        };
        return filters.iter().map(is_asked).collect();
    }
    let ask = |filters: &[&Filter]| route(object, filters, values, lookups, reads);
    let all = ask(filters);
    (0..filters.len())
        .map(|n| {
            let others = [&filters[..n], &filters[n + 1..]].concat();
            // Two that say the same are both asked.
            ask(&others) != all || ask(&filters[..n]) != ask(&filters[..=n])
        })
        .collect()
}

/// Calls for single values, if the conditions leave only a few values of a key.
fn look_up(object: &Object, conjuncts: &[&Filter], values: &[Value]) -> Option<Ask> {
    for by in object.by_key {
        let lists = conjuncts
            .iter()
            .filter(|one| one.key(object) == Some(by.key))
            .filter_map(|one| keys(object, one, values));
        let Some(shortest) = lists.min_by_key(Vec::len) else {
            continue;
        };
        if shortest.is_empty() {
            return Some(Ask::Nothing);
        }
        let gets: Option<Vec<Lookup>> = shortest.iter().map(|key| lookup(by, key)).collect();
        match gets {
            Some(gets) if gets.len() <= MOST_LOOKUPS => return Some(Ask::Lookups(gets)),
            _ => continue,
        }
    }
    None
}

/// The values that a condition on a key leaves, each once.
pub fn keys(object: &Object, filter: &Filter, values: &[Value]) -> Option<Vec<Put>> {
    let mut keys = match filter {
        Filter::Or(any) => {
            let lists: Option<Vec<_>> = any.iter().map(|one| keys(object, one, values)).collect();
            lists?.concat()
        }
        Filter::Equal(_, n) | Filter::OneOf(_, n) => match values.get(*n)? {
            Value::Null => Vec::new(),
            Value::Unknown(text) if matches!(filter, Filter::OneOf(..)) => {
                let otherwise = match object.is_searched() {
                    true => format!(", or searches for more than {MOST_LOOKUPS}"),
                    false => String::new(),
                };
                vec![Put::Each(format!("{text}{otherwise}"))]
            }
            Value::Unknown(text) => vec![Put::Words(text.clone())],
            Value::Text(text) => vec![Put::Value(text.clone())],
            Value::Texts(texts) => texts.iter().cloned().map(Put::Value).collect(),
            Value::Integer(n) => vec![Put::Value(n.to_string())],
            Value::Integers(all) => all.iter().map(|n| Put::Value(n.to_string())).collect(),
            _ => return None,
        },
        _ => return None,
    };
    let key = filter.key(object);
    let looked_up = key.and_then(|key| object.by_key(key));
    if key == Some(object.id) || looked_up.is_some_and(|by| by.single) {
        // No id and no name in a path is empty. A user's may be anything, another is never made of dots.
        let none = |text: &str| match object.is_searched() {
            true => text.is_empty(),
            false => text.bytes().all(|b| b == b'.'),
        };
        keys.retain(|key| !matches!(key, Put::Value(text) if none(text)));
    }
    keys.sort();
    keys.dedup();
    Some(keys)
}

/// The call for one value; `None` if it cannot be said in one.
fn lookup(by: &ByKey, key: &Put) -> Option<Lookup> {
    if let Put::Value(text) = key {
        // The API checks an address' form before it looks for it.
        if !is_placeable(text) || !by.single && !is_address(text) {
            return None;
        }
    }
    Some(Lookup {
        get: template::fill(by.path, |name| (name == by.key).then(|| key.clone()))?,
        single: by.single,
    })
}

/// Whether a text can stand in a path. An end of dots alone would be another call.
pub fn is_placeable(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_KEY
        && !text.contains(UNREADABLE)
        && !text.bytes().all(|b| b == b'.')
}

/// One search, or several when a list is too long for one. What does not fit is left to Postgres.
fn search(
    object: &Object,
    conjuncts: &[&Filter],
    values: &[Value],
    given: Option<&str>,
    ordered: bool,
) -> Ask {
    let mut parts: Vec<(&Filter, Query)> = conjuncts
        .iter()
        .map(|one| (*one, query(object, one, values)))
        .collect();
    if parts.iter().any(|(_, part)| *part == Query::Nothing) {
        return Ask::Nothing;
    }
    let given = given
        .filter(|given| !given.trim().is_empty())
        .map(|given| Query::Given(given.to_owned()));
    let joined = |parts: &[(&Filter, Query)]| {
        let own = parts.iter().map(|(_, part)| part.clone());
        match Query::all(given.clone().into_iter().chain(own)) {
            Query::Everything => None,
            all => Some(all.to_string()),
        }
    };
    loop {
        let text = joined(&parts);
        if text.as_deref().map_or(0, encoded_length) <= LONGEST_QUERY {
            return Ask::Search(text);
        }
        let size = |part: &(&Filter, Query)| encoded_length(&part.1.to_string());
        let Some(longest) = (0..parts.len()).max_by_key(|n| size(&parts[*n])) else {
            return Ask::Search(text);
        };
        let (filter, _) = parts.remove(longest);
        if !ordered {
            let rest = joined(&parts);
            if let Some(chunks) = chunks(object, filter, values, rest.as_deref()) {
                return Ask::Chunks(chunks);
            }
        }
    }
}

/// A list of a key's values in as many searches as it takes.
fn chunks(
    object: &Object,
    filter: &Filter,
    values: &[Value],
    rest: Option<&str>,
) -> Option<Vec<Chunk>> {
    let field = match filter {
        Filter::OneOf(field, _) => field,
        Filter::Or(any) => match any.first()? {
            Filter::Equal(field, _) | Filter::OneOf(field, _)
                if any.iter().all(
                    |one| matches!(one, Filter::Equal(f, _) | Filter::OneOf(f, _) if f == field),
                ) =>
            {
                field
            }
            _ => return None,
        },
        _ => return None,
    };
    let key = object.column(field.as_key()?)?.name;
    if !matches!(field.kind(object), Some(Kind::Folded | Kind::Exact)) {
        return None;
    }
    let mut left = Vec::new();
    for value in keys(object, filter, values)? {
        match value {
            Put::Value(text) if is_sayable(&text) => left.push(text),
            _ => return None,
        }
    }
    let room = LONGEST_QUERY.checked_sub(rest.map_or(0, encoded_length) + 64)?;
    let mut chunks = Vec::new();
    let mut taken = Vec::new();
    let mut length = 0;
    for value in left {
        let more = encoded_length(&Term::Text(value.clone()).to_string()) + " OR ".len();
        if more > room {
            return None;
        }
        if length + more > room {
            chunks.push(Chunk::new(rest, key, std::mem::take(&mut taken)));
            length = 0;
        }
        length += more;
        taken.push(value);
    }
    if !taken.is_empty() {
        chunks.push(Chunk::new(rest, key, taken));
    }
    Some(chunks)
}

/// Whether a text is surely compared as it is.
pub fn is_sayable(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_TEXT
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || c == UNREADABLE)
}

/// Whether it has the form of an e-mail address, as far as everybody agrees on it.
fn is_address(text: &str) -> bool {
    is_sayable(text)
        && !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// `field = text`.
pub fn equal_text(field: &str, text: &str) -> Query {
    if is_sayable(text) {
        Query::is(field, vec![Term::Text(text.to_owned())])
    } else {
        Query::Everything
    }
}

/// A search that finds every row the condition holds for.
fn query(object: &Object, filter: &Filter, values: &[Value]) -> Query {
    let value = |n: &usize| values.get(*n).unwrap_or(&Value::Null);
    let kind = |field: &Field| field.kind(object);
    match filter {
        Filter::And(all) => Query::all(all.iter().map(|one| query(object, one, values))),
        Filter::Or(any) => Query::any(any.iter().map(|one| query(object, one, values))),
        Filter::Equal(field, n) | Filter::OneOf(field, n) => kind(field)
            .map_or(Query::Everything, |kind| {
                equal(&field.searched(), kind, value(n))
            }),
        Filter::Compare(field, comparison, n) => {
            match compare(&field.searched(), Some(*comparison), value(n)) {
                // Every event has a date, and nothing documents how to ask whether there is one.
                Query::Test(_, Test::Exists) if object.language == Language::Logs => {
                    Query::Everything
                }
                query => query,
            }
        }
        Filter::Is(field, truth) => is(&field.searched(), *truth),
        Filter::Absent(field) => Query::exists(&field.searched()).negated(),
        Filter::Present(field) => Query::exists(&field.searched()),
        Filter::Like(field, insensitive, n) => match (kind(field), value(n)) {
            (_, Value::Null) => Query::Nothing,
            (Some(kind), Value::Text(text)) => {
                pattern::like(&field.searched(), kind, *insensitive, text)
            }
            (_, Value::Unknown(text)) => pattern::unknown(&field.searched(), text),
            _ => Query::Everything,
        },
        Filter::StartsWith(field, n) => match (kind(field), value(n)) {
            (_, Value::Null) => Query::Nothing,
            (Some(kind), Value::Text(text)) => pattern::starts_with(&field.searched(), kind, text),
            (_, Value::Unknown(text)) => pattern::unknown(&field.searched(), text),
            _ => Query::Everything,
        },
        Filter::Contains(field, n) => match value(n) {
            Value::Null => Query::Nothing,
            Value::Json(document) => metadata::contains(object, field.as_ref(), document),
            Value::Unknown(text) => Query::is(
                &field.as_ref().map_or("*".to_owned(), Field::searched),
                vec![Term::Word(format!("{{contains {text}}}"))],
            ),
            _ => Query::Everything,
        },
        Filter::Query(_) | Filter::Local => Query::Everything,
    }
}

fn equal(field: &str, kind: Kind, value: &Value) -> Query {
    match (kind, value) {
        (_, Value::Null) => Query::Nothing,
        (_, Value::Unknown(text)) => Query::is(field, vec![Term::Word(text.clone())]),
        (Kind::Folded | Kind::Exact | Kind::Identity, Value::Text(text)) => equal_text(field, text),
        (Kind::Folded | Kind::Exact | Kind::Identity, Value::Texts(texts)) => {
            if texts.iter().all(|text| is_sayable(text)) {
                Query::is(field, texts.iter().cloned().map(Term::Text).collect())
            } else {
                Query::Everything
            }
        }
        (Kind::Scalar, Value::Text(text)) => metadata::scalar(field, text),
        (Kind::Scalar, Value::Texts(texts)) => {
            let terms: Option<Vec<_>> = texts.iter().map(|text| metadata::terms(text)).collect();
            terms.map_or(Query::Everything, |terms| Query::is(field, terms.concat()))
        }
        (Kind::Address, Value::Address(Some(address))) => equal_text(field, address),
        (Kind::Truth, Value::Bool(true)) => is(field, Truth::True),
        (Kind::Truth, Value::Bool(false)) => is(field, Truth::False),
        (Kind::Integer, Value::Integers(numbers)) => Query::any(
            numbers
                .iter()
                .map(|n| compare(field, None, &Value::Integer(*n))),
        ),
        (Kind::Integer, Value::Integer(_)) | (Kind::Time, Value::Time(_)) => {
            compare(field, None, value)
        }
        _ => Query::Everything,
    }
}

fn compare(field: &str, comparison: Option<Comparison>, value: &Value) -> Query {
    let bounds = match value {
        Value::Null => None,
        Value::Time(micros) => range::of_time(comparison, *micros),
        Value::Integer(n) => range::of_integer(comparison, *n),
        Value::Unknown(text) => Some(match comparison {
            Some(Comparison::Less | Comparison::LessEqual) => (None, Some(text.clone())),
            Some(Comparison::Greater | Comparison::GreaterEqual) => (Some(text.clone()), None),
            None => (Some(text.clone()), Some(text.clone())),
        }),
        _ => return Query::Everything,
    };
    match bounds {
        None => Query::Nothing,
        Some((None, None)) => Query::exists(field),
        Some((Some(from), Some(to))) if from == to && matches!(value, Value::Integer(_)) => {
            Query::is(field, vec![Term::Word(from)])
        }
        Some((from, to)) => Query::Test(field.to_owned(), Test::Between(from, to)),
    }
}

fn is(field: &str, truth: Truth) -> Query {
    let word = |value: &str| Query::is(field, vec![Term::Word(value.to_owned())]);
    match truth {
        Truth::True => word("true"),
        Truth::False => word("false"),
        Truth::NotTrue => word("true").negated(),
        Truth::NotFalse => word("false").negated(),
    }
}
