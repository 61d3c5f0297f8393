//! The SQL-callable functions, in schema `auth0`.
//!
//! - [`verify`]: is this token good?
//! - [`login`]: whose transaction, whose session this is
//! - [`claims`]: what row-level security asks
//! - [`policies`]: policies written and policies checked
//! - [`sessions`]: a login as a local account and session
//! - [`postgrest`]: PostgREST's hook and its configuration
//! - [`users`]: a user found or made; [`imports`]: many users at once
//! - [`trust`]: what the DBA declared, read from the extension's tables; [`changes`]: when they change; [`keys`]: the issuers' keys
//! - [`get`]: one call; [`check`]: what a server's credentials are good for
//! - [`objects`]: what there is to import; [`views`]: what people ask of it
//! - [`argument`], [`value`], [`sql`]: what the functions are given and return; statements they run

mod argument;
mod changes;
mod check;
mod claims;
mod get;
mod imports;
mod keys;
mod login;
mod objects;
mod policies;
mod postgrest;
mod sessions;
mod sql;
mod trust;
mod users;
mod value;
mod verify;
mod views;

// The schema, the functions in it, the tables that they guard. The functions are declared by hand: what they take, who
// may call them and how they are planned is one page to read, and pgrx would make the schema itself.
pgrx::extension_sql_file!("../../sql/schema.sql", name = "schema", bootstrap);
pgrx::extension_sql_file!(
    "../../sql/functions.sql",
    name = "functions",
    requires = ["schema"]
);
pgrx::extension_sql_file!(
    "../../sql/trust.sql",
    name = "trust",
    requires = ["functions"]
);
pgrx::extension_sql_file!(
    "../../sql/tenant.sql",
    name = "tenant",
    requires = ["schema"]
);
