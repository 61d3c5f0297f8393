//! A JSON value as a datum of a column's declared type.
//!
//! Common types have a short way of their own; any other type, and any with a length or precision, goes through its
//! input function. Everything is allocated in the current memory context, which is the row's.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::panic::AssertUnwindSafe;

use auth0::rows::{bool_of_text, integer, parse_time, Json};
use pgrx::pg_sys::panic::CaughtError;
use pgrx::pg_sys::{self, Oid};
use pgrx::{IntoDatum, PgSqlErrorCode, PgTryBuilder};

use crate::text;

pub use pgrx::pg_sys::Datum;

/// Why a value does not fit, in words.
pub type Misfit = String;

/// A declared type and the way to it.
pub struct Target {
    ty: Oid,
    typmod: i32,
    way: Way,
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
    /// An array: the way of its elements, and what construct_md_array must know.
    Array(Box<Target>),
    /// The type's input function alone.
    Input,
}

/// A type's input function, looked up once.
struct Input {
    function: pg_sys::FmgrInfo,
    parameter: Oid,
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Target {
    /// The way to `ty`. A domain is reached by its input function, which checks its constraints.
    pub fn new(ty: Oid, typmod: i32) -> Target {
        let way = if typmod >= 0 && ty != pg_sys::JSONBOID {
            Way::Input
        } else {
            match ty {
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
                // SAFETY: a look-up in the catalogs; invalid if `ty` is no array.
                _ => match unsafe { pg_sys::get_element_type(ty) } {
                    Oid::INVALID => Way::Input,
                    element => Way::Array(Box::new(Target::new(element, typmod))),
                },
            }
        };
        // An array's typmod belongs to its elements.
        // SAFETY: a look-up in the catalogs; invalid if `ty` is no array.
        let element = unsafe { pg_sys::get_element_type(ty) };
        let way = match way {
            Way::Input if element != Oid::INVALID => {
                Way::Array(Box::new(Target::new(element, typmod)))
            }
            way => way,
        };
        Target { ty, typmod, way }
    }

    /// The type as SQL writes it.
    pub fn name(&self) -> String {
        // SAFETY: gives a string in the current memory context.
        unsafe { text::from_server(pg_sys::format_type_with_typemod(self.ty, self.typmod)) }
    }

    /// The datum for the JSON text `raw`; `None` for JSON's null.
    pub fn datum(&self, raw: &str) -> Result<Option<Datum>, Misfit> {
        match self.way {
            // The only types that can hold every JSON value as it is.
            Way::Json => return Ok((raw != "null").then(|| text_datum(raw))),
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
            (Way::Text, _) => json.clone().into_text().map(|text| text_datum(&text)),
            (Way::Bool, Json::Bool(value)) => value.into_datum(),
            (Way::Bool, Json::String(text)) => bool_of_text(text).and_then(IntoDatum::into_datum),
            (Way::Int(min, max), Json::Number(raw)) => {
                return match integer(raw).filter(|n| (min..=max).contains(&n)) {
                    Some(n) => Ok(Some(Datum::from(n))),
                    None => Err(format!("the number {raw} is no {} in range", self.name())),
                }
            }
            (Way::Float8, Json::Number(raw)) => raw
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
                .and_then(f64::into_datum),
            (Way::Timestamptz, Json::String(text)) => {
                parse_time(text).map(|time| Datum::from(time.instant))
            }
            (Way::Timestamp, Json::String(text)) => {
                parse_time(text).map(|time| Datum::from(time.wall))
            }
            (Way::Date, Json::String(text)) => parse_time(text).and_then(|time| {
                i32::try_from(time.wall.div_euclid(MICROS_PER_DAY))
                    .ok()?
                    .into_datum()
            }),
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

    /// Kinds of JSON value that an input function would accept by accident: an object is no date, `true` is no number.
    fn check_kind(&self, json: &Json) -> Result<(), Misfit> {
        let fits = match (&self.way, json) {
            (Way::Input | Way::Text | Way::Json | Way::Jsonb, _) => true,
            (_, Json::String(_)) => true,
            (Way::Float8, Json::Number(_)) => true,
            _ => false,
        };
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
        let value = c_string(value)?;
        let Input {
            mut function,
            parameter,
        } = Input::of(self.ty);
        let typmod = self.typmod;
        catch_misfit(|| {
            // SAFETY: the function is the type's input function, and the string is NUL-terminated in the database's
            // encoding. It is not used after the call; what the function keeps, it copies.
            unsafe {
                pg_sys::InputFunctionCall(
                    &mut function,
                    value.as_ptr().cast_mut(),
                    parameter,
                    typmod,
                )
            }
        })
    }
}

impl Input {
    fn of(ty: Oid) -> Input {
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
            function,
            parameter,
        }
    }
}

fn c_string(value: &str) -> Result<CString, Misfit> {
    let bytes: Cow<[u8]> = text::to_server(value);
    CString::new(bytes.into_owned()).map_err(|_| auth0::rows::Odd::Nul.to_string())
}

/// A text datum: header and bytes.
fn text_datum(value: &str) -> Datum {
    let bytes = text::to_server(value);
    // SAFETY: cstring_to_text_with_len copies `len` bytes, which need no terminator.
    Datum::from(unsafe {
        pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32)
    })
}

fn jsonb_datum(raw: &str) -> Result<Datum, Misfit> {
    let value = c_string(raw)?;
    catch_misfit(|| {
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

/// Runs an input function and turns an error about the value into a misfit. An input function changes nothing, so
/// going on after its error needs no subtransaction. Anything else (cancel, out of memory) goes its way.
fn catch_misfit(run: impl FnOnce() -> Datum) -> Result<Datum, Misfit> {
    let mut run = Some(run);
    PgTryBuilder::new(AssertUnwindSafe(move || match run.take() {
        Some(run) => Ok(run()),
        None => Err(String::new()),
    }))
    .catch_others(|error| match &error {
        CaughtError::PostgresError(report) if is_about_data(report.sql_error_code()) => {
            Err(report.message().to_owned())
        }
        _ => error.rethrow(),
    })
    .execute()
}

/// SQLSTATE classes 22 (data exception), 23 (a domain's constraint) and 54 (too large for the type).
fn is_about_data(code: PgSqlErrorCode) -> bool {
    // SAFETY: unpack_sql_state gives a NUL-terminated string in a buffer of its own.
    let state = unsafe { CStr::from_ptr(pg_sys::unpack_sql_state(code as i32)) };
    [&b"22"[..], b"23", b"54"]
        .iter()
        .any(|class| state.to_bytes().starts_with(class))
}
