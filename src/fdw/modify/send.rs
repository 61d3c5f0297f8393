//! Sending a statement's writes and waiting for them, interruptibly; in a dry run, showing them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use auth0::catalog::writes::Op;
use auth0::catalog::Object;
use auth0::client::{Client, Totals};
use auth0::engine::{Done, Outcome, Sent, Writer};
use auth0::options::Settings;
use auth0::write::Step;
use auth0::{Error, Result};
use pgrx::pg_sys::panic::{CaughtError, ErrorReport};
use pgrx::pg_sys::Oid;
use pgrx::{PgLogLevel, PgSqlErrorCode, PgTryBuilder};

use super::book::{Book, Fate, Named};
use super::correlation;
use crate::error::{raise, raise_with_detail, OrRaise};
use crate::server::Table;
use crate::{backend, guc, interrupt, log, text};

/// Sends what one statement writes into one table.
pub struct Sender {
    table: Table,
    user: Oid,
    settings: Settings,
    skip_conflicts: bool,
    dry: bool,
    /// None before the first request: until then neither credentials nor the network are touched.
    writer: Option<Writer>,
    tickets: u64,
    /// Whether what has been written is known: the statement has come to its end, or an error has said it.
    told: bool,
    /// What has become of the rows.
    pub book: Book,
}

impl Sender {
    /// Nothing is sent before the first row.
    pub fn new(
        table: Table,
        user: Oid,
        (object, op): (&'static Object, Op),
        settings: Settings,
        skip_conflicts: bool,
    ) -> Sender {
        Sender {
            table,
            user,
            settings,
            skip_conflicts,
            dry: guc::dry_run(),
            writer: None,
            tickets: 0,
            told: false,
            book: Book::new(object.name, op),
        }
    }

    /// Sends requests that follow each other, for these rows, once there is room; raises if a row has failed meanwhile.
    pub fn submit(&mut self, steps: Vec<Step>, rows: Vec<Named>) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        self.book.sent(ticket, rows);
        if self.dry {
            for step in &steps {
                log::notice(&format!("dry run: {}", step.shown()));
            }
            self.book.note(ticket, Outcome::Stored(None), false);
            return ticket;
        }
        while self.writer().is_full() {
            self.next();
            if self.book.has_failed() {
                self.finish();
            }
        }
        self.writer().submit(ticket, steps, &mut correlation::next);
        ticket
    }

    /// Sends requests and waits for what becomes of them.
    pub fn send(&mut self, steps: Vec<Step>, row: Named) -> Fate {
        let ticket = self.submit(steps, vec![row]);
        if self.dry {
            return Fate::Written(None);
        }
        while let Some((finished, fate)) = self.next() {
            if finished == ticket {
                if matches!(fate, Fate::Failed) {
                    self.finish();
                }
                return fate;
            }
        }
        Fate::Failed
    }

    /// Waits until nothing is on its way; raises if a row has failed.
    pub fn finish(&mut self) {
        while self.next().is_some() {}
        if let Some(error) = self.book.error() {
            self.told = true;
            raise(error);
        }
    }

    /// The statement has come to its end.
    pub fn close(&mut self) {
        self.told = true;
    }

