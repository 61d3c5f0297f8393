//! What can be searched, and how each kind of field compares.

use super::{Bound, Value};
use crate::record::{Keys, Record, DATES};
use crate::time;
use serde_json::Value as Json;

/// A field of the search index.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    name: String,
    kind: Kind,
}

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Index {
    /// Users.
    Users,
    /// Tenant logs.
    Logs,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Text compared without regard to case.
    Folded,
    /// Text compared as it is.
    Text,
    /// Text of which no pattern is known to work.
    Plain,
    /// The part of `email` behind the @.
    Domain,
    Flag,
    Number,
    Date,
    /// A path into `identities`.
    Identity,
    /// A path into app_metadata or user_metadata.
    Metadata,
    /// Not in the index: never found.
    Unknown,
}

/// What of a log can be searched besides its date: all of it text, compared as it is.
const LOG_TEXTS: [&str; 15] = [
    "client_id",
    "client_name",
    "connection",
    "connection_id",
    "description",
    "hostname",
    "ip",
    "log_id",
    "organization_id",
    "user_id",
    "user_name",
    "user_agent",
    "strategy",
    "strategy_type",
    "type",
];

impl Index {
    /// Where a value without a field is looked for; documented for logs only.
    pub fn anywhere(self) -> &'static [&'static str] {
        match self {
            Index::Users => &[
                "email",
                "name",
                "given_name",
                "family_name",
                "nickname",
                "username",
                "phone_number",
                "user_id",
            ],
            Index::Logs => &[
                "client_name",
                "connection",
                "description",
                "ip",
                "log_id",
                "type",
                "user_name",
            ],
        }
    }
}

impl Field {
    /// The field called so. One that the users' index does not have is allowed and finds nothing, unlike in logs.
    pub fn named(index: Index, name: &str) -> Result<Field, String> {
        if index == Index::Logs {
            let kind = match name {
                "date" => Kind::Date,
                _ if LOG_TEXTS.contains(&name) => Kind::Text,
                _ => return Err(format!("unknown field \"{name}\"")),
            };
            let name = name.to_string();
            return Ok(Field { name, kind });
        }
        let root = name.split('.').next().unwrap_or_default();
        let kind = match name {
            "email" | "name" | "given_name" | "family_name" | "nickname" => Kind::Folded,
            "user_id" | "username" | "phone_number" => Kind::Text,
            "last_ip" => Kind::Plain,
            "email.domain" => Kind::Domain,
            "email_verified" | "phone_verified" | "blocked" => Kind::Flag,
            "logins_count" => Kind::Number,
            "created_at" | "updated_at" | "last_login" => Kind::Date,
            _ if root == "identities" => Kind::Identity,
            _ if root == "app_metadata" || root == "user_metadata" => Kind::Metadata,
            _ => Kind::Unknown,
        };
        Ok(Field {
            name: name.to_string(),
            kind,
        })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fails when the API does not let this field be compared so.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let name = &self.name;
        match (value, self.kind) {
            (_, Kind::Unknown) => Ok(()),
            (Value::Range(from, to), Kind::Date) => {
                let ok =
                    |b: &Option<Bound>| b.as_ref().is_none_or(|b| time::span(&b.text).is_some());
                if ok(from) && ok(to) {
                    Ok(())
                } else {
                    Err(format!("{name} is compared with something that is no date"))
                }
            }
            (Value::Range(from, to), Kind::Number) => {
                let ok =
                    |b: &Option<Bound>| b.as_ref().is_none_or(|b| b.text.parse::<f64>().is_ok());
                if ok(from) && ok(to) {
                    Ok(())
                } else {
                    Err(format!(
                        "{name} is compared with something that is no number"
                    ))
                }
            }
            (Value::Range(None, to), _) => Err(format!(
                "operator '{}' is not supported",
                match to {
                    Some(bound) if !bound.inclusive => "less",
                    _ => "less or equal",
                }
            )),
            (Value::Range(Some(from), _), _) => Err(format!(
                "operator '{}' is not supported",
                if from.inclusive {
                    "greater or equal"
                } else {
                    "greater"
                }
            )),
            (Value::Wildcard(_), Kind::Folded | Kind::Text) => Ok(()),
            (Value::Wildcard(_), _) => Err(format!("wildcards are not supported on {name}")),
            (Value::Exact { text, .. }, Kind::Date) if time::span(text).is_none() => {
                Err(format!("{name} is compared with something that is no date"))
            }
            (Value::Exact { text, .. }, Kind::Number) if text.parse::<f64>().is_err() => Err(
                format!("{name} is compared with something that is no number"),
            ),
            (Value::Exact { .. }, _) => Ok(()),
        }
    }

    /// True when the user has a value that is indexed.
    pub fn exists(&self, keys: &Keys, user: &Record) -> bool {
        match self.kind {
            Kind::Unknown => false,
            Kind::Domain => user.text(keys, "email").is_some_and(|e| e.contains('@')),
            Kind::Identity | Kind::Metadata => self.any_leaf(keys, user, &|_| true),
            _ => user.get(keys, &self.name).is_some_and(|raw| raw != "null"),
        }
    }

