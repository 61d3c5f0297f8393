//! What a row goes through: made, changed column by column, emptied, taken away; and looked at after each.

use crate::samples::{new_row, pairs, path, reads_otherwise, value};
use crate::sdk::stage::Stage;
use auth0::catalog::writes::{Answer, Op};
use auth0::catalog::Shape;
use auth0::write::Row;
use serde_json::Value;
use std::collections::BTreeSet;

/// Columns that some new rows need beside those that all do, and why.
const ALSO_NEEDED: &[(&str, &str, &str)] = &[
    ("users", "email", "the connection is a database"),
    ("users", "password", "the connection is a database"),
    (
        "branding_themes",
        "display_name",
        "the SDK reads no theme without one",
    ),
    (
        "phone_templates",
        "type",
        "the SDK reads no template without one",
    ),
    (
        "phone_templates",
        "content",
        "the SDK reads no template without it",
    ),
];

/// What has been compared.
#[derive(Debug, Default)]
pub struct Seen {
    /// Objects.
    pub objects: usize,
    /// Values of new rows.
    pub made: usize,
    /// Changes of a column.
    pub changed: usize,
    /// Changes of a column to NULL.
    pub emptied: usize,
    /// Rows taken away.
    pub deleted: usize,
    /// Columns that were seen to read otherwise than they were sent.
    pub otherwise: BTreeSet<(&'static str, &'static str)>,
}

/// A row of this object, from its beginning to its end.
pub fn of(stage: &mut Stage, seen: &mut Seen) {
    seen.objects += 1;
    let row = match &stage.record.insert {
        Some(insert) if insert.batch.is_some() => return links(stage, seen),
        Some(_) => made(stage, seen),
        None => {
            let path = path(&stage.world.sim, stage.object);
            let row = stage.any(&path).expect("a row to begin with");
            look(stage, &row, &Row::new(), seen)
        }
    };
    let row = changed(stage, row, seen);
    if stage.record.allows(Op::Delete) {
        taken_away(stage, &row, seen);
    }
}

fn made(stage: &mut Stage, seen: &mut Seen) -> Row {
    let alone = stage.object.shape == Shape::One && stage.object.variables().count() == 0;
    if alone && stage.record.allows(Op::Delete) {
        // There may be one already.
        if let Some(row) = stage.any(&Row::new()) {
            taken_away(stage, &row, seen);
        }
    }
    let new = new_row(&stage.world.sim, stage.object);
    if stage.record.allows(Op::Delete) {
        let least = least(stage, &new);
        let row = stored(stage, &least, seen);
        taken_away(stage, &row, seen);
    }
    stored(stage, &new, seen)
}

