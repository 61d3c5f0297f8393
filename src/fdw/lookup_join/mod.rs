//! A join that looks up the rows of a foreign table by the keys of the other side, many at a time.
//!
//! A nested loop asks for one key after another. This join reads a batch of outer rows first, asks for all their keys
//! together (a few look-ups side by side, or searches of some forty-five keys each) and then matches them. It is a custom
//! scan with two children: the outer plan, and the foreign scan that is given its keys.
#![allow(unsafe_code)]

mod plan;
mod run;

pub use plan::integer;

use std::ffi::CStr;
use std::ptr;

use auth0::plan::Filter;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, JoinType, Node, PlannerInfo, RelOptInfo};

use super::operand::How;
use super::paths;
use super::quals::Reader;
use super::relation::{self, Relation};
use super::slot::Methods;
use crate::{guc, list};

/// As EXPLAIN shows it.
const NAME: &CStr = c"Auth0 Lookup Join";

/// Slightly less than calls one after another cost: these are made side by side.
const SIDE_BY_SIDE: f64 = 0.98;

static mut NEXT_HOOK: pg_sys::set_join_pathlist_hook_type = None;

static PATH_METHODS: Methods<pg_sys::CustomPathMethods> = Methods(pg_sys::CustomPathMethods {
    CustomName: NAME.as_ptr(),
    PlanCustomPath: Some(plan::plan),
    ReparameterizeCustomPathByChild: None,
});

static SCAN_METHODS: Methods<pg_sys::CustomScanMethods> = Methods(pg_sys::CustomScanMethods {
    CustomName: NAME.as_ptr(),
    CreateCustomScanState: Some(run::create),
});

/// Called when Postgres loads the library.
pub fn declare() {
    // SAFETY: _PG_init runs once, on the only thread; the methods live as long as the process.
    unsafe {
        pg_sys::RegisterCustomScanMethods(&SCAN_METHODS.0);
        NEXT_HOOK = pg_sys::set_join_pathlist_hook;
        pg_sys::set_join_pathlist_hook = Some(join_paths);
    }
}

/// The condition that gives the keys.
struct Key {
    /// The key.
    name: &'static str,
    /// Attribute number of the key's column.
    attribute: i16,
    /// The other side of the condition.
    outer: *mut Node,
}

#[pg_guard]
unsafe extern "C-unwind" fn join_paths(
    root: *mut PlannerInfo,
    joined: *mut RelOptInfo,
    outer: *mut RelOptInfo,
    inner: *mut RelOptInfo,
    kind: JoinType::Type,
    extra: *mut pg_sys::JoinPathExtraData,
) {
    // SAFETY: called by the planner with its structures.
    unsafe {
        if let Some(next) = NEXT_HOOK {
            next(root, joined, outer, inner, kind, extra);
        }
        let Some(known) = candidate(root, outer, inner, kind, extra) else {
            return;
        };
        let Some(key) = key(root, outer, inner, known, (*extra).restrictlist) else {
            return;
        };
        let from = (*outer).cheapest_total_path;
        if from.is_null() || !(*from).param_info.is_null() {
            return;
        }
        add(root, joined, inner, from, known, &key, kind, extra);
    }
}

