//! One column of a scan: where its value stands in a row and how it becomes a datum.
#![allow(unsafe_code)]

use auth0::catalog::ATTRS;
use auth0::options::OnTypeError;
use auth0::rows::{Page, Path};
use auth0::{Error, Result};
use pgrx::pg_sys;

use super::datum::{Datum, Target};
use super::generated::attribute_of;
use crate::server::options;
use crate::text;

/// Where in a row's object the value stands.
enum Place {
    /// The whole object.
    Whole,
    /// Under the wanted key of this position, and from there along a path.
    Key(usize, Path),
}

/// A column that the scan brings.
pub struct Column {
    /// Position in the tuple, from 0.
    pub index: usize,
    place: Place,
    target: Target,
    on_type_error: OnTypeError,
}

impl Column {
    /// Reads the attribute's declaration; `keys` collects the wanted keys. `None` for a dropped column.
    ///
    /// # Safety
    /// `relation` must be open and have this attribute.
    pub unsafe fn declared(
        relation: pg_sys::Relation,
        attribute: i16,
        default: OnTypeError,
        keys: &mut Vec<String>,
    ) -> Result<Option<Column>> {
        // SAFETY: the caller's promise.
        let (name, ty, typmod) = unsafe {
            let declared = attribute_of((*relation).rd_att, attribute);
            if (*declared).attisdropped {
                return Ok(None);
            }
            (
                text::from_server((*declared).attname.data.as_ptr()),
                (*declared).atttypid,
                (*declared).atttypmod,
            )
        };
        // SAFETY: an open relation.
        let declared = options::of_column(unsafe { (*relation).rd_id }, attribute);
        let path = match declared.get("path") {
            Some(path) => Path::parse(path).ok_or_else(|| {
                Error::option_value(
                    "path",
                    "keys and array positions joined by dots, such as identities.0.connection",
                )
            })?,
            None => Path::key(&name),
        };
        let place = if name == ATTRS && declared.get("path").is_none() {
            Place::Whole
        } else {
            let known = keys.iter().position(|key| key == path.root());
            Place::Key(
                known.unwrap_or_else(|| {
                    keys.push(path.root().to_owned());
                    keys.len() - 1
                }),
                path,
            )
        };
        let on_type_error = declared
            .get("on_type_error")
            .and_then(OnTypeError::parse)
            .unwrap_or(default);
        Ok(Some(Column {
            index: attribute as usize - 1,
            place,
            target: Target::new(ty, typmod, on_type_error == OnTypeError::Null),
            on_type_error,
        }))
    }

    /// Whether the whole object is wanted for it.
    pub fn is_whole(&self) -> bool {
        matches!(self.place, Place::Whole)
    }

    /// The column's value in a row; `None` is NULL. `id` tells the object's id, for the error.
    pub fn value(
        &self,
        page: &Page,
        row: usize,
        id: impl FnOnce() -> Option<String>,
    ) -> Result<Option<Datum>> {
        let raw = match &self.place {
            Place::Whole => page.whole(row),
            Place::Key(key, path) => page.value(row, *key).and_then(|raw| path.walk(raw)),
        };
        let Some(raw) = raw else { return Ok(None) };
        match (self.target.datum(raw), self.on_type_error) {
            (Ok(datum), _) => Ok(datum),
            (Err(_), OnTypeError::Null) if !self.target.is_bound_to_end() => Ok(None),
            (Err(reason), wanted) => Err(Error::Value {
                path: match &self.place {
                    Place::Whole => ATTRS.to_owned(),
                    Place::Key(_, path) => path.to_string(),
                },
                ty: self.target.name(),
                id: id(),
                reason: match wanted {
                    OnTypeError::Error => reason,
                    OnTypeError::Null => format!(
                        "{reason}; beside parallel workers it cannot become NULL (SET max_parallel_workers_per_gather = 0)"
                    ),
                },
            }),
        }
    }
}
