//! Running the join: batches of outer rows, their keys, the rows that are found for them.
#![allow(unsafe_code)]

use std::collections::{BTreeSet, HashMap};
use std::ffi::{c_int, CString};
use std::ptr;

use pgrx::pg_sys::{
    self, CustomScanState, EState, ExprContext, ExprState, JoinType, List, MinimalTuple, Node,
    PlanState, TupleTableSlot,
};
use pgrx::{check_for_interrupts, pg_guard, PgMemoryContexts};

use super::plan::integer;
use crate::error::raise_internal;
use crate::fdw::scan;
use crate::fdw::slot::{clear, is_empty, natts, next, read, Methods};
use crate::{list, text};

/// Outer rows of the first batch: as many as one search can answer, so that a LIMIT costs little.
const FIRST_BATCH: usize = 45;
/// And of the others.
const BATCH: usize = 900;

static EXEC_METHODS: Methods<pg_sys::CustomExecMethods> = Methods(pg_sys::CustomExecMethods {
    CustomName: super::NAME.as_ptr(),
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
    ExplainCustomScan: Some(explain),
});

/// Postgres' state with ours behind it.
#[repr(C)]
struct State {
    css: CustomScanState,
    join: *mut Join,
}

/// Our part. It belongs to the query's memory context.
struct Join {
    kind: JoinType::Type,
    outer: *mut PlanState,
    inner: *mut PlanState,
    key: *mut ExprState,
    conditions: *mut ExprState,
    /// Where the key stands in an inner row.
    position: usize,
    outer_slot: *mut TupleTableSlot,
    inner_slot: *mut TupleTableSlot,
    /// Memory of the batch's tuples: below the query's, with which it goes.
    memory: pg_sys::MemoryContext,
    rows: Vec<(MinimalTuple, Option<String>)>,
    found: HashMap<String, Vec<MinimalTuple>>,
    /// The outer row that is matched, and the next of its candidates.
    row: usize,
    candidate: usize,
    matched: bool,
    batches: usize,
    exhausted: bool,
}

