//! ANALYZE of a foreign table: a random sample of its rows, and how many there are.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;

use auth0::engine::ScanRequest;
use pgrx::pg_sys::{self, BlockNumber, Datum, HeapTuple, Relation};
use pgrx::{check_for_interrupts, pg_guard, PgMemoryContexts};

use super::attribute::Attribute;
use super::column::Column;
use super::rows::Rows;
use crate::backend;
use crate::error::OrRaise;
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
        let columns: Vec<Column> = Attribute::all((*relation).rd_id, settings.on_type_error)
            .or_raise()
            .into_iter()
            .map(|attribute| Column::new(attribute, &mut keys))
            .collect();
        let request = ScanRequest {
            whole: columns.iter().any(Column::is_whole),
            keys,
            narrow: true,
            ..ScanRequest::of(object)
        };
        let client = table.connect(pg_sys::GetUserId(), &settings).or_raise();
        let runtime = backend::runtime().or_raise();
        let server = table.server_oid();
        // Nothing is read twice, so nothing is kept.
        let mut found = Rows::new(runtime, Arc::clone(&client), server, request, settings, 0);
        let mut row_memory = PgMemoryContexts::new("auth0_fdw row");
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
            row_memory.reset();
            let mut values = vec![Datum::null(); width];
            let mut nulls = vec![true; width];
            row_memory.switch_to(|_| {
                for column in &columns {
                    if let Some(value) = column.value(&page, row, None, || None).or_raise() {
                        values[column.index] = value;
                        nulls[column.index] = false;
                    }
                }
            });
            *rows.add(place as usize) =
                pg_sys::heap_form_tuple(descriptor, values.as_mut_ptr(), nulls.as_mut_ptr());
        }
        ptr::write(total, seen as f64);
        ptr::write(dead, 0.0);
        kept
    }
}
