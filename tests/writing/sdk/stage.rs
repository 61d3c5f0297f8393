//! One object on one tenant, seen from both sides: rows as SQL shows them, and as the SDK reads them.

use crate::sdk::reader::Reader;
use auth0::catalog::writes::{Op, Writes};
use auth0::catalog::{template, Object, Shape};
use auth0::write::{self, Row};
use serde_json::Value;
use xtask::World;

/// An object, the database and the SDK, both looking at the same tenant.
pub struct Stage<'a> {
    pub world: &'a mut World,
    pub sdk: &'a mut Reader,
    pub object: &'static Object,
    pub record: &'static Writes,
}

impl Stage<'_> {
    /// The columns that say which row it is.
    pub fn identity(&self) -> Vec<&'static str> {
        let mut columns: Vec<_> = self.object.variables().collect();
        let more = match (&self.record.delete, &self.record.update) {
            (Some(delete), _) => delete.needed(),
            (None, Some(update)) => template::variables(update.path).collect(),
            (None, None) => Vec::new(),
        };
        let more = more.into_iter().filter(|one| !columns.contains(one));
        columns.extend(more.collect::<Vec<_>>());
        columns
    }

    /// The condition that finds a row by its identity.
    pub fn being(&self, row: &Row) -> String {
        let equals = |column: &&str| match row.get(*column).and_then(Value::as_str) {
            Some(text) => format!("{} = {}", name(column), literal(text)),
            None => panic!("{column} of {row:?} says not which row it is"),
        };
        let conditions: Vec<_> = self.identity().iter().map(equals).collect();
        match conditions.is_empty() {
            true => "true".into(),
            false => conditions.join(" and "),
        }
    }

    /// Makes a row of exactly these columns; what RETURNING shows.
    pub fn insert(&mut self, row: &Row) -> Row {
        let columns: Vec<_> = row.keys().map(|column| name(column)).collect();
        let columns = columns.join(", ");
        let values = match columns.is_empty() {
            true => "default values".into(),
            false => format!("({columns}) select {columns} from {}", self.populated(row)),
        };
        let table = self.object.name;
        self.one(&format!(
            "insert into {table} {values} returning to_jsonb({table}) - 'attrs'"
        ))
    }

    /// The keys in the body of the last request that changed something.
    pub fn sent(&self) -> Vec<String> {
        let journal = self.world.sim.journal();
        let mut writes = journal.iter().rev().filter(|entry| entry.method != "GET");
        let body = &writes.next().expect("a write").body;
        let body: Row = serde_json::from_str(body).unwrap_or_default();
        body.keys().cloned().collect()
    }

    /// Gives columns of a row new values; what RETURNING shows.
    pub fn update(&mut self, row: &Row, new: &Row) -> Row {
        let set = |column: &String| {
            format!(
                "{0} = (select {0} from {1})",
                name(column),
                self.populated(new)
            )
        };
        let set: Vec<_> = new.keys().map(set).collect();
        let sql = format!(
            "update {table} set {} where {} returning to_jsonb({table}) - 'attrs'",
            set.join(", "),
            self.being(row),
            table = self.object.name
        );
        self.one(&sql)
    }

    /// Takes a row away.
    pub fn delete(&mut self, row: &Row) {
        let condition = self.being(row);
        self.world.run(&format!(
            "delete from {} where {condition}",
            self.object.name
        ));
    }

    /// The row as SQL shows it, if it is there.
    pub fn shown(&mut self, row: &Row) -> Option<Row> {
        let condition = self.being(row);
        let sql = format!(
            "select to_jsonb(t) - 'attrs' from {} t where {condition}",
            self.object.name
        );
        let mut rows = self.rows(&sql);
        let found = rows.pop();
        assert!(rows.is_empty(), "two rows where {condition}: {rows:?}");
        found
    }

    /// The row as the SDK reads it, if it is there, in the columns' types.
    pub fn read(&mut self, row: &Row) -> Option<Row> {
        let mut found = Vec::new();
        let all = self.sdk.read(self.object.name, row).into_iter();
        for one in all.flat_map(|one| rows(self.object, one)) {
            let mut one = write::known(self.object, &one);
            // What stood in the path is not always repeated.
            for column in self.object.variables() {
                if one[column].is_null() {
                    one.insert(column.into(), row[column].clone());
                }
            }
            let same = |column: &&str| one[*column] == row[*column];
            if self.identity().iter().all(same) {
                found.push(one);
            }
        }
        let one = found.pop();
        assert!(found.is_empty(), "the SDK reads several: {found:?}");
        one.map(|one| self.typed(&one))
    }

    /// A row as its columns would show it.
    pub fn typed(&mut self, row: &Row) -> Row {
        let sql = format!(
            "select to_jsonb(t) - 'attrs' from {} t",
            self.populated(row)
        );
        self.one(&sql)
    }

    /// The keys by which a body has these columns.
    pub fn keys<'a>(
        &self,
        columns: impl Iterator<Item = &'a str>,
        others: &[(&'static str, &'static str)],
    ) -> Vec<String> {
        let key = |column| {
            let other = others.iter().find(|(name, _)| *name == column);
            other.map_or(self.object.key_of(column), |(_, key)| key)
        };
        let mut keys: Vec<_> = columns.map(|column| key(column).to_owned()).collect();
        keys.sort_unstable();
        keys
    }

    /// Every column that can be given a value.
    pub fn writable(&self) -> Vec<&'static str> {
        let mut columns = write::writable(self.object, Op::Insert);
        let more = write::writable(self.object, Op::Update).into_iter();
        let more: Vec<_> = more.filter(|one| !columns.contains(one)).collect();
        columns.extend(more);
        columns
    }

    /// A row that is there, with these values in its path.
    pub fn any(&mut self, path: &Row) -> Option<Row> {
        let equals = |(column, value): (&String, &Value)| {
            let text = value.as_str().expect("a text");
            format!(" and {} = {}", name(column), literal(text))
        };
        let conditions: String = path.iter().map(equals).collect();
        let sql = format!(
            "select to_jsonb(t) - 'attrs' from {} t where true{conditions} limit 1",
            self.object.name
        );
        self.rows(&sql).pop()
    }

    fn populated(&self, row: &Row) -> String {
        let json = literal(&Value::Object(row.clone()).to_string());
        format!("jsonb_populate_record(null::{}, {json})", self.object.name)
    }

    fn one(&mut self, sql: &str) -> Row {
        let mut rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}");
        rows.remove(0)
    }

    fn rows(&mut self, sql: &str) -> Vec<Row> {
        let rows = self.world.query_text(sql).into_iter().flatten().flatten();
        let row = |text: String| serde_json::from_str(&text).expect("an object");
        rows.map(row).collect()
    }
}

/// The rows that a part of an answer holds, by the names of the API.
fn rows(object: &Object, one: Value) -> Vec<Row> {
    let pair = |key: &str, value| (key.to_owned(), value);
    match (object.shape, one) {
        (Shape::Entries(name, value), Value::Object(all)) => all
            .into_iter()
            .map(|(key, one)| Row::from_iter([pair(name, key.into()), pair(value, one)]))
            .collect(),
        (_, Value::Object(row)) => vec![row],
        (Shape::Scalars(key) | Shape::Scalar(key), one) => vec![Row::from_iter([pair(key, one)])],
        (_, one) => panic!("no row: {one}"),
    }
}

/// A column's name, whatever SQL uses it for.
fn name(column: &str) -> String {
    format!("\"{column}\"")
}

/// A text as SQL writes it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
