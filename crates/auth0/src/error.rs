//! What can go wrong, one variant per thing a user or DBA can act on.
//!
//! Data stays in fields; the Postgres side decides SQLSTATE, detail and hint. No variant ever holds a secret:
//! option values that may be secret are left out, and a response body is only quoted where Auth0 documents it as an error object.

use std::fmt;
use std::time::Duration;

use crate::catalog::writes::Op;
use crate::declared::{Holder, Place};
use crate::jwt::Fault;
use crate::write::Places;

/// A result whose error is [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Which call failed: method and path, without host, query values or headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Path as sent, e.g. `/api/v2/users`.
    pub path: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Auth0's own words about a refused call: `{statusCode, error, message, errorCode}` of the Management API,
/// or `{error, error_description}` of `/oauth/token`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The machine key (`errorCode`, or `error` of the token endpoint); often absent.
    pub code: Option<String>,
    /// Prose (`message` or `error_description`).
    pub message: Option<String>,
}

impl Refusal {
    /// Whether it has words of the API, so that it is its answer and not one of something on the way to it.
    pub fn is_worded(&self) -> bool {
        self.code.is_some() || self.message.is_some()
    }

    /// Whether the API says that there is no such thing. An edge's own page says nothing about rows; Auth0's has a message.
    pub fn is_missing(&self) -> bool {
        self.status == 404 && self.message.is_some()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        Ok(())
    }
}

/// Why a connection could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The host name has no address.
    Dns,
    /// The certificate or the handshake was refused.
    Tls,
    /// The connection was refused, or there is no way to the host.
    Connect,
    /// No connection within `connect_timeout`.
    ConnectTimeout,
    /// No complete answer within `request_timeout`.
    Timeout,
    /// The connection broke while the answer was on its way.
    Broken,
}

