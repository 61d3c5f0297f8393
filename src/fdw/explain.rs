//! EXPLAIN: the requests a scan makes, and with ANALYZE what they have cost.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::ptr;

use pgrx::{pg_guard, pg_sys};

use super::scan;
use crate::text;

/// ExplainForeignScan.
///
/// # Safety
/// Called by EXPLAIN with a scan begun by [`scan::begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn scan(
    node: *mut pg_sys::ForeignScanState,
    es: *mut pg_sys::ExplainState,
) {
    // SAFETY: EXPLAIN's own structures.
    let (Some(state), verbose, analyze, timing) = (unsafe {
        (
            scan::state(node),
            (*es).verbose,
            (*es).analyze,
            (*es).timing,
        )
    }) else {
        return;
    };
    let mut out = Output(es);
    let size = u64::from(state.settings.page_size);
    let list = state.request.list(0, size);
    let query: Vec<String> = list
        .query
        .iter()
        .map(|(key, value)| {
            if *key == "page" {
                format!("{key}=0...")
            } else {
                format!("{key}={value}")
            }
        })
        .collect();
    out.text(
        "Auth0 Request",
        &format!("GET {}?{}", list.path, query.join("&")),
    );
    if verbose {
        let mut keys: Vec<&str> = state.request.keys.iter().map(String::as_str).collect();
        if state.request.whole {
            keys.push("(whole object)");
        }
        if !keys.is_empty() {
            out.text("Auth0 Keys", &keys.join(", "));
        }
        out.integer("Auth0 Concurrency", state.settings.concurrency.into());
    }
    if analyze {
        let totals = state.totals();
        out.integer("Auth0 Calls", totals.calls);
        out.integer("Auth0 Retries", totals.retries);
        out.integer("Auth0 Bytes", totals.bytes);
        if timing {
            let waited = state.waited();
            out.milliseconds("Auth0 Wait Time", waited.as_secs_f64() * 1000.0);
            out.milliseconds(
                "Auth0 Rate Limit Wait Time",
                totals.limiter_wait.as_secs_f64() * 1000.0,
            );
        }
    }
}

/// EXPLAIN's output, in whatever format it has.
struct Output(*mut pg_sys::ExplainState);

impl Output {
    fn text(&mut self, label: &str, value: &str) {
        if let (Ok(label), Ok(value)) = (
            CString::new(label),
            CString::new(text::shown(value).as_ref()),
        ) {
            // SAFETY: both strings are copied into EXPLAIN's output.
            unsafe { pg_sys::ExplainPropertyText(label.as_ptr(), value.as_ptr(), self.0) }
        }
    }

    fn integer(&mut self, label: &str, value: u64) {
        if let Ok(label) = CString::new(label) {
            // SAFETY: as above; a null unit means none.
            unsafe {
                pg_sys::ExplainPropertyInteger(label.as_ptr(), ptr::null(), value as i64, self.0)
            }
        }
    }

    fn milliseconds(&mut self, label: &str, value: f64) {
        if let Ok(label) = CString::new(label) {
            // SAFETY: as above.
            unsafe {
                pg_sys::ExplainPropertyFloat(label.as_ptr(), c"ms".as_ptr(), value, 3, self.0)
            }
        }
    }
}
