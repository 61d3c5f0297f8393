//! What is said when a query gives no values for the path of what it reads.
#![allow(unsafe_code)]

use auth0::catalog::{endpoint, Object};
use auth0::options::OnTypeError;
use auth0::{Error, Result};
use pgrx::pg_sys::{self, Oid};

use super::attribute::Attribute;
use super::quals::is_integer;

/// The error for columns without a value. Of a column that the table does not have, or has with another type, no condition
/// would help.
///
/// # Safety
/// The caller must hold a lock on the table.
pub unsafe fn error(
    table: Oid,
    object: &'static Object,
    columns: Vec<&'static str>,
) -> Result<Error> {
    // SAFETY: the caller's promise. What a misfit becomes does not matter here.
    let attributes = unsafe { Attribute::all(table, object, OnTypeError::Error) }?;
    let gives = |attribute: &Attribute, name: &str| {
        let key = object.key_of(name);
        let field = attribute.field();
        let text = match attribute.ty {
            pg_sys::TEXTOID => true,
            pg_sys::VARCHAROID => attribute.typmod < 0,
            ty => endpoint::is_place_key(key) && is_integer(ty),
        };
        text && field.is_some_and(|field| field.as_key() == Some(key))
    };
    let undeclared = columns.iter().copied();
    let undeclared = undeclared.filter(|name| !attributes.iter().any(|one| gives(one, name)));
    Ok(Error::NeedsValue {
        object: object.name,
        undeclared: undeclared.collect(),
        columns,
    })
}
