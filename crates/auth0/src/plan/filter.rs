//! Conditions as they are planned: what is compared how, with places for the values.

use serde::{Deserialize, Serialize};

use super::field::{Field, Kind};
use crate::catalog::{Language, Object, ParamKind};

/// A condition on a row. Numbers stand for values that are known when the query runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Filter {
    /// All of them.
    And(Vec<Filter>),
    /// Any of them.
    Or(Vec<Filter>),
    /// Equal to the value.
    Equal(Field, usize),
    /// Equal to an element of the array.
    OneOf(Field, usize),
    /// Before or behind the value.
    Compare(Field, Comparison, usize),
    /// A test of a truth value.
    Is(Field, Truth),
    /// There is no value.
    Absent(Field),
    /// There is a value.
    Present(Field),
    /// Matches a `LIKE` pattern; the flag: without regard to case.
    Like(Field, bool, usize),
    /// Begins with the text.
    StartsWith(Field, usize),
    /// What stands there contains the JSON, as `@>` has it. Without a field: the whole object.
    Contains(Option<Field>, usize),
    /// A search in the API's own language.
    Query(usize),
    /// A condition that only Postgres can judge.
    Local,
}

/// An order comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>=`
    GreaterEqual,
    /// `>`
    Greater,
}

/// A test of a truth value; absence is SQL's unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Truth {
    /// `c`, `c IS TRUE`
    True,
    /// `NOT c`, `c IS FALSE`
    False,
    /// `c IS NOT TRUE`
    NotTrue,
    /// `c IS NOT FALSE`
    NotFalse,
}

impl Truth {
    /// `NOT (c …)`, where that is one of them: for a test that is never unknown.
    pub fn inverse(self) -> Truth {
        match self {
            Truth::True => Truth::NotTrue,
            Truth::NotTrue => Truth::True,
            Truth::False => Truth::NotFalse,
            Truth::NotFalse => Truth::False,
        }
    }
}

/// What a condition becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// The API returns just the rows it holds for.
    Exact,
    /// The API may return more rows.
    Wider,
}

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// Not known now: how to write it. For EXPLAIN.
    Unknown(String),
    /// A text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Microseconds from 2000-01-01 UTC; the two ends are the infinities.
    Time(i64),
    /// An IPv4 address of one host, in its usual form; `None` for any other address.
    Address(Option<String>),
    /// An array of texts, its NULLs left out.
    Texts(Vec<String>),
    /// An array of numbers, its NULLs left out.
    Integers(Vec<i64>),
    /// A JSON document.
    Json(serde_json::Value),
}

/// Of the texts that are compared with their case, only for the id are wildcards documented.
fn takes_wildcards(object: &Object, field: &Field) -> bool {
    field.as_key() == Some(object.id)
}

impl Filter {
    /// Whether this condition can be looked for at all.
    pub fn is_possible(&self, object: &Object) -> bool {
        if !object.is_searched() {
            return self.is_possible_in_calls(object);
        }
        let kind = |field: &Field| field.kind(object);
        // Neither existence nor absence is documented there, and patterns are compared with their case.
        let unsaid = matches!(
            self,
            Filter::Absent(_)
                | Filter::Present(_)
                | Filter::Like(..)
                | Filter::StartsWith(..)
                | Filter::Contains(..)
        );
        if object.language == Language::Logs && unsaid {
            return false;
        }
        match self {
            Filter::And(all) => all.iter().any(|one| one.is_possible(object)),
            Filter::Or(any) => any.iter().all(|one| one.is_possible(object)),
            Filter::Equal(field, _) => kind(field).is_some(),
            Filter::OneOf(field, _) => {
                matches!(
                    kind(field),
                    Some(
                        Kind::Folded | Kind::Exact | Kind::Integer | Kind::Scalar | Kind::Identity
                    )
                )
            }
            Filter::Compare(field, ..) => {
                matches!(kind(field), Some(Kind::Integer | Kind::Time))
            }
            Filter::Is(field, _) => kind(field) == Some(Kind::Truth),
            Filter::Absent(field) => matches!(
                kind(field),
                Some(
                    Kind::Folded
                        | Kind::Exact
                        | Kind::Address
                        | Kind::Truth
                        | Kind::Integer
                        | Kind::Time
                )
            ),
            // Whether an empty text exists is not documented, and there are no empty numbers.
            Filter::Present(field) => {
                matches!(kind(field), Some(Kind::Truth | Kind::Integer | Kind::Time))
            }
            Filter::Like(field, insensitive, _) => match kind(field) {
                Some(Kind::Folded) => true,
                Some(Kind::Exact) => !insensitive && takes_wildcards(object, field),
                _ => false,
            },
            Filter::StartsWith(field, _) => match kind(field) {
                Some(Kind::Folded) => true,
                Some(Kind::Exact) => takes_wildcards(object, field),
                _ => false,
            },
            Filter::Contains(..) | Filter::Query(_) => true,
            Filter::Local => false,
        }
    }

