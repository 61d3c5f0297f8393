//! Statements run by our functions.

use std::ffi::CString;
use std::fmt::Display;

use pgrx::datum::DatumWithOid;
use pgrx::Spi;

use crate::error::raise_internal;
use crate::text;

/// What SPI gives, or the end of the statement. Errors of the statements themselves have been raised before.
pub fn or_raise<T, E: Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| raise_internal(&error.to_string()))
}

/// A statement in the database's encoding. One with a zero byte in it is cut there, and so is none.
pub fn statement(text: &str) -> CString {
    let bytes = text::to_server(text);
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

/// The first column of the first row as text, or none.
pub fn text_of(query: &str, parameters: &[DatumWithOid<'_>]) -> Option<String> {
    or_raise(Spi::connect(|client| {
        let mut rows = client.select(&*statement(query), Some(1), parameters)?;
        match rows.next() {
            Some(row) => row.get::<String>(1).map(|value| value.map(text::received)),
            None => Ok(None),
        }
    }))
}

/// A statement with the rights of whoever calls; tells how many rows it wrote.
pub fn execute(command: &str, parameters: &[DatumWithOid<'_>]) -> usize {
    or_raise(Spi::connect_mut(|client| {
        client
            .update(&*statement(command), None, parameters)
            .map(|rows| rows.len())
    }))
}
