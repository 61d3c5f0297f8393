//! A plan node that reads all rows of a statement before the first of them is changed.
//!
//! So a search does not shift while its rows are changed, the number of rows to delete is known before the first call, and
//! when the last row has been handed on everything is waited for: a row that was gone is not counted.
#![allow(unsafe_code)]

use std::ffi::{c_int, CStr};
use std::ptr;

use auth0::catalog::writes::Op;
use auth0::Error;
use pgrx::pg_sys::{
    self, CustomScanState, EState, List, ModifyTableState, Node, NodeTag, Oid, Plan, PlanState,
    ResultRelInfo, TargetEntry, TupleTableSlot, Tuplestorestate,
};
use pgrx::{check_for_interrupts, pg_guard, PgMemoryContexts};

use super::state::Modify;
use crate::error::{raise, raise_internal};
use crate::fdw::slot::{clear, is_empty, next, unpack, Methods};
use crate::{guc, list};

/// As EXPLAIN shows it.
const NAME: &CStr = c"Auth0 Read First";

static SCAN_METHODS: Methods<pg_sys::CustomScanMethods> = Methods(pg_sys::CustomScanMethods {
    CustomName: NAME.as_ptr(),
    CreateCustomScanState: Some(create),
});

static EXEC_METHODS: Methods<pg_sys::CustomExecMethods> = Methods(pg_sys::CustomExecMethods {
    CustomName: NAME.as_ptr(),
    BeginCustomScan: Some(begin),
    ExecCustomScan: Some(exec),
    EndCustomScan: Some(end),
    ReScanCustomScan: Some(rescan),
    MarkPosCustomScan: None,
    RestrPosCustomScan: None,
    EstimateDSMCustomScan: None,
    InitializeDSMCustomScan: None,
    ReInitializeDSMCustomScan: None,
    InitializeWorkerCustomScan: None,
    ShutdownCustomScan: None,
    ExplainCustomScan: None,
});

/// Called when Postgres loads the library.
pub fn declare() {
    // SAFETY: the methods live as long as the process.
    unsafe { pg_sys::RegisterCustomScanMethods(&SCAN_METHODS.0) }
}

/// Puts the node between a statement and the plan of its rows, once.
///
/// # Safety
/// `modify` must be a plan that is being made.
pub unsafe fn put_under(modify: *mut pg_sys::ModifyTable) {
    // SAFETY: the caller's promise; the nodes live in the planner's memory.
    unsafe {
        let rows = (*modify).plan.lefttree;
        if is_ours(rows) {
            return;
        }
        let node = pg_sys::palloc0(size_of::<pg_sys::CustomScan>()).cast::<pg_sys::CustomScan>();
        (*node).scan.plan = pg_sys::Plan {
            type_: NodeTag::T_CustomScan,
            startup_cost: (*rows).total_cost,
            total_cost: (*rows).total_cost,
            plan_rows: (*rows).plan_rows,
            plan_width: (*rows).plan_width,
            targetlist: same_tuple((*rows).targetlist),
            ..Default::default()
        };
        (*node).custom_scan_tlist = same_tuple((*rows).targetlist);
        (*node).custom_plans = pg_sys::lappend(ptr::null_mut(), rows.cast());
        (*node).methods = &SCAN_METHODS.0;
        (*modify).plan.lefttree = ptr::from_mut(&mut (*node).scan.plan);
    }
}

unsafe fn is_ours(plan: *mut Plan) -> bool {
    // SAFETY: called with a plan node; the tag is checked before the fields are read.
    unsafe {
        (*plan).type_ == NodeTag::T_CustomScan
            && ptr::eq(
                (*plan.cast::<pg_sys::CustomScan>()).methods,
                &SCAN_METHODS.0,
            )
    }
}

