//! A datum as the JSON value that Auth0 gets for it.
#![allow(unsafe_code)]

use auth0::catalog::Type;
use auth0::plan::shown_time;
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::FromDatum;
use serde_json::{Number, Value};

use crate::{array, text};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// What Postgres takes for a number, and JSON or Auth0 does not.
const NOT_DOUBLE: &str = "it has a number beyond double precision, in which Auth0 keeps numbers";

/// An array that is no list.
const NOT_A_LIST: &str = "it is an array of several dimensions, and Auth0 takes a list";

/// How datums of a type are read, looked up once.
pub struct Reader {
    way: Way,
    /// The catalogue's type, if it knows the column: what Auth0 wants.
    wanted: Option<Type>,
}

enum Way {
    Text,
    Bool,
    Int2,
    Int4,
    Int8,
    Timestamptz,
    /// As it stands, taken for UTC: as it is read.
    Timestamp,
    Date,
    /// The type's own output is JSON: json, jsonb, numbers.
    Output(Oid),
    /// The type's own output is a text.
    TextOutput(Oid),
    Array(Box<Reader>, Oid),
}

impl Reader {
    /// For a type, and what the catalogue says of the column.
    pub fn new(ty: Oid, wanted: Option<Type>) -> Reader {
        // SAFETY: look-ups in the catalogs; invalid if the type is no array, itself if it is no domain.
        let (base, element) = unsafe {
            let base = pg_sys::getBaseType(ty);
            (base, pg_sys::get_element_type(base))
        };
        let way = match base {
            _ if element != Oid::INVALID => {
                Way::Array(Box::new(Reader::new(element, None)), element)
            }
            pg_sys::TEXTOID | pg_sys::VARCHAROID => Way::Text,
            pg_sys::BOOLOID => Way::Bool,
            pg_sys::INT2OID => Way::Int2,
            pg_sys::INT4OID => Way::Int4,
            pg_sys::INT8OID => Way::Int8,
            pg_sys::TIMESTAMPTZOID => Way::Timestamptz,
            pg_sys::TIMESTAMPOID => Way::Timestamp,
            pg_sys::DATEOID => Way::Date,
            pg_sys::JSONOID
            | pg_sys::JSONBOID
            | pg_sys::NUMERICOID
            | pg_sys::FLOAT4OID
            | pg_sys::FLOAT8OID => Way::Output(output(base)),
            _ => Way::TextOutput(output(base)),
        };
        Reader { way, wanted }
    }

    /// The value of a datum that is not NULL; or why there is no JSON for it.
    ///
    /// # Safety
    /// `datum` must be of the type this is for.
    pub unsafe fn read(&self, datum: Datum) -> Result<Value, &'static str> {
        // SAFETY: the caller's promise.
        let value = unsafe {
            match &self.way {
                Way::Text => Value::String(text::of_datum(datum)),
                Way::Bool => bool::from_datum(datum, false).map_or(Value::Null, Value::Bool),
                Way::Int2 => number(i16::from_datum(datum, false)),
                Way::Int4 => number(i32::from_datum(datum, false)),
                Way::Int8 => number(i64::from_datum(datum, false)),
                Way::Timestamptz | Way::Timestamp => {
                    shown_time(i64::from_datum(datum, false).unwrap_or_default()).into()
                }
                Way::Date => date(i32::from_datum(datum, false).unwrap_or_default()).into(),
                Way::Output(function) => {
                    let shown = shown(*function, datum);
                    serde_json::from_str(&shown).map_err(|_| NOT_DOUBLE)?
                }
                Way::TextOutput(function) => Value::String(shown(*function, datum)),
                Way::Array(_, _) if array::dimensions(datum) > 1 => return Err(NOT_A_LIST),
                Way::Array(element, ty) => array::elements(datum, *ty)
                    .into_iter()
                    .map(|one| one.map_or(Ok(Value::Null), |one| element.read(one)))
                    .collect::<Result<_, _>>()?,
            }
        };
        Ok(fit(value, self.wanted))
    }
}

fn number<N: Into<Number>>(number: Option<N>) -> Value {
    number.map_or(Value::Null, |number| Value::Number(number.into()))
}

/// `YYYY-MM-DD` of days since 2000.
fn date(days: i32) -> String {
    let micros = match days {
        i32::MIN => i64::MIN,
        i32::MAX => i64::MAX,
        days => i64::from(days) * DAY,
    };
    let time = shown_time(micros);
    time.split('T').next().unwrap_or_default().to_owned()
}

/// A value of the wrong JSON type becomes one of the right type where that says the same: a table may declare any column
/// as text, or a text as a number.
fn fit(value: Value, wanted: Option<Type>) -> Value {
    match (wanted, value) {
        (Some(Type::Text), Value::Number(number)) => Value::String(number.to_string()),
        (Some(Type::Text), Value::Bool(truth)) => Value::String(truth.to_string()),
        (
            Some(Type::Jsonb | Type::TextArray | Type::Bool | Type::Bigint | Type::Numeric),
            Value::String(text),
        ) => match serde_json::from_str(&text) {
            Ok(Value::String(_)) | Err(_) => Value::String(text),
            Ok(value) => value,
        },
        (_, value) => value,
    }
}

fn output(ty: Oid) -> Oid {
    let (mut function, mut varlena) = (Oid::INVALID, false);
    // SAFETY: raises an error for a type without an output function.
    unsafe { pg_sys::getTypeOutputInfo(ty, &mut function, &mut varlena) };
    function
}

/// # Safety
/// `function` must be the output function of the datum's type.
unsafe fn shown(function: Oid, datum: Datum) -> String {
    // SAFETY: the caller's promise; gives a NUL-terminated string in the current memory context.
    unsafe { text::from_server(pg_sys::OidOutputFunctionCall(function, datum)) }
}