    /// The same of an object whose list takes no search: what a path, a look-up or a parameter can say.
    fn is_possible_in_calls(&self, object: &Object) -> bool {
        let kind = |field: &Field| field.kind(object);
        match self {
            Filter::And(all) => all.iter().any(|one| one.is_possible(object)),
            Filter::Or(_) => self.key(object).is_some(),
            Filter::Equal(field, _) => {
                matches!(kind(field), Some(Kind::Exact | Kind::Truth | Kind::Time))
            }
            Filter::OneOf(field, _) => kind(field) == Some(Kind::Exact),
            Filter::Compare(field, ..) => kind(field) == Some(Kind::Time),
            Filter::Is(field, truth) => {
                kind(field) == Some(Kind::Truth) && matches!(truth, Truth::True | Truth::False)
            }
            _ => false,
        }
    }

    /// The class of a condition that a call says.
    fn class_in_calls(&self, object: &Object) -> Class {
        let field = match self {
            Filter::And(parts) | Filter::Or(parts) => {
                return parts
                    .iter()
                    .map(|part| part.class_in_calls(object))
                    .max()
                    .unwrap_or(Class::Exact)
            }
            Filter::Equal(field, _) | Filter::OneOf(field, _) | Filter::Is(field, _) => field,
            _ => return Class::Wider,
        };
        let key = field.as_key().unwrap_or_default();
        let wide = |kind| kind == ParamKind::Contains || ParamKind::is_of_time(kind);
        match object.param(key, wide) {
            Some(_) => Class::Wider,
            None => Class::Exact,
        }
    }

    /// Whether the API returns just the rows it holds for. Only of conditions that are [possible](Filter::is_possible).
    pub fn class(&self, object: &Object) -> Class {
        if !object.is_searched() {
            return self.class_in_calls(object);
        }
        let worst = |parts: &[Filter]| {
            parts
                .iter()
                .map(|part| part.class(object))
                .max()
                .unwrap_or(Class::Exact)
        };
        match self {
            Filter::And(parts) | Filter::Or(parts) => worst(parts),
            Filter::Is(..) | Filter::Query(_) => Class::Exact,
            Filter::Equal(field, _) if field.kind(object) == Some(Kind::Truth) => Class::Exact,
            Filter::Equal(..) | Filter::OneOf(..) if self.key(object).is_some() => Class::Exact,
            Filter::Absent(field) | Filter::Present(field)
                if matches!(
                    field.kind(object),
                    Some(Kind::Truth | Kind::Integer | Kind::Time)
                ) =>
            {
                Class::Exact
            }
            _ => Class::Wider,
        }
    }

    /// Whether the number of rows it holds for is the `total` of a search, whatever its values.
    pub fn is_countable(&self, object: &Object) -> bool {
        if object.language != Language::Users {
            // Totals of other lists are not to be trusted.
            return false;
        }
        match self {
            Filter::And(parts) | Filter::Or(parts) => {
                parts.iter().all(|part| part.is_countable(object))
            }
            _ => self.class(object) == Class::Exact && self.key(object).is_none(),
        }
    }

    /// Whether the object cannot be asked for without it: it says what to search for, or what stands in the path.
    pub fn is_needed(&self, object: &Object) -> bool {
        let required = object.required();
        let needed = |key: &str| required.iter().any(|name| object.key_of(name) == key);
        matches!(self, Filter::Query(_)) || self.key(object).is_some_and(needed)
    }

    /// The key by whose value rows are looked up with calls of their own, if this condition gives its values.
    pub fn key(&self, object: &Object) -> Option<&'static str> {
        let keys = object.keys();
        let by = |field: &Field| {
            let key = field.as_key()?;
            keys.iter().copied().find(|one| *one == key)
        };
        match self {
            Filter::Equal(field, _) | Filter::OneOf(field, _) => by(field),
            Filter::Or(any) => {
                let mut keys = any.iter().map(|one| match one {
                    Filter::And(_) => None,
                    one => one.key(object),
                });
                let first = keys.next()??;
                keys.all(|key| key == Some(first)).then_some(first)
            }
            Filter::And(all) => {
                let given: Vec<_> = all.iter().filter_map(|one| one.key(object)).collect();
                keys.iter().copied().find(|key| given.contains(key))
            }
            _ => None,
        }
    }

    /// Calls `visit` with every operand's number.
    pub fn operands(&self, visit: &mut impl FnMut(usize)) {
        match self {
            Filter::And(parts) | Filter::Or(parts) => {
                parts.iter().for_each(|part| part.operands(visit))
            }
            Filter::Equal(_, operand)
            | Filter::OneOf(_, operand)
            | Filter::Compare(_, _, operand)
            | Filter::Like(_, _, operand)
            | Filter::StartsWith(_, operand)
            | Filter::Contains(_, operand)
            | Filter::Query(operand) => visit(*operand),
            Filter::Is(..) | Filter::Absent(_) | Filter::Present(_) | Filter::Local => {}
        }
    }
}