    /// True when the user's value matches; a user without one never does.
    pub fn is(&self, keys: &Keys, user: &Record, value: &Value) -> bool {
        let raw = || user.get(keys, &self.name);
        match self.kind {
            Kind::Unknown => false,
            Kind::Folded => user
                .plain(keys, &self.name)
                .is_some_and(|text| text_is(&text.to_lowercase(), value, str::to_lowercase)),
            Kind::Text | Kind::Plain => user
                .plain(keys, &self.name)
                .is_some_and(|text| text_is(&text, value, str::to_string)),
            Kind::Domain => user.text(keys, "email").is_some_and(|email| {
                email
                    .rsplit_once('@')
                    .is_some_and(|(_, domain)| text_is(domain, value, str::to_string))
            }),
            // Some identity providers send truth values as text; an index takes both.
            Kind::Flag => match value {
                Value::Exact { text, .. } => {
                    raw().is_some_and(|raw| raw.trim_matches('"') == text.as_str())
                }
                _ => false,
            },
            Kind::Number => raw()
                .and_then(|raw| raw.parse::<f64>().ok())
                .filter(|number| number.is_finite())
                .is_some_and(|number| number_is(number, value)),
            Kind::Date => DATES
                .iter()
                .position(|name| *name == self.name)
                .and_then(|at| user.dates[at])
                .is_some_and(|millis| date_is(millis, value)),
            Kind::Identity => self.any_leaf(keys, user, &|leaf| identity_is(leaf, value)),
            Kind::Metadata => self.any_leaf(keys, user, &|leaf| metadata_is(leaf, value)),
        }
    }

    /// True when a scalar that the dotted path leads to passes; arrays on the way are seen through, null is no value.
    fn any_leaf(&self, keys: &Keys, user: &Record, test: &dyn Fn(&Json) -> bool) -> bool {
        let mut path = self.name.split('.');
        let root = path.next().unwrap_or_default();
        let Some(value) = user
            .get(keys, root)
            .and_then(|raw| serde_json::from_str::<Json>(raw).ok())
        else {
            return false;
        };
        let path: Vec<&str> = path.collect();
        walk(&value, &path, test)
    }
}

fn walk(value: &Json, path: &[&str], test: &dyn Fn(&Json) -> bool) -> bool {
    match (value, path) {
        (Json::Null, _) => false,
        (Json::Array(all), _) => all.iter().any(|one| walk(one, path, test)),
        (Json::Object(members), [key, rest @ ..]) => members
            .get(*key)
            .is_some_and(|value| walk(value, rest, test)),
        // An object is there when anything in it is.
        (Json::Object(members), []) => members.values().any(|value| walk(value, path, test)),
        (_, []) => test(value),
        _ => false,
    }
}

fn text_is(text: &str, value: &Value, fold: fn(&str) -> String) -> bool {
    match value {
        Value::Exact { text: wanted, .. } => fold(wanted) == text,
        Value::Wildcard(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| fold(part)).collect();
            like(text, &parts)
        }
        Value::Range(..) => false,
    }
}

/// True when `parts` occur in order, the first at the start and the last at the end.
fn like(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else {
        return false;
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

fn number_is(number: f64, value: &Value) -> bool {
    let parse = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    match value {
        Value::Exact { text, .. } => number == parse(text),
        Value::Wildcard(_) => false,
        Value::Range(from, to) => {
            from.as_ref().is_none_or(|b| {
                let bound = parse(&b.text);
                number > bound || (b.inclusive && number == bound)
            }) && to.as_ref().is_none_or(|b| {
                let bound = parse(&b.text);
                number < bound || (b.inclusive && number == bound)
            })
        }
    }
}

fn date_is(millis: i64, value: &Value) -> bool {
    interval(value).is_some_and(|(first, last)| (first..=last).contains(&millis))
}

/// The first and last millisecond that a value of a date field lets pass. A partial date stands for all of its span:
/// an inclusive bound takes it in, an exclusive one leaves it out.
pub fn interval(value: &Value) -> Option<(i64, i64)> {
    match value {
        Value::Exact { text, .. } => time::span(text),
        Value::Wildcard(_) => None,
        Value::Range(from, to) => {
            let first = match from {
                None => i64::MIN,
                Some(bound) => match (time::span(&bound.text)?, bound.inclusive) {
                    ((first, _), true) => first,
                    ((_, last), false) => last + 1,
                },
            };
            let last = match to {
                None => i64::MAX,
                Some(bound) => match (time::span(&bound.text)?, bound.inclusive) {
                    ((_, last), true) => last,
                    ((first, _), false) => first - 1,
                },
            };
            Some((first, last))
        }
    }
}

fn identity_is(leaf: &Json, value: &Value) -> bool {
    let Value::Exact { text, .. } = value else {
        return false;
    };
    match leaf {
        Json::String(stored) => stored == text,
        Json::Number(stored) => stored.to_string().as_str() == text,
        Json::Bool(stored) => text.parse() == Ok(*stored),
        _ => false,
    }
}

/// Strings are wanted in quotes, numbers and truth values without; a bare word that is neither is a string too.
fn metadata_is(leaf: &Json, value: &Value) -> bool {
    let Value::Exact { text, quoted } = value else {
        return false;
    };
    let number = text.parse::<f64>().ok().filter(|_| !quoted);
    let flag = text.parse::<bool>().ok().filter(|_| !quoted);
    match leaf {
        Json::String(stored) => number.is_none() && flag.is_none() && stored == text,
        Json::Number(stored) => number.is_some() && stored.as_f64() == number,
        Json::Bool(stored) => flag == Some(*stored),
        _ => false,
    }
}
