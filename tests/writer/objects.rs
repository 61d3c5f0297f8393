//! Every object that can be written: made, read back, changed column by column, and taken away.

use crate::samples::{new_row, path, reads_otherwise, value};
use crate::tenant::{object, Tenant};
use auth0::catalog::writes::{self, Answer, Op, Writes};
use auth0::catalog::{Object, Shape};
use auth0::engine::Outcome;
use auth0::write::{self, Row};
use serde_json::Value;
use simulator::Config;

/// Those whose rows are not tied to others: links are another test.
pub fn records() -> impl Iterator<Item = (&'static Object, &'static Writes)> {
    let all = writes::all().map(|record| (object(record.object), record));
    all.filter(|(_, record)| {
        let batched = |insert: &writes::Insert| insert.batch.is_some();
        !record.insert.as_ref().is_some_and(batched)
    })
}

/// The row of the object that has the same identity.
pub fn find(tenant: &Tenant, object: &'static Object, row: &Row) -> Option<Row> {
    if let Some(by) = object.by_key.iter().find(|by| by.single) {
        return tenant.row(object, by.path, row);
    }
    let rows = tenant.rows(object, row);
    let id = object.column(object.id).map(|column| column.name);
    match id {
        _ if object.shape == Shape::One => rows.into_iter().next(),
        None => rows.into_iter().next(),
        Some(id) => rows.into_iter().find(|found| found[id] == row[id]),
    }
}

#[test]
fn rows_are_made_changed_and_taken_away() {
    let mut wrong = Vec::new();
    for (object, record) in records() {
        let tenant = Tenant::of(Config {
            users: 6,
            ..Config::default()
        });
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            life(&tenant, object, record)
        }));
        if let Err(panic) = outcome {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            wrong.push(format!("{}: {text}", object.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn life(tenant: &Tenant, object: &'static Object, record: &Writes) {
    let mut row = match &record.insert {
        Some(_) => made(tenant, object, record),
        None => existing(tenant, object),
    };
    if let Some(update) = &record.update {
        for (nth, column) in update.columns.iter().enumerate() {
            changed(tenant, object, &mut row, column, nth as i64 + 1);
        }
        for column in update.nullable {
            emptied(tenant, object, &mut row, column);
        }
    }
    if record.delete.is_some() {
        let outcome = tenant.one(write::delete(object, &row).expect("steps"));
        assert!(matches!(outcome, Outcome::Stored(_)), "delete: {outcome:?}");
        let left = match object.id {
            "" => tenant.rows(object, &row).into_iter().next(),
            _ => find(tenant, object, &row),
        };
        assert!(left.is_none(), "still there: {left:?}");
        let again = tenant.one(write::delete(object, &row).expect("steps"));
        assert!(
            matches!(again, Outcome::Stored(_) | Outcome::NotFound),
            "delete again: {again:?}"
        );
    }
}

pub fn made(tenant: &Tenant, object: &'static Object, record: &Writes) -> Row {
    if object.shape == Shape::One && object.variables().count() == 0 {
        // There is one already.
        if let (true, Some(there)) = (
            record.delete.is_some(),
            tenant.rows(object, &Row::new()).pop(),
        ) {
            tenant.one(write::delete(object, &there).expect("steps"));
        }
    }
    let row = new_row(&tenant.sim, object);
    let stored = tenant.insert(object, &row);
    let insert = record.insert.as_ref().expect("an insert");
    for column in insert.writable() {
        if insert.answer == Answer::Row && !reads_otherwise(object, column) {
            assert_eq!(stored[column], row[column], "stored {column}");
        }
    }
    let mut looked_for = stored.clone();
    if insert.answer == Answer::Nothing {
        looked_for = tenant.rows(object, &row).pop().expect("a row");
    }
    for column in object.variables() {
        looked_for.insert(
            column.into(),
            row.get(column).cloned().unwrap_or(Value::Null),
        );
    }
    let found = find(tenant, object, &looked_for).expect("what was stored");
    for column in insert.writable() {
        if !reads_otherwise(object, column) && !insert.keys.iter().any(|(name, _)| *name == column)
        {
            assert_eq!(found[column], row[column], "found {column}");
        }
    }
    found
}

/// A row that the tenant has.
pub fn existing(tenant: &Tenant, object: &'static Object) -> Row {
    let rows = tenant.rows(object, &path(&tenant.sim, object));
    rows.into_iter().next().expect("a row to begin with")
}

fn changed(
    tenant: &Tenant,
    object: &'static Object,
    row: &mut Row,
    column: &'static str,
    nth: i64,
) {
    let known = object.named(column).expect("a column");
    let mut new = row.clone();
    let mut other = value(&tenant.sim, object, known, nth);
    if row[column] == other {
        other = value(&tenant.sim, object, known, nth + 1);
    }
    new.insert(column.into(), other);
    let steps = write::update(object, row, &new, &[column]).expect("steps");
    assert_eq!(steps.len(), 1, "{column}: {steps:?}");
    let outcome = tenant.one(steps);
    let Outcome::Stored(answer) = outcome else {
        panic!("{column}: {outcome:?}");
    };
    let found = find(tenant, object, row).unwrap_or_else(|| panic!("{column}: gone"));
    if !reads_otherwise(object, column) {
        assert_eq!(found[column], new[column], "{column}");
        let stored = write::stored(object, Op::Update, answer.as_deref(), &new);
        let shown: Row = serde_json::from_slice(&stored).expect("an object");
        assert_eq!(shown[known.key], new[column], "answered {column}");
    }
    // Nothing to change, nothing to send.
    let steps = write::update(object, &new, &new, &[column]).expect("steps");
    assert!(steps.is_empty(), "{column}: {steps:?}");
    *row = found;
    if known.secret {
        row.insert(column.into(), new[column].clone());
    }
}

fn emptied(tenant: &Tenant, object: &'static Object, row: &mut Row, column: &'static str) {
    let mut new = row.clone();
    new.insert(column.into(), Value::Null);
    // As nobody has read it.
    let mut old = row.clone();
    old.remove(column);
    let steps = write::update(object, &old, &new, &[column]).expect("steps");
    let outcome = tenant.one(steps);
    assert!(
        matches!(outcome, Outcome::Stored(_)),
        "{column} to NULL: {outcome:?}"
    );
    let found = find(tenant, object, row).unwrap_or_else(|| panic!("{column}: gone"));
    assert_eq!(found[column], Value::Null, "{column}");
    *row = found;
}
