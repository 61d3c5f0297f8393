//! Strings across the border: Rust and Auth0 speak UTF-8, a database may speak another encoding.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ffi::{c_char, CStr, CString};

use pgrx::pg_sys;

use crate::array;

fn is_utf8() -> bool {
    // SAFETY: reads a setting of the backend.
    unsafe { pg_sys::GetDatabaseEncoding() == pg_sys::pg_enc::PG_UTF8 as i32 }
}

/// A string of Postgres' as UTF-8.
///
/// # Safety
/// `text` must be a NUL-terminated string in the database's encoding, or null (which gives an empty string).
pub unsafe fn from_server(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise; the converted string is palloc'ed and NUL-terminated, too.
    let bytes = unsafe {
        let len = CStr::from_ptr(text).count_bytes() as i32;
        let utf8 = if is_utf8() {
            text
        } else {
            pg_sys::pg_server_to_any(text, len, pg_sys::pg_enc::PG_UTF8 as i32)
        };
        CStr::from_ptr(utf8)
    };
    bytes.to_string_lossy().into_owned()
}

/// A text datum as UTF-8.
///
/// # Safety
/// `datum` must be a text or varchar, and not NULL.
pub unsafe fn of_datum(datum: pg_sys::Datum) -> String {
    // SAFETY: the caller's promise; the copy is NUL-terminated.
    unsafe { from_server(pg_sys::text_to_cstring(datum.cast_mut_ptr())) }
}

/// An array of texts as UTF-8; its NULLs are `None`.
///
/// # Safety
/// `datum` must be a text[] or varchar[], and not NULL.
pub unsafe fn of_array(datum: pg_sys::Datum) -> Vec<Option<String>> {
    // SAFETY: the caller's promise; a varchar is stored as a text.
    unsafe {
        array::elements(datum, pg_sys::TEXTOID)
            .into_iter()
            .map(|element| element.map(|element| of_datum(element)))
            .collect()
    }
}

/// Whether the text needs no conversion for this database.
pub fn is_plain(text: &str) -> bool {
    is_utf8() || text.is_ascii()
}

/// A string that pgrx has taken from Postgres byte for byte, whatever the database's encoding.
pub fn received(raw: String) -> String {
    if is_utf8() {
        return raw;
    }
    match CString::new(raw.into_bytes()) {
        // SAFETY: NUL-terminated, in the database's encoding.
        Ok(bytes) => unsafe { from_server(bytes.as_ptr()) },
        Err(_) => String::new(),
    }
}

/// A text of ours for people to read. Where the database's encoding is not UTF-8 only its ASCII is shown: pgrx hands
/// messages over as UTF-8, and a conversion could fail in the middle of reporting an error.
pub fn shown(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let ascii = text.replace('…', "...");
    Cow::Owned(
        ascii
            .chars()
            .map(|c| if c.is_ascii() { c } else { '?' })
            .collect(),
    )
}

/// UTF-8 as a string of Postgres'; raises an error if the database's encoding lacks a character.
pub fn to_server(text: &str) -> Cow<'_, [u8]> {
    if is_plain(text) {
        return Cow::Borrowed(text.as_bytes());
    }
    let Ok(source) = CString::new(text) else {
        return Cow::Borrowed(text.as_bytes());
    };
    // SAFETY: `source` is NUL-terminated and outlives the call; the result is either `source` itself or a new
    // NUL-terminated string, copied before `source` goes away.
    unsafe {
        let len = source.count_bytes() as i32;
        let converted =
            pg_sys::pg_any_to_server(source.as_ptr(), len, pg_sys::pg_enc::PG_UTF8 as i32);
        Cow::Owned(CStr::from_ptr(converted).to_bytes().to_vec())
    }
}
