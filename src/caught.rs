//! Code of Postgres' that may fail without ending the statement.
#![allow(unsafe_code)]

use std::panic::AssertUnwindSafe;
use std::ptr;

use pgrx::pg_sys::panic::{CaughtError, ErrorReportWithLevel};
use pgrx::{pg_sys, PgTryBuilder};

use crate::error::raise_internal;

/// Runs it; the error that Postgres has raised, if it has. `isolated`: in a subtransaction, so that nothing that it began
/// outlives its error.
pub fn caught<T>(isolated: bool, run: impl FnOnce() -> T) -> Result<T, Box<ErrorReportWithLevel>> {
    let subtransaction = isolated.then(Subtransaction::begin);
    let mut run = Some(run);
    let result = PgTryBuilder::new(AssertUnwindSafe(move || Ok(run.take().map(|run| run()))))
        .catch_others(|error| Err(Box::new(error)))
        .catch_rust_panic(|error| Err(Box::new(error)))
        .execute();
    if let Some(subtransaction) = subtransaction {
        subtransaction.end(result.is_ok());
    }
    match result.map_err(|error| *error) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => raise_internal("what was to be run once had been run before"),
        Err(CaughtError::PostgresError(report) | CaughtError::ErrorReport(report)) => {
            Err(Box::new(report))
        }
        Err(panic @ CaughtError::RustPanic { .. }) => panic.rethrow(),
    }
}

/// A subtransaction whose values are made in the memory that was current, not in its own.
struct Subtransaction {
    context: pg_sys::MemoryContext,
    owner: pg_sys::ResourceOwner,
}

impl Subtransaction {
    fn begin() -> Self {
        // SAFETY: reads variables of the backend; begun inside a statement, ended by `end` in any case.
        unsafe {
            let before = Subtransaction {
                context: pg_sys::CurrentMemoryContext,
                owner: pg_sys::CurrentResourceOwner,
            };
            pg_sys::BeginInternalSubTransaction(ptr::null());
            pg_sys::MemoryContextSwitchTo(before.context);
            before
        }
    }

    fn end(self, well: bool) {
        // SAFETY: the one begun by `begin` is the innermost again; what was current then lives on.
        unsafe {
            if well {
                pg_sys::ReleaseCurrentSubTransaction();
            } else {
                pg_sys::RollbackAndReleaseCurrentSubTransaction();
            }
            pg_sys::MemoryContextSwitchTo(self.context);
            pg_sys::CurrentResourceOwner = self.owner;
        }
    }
}