/// Our relation, if this join can be one of ours.
unsafe fn candidate<'a>(
    root: *mut PlannerInfo,
    outer: *mut RelOptInfo,
    inner: *mut RelOptInfo,
    kind: JoinType::Type,
    extra: *mut pg_sys::JoinPathExtraData,
) -> Option<&'a Relation> {
    // SAFETY: called by `join_paths`.
    unsafe {
        let routine = (*inner).fdwroutine.as_ref()?;
        let ours = routine
            .GetForeignPaths
            .is_some_and(|paths| paths as usize == paths::paths as *const () as usize);
        let supported = [
            JoinType::JOIN_INNER,
            JoinType::JOIN_LEFT,
            JoinType::JOIN_SEMI,
            JoinType::JOIN_ANTI,
        ]
        .contains(&kind);
        let free = |rel: *mut RelOptInfo| pg_sys::bms_num_members((*rel).lateral_relids) == 0;
        let gated = |infos: *mut pg_sys::List| {
            list::iter::<pg_sys::RestrictInfo>(infos).any(|info| (*info).pseudoconstant)
        };
        let simple = list::iter::<Node>((*(*inner).reltarget).exprs)
            .all(|node| (*node).type_ == pg_sys::NodeTag::T_Var);
        if !ours
            || !supported
            || !guc::pushdown()
            || !guc::lookup_join()
            || (*inner).reloptkind != pg_sys::RelOptKind::RELOPT_BASEREL
            || !(*root).rowMarks.is_null()
            || (*(*root).parse).commandType != pg_sys::CmdType::CMD_SELECT
            || !free(outer)
            || !free(inner)
            || !simple
            || gated((*inner).baserestrictinfo)
            || gated((*extra).restrictlist)
        {
            return None;
        }
        relation::known(inner)
    }
}

/// The best condition of the join that gives keys.
unsafe fn key(
    root: *mut PlannerInfo,
    outer: *mut RelOptInfo,
    inner: *mut RelOptInfo,
    known: &Relation,
    clauses: *mut pg_sys::List,
) -> Option<Key> {
    let mut found: Option<(usize, Key)> = None;
    // SAFETY: called by `join_paths`; a list of RestrictInfo.
    unsafe {
        for info in list::iter::<pg_sys::RestrictInfo>(clauses) {
            let mut reader = Reader::new(root, (*inner).relid, known.object, &known.attributes);
            let Some(Filter::Equal(field, n)) = reader.clause((*info).clause.cast()) else {
                continue;
            };
            let Some((rank, name)) = field.as_key().and_then(|key| {
                let keys = known.object.keys();
                let rank = keys.iter().position(|one| *one == key)?;
                known.is_looked_up_by(key).then_some((rank, keys[rank]))
            }) else {
                continue;
            };
            // Its keys are texts.
            let operand = reader.operands.get(n);
            let Some(operand) = operand.filter(|operand| operand.how == How::Text) else {
                continue;
            };
            let needs = pg_sys::pull_varnos(root, operand.expr);
            let attribute = known
                .attributes
                .iter()
                .find(|one| one.field().as_ref() == Some(&field));
            let Some(attribute) = attribute else { continue };
            // The key may be read out of another column: then the rows do not bring it.
            if !relation::reads((*info).clause.cast(), (*inner).relid, attribute.number) {
                continue;
            }
            if pg_sys::bms_is_subset(needs, (*outer).relids)
                && pg_sys::bms_num_members(needs) > 0
                && found.as_ref().is_none_or(|(best, _)| rank < *best)
            {
                let key = Key {
                    name,
                    attribute: attribute.number,
                    outer: operand.expr,
                };
                found = Some((rank, key));
            }
        }
    }
    found.map(|(_, key)| key)
}

