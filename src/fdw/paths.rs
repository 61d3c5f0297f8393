//! GetForeignPaths: the ways to read a relation and what each costs in calls.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr;

use auth0::plan::{Calls, Filter};
use pgrx::pg_guard;
use pgrx::pg_sys::{self, NodeTag, Oid, PlannerInfo, RelOptInfo};

use super::attribute::Attribute;
use super::quals::{family, Reader};
use super::relation::{self, Relation};
use crate::{guc, list};

/// GetForeignPaths.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn paths(root: *mut PlannerInfo, rel: *mut RelOptInfo, _table: Oid) {
    // SAFETY: the planner's own structures.
    unsafe {
        let Some(known) = relation::known(rel) else {
            return;
        };
        let null = ptr::null_mut();
        // A lateral reference in the target list makes the relation parameterised.
        let outer = (*rel).lateral_relids;
        let made = known.calls();
        add(
            root,
            rel,
            known,
            made,
            known.found,
            (*rel).rows,
            null,
            outer,
        );
        if !guc::pushdown() {
            return;
        }
        if known.keys.is_none() && order(root, rel, known).is_some() {
            let keys = (*root).query_pathkeys;
            add(
                root,
                rel,
                known,
                made,
                known.found,
                (*rel).rows,
                keys,
                outer,
            );
        }
        for (outer, keys) in by_outer_keys(root, rel, known) {
            let outer = pg_sys::bms_union(outer, (*rel).lateral_relids);
            let (calls, found) = known.calls_by(&keys, 1.0);
            add(root, rel, known, calls, found, found, null, outer);
        }
    }
}

/// Adds a path of so many calls, which bring `found` rows, of which `rows` pass.
#[allow(clippy::too_many_arguments)]
unsafe fn add(
    root: *mut PlannerInfo,
    rel: *mut RelOptInfo,
    known: &Relation,
    made: Calls,
    found: f64,
    rows: f64,
    pathkeys: *mut pg_sys::List,
    outer: pg_sys::Relids,
) {
    let settings = &known.settings;
    // SAFETY: called by `paths`.
    unsafe {
        let startup = settings.startup_cost + (*rel).baserestrictcost.startup;
        let total = startup
            + settings.startup_cost * (made.0 - 1.0)
            + (settings.tuple_cost + (*rel).baserestrictcost.per_tuple) * found;
        let path = pg_sys::create_foreignscan_path(
            root,
            rel,
            ptr::null_mut(),
            rows,
            #[cfg(feature = "pg18")]
            0,
            startup,
            total,
            pathkeys,
            outer,
            ptr::null_mut(),
            #[cfg(any(feature = "pg17", feature = "pg18"))]
            ptr::null_mut(),
            ptr::null_mut(),
        );
        pg_sys::add_path(rel, path.cast());
    }
}

/// The order the query wants, if Auth0 can sort by it: position among the object's sortable keys, latest first.
///
/// # Safety
/// The planner's structures, of a relation of ours.
pub unsafe fn order(
    root: *mut PlannerInfo,
    rel: *mut RelOptInfo,
    known: &Relation,
) -> Option<(usize, bool)> {
    // SAFETY: the caller's promise.
    unsafe {
        let keys: Vec<*mut pg_sys::PathKey> = list::iter((*root).query_pathkeys).collect();
        let [key] = keys.as_slice() else { return None };
        sort_of(*key, rel, known)
    }
}

/// What a path key means for this relation.
///
/// # Safety
/// As for [`order`].
pub unsafe fn sort_of(
    key: *mut pg_sys::PathKey,
    rel: *mut RelOptInfo,
    known: &Relation,
) -> Option<(usize, bool)> {
    // SAFETY: the caller's promise; members of an equivalence class are expressions.
    unsafe {
        let class = (*key).pk_eclass;
        if (*key).pk_opfamily != family::DATETIME || (*class).ec_has_volatile {
            return None;
        }
        let position = list::iter::<pg_sys::EquivalenceMember>((*class).ec_members)
            .find_map(|member| sortable((*member).em_expr.cast(), rel, known))?;
        #[cfg(not(feature = "pg18"))]
        let descending = (*key).pk_strategy == pg_sys::BTGreaterStrategyNumber as i32;
        #[cfg(feature = "pg18")]
        let descending = (*key).pk_cmptype == pg_sys::CompareType::COMPARE_GT;
        Some((position, descending))
    }
}

