//! Planning: how many rows, at what price, and which columns the scan must bring.
//!
//! Nothing here needs credentials or the network, so EXPLAIN works without either.
#![allow(unsafe_code)]

use std::ffi::{c_int, CString};
use std::ptr;

use auth0::options::OnTypeError;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, Oid};
use serde::{Deserialize, Serialize};

use super::generated::{self, attribute_of};
use super::input::is_lively;
use crate::error::{raise_internal, OrRaise};
use crate::server::{options, Table};
use crate::{list, text};

/// Rows of a table nobody has counted yet.
const ASSUMED_ROWS: f64 = 1000.0;

/// What goes from the planner to the executor. It travels as a JSON string in a String node: a plan may be copied,
/// cached and run many times, so it holds no pointer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Attribute numbers of the columns to bring.
    pub columns: Vec<i16>,
    /// Whether all rows will be read: no LIMIT, no cursor, no EXISTS.
    pub all: bool,
}

impl Plan {
    /// # Safety
    /// Must run inside a Postgres call: allocates in the current memory context.
    unsafe fn to_list(&self) -> *mut pg_sys::List {
        let json = serde_json::to_string(self)
            .ok()
            .and_then(|json| CString::new(json).ok());
        let Some(json) = json else {
            raise_internal("a plan could not be written")
        };
        // SAFETY: the string is copied into the current memory context, where the node will live.
        unsafe {
            pg_sys::lappend(
                ptr::null_mut(),
                pg_sys::makeString(pg_sys::pstrdup(json.as_ptr())).cast(),
            )
        }
    }

    /// # Safety
    /// `list` must be the `fdw_private` of a scan planned by [`plan`].
    pub unsafe fn from_list(list: *mut pg_sys::List) -> Plan {
        // SAFETY: the caller's promise: one String node.
        let json = unsafe {
            #[cfg(feature = "pg14")]
            let json = list::iter::<pg_sys::Value>(list)
                .next()
                .map(|node| (*node).val.str_);
            #[cfg(not(feature = "pg14"))]
            let json = list::iter::<pg_sys::String>(list)
                .next()
                .map(|node| (*node).sval);
            text::from_server(json.unwrap_or(ptr::null_mut()))
        };
        serde_json::from_str(&json)
            .unwrap_or_else(|_| raise_internal("a plan could not be read back"))
    }
}

/// GetForeignRelSize.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn rel_size(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
) {
    // SAFETY: the planner's own structures; set_baserel_size_estimates applies the clauses' selectivity to `tuples`.
    unsafe {
        (*rel).tuples = ASSUMED_ROWS;
        pg_sys::set_baserel_size_estimates(root, rel);
        if needs_subtransactions(table) {
            forbid_workers(root);
        }
    }
}

/// Whether a column's misfits become NULL in a subtransaction, of which there are none beside parallel workers.
unsafe fn needs_subtransactions(table: Oid) -> bool {
    let default = Table::read(table).settings().or_raise().on_type_error;
    // SAFETY: called by `rel_size`; the relation is locked by the planner already.
    unsafe {
        let relation = pg_sys::table_open(table, pg_sys::NoLock as i32);
        let count = (*(*relation).rd_att).natts as i16;
        let found = (1..=count).any(|attribute| {
            let column = attribute_of((*relation).rd_att, attribute);
            !(*column).attisdropped
                && is_lively((*column).atttypid)
                && options::of_column(table, attribute)
                    .get("on_type_error")
                    .and_then(OnTypeError::parse)
                    .unwrap_or(default)
                    == OnTypeError::Null
        });
        pg_sys::table_close(relation, pg_sys::NoLock as i32);
        found
    }
}

/// Keeps the query around this relation in one process, the queries around that one included. All relations of a query
/// are sized before its first path is made.
unsafe fn forbid_workers(root: *mut pg_sys::PlannerInfo) {
    // SAFETY: called by `rel_size`; the array has as many entries as its size says, some of them null.
    unsafe {
        (*(*root).glob).parallelModeOK = false;
        let mut level = root;
        while let Some(root) = level.as_mut() {
            for number in 0..root.simple_rel_array_size as usize {
                if let Some(rel) = (*root.simple_rel_array.add(number)).as_mut() {
                    rel.consider_parallel = false;
                }
            }
            level = root.parent_root;
        }
    }
}

