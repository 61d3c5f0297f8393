//! A JSON value as a datum of a column's declared type.
//!
//! Common types have a short way of their own; any other type, and any with a length or precision, goes through its
//! input function. Everything is allocated in the current memory context, which is the row's.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::cell::Cell;
use std::ffi::{c_void, CString};
use std::ptr;

use auth0::rows::{bool_of_text, integer, parse_time, Json};
use pgrx::pg_sys::{self, Oid};
use pgrx::IntoDatum;

use super::input::{catch_misfit, is_lively, Input, Misfit};
use crate::text;

pub use pgrx::pg_sys::Datum;

/// A declared type and the way to it.
pub struct Target {
    ty: Oid,
    typmod: i32,
    way: Way,
    input: Input,
    isolated: bool,
}

enum Way {
    Text,
    Bool,
    /// Bounds of the integer type.
    Int(i64, i64),
    Float8,
    Timestamptz,
    Timestamp,
    Date,
    Jsonb,
    Json,
    /// A domain over the inner type; what domain_check remembers between calls.
    Domain(Box<Target>, Cell<*mut c_void>, pg_sys::MemoryContext),
    /// An array of the inner type.
    Array(Box<Target>),
    /// The input function alone.
    Input,
}

impl Target {
    /// The way to `ty`, looked up in the memory context of the query. `go_on`: a misfit does not end the statement.
    pub fn new(ty: Oid, typmod: i32, go_on: bool) -> Target {
        // SAFETY: a look-up in the catalogs; invalid if `ty` is no array. An array's typmod is its elements'.
        let element = unsafe { pg_sys::get_element_type(ty) };
        // SAFETY: look-ups in the catalogs; the base type of what is no domain is the type itself.
        let (base, base_typmod) = unsafe {
            let mut base_typmod = typmod;
            (
                pg_sys::getBaseTypeAndTypmod(ty, &mut base_typmod),
                base_typmod,
            )
        };
        let way = match ty {
            _ if base != ty => {
                let inner = Box::new(Target::new(base, base_typmod, go_on));
                // SAFETY: the context in which the scan begins is the query's.
                Way::Domain(inner, Cell::new(ptr::null_mut()), unsafe {
                    pg_sys::CurrentMemoryContext
                })
            }
            _ if element != Oid::INVALID => {
                Way::Array(Box::new(Target::new(element, typmod, go_on)))
            }
            _ if typmod >= 0 => Way::Input,
            pg_sys::TEXTOID | pg_sys::VARCHAROID => Way::Text,
            pg_sys::BOOLOID => Way::Bool,
            pg_sys::INT2OID => Way::Int(i16::MIN.into(), i16::MAX.into()),
            pg_sys::INT4OID => Way::Int(i32::MIN.into(), i32::MAX.into()),
            pg_sys::INT8OID => Way::Int(i64::MIN, i64::MAX),
            pg_sys::FLOAT8OID => Way::Float8,
            pg_sys::TIMESTAMPTZOID => Way::Timestamptz,
            pg_sys::TIMESTAMPOID => Way::Timestamp,
            pg_sys::DATEOID => Way::Date,
            pg_sys::JSONBOID => Way::Jsonb,
            pg_sys::JSONOID => Way::Json,
            _ => Way::Input,
        };
        Target {
            ty,
            typmod,
            way,
            input: Input::of(ty),
            isolated: go_on && is_lively(ty),
        }
    }

    /// The type as SQL writes it.
    pub fn name(&self) -> String {
        // SAFETY: gives a string in the current memory context.
        unsafe { text::from_server(pg_sys::format_type_with_typemod(self.ty, self.typmod)) }
    }

    /// Whether a misfit must end the statement, as its traces could not be removed: no subtransaction can be had while
    /// workers run.
    pub fn is_bound_to_end(&self) -> bool {
        // SAFETY: reads a variable of the backend.
        self.isolated && unsafe { pg_sys::IsInParallelMode() }
    }

