//! A write happens at once, whatever becomes of the transaction: those who might think otherwise are told.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::CStr;
use std::ptr;

use auth0::Error;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{EState, FunctionCallInfo, Node, NodeTag, PlannedStmt, ReturnSetInfo};
use pgrx::{pg_sys, PgLogLevel, PgSqlErrorCode};

use crate::error::raise;
use crate::guc::{self, InTransaction, WRITES_IN_TRANSACTION_NAME};
use crate::list;

thread_local! {
    /// Begin of the transaction that has been warned.
    static WARNED: Cell<i64> = const { Cell::new(0) };
}

/// Warns or raises before the first write of a statement, if something could fail after it and roll back what surrounds it.
///
/// # Safety
/// `estate` must be that of the statement that is running, or null if it has none.
pub unsafe fn check(estate: *mut EState) {
    let mode = guc::writes_in_transaction();
    // SAFETY: the caller's promise; the rest reads variables of the backend. As for Postgres' own commands that cannot be
    // rolled back, a statement on its own is no block, what a function runs is.
    let (block, nested, began) = unsafe {
        (
            pg_sys::IsInTransactionBlock(true),
            !is_top_level(estate),
            pg_sys::GetCurrentTransactionStartTimestamp(),
        )
    };
    if !(block || nested) || mode == InTransaction::Allow {
        return;
    }
    if mode == InTransaction::Forbid {
        raise(Error::WriteInTransaction {
            setting: WRITES_IN_TRANSACTION_NAME,
            block,
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

/// The same for a function that writes by itself, and what Postgres asks of a statement that does.
///
/// # Safety
/// `call` must be what Postgres has called the function `name` with.
pub unsafe fn check_call(name: &CStr, call: FunctionCallInfo) {
    // SAFETY: the caller's promise; what calls a function that returns a set says for which query.
    unsafe {
        pg_sys::PreventCommandIfReadOnly(name.as_ptr());
        let asked: *mut ReturnSetInfo = (*call).resultinfo.cast();
        let estate = match asked.is_null() || (*asked).type_ != NodeTag::T_ReturnSetInfo {
            true => ptr::null_mut(),
            false => (*asked)
                .econtext
                .as_ref()
                .map_or(ptr::null_mut(), |c| c.ecxt_estate),
        };
        check(estate);
    }
}

/// Whether a statement is what the client has sent, and not one of a function, a procedure or a DO block.
unsafe fn is_top_level(estate: *mut EState) -> bool {
    // SAFETY: called with a running statement's state. SPI only looks: nobody has a relation without a name.
    unsafe {
        // Whoever runs statements by SPI is a function, also if these are in a portal of their own, as those of cursors.
        let in_spi = pg_sys::SPI_unregister_relation(c"".as_ptr()) != pg_sys::SPI_ERROR_UNCONNECTED;
        let portal = pg_sys::ActivePortal;
        if in_spi || portal.is_null() || estate.is_null() {
            return false;
        }
        // A function in SQL has no portal, but a text of its own.
        if (*estate).es_sourceText == (*portal).sourceText {
            return true;
        }
        let is = |tag: NodeTag| {
            list::iter::<PlannedStmt>((*portal).stmts).any(|statement| {
                let utility: *mut Node = (*statement).utilityStmt;
                !utility.is_null() && (*utility).type_ == tag
            })
        };
        // COPY has no text, and EXPLAIN ANALYZE EXECUTE that of the prepared statement, whose rows it counts.
        (is(NodeTag::T_CopyStmt) && (*estate).es_sourceText.is_null())
            || (is(NodeTag::T_ExplainStmt) && (*estate).es_instrument != 0)
    }
}
