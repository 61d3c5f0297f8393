//! The values of conditions: expressions in the plan, values when the query runs.
#![allow(unsafe_code)]

use std::ffi::CStr;

use auth0::plan::Value;
use pgrx::pg_sys::{self, Datum, Node, Oid};
use pgrx::FromDatum;
use serde::{Deserialize, Serialize};

use crate::{array, text};

/// A value's expression and how to read it.
#[derive(Debug, Clone, Copy)]
pub struct Operand {
    /// The expression.
    pub expr: *mut Node,
    /// How to read its result.
    pub how: How,
}

/// How a datum is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// text, varchar
    Text,
    /// bool
    Bool,
    /// smallint
    Int2,
    /// integer
    Int4,
    /// bigint
    Int8,
    /// timestamptz
    Timestamptz,
    /// timestamp, in the session's time zone
    Timestamp,
    /// date, its midnight in the session's time zone
    Date,
    /// inet
    Address,
    /// text[], varchar[]
    Texts,
    /// smallint[]
    Int2s,
    /// integer[]
    Int4s,
    /// bigint[]
    Int8s,
    /// jsonb
    Json,
}

impl How {
    /// For a type that compares as text.
    pub fn text(ty: Oid) -> Option<How> {
        [pg_sys::TEXTOID, pg_sys::VARCHAROID]
            .contains(&ty)
            .then_some(How::Text)
    }

    /// For a whole number.
    pub fn integer(ty: Oid) -> Option<How> {
        match ty {
            pg_sys::INT2OID => Some(How::Int2),
            pg_sys::INT4OID => Some(How::Int4),
            pg_sys::INT8OID => Some(How::Int8),
            _ => None,
        }
    }

    /// For a time.
    pub fn time(ty: Oid) -> Option<How> {
        match ty {
            pg_sys::TIMESTAMPTZOID => Some(How::Timestamptz),
            pg_sys::TIMESTAMPOID => Some(How::Timestamp),
            pg_sys::DATEOID => Some(How::Date),
            _ => None,
        }
    }

    /// For an array of texts.
    pub fn texts(ty: Oid) -> Option<How> {
        [pg_sys::TEXTARRAYOID, pg_sys::VARCHARARRAYOID]
            .contains(&ty)
            .then_some(How::Texts)
    }

    /// For an array of whole numbers.
    pub fn integers(ty: Oid) -> Option<How> {
        match ty {
            pg_sys::INT2ARRAYOID => Some(How::Int2s),
            pg_sys::INT4ARRAYOID => Some(How::Int4s),
            pg_sys::INT8ARRAYOID => Some(How::Int8s),
            _ => None,
        }
    }

    /// Reads a datum that is not NULL.
    ///
    /// # Safety
    /// `datum` must be of the type this is for.
    pub unsafe fn read(self, datum: Datum) -> Value {
        // SAFETY: the caller's promise.
        let value = unsafe {
            match self {
                How::Text => Some(Value::Text(text::of_datum(datum))),
                How::Bool => bool::from_datum(datum, false).map(Value::Bool),
                How::Int2 => i16::from_datum(datum, false).map(|n| Value::Integer(n.into())),
                How::Int4 => i32::from_datum(datum, false).map(|n| Value::Integer(n.into())),
                How::Int8 => i64::from_datum(datum, false).map(Value::Integer),
                How::Timestamptz => i64::from_datum(datum, false).map(Value::Time),
                How::Timestamp => timestamp(datum),
                How::Date => date(datum),
                How::Address => Some(Value::Address(address(datum))),
                How::Texts => Some(Value::Texts(
                    text::of_array(datum).into_iter().flatten().collect(),
                )),
                How::Int2s => integers::<i16>(datum, pg_sys::INT2OID),
                How::Int4s => integers::<i32>(datum, pg_sys::INT4OID),
                How::Int8s => integers::<i64>(datum, pg_sys::INT8OID),
                How::Json => json(datum).map(Value::Json),
            }
        };
        value.unwrap_or(Value::Null)
    }
}

unsafe fn timestamp(datum: Datum) -> Option<Value> {
    let mut overflow = 0;
    // SAFETY: a timestamp.
    unsafe {
        let wall = i64::from_datum(datum, false)?;
        let instant = pg_sys::timestamp2timestamptz_opt_overflow(wall, &mut overflow);
        Some(Value::Time(within(instant, overflow)))
    }
}

unsafe fn date(datum: Datum) -> Option<Value> {
    let mut overflow = 0;
    // SAFETY: a date.
    unsafe {
        let day = i32::from_datum(datum, false)?;
        let instant = pg_sys::date2timestamptz_opt_overflow(day, &mut overflow);
        Some(Value::Time(within(instant, overflow)))
    }
}

/// What lies beyond the ends of timestamptz compares like the infinities.
fn within(instant: i64, overflow: i32) -> i64 {
    match overflow {
        0 => instant,
        1.. => i64::MAX,
        _ => i64::MIN,
    }
}

unsafe fn integers<T: FromDatum + Into<i64>>(datum: Datum, ty: Oid) -> Option<Value> {
    // SAFETY: an array of this element type.
    let elements = unsafe { array::elements(datum, ty) };
    let numbers = elements
        .into_iter()
        .flatten()
        // SAFETY: as above.
        .filter_map(|element| unsafe { T::from_datum(element, false) })
        .map(Into::into);
    Some(Value::Integers(numbers.collect()))
}

/// An IPv4 host has one usual form; IPv6 has many, and who knows which one Auth0 keeps.
unsafe fn address(datum: Datum) -> Option<String> {
    // SAFETY: an inet; its text has no other characters than ASCII's.
    let shown = unsafe { output(pg_sys::inet_out, datum) }?;
    shown.parse::<std::net::Ipv4Addr>().ok()?;
    Some(shown)
}

unsafe fn json(datum: Datum) -> Option<serde_json::Value> {
    // SAFETY: a jsonb.
    let shown = unsafe { output(pg_sys::jsonb_out, datum) }?;
    serde_json::from_str(&shown).ok()
}

unsafe fn output(
    function: unsafe fn(pg_sys::FunctionCallInfo) -> Datum,
    datum: Datum,
) -> Option<String> {
    // SAFETY: an output function of the datum's type; its result is a NUL-terminated string.
    unsafe {
        let shown = pgrx::direct_function_call_as_datum(function, &[Some(datum)])?;
        let shown: *const CStr = CStr::from_ptr(shown.cast_mut_ptr());
        Some(text::from_server((*shown).as_ptr()))
    }
}
