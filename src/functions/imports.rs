//! Many users at once, by import jobs: the rows of a table or query as Auth0's schema of imports has them.

use std::panic::AssertUnwindSafe;
use std::task::Poll;

use auth0::catalog::writes::Op;
use auth0::engine::{Import, ImportRequest, Report, RowError, Runtime};
use auth0::Result;
use pgrx::iter::TableIterator;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::pg_sys::FunctionCallInfo;
use pgrx::{name, pg_extern, PgTryBuilder, Spi};
use serde_json::Value as Json;

use super::argument;
use super::get::current_user;
use super::sql::{or_raise, statement};
use super::value::{Jsonb, Text};
use crate::error::{notice, raise_with_more, OrRaise};
use crate::fdw::modify::{check_call, check_rights, correlation};
use crate::server::Table;
use crate::{backend, guc, interrupt, text};

/// Rows that are read from the source at a time.
const FETCH: i64 = 500;

/// Imports the rows of a table or query as users; returns why rows were refused.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn import_users(
    server: Option<&str>,
    connection: Option<&str>,
    source: Option<&str>,
    upsert: Option<bool>,
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
    let (server, connection) = (
        argument::text("server", server),
        argument::text("connection", connection),
    );
    let rows = rows_of(&argument::text("source", source));
    let Some(upsert) = upsert else {
        argument::invalid("upsert", "true or false")
    };
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
    notice(&said);
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
    // An error of Postgres' own must say which jobs go on: a cancel, or one of the source.
    let brought = AssertUnwindSafe((&mut import, &mut report));
    let brought = PgTryBuilder::new(AssertUnwindSafe(move || {
        let AssertUnwindSafe((import, report)) = brought;
        bring(runtime, import, report, rows);
        Ok(())
    }))
    .catch_others(|error| Err(Box::new(error)))
    .execute();
    if let Err(error) = brought {
        match *error {
            CaughtError::PostgresError(caught) | CaughtError::ErrorReport(caught) => {
                let sent = import.break_off();
                while let Poll::Ready(Some(event)) = import.poll() {
                    report.take(event);
                }
                raise_with_more(&caught, report.broken_off(sent))
            }
            panic @ CaughtError::RustPanic { .. } => panic.rethrow(),
        }
    }
    if let Some(sums) = report.sums() {
        notice(&sums);
    }
    report.outcome().or_raise()
}

/// Brings all users of the source, and waits until all jobs are done.
fn bring(runtime: &Runtime, import: &mut Import, report: &mut Report, rows: &str) {
    let take = |report: &mut Report, event| {
        if let Some(text) = report.take(event) {
            notice(&text);
        }
    };
    each(rows, |user| {
        if let Err(error) = import.push(&user) {
            report.fail(error);
        }
        while !report.has_failed() && import.is_full() {
            match interrupt::wait(runtime, || import.poll()) {
                Some(event) => take(report, event),
                None => break,
            }
        }
        !report.has_failed()
    });
    import.finish();
    while let Some(event) = interrupt::wait(runtime, || import.poll()) {
        take(report, event);
    }
}
