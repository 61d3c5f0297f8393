//! What the functions return: text in the database's encoding, and JSON text as jsonb, parsed by Postgres itself so that
//! numbers keep every digit.
#![allow(unsafe_code)]

use std::ffi::CString;

use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, Returns, ReturnsError, SqlMapping, SqlTranslatable,
};
use pgrx::{direct_function_call_as_datum, pg_sys, IntoDatum};

use crate::text;

/// A jsonb, made in the current memory context.
pub struct Jsonb(pg_sys::Datum);

impl Jsonb {
    /// From JSON in UTF-8 that has been parsed before, so that nothing can be wrong with it but a character which the
    /// database's encoding lacks; that is Postgres' error to raise.
    pub fn new(json: &str) -> Option<Self> {
        let text = CString::new(text::to_server(json).into_owned()).ok()?;
        // SAFETY: jsonb_in takes a NUL-terminated string and copies what it keeps.
        let datum = unsafe {
            direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(text.as_ptr().into())])
        };
        datum.map(Jsonb)
    }
}

// SAFETY: the datum is what `new` got from jsonb_in.
unsafe impl BoxRet for Jsonb {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: a jsonb datum for a function declared to return jsonb.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

impl IntoDatum for Jsonb {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0)
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::JSONBOID
    }
}

// SAFETY: jsonb is what the datum is.
unsafe impl SqlTranslatable for Jsonb {
    fn argument_sql() -> Result<SqlMapping, ArgumentError> {
        Ok(SqlMapping::literal("jsonb"))
    }

    fn return_sql() -> Result<Returns, ReturnsError> {
        Ok(Returns::One(SqlMapping::literal("jsonb")))
    }
}

/// A text, made in the current memory context.
pub struct Text(pg_sys::Datum);

impl Text {
    /// From UTF-8; a character that the database's encoding lacks is Postgres' error to raise.
    pub fn new(text: &str) -> Self {
        let bytes = text::to_server(text);
        // SAFETY: copies so many bytes.
        let made =
            unsafe { pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32) };
        Text(pg_sys::Datum::from(made))
    }
}

// SAFETY: the datum is what `new` has made.
unsafe impl BoxRet for Text {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: a text datum for a function declared to return text.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

impl IntoDatum for Text {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0)
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::TEXTOID
    }
}

// SAFETY: text is what the datum is.
unsafe impl SqlTranslatable for Text {
    fn argument_sql() -> Result<SqlMapping, ArgumentError> {
        Ok(SqlMapping::literal("text"))
    }

    fn return_sql() -> Result<Returns, ReturnsError> {
        Ok(Returns::One(SqlMapping::literal("text")))
    }
}
