//! Rows of plan nodes and the slots they stand in: what Postgres' headers have as inline functions and macros, which no
//! binding brings along.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use pgrx::pg_sys::{self, PlanState, TupleTableSlot};

/// A pointer to data that never changes: the methods of our own plan nodes.
pub struct Methods<T>(pub T);
// SAFETY: read-only data; a backend has one thread that looks at it.
unsafe impl<T> Sync for Methods<T> {}

/// Empties a slot, and gives it back: ExecClearTuple.
///
/// # Safety
/// `slot` must be a slot.
pub unsafe fn clear(slot: *mut TupleTableSlot) -> *mut TupleTableSlot {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
        }
    }
    slot
}

/// Whether there is no row: TupIsNull.
///
/// # Safety
/// `slot` must be null or a slot.
pub unsafe fn is_empty(slot: *mut TupleTableSlot) -> bool {
    // SAFETY: the caller's promise.
    slot.is_null() || unsafe { (*slot).tts_flags & pg_sys::TTS_FLAG_EMPTY as u16 != 0 }
}

/// Number of columns.
///
/// # Safety
/// `slot` must be a slot with its descriptor.
pub unsafe fn natts(slot: *mut TupleTableSlot) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*(*slot).tts_tupleDescriptor).natts as usize }
}

/// Takes the first `count` values out of a tuple: slot_getsomeattrs.
///
/// # Safety
/// `slot` must hold a tuple of at least so many columns.
pub unsafe fn read(slot: *mut TupleTableSlot, count: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        if ((*slot).tts_nvalid as usize) < count {
            pg_sys::slot_getsomeattrs_int(slot, count as c_int);
        }
    }
}

/// Takes all values out of a tuple: slot_getallattrs.
///
/// # Safety
/// `slot` must hold a tuple.
pub unsafe fn unpack(slot: *mut TupleTableSlot) {
    // SAFETY: the caller's promise.
    unsafe { read(slot, natts(slot)) }
}

/// The next row of a plan node: ExecProcNode.
///
/// # Safety
/// `child` must be an initialised plan node.
pub unsafe fn next(child: *mut PlanState) -> *mut TupleTableSlot {
    // SAFETY: the caller's promise.
    unsafe {
        if !(*child).chgParam.is_null() {
            pg_sys::ExecReScan(child);
        }
        match (*child).ExecProcNode {
            Some(run) => run(child),
            None => ptr::null_mut(),
        }
    }
}
