//! What has become of a statement's rows, and how an error tells it.

use std::collections::HashMap;
use std::fmt;

use auth0::catalog::writes::{writes, Op};
use auth0::catalog::Object;
use auth0::engine::Outcome;
use auth0::write::{self, Places, Row};
use auth0::Error;

/// Rows that an error names.
const NAMED: usize = 20;

/// What became of a ticket's rows.
pub enum Fate {
    /// Written; the row as it is stored, where the API answers with it.
    Written(Option<Vec<u8>>),
    /// There was no such row, or it is there already and that is no error.
    Skipped,
    /// Not written, or not known.
    Failed,
}

/// The rows of one statement.
pub struct Book {
    object: &'static str,
    op: Op,
    /// Names of the rows that are on their way.
    tickets: HashMap<u64, Vec<Named>>,
    rows: u64,
    written: Places,
    named: Vec<String>,
    skipped: u64,
    /// The row that has failed, if it is known that it has, and why.
    failed: Option<(Option<String>, Error)>,
    unknown: Vec<String>,
}

impl Book {
    /// Nothing yet.
    pub fn new(object: &'static str, op: Op) -> Book {
        Book {
            object,
            op,
            tickets: HashMap::new(),
            rows: 0,
            written: Places::default(),
            named: Vec::new(),
            skipped: 0,
            failed: None,
            unknown: Vec::new(),
        }
    }

    /// Position of the next row, from 1.
    pub fn next_row(&self) -> u64 {
        self.rows + 1
    }

    /// Another row of the statement.
    pub fn row(&mut self) {
        self.rows += 1;
    }

    /// These rows are on their way.
    pub fn sent(&mut self, ticket: u64, rows: Vec<Named>) {
        self.tickets.insert(ticket, rows);
    }

    /// What became of a ticket. `skip_conflicts`: a row that is there already is no failure.
    pub fn note(&mut self, ticket: u64, outcome: Outcome, skip_conflicts: bool) -> Fate {
        let rows = self.tickets.remove(&ticket).unwrap_or_default();
        match outcome {
            Outcome::Stored(answer) => {
                rows.iter().for_each(|row| self.written.add(row.place));
                let room = NAMED.saturating_sub(self.named.len());
                self.named
                    .extend(rows.into_iter().take(room).map(|row| row.to_string()));
                Fate::Written(answer)
            }
            Outcome::NotFound => self.skip(rows.len()),
            Outcome::Failed(error) if skip_conflicts && error.is_conflict() => {
                self.skip(rows.len())
            }
            Outcome::Failed(error) => {
                let rows: Vec<String> = rows.iter().map(Named::to_string).collect();
                let row = (!error.is_uncertain()).then(|| rows.join(", "));
                if row.is_none() {
                    self.unknown.extend(rows);
                }
                self.failed.get_or_insert((row, error));
                Fate::Failed
            }
            Outcome::Unsent => Fate::Failed,
        }
    }

    fn skip(&mut self, rows: usize) -> Fate {
        self.skipped += rows as u64;
        Fate::Skipped
    }

    /// Rows that were not written although nothing failed, since this was asked last.
    pub fn take_skipped(&mut self) -> u64 {
        std::mem::take(&mut self.skipped)
    }

    /// Whether a row has failed.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// A row that cannot be sent. One that has failed before counts.
    pub fn refuse(&mut self, row: String, error: Error) {
        self.failed.get_or_insert((Some(row), error));
    }

    /// Whether rows were written, or may have been.
    pub fn has_written(&self) -> bool {
        self.written.count() > 0 || !self.unknown.is_empty()
    }

    /// The error, if a row has failed.
    pub fn error(&mut self) -> Option<Error> {
        let (failed, cause) = self.failed.take()?;
        if self.rows < 2 {
            return Some(cause);
        }
        Some(Error::PartlyWritten {
            object: self.object,
            op: self.op,
            written: Box::new(self.written.clone()),
            named: self.named.clone(),
            failed,
            unknown: std::mem::take(&mut self.unknown),
            cause: Box::new(cause),
        })
    }

    /// What a statement that is broken off has to say; `under_way` are tickets that have been sent and have no answer.
    pub fn broken_off(&self, under_way: &[u64]) -> Option<String> {
        let unknown: Vec<String> = under_way
            .iter()
            .filter_map(|ticket| self.tickets.get(ticket))
            .flatten()
            .map(Named::to_string)
            .collect();
        if self.written.count() == 0 && unknown.is_empty() {
            return None;
        }
        let mut text = format!(
            "Rows of \"{}\" {} before that: {}.",
            self.object,
            self.op.done(),
            self.written.told(&self.named)
        );
        if !unknown.is_empty() {
            text += &format!(" Sent, and not known: {}.", unknown.join(", "));
        }
        Some(text)
    }
}

/// What an inserted row is known by, the best first.
const KNOWN_BY: &[&str] = &[
    "user_id",
    "email",
    "username",
    "phone_number",
    "identifier",
    "name",
    "id",
];

/// A row as errors name it.
#[derive(Clone)]
pub struct Named {
    /// Its place in the statement, from 1.
    place: u64,
    /// Its keys, or what it is known by.
    words: String,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words.as_str() {
            "" => write!(f, "row {}", self.place),
            words => write!(f, "row {} ({words})", self.place),
        }
    }
}

/// The name of the row at this place in the statement.
pub fn name_of(object: &'static Object, op: Op, row: &Row, place: u64) -> Named {
    let shown = |name: &&str| Some(format!("{name} {}", row.get(*name)?));
    let links = writes(object).filter(|record| record.batch(op).is_some());
    // The columns by which a row of a link table goes again say which it is.
    let keys = match (op, links) {
        (Op::Insert, Some(_)) => write::keys(object, Op::Delete),
        (Op::Insert, None) => Vec::new(),
        _ => write::keys(object, op),
    };
    let words: Vec<String> = match keys.is_empty() {
        true => KNOWN_BY.iter().find_map(shown).into_iter().collect(),
        false => keys.iter().filter_map(shown).collect(),
    };
    let words = words.join(", ");
    Named { place, words }
}