#[allow(clippy::too_many_arguments)]
unsafe fn add(
    root: *mut PlannerInfo,
    joined: *mut RelOptInfo,
    inner: *mut RelOptInfo,
    from: *mut pg_sys::Path,
    known: &Relation,
    key: &Key,
    kind: JoinType::Type,
    extra: *mut pg_sys::JoinPathExtraData,
) {
    let settings = &known.settings;
    // SAFETY: called by `join_paths`; the nodes live in the planner's memory.
    unsafe {
        let null = ptr::null_mut();
        let values = distinct(root, key.outer, (*from).rows);
        let (calls, found) = known.calls_by(&[key.name], values);
        let asked = settings.startup_cost * calls.0 * SIDE_BY_SIDE
            + (settings.tuple_cost + (*inner).baserestrictcost.per_tuple) * found;
        let keys = pg_sys::lappend(null, pg_sys::makeInteger(key.attribute.into()).cast());
        let looked_up = pg_sys::create_foreignscan_path(
            root,
            inner,
            ptr::null_mut(),
            values,
            #[cfg(feature = "pg18")]
            0,
            settings.startup_cost * SIDE_BY_SIDE,
            asked,
            null,
            null.cast(),
            null.cast(),
            #[cfg(any(feature = "pg17", feature = "pg18"))]
            null,
            keys,
        );
        let path = pg_sys::palloc0(size_of::<pg_sys::CustomPath>()).cast::<pg_sys::CustomPath>();
        (*path).path.type_ = pg_sys::NodeTag::T_CustomPath;
        (*path).path.pathtype = pg_sys::NodeTag::T_CustomScan;
        (*path).path.parent = joined;
        (*path).path.pathtarget = (*joined).reltarget;
        (*path).path.rows = (*joined).rows;
        (*path).path.startup_cost = (*from).startup_cost + settings.startup_cost * SIDE_BY_SIDE;
        (*path).path.total_cost =
            (*from).total_cost + asked + pg_sys::cpu_tuple_cost * ((*from).rows + (*joined).rows);
        // Outer rows come out in the order they come in.
        (*path).path.pathkeys = (*from).pathkeys;
        // Postgres 14 takes it for granted.
        #[cfg(not(feature = "pg14"))]
        {
            (*path).flags = pg_sys::CUSTOMPATH_SUPPORT_PROJECTION;
        }
        (*path).methods = &PATH_METHODS.0;
        let children = pg_sys::lappend(null, from.cast());
        (*path).custom_paths = pg_sys::lappend(children, looked_up.cast());
        let mut private = pg_sys::lappend(null, (*extra).restrictlist.cast());
        private = pg_sys::lappend(private, pg_sys::makeInteger(kind as i32).cast());
        private = pg_sys::lappend(private, key.outer.cast());
        private = pg_sys::lappend(private, nulling(joined, extra).cast());
        (*path).custom_private = private;
        pg_sys::add_path(joined, ptr::from_mut(&mut (*path).path));
    }
}

/// Estimated number of different keys. Of a column without statistics Postgres thinks two hundred, whatever the rows: then
/// all are taken to be different.
unsafe fn distinct(root: *mut PlannerInfo, key: *mut Node, rows: f64) -> f64 {
    // SAFETY: called by `add` with an expression of the planner's; its statistics are given back.
    unsafe {
        let mut found = pg_sys::VariableStatData::default();
        pg_sys::examine_variable(root, key, 0, &mut found);
        let mut is_guess = false;
        pg_sys::get_variable_numdistinct(&mut found, &mut is_guess);
        if let Some(free) = found.freefunc.filter(|_| !found.statsTuple.is_null()) {
            free(found.statsTuple);
        }
        if is_guess {
            return rows.max(1.0);
        }
        let keys = pg_sys::lappend(ptr::null_mut(), key.cast());
        pg_sys::estimate_num_groups(root, keys, rows, ptr::null_mut(), ptr::null_mut())
    }
}

/// The outer joins that, for who is above this join, may have made the inner relation's variables null: from Postgres 16 on
/// the variables say so. This one is among them unless the planner makes it before a left join that it was written after,
/// and so are those that it was written inside of and is made after.
unsafe fn nulling(
    joined: *mut RelOptInfo,
    extra: *mut pg_sys::JoinPathExtraData,
) -> pg_sys::Relids {
    #[cfg(any(feature = "pg16", feature = "pg17", feature = "pg18"))]
    // SAFETY: called by `add` with the planner's structures.
    unsafe {
        if let Some(join) = (*extra).sjinfo.as_ref() {
            let complete = (*joined).relids;
            let mut by = pg_sys::bms_intersect(join.commute_above_r, complete);
            let this = join.ojrelid as i32;
            if this != 0 && pg_sys::bms_is_member(this, complete) {
                by = pg_sys::bms_add_member(by, this);
            }
            return by;
        }
    }
    let _ = (joined, extra);
    ptr::null_mut()
}