/// A target list like the child's. The child's tuples are handed on as they are, so it only has to have their types and
/// names, and to be something EXPLAIN can show: what cannot stand in two places is a NULL of the type.
unsafe fn same_tuple(entries: *mut List) -> *mut List {
    // SAFETY: called with the target list of a plan node that is being made.
    unsafe {
        let mut same: *mut List = ptr::null_mut();
        for entry in list::iter::<TargetEntry>(entries) {
            let copy = pg_sys::copyObjectImpl(entry.cast()).cast::<TargetEntry>();
            let expr: *mut Node = (*copy).expr.cast();
            let is_identity = (*expr).type_ == NodeTag::T_Var
                && i64::from((*expr.cast::<pg_sys::Var>()).varno) == i64::from(pg_sys::ROWID_VAR);
            if is_identity || pg_sys::contain_subplans(expr) {
                let null = pg_sys::makeNullConst(
                    pg_sys::exprType(expr),
                    pg_sys::exprTypmod(expr),
                    pg_sys::exprCollation(expr),
                );
                (*copy).expr = null.cast();
            }
            same = pg_sys::lappend(same, copy.cast());
        }
        same
    }
}

/// Postgres' state with ours behind it.
#[repr(C)]
struct State {
    css: CustomScanState,
    rows: *mut Rows,
}

/// Our part. It belongs to the query's memory context.
struct Rows {
    child: *mut PlanState,
    kept: *mut Tuplestorestate,
    slot: *mut TupleTableSlot,
    /// Where a row says which table it is of, if the statement is on several.
    table: i16,
    /// Whose rows these are, by the oid of the table.
    writers: Vec<(Oid, *mut Modify)>,
    /// Whether the statement's own count is of these rows.
    counts: bool,
    finished: bool,
}

/// Tells the node under a statement who changes its rows.
///
/// # Safety
/// Must be called by BeginForeignModify with what it is given.
pub unsafe fn register(
    node: *mut ModifyTableState,
    target: *mut ResultRelInfo,
    modify: *mut Modify,
) {
    // SAFETY: the caller's promise: the plan was made by `put_under`, its state by `create` and `begin`.
    unsafe {
        let child = (*node).ps.lefttree;
        if child.is_null() || !is_ours((*child).plan) {
            return;
        }
        if let Some(rows) = (*child.cast::<State>()).rows.as_mut() {
            rows.counts = (*node).canSetTag;
            rows.writers
                .push(((*(*target).ri_RelationDesc).rd_id, modify));
        }
    }
}

