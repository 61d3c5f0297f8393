//! A write happens at once, whatever becomes of the transaction: those who might think otherwise are told.
#![allow(unsafe_code)]

use std::cell::Cell;

use auth0::Error;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{pg_sys, PgLogLevel, PgSqlErrorCode};

use crate::error::raise;
use crate::guc::{self, InTransaction, WRITES_IN_TRANSACTION_NAME};

thread_local! {
    /// Begin of the transaction that has been warned.
    static WARNED: Cell<i64> = const { Cell::new(0) };
}

/// Warns or raises before the first write of a statement, if it is in a transaction that could be rolled back after it.
pub fn check() {
    let mode = guc::writes_in_transaction();
    // SAFETY: reads variables of the backend. A statement on its own is no block; an exception block of PL/pgSQL is one.
    let (block, began) = unsafe {
        (
            pg_sys::IsTransactionBlock() || pg_sys::IsSubTransaction(),
            pg_sys::GetCurrentTransactionStartTimestamp(),
        )
    };
    if !block || mode == InTransaction::Allow {
        return;
    }
    if mode == InTransaction::Forbid {
        raise(Error::WriteInTransaction {
            setting: WRITES_IN_TRANSACTION_NAME,
        });
    }
    if WARNED.replace(began) != began {
        ErrorReport::new(
            PgSqlErrorCode::ERRCODE_WARNING,
            "writes to Auth0 happen at once, and a rollback does not undo them",
            "auth0_fdw",
        )
        .set_hint(format!(
            "If you know: SET {WRITES_IN_TRANSACTION_NAME} = 'allow'; to have an error instead: 'forbid'."
        ))
        .report(PgLogLevel::WARNING);
    }
}
