//! How many rows the objects of a server have, as far as this session has seen it.

use std::cell::RefCell;
use std::collections::HashMap;

use pgrx::pg_sys::Oid;

thread_local! {
    static TOTALS: RefCell<HashMap<(Oid, &'static str), u64>> = RefCell::default();
}

/// Notes the number of rows of an object of a server.
pub fn note(server: Oid, object: &'static str, rows: u64) {
    TOTALS.with_borrow_mut(|totals| totals.insert((server, object), rows));
}

/// The number noted last.
pub fn rows(server: Oid, object: &'static str) -> Option<u64> {
    TOTALS.with_borrow(|totals| totals.get(&(server, object)).copied())
}
