//! Running a statement that writes: the callbacks of Begin/Exec/EndForeignModify and of BeginForeignInsert.
//!
//! A row whose stored form is wanted (RETURNING, triggers, a view's check option) is written and waited for. All others are
//! sent side by side, and waited for when there is no more room and at the end.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use auth0::catalog::writes::Op;
use auth0::write;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, EState, List, ModifyTableState, ResultRelInfo, TupleTableSlot};

use super::book::Fate;
use super::plan::{op_of, ModifyPlan};
use super::read_first;
use super::state::{Begin, Modify};
use crate::fdw::plan;
use crate::list;

/// Rows that Postgres collects before it hands them over. Each batch is waited for.
const BATCH: c_int = 1000;

/// BeginForeignModify.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn begin(
    node: *mut ModifyTableState,
    target: *mut ResultRelInfo,
    private: *mut List,
    _subplan: c_int,
    flags: c_int,
) {
    // SAFETY: the executor's structures; the list was made by `plan_modify`.
    unsafe {
        let Some(op) = op_of((*node).operation) else {
            return;
        };
        let first = list::iter::<pg_sys::Node>(private).next();
        let planned: ModifyPlan = plan::read(first.unwrap_or(ptr::null_mut()));
        let modify = Modify::begin(Begin {
            estate: (*node).ps.state,
            plan: (*node).ps.plan.cast(),
            target,
            op,
            set: planned.set,
            copies: false,
            only_explained: flags & pg_sys::EXEC_FLAG_EXPLAIN_ONLY as c_int != 0,
        });
        if op != Op::Insert {
            read_first::register(node, target, modify);
        }
    }
}

/// BeginForeignInsert: COPY, and rows that are routed to a partition.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn begin_insert(
    node: *mut ModifyTableState,
    target: *mut ResultRelInfo,
) {
    // SAFETY: the executor's structures.
    unsafe {
        Modify::begin(Begin {
            estate: (*node).ps.state,
            plan: (*node).ps.plan.cast(),
            target,
            op: Op::Insert,
            set: Vec::new(),
            copies: (*node).ps.plan.is_null(),
            only_explained: false,
        });
    }
}

/// Whether each row has to be waited for.
unsafe fn is_awaited(target: *mut ResultRelInfo) -> bool {
    // SAFETY: called with a statement's target.
    unsafe {
        !(*target).ri_projectReturning.is_null()
            || !(*target).ri_WithCheckOptions.is_null()
            || !(*target).ri_TrigDesc.is_null()
    }
}

/// Looks at a view's check option before the row is written; Postgres looks at it again when it is too late.
unsafe fn check_view(target: *mut ResultRelInfo, slot: *mut TupleTableSlot, estate: *mut EState) {
    // SAFETY: called with a statement's target and a tuple of it.
    unsafe {
        if !(*target).ri_WithCheckOptions.is_null() {
            let kind = pg_sys::WCOKind::WCO_VIEW_CHECK;
            pg_sys::ExecWithCheckOptions(kind, target, slot, estate);
        }
    }
}

/// GetForeignModifyBatchSize.
///
/// # Safety
/// Called by the executor with a statement's target.
#[pg_guard]
pub unsafe extern "C-unwind" fn batch_size(target: *mut ResultRelInfo) -> c_int {
    // SAFETY: the executor's structure.
    match unsafe { is_awaited(target) } {
        true => 1,
        false => BATCH,
    }
}

/// ExecForeignInsert.
///
/// # Safety
/// Called by the executor with a statement begun before.
#[pg_guard]
pub unsafe extern "C-unwind" fn insert(
    estate: *mut EState,
    target: *mut ResultRelInfo,
    slot: *mut TupleTableSlot,
    _plan_slot: *mut TupleTableSlot,
) -> *mut TupleTableSlot {
    // SAFETY: the executor's structures.
    unsafe {
        let Some(modify) = Modify::of(target) else {
            return slot;
        };
        check_view(target, slot, estate);
        let row = modify.new_row(slot);
        let row = modify.sendable(row, 0);
        let steps = modify.sendable(write::insert(modify.object, &row), 0);
        let name = modify.next_name(&row);
        if modify.copies && !is_awaited(target) {
            modify.put_aside(row, name);
            return slot;
        }
        match modify.send(steps, name) {
            Fate::Written(answer) => {
                if is_awaited(target) {
                    let stored = write::stored(modify.object, Op::Insert, answer.as_deref(), &row);
                    modify.put_stored(stored, slot, estate);
                }
                slot
            }
            Fate::Skipped | Fate::Failed => ptr::null_mut(),
        }
    }
}

