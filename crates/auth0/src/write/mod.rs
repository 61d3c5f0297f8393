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
mod shown;
mod step;
mod stored;

pub use batch::{batch, Batched};
pub use body::{delete, insert};
pub use change::{needs_old, update};
pub use step::Step;
pub use stored::{known, stored};

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
    columns.retain(|column| object.named(column).is_some());
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
