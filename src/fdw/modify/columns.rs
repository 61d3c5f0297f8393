//! The columns of a table as they are written: a tuple as a row by the catalogue's names.
#![allow(unsafe_code)]

use auth0::catalog::writes::Op;
use auth0::catalog::Object;
use auth0::options::OnTypeError;
use auth0::write::{self, Row};
use auth0::{Error, Result};
use pgrx::pg_sys::{self, TupleTableSlot};
use serde_json::Value;

use super::json::Reader;
use crate::error::raise;
use crate::fdw::attribute::{Attribute, Source};
use crate::fdw::generated::attribute_of;
use crate::text;

/// A column that is neither dropped nor generated.
pub struct WriteColumn {
    /// Its number, from 1.
    pub number: i16,
    /// The catalogue's name of what it shows, or the key.
    pub name: String,
    /// Whether it shows one key of the object and nothing else: what it shows otherwise cannot be sent.
    pub plain: bool,
    /// Whether it shows all of the object.
    pub whole: bool,
    /// Whether it never comes back.
    pub write_only: bool,
    reader: Reader,
}

/// All of them.
///
/// # Safety
/// `relation` must be open.
pub unsafe fn columns(
    relation: pg_sys::Relation,
    object: &'static Object,
    default: OnTypeError,
) -> Result<Vec<WriteColumn>> {
    let mut found = Vec::new();
    // SAFETY: the caller's promise; the descriptor has so many attributes.
    unsafe {
        let descriptor = (*relation).rd_att;
        for number in 1..=(*descriptor).natts as i16 {
            let declared = attribute_of(descriptor, number);
            if (*declared).attgenerated != 0 {
                continue;
            }
            let Some(attribute) = Attribute::declared(relation, number, object, default)? else {
                continue;
            };
            let key = match &attribute.source {
                Source::Path(path) if path.steps().is_empty() => Some(path.root()),
                _ => None,
            };
            // A column under its own name is found by it; with another name, by the key it shows.
            let own = text::from_server((*declared).attname.data.as_ptr());
            let known = key.and_then(|key| {
                let named = object.named(&own).filter(|named| named.key == key);
                named.or_else(|| object.column(key))
            });
            let name = known.map(|known| known.name).or(key).unwrap_or(&own);
            found.push(WriteColumn {
                number,
                name: name.to_owned(),
                plain: key.is_some(),
                whole: matches!(attribute.source, Source::Whole),
                write_only: known.is_some_and(|known| known.write_only),
                reader: Reader::new(attribute.ty, known.map(|known| known.ty)),
            });
        }
    }
    Ok(found)
}

impl WriteColumn {
    /// The column's value in a tuple; NULL is JSON's null.
    ///
    /// # Safety
    /// `slot` must hold a tuple of the table, all of whose values have been taken out.
    pub unsafe fn value(&self, slot: *mut TupleTableSlot) -> Value {
        let index = self.number as usize - 1;
        // SAFETY: the caller's promise.
        unsafe {
            match *(*slot).tts_isnull.add(index) {
                true => Value::Null,
                false => self.fitting(self.reader.read(*(*slot).tts_values.add(index))),
            }
        }
    }

    /// A value of this column's type.
    ///
    /// # Safety
    /// `datum` must be of the column's type.
    pub unsafe fn read(&self, datum: pg_sys::Datum, is_null: bool) -> Value {
        match is_null {
            true => Value::Null,
            // SAFETY: the caller's promise.
            false => unsafe { self.fitting(self.reader.read(datum)) },
        }
    }

    fn fitting(&self, value: std::result::Result<Value, &'static str>) -> Value {
        value.unwrap_or_else(|reason| {
            raise(Error::NoJson {
                column: self.name.clone(),
                reason,
            })
        })
    }
}

/// The error for a column that shows more or less than a key.
pub fn unsendable(object: &'static Object, op: Op, name: &str) -> Error {
    Error::ReadOnlyColumn {
        object: object.name,
        column: name.to_owned(),
        op,
        key: false,
        writable: write::writable(object, op),
    }
}

/// Of two columns that show the same, one with a value counts.
pub fn put(row: &mut Row, name: &str, value: Value) {
    if !value.is_null() || !row.contains_key(name) {
        row.insert(name.to_owned(), value);
    }
}
