//! Changing the tenant from SQL: what is sent for each statement, what comes back, what is refused.

mod agree;
mod deletes;
mod document;
mod faults;
mod functions;
mod imports;
mod inserts;
mod kept;
mod objects;
mod random;
mod rights;
mod safety;
#[path = "../samples/mod.rs"]
mod samples;
mod sdk;
mod settings;
mod support;
mod transactions;
mod updates;