    /// An error that is not ours has ended the statement: those who wait for it are told what has been written before.
    pub fn broken_off(&mut self) {
        if std::mem::replace(&mut self.told, true) || self.dry {
            return;
        }
        let under_way = self.writer.as_ref().map(Writer::under_way);
        if let Some(writer) = &self.writer {
            log_unanswered(writer);
        }
        if let Some(text) = self.book.broken_off(&under_way.unwrap_or_default()) {
            let message =
                "an error has ended the statement, which does not undo its writes to Auth0";
            ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message, "auth0_fdw")
                .set_detail(text::shown(&text))
                .report(PgLogLevel::WARNING);
        }
    }

    /// Raises the error of a row that cannot be sent, when those on their way have come to their end.
    pub fn refuse(&mut self, row: String, error: Error) -> ! {
        if let Some(writer) = &self.writer {
            writer.stop();
            while self.next().is_some() {}
        }
        if self.dry || !(self.book.has_written() || self.book.has_failed()) {
            raise(error)
        }
        self.book.row();
        self.book.refuse(row, error);
        self.told = true;
        match self.book.error() {
            Some(error) => raise(error),
            None => raise(Error::Runtime {
                reason: "a row failed without a reason".to_owned(),
            }),
        }
    }

    /// What it has cost so far.
    pub fn totals(&self) -> Totals {
        self.writer.as_ref().map(Writer::totals).unwrap_or_default()
    }

    fn writer(&mut self) -> &mut Writer {
        if self.writer.is_none() {
            self.writer = Some(self.begin().or_raise());
        }
        match &mut self.writer {
            Some(writer) => writer,
            None => raise(Error::Runtime {
                reason: "a writer could not be made".to_owned(),
            }),
        }
    }

    fn begin(&self) -> Result<Writer> {
        let client: Arc<Client> = self.table.connect(self.user, &self.settings)?;
        Ok(Writer::new(
            backend::runtime()?,
            client,
            self.settings.clone(),
            self.skip_conflicts,
        ))
    }

    /// The next ticket that is finished.
    fn next(&mut self) -> Option<(u64, Fate)> {
        let writer = self.writer.as_mut()?;
        let runtime = backend::runtime().or_raise();
        let book = &self.book;
        // A cancel in mid-statement must say what has been written.
        let waiting = AssertUnwindSafe(&mut *writer);
        let waited = PgTryBuilder::new(AssertUnwindSafe(move || {
            let AssertUnwindSafe(writer) = waiting;
            Ok(interrupt::wait(runtime, || writer.poll()))
        }))
        .catch_others(|error| Err(Box::new(error)))
        .execute();
        let done = match waited {
            Ok(done) => done?,
            Err(error) => match *error {
                CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => {
                    writer.stop();
                    log_unanswered(writer);
                    self.told = true;
                    raise_with_detail(&report, book.broken_off(&writer.under_way()))
                }
                panic @ CaughtError::RustPanic { .. } => panic.rethrow(),
            },
        };
        let lines = lines(&done);
        let Done {
            ticket, outcome, ..
        } = done;
        let fate = self.book.note(ticket, outcome, self.skip_conflicts);
        // Last, as Postgres takes a cancel there.
        for line in &lines {
            log::line(line);
        }
        Some((ticket, fate))
    }
}

/// A line in the server log for each request that nobody waits for any more.
fn log_unanswered(writer: &Writer) {
    if !guc::log_writes() {
        return;
    }
    for sent in writer.unanswered() {
        let (call, correlation, took) = (&sent.call, &sent.correlation, sent.took.as_millis());
        log::line(&format!(
            "auth0_fdw: {call}: not known, broken off after {took} ms, correlation {correlation}"
        ));
    }
}

/// A line for the server log for each request, without anything of its body.
fn lines(done: &Done) -> Vec<String> {
    if !guc::log_writes() {
        return Vec::new();
    }
    let line = |(n, sent): (usize, &Sent)| {
        let is_last = n + 1 == done.sent.len();
        let outcome = match &done.outcome {
            Outcome::Failed(error) if is_last => failure(error),
            Outcome::NotFound if is_last => "HTTP 404".to_owned(),
            _ => "done".to_owned(),
        };
        let (call, correlation) = (&sent.call, &sent.correlation);
        let took = sent.took.as_millis();
        format!("auth0_fdw: {call}: {outcome} in {took} ms, correlation {correlation}")
    };
    done.sent.iter().enumerate().map(line).collect()
}

fn failure(error: &Error) -> String {
    match error {
        Error::Rejected { refusal, .. } | Error::Conflict { refusal, .. } => {
            format!("HTTP {}", refusal.status)
        }
        Error::PartlyApplied { cause, .. } => failure(cause),
        Error::Uncertain { cause } => format!("not known: {cause}"),
        other => other.to_string(),
    }
}
