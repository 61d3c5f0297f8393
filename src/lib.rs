//! The extension: the only crate that knows Postgres. It adapts; what Auth0 is and how to ask it is in `crates/auth0`.
//!
//! - [`fdw`]: the callbacks Postgres plans, runs and explains a scan with
//! - [`server`]: what the DBA declared: options, user mappings, Vault
//! - [`functions`]: the SQL-callable functions of schema `auth0`: tokens, policies, sessions
//! - [`identity`]: whose transaction this is, in memory that no SQL can reach
//! - [`backend`]: what outlives a statement: the network thread and the warm clients
//! - [`guc`]: settings of a session; [`preset`]: those set before they were known
//! - [`interrupt`]: waiting without being deaf to Postgres
//! - [`array`], [`list`], [`text`]: Postgres' arrays and lists; strings in and out of the database's encoding
//! - [`log`]: lines in the server log, and notices
//! - [`caught`]: errors of Postgres' that do not end the statement
//! - [`as_user`]: acting as somebody else for the length of a call
//! - [`error`]: every SQLSTATE, detail and hint

#![deny(unsafe_code)]

mod array;
mod as_user;
mod backend;
mod caught;
mod error;
mod fdw;
mod functions;
mod guc;
mod identity;
mod interrupt;
mod list;
mod log;
mod preset;
mod server;
mod text;

pgrx::pg_module_magic!();

/// Postgres calls it when it loads the library.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    guc::declare();
    fdw::declare();
}

// The wrapper of the short way in; the functions also serve `CREATE FOREIGN DATA WRAPPER` with another name.
pgrx::extension_sql!(
    r#"
CREATE FOREIGN DATA WRAPPER auth0_fdw HANDLER auth0_fdw_handler VALIDATOR auth0_fdw_validator;
-- Postgres never passes NULL; whoever calls it by hand with one gets NULL.
ALTER FUNCTION auth0_fdw_validator(text[], oid) STRICT;
COMMENT ON FOREIGN DATA WRAPPER auth0_fdw IS 'An Auth0 tenant as foreign tables';
"#,
    name = "wrapper",
    finalize
);
