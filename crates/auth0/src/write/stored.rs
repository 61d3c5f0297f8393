//! The row that a write has stored, as a read of it would show it.

use serde_json::{Map, Value};

use super::Row;
use crate::catalog::writes::{writes, Op};
use crate::catalog::{template, Object};

/// The stored row as the API shows it: its answer, if that is the row, else what was sent. Values of the path, which answers
/// lack, are added; write-only columns are left out.
pub fn stored(object: &'static Object, op: Op, answer: Option<&[u8]>, sent: &Row) -> Vec<u8> {
    let answer =
        answer.and_then(|answer| serde_json::from_slice::<Map<String, Value>>(answer).ok());
    let hidden = object.columns.iter().filter(|column| column.write_only);
    let mut row = answer.unwrap_or_else(|| {
        object
            .columns
            .iter()
            .filter(|column| !column.write_only)
            .filter_map(|column| {
                let value = sent.get(column.name).filter(|value| !value.is_null())?;
                Some((column.key.to_owned(), value.clone()))
            })
            .collect()
    });
    for column in hidden {
        // Some answers repeat what no read shows.
        row.remove(column.key);
    }
    let call = writes(object).and_then(|record| record.call(op));
    for column in call
        .into_iter()
        .flat_map(|(_, path)| template::variables(path))
    {
        if let Some(value) = sent.get(column) {
            row.entry(object.key_of(column)).or_insert(value.clone());
        }
    }
    Value::Object(row).to_string().into_bytes()
}

/// What an object of the API says about a row's columns: all that it lacks are known to be NULL.
pub fn known(object: &'static Object, shown: &Map<String, Value>) -> Row {
    object
        .columns
        .iter()
        .map(|column| {
            let value = shown.get(column.key).cloned().unwrap_or(Value::Null);
            (column.name.to_owned(), value)
        })
        .collect()
}