/// CreateCustomScanState.
///
/// # Safety
/// Called by the executor.
#[pg_guard]
pub unsafe extern "C-unwind" fn create(_scan: *mut pg_sys::CustomScan) -> *mut Node {
    // SAFETY: zeroed memory is a valid state; the executor fills it.
    unsafe {
        let state = pg_sys::palloc0(size_of::<State>()).cast::<State>();
        (*state).css.ss.ps.type_ = pg_sys::NodeTag::T_CustomScanState;
        (*state).css.methods = &EXEC_METHODS.0;
        state.cast()
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn begin(node: *mut CustomScanState, estate: *mut EState, flags: c_int) {
    // SAFETY: the executor's structures; the plan was made by `plan`.
    unsafe {
        let scan = (*node).ss.ps.plan.cast::<pg_sys::CustomScan>();
        let plans: Vec<*mut pg_sys::Plan> = list::iter((*scan).custom_plans).collect();
        let private: Vec<*mut Node> = list::iter((*scan).custom_private).collect();
        let ([outer, inner], [kind, position]) = (plans.as_slice(), private.as_slice()) else {
            raise_internal("a look-up join has lost a side")
        };
        let outer = pg_sys::ExecInitNode(*outer, estate, flags);
        let inner = pg_sys::ExecInitNode(*inner, estate, flags);
        let children = pg_sys::lappend(ptr::null_mut(), outer.cast());
        (*node).custom_ps = pg_sys::lappend(children, inner.cast());
        let parent = ptr::from_mut(&mut (*node).ss.ps);
        let expressions: Vec<*mut Node> = list::iter((*scan).custom_exprs).collect();
        let key = expressions.first().copied().unwrap_or(ptr::null_mut());
        let mut conditions: *mut List = ptr::null_mut();
        for condition in expressions.iter().skip(1) {
            conditions = pg_sys::lappend(conditions, condition.cast());
        }
        let slot = |child: *mut PlanState| {
            pg_sys::ExecAllocTableSlot(
                &mut (*estate).es_tupleTable,
                (*child).ps_ResultTupleDesc,
                &raw const pg_sys::TTSOpsMinimalTuple,
            )
        };
        let join = Join {
            kind: integer(*kind) as JoinType::Type,
            outer,
            inner,
            key: pg_sys::ExecInitExpr(key.cast(), parent),
            conditions: pg_sys::ExecInitQual(conditions, parent),
            position: integer(*position) as usize,
            outer_slot: slot(outer),
            inner_slot: slot(inner),
            memory: pg_sys::AllocSetContextCreateInternal(
                (*estate).es_query_cxt,
                c"Auth0 look-up join".as_ptr(),
                pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            ),
            rows: Vec::new(),
            found: HashMap::new(),
            row: 0,
            candidate: 0,
            matched: false,
            batches: 0,
            exhausted: false,
        };
        let mut context = PgMemoryContexts::For((*estate).es_query_cxt);
        (*node.cast::<State>()).join = context.leak_and_drop_on_delete(join);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn exec(node: *mut CustomScanState) -> *mut TupleTableSlot {
    // SAFETY: a state made by `create` and filled by `begin`.
    unsafe {
        let Some(join) = (*node.cast::<State>()).join.as_mut() else {
            return ptr::null_mut();
        };
        let slot = (*node).ss.ss_ScanTupleSlot;
        let context = (*node).ss.ps.ps_ExprContext;
        (*context).ecxt_scantuple = slot;
        loop {
            check_for_interrupts!();
            if join.row >= join.rows.len() {
                if join.exhausted {
                    return clear(slot);
                }
                join.read_batch(slot, context);
                continue;
            }
            pg_sys::MemoryContextReset((*context).ecxt_per_tuple_memory);
            if !join.next_match(slot, context) {
                continue;
            }
            if !passes((*node).ss.ps.qual, context) {
                continue;
            }
            let projection = (*node).ss.ps.ps_ProjInfo;
            if projection.is_null() {
                return slot;
            }
            return project(projection);
        }
    }
}

impl Join {
    /// Reads the next outer rows, asks for their keys and keeps what is found.
    unsafe fn read_batch(&mut self, slot: *mut TupleTableSlot, context: *mut ExprContext) {
        let most = if self.batches == 0 {
            FIRST_BATCH
        } else {
            BATCH
        };
        self.batches += 1;
        self.rows.clear();
        self.found.clear();
        self.row = 0;
        self.candidate = 0;
        self.matched = false;
        // SAFETY: called by `exec`; tuples of a batch live in the batch's memory, and nothing points to them any more.
        unsafe {
            pg_sys::MemoryContextReset(self.memory);
            let mut keys = BTreeSet::new();
            while self.rows.len() < most {
                let outer = next(self.outer);
                if is_empty(outer) {
                    self.exhausted = true;
                    break;
                }
                let tuple = self.keep(outer);
                fill(slot, self.outer_slot, tuple, 0);
                let key = self.key_of(slot, context);
                if let Some(key) = &key {
                    keys.insert(key.clone());
                }
                self.rows.push((tuple, key));
            }
            if keys.is_empty() {
                return;
            }
            let Some(scan) = scan::state(self.inner.cast()) else {
                raise_internal("a look-up join has lost its scan")
            };
            scan.give(keys.into_iter().collect());
            pg_sys::ExecReScan(self.inner);
            loop {
                let inner = next(self.inner);
                if is_empty(inner) {
                    break;
                }
                read(inner, self.position + 1);
                if *(*inner).tts_isnull.add(self.position) {
                    continue;
                }
                let key = text::of_datum(*(*inner).tts_values.add(self.position));
                let tuple = self.keep(inner);
                self.found.entry(key).or_default().push(tuple);
            }
        }
    }

    /// The key of the outer row in the scan's tuple.
    unsafe fn key_of(
        &self,
        slot: *mut TupleTableSlot,
        context: *mut ExprContext,
    ) -> Option<String> {
        // SAFETY: called by `read_batch`; the expression reads outer columns only.
        unsafe {
            pg_sys::MemoryContextReset((*context).ecxt_per_tuple_memory);
            pg_sys::ExecStoreVirtualTuple(slot);
            let run = (*self.key).evalfunc?;
            let mut is_null = false;
            let old = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            let value = run(self.key, context, &mut is_null);
            let key = (!is_null).then(|| text::of_datum(value));
            pg_sys::MemoryContextSwitchTo(old);
            clear(slot);
            key
        }
    }

    unsafe fn keep(&mut self, slot: *mut TupleTableSlot) -> MinimalTuple {
        // SAFETY: called by `read_batch` with a child's row.
        unsafe {
            let old = pg_sys::MemoryContextSwitchTo(self.memory);
            let copy = (*(*slot).tts_ops).copy_minimal_tuple;
            let tuple = match copy {
                #[cfg(not(feature = "pg18"))]
                Some(copy) => copy(slot),
                #[cfg(feature = "pg18")]
                Some(copy) => copy(slot, 0),
                None => raise_internal("a row cannot be copied"),
            };
            pg_sys::MemoryContextSwitchTo(old);
            tuple
        }
    }

    /// Puts the next row of the join into the scan's tuple; false if there was none at this step.
    unsafe fn next_match(&mut self, slot: *mut TupleTableSlot, context: *mut ExprContext) -> bool {
        // SAFETY: called by `exec`; the tuple is the outer row and the inner row.
        unsafe {
            let (outer, key) = &self.rows[self.row];
            let candidates = key.as_ref().and_then(|key| self.found.get(key));
            let candidate = candidates
                .and_then(|found| found.get(self.candidate))
                .copied();
            let width = natts(self.outer_slot);
            clear(slot);
            fill(slot, self.outer_slot, *outer, 0);
            let Some(candidate) = candidate else {
                // No more candidates: the row is done.
                let alone = !self.matched
                    && [JoinType::JOIN_LEFT, JoinType::JOIN_ANTI].contains(&self.kind);
                self.next_row();
                if alone {
                    let rest = natts(slot) - width;
                    ptr::write_bytes((*slot).tts_isnull.add(width), 1, rest);
                    pg_sys::ExecStoreVirtualTuple(slot);
                }
                return alone;
            };
            self.candidate += 1;
            fill(slot, self.inner_slot, candidate, width);
            pg_sys::ExecStoreVirtualTuple(slot);
            if !passes(self.conditions, context) {
                return false;
            }
            self.matched = true;
            match self.kind {
                JoinType::JOIN_ANTI => {
                    self.next_row();
                    false
                }
                JoinType::JOIN_SEMI => {
                    self.next_row();
                    true
                }
                _ => true,
            }
        }
    }

    fn next_row(&mut self) {
        self.row += 1;
        self.candidate = 0;
        self.matched = false;
    }
}

/// Copies a tuple's values into the scan's tuple from position `at` on.
unsafe fn fill(
    slot: *mut TupleTableSlot,
    through: *mut TupleTableSlot,
    tuple: MinimalTuple,
    at: usize,
) {
    // SAFETY: `through` has the tuple's descriptor, and the scan's tuple has room for its columns.
    unsafe {
        pg_sys::ExecStoreMinimalTuple(tuple, through, false);
        let width = natts(through);
        read(through, width);
        ptr::copy_nonoverlapping((*through).tts_values, (*slot).tts_values.add(at), width);
        ptr::copy_nonoverlapping((*through).tts_isnull, (*slot).tts_isnull.add(at), width);
    }
}

/// Whether the conditions hold; none do.
unsafe fn passes(conditions: *mut ExprState, context: *mut ExprContext) -> bool {
    // SAFETY: conditions prepared by the executor for this context.
    unsafe {
        let Some(state) = conditions.as_mut() else {
            return true;
        };
        let Some(run) = state.evalfunc else {
            return true;
        };
        let mut is_null = false;
        let old = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
        let holds = run(conditions, context, &mut is_null);
        pg_sys::MemoryContextSwitchTo(old);
        !is_null && holds.value() != 0
    }
}

unsafe fn project(projection: *mut pg_sys::ProjectionInfo) -> *mut TupleTableSlot {
    // SAFETY: a projection prepared by the executor.
    unsafe {
        let state = ptr::from_mut(&mut (*projection).pi_state);
        let context = (*projection).pi_exprContext;
        let slot = clear((*state).resultslot);
        if let Some(run) = (*state).evalfunc {
            let mut is_null = false;
            let old = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            run(state, context, &mut is_null);
            pg_sys::MemoryContextSwitchTo(old);
        }
        pg_sys::ExecStoreVirtualTuple(slot)
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn rescan(node: *mut CustomScanState) {
    // SAFETY: a state filled by `begin`.
    unsafe {
        let Some(join) = (*node.cast::<State>()).join.as_mut() else {
            return;
        };
        let changed = (*node).ss.ps.chgParam;
        for child in [join.outer, join.inner] {
            if !changed.is_null() {
                pg_sys::UpdateChangedParamSet(child, changed);
            }
        }
        if (*join.outer).chgParam.is_null() {
            pg_sys::ExecReScan(join.outer);
        }
        join.rows.clear();
        join.found.clear();
        join.row = 0;
        join.batches = 0;
        join.exhausted = false;
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn end(node: *mut CustomScanState) {
    // SAFETY: a state filled by `begin`.
    unsafe {
        if let Some(join) = (*node.cast::<State>()).join.as_mut() {
            pg_sys::ExecEndNode(join.outer);
            pg_sys::ExecEndNode(join.inner);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn explain(
    node: *mut CustomScanState,
    ancestors: *mut List,
    es: *mut pg_sys::ExplainState,
) {
    // SAFETY: EXPLAIN's structures; the conditions are the expressions behind the first.
    unsafe {
        let plan = (*node).ss.ps.plan;
        let scan = plan.cast::<pg_sys::CustomScan>();
        let kind = (*node.cast::<State>()).join.as_ref().map(|join| join.kind);
        let label = match kind {
            Some(JoinType::JOIN_LEFT) => "Left",
            Some(JoinType::JOIN_SEMI) => "Semi",
            Some(JoinType::JOIN_ANTI) => "Anti",
            _ => "Inner",
        };
        let context = pg_sys::set_deparse_context_plan((*es).deparse_cxt, plan, ancestors);
        let conditions: Vec<String> = list::iter::<Node>((*scan).custom_exprs)
            .skip(1)
            .map(|node| text::from_server(pg_sys::deparse_expression(node, context, true, false)))
            .collect();
        for (name, value) in [
            ("Join Type", label.to_owned()),
            ("Join Cond", conditions.join(" AND ")),
        ] {
            let value = CString::new(text::shown(&value).as_ref());
            if let (Ok(name), Ok(value)) = (CString::new(name), value) {
                pg_sys::ExplainPropertyText(name.as_ptr(), value.as_ptr(), es);
            }
        }
    }
}
