//! `count(*)`: answered by Auth0 instead of counted here, where every condition is exact.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr;

use auth0::plan::Filter;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, NodeTag, PlannerInfo, RelOptInfo};

use super::relation;
use crate::{guc, list};

/// `count(*)`, fixed in Postgres' pg_proc.dat.
const COUNT: u32 = 2803;

/// GetForeignUpperPaths.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn upper_paths(
    root: *mut PlannerInfo,
    stage: pg_sys::UpperRelationKind::Type,
    input: *mut RelOptInfo,
    output: *mut RelOptInfo,
    _extra: *mut c_void,
) {
    // SAFETY: the planner's own structures.
    unsafe {
        if stage != pg_sys::UpperRelationKind::UPPERREL_GROUP_AGG
            || (*input).reloptkind != pg_sys::RelOptKind::RELOPT_BASEREL
            || !(*output).fdw_private.is_null()
            || !guc::pushdown()
        {
            return;
        }
        let query = (*root).parse;
        let plain = (*query).hasAggs
            && (*query).groupClause.is_null()
            && (*query).groupingSets.is_null()
            && (*query).havingQual.is_null();
        let target = (*root).upper_targets[stage as usize];
        let counts =
            !(*target).exprs.is_null() && list::iter((*target).exprs).all(|node| is_count(node));
        let gated = list::iter::<pg_sys::RestrictInfo>((*input).baserestrictinfo)
            .any(|info| (*info).pseudoconstant);
        let Some(known) = relation::known(input) else {
            return;
        };
        let countable = known.all_pushed
            && Filter::And(known.pushed.clone()).is_countable(known.object)
            && pg_sys::bms_num_members((*input).lateral_relids) == 0;
        if !plain || !counts || gated || !countable {
            return;
        }
        let cost = known.settings.startup_cost + known.settings.tuple_cost;
        let relid = pg_sys::lappend(
            ptr::null_mut(),
            pg_sys::makeInteger((*input).relid as i32).cast(),
        );
        let path = pg_sys::create_foreign_upper_path(
            root,
            output,
            target,
            1.0,
            #[cfg(feature = "pg18")]
            0,
            known.settings.startup_cost,
            cost,
            ptr::null_mut(),
            ptr::null_mut(),
            #[cfg(any(feature = "pg17", feature = "pg18"))]
            ptr::null_mut(),
            relid,
        );
        pg_sys::add_path(output, path.cast());
    }
}

unsafe fn is_count(node: *mut pg_sys::Node) -> bool {
    // SAFETY: an expression of a target; the tag is checked before the fields are read.
    unsafe {
        if (*node).type_ != NodeTag::T_Aggref {
            return false;
        }
        let aggregate = node.cast::<pg_sys::Aggref>();
        (*aggregate).aggfnoid.to_u32() == COUNT
            && (*aggregate).aggstar
            && (*aggregate).aggfilter.is_null()
            && (*aggregate).agglevelsup == 0
            && (*aggregate).aggsplit == pg_sys::AggSplit::AGGSPLIT_SIMPLE
    }
}

/// The relation whose rows a path of [`upper_paths`] counts.
///
/// # Safety
/// `path` must be one of those.
pub unsafe fn counted(root: *mut PlannerInfo, path: *mut pg_sys::ForeignPath) -> *mut RelOptInfo {
    // SAFETY: the caller's promise: one Integer node.
    unsafe {
        #[cfg(feature = "pg14")]
        let relid = list::iter::<pg_sys::Value>((*path).fdw_private)
            .next()
            .map_or(0, |node| (*node).val.ival);
        #[cfg(not(feature = "pg14"))]
        let relid = list::iter::<pg_sys::Integer>((*path).fdw_private)
            .next()
            .map_or(0, |node| (*node).ival);
        pg_sys::find_base_rel(root, relid as _)
    }
}

/// What the scan's tuples look like: the aggregates themselves.
///
/// # Safety
/// `path` must be one of [`upper_paths`].
pub unsafe fn target_list(path: *mut pg_sys::ForeignPath) -> *mut pg_sys::List {
    // SAFETY: the caller's promise.
    unsafe {
        let mut found: *mut pg_sys::List = ptr::null_mut();
        for (n, node) in list::iter::<pg_sys::Expr>((*(*path).path.pathtarget).exprs).enumerate() {
            let entry = pg_sys::makeTargetEntry(node, n as i16 + 1, ptr::null_mut(), false);
            found = pg_sys::lappend(found, entry.cast());
        }
        found
    }
}