/// What Auth0 asks for of a new row.
fn least(stage: &Stage, new: &Row) -> Row {
    let insert = stage.record.insert.as_ref().expect("an insert");
    let mut needed = insert.needed();
    let also = ALSO_NEEDED
        .iter()
        .filter(|(of, _, _)| *of == stage.object.name);
    needed.extend(also.map(|(_, column, _)| column));
    let needed = new
        .iter()
        .filter(|(name, _)| needed.contains(&name.as_str()));
    needed
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Makes a row; as SQL shows it.
fn stored(stage: &mut Stage, new: &Row, seen: &mut Seen) -> Row {
    let insert = stage.record.insert.as_ref().expect("an insert");
    let returned = stage.insert(new);
    let given = |column: &&str| new.get(*column).is_some_and(|value| !value.is_null());
    let given = insert.columns.iter().copied().filter(given);
    let expected = stage.keys(given, insert.keys);
    assert_eq!(stage.sent(), expected, "what was given, and nothing else");
    let shown = look(stage, &returned, new, seen);
    if insert.answer == Answer::Row {
        same("returned", &kept(stage), &returned, &shown);
    }
    seen.made += new.len();
    shown
}

fn changed(stage: &mut Stage, mut row: Row, seen: &mut Seen) -> Row {
    let Some(update) = &stage.record.update else {
        return row;
    };
    for (nth, column) in update.columns.iter().enumerate() {
        let new = other(stage, &row, column, nth);
        row = set(stage, &row, new, seen);
        seen.changed += 1;
    }
    for (nth, companion) in update.companions.iter().enumerate() {
        let mut new = other(stage, &row, companion.of[0], nth);
        new.extend(other(stage, &row, companion.column, nth));
        row = set(stage, &row, new, seen);
        seen.changed += 1;
    }
    for column in update.nullable {
        let new = Row::from_iter([(column.to_string(), Value::Null)]);
        row = set(stage, &row, new, seen);
        seen.emptied += 1;
    }
    row
}

/// Another value of a column.
fn other(stage: &Stage, row: &Row, column: &str, nth: usize) -> Row {
    let known = stage.object.named(column).expect("a column");
    let values = (nth as i64 + 1..).map(|nth| value(&stage.world.sim, stage.object, known, nth));
    let mut values = values.take(2).skip_while(|value| row[column] == *value);
    let new = values.next().expect("another value");
    Row::from_iter([(column.to_owned(), new)])
}

fn set(stage: &mut Stage, row: &Row, new: Row, seen: &mut Seen) -> Row {
    let returned = stage.update(row, &new);
    let update = stage.record.update.as_ref().expect("an update");
    if !update.whole && update.batch.is_none() {
        let expected = stage.keys(new.keys().map(String::as_str), update.keys);
        assert_eq!(stage.sent(), expected, "what was set, and nothing else");
    }
    let shown = look(stage, row, &new, seen);
    same("returned", &kept(stage), &returned, &shown);
    shown
}

fn taken_away(stage: &mut Stage, row: &Row, seen: &mut Seen) {
    stage.delete(row);
    gone(stage, row);
    seen.deleted += 1;
}

fn links(stage: &mut Stage, seen: &mut Seen) {
    let pairs = pairs(&stage.world.sim, stage.object.name);
    let mut made = Vec::new();
    for pair in &pairs[..2] {
        let known = stage.identity().iter().all(|one| pair.contains_key(*one));
        if known {
            gone(stage, pair);
        }
        let mut row = stage.insert(pair);
        if !known {
            // Auth0 has given it an id, which its answer does not have at the row.
            let mut shown = pair.clone();
            shown.retain(|name, _| stage.object.named(name).is_some_and(|one| !one.write_only));
            row = stage.any(&shown).expect("the row that was made");
        }
        let shown = look(stage, &row, pair, seen);
        seen.made += pair.len();
        made.push(changed(stage, shown, seen));
    }
    taken_away(stage, &made[0], seen);
    look(stage, &made[1], &Row::new(), seen);
    taken_away(stage, &made[1], seen);
}

/// Fails unless SQL shows what has been written, and the SDK reads what SQL shows; the row as SQL shows it.
fn look(stage: &mut Stage, row: &Row, written: &Row, seen: &mut Seen) -> Row {
    let shown = stage.shown(row);
    let shown = shown.unwrap_or_else(|| panic!("SQL shows no {row:?}"));
    let typed = stage.typed(written);
    for name in written.keys() {
        let column = stage.object.named(name).expect("a column");
        if column.write_only {
            assert_eq!(shown[name], Value::Null, "{name} does not come back");
        } else if !reads_otherwise(stage.object, name) {
            assert_eq!(shown[name], typed[name], "{name}: shown, and written");
        } else if shown[name] != typed[name] {
            seen.otherwise.insert((stage.object.name, column.name));
        }
    }
    let read = stage.read(&shown);
    let read = read.unwrap_or_else(|| panic!("the SDK reads no {row:?}"));
    same("read by the SDK", &stage.writable(), &read, &shown);
    shown
}

/// What can be written, without what a statement may show for this once.
fn kept(stage: &Stage) -> Vec<&'static str> {
    let mut columns = stage.writable();
    columns.retain(|column| !reads_otherwise(stage.object, column));
    columns
}

/// Fails unless these columns are the same in a row and as SQL shows it.
fn same(how: &str, columns: &[&str], row: &Row, shown: &Row) {
    for column in columns {
        assert_eq!(row[*column], shown[*column], "{column}: {how}, and shown");
    }
}

fn gone(stage: &mut Stage, row: &Row) {
    let shown = stage.shown(row);
    assert!(shown.is_none(), "SQL still shows {shown:?}");
    let read = stage.read(row);
    assert!(read.is_none(), "the SDK still reads {read:?}");
}
