//! The join's plan: what its tuples look like, and its conditions in terms of them.
#![allow(unsafe_code)]

use std::ptr;

use pgrx::pg_guard;
use pgrx::pg_sys::{self, JoinType, List, Node, PlannerInfo, RelOptInfo, TargetEntry, Var};

use super::SCAN_METHODS;
use crate::error::raise_internal;
use crate::list;

/// PlanCustomPath. The scan's tuple is the outer child's row and the inner child's row. The conditions are only looked at
/// while there is an inner row, and what is above a left join sees that row or nulls, so one copy serves both.
///
/// `custom_exprs` is the key's expression and then the join's conditions; `custom_private` the kind of the join and the
/// position of the key in the inner row.
///
/// # Safety
/// Called by the planner for a path of ours.
#[pg_guard]
pub unsafe extern "C-unwind" fn plan(
    _root: *mut PlannerInfo,
    joined: *mut RelOptInfo,
    path: *mut pg_sys::CustomPath,
    tlist: *mut List,
    _clauses: *mut List,
    children: *mut List,
) -> *mut pg_sys::Plan {
    // SAFETY: the path's private list was made by `add`; children are plans in the order of the path's.
    unsafe {
        let private: Vec<*mut Node> = list::iter((*path).custom_private).collect();
        let [clauses, kind, key, nulled] = private.as_slice() else {
            raise_internal("a look-up join has lost its conditions")
        };
        let (kind, nulled) = (integer(*kind) as JoinType::Type, nulled.cast());
        let plans: Vec<*mut pg_sys::Plan> = list::iter(children).collect();
        let [outer, inner] = plans.as_slice() else {
            raise_internal("a look-up join has lost a side")
        };
        let (mut conditions, mut others): (*mut List, *mut List) =
            (ptr::null_mut(), ptr::null_mut());
        if kind == JoinType::JOIN_LEFT || kind == JoinType::JOIN_ANTI {
            pg_sys::extract_actual_join_clauses(
                clauses.cast(),
                (*joined).relids,
                &mut conditions,
                &mut others,
            );
        } else {
            conditions = pg_sys::extract_actual_clauses(clauses.cast(), false);
        }
        let mut tuple: *mut List = ptr::null_mut();
        for entry in list::iter::<TargetEntry>((**outer).targetlist) {
            tuple = append(tuple, (*entry).expr.cast());
        }
        let relid = (*inner.cast::<pg_sys::Scan>()).scanrelid as i32;
        for entry in list::iter::<TargetEntry>((**inner).targetlist) {
            tuple = append(tuple, made_null((*entry).expr.cast(), relid, nulled));
        }
        conditions = made_null(conditions.cast(), relid, nulled).cast();
        let scan = pg_sys::palloc0(size_of::<pg_sys::CustomScan>()).cast::<pg_sys::CustomScan>();
        (*scan).scan.plan.type_ = pg_sys::NodeTag::T_CustomScan;
        (*scan).scan.plan.targetlist = tlist;
        (*scan).scan.plan.qual = others;
        (*scan).flags = (*path).flags;
        (*scan).custom_plans = children;
        let expressions = pg_sys::lappend(ptr::null_mut(), key.cast());
        (*scan).custom_exprs = pg_sys::list_concat(expressions, conditions);
        (*scan).custom_scan_tlist = tuple;
        let position = key_position(*inner);
        let private = pg_sys::lappend(ptr::null_mut(), pg_sys::makeInteger(kind as i32).cast());
        (*scan).custom_private =
            pg_sys::lappend(private, pg_sys::makeInteger(position as i32).cast());
        (*scan).methods = &SCAN_METHODS.0;
        ptr::from_mut(&mut (*scan).scan.plan)
    }
}

unsafe fn append(tuple: *mut List, expr: *mut Node) -> *mut List {
    // SAFETY: an expression of a child's target list; a list of the planner's.
    unsafe {
        let number = tuple.as_ref().map_or(0, |tuple| tuple.length) as i16 + 1;
        let copy = pg_sys::copyObjectImpl(expr.cast()).cast();
        let entry = pg_sys::makeTargetEntry(copy, number, ptr::null_mut(), false);
        pg_sys::lappend(tuple, entry.cast())
    }
}

#[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
extern "C-unwind" {
    /// Of rewriteManip.h: a copy whose variables of `targets` say that `added` may have made them null.
    fn add_nulling_relids(
        node: *mut Node,
        targets: *const pg_sys::Bitmapset,
        added: *const pg_sys::Bitmapset,
    ) -> *mut Node;
}

/// The expressions with the inner relation's variables as what is above the join sees them, if outer joins `by` may have
/// made them null. From 16 on that is part of a variable, and the tuple, its conditions and what is above must agree.
unsafe fn made_null(expressions: *mut Node, relid: i32, by: pg_sys::Relids) -> *mut Node {
    #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
    if !by.is_null() {
        // SAFETY: expressions of the planner's, of which a copy is made; the guard turns an error of Postgres' into ours.
        unsafe {
            let target = pg_sys::bms_make_singleton(relid);
            return pg_sys::ffi::pg_guard_ffi_boundary(|| {
                add_nulling_relids(expressions, target, by)
            });
        }
    }
    let _ = (relid, by);
    expressions
}

/// Where the key stands in the inner row, from 0.
unsafe fn key_position(inner: *mut pg_sys::Plan) -> usize {
    // SAFETY: the inner plan is a foreign scan of ours; the first of its private list says what keys it is given.
    unsafe {
        let plan =
            crate::fdw::plan::Plan::from_list((*inner.cast::<pg_sys::ForeignScan>()).fdw_private);
        let wanted = plan.given.map(|(_, attribute)| attribute);
        let position = list::iter::<TargetEntry>((*inner).targetlist)
            .position(|entry| Some((*(*entry).expr.cast::<Var>()).varattno) == wanted);
        position.unwrap_or_else(|| raise_internal("a look-up join has lost its key"))
    }
}

/// The number in an Integer node.
///
/// # Safety
/// `node` must be one.
pub unsafe fn integer(node: *mut Node) -> i32 {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(feature = "pg14")]
        return (*node.cast::<pg_sys::Value>()).val.ival;
        #[cfg(not(feature = "pg14"))]
        (*node.cast::<pg_sys::Integer>()).ival
    }
}
