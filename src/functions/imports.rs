//! Many users at once, by import jobs: the rows of a table or query as Auth0's schema of imports has them.

use auth0::catalog::writes::Op;
use auth0::engine::{Event, Finished, Import, ImportRequest, RowError};
use auth0::{Error, Result};
use pgrx::iter::TableIterator;
use pgrx::pg_sys::FunctionCallInfo;
use pgrx::{name, notice, pg_extern, Spi};
use serde_json::Value as Json;

use super::get::current_user;
use super::sql::{or_raise, statement};
use super::value::{Jsonb, Text};
use crate::error::{raise, OrRaise};
use crate::fdw::modify::{check_call, check_rights, correlation};
use crate::server::Table;
use crate::{backend, guc, interrupt, text};

/// Rows that are read from the source at a time.
const FETCH: i64 = 500;

/// Imports the rows of a table or query as users; returns why rows were refused.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn import_users(
    server: &str,
    connection: &str,
    source: &str,
    upsert: bool,
    call: FunctionCallInfo,
) -> TableIterator<
    'static,
    (
        name!(row_number, Option<i64>),
        name!(code, Option<Text>),
        name!(message, Option<Text>),
        name!(path, Option<Text>),
        name!(profile, Option<Jsonb>),
    ),
> {
    let received = |given: &str| text::received(given.to_owned());
    let (server, connection) = (received(server), received(connection));
    let rows = rows_of(&received(source));
    let refused = match guc::dry_run() {
        true => show(&server, &connection, upsert, &rows),
        false => run(&server, connection, upsert, &rows, call),
    };
    let shown = |text: Option<String>| text.as_deref().map(Text::new);
    TableIterator::new(refused.into_iter().map(move |row| {
        (
            row.number.and_then(|number| i64::try_from(number).ok()),
            shown(row.code),
            shown(row.message),
            shown(row.path),
            Jsonb::new(&row.user.to_string()),
        )
    }))
}

/// The query that gives each user as JSON text. What begins like a query is one; all else names a table.
fn rows_of(source: &str) -> String {
    let source = source.trim().trim_end_matches(';');
    let first = source
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let query = match ["select", "with", "values", "table"].contains(&first.as_str())
        || source.starts_with('(')
    {
        true => source.to_owned(),
        false => format!("SELECT * FROM {source}"),
    };
    format!("SELECT pg_catalog.row_to_json(source)::pg_catalog.text FROM ({query}) AS source")
}

/// Each user of the source, in order, until `take` says that it is enough.
fn each(rows: &str, mut take: impl FnMut(Json) -> bool) {
    or_raise(Spi::connect(|client| {
        let mut cursor = client.try_open_cursor(&*statement(rows), &[])?;
        loop {
            let fetched = cursor.fetch(FETCH)?;
            if fetched.is_empty() {
                return Ok::<(), pgrx::spi::SpiError>(());
            }
            for row in fetched {
                let Some(user) = row.get::<String>(1)?.map(text::received) else {
                    continue;
                };
                let Ok(Json::Object(mut user)) = serde_json::from_str(&user) else {
                    continue;
                };
                user.retain(|_, value| !value.is_null());
                if !take(Json::Object(user)) {
                    return Ok(());
                }
            }
        }
    }));
}

fn open(server: &str) -> Result<(Table, auth0::options::Settings)> {
    let table = Table::users_of(server)?;
    let settings = table.settings()?;
    check_rights(&table, table.object()?, &settings, Op::Insert)?;
    Ok((table, settings))
}

fn show(server: &str, connection: &str, upsert: bool, rows: &str) -> Vec<RowError> {
    open(server).or_raise();
    let mut users = 0_u64;
    each(rows, |_| {
        users += 1;
        true
    });
    let said = format!(
        "dry run: POST /api/v2/jobs/users-imports (connection {connection}, upsert {upsert}, {users} users)"
    );
    notice!("{}", text::shown(&said));
    Vec::new()
}

#[allow(unsafe_code)]
fn run(
    server: &str,
    connection: String,
    upsert: bool,
    rows: &str,
    call: FunctionCallInfo,
) -> Vec<RowError> {
    let (table, settings) = open(server).or_raise();
    // SAFETY: what Postgres has called the function with, which has not returned.
    unsafe { check_call(c"auth0.import_users()", call) };
    let client = table.connect(current_user(), &settings).or_raise();
    let runtime = backend::runtime().or_raise();
    let request = ImportRequest {
        connection,
        upsert,
        external_id: None,
        correlation: correlation() + ".",
    };
    let mut import = Import::start(runtime, client, request, settings);
    let mut report = Report::default();
    each(rows, |user| {
        if let Err(error) = import.push(&user) {
            report.error = Some(error);
        }
        while report.error.is_none() && import.is_full() {
            match interrupt::wait(runtime, || import.poll()) {
                Some(event) => report.take(event),
                None => break,
            }
        }
        report.error.is_none()
    });
    import.finish();
    while let Some(event) = interrupt::wait(runtime, || import.poll()) {
        report.take(event);
    }
    report.tell()
}

/// What has happened so far.
#[derive(Default)]
struct Report {
    inserted: u64,
    updated: u64,
    failed: u64,
    refused: Vec<RowError>,
    error: Option<Error>,
}

impl Report {
    fn take(&mut self, event: Result<Event>) {
        match event {
            Ok(Event::Started { job, users, bytes }) => {
                notice!("import {job}: {users} users, {bytes} bytes")
            }
            Ok(Event::Progress { job, percent }) => notice!("import {job}: {percent} %"),
            Ok(Event::Waiting) => notice!("import: waiting for other jobs of the tenant"),
            Ok(Event::Finished(done)) => self.add(done),
            Err(error) if self.error.is_none() => self.error = Some(error),
            Err(_) => {}
        }
    }

    fn add(&mut self, done: Finished) {
        let (inserted, updated, failed) = (done.inserted, done.updated, done.failed);
        notice!(
            "import {}: {inserted} inserted, {updated} updated, {failed} failed",
            done.job
        );
        self.inserted += inserted;
        self.updated += updated;
        self.failed += failed;
        self.refused.extend(done.errors);
    }

    /// The rows that were refused; raises what ended the import, after it has been said what was done before.
    fn tell(self) -> Vec<RowError> {
        let (inserted, updated, failed) = (self.inserted, self.updated, self.failed);
        notice!("users imported: {inserted} inserted, {updated} updated, {failed} failed");
        match self.error {
            Some(error) => raise(error),
            None => self.refused,
        }
    }
}
