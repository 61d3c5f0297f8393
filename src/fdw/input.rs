//! Input functions, and what to do about their errors.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::PgSqlErrorCode;

use crate::caught::caught;
use crate::error::raise_again;

/// Why a value does not fit, in words.
pub type Misfit = String;

/// A type's input function, looked up once.
pub struct Input {
    function: Cell<pg_sys::FmgrInfo>,
    parameter: Oid,
}

impl Input {
    /// Looks it up. What the function remembers between calls lives in the memory context that is current now.
    pub fn of(ty: Oid) -> Input {
        let mut function = Oid::INVALID;
        let mut parameter = Oid::INVALID;
        let mut info = MaybeUninit::<pg_sys::FmgrInfo>::zeroed();
        // SAFETY: getTypeInputInfo raises an error for a type without an input function; fmgr_info fills the rest.
        let function = unsafe {
            pg_sys::getTypeInputInfo(ty, &mut function, &mut parameter);
            pg_sys::fmgr_info(function, info.as_mut_ptr());
            info.assume_init()
        };
        Input {
            function: Cell::new(function),
            parameter,
        }
    }

    /// Calls it. What it keeps of the text, it copies.
    pub fn call(&self, value: &CString, typmod: i32, isolated: bool) -> Result<Datum, Misfit> {
        catch_misfit(isolated, || {
            // SAFETY: the function is the type's input function; the string is NUL-terminated.
            unsafe {
                pg_sys::InputFunctionCall(
                    self.function.as_ptr(),
                    value.as_ptr().cast_mut(),
                    self.parameter,
                    typmod,
                )
            }
        })
    }
}

/// Runs an input function and turns its complaint about the value into a misfit; anything else goes its way.
/// `isolated`: in a subtransaction, so that nothing the function began outlives its error.
pub fn catch_misfit<T>(isolated: bool, run: impl FnOnce() -> T) -> Result<T, Misfit> {
    match caught(isolated, run) {
        Ok(value) => Ok(value),
        Err(report) if is_about_data(report.sql_error_code()) => Err(report.message().to_owned()),
        // Postgres' own record of it is gone once it has been caught, so it is raised anew.
        Err(report) => raise_again(&report),
    }
}

/// Whether an error of an input function is about the value: all but those about the system (53, 58, XX), the operator
/// (57: cancel, shutdown), the transaction (25, 40) and locks (55).
fn is_about_data(code: PgSqlErrorCode) -> bool {
    // SAFETY: unpack_sql_state gives a NUL-terminated string in a buffer of its own.
    let state = unsafe { CStr::from_ptr(pg_sys::unpack_sql_state(code as i32)) };
    let others = [&b"25"[..], b"40", b"53", b"55", b"57", b"58", b"XX"];
    !others
        .iter()
        .any(|class| state.to_bytes().starts_with(class))
}

/// Whether a type's input function may do more than read its argument: a domain's checks run any function, a row type
/// holds on to its descriptor, and of an extension's type nothing is known. Enumerations are built in whoever makes them.
pub fn is_lively(ty: Oid) -> bool {
    // SAFETY: a look-up in the catalogs.
    let kind = unsafe { pg_sys::get_typtype(ty) } as u8;
    let own = ty.to_u32() >= pg_sys::FirstNormalObjectId && kind != pg_sys::TYPTYPE_ENUM;
    own || kind == pg_sys::TYPTYPE_DOMAIN || kind == pg_sys::TYPTYPE_COMPOSITE
}
