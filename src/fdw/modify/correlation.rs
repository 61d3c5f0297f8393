//! `X-Correlation-ID`: which statement a line in the tenant's log comes from.
#![allow(unsafe_code)]

use std::cell::Cell;

use pgrx::pg_sys;

use crate::text;

/// Auth0 keeps 64 characters; a request that is one of several made of one adds a number of its own.
const MOST: usize = 59;

thread_local! {
    static SENT: Cell<u64> = const { Cell::new(0) };
}

/// The id of the next request: `database/process/transaction/number`. The transaction is its number, if it has one yet, else
/// that of the virtual one, as `%v` of `log_line_prefix` shows it. A long name of a database is cut.
pub fn next() -> String {
    let number = SENT.get() + 1;
    SENT.set(number);
    // SAFETY: reads variables of the backend, which has a database.
    let (name, process, transaction) = unsafe {
        let id = pg_sys::GetTopTransactionIdIfAny();
        let transaction = match u32::from(id) {
            0 => virtual_transaction(),
            id => id.to_string(),
        };
        let name = text::from_server(pg_sys::get_database_name(pg_sys::MyDatabaseId));
        (name, pg_sys::MyProcPid, transaction)
    };
    let rest = format!("/{process}/{transaction}/{number}");
    let sound = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "-_.".contains(c) => c,
        _ => '_',
    };
    let name: String = name
        .chars()
        .map(sound)
        .take(MOST.saturating_sub(rest.len()))
        .collect();
    name + &rest
}

/// # Safety
/// Must run in a backend.
unsafe fn virtual_transaction() -> String {
    // SAFETY: the backend's own entry.
    unsafe {
        #[cfg(any(feature = "pg14", feature = "pg15", feature = "pg16"))]
        let (backend, local) = (pg_sys::MyBackendId, (*pg_sys::MyProc).lxid);
        #[cfg(any(feature = "pg17", feature = "pg18"))]
        let (backend, local) = (pg_sys::MyProcNumber, (*pg_sys::MyProc).vxid.lxid);
        format!("{backend}/{local}")
    }
}
