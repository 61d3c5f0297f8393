//! What a change of a row is in requests: pure functions from rows to [`Step`]s.
//!
//! A row is a JSON object by our column names. In what is to be stored, a missing column and `null` are both SQL's NULL. In
//! what was there before (`old`), a missing column is one that nobody has read.
//!
//! SQL's meaning is kept although the API has another: metadata is merged by Auth0, so keys that vanished are sent as
//! `null`; columns that it refuses in one request go in several. What cannot be sent at all is an error, before any call.

mod batch;
mod body;
mod change;
mod hidden;
mod places;
mod shown;
mod step;
mod stored;
#[cfg(test)]
mod tests;
mod whole;

pub use batch::{batch, Batched};
pub use body::{delete, insert};
pub use change::{needs_old, update};
pub use hidden::{hides_secrets, keeping_secrets};
pub use places::Places;
pub use step::Step;
pub use stored::{known, stored};

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::catalog::writes::{writes, Op, Writes};
use crate::catalog::Object;
use crate::error::{Error, Result};

/// A row, by column names.
pub type Row = Map<String, Value>;

/// How `object` is written, if it can be so.
pub fn allowed(object: &'static Object, op: Op) -> Result<&'static Writes> {
    let record = writes(object);
    match record {
        Some(record) if record.allows(op) => Ok(record),
        _ => Err(Error::Unwritable {
            object: object.name,
            op,
            can: record.map_or_else(Vec::new, Writes::can),
        }),
    }
}

/// The columns that an `INSERT` or `UPDATE` may give values.
pub fn writable(object: &'static Object, op: Op) -> Vec<&'static str> {
    let Some(record) = writes(object) else {
        return Vec::new();
    };
    let mut columns = match op {
        Op::Insert => record.insert.as_ref().map(|insert| insert.writable()),
        Op::Update => record.update.as_ref().map(|update| update.writable()),
        Op::Delete => None,
    }
    .unwrap_or_default();
    let twins = object.columns.iter().filter(|twin| {
        let same = |name: &&str| object.key_of(name) == twin.key;
        op == Op::Insert && !columns.contains(&twin.name) && columns.iter().any(same)
    });
    let twins: Vec<_> = twins.map(|twin| twin.name).collect();
    columns.extend(twins);
    columns
}

/// The columns whose values an `UPDATE` or `DELETE` needs to find the row.
pub fn keys(object: &'static Object, op: Op) -> Vec<&'static str> {
    writes(object).map_or_else(Vec::new, |record| record.keys(op))
}

/// Whether all of these columns may be given values, said before there are any: the columns of `SET`, or those that an
/// `INSERT` names.
pub fn check(object: &'static Object, op: Op, columns: &[&str]) -> Result<()> {
    let record = allowed(object, op)?;
    let writable = writable(object, op);
    let keys = record.keys(op);
    for column in columns {
        // A key may be set to what it is.
        if !writable.contains(column) && !keys.contains(column) {
            return Err(read_only(object, op, column));
        }
    }
    Ok(())
}

/// The error for a column that cannot be sent.
fn read_only(object: &'static Object, op: Op, column: &str) -> Error {
    Error::ReadOnlyColumn {
        object: object.name,
        column: column.to_owned(),
        op,
        key: keys(object, op).contains(&column),
        writable: writable(object, op),
    }
}

/// The row with its values under the columns that the record names: a key may be shown by two columns (`id` and `role_id`
/// of a role that a user has), and either may be given.
fn under<'a>(
    object: &'static Object,
    columns: &[&'static str],
    row: &'a Row,
) -> Result<Cow<'a, Row>> {
    let mut row = Cow::Borrowed(row);
    for column in columns {
        let Some(known) = object.named(column) else {
            continue;
        };
        for twin in object.columns {
            if twin.key != known.key || twin.name == known.name || columns.contains(&twin.name) {
                continue;
            }
            let Some(given) = value(&row, twin.name).cloned() else {
                continue;
            };
            if value(&row, column).is_some_and(|value| *value != given) {
                return Err(Error::ColumnValue {
                    object: object.name,
                    column: twin.name,
                    expected: "the same as in the other column for it",
                });
            }
            let row = row.to_mut();
            row.insert((*column).to_owned(), given);
            row.remove(twin.name);
        }
    }
    Ok(row)
}

/// The key of a column in a body.
fn key_in_body(
    object: &'static Object,
    keys: &[(&'static str, &'static str)],
    column: &'static str,
) -> &'static str {
    keys.iter()
        .find(|(name, _)| *name == column)
        .map_or_else(|| object.key_of(column), |(_, key)| key)
}

/// The value of a column, if it has one.
fn value<'a>(row: &'a Row, column: &str) -> Option<&'a Value> {
    row.get(column).filter(|value| !value.is_null())
}

/// The value of a column as a text in a path.
fn text(row: &Row, column: &str) -> Option<String> {
    match value(row, column)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
