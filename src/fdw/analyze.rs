//! ANALYZE of a foreign table: a random sample of its rows, and how many there are.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;

use auth0::engine::{Budget, ScanRequest};
use auth0::plan::{bind, Reads};
use pgrx::pg_sys::{self, BlockNumber, HeapTuple, Relation};
use pgrx::{check_for_interrupts, pg_guard};

use super::attribute::Attribute;
use super::column::Column;
use super::generated::Computed;
use super::rows::Rows;
use super::scan::id;
use super::slot::clear;
use crate::backend;
use crate::error::OrRaise;
use crate::guc;
use crate::server::Table;

/// AnalyzeForeignTable: always possible.
///
/// # Safety
/// Called by ANALYZE with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn analyze(
    _relation: Relation,
    function: *mut pg_sys::AcquireSampleRowsFunc,
    pages: *mut BlockNumber,
) -> bool {
    // SAFETY: both point to variables of the caller's. Auth0 has no pages of Postgres': one stands for the table.
    unsafe {
        *function = Some(sample);
        *pages = 1;
    }
    true
}

/// Reads the whole table, and keeps each row with the same chance.
#[pg_guard]
unsafe extern "C-unwind" fn sample(
    relation: Relation,
    _level: c_int,
    rows: *mut HeapTuple,
    wanted: c_int,
    total: *mut f64,
    dead: *mut f64,
) -> c_int {
    // SAFETY: the relation is open and locked by ANALYZE, whose array has room for `wanted` tuples.
    unsafe {
        let table = Table::read((*relation).rd_id);
        let object = table.object().or_raise();
        let settings = table.settings().or_raise();
        let descriptor = (*relation).rd_att;
        let width = (*descriptor).natts as usize;
        let mut keys = Vec::new();
        let columns: Vec<Column> =
            Attribute::all((*relation).rd_id, object, settings.on_type_error)
                .or_raise()
                .into_iter()
                .map(|attribute| {
                    Column::new(attribute, object, settings.include_secrets, &mut keys)
                })
                .collect();
        let estate = pg_sys::CreateExecutorState();
        let context = pg_sys::MakePerTupleExprContext(estate);
        let slot = pg_sys::MakeSingleTupleTableSlot(descriptor, &raw const pg_sys::TTSOpsVirtual);
        let computed: Vec<Computed> = (1..=width as i16)
            .filter_map(|number| Computed::prepare(relation, number, estate))
            .collect();
        let whole = columns.iter().any(Column::is_whole);
        let reads = Reads::of(object, keys.iter().map(String::as_str), whole);
        let request = ScanRequest {
            whole,
            keys,
            narrow: true,
            ask: bind(object, None, &[], false, 0, &reads).ask,
            ..ScanRequest::of(object)
        };
        let client = table.connect(pg_sys::GetUserId(), &settings).or_raise();
        let runtime = backend::runtime().or_raise();
        let server = table.server_oid();
        // Nothing is read twice, so nothing is kept.
        let mut found = Rows::new(
            runtime,
            Arc::clone(&client),
            server,
            request.clone(),
            settings,
            Arc::new(Budget::new(guc::max_calls(), true)),
            0,
        );
        let (mut kept, mut seen) = (0, 0);
        while let Some((page, row)) = found.next().or_raise() {
            check_for_interrupts!();
            seen += 1;
            let place = if kept < wanted {
                kept += 1;
                kept - 1
            } else {
                let place = fastrand::i64(0..seen);
                if place >= i64::from(wanted) {
                    continue;
                }
                pg_sys::heap_freetuple(*rows.add(place as usize));
                place as c_int
            };
            pg_sys::MemoryContextReset((*context).ecxt_per_tuple_memory);
            let memory = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            ptr::write_bytes((*slot).tts_isnull, 1, width);
            for column in &columns {
                let id = || id(&request, &page, row);
                if let Some(value) = column.value(&page, row, None, id).or_raise() {
                    *(*slot).tts_values.add(column.index) = value;
                    *(*slot).tts_isnull.add(column.index) = false;
                }
            }
            pg_sys::ExecStoreVirtualTuple(slot);
            for computed in &computed {
                computed.fill(slot, context);
            }
            pg_sys::MemoryContextSwitchTo(memory);
            *rows.add(place as usize) =
                pg_sys::heap_form_tuple(descriptor, (*slot).tts_values, (*slot).tts_isnull);
            clear(slot);
        }
        pg_sys::ExecDropSingleTupleTableSlot(slot);
        pg_sys::FreeExecutorState(estate);
        ptr::write(total, seen as f64);
        ptr::write(dead, 0.0);
        kept
    }
}