/// ExecForeignBatchInsert.
///
/// # Safety
/// Called by the executor with a statement begun before, and so many slots.
#[pg_guard]
pub unsafe extern "C-unwind" fn insert_batch(
    _estate: *mut EState,
    target: *mut ResultRelInfo,
    slots: *mut *mut TupleTableSlot,
    _plan_slots: *mut *mut TupleTableSlot,
    count: *mut c_int,
) -> *mut *mut TupleTableSlot {
    // SAFETY: the executor's structures.
    unsafe {
        let Some(modify) = Modify::of(target) else {
            return slots;
        };
        // What cannot be sent is an error before anything is.
        let mut rows = Vec::new();
        for n in 0..*count as usize {
            let row = modify.new_row(*slots.add(n));
            let row = modify.sendable(row, n);
            modify.sendable(write::insert(modify.object, &row), n);
            rows.push(row);
        }
        for row in rows {
            let name = modify.next_name(&row);
            modify.put_aside(row, name);
        }
        *count -= modify.finish() as c_int;
        slots
    }
}

/// ExecForeignUpdate.
///
/// # Safety
/// Called by the executor with a statement begun before.
#[pg_guard]
pub unsafe extern "C-unwind" fn update(
    estate: *mut EState,
    target: *mut ResultRelInfo,
    slot: *mut TupleTableSlot,
    _plan_slot: *mut TupleTableSlot,
) -> *mut TupleTableSlot {
    // SAFETY: the executor's structures; the old row is where Postgres has built the new one from.
    unsafe {
        let Some(modify) = Modify::of(target) else {
            return slot;
        };
        check_view(target, slot, estate);
        let triggers = !(*target).ri_TrigDesc.is_null();
        let (old, new, changed) = modify.change((*target).ri_oldTupleSlot, slot, triggers);
        let steps = modify.steps_of_change(&old, &new, &changed);
        let steps = modify.sendable(steps, 0);
        if !modify.is_first(&old) {
            return ptr::null_mut();
        }
        let name = modify.next_name(&old);
        if !is_awaited(target) {
            if !steps.is_empty() {
                modify.sender.submit(steps, vec![name]);
            }
            return slot;
        }
        let fate = match steps.is_empty() {
            true => Fate::Written(None),
            false => modify.send(steps, name),
        };
        match fate {
            Fate::Written(Some(answer)) => {
                let stored = write::stored(modify.object, Op::Update, Some(&answer), &new);
                modify.put_stored(stored, slot, estate);
                slot
            }
            Fate::Written(None) => {
                match modify.changed_object((*target).ri_oldTupleSlot, &old, &new) {
                    Some(stored) => modify.put_stored(stored, slot, estate),
                    None => modify.hide(slot),
                }
                slot
            }
            Fate::Skipped | Fate::Failed => ptr::null_mut(),
        }
    }
}

/// ExecForeignDelete.
///
/// # Safety
/// Called by the executor with a statement begun before.
#[pg_guard]
pub unsafe extern "C-unwind" fn delete(
    _estate: *mut EState,
    target: *mut ResultRelInfo,
    slot: *mut TupleTableSlot,
    plan_slot: *mut TupleTableSlot,
) -> *mut TupleTableSlot {
    // SAFETY: the executor's structures.
    unsafe {
        let Some(modify) = Modify::of(target) else {
            return slot;
        };
        let row = modify.old_row(plan_slot);
        if !modify.is_first(&row) {
            return ptr::null_mut();
        }
        let steps = modify.sendable(write::delete(modify.object, &row), 0);
        let name = modify.next_name(&row);
        if !is_awaited(target) {
            modify.put_aside(row, name);
            return slot;
        }
        match modify.send(steps, name) {
            Fate::Written(_) => {
                modify.put_old(plan_slot, slot);
                slot
            }
            Fate::Skipped | Fate::Failed => ptr::null_mut(),
        }
    }
}

/// EndForeignModify and EndForeignInsert: nothing may be on its way when the statement is told to be done.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn end(_estate: *mut EState, target: *mut ResultRelInfo) {
    // SAFETY: the executor's structures.
    if let Some(modify) = unsafe { Modify::of(target) } {
        modify.close();
    }
}
