//! `INSERT` and `DELETE` of one row.

use serde_json::{Map, Value};

use super::batch::batch;
use super::step::{Before, Step};
use super::{allowed, key_in_body, read_only, value, Row};
use crate::catalog::writes::{Delete, Insert, Op};
use crate::catalog::Object;
use crate::client::Get;
use crate::error::{Error, Result};

/// The requests that store `row`. Columns that are NULL are not sent: their defaults are Auth0's.
pub fn insert(object: &'static Object, row: &Row) -> Result<Vec<Step>> {
    steps(object, Op::Insert, row)
}

/// The requests that take `row` away; it must have the columns of [`super::keys`].
pub fn delete(object: &'static Object, row: &Row) -> Result<Vec<Step>> {
    steps(object, Op::Delete, row)
}

fn steps(object: &'static Object, op: Op, row: &Row) -> Result<Vec<Step>> {
    let batched = batch(object, op, std::slice::from_ref(row))?;
    Ok(batched.into_iter().map(|batched| batched.step).collect())
}

/// Checks that a row can be inserted.
pub(super) fn check_row(object: &'static Object, insert: &Insert, row: &Row) -> Result<()> {
    let writable = insert.writable();
    for (column, value) in row {
        if !value.is_null() && !writable.contains(&column.as_str()) {
            return Err(read_only(object, Op::Insert, column));
        }
    }
    match insert
        .needed()
        .into_iter()
        .find(|column| value(row, column).is_none())
    {
        None => Ok(()),
        Some(column) => Err(Error::NullColumn {
            object: object.name,
            column,
            op: Op::Insert,
        }),
    }
}

/// The request for a row of its own.
pub(super) fn insert_one(
    object: &'static Object,
    insert: &'static Insert,
    row: &Row,
) -> Result<Step> {
    let mut step = Step::new(object, Op::Insert, insert.method, insert.path, row)?;
    let mut body = Map::new();
    for column in insert.columns {
        if let Some(value) = value(row, column) {
            let key = key_in_body(object, insert.keys, column);
            body.insert(key.to_owned(), value.clone());
            step.columns.push(column);
        }
    }
    step.body = Some(Value::Object(body));
    step.answer = insert.answer;
    if let Some((path, column)) = insert.absent {
        let value = |column| {
            value(row, column)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let key = column.and_then(|column| Some((object.key_of(column), value(column)?)));
        let (path, query) = (path.to_owned(), Vec::new());
        step.before = Before::Absence(Get { path, query }, key);
    }
    Ok(step)
}

/// The request that takes away one row.
pub(super) fn delete_one(object: &'static Object, delete: &Delete, row: &Row) -> Result<Step> {
    allowed(object, Op::Delete)?;
    Step::new(object, Op::Delete, delete.method, delete.path, row)
}
