//! `UPDATE`: what has really changed, in requests that the API accepts.

use serde_json::{Map, Value};

use super::batch::element;
use super::step::{Before, Step};
use super::{allowed, key_in_body, read_only, value, Row};
use crate::catalog::writes::{Act, Companion, Merged, Op, Update};
use crate::catalog::Object;
use crate::error::{Error, Result};

/// Whether the old value of `column` must be known to send this new one: the API merges it with what there is.
pub fn needs_old(object: &'static Object, column: &str, new: Option<&Value>) -> bool {
    let update = allowed(object, Op::Update)
        .ok()
        .and_then(|record| record.update.as_ref());
    let Some(merged) = update.and_then(|update| update.merges(column)) else {
        return false;
    };
    match new {
        None | Some(Value::Null) => !merged.empties,
        Some(Value::Object(map)) => !(map.is_empty() && merged.empties),
        // An error whatever was there.
        Some(_) => false,
    }
}

/// The requests that make `new` of `old`, where `changed` are the columns that the statement sets. `old` must have the
/// columns of [`super::keys`]; of the others those that it has are compared, and sent only if they differ. None if nothing
/// differs.
///
/// A write-only column that is NULL is one that nobody has set: it always reads so. That alone cannot be meant so, and is an
/// error.
pub fn update(
    object: &'static Object,
    old: &Row,
    new: &Row,
    changed: &[&str],
) -> Result<Vec<Step>> {
    let record = allowed(object, Op::Update)?;
    let Some(update) = &record.update else {
        return Ok(Vec::new());
    };
    for column in changed {
        if update.writable().contains(column) || unchanged(old, new, column) {
            continue;
        }
        return Err(read_only(object, Op::Update, column));
    }
    let blank = Step::new(object, Op::Update, update.method, update.path, old)?;
    let mut steps: Vec<Step> = Vec::new();
    for column in update.columns.iter().filter(|c| changed.contains(c)) {
        if let Some(sent) = difference(object, update, column, old, new)? {
            let at = place(&mut steps, update, column, &blank);
            if let Some(step) = steps.get_mut(at) {
                put(object, update, step, column, sent);
            }
        }
    }
    if update.whole {
        if let Some(step) = steps.first_mut() {
            for column in update.columns {
                let sent = match value(new, column) {
                    Some(value) => value.clone(),
                    None if update.nullable.contains(column) && new.contains_key(*column) => {
                        Value::Null
                    }
                    None => continue,
                };
                if !step.columns.contains(column) {
                    put(object, update, step, column, sent);
                }
            }
            let unseen = update.columns.iter().filter(|one| !new.contains_key(**one));
            let unseen: Vec<&str> = unseen
                .map(|one| key_in_body(object, update.keys, one))
                .collect();
            if !unseen.is_empty() {
                step.before = Before::Kept(unseen);
            }
        }
    }
    if let (Some(batch), Some(step)) = (&update.batch, steps.first_mut()) {
        let row = element(object, Op::Update, new, batch)?;
        step.body = row.map(|row| batch.body(row));
        step.join(batch);
    }
    for companion in update.companions {
        if changed.contains(&companion.column) {
            if let Some(sent) = value(new, companion.column) {
                accompany(object, update, companion, sent, changed, &mut steps, &blank)?;
            }
        }
    }
    for step in &mut steps {
        step.answer = update.answer;
    }
    let asked = |act: &&Act| {
        changed.contains(&act.column) && value(new, act.column) == Some(&Value::Bool(true))
    };
    for act in update.acts.iter().filter(asked) {
        let mut step = Step::new(object, Op::Update, act.method, act.path, old)?;
        step.columns = vec![act.column];
        steps.push(step);
    }
    if let (true, Some(column)) = (steps.is_empty(), nothing_but_null(object, new, changed)) {
        return Err(Error::NullColumn {
            object: object.name,
            column,
            op: Op::Update,
        });
    }
    Ok(steps)
}

