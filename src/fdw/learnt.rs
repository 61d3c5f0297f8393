//! How many rows the objects of a server have, as far as this session has seen it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr;

use auth0::catalog::Object;
use pgrx::pg_sys::Oid;

thread_local! {
    /// By the object's address, which is its identity: two that are declared may have one name.
    static TOTALS: RefCell<HashMap<(Oid, usize), u64>> = RefCell::default();
}

fn key(server: Oid, object: &'static Object) -> (Oid, usize) {
    (server, ptr::from_ref(object).addr())
}

/// Notes the number of rows of an object of a server.
pub fn note(server: Oid, object: &'static Object, rows: u64) {
    TOTALS.with_borrow_mut(|totals| totals.insert(key(server, object), rows));
}

/// The number noted last.
pub fn rows(server: Oid, object: &'static Object) -> Option<u64> {
    TOTALS.with_borrow(|totals| totals.get(&key(server, object)).copied())
}