fn missing(holder: &Holder, option: &str, beside: &Option<&str>) -> String {
    match beside {
        Some(beside) => format!("{holder} has no \"{option}\" to go with its \"{beside}\""),
        None => format!("{holder} has no option \"{option}\""),
    }
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// An option nobody knows, or one that may not stand here.
    #[error("invalid option \"{name}\" for {place}")]
    UnknownOption {
        /// As typed.
        name: String,
        /// Where it was typed.
        place: Place,
        /// What may stand there.
        valid: Vec<&'static str>,
        /// Where this option may stand, when it exists.
        belongs: Vec<Place>,
    },
    /// An option whose value is not of its kind or out of range. The value is not kept: it may be a secret.
    #[error("invalid value for option \"{name}\"")]
    OptionValue {
        /// The option.
        name: String,
        /// What a valid value looks like.
        expected: String,
    },
    /// Two options that exclude each other.
    #[error("options \"{first}\" and \"{second}\" exclude each other")]
    OptionConflict {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A required option is missing.
    #[error("{}", missing(.holder, .option, .beside))]
    OptionMissing {
        /// What lacks it.
        holder: Holder,
        /// What is missing.
        option: &'static str,
        /// The option that is there and needs the other.
        beside: Option<&'static str>,
    },
    /// Neither the server nor the user mapping has credentials.
    #[error("no Auth0 credentials for server \"{server}\"")]
    NoCredentials {
        /// The foreign server.
        server: String,
        /// The user mapping, if there is one.
        mapping: Option<Holder>,
    },
    /// A secret of Vault, named in a user mapping by a role that may not read Vault itself.
    #[error(
        "only a role that may read vault.decrypted_secrets can name its secrets in a user mapping"
    )]
    VaultForbidden {
        /// The option naming the secret.
        option: String,
    },
    /// A Vault secret that could not be found or read.
    #[error(
        "could not read the Vault secret that option \"{option}\" of server \"{server}\" names"
    )]
    Vault {
        /// The option naming the secret.
        option: &'static str,
        /// The foreign server.
        server: String,
        /// What Postgres or Vault said, or that there is no such secret.
        reason: String,
        /// Whose rights were used.
        owner: String,
    },
    /// A private key that is not an RSA key in PEM form.
    #[error("the private key of server \"{server}\" cannot be used")]
    PrivateKey {
        /// The foreign server.
        server: String,
    },
    /// The token carries no tenant, and neither `url` nor `domain` says one.
    #[error("cannot tell the Auth0 tenant of server \"{server}\"{}", if *.from_token { " from its token" } else { "" })]
    NoTenant {
        /// The foreign server.
        server: String,
        /// Whether there is a token that could have told.
        from_token: bool,
    },
    /// The table's `object` is not one we know.
    #[error("Auth0 object \"{name}\" does not exist")]
    UnknownObject {
        /// As typed.
        name: String,
        /// Those that exist under such a name.
        similar: Vec<&'static str>,
    },
    /// Auth0 refused the credentials (401, or the token endpoint's refusal).
    #[error("Auth0 refused the credentials")]
    Unauthorized {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
        /// Whether the token had just been issued by the tenant itself.
        fresh: bool,
    },
    /// The token lacks a scope.
    #[error("the Auth0 token lacks a scope this call needs")]
    MissingScope {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
        /// Any one of these would do.
        scopes: Vec<String>,
    },
    /// The tenant or its plan does not have the feature (403 with a code that no scope would change).
    #[error("the Auth0 tenant does not offer this")]
    NotOffered {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
    },
    /// Any other 4xx.
    #[error("Auth0 rejected the request")]
    Rejected {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
    },
    /// A search that was rejected, perhaps for what it looks for. (A 404: every tenant has such a list.)
    #[error("Auth0 rejected the request")]
    SearchRejected {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
    },
    /// Still throttled after the longest wait allowed.
    #[error("Auth0 keeps throttling this tenant")]
    RateLimited {
        /// The call.
        call: Call,
        /// Whether Auth0 has answered 429, or the limiter knows without asking.
        refused: bool,
        /// How long the statement has waited for this request.
        waited: Duration,
        /// How long it would have had to wait next.
        next: Duration,
        /// Whether that is what Auth0 asked for (`retry-after`).
        asked: bool,
        /// How long it was allowed to wait.
        allowed: Duration,
    },
    /// The column `q` in a condition that is no search.
    #[error("column \"q\" can only be compared with a search text")]
    QueryColumn,
    /// More rows with one value of the ordering key than a query reaches: no search can tell them apart.
    #[error("more than {window} \"{object}\" share one \"{key}\", and the Auth0 API lets no one page through them")]
    Window {
        /// The object.
        object: &'static str,
        /// The ordering key.
        key: &'static str,
        /// Its value, to the millisecond; `None` for the rows that have none.
        value: Option<String>,
        /// The most rows one query reaches.
        window: u64,
        /// How many rows share the value, when Auth0 says.
        total: Option<u64>,
    },
    /// A list that offsets do not reach the end of, and that offers nothing else.
    #[error("there are more than {window} \"{object}\" in one list, and the Auth0 API lets no one page further")]
    Reach {
        /// The object.
        object: &'static str,
        /// The most rows one list reaches.
        window: u64,
    },
    /// More calls than a statement may make for the rows of another object.
    #[error("reading \"{object}\" would take {}{calls} calls of the Auth0 API", if *.exact { "" } else { "at least " })]
    TooManyCalls {
        /// The object.
        object: &'static str,
        /// The object whose lists they are, if it is read for the sake of that one.
        reads: Option<&'static str>,
        /// How many.
        calls: u64,
        /// Whether all of them have been counted.
        exact: bool,
        /// `auth0_fdw.max_calls`.
        allowed: u64,
    },
    /// A scan that has made as many calls as it may, and is not at its end.
    #[error("reading \"{object}\" has made {calls} calls of the Auth0 API and would take more")]
    CallsSpent {
        /// The object.
        object: &'static str,
        /// How many.
        calls: u64,
        /// Lists that have been read.
        read: u64,
        /// Lists that are known.
        known: u64,
        /// `auth0_fdw.max_calls`.
        allowed: u64,
    },
    /// An object that the API lists only for given values.
    #[error("\"{object}\" can only be read for given values of {}", words(.columns))]
    NeedsValue {
        /// The object.
        object: &'static str,
        /// The columns that have none.
        columns: Vec<&'static str>,
        /// Those of them that the table does not have, or has with a type that gives none.
        undeclared: Vec<&'static str>,
    },
    /// Rows moved past the walk while it was reading in an order that changes with them. Reading again may succeed.
    #[error("\"{object}\" changed their \"{key}\" while they were read in its order")]
    Moved {
        /// The object.
        object: &'static str,
        /// The ordering key.
        key: &'static str,
    },
    /// An export job that Auth0 did not complete, or whose file is not to be had.
    #[error("the Auth0 export job failed")]
    Export {
        /// The job's id.
        job: String,
        /// Auth0's own words, or what is wrong.
        reason: String,
    },
    /// No connection, or no complete answer.
    #[error("could not reach Auth0 at \"{host}\"")]
    Unreachable {
        /// Host and port tried.
        host: String,
        /// The call.
        call: Call,
        /// Why.
        why: Unreachable,
        /// The network library's own words.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// A server error (5xx, 408) on every try.
    #[error("Auth0 failed to answer")]
    ServerError {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
        /// How often it was tried.
        attempts: u32,
    },
    /// An answer that is not what the API documents: no JSON, cut JSON, another shape, a redirect.
    #[error("could not read the answer of Auth0")]
    Unreadable {
        /// The call.
        call: Call,
        /// What is wrong with it; never a quotation of the body.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// A complete answer to a call that a table declares, whose shape is not what it declares.
    #[error("the answer of Auth0 has no rows of the declared shape")]
    Shape {
        /// The call.
        call: Call,
        /// What it is; never a quotation of the body.
        reason: String,
        /// The key under which the rows should be, if one is declared.
        list_key: Option<&'static str>,
    },
    /// A JSON value that does not fit the declared type.
    #[error("value of \"{path}\" does not fit type {ty}")]
    Value {
        /// JSON path from the object's root.
        path: String,
        /// Declared type, as SQL writes it.
        ty: String,
        /// The object's id, when it has one.
        id: Option<String>,
        /// What does not fit.
        reason: String,
    },
    /// A table that its owner has not opened for this.
    #[error("{holder} is not {}", .options.first().map_or("updatable", |(option, _)| *option))]
    NotUpdatable {
        /// The table (or the server) whose options say so.
        holder: Holder,
        /// The options that have to be true, `updatable` and `deletable`, each with whether it is there and says no.
        options: Vec<(&'static str, bool)>,
    },
    /// A write that the API does not have.
    #[error("cannot {op} \"{object}\"")]
    Unwritable {
        /// The object.
        object: &'static str,
        /// What was to be done.
        op: Op,
        /// What can be done with it.
        can: Vec<Op>,
    },
    /// A column that cannot be sent.
    #[error("cannot {} column \"{column}\" of \"{object}\"", if *.op == Op::Insert { "insert into" } else { "change" })]
    ReadOnlyColumn {
        /// The object.
        object: &'static str,
        /// The column.
        column: String,
        /// What was to be done.
        op: Op,
        /// Whether rows are found by it.
        key: bool,
        /// The columns that can be sent.
        writable: Vec<&'static str>,
    },
    /// A table without a column by which its rows are found.
    #[error("cannot {op} a table of \"{object}\" without column \"{column}\"")]
    NoKeyColumn {
        /// The object.
        object: &'static str,
        /// The column.
        column: &'static str,
        /// What was to be done.
        op: Op,
    },
    /// A column without a value, which needs one.
    #[error("null value in column \"{column}\" of \"{object}\"")]
    NullColumn {
        /// The object.
        object: &'static str,
        /// The column.
        column: &'static str,
        /// What was to be done.
        op: Op,
    },
    /// A value that cannot be sent.
    #[error("invalid value for column \"{column}\" of \"{object}\"")]
    ColumnValue {
        /// The object.
        object: &'static str,
        /// The column.
        column: &'static str,
        /// What a valid value looks like.
        expected: &'static str,
    },
    /// A value for which there is no JSON, or none that Auth0 takes.
    #[error("value of column \"{column}\" cannot be sent")]
    NoJson {
        /// The column.
        column: String,
        /// Why.
        reason: &'static str,
    },
    /// A column that can only be set with others.
    #[error("cannot set column \"{column}\" of \"{object}\" alone")]
    Unaccompanied {
        /// The object.
        object: &'static str,
        /// The column.
        column: &'static str,
        /// Any of these goes with it.
        with: &'static [&'static str],
    },
    /// A change that must be compared with a value nobody has read.
    #[error("the old value of column \"{column}\" of \"{object}\" is not known")]
    OldValue {
        /// The object.
        object: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A statement that would delete more rows than allowed.
    #[error("cannot delete {count} rows of \"{object}\" in one statement")]
    TooManyDeletes {
        /// The object.
        object: &'static str,
        /// How many.
        count: u64,
        /// The setting that forbids it.
        setting: &'static str,
        /// How many are allowed.
        allowed: u64,
    },
    /// A write in a transaction block or from a function, where that is forbidden.
    #[error("cannot write to Auth0 {}", if *.block { "in a transaction block" } else { "from a function, a procedure or a DO block" })]
    WriteInTransaction {
        /// The setting that forbids it.
        setting: &'static str,
        /// Whether there is a transaction block; else it is a function, a procedure or a DO block.
        block: bool,
    },
    /// What is to be made exists already (409).
    #[error("Auth0 has such a row already")]
    Conflict {
        /// The call.
        call: Call,
        /// Auth0's words.
        refusal: Refusal,
    },
    /// A write of which nobody knows whether Auth0 has carried it out: it was sent, and no answer came that says.
    #[error("it is not known whether Auth0 has carried out a write")]
    Uncertain {
        /// Why.
        cause: Box<Error>,
    },
    /// A change of one row that takes several requests, of which a later one failed.
    #[error("a row of \"{object}\" was changed in part")]
    PartlyApplied {
        /// The object.
        object: &'static str,
        /// Columns that have been changed.
        applied: Vec<&'static str>,
        /// Columns of the request that failed.
        failed: Vec<&'static str>,
        /// Columns of requests that were not sent.
        unsent: Vec<&'static str>,
        /// Why.
        cause: Box<Error>,
    },
    /// A statement on several rows, of which some were written when one failed.
    #[error("{} of the rows of \"{object}\" were {}", share(.written, .unknown), .op.done())]
    PartlyWritten {
        /// The object.
        object: &'static str,
        /// What was to be done.
        op: Op,
        /// The rows that were written.
        written: Box<Places>,
        /// The same, as the user can tell them apart; perhaps not all.
        named: Vec<String>,
        /// The row that failed, if it is known that it has.
        failed: Option<String>,
        /// Rows that were sent and have no answer.
        unknown: Vec<String>,
        /// Why.
        cause: Box<Error>,
    },
    /// An import job that Auth0 did not complete.
    #[error("the Auth0 import job failed")]
    Import {
        /// The job's id.
        job: String,
        /// Auth0's own words, or what is wrong.
        reason: String,
    },
    /// Import jobs that Auth0 has accepted, and of which nobody knows what has become.
    #[error("it is not known what has become of an Auth0 import")]
    ImportUnknown {
        /// The jobs' ids.
        jobs: Vec<String>,
        /// What the others have done, in words, if there are others.
        done: Option<String>,
        /// Why.
        cause: Box<Error>,
    },
    /// A user that does not fit into a file of an import job.
    #[error("row {number} of the import is a user of {size} bytes")]
    ImportSize {
        /// Which, counted from 1.
        number: u64,
        /// Its size as JSON.
        size: usize,
        /// The most bytes there can be.
        most: usize,
    },
    /// A token that is not accepted.
    #[error("the Auth0 token is not accepted: {}", .0.check)]
    Token(Fault),
    /// A setting of an issuer that cannot be.
    #[error("{}", if *.known { format!("invalid value for issuer setting \"{setting}\"") } else { format!("invalid issuer option \"{}\"", short(.setting)) })]
    IssuerSetting {
        /// Which.
        setting: String,
        /// Whether there is such a setting.
        known: bool,
        /// What a valid value looks like, or the settings that there are.
        expected: String,
    },
    /// Something named that there is not.
    #[error("{what} \"{}\" does not exist", short(.name))]
    NotFound {
        /// Issuer, server, role…
        what: &'static str,
        /// As typed.
        name: String,
        /// How to see what there is.
        hint: &'static str,
    },
    /// An argument that cannot be.
    #[error("invalid value for argument \"{name}\"")]
    Argument {
        /// Which.
        name: &'static str,
        /// What a valid value looks like.
        expected: String,
    },
    /// A database role that a token may not lead to.
    #[error("the token may not switch to a database role")]
    DbRole {
        /// Why not.
        reason: String,
    },
    /// A question about the identity in a process that does not have it.
    #[error("the Auth0 identity is not known in a parallel worker")]
    ParallelWorker,
    /// A session that cannot be opened or used.
    #[error("{what}")]
    Session {
        /// What cannot be done.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// The background machinery of the extension could not start.
    #[error("could not start the network thread")]
    Runtime {
        /// The system's words.
        reason: String,
    },
}

/// How many of a statement's rows were written.
fn share(written: &Places, unknown: &[String]) -> &'static str {
    match (written.count(), unknown) {
        (0, []) => "none",
        (0, _) => "it is not known which",
        _ => "only some",
    }
}

/// `"a", "b" and "c"`
fn words(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// So much of a text as a message may quote.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Token(fault)
    }
}

impl Error {
    /// A request that was stopped before it was sent, where nobody stops any.
    pub(crate) fn abandoned() -> Self {
        Error::Runtime {
            reason: "a request was abandoned".to_owned(),
        }
    }

    /// The same of a search: its text may be the cause.
    pub fn of_search(self) -> Self {
        match self {
            Error::Rejected { call, refusal } if matches!(refusal.status, 400 | 404 | 414) => {
                Error::SearchRejected { call, refusal }
            }
            other => other,
        }
    }

    /// Whether this is a refusal because something like it exists already.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Error::Conflict { .. })
    }

    /// Whether a write may have been carried out although there is an error.
    pub fn is_uncertain(&self) -> bool {
        match self {
            Error::Uncertain { .. } | Error::ImportUnknown { .. } => true,
            Error::PartlyApplied { cause, .. } | Error::PartlyWritten { cause, .. } => {
                cause.is_uncertain()
            }
            _ => false,
        }
    }

    /// A [`Error::OptionValue`].
    pub fn option_value(name: &str, expected: impl Into<String>) -> Self {
        Error::OptionValue {
            name: name.to_owned(),
            expected: expected.into(),
        }
    }
}