/// CreateCustomScanState.
#[pg_guard]
unsafe extern "C-unwind" fn create(_scan: *mut pg_sys::CustomScan) -> *mut Node {
    // SAFETY: zeroed memory is a valid state; the executor fills it.
    unsafe {
        let state = pg_sys::palloc0(size_of::<State>()).cast::<State>();
        (*state).css.ss.ps.type_ = NodeTag::T_CustomScanState;
        (*state).css.methods = &EXEC_METHODS.0;
        state.cast()
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn begin(node: *mut CustomScanState, estate: *mut EState, flags: c_int) {
    // SAFETY: the executor's structures; the plan was made by `put_under`.
    unsafe {
        let scan = (*node).ss.ps.plan.cast::<pg_sys::CustomScan>();
        let Some(child) = list::iter::<Plan>((*scan).custom_plans).next() else {
            raise_internal("a statement has lost its rows")
        };
        let child = pg_sys::ExecInitNode(child, estate, flags);
        (*node).custom_ps = pg_sys::lappend(ptr::null_mut(), child.cast());
        // What comes out is not what Postgres has prepared for: the child's tuples, without projection.
        (*node).ss.ps.resultopsset = true;
        (*node).ss.ps.resultopsfixed = false;
        (*node).ss.ps.resultops = &raw const pg_sys::TTSOpsMinimalTuple;
        let rows = Rows {
            child,
            kept: ptr::null_mut(),
            slot: pg_sys::ExecAllocTableSlot(
                &mut (*estate).es_tupleTable,
                (*child).ps_ResultTupleDesc,
                &raw const pg_sys::TTSOpsMinimalTuple,
            ),
            table: pg_sys::ExecFindJunkAttributeInTlist(
                (*scan).scan.plan.targetlist,
                c"tableoid".as_ptr(),
            ),
            writers: Vec::new(),
            counts: false,
            finished: false,
        };
        let mut context = PgMemoryContexts::For((*estate).es_query_cxt);
        (*node.cast::<State>()).rows = context.leak_and_drop_on_delete(rows);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn exec(node: *mut CustomScanState) -> *mut TupleTableSlot {
    // SAFETY: a state filled by `begin`.
    unsafe {
        let Some(rows) = (*node.cast::<State>()).rows.as_mut() else {
            return ptr::null_mut();
        };
        let estate = (*node).ss.ps.state;
        if rows.kept.is_null() {
            rows.read(estate);
        }
        if pg_sys::tuplestore_gettupleslot(rows.kept, true, false, rows.slot) {
            // Some of Postgres' expressions count on it.
            unpack(rows.slot);
            return rows.slot;
        }
        if !std::mem::replace(&mut rows.finished, true) {
            for (_, modify) in &rows.writers {
                let gone = (**modify).finish();
                if rows.counts {
                    (*estate).es_processed = (*estate).es_processed.saturating_sub(gone);
                }
            }
        }
        clear(rows.slot)
    }
}

impl Rows {
    /// Reads all rows; raises if they are too many to delete.
    unsafe fn read(&mut self, estate: *mut EState) {
        // SAFETY: called by `exec`.
        unsafe {
            let before = pg_sys::MemoryContextSwitchTo((*estate).es_query_cxt);
            self.kept = pg_sys::tuplestore_begin_heap(false, false, pg_sys::work_mem);
            pg_sys::MemoryContextSwitchTo(before);
            let mut deleted = 0;
            loop {
                check_for_interrupts!();
                let slot = next(self.child);
                if is_empty(slot) {
                    break;
                }
                deleted += u64::from(self.is_deleted(slot));
                pg_sys::tuplestore_puttupleslot(self.kept, slot);
            }
            let object = self.writers.first().map(|(_, modify)| (**modify).object);
            if let (Some(allowed), Some(object)) = (guc::max_deletes(), object) {
                if deleted > allowed {
                    raise(Error::TooManyDeletes {
                        object: object.name,
                        count: deleted,
                        setting: guc::MAX_DELETES_NAME,
                        allowed,
                    });
                }
            }
        }
    }

    /// Whether a row is one that will be deleted in the tenant; rows of other tables of the same parent are not.
    unsafe fn is_deleted(&self, slot: *mut TupleTableSlot) -> bool {
        // SAFETY: called by `read` with a tuple of the child's.
        unsafe {
            let ours = |(table, modify): &(Oid, *mut Modify)| {
                let place = match usize::try_from(self.table) {
                    Ok(place) if place > 0 => place - 1,
                    _ => return (**modify).op == Op::Delete,
                };
                unpack(slot);
                let found = *(*slot).tts_values.add(place);
                !*(*slot).tts_isnull.add(place)
                    && found.value() as u32 == table.to_u32()
                    && (**modify).op == Op::Delete
            };
            self.writers.iter().any(ours)
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn rescan(node: *mut CustomScanState) {
    // SAFETY: a state filled by `begin`. No statement that writes is run twice in one execution.
    unsafe {
        if let Some(rows) = (*node.cast::<State>()).rows.as_mut() {
            if !rows.kept.is_null() {
                pg_sys::tuplestore_rescan(rows.kept);
            }
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn end(node: *mut CustomScanState) {
    // SAFETY: a state filled by `begin`.
    unsafe {
        if let Some(rows) = (*node.cast::<State>()).rows.as_mut() {
            pg_sys::ExecEndNode(rows.child);
            if !rows.kept.is_null() {
                pg_sys::tuplestore_end(rows.kept);
                rows.kept = ptr::null_mut();
            }
        }
    }
}