/// The first of the changed columns, if all of them are write-only and NULL.
fn nothing_but_null(object: &'static Object, new: &Row, changed: &[&str]) -> Option<&'static str> {
    let mut columns = changed.iter().map(|column| object.named(column));
    let null = columns.all(|column| {
        column.is_some_and(|column| column.write_only && value(new, column.name).is_none())
    });
    let first = changed.first().and_then(|column| object.named(column))?;
    null.then_some(first.name)
}

/// Whether the old value is known and the same.
fn unchanged(old: &Row, new: &Row, column: &str) -> bool {
    old.get(column)
        .is_some_and(|old| old == new.get(column).unwrap_or(&Value::Null))
}

/// What to send for a column; `None` if there is nothing to change.
fn difference(
    object: &'static Object,
    update: &'static Update,
    column: &'static str,
    old: &Row,
    new: &Row,
) -> Result<Option<Value>> {
    let write_only = object.named(column).is_some_and(|column| column.write_only);
    let new_value = value(new, column);
    if unchanged(old, new, column) || (write_only && new_value.is_none()) {
        return Ok(None);
    }
    if let Some(merged) = update.merges(column) {
        return merge(object, merged, old.get(column), new_value);
    }
    match new_value {
        Some(value) => Ok(Some(value.clone())),
        None if update.nullable.contains(&column) => Ok(Some(Value::Null)),
        None => Err(Error::NullColumn {
            object: object.name,
            column,
            op: Op::Update,
        }),
    }
}

/// What to send so that the API's merge makes `new` of `old`: what is new or different whole, what is gone as `null`.
fn merge(
    object: &'static Object,
    merged: &'static Merged,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Result<Option<Value>> {
    let empty = Map::new();
    let new = match new {
        None => &empty,
        Some(Value::Object(new)) => new,
        Some(_) => {
            return Err(Error::ColumnValue {
                object: object.name,
                column: merged.column,
                expected: "a JSON object",
            })
        }
    };
    let old = match old {
        None if new.is_empty() && merged.empties => return Ok(Some(Value::Object(empty))),
        None => {
            return Err(Error::OldValue {
                object: object.name,
                column: merged.column,
            })
        }
        Some(Value::Object(old)) => old,
        Some(_) => &empty,
    };
    if new.is_empty() && merged.empties {
        return Ok((!old.is_empty()).then_some(Value::Object(Map::new())));
    }
    let mut sent = Map::new();
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        sent.insert(key.clone(), Value::Null);
    }
    for (key, value) in new {
        // The API keeps no null at the first level, so one that is set is one that is taken away.
        let there = old.get(key).unwrap_or(&Value::Null);
        if value != there {
            sent.insert(key.clone(), value.clone());
        }
    }
    Ok((!sent.is_empty()).then_some(Value::Object(sent)))
}

/// The first request that may have the column, a new one if none may.
fn place(
    steps: &mut Vec<Step>,
    update: &'static Update,
    column: &'static str,
    blank: &Step,
) -> usize {
    let apart = |a: &str, b: &str| {
        let pair = |(x, y): &(&str, &str)| (*x == a && *y == b) || (*x == b && *y == a);
        update.apart.iter().any(pair)
    };
    let free = |step: &Step| !step.columns.iter().any(|other| apart(other, column));
    steps.iter().position(free).unwrap_or_else(|| {
        steps.push(blank.clone());
        steps.len() - 1
    })
}

fn put(
    object: &'static Object,
    update: &'static Update,
    step: &mut Step,
    column: &'static str,
    value: Value,
) {
    let body = step.body.get_or_insert_with(|| Value::Object(Map::new()));
    if let Some(body) = body.as_object_mut() {
        body.insert(key_in_body(object, update.keys, column).to_owned(), value);
    }
    step.columns.push(column);
}

/// Puts a column into every request that has one of those it goes with.
fn accompany(
    object: &'static Object,
    update: &'static Update,
    companion: &'static Companion,
    sent: &Value,
    changed: &[&str],
    steps: &mut Vec<Step>,
    blank: &Step,
) -> Result<()> {
    let mut with = false;
    for step in steps.iter_mut() {
        if companion.of.iter().any(|of| step.columns.contains(of)) {
            put(object, update, step, companion.column, sent.clone());
            with = true;
        }
    }
    if with {
        return Ok(());
    }
    if companion.alone {
        if steps.is_empty() {
            steps.push(blank.clone());
        }
        if let Some(first) = steps.first_mut() {
            put(object, update, first, companion.column, sent.clone());
        }
        return Ok(());
    }
    // What it goes with may be set to what it is: then there is nothing to do.
    match companion.of.iter().any(|of| changed.contains(of)) {
        true => Ok(()),
        false => Err(Error::Unaccompanied {
            object: object.name,
            column: companion.column,
            with: companion.of,
        }),
    }
}