/// GetForeignPaths: the whole table, page by page.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn paths(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
) {
    let table = Table::read(table);
    table.object().or_raise();
    let settings = table.settings().or_raise();
    // SAFETY: as above.
    unsafe {
        let calls = ((*rel).tuples / f64::from(settings.page_size))
            .ceil()
            .max(1.0);
        let startup = settings.startup_cost + (*rel).baserestrictcost.startup;
        let total = startup
            + settings.startup_cost * (calls - 1.0)
            + (settings.tuple_cost + (*rel).baserestrictcost.per_tuple) * (*rel).tuples;
        // A lateral reference in the target list makes the relation parameterised.
        let outer = (*rel).lateral_relids;
        let path = pg_sys::create_foreignscan_path(
            root,
            rel,
            ptr::null_mut(),
            (*rel).rows,
            #[cfg(feature = "pg18")]
            0,
            startup,
            total,
            ptr::null_mut(),
            outer,
            ptr::null_mut(),
            #[cfg(any(feature = "pg17", feature = "pg18"))]
            ptr::null_mut(),
            ptr::null_mut(),
        );
        pg_sys::add_path(rel, path.cast());
    }
}

/// GetForeignPlan: all clauses stay with Postgres; the plan says which columns they and the query read.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn plan(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
    _path: *mut pg_sys::ForeignPath,
    tlist: *mut pg_sys::List,
    clauses: *mut pg_sys::List,
    outer_plan: *mut pg_sys::Plan,
) -> *mut pg_sys::ForeignScan {
    // SAFETY: as above; the lists made here live in the planner's memory context.
    unsafe {
        let clauses = pg_sys::extract_actual_clauses(clauses, false);
        let columns = columns(rel, table, clauses);
        let all = (*root).tuple_fraction <= 0.0;
        let private = Plan { columns, all }.to_list();
        let null = ptr::null_mut();
        pg_sys::make_foreignscan(
            tlist,
            clauses,
            (*rel).relid,
            null,
            private,
            null,
            null,
            outer_plan,
        )
    }
}

/// The attributes that the target list and the clauses read, those behind generated columns included, in order.
unsafe fn columns(
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
    clauses: *mut pg_sys::List,
) -> Vec<i16> {
    // SAFETY: called by `plan` with the planner's structures; the relation is locked by the planner already.
    unsafe {
        let mut read: *mut pg_sys::Bitmapset = ptr::null_mut();
        pg_sys::pull_varattnos((*(*rel).reltarget).exprs.cast(), (*rel).relid, &mut read);
        pg_sys::pull_varattnos(clauses.cast(), (*rel).relid, &mut read);
        let relation = pg_sys::table_open(table, pg_sys::NoLock as i32);
        let count = (*(*relation).rd_att).natts as i16;
        let is_read = |attribute: i16, set: *const pg_sys::Bitmapset| {
            pg_sys::bms_is_member(
                c_int::from(attribute) - pg_sys::FirstLowInvalidHeapAttributeNumber,
                set,
            )
        };
        let whole_row = is_read(0, read);
        let wanted: Vec<i16> = (1..=count)
            .filter(|n| whole_row || is_read(*n, read))
            .collect();
        for attribute in &wanted {
            generated::add_sources(relation, *attribute, &mut read);
        }
        let wanted = (1..=count)
            .filter(|n| whole_row || is_read(*n, read))
            .collect();
        pg_sys::table_close(relation, pg_sys::NoLock as i32);
        wanted
    }
}

/// IsForeignRelUpdatable: what `information_schema` says about writing.
///
/// # Safety
/// Called by Postgres; looks at nothing.
#[pg_guard]
pub unsafe extern "C-unwind" fn updatable(_relation: pg_sys::Relation) -> c_int {
    0
}
