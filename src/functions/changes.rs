//! Telling all backends that the extension's tables have changed, and hearing of it.
#![allow(unsafe_code)]

use std::cell::Cell;

use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::ffi::pg_guard_ffi_boundary;
use pgrx::pg_sys::{Datum, Oid};
use pgrx::{pg_trigger, AllocatedByPostgres, PgTrigger, PgTriggerError};

use super::trust;

// Of utils/inval.h, which pgrx does not bind.
extern "C-unwind" {
    fn CacheRegisterRelcacheCallback(
        function: Option<unsafe extern "C-unwind" fn(Datum, Oid)>,
        argument: Datum,
    );
    fn CacheInvalidateRelcacheByRelid(relation: Oid);
}

/// Called by Postgres whenever it likes. Nothing here can fail.
unsafe extern "C-unwind" fn changed(_: Datum, relation: Oid) {
    trust::changed(relation);
}

/// Hears of every change from now on.
pub fn listen() {
    thread_local! {
        static LISTENING: Cell<bool> = const { Cell::new(false) };
    }
    if !LISTENING.replace(true) {
        // SAFETY: registers a function that lives as long as the library, which is never unloaded.
        unsafe {
            pg_guard_ffi_boundary(|| CacheRegisterRelcacheCallback(Some(changed), Datum::null()));
        }
    }
}

/// The trigger on the extension's tables. Others hear of the change when it is committed.
#[pg_trigger(sql = false)]
fn trust_changed<'a>(
    trigger: &'a PgTrigger<'a>,
) -> Result<Option<PgHeapTuple<'a, AllocatedByPostgres>>, PgTriggerError> {
    let relation = trigger.relation()?.oid();
    // SAFETY: the relation exists, as its trigger runs.
    unsafe { pg_guard_ffi_boundary(|| CacheInvalidateRelcacheByRelid(relation)) };
    Ok(None)
}
