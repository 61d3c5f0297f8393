//! What a session has set of our settings before the library that knows them was loaded.
//!
//! Postgres keeps such values as texts. One that turns out to be none it drops with a WARNING, and the statement that has loaded
//! the library goes on without it.
#![allow(unsafe_code)]

use std::ffi::{c_char, CStr, CString};
use std::ptr;

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{pg_sys, PgLogLevel, PgSqlErrorCode};

use crate::text;

/// What can be a value of a setting.
pub enum Kind {
    /// A truth value.
    Bool,
    /// A whole number that is not negative.
    Count,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// Raises if the setting was given a value that it cannot have: who has set it counts on it. Called before it is defined, so
/// that the next statement fails as well.
pub fn check(name: &CStr, kind: Kind) {
    // SAFETY: a look at the settings; the text belongs to Postgres, and is copied.
    let value: CString = unsafe {
        match pg_sys::GetConfigOption(name.as_ptr(), true, false) {
            value if value.is_null() => return,
            value => CStr::from_ptr(value).into(),
        }
    };
    // What has been reset.
    if value.is_empty() {
        return;
    }
    let (valid, expected) = match kind {
        Kind::Bool => (is_bool(&value), "on or off".to_owned()),
        Kind::Count => (is_count(&value), "a whole number from 0".to_owned()),
        Kind::Word(words) => {
            let is = |word: &&str| value.to_bytes().eq_ignore_ascii_case(word.as_bytes());
            (words.iter().any(is), words.join(", "))
        }
    };
    if valid {
        return;
    }
    let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
    let message = format!("invalid value for parameter \"{name}\": \"{value}\"");
    ErrorReport::new(
        PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
        text::shown(&message),
        "auth0_fdw",
    )
    .set_detail("Nothing has been done, as it would have been done without the setting.")
    .set_hint(format!("It must be {expected}."))
    .report(PgLogLevel::ERROR);
}

/// Makes a name that is none of ours an error from now on.
pub fn reserve() {
    const PREFIX: *const c_char = c"auth0_fdw".as_ptr();
    // SAFETY: a text without end; Postgres copies it.
    unsafe {
        #[cfg(feature = "pg14")]
        pg_sys::EmitWarningsOnPlaceholders(PREFIX);
        #[cfg(not(feature = "pg14"))]
        pg_sys::MarkGUCPrefixReserved(PREFIX);
    }
}

fn is_bool(value: &CStr) -> bool {
    let mut read = false;
    // SAFETY: a text, and a place for what it says.
    unsafe { pg_sys::parse_bool(value.as_ptr(), &mut read) }
}

fn is_count(value: &CStr) -> bool {
    let mut read = 0;
    // SAFETY: as above; nobody wants the hint.
    let is_number = unsafe { pg_sys::parse_int(value.as_ptr(), &mut read, 0, ptr::null_mut()) };
    is_number && read >= 0
}