    /// The datum for the JSON text `raw`; `None` for JSON's null.
    pub fn datum(&self, raw: &str) -> Result<Option<Datum>, Misfit> {
        match &self.way {
            Way::Domain(base, memory, context) => {
                return self.checked(base.datum(raw)?, memory, *context)
            }
            // The only types that can hold every JSON value as it is.
            Way::Json => {
                return if raw == "null" {
                    Ok(None)
                } else {
                    text_datum(raw).map(Some)
                }
            }
            Way::Jsonb => {
                return if raw == "null" {
                    Ok(None)
                } else {
                    jsonb_datum(raw).map(Some)
                }
            }
            _ => {}
        }
        let json = Json::read(raw).map_err(|odd| odd.to_string())?;
        if json == Json::Null {
            return Ok(None);
        }
        let short = match (&self.way, &json) {
            (Way::Text, _) => match json.clone().into_text() {
                Some(text) => return text_datum(&text).map(Some),
                None => None,
            },
            (Way::Bool, Json::Bool(value)) => value.into_datum(),
            (Way::Bool, Json::String(text)) => bool_of_text(text).and_then(IntoDatum::into_datum),
            (Way::Int(min, max), Json::Number(raw)) => {
                return match integer(raw).filter(|n| (min..=max).contains(&n)) {
                    Some(n) => Ok(Some(Datum::from(n))),
                    None => Err(format!("the number {raw} is no {} in range", self.name())),
                }
            }
            // What is too large or too small for a double, Postgres shall say itself.
            (Way::Float8, Json::Number(raw)) => raw
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_normal())
                .and_then(f64::into_datum),
            (Way::Timestamptz, Json::String(text)) => {
                parse_time(text).map(|time| Datum::from(time.instant))
            }
            (Way::Timestamp, Json::String(text)) => {
                parse_time(text).map(|time| Datum::from(time.wall))
            }
            (Way::Date, Json::String(text)) => {
                parse_time(text).and_then(|time| time.day.into_datum())
            }
            (Way::Array(element), Json::Array(raw)) => return self.array(element, raw).map(Some),
            _ => None,
        };
        if short.is_some() {
            return Ok(short);
        }
        self.check_kind(&json)?;
        match json.into_text() {
            Some(text) => self.input(&text).map(Some),
            None => Ok(None),
        }
    }

    /// A value of the base type that keeps the domain's constraints.
    fn checked(
        &self,
        value: Option<Datum>,
        memory: &Cell<*mut c_void>,
        context: pg_sys::MemoryContext,
    ) -> Result<Option<Datum>, Misfit> {
        let Some(value) = value else { return Ok(None) };
        catch_misfit(self.isolated && !self.is_bound_to_end(), || {
            // SAFETY: the value is of the domain's base type; `memory` is domain_check's own and lives in `context`.
            unsafe { pg_sys::domain_check(value, false, self.ty, memory.as_ptr(), context) };
            value
        })
        .map(Some)
    }

    /// Refuses what an input function would take by accident: an object is no date, `true` is no number.
    fn check_kind(&self, json: &Json) -> Result<(), Misfit> {
        let fits = matches!(
            (&self.way, json),
            (Way::Input | Way::Text, _) | (_, Json::String(_)) | (Way::Float8, Json::Number(_))
        );
        if fits {
            Ok(())
        } else {
            Err(format!("it is {} in JSON", json.kind()))
        }
    }

    fn array(&self, element: &Target, raw: &str) -> Result<Datum, Misfit> {
        let items = Json::elements(raw).unwrap_or_default();
        let mut values = Vec::with_capacity(items.len());
        let mut nulls = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let value = element
                .datum(item)
                .map_err(|reason| format!("element {position}: {reason}"))?;
            nulls.push(value.is_none());
            values.push(value.unwrap_or(Datum::from(0)));
        }
        if values.is_empty() {
            // SAFETY: makes an array without elements.
            return Ok(Datum::from(unsafe {
                pg_sys::construct_empty_array(element.ty)
            }));
        }
        let (mut len, mut by_value, mut align) = (0i16, false, 0);
        let (mut dimensions, mut lower_bounds) = ([values.len() as i32], [1]);
        // SAFETY: both vectors have as many elements as the one dimension says; the values are of the element type.
        let array = unsafe {
            pg_sys::get_typlenbyvalalign(element.ty, &mut len, &mut by_value, &mut align);
            pg_sys::construct_md_array(
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
                1,
                dimensions.as_mut_ptr(),
                lower_bounds.as_mut_ptr(),
                element.ty,
                len.into(),
                by_value,
                align,
            )
        };
        Ok(Datum::from(array))
    }

    /// Through the type's input function, whose complaint about the value becomes the misfit.
    fn input(&self, value: &str) -> Result<Datum, Misfit> {
        let isolated = self.isolated && !self.is_bound_to_end();
        self.input.call(&c_string(value)?, self.typmod, isolated)
    }
}

/// The value in the database's encoding; one with a character that the encoding lacks does not fit.
fn encoded(value: &str) -> Result<Cow<'_, [u8]>, Misfit> {
    if text::is_plain(value) {
        return Ok(Cow::Borrowed(value.as_bytes()));
    }
    catch_misfit(false, || text::to_server(value))
}

fn c_string(value: &str) -> Result<CString, Misfit> {
    CString::new(encoded(value)?.into_owned()).map_err(|_| auth0::rows::Odd::Nul.to_string())
}

/// A text datum: header and bytes.
fn text_datum(value: &str) -> Result<Datum, Misfit> {
    let bytes = encoded(value)?;
    // SAFETY: cstring_to_text_with_len copies `len` bytes, which need no terminator.
    Ok(Datum::from(unsafe {
        pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32)
    }))
}

fn jsonb_datum(raw: &str) -> Result<Datum, Misfit> {
    let value = c_string(raw)?;
    catch_misfit(false, || {
        // SAFETY: jsonb_in takes a NUL-terminated string and copies what it keeps.
        unsafe {
            pgrx::direct_function_call_as_datum(
                pg_sys::jsonb_in,
                &[Some(Datum::from(value.as_ptr()))],
            )
        }
        .unwrap_or(Datum::from(0))
    })
}