unsafe fn sortable(
    node: *mut pg_sys::Node,
    rel: *mut RelOptInfo,
    known: &Relation,
) -> Option<usize> {
    // SAFETY: checked to be a Var before its fields are read.
    unsafe {
        let attribute = column(node, rel, known)?;
        if attribute.ty != pg_sys::TIMESTAMPTZOID || attribute.typmod >= 0 {
            return None;
        }
        let field = attribute.field()?;
        let key = field.as_key()?;
        known.object.sortable.iter().position(|one| *one == key)
    }
}

unsafe fn column(
    node: *mut pg_sys::Node,
    rel: *mut RelOptInfo,
    known: &Relation,
) -> Option<&Attribute> {
    // SAFETY: called with expressions; the tag is checked before the fields are read.
    unsafe {
        let mut node = node;
        while (*node).type_ == NodeTag::T_RelabelType {
            node = (*node.cast::<pg_sys::RelabelType>()).arg.cast();
        }
        if (*node).type_ != NodeTag::T_Var {
            return None;
        }
        let var = node.cast::<pg_sys::Var>();
        if (*var).varno as u32 != (*rel).relid || (*var).varlevelsup != 0 {
            return None;
        }
        known
            .attributes
            .iter()
            .find(|one| one.number == (*var).varattno)
    }
}

/// The relations whose rows give the values to look this one's up by, one set for each way, and the keys.
unsafe fn by_outer_keys(
    root: *mut PlannerInfo,
    rel: *mut RelOptInfo,
    known: &Relation,
) -> Vec<(pg_sys::Relids, Vec<&'static str>)> {
    let mut ways: Vec<(pg_sys::Relids, Vec<&'static str>)> = Vec::new();
    // SAFETY: called by `paths`; lists of RestrictInfo.
    unsafe {
        let mut clauses: Vec<*mut pg_sys::RestrictInfo> = list::iter((*rel).joininfo)
            .filter(|info| pg_sys::join_clause_is_movable_to(*info, rel))
            .collect();
        if (*rel).has_eclass_joins {
            for attribute in &known.attributes {
                let field = attribute.field();
                let key = field.as_ref().and_then(|field| field.as_key());
                if !key.is_some_and(|key| known.object.keys().contains(&key)) {
                    continue;
                }
                let mut number = attribute.number;
                let implied = pg_sys::generate_implied_equalities_for_column(
                    root,
                    rel,
                    Some(is_column),
                    ptr::from_mut(&mut number).cast::<c_void>(),
                    (*rel).lateral_referencers,
                );
                clauses.extend(list::iter::<pg_sys::RestrictInfo>(implied));
            }
        }
        for info in clauses {
            let mut reader = Reader::new(root, (*rel).relid, known.object, &known.attributes);
            let filter = reader.clause((*info).clause.cast());
            let Some(key) = filter.and_then(|filter: Filter| filter.key(known.object)) else {
                continue;
            };
            let mut outer = pg_sys::bms_copy((*info).clause_relids);
            outer = pg_sys::bms_del_member(outer, (*rel).relid as i32);
            if pg_sys::bms_num_members(outer) == 0 {
                continue;
            }
            match ways
                .iter_mut()
                .find(|(way, _)| pg_sys::bms_equal(*way, outer))
            {
                Some((_, keys)) if keys.contains(&key) => {}
                Some((_, keys)) => keys.push(key),
                None => ways.push((outer, vec![key])),
            }
        }
    }
    ways
}

/// Whether a member of an equivalence class is the column whose number `arg` points to.
#[pg_guard]
unsafe extern "C-unwind" fn is_column(
    _root: *mut PlannerInfo,
    rel: *mut RelOptInfo,
    _class: *mut pg_sys::EquivalenceClass,
    member: *mut pg_sys::EquivalenceMember,
    arg: *mut c_void,
) -> bool {
    // SAFETY: called by Postgres on behalf of `by_outer_keys`, which passes a number.
    unsafe {
        let number = *arg.cast::<i16>();
        let Some(known) = relation::known(rel) else {
            return false;
        };
        column((*member).em_expr.cast(), rel, known).is_some_and(|one| one.number == number)
    }
}
