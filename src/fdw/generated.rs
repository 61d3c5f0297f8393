//! Stored generated columns: Auth0 stores no value for them, so they are computed from their expression when read.
#![allow(unsafe_code)]

use pgrx::pg_sys;

use crate::server::options;

/// Whether the attribute is computed here: generated, and not given a place in the object by `path`.
///
/// # Safety
/// `relation` must be open and have this attribute.
pub unsafe fn is_computed(relation: pg_sys::Relation, attribute: i16) -> bool {
    // SAFETY: the caller's promise.
    let (generated, dropped) = unsafe {
        let column = attribute_of((*relation).rd_att, attribute);
        ((*column).attgenerated, (*column).attisdropped)
    };
    generated == pg_sys::ATTRIBUTE_GENERATED_STORED as std::ffi::c_char
        && !dropped
        // SAFETY: an open relation.
        && options::of_column(unsafe { (*relation).rd_id }, attribute).get("path").is_none()
}

/// The catalog's record of an attribute.
///
/// # Safety
/// `descriptor` must have this attribute (counted from 1).
pub unsafe fn attribute_of(
    descriptor: pg_sys::TupleDesc,
    attribute: i16,
) -> *mut pg_sys::FormData_pg_attribute {
    let index = attribute as usize - 1;
    // SAFETY: the caller's promise. From 18 on the records follow the array of compact ones.
    unsafe {
        #[cfg(feature = "pg18")]
        let records = {
            let compact = (*descriptor).compact_attrs.as_mut_ptr();
            compact
                .add((*descriptor).natts as usize)
                .cast::<pg_sys::FormData_pg_attribute>()
        };
        #[cfg(not(feature = "pg18"))]
        let records = (*descriptor).attrs.as_mut_ptr();
        records.add(index)
    }
}

/// Adds the attributes that a computed column's expression reads to `read`.
///
/// # Safety
/// `relation` must be open and have this attribute; `read` must be a bitmapset in the current memory context.
pub unsafe fn add_sources(
    relation: pg_sys::Relation,
    attribute: i16,
    read: &mut *mut pg_sys::Bitmapset,
) {
    // SAFETY: the caller's promise; the expression's variables have number 1.
    unsafe {
        if is_computed(relation, attribute) {
            let expression = pg_sys::build_column_default(relation, attribute.into());
            pg_sys::pull_varattnos(expression, 1, read);
        }
    }
}

/// A computed column, ready to run.
pub struct Computed {
    attribute: i16,
    expression: *mut pg_sys::ExprState,
}

impl Computed {
    /// Prepares the column's expression, if it is computed.
    ///
    /// # Safety
    /// `relation` must be open for the whole query of `estate`, and have this attribute.
    pub unsafe fn prepare(
        relation: pg_sys::Relation,
        attribute: i16,
        estate: *mut pg_sys::EState,
    ) -> Option<Computed> {
        // SAFETY: the caller's promise; the prepared expression lives as long as the query.
        unsafe {
            if !is_computed(relation, attribute) {
                return None;
            }
            let expression = pg_sys::build_column_default(relation, attribute.into());
            let expression = pg_sys::ExecPrepareExpr(expression.cast(), estate);
            Some(Computed {
                attribute,
                expression,
            })
        }
    }

    /// Puts the value into `slot`, whose other columns are filled.
    ///
    /// # Safety
    /// `slot` must hold a virtual tuple of the relation, `econtext` be the scan's expression context.
    pub unsafe fn fill(
        &self,
        slot: *mut pg_sys::TupleTableSlot,
        econtext: *mut pg_sys::ExprContext,
    ) {
        // SAFETY: the caller's promise. The expression runs in the per-tuple context, as ExecEvalExprSwitchContext has it.
        unsafe {
            let before = (*econtext).ecxt_scantuple;
            (*econtext).ecxt_scantuple = slot;
            let mut is_null = false;
            if let Some(run) = (*self.expression).evalfunc {
                let old = pg_sys::MemoryContextSwitchTo((*econtext).ecxt_per_tuple_memory);
                let value = run(self.expression, econtext, &mut is_null);
                pg_sys::MemoryContextSwitchTo(old);
                let index = self.attribute as usize - 1;
                *(*slot).tts_values.add(index) = value;
                *(*slot).tts_isnull.add(index) = is_null;
            }
            (*econtext).ecxt_scantuple = before;
        }
    }
}
