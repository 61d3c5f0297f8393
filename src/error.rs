//! Every SQLSTATE, detail and hint in one place: `auth0::Error` as Postgres reports it.

use auth0::catalog::{self, writes::Op};
use auth0::{Error, Holder, Place, Unreachable};
use pgrx::pg_sys::panic::{ErrorReport, ErrorReportWithLevel};
use pgrx::spi::{quote_identifier, quote_qualified_identifier};
use pgrx::{PgLogLevel, PgSqlErrorCode};

use crate::{log, text};

/// An error on its way to Postgres.
#[derive(Debug)]
pub struct Report(pub Error);

impl From<Error> for Report {
    fn from(error: Error) -> Self {
        Report(error)
    }
}

impl From<Report> for ErrorReport {
    fn from(Report(error): Report) -> Self {
        let shown = |text: String| text::shown(&text).into_owned();
        let mut report = ErrorReport::new(sqlstate(&error), shown(error.to_string()), "auth0_fdw");
        if let Some(detail) = detail(&error) {
            report = report.set_detail(shown(detail));
        }
        if let Some(hint) = hint(&error) {
            report = report.set_hint(shown(hint));
        }
        report
    }
}

/// Raises the error, if there is one.
pub trait OrRaise<T> {
    /// The value, or the end of the statement.
    fn or_raise(self) -> T;
}

impl<T> OrRaise<T> for auth0::Result<T> {
    fn or_raise(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => raise(error),
        }
    }
}

/// Ends the statement with an error.
pub fn raise(error: Error) -> ! {
    ErrorReport::from(Report(error)).report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}

