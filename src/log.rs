//! Lines in the server log that tell nothing of their statement, and notices. A cancel that Postgres takes meanwhile is an error
//! that can be caught, as any other.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, CString};

use pgrx::{pg_sys, PgLogLevel};

use crate::text;

// pgrx keeps these two to itself, and its own way of reporting cannot leave the statement out.
unsafe extern "C-unwind" {
    fn errstart(level: c_int, domain: *const c_char) -> bool;
    fn errfinish(file: *const c_char, line: c_int, function: *const c_char);
}

/// Writes a line to the server log. Postgres would add the statement to it, and with that its values.
pub fn line(text: &str) {
    report(PgLogLevel::LOG, text, true);
}

/// Tells the client something.
pub fn notice(text: &str) {
    report(PgLogLevel::NOTICE, text, false);
}

fn report(level: PgLogLevel, text: &str, alone: bool) {
    let Ok(message) = CString::new(text::shown(text).as_bytes()) else {
        return;
    };
    let message = message.as_ptr();
    // SAFETY: the calls of `ereport()`, in its order, with a format that takes one string, which outlives them. An error
    // raised meanwhile, as of a cancel, is caught by the guard; nothing that it jumps over has a destructor.
    unsafe {
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            if errstart(level as c_int, std::ptr::null()) {
                pg_sys::errmsg_internal(c"%s".as_ptr(), message);
                pg_sys::errhidestmt(alone);
                pg_sys::errhidecontext(alone);
                errfinish(c"log.rs".as_ptr(), 0, c"report".as_ptr());
            }
        });
    }
}
