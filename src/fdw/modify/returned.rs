//! The stored row of an answer as a tuple of the table, through the code that scans use.
#![allow(unsafe_code)]

use std::ptr;

use auth0::catalog::Object;
use auth0::options::Settings;
use auth0::rows::{Columns, Page};
use auth0::{Error, Result};
use pgrx::pg_sys::{self, EState, TupleTableSlot};

use crate::error::raise;
use crate::fdw::attribute::Attribute;
use crate::fdw::column::Column;
use crate::fdw::generated::Computed;
use crate::fdw::slot::{clear, natts};

/// All columns of a table, ready to be filled.
pub struct Returned {
    wanted: Columns,
    columns: Vec<Column>,
    computed: Vec<Computed>,
}

impl Returned {
    /// Looks them up, in the memory of the query.
    ///
    /// # Safety
    /// `relation` must be open for the whole query of `estate`.
    pub unsafe fn prepare(
        relation: pg_sys::Relation,
        object: &Object,
        settings: &Settings,
        estate: *mut EState,
    ) -> Result<Returned> {
        // SAFETY: the caller's promise; the descriptor has so many attributes.
        unsafe {
            let before = pg_sys::MemoryContextSwitchTo((*estate).es_query_cxt);
            let (mut keys, mut columns, mut computed) = (Vec::new(), Vec::new(), Vec::new());
            for number in 1..=(*(*relation).rd_att).natts as i16 {
                if let Some(expression) = Computed::prepare(relation, number, estate) {
                    computed.push(expression);
                } else if let Some(attribute) =
                    Attribute::declared(relation, number, object, settings.on_type_error)?
                {
                    columns.push(Column::new(
                        attribute,
                        object,
                        settings.include_secrets,
                        &mut keys,
                    ));
                }
            }
            pg_sys::MemoryContextSwitchTo(before);
            let whole = columns.iter().any(Column::is_whole);
            Ok(Returned {
                wanted: Columns::new(keys, whole),
                columns,
                computed,
            })
        }
    }

    /// Puts the row into `slot`; its values live in the memory of the current row.
    ///
    /// # Safety
    /// `slot` must have the table's descriptor, `estate` be the query's.
    pub unsafe fn fill(&self, row: Vec<u8>, slot: *mut TupleTableSlot, estate: *mut EState) {
        let page = match Page::single(row, &self.wanted) {
            Ok(page) => page,
            Err(reason) => raise(Error::Runtime {
                reason: format!("the answer to a write is {reason}"),
            }),
        };
        // SAFETY: the caller's promise: every column's index is within the slot's arrays.
        unsafe {
            let context = expression_context(estate);
            let before = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            clear(slot);
            let width = natts(slot);
            ptr::write_bytes((*slot).tts_isnull, 1, width);
            for column in &self.columns {
                let value = column.value(&page, 0, None, || None);
                match value {
                    Ok(Some(datum)) => {
                        *(*slot).tts_values.add(column.index) = datum;
                        *(*slot).tts_isnull.add(column.index) = false;
                    }
                    Ok(None) => {}
                    Err(error) => raise(error),
                }
            }
            pg_sys::ExecStoreVirtualTuple(slot);
            for computed in &self.computed {
                computed.fill(slot, context);
            }
            pg_sys::MemoryContextSwitchTo(before);
        }
    }
}

/// The expression context of the current row.
///
/// # Safety
/// `estate` must be a running query's.
pub unsafe fn expression_context(estate: *mut EState) -> *mut pg_sys::ExprContext {
    // SAFETY: the caller's promise.
    unsafe {
        match (*estate).es_per_tuple_exprcontext {
            none if none.is_null() => pg_sys::MakePerTupleExprContext(estate),
            context => context,
        }
    }
}