/// An error in one line, for where it is shown and not raised.
pub fn explained(error: &Error) -> String {
    let parts = [
        Some(sentence(capital(error.to_string()))),
        detail(error),
        hint(error),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn capital(text: String) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

/// Tells the user something, and goes on.
pub fn notice(message: &str) {
    log::notice(message);
}

/// What only a mistake of ours can bring about, such as a plan that cannot be read back.
pub fn raise_internal(message: &str) -> ! {
    ErrorReport::new(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, message, "auth0_fdw")
        .report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}

/// Raises an error of Postgres' that has been caught.
pub fn raise_again(caught: &ErrorReportWithLevel) -> ! {
    raise_with_detail(caught, None)
}

/// Raises an error of Postgres' that has been caught, with a detail of ours after its own.
pub fn raise_with_more(caught: &ErrorReportWithLevel, more: Option<String>) -> ! {
    let parts = [caught.detail().map(str::to_owned), more];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    raise_with_detail(caught, (!parts.is_empty()).then(|| parts.join("\n")))
}

/// Raises an error of Postgres' that has been caught, with a detail of ours if there is one.
pub fn raise_with_detail(caught: &ErrorReportWithLevel, detail: Option<String>) -> ! {
    let mut report = ErrorReport::new(caught.sql_error_code(), caught.message(), "auth0_fdw");
    if let Some(detail) = detail {
        report = report.set_detail(text::shown(&detail));
    } else if let Some(detail) = caught.detail() {
        report = report.set_detail(detail);
    }
    if let Some(hint) = caught.hint() {
        report = report.set_hint(hint);
    }
    report.report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}

fn sqlstate(error: &Error) -> PgSqlErrorCode {
    use PgSqlErrorCode::*;
    match error {
        Error::UnknownOption { .. } | Error::OptionConflict { .. } => {
            ERRCODE_FDW_INVALID_OPTION_NAME
        }
        Error::OptionValue { .. } | Error::PrivateKey { .. } => ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE,
        Error::OptionMissing { .. } | Error::NoTenant { .. } => ERRCODE_FDW_OPTION_NAME_NOT_FOUND,
        Error::NoCredentials { .. } | Error::Vault { .. } | Error::Unauthorized { .. } => {
            ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION
        }
        Error::UnknownObject { .. } => ERRCODE_FDW_TABLE_NOT_FOUND,
        Error::MissingScope { .. } | Error::VaultForbidden { .. } => ERRCODE_INSUFFICIENT_PRIVILEGE,
        Error::NotOffered { .. } => ERRCODE_FEATURE_NOT_SUPPORTED,
        Error::Rejected { .. } | Error::SearchRejected { .. } => ERRCODE_FDW_ERROR,
        Error::RateLimited { .. } => ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
        Error::Window { .. }
        | Error::Reach { .. }
        | Error::TooManyCalls { .. }
        | Error::CallsSpent { .. } => ERRCODE_PROGRAM_LIMIT_EXCEEDED,
        Error::NeedsValue { .. } => ERRCODE_FEATURE_NOT_SUPPORTED,
        Error::QueryColumn => ERRCODE_FEATURE_NOT_SUPPORTED,
        Error::Moved { .. } => ERRCODE_T_R_SERIALIZATION_FAILURE,
        Error::Export { .. } => ERRCODE_FDW_UNABLE_TO_CREATE_REPLY,
        Error::Unreachable { .. } => ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION,
        Error::ServerError { .. } | Error::Unreadable { .. } | Error::Shape { .. } => {
            ERRCODE_FDW_UNABLE_TO_CREATE_REPLY
        }
        Error::Value { .. } => ERRCODE_FDW_INVALID_DATA_TYPE,
        Error::NoJson { .. } => ERRCODE_DATA_EXCEPTION,
        Error::Runtime { .. } => ERRCODE_FDW_ERROR,
        Error::Token(_) | Error::Session { .. } => ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION,
        Error::IssuerSetting { .. } | Error::Argument { .. } => ERRCODE_INVALID_PARAMETER_VALUE,
        Error::NotFound { .. } => ERRCODE_UNDEFINED_OBJECT,
        Error::DbRole { .. } => ERRCODE_INSUFFICIENT_PRIVILEGE,
        Error::ParallelWorker => ERRCODE_INVALID_TRANSACTION_STATE,
        Error::NotUpdatable { .. }
        | Error::Unwritable { .. }
        | Error::ReadOnlyColumn { .. }
        | Error::NoKeyColumn { .. }
        | Error::Unaccompanied { .. } => ERRCODE_FEATURE_NOT_SUPPORTED,
        Error::NullColumn { .. } => ERRCODE_NOT_NULL_VIOLATION,
        Error::ColumnValue { .. } => ERRCODE_INVALID_PARAMETER_VALUE,
        Error::OldValue { .. } => ERRCODE_INTERNAL_ERROR,
        Error::TooManyDeletes { .. } | Error::ImportSize { .. } => ERRCODE_PROGRAM_LIMIT_EXCEEDED,
        Error::WriteInTransaction { .. } => ERRCODE_ACTIVE_SQL_TRANSACTION,
        Error::Conflict { .. } => ERRCODE_UNIQUE_VIOLATION,
        Error::Uncertain { .. } | Error::ImportUnknown { .. } => {
            ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN
        }
        Error::PartlyApplied { cause, .. } | Error::PartlyWritten { cause, .. } => sqlstate(cause),
        Error::Import { .. } => ERRCODE_FDW_UNABLE_TO_CREATE_REPLY,
    }
}

fn detail(error: &Error) -> Option<String> {
    Some(match error {
        Error::QueryColumn => "The column stands for a search in Auth0's own language. It must be known before the rows are, so it cannot be part of OR, of a join or of another operator.".into(),
        Error::UnknownOption { .. }
        | Error::OptionValue { .. }
        | Error::OptionConflict { .. }
        | Error::OptionMissing { .. }
        | Error::NoCredentials { .. }
        | Error::NoTenant { .. }
        | Error::VaultForbidden { .. }
        | Error::UnknownObject { .. }
        | Error::IssuerSetting { .. }
        | Error::NotFound { .. }
        | Error::Argument { .. }
        | Error::NeedsValue { .. }
        | Error::Reach { .. }
        | Error::ParallelWorker => return None,
        Error::TooManyCalls { allowed, reads, .. } => {
            let first = match reads {
                Some(read) => format!("It reads \"{read}\" first. "),
                None => String::new(),
            };
            format!("{first}Each row of another object, or each value, takes a call of its own. auth0_fdw.max_calls allows {allowed} calls.")
        }
        Error::CallsSpent {
            read,
            known,
            allowed,
            ..
        } => format!(
            "Each row of another object, or each value, takes a call of its own: {read} of at least {known} have come to their \
             end. auth0_fdw.max_calls allows {allowed} calls."
        ),
        Error::Token(fault) => format!("Failed check: {}. {}", fault.check, fault.reason),
        Error::DbRole { reason } | Error::Session { reason, .. } => reason.clone(),
        Error::Vault { reason, owner, .. } => {
            format!("{reason}. Vault was read with the rights of the server's owner, \"{owner}\".")
        }
        Error::PrivateKey { .. } => "It is not an RSA key in PEM form.".into(),
        Error::NotUpdatable { .. }
        | Error::ReadOnlyColumn { key: true, .. }
        | Error::OldValue { .. }
        | Error::Unaccompanied { .. }
        | Error::ImportSize { .. } => return None,
        Error::Unwritable { can, .. } if can.is_empty() => {
            "The Auth0 API only lets one read it.".into()
        }
        Error::Unwritable { can, .. } => format!("The Auth0 API only lets one {}.", ops(can)),
        Error::ReadOnlyColumn { .. } => "Auth0 sets it itself, or it is only a part of what Auth0 stores.".into(),
        Error::NoKeyColumn { .. } => "Auth0 finds the row by it.".into(),
        Error::NullColumn { op: Op::Insert, .. } => {
            "Auth0 takes no such row without a value for it.".into()
        }
        Error::NullColumn { .. } => "Auth0 does not let one take its value away.".into(),
        Error::ColumnValue { expected, .. } => format!("It must be {expected}."),
        Error::TooManyDeletes { setting, allowed, .. } => {
            format!("{setting} allows {allowed}. Nothing has been deleted.")
        }
        Error::WriteInTransaction { setting, .. } => format!(
            "A write to Auth0 happens at once and a rollback does not undo it; {setting} is \"forbid\"."
        ),
        Error::Uncertain { cause } => format!("{cause}. {}", detail(cause).unwrap_or_default()),
        Error::ImportUnknown { jobs, done, cause } => {
            let accepted = format!("Auth0 has accepted jobs that may go on: {}.", jobs.join(", "));
            let cause = format!("{}: {}", capital(cause.to_string()), detail(cause).unwrap_or_default());
            let parts = [Some(accepted), done.clone(), Some(cause)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Error::PartlyApplied {
            applied,
            failed,
            unsent,
            cause,
            ..
        } => {
            let mut text = format!("Changed: {}. Failed: {}.", applied.join(", "), failed.join(", "));
            if !unsent.is_empty() {
                text += &format!(" Not sent: {}.", unsent.join(", "));
            }
            format!("{text} {cause}: {}", detail(cause).unwrap_or_default())
        }
        Error::PartlyWritten {
            op,
            written,
            named,
            failed,
            unknown,
            cause,
            ..
        } => {
            let done = op.done();
            let (first, rest) = done.split_at(1);
            let mut text = format!("{}{rest}: {}.", first.to_uppercase(), written.told(named));
            if let Some(failed) = failed {
                text += &format!(" Failed: {failed}.");
            }
            if !unknown.is_empty() {
                text += &format!(" Not known: {}.", unknown.join(", "));
            }
            format!(
                "{text} All others have not been {done}. {cause}: {}",
                detail(cause).unwrap_or_default()
            )
        }
        Error::Import { job, reason } => format!("Job {job}: {reason}"),
        Error::Unauthorized { call, refusal, .. }
        | Error::MissingScope { call, refusal, .. }
        | Error::NotOffered { call, refusal }
        | Error::Conflict { call, refusal }
        | Error::Rejected { call, refusal }
        | Error::SearchRejected { call, refusal } => sentence(format!("{call}: {refusal}")),
        Error::ServerError {
            call,
            refusal,
            attempts,
        } => sentence(format!(
            "{call}: {}{}",
            refusal.to_string().trim_end_matches('.'),
            tries(*attempts)
        )),
        Error::RateLimited {
            call,
            refused,
            waited,
            next,
            asked,
            allowed,
        } => {
            let (waited, next, allowed) = (
                waited.as_secs_f64(),
                next.as_secs_f64(),
                allowed.as_secs_f64(),
            );
            match (refused, asked) {
                (false, _) => format!(
                    "{call}: The next request may be sent in {next:.1} s; waited {waited:.1} s of the {allowed:.1} s allowed."
                ),
                (true, true) if next > allowed => format!(
                    "{call}: HTTP 429. Auth0 asks to wait {next:.1} s; waited {waited:.1} s of the {allowed:.1} s allowed."
                ),
                (true, _) => format!(
                    "{call}: HTTP 429. Waited {waited:.1} s for the tenant's rate limit; {allowed:.1} s are allowed."
                ),
            }
        }
        Error::Window {
            key, value, total, window, ..
        } => {
            let total = total.map_or_else(|| format!("more than {window}"), |n| n.to_string());
            match value {
                Some(value) => format!("{total} rows have {key} {value}."),
                None => format!("{total} rows have no {key}."),
            }
        }
        Error::Moved { .. } => {
            "Rows that had not come yet moved to where the scan had been before.".into()
        }
        Error::Export { job, reason } => format!("Job {job}: {reason}"),
        Error::Unreachable {
            call,
            why,
            reason,
            attempts,
            ..
        } => {
            let why = match why {
                Unreachable::Dns => "The host name could not be resolved",
                Unreachable::Tls => "A secure connection could not be made",
                Unreachable::Connect => "No connection could be made",
                Unreachable::ConnectTimeout => {
                    "No connection could be made in the time allowed by connect_timeout"
                }
                Unreachable::Timeout => "The time allowed for one request ran out",
                Unreachable::Broken => "The connection broke",
            };
            format!("{call}: {why}: {reason}{}", tries(*attempts))
        }
        Error::Unreadable {
            call,
            reason,
            attempts,
        } => format!("{call}: The answer is {reason}{}", tries(*attempts)),
        Error::Shape { call, reason, .. } => format!("{call}: The answer is {reason}."),
        Error::Value { id, reason, .. } => match id {
            Some(id) => format!("In object \"{id}\": {reason}."),
            None => format!("{reason}."),
        },
        Error::Runtime { reason } => format!("{reason}."),
        Error::NoJson { reason, .. } => sentence((*reason).to_owned()),
    })
}

/// With a full stop at its end, whoever wrote it.
fn sentence(text: String) -> String {
    if text.ends_with('.') {
        text
    } else {
        text + "."
    }
}

/// "insert into, update it"
fn ops(ops: &[Op]) -> String {
    let words = ops.iter().map(|op| match op {
        Op::Insert => "insert",
        Op::Update => "update",
        Op::Delete => "delete",
    });
    words.collect::<Vec<_>>().join(" and ")
}

fn tries(attempts: u32) -> String {
    match attempts {
        0 | 1 => ".".into(),
        n => format!(" (tried {n} times)."),
    }
}

/// What makes fewer calls of an object whose rows are asked for one by one.
fn fewer(object: &str) -> String {
    let key = auth0::catalog::find(object).and_then(|object| {
        let by_key = object.by_key.iter().map(|by| by.key);
        object.variables().chain(by_key).next()
    });
    match key {
        Some(key) => {
            format!("Give values of the columns that calls are made with, such as {key} = …")
        }
        None => "Give fewer values".into(),
    }
}

fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::UnknownOption { place, valid, belongs, .. } => {
            let valid = match valid.as_slice() {
                [] => "There are no options for it".to_owned(),
                names => format!("Valid options for {place}: {}", names.join(", ")),
            };
            match belongs.as_slice() {
                [] => format!("{valid}."),
                places => format!("{valid}. This one belongs to {}.", places_in_words(places)),
            }
        }
        Error::OptionValue { expected, .. } => format!("It must be {}.", expected.replace('`', "")),
        Error::OptionConflict { first, second } => {
            format!("Give one of them; to change over, OPTIONS (DROP {first}, ADD {second} '…') or the other way round.")
        }
        Error::OptionMissing { holder, option, .. } => {
            match *option {
                "object" => format!(
                    "{} -- or another object of docs/tables.md, or an endpoint: ADD path '/api/v2/…'",
                    add(holder, option, "users")
                ),
                _ => add(holder, option, "…"),
            }
        }
        Error::NoCredentials { server, mapping } => {
            let statement = match mapping {
                Some(mapping) => add(mapping, "api_key", "…"),
                None => format!(
                    "CREATE USER MAPPING FOR CURRENT_USER SERVER {} OPTIONS (api_key '…');",
                    quote_identifier(server)
                ),
            };
            format!(
                "Give the server or the user mapping api_key, api_key_id (Vault), or client_id with client_secret: \
                 {statement}"
            )
        }
        Error::VaultForbidden { option } => {
            format!("Give the secret itself, or have a role that may read Vault name it with {option}.")
        }
        Error::Vault { option, .. } if option.ends_with("_name") => format!(
            "Check that {option} is the name of a secret in vault.secrets, and that the server's owner may read \
             vault.decrypted_secrets."
        ),
        Error::Vault { option, .. } => format!(
            "Check that {option} is the id or name of a secret in vault.secrets, and that the server's owner may read \
             vault.decrypted_secrets."
        ),
        Error::PrivateKey { .. } => "Give the whole key, from -----BEGIN to -----END, with its line breaks.".into(),
        Error::NoTenant { server, .. } => add(&Holder::Server(server.clone()), "domain", "tenant.eu.auth0.com"),
        Error::UnknownObject { similar, .. } if similar.is_empty() => "docs/tables.md lists all objects.".into(),
        Error::UnknownObject { similar, .. } => {
            format!("Did you mean {}? docs/tables.md lists all objects.", similar.join(" or "))
        }
        Error::Unauthorized { call, .. } if call.path == "/oauth/token" => {
            "Check client_id and client_secret (or private_key), that the application is machine-to-machine and \
             authorized for the Management API, and that audience is the canonical tenant's, with its trailing slash."
                .into()
        }
        Error::Unauthorized { refusal, .. } if refusal.code.as_deref() == Some("Bearer") => {
            "What was given is no Management API token: paste the whole of it, three parts joined by dots, without the \
             word Bearer."
                .into()
        }
        Error::Unauthorized { fresh: true, .. } => "Auth0 refused a token that it had just issued. Check that url or \
            domain is the tenant the application belongs to; with a custom domain, audience must be the canonical \
            tenant's."
            .into(),
        Error::Unauthorized { .. } => "The token has expired, or was made for another tenant or host. Management API \
            tokens live 24 hours; with client_id and client_secret new ones are fetched by themselves."
            .into(),
        // The first is the one for applications; others are for what a signed-in user may see of itself.
        Error::MissingScope { scopes, .. } => match scopes.first() {
            None => "Grant the application the scope in the Auth0 dashboard: APIs, Auth0 Management API.".into(),
            Some(scope) => format!(
                "Grant the application the scope {scope} of the Auth0 Management API; a token made before does not have it."
            ),
        },
        Error::RateLimited { .. } => "Try again later, or raise max_rate_limit_wait of the server or table.".into(),
        Error::QueryColumn => "Write q = 'search text' as a condition of its own, joined to others by AND.".into(),
        Error::Window { .. } => {
            "Set bulk_read to 'auto' on the server or table: rows that no search can tell apart are then read with an export job.".into()
        }
        Error::Reach { .. } => {
            "Give a condition that the API can look for, so that fewer rows are listed: docs/tables.md has them.".into()
        }
        Error::TooManyCalls { object, calls, exact, .. } => {
            let wanted = match exact {
                true => calls.to_string(),
                false => "0 (no limit)".to_owned(),
            };
            format!("{}, or SET auth0_fdw.max_calls = {wanted}.", fewer(object))
        }
        Error::CallsSpent { object, .. } => {
            format!("{}, or SET auth0_fdw.max_calls to more, or to 0 (no limit).", fewer(object))
        }
        Error::NeedsValue { columns, undeclared, .. } if undeclared.is_empty() => {
            let values: Vec<String> = columns.iter().map(|name| format!("{} = '…'", quote_identifier(name))).collect();
            let (a, one) = match values.as_slice() {
                [_] => ("a condition", "such a column"),
                _ => ("conditions", "such columns"),
            };
            format!("Add {a} such as {}, or join it with a table that has {one}.", values.join(" AND "))
        }
        Error::NeedsValue { undeclared, .. } => {
            let columns: Vec<String> = undeclared.iter().map(|name| format!("{} text", quote_identifier(name))).collect();
            let (column, it) = match columns.as_slice() {
                [_] => ("a column", "it a value"),
                _ => ("columns", "them values"),
            };
            format!("Declare {column} {}, and give {it} in a condition or a join.", columns.join(", "))
        }
        Error::Moved { key, .. } => {
            format!("Run the query again, or let Postgres sort: ORDER BY ({key} + interval '0').")
        }
        Error::Export { .. } => {
            "Run the query again, or set bulk_read to 'search' on the server or table.".into()
        }
        Error::Unreachable { why: Unreachable::ConnectTimeout, .. } => {
            "Check that this machine may connect to it; if it is just far away, raise connect_timeout of the server.".into()
        }
        Error::Unreachable { why: Unreachable::Timeout, .. } => {
            "If the tenant is just slow, raise request_timeout or connect_timeout, or lower page_size.".into()
        }
        Error::Unreachable { host, why: Unreachable::Dns, .. } => {
            format!("Check the spelling of \"{host}\" in url or domain of the server.")
        }
        Error::Unreachable { .. } => {
            "Check url or domain of the server, and that this machine may connect to it.".into()
        }
        Error::ServerError { refusal, .. } if refusal.status == 503 => {
            "Auth0 gives up searches that take it more than two seconds: narrow the query by user_id, email or created_at, or SET auth0_fdw.pushdown = off to filter here. https://status.auth0.com shows known problems.".into()
        }
        Error::ServerError { .. } => "Try again later; https://status.auth0.com shows known problems.".into(),
        Error::Unreadable { .. } => {
            "Check that url or domain is an Auth0 tenant and that nothing between changes its answers.".into()
        }
        Error::Shape { list_key: Some(_), .. } => "list_key is the key of an answer under which its rows are, an array of objects. \
            Check how it is written, or leave it out if the answer is an array or one object."
            .into(),
        Error::Shape { .. } => "A table shows an array of objects, one object as a row, or the array of objects under the key that \
            list_key names. auth0.get shows any answer."
            .into(),
        Error::Value { .. } => "Declare the column as text or jsonb, or set on_type_error 'null' on the column, \
            the table or the server to read such values as NULL."
            .into(),
        Error::NotUpdatable { holder, options } => {
            let open = |(option, given): &(&str, bool)| {
                format!("{} {option} 'true'", if *given { "SET" } else { "ADD" })
            };
            alter(holder, &options.iter().map(open).collect::<Vec<_>>().join(", "))
        }
        Error::NoKeyColumn { column, .. } => format!("ALTER FOREIGN TABLE … ADD COLUMN {column} text;"),
        Error::ReadOnlyColumn { key: true, .. } => "Insert a new row and delete the old one.".into(),
        Error::ReadOnlyColumn { op, writable, .. } => {
            format!("Columns to {}: {}.", ops(&[*op]), writable.join(", "))
        }
        Error::Unaccompanied { with, .. } => format!("Set it together with {}.", with.join(" or ")),
        Error::TooManyDeletes { setting, count, .. } => {
            format!("If that is what you want: SET LOCAL {setting} = {count};")
        }
        Error::WriteInTransaction { setting, .. } => {
            format!("Run the statement on its own, or SET {setting} = 'warn'.")
        }
        Error::Conflict { call, .. } if call.method == "PATCH" => "Another row has a value that only one may have.".into(),
        Error::Conflict { .. } => "INSERT … ON CONFLICT DO NOTHING skips rows that Auth0 has already.".into(),
        Error::Uncertain { .. } => "Read the row to see, before you write it again.".into(),
        Error::PartlyApplied { .. } => {
            "What has been changed stays so, whatever becomes of the transaction; what failed and what was not sent remains to be written.".into()
        }
        Error::PartlyWritten { unknown, .. } if !unknown.is_empty() => {
            "Read the rows to see, before you write them again.".into()
        }
        Error::PartlyWritten { written, cause, .. } if written.count() == 0 => return hint(cause),
        Error::PartlyWritten { .. } => {
            "What has been written stays so, whatever becomes of the transaction.".into()
        }
        Error::Import { .. } => "Read the users to see which are there; with upsert the import can be run again.".into(),
        Error::ImportUnknown { jobs, .. } => format!(
            "What has become of a job is in auth0.get(server, '/api/v2/jobs/{}', '{{}}'); look there before you import the users again.",
            jobs.first().map_or("…", String::as_str)
        ),
        Error::ImportSize { most, .. } => format!("A file of users has at most {most} bytes; insert this user with INSERT."),
        Error::Rejected { call, refusal } if call.method != "GET" && call.path.starts_with("/api/v2/") => match refusal.status {
            404 => "Something that the row refers to does not exist.".into(),
            413 => "Auth0 takes no bodies of that size.".into(),
            _ => "Auth0 did not take the values; nothing of this request has been stored.".into(),
        },
        Error::SearchRejected { refusal, .. } if refusal.status != 404 => {
            "Check the search text if there is a condition on column q. Otherwise SET auth0_fdw.pushdown = off asks without conditions, for more requests.".into()
        }
        // Its own words say what it does not like.
        Error::Rejected { refusal, .. } if refusal.is_worded() => return None,
        Error::Rejected { .. } | Error::SearchRejected { .. } => "Check that url or domain of the server is an Auth0 tenant.".into(),
        Error::Token(fault) => return fault.hint.clone(),
        Error::IssuerSetting { known: true, expected, .. } | Error::Argument { expected, .. } => format!("It must be {expected}."),
        Error::IssuerSetting { expected, .. } => format!("Valid options: {expected}."),
        Error::NotFound { hint, .. } => (*hint).to_owned(),
        Error::ParallelWorker => "Declare functions that ask for it PARALLEL RESTRICTED, as those of schema auth0 are.".into(),
        Error::DbRole { .. } => "The issuer's options \"db_role_claim\" and \"db_roles\" say which claim may name which roles; the \
            session's login role must be a member of them."
            .into(),
        Error::NullColumn { object, column, op: Op::Insert } if is_secret(object, column) => {
            "A table has this column if it was imported with options (include_secrets 'true').".into()
        }
        Error::NotOffered { .. }
        | Error::Runtime { .. }
        | Error::Session { .. }
        | Error::Unwritable { .. }
        | Error::NullColumn { .. }
        | Error::ColumnValue { .. }
        | Error::NoJson { .. }
        | Error::OldValue { .. } => return None,
    })
}

fn is_secret(object: &str, column: &str) -> bool {
    let column = catalog::find(object).and_then(|object| object.named(column));
    column.is_some_and(|column| column.secret)
}

/// The statement that adds an option.
fn add(holder: &Holder, option: &str, value: &str) -> String {
    alter(holder, &format!("ADD {option} '{value}'"))
}

/// The statement that changes options.
fn alter(holder: &Holder, changes: &str) -> String {
    let object = match holder {
        Holder::Server(name) => format!("SERVER {}", quote_identifier(name)),
        Holder::Mapping { server, public } => {
            let user = if *public { "PUBLIC" } else { "CURRENT_USER" };
            format!(
                "USER MAPPING FOR {user} SERVER {}",
                quote_identifier(server)
            )
        }
        Holder::Table { schema, name } => {
            format!("FOREIGN TABLE {}", quote_qualified_identifier(schema, name))
        }
    };
    format!("ALTER {object} OPTIONS ({changes});")
}

fn places_in_words(places: &[Place]) -> String {
    places
        .iter()
        .map(Place::to_string)
        .collect::<Vec<_>>()
        .join(" or ")
}
