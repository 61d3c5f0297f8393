//! Running a scan: BeginForeignScan, IterateForeignScan, ReScanForeignScan, EndForeignScan.
//!
//! The state belongs to the query's memory context, so it is dropped, and its requests end, however the query ends.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;
use std::time::Duration;

use auth0::catalog::Object;
use auth0::client::Totals;
use auth0::engine::ScanRequest;
use auth0::options::Settings;
use auth0::rows::{Json, Page};
use pgrx::pg_sys::{self, Oid};
use pgrx::{check_for_interrupts, pg_guard, PgMemoryContexts};

use super::column::Column;
use super::generated::Computed;
use super::plan::Plan;
use super::rows::Rows;
use crate::backend;
use crate::error::OrRaise;
#[cfg(any(feature = "pg14", feature = "pg15"))]
use crate::list;
use crate::server::Table;

/// One execution of a foreign scan.
pub struct ScanState {
    table: Table,
    user: Oid,
    pub settings: Settings,
    pub request: ScanRequest,
    columns: Vec<Column>,
    computed: Vec<Computed>,
    /// Set at the first row: until then neither credentials nor the network are touched.
    rows: Option<Rows>,
}

impl ScanState {
    /// What it has cost so far.
    pub fn totals(&self) -> Totals {
        self.rows.as_ref().map(Rows::totals).unwrap_or_default()
    }

    /// How long rows have been waited for.
    pub fn waited(&self) -> Duration {
        self.rows.as_ref().map(Rows::waited).unwrap_or_default()
    }

    /// A row's id, for messages.
    fn id(&self, page: &Page, row: usize) -> Option<String> {
        let position = self.request.columns().position(self.request.object.id)?;
        let id = Json::read(page.value(row, position)?).ok()?;
        id.into_text().map(|text| text.into_owned())
    }

    fn rows(&mut self) -> &mut Rows {
        let ScanState {
            table,
            user,
            settings,
            request,
            rows,
            ..
        } = self;
        rows.get_or_insert_with(|| {
            let client = table.connect(*user, settings).or_raise();
            let runtime = backend::runtime().or_raise();
            // SAFETY: reads a setting of the backend, in kilobytes.
            let budget = unsafe { pg_sys::work_mem } as usize * 1024;
            Rows::new(runtime, client, request.clone(), settings.clone(), budget)
        })
    }
}

/// # Safety
/// `node` must be a scan begun by [`begin`].
pub unsafe fn state<'a>(node: *mut pg_sys::ForeignScanState) -> Option<&'a mut ScanState> {
    // SAFETY: the caller's promise; null before `begin` has finished.
    unsafe { (*node).fdw_state.cast::<ScanState>().as_mut() }
}

/// BeginForeignScan: reads the declarations; asks nobody anything.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn begin(node: *mut pg_sys::ForeignScanState, _flags: c_int) {
    // SAFETY: the executor's own structures; the relation stays open until the scan ends.
    unsafe {
        let scan = (*node).ss.ps.plan.cast::<pg_sys::ForeignScan>();
        let estate = (*node).ss.ps.state;
        let relation = (*node).ss.ss_currentRelation;
        let plan = Plan::from_list((*scan).fdw_private);
        let table = Table::read((*relation).rd_id);
        let object: &'static Object = table.object().or_raise();
        let settings = table.settings().or_raise();
        let mut keys = Vec::new();
        let (mut columns, mut computed) = (Vec::new(), Vec::new());
        let Plan {
            columns: attributes,
            all,
        } = plan;
        for attribute in attributes {
            if let Some(expression) = Computed::prepare(relation, attribute, estate) {
                computed.push(expression);
            } else if let Some(column) =
                Column::declared(relation, attribute, settings.on_type_error, &mut keys).or_raise()
            {
                columns.push(column);
            }
        }
        let whole = columns.iter().any(Column::is_whole);
        let state = ScanState {
            table,
            user: user(scan, estate),
            settings,
            request: ScanRequest {
                object,
                keys,
                whole,
                all,
                ..ScanRequest::of(object)
            },
            columns,
            computed,
            rows: None,
        };
        let mut context = PgMemoryContexts::For((*estate).es_query_cxt);
        (*node).fdw_state = context.leak_and_drop_on_delete(state).cast();
    }
}

/// The user whose rights and user mapping count: of a view's owner, if the table is read through a view.
unsafe fn user(scan: *mut pg_sys::ForeignScan, estate: *mut pg_sys::EState) -> Oid {
    // SAFETY: called by `begin` with the executor's structures.
    unsafe {
        #[cfg(any(feature = "pg14", feature = "pg15"))]
        let declared = {
            let position = (*scan).scan.scanrelid as usize - 1;
            let entry = list::iter::<pg_sys::RangeTblEntry>((*estate).es_range_table).nth(position);
            entry.map_or(Oid::INVALID, |entry| (*entry).checkAsUser)
        };
        #[cfg(not(any(feature = "pg14", feature = "pg15")))]
        let declared = {
            let _ = estate;
            (*scan).checkAsUser
        };
        if declared == Oid::INVALID {
            pg_sys::GetUserId()
        } else {
            declared
        }
    }
}

/// IterateForeignScan: the next row, in a virtual tuple whose values live in the current, per-tuple, memory context.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn iterate(
    node: *mut pg_sys::ForeignScanState,
) -> *mut pg_sys::TupleTableSlot {
    // SAFETY: the slot has the table's descriptor, so every column's index is within its arrays.
    unsafe {
        let slot = (*node).ss.ss_ScanTupleSlot;
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
        }
        let Some(state) = state(node) else {
            return slot;
        };
        check_for_interrupts!();
        let Some((page, row)) = state.rows().next().or_raise() else {
            return slot;
        };
        let width = (*(*slot).tts_tupleDescriptor).natts as usize;
        ptr::write_bytes((*slot).tts_isnull, 1, width);
        for column in &state.columns {
            let value = column.value(&page, row, || state.id(&page, row)).or_raise();
            if let Some(datum) = value {
                *(*slot).tts_values.add(column.index) = datum;
                *(*slot).tts_isnull.add(column.index) = false;
            }
        }
        pg_sys::ExecStoreVirtualTuple(slot);
        // The executor sets it only later, and a computed column may read it.
        (*slot).tts_tableOid = (*(*node).ss.ss_currentRelation).rd_id;
        for computed in &state.computed {
            computed.fill(slot, (*node).ss.ps.ps_ExprContext);
        }
        slot
    }
}

/// ReScanForeignScan.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn rescan(node: *mut pg_sys::ForeignScanState) {
    // SAFETY: as above.
    if let Some(rows) = unsafe { state(node) }.and_then(|state| state.rows.as_mut()) {
        rows.rewind();
    }
}

/// EndForeignScan: requests under way end now; the state itself goes with the query's memory.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn end(node: *mut pg_sys::ForeignScanState) {
    // SAFETY: as above.
    if let Some(rows) = unsafe { state(node) }.and_then(|state| state.rows.as_mut()) {
        rows.stop();
    }
}
