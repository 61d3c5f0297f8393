//! What a column of a foreign table stands for.
#![allow(unsafe_code)]

use auth0::catalog::{Object, ATTRS, QUERY};
use auth0::options::OnTypeError;
use auth0::plan::Field;
use auth0::rows::Path;
use auth0::{Error, Result};
use pgrx::pg_sys::{self, Oid};

use super::generated::{self, attribute_of};
use crate::server::options;
use crate::text;

/// A column that is not dropped and not computed here.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its number, from 1.
    pub number: i16,
    /// Its declared type.
    pub ty: Oid,
    /// And that type's modifier.
    pub typmod: i32,
    /// Where its value comes from.
    pub source: Source,
    /// What a misfit becomes.
    pub on_type_error: OnTypeError,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The whole object.
    Whole,
    /// A place in it.
    Path(Path),
    /// The search that found it.
    Query,
}

impl Attribute {
    /// Reads the column's declaration; `None` for one that is dropped or computed here.
    ///
    /// # Safety
    /// `relation` must be open and have this attribute.
    pub unsafe fn declared(
        relation: pg_sys::Relation,
        number: i16,
        object: &Object,
        default: OnTypeError,
    ) -> Result<Option<Attribute>> {
        // SAFETY: the caller's promise.
        let (name, ty, typmod) = unsafe {
            let declared = attribute_of((*relation).rd_att, number);
            if (*declared).attisdropped || generated::is_computed(relation, number) {
                return Ok(None);
            }
            (
                text::from_server((*declared).attname.data.as_ptr()),
                (*declared).atttypid,
                (*declared).atttypmod,
            )
        };
        // SAFETY: an open relation.
        let declared = options::of_column(unsafe { (*relation).rd_id }, number);
        let source = match declared.get("path") {
            Some(path) => Source::Path(Path::parse(path).ok_or_else(|| {
                Error::option_value(
                    "path",
                    "keys and array positions joined by dots, such as identities.0.connection",
                )
            })?),
            None if name == ATTRS => Source::Whole,
            None if name == QUERY && object.is_searched() => Source::Query,
            None => Source::Path(Path::key(object.key_of(&name))),
        };
        let on_type_error = declared
            .get("on_type_error")
            .and_then(OnTypeError::parse)
            .unwrap_or(default);
        Ok(Some(Attribute {
            number,
            ty,
            typmod,
            source,
            on_type_error,
        }))
    }

    /// All columns of a table.
    ///
    /// # Safety
    /// The caller must hold a lock on the table.
    pub unsafe fn all(table: Oid, object: &Object, default: OnTypeError) -> Result<Vec<Attribute>> {
        // SAFETY: the caller's promise.
        unsafe {
            let relation = pg_sys::table_open(table, pg_sys::NoLock as i32);
            let count = (*(*relation).rd_att).natts as i16;
            let found = (1..=count)
                .filter_map(|n| Attribute::declared(relation, n, object, default).transpose())
                .collect();
            pg_sys::table_close(relation, pg_sys::NoLock as i32);
            found
        }
    }

    /// The place in the object, for conditions.
    pub fn field(&self) -> Option<Field> {
        match &self.source {
            Source::Path(path) => Some(Field::inside(path.root(), path.steps().to_vec())),
            Source::Whole | Source::Query => None,
        }
    }
}
