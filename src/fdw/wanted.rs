//! What a scan has to bring of its rows.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use auth0::catalog::Object;
use auth0::plan::Reads;
use pgrx::pg_sys::{self, Oid};

use super::attribute::{Attribute, Source};
use super::generated;
use crate::list;

/// The attributes that the target list and the clauses read, those behind generated columns included, in order.
///
/// # Safety
/// `rel` must be the planner's, of the foreign table `table`, and `clauses` expressions of its query.
pub unsafe fn columns(
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
    clauses: *mut pg_sys::List,
) -> Vec<i16> {
    // SAFETY: the caller's promise; the relation is locked by the planner already.
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

/// Which reads bring these columns, and those that the conditions on the relation alone read.
///
/// # Safety
/// As for [`columns`]; called while the relation is sized.
pub unsafe fn reads(
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
    object: &'static Object,
    attributes: &[Attribute],
) -> Reads {
    if object.detail().is_none() {
        return Reads::default();
    }
    // SAFETY: the caller's promise; conditions of a base relation are RestrictInfos.
    let numbers = unsafe {
        let mut clauses: *mut pg_sys::List = ptr::null_mut();
        for info in list::iter::<pg_sys::RestrictInfo>((*rel).baserestrictinfo) {
            clauses = pg_sys::lappend(clauses, (*info).clause.cast());
        }
        columns(rel, table, clauses)
    };
    let wanted = attributes
        .iter()
        .filter(|attribute| numbers.contains(&attribute.number));
    let mut whole = false;
    let mut keys = Vec::new();
    for attribute in wanted {
        match &attribute.source {
            Source::Whole => whole = true,
            Source::Path(path) => keys.push(path.root()),
            Source::Query => {}
        }
    }
    Reads::of(object, keys, whole)
}
