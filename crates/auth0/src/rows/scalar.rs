//! One JSON value, told apart by its first byte, and the conversions that Postgres' input functions do not do.

use std::borrow::Cow;
use std::fmt;

/// A JSON value whose text has already been read as JSON once.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// An array, as written.
    Array(&'a str),
    /// An object, as written.
    Object(&'a str),
}

/// Why a JSON string is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// It holds `\u0000`, which no Postgres text can.
    Nul,
    /// It holds half of a surrogate pair, which is no character.
    Surrogate,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Odd::Nul => "the JSON string contains \\u0000, which Postgres cannot store in text",
            Odd::Surrogate => "the JSON string contains half of a Unicode surrogate pair",
        })
    }
}

impl<'a> Json<'a> {
    /// Classifies `raw`, the text of one JSON value.
    pub fn read(raw: &'a str) -> Result<Json<'a>, Odd> {
        Ok(match raw.as_bytes().first() {
            Some(b'"') => Json::String(unescape(raw)?),
            Some(b'{') => Json::Object(raw),
            Some(b'[') => Json::Array(raw),
            Some(b't') => Json::Bool(true),
            Some(b'f') => Json::Bool(false),
            Some(b'n') | None => Json::Null,
            Some(_) => Json::Number(raw),
        })
    }

    /// The characters of a JSON text that is a string and can be one of ours.
    pub fn string(raw: Option<&'a str>) -> Option<Cow<'a, str>> {
        match Json::read(raw?) {
            Ok(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value as text: a string's characters, anything else as written in JSON. `None` for `null`.
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Json::Null => None,
            Json::Bool(true) => Some("true".into()),
            Json::Bool(false) => Some("false".into()),
            Json::String(text) => Some(text),
            Json::Number(raw) | Json::Array(raw) | Json::Object(raw) => Some(raw.into()),
        }
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// The texts of an array's elements.
    pub fn elements(raw: &'a str) -> Option<Vec<&'a str>> {
        let items: Vec<&'a serde_json::value::RawValue> = serde_json::from_str(raw).ok()?;
        Some(items.into_iter().map(|item| item.get()).collect())
    }
}

fn unescape(raw: &str) -> Result<Cow<'_, str>, Odd> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if !inner.as_bytes().contains(&b'\\') {
        return Ok(Cow::Borrowed(inner));
    }
    // Its syntax has been checked with the page, so a string that cannot be unescaped has a lone surrogate.
    let text: String = serde_json::from_str(raw).map_err(|_| Odd::Surrogate)?;
    if text.contains('\0') {
        return Err(Odd::Nul);
    }
    Ok(Cow::Owned(text))
}

/// A JSON number as an integer, if it is one: `3`, `3.0` and `3e2` are, `2.5` and `1e300` are not.
pub fn integer(raw: &str) -> Option<i64> {
    if let Ok(n) = raw.parse::<i64>() {
        return Some(n);
    }
    let (negative, raw) = match raw.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, raw),
    };
    let (mantissa, exponent) = match raw.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (raw, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // value = significant × 10^power
    let power =
        i64::from(exponent) - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
    let power = u32::try_from(power).ok()?;
    let value = significant
        .parse::<i128>()
        .ok()?
        .checked_mul(10i128.checked_pow(power)?)?;
    i64::try_from(if negative { -value } else { value }).ok()
}

/// Text that Postgres would take for a boolean, for providers that send `"true"` instead of `true`.
pub fn bool_of_text(text: &str) -> Option<bool> {
    let text = text.trim().to_ascii_lowercase();
    let starts = |word: &str, least: usize| text.len() >= least && word.starts_with(text.as_str());
    if starts("true", 1) || starts("yes", 1) || text == "on" || text == "1" {
        Some(true)
    } else if starts("false", 1) || starts("no", 1) || starts("off", 2) || text == "0" {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings() {
        let text = |raw| Json::read(raw).map(|json| json.into_text().map(Cow::into_owned));
        assert_eq!(
            text(r#""a\"\\é\ud83d\ude00é""#),
            Ok(Some("a\"\\é😀é".into()))
        );
        assert_eq!(text(r#""""#), Ok(Some(String::new())));
        assert_eq!(text(r#""a\u0000b""#), Err(Odd::Nul));
        assert_eq!(text(r#""\ud800""#), Err(Odd::Surrogate));
        assert_eq!(text("null"), Ok(None));
        assert_eq!(text("1e400"), Ok(Some("1e400".into())));
        assert_eq!(text("[1, 2]"), Ok(Some("[1, 2]".into())));
    }

    #[test]
    fn integers() {
        for (raw, value) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            ("3.0", Some(3)),
            ("3e2", Some(300)),
            ("-1.50e1", Some(-15)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808.0", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("2.5", None),
            ("1e-1", None),
            ("1e300", None),
            ("1e99999999999", None),
            ("0e99999999", Some(0)),
        ] {
            assert_eq!(integer(raw), value, "{raw}");
        }
    }

    #[test]
    fn booleans() {
        for (text, value) in [
            ("true", Some(true)),
            ("FALSE", Some(false)),
            ("o", None),
            ("", None),
            ("a@b.c", None),
        ] {
            assert_eq!(bool_of_text(text), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_string_comes_back(text in "\\PC*") {
            let raw = serde_json::to_string(&text).unwrap();
            let read = Json::read(&raw).unwrap().into_text().unwrap().into_owned();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn any_number_is_read_without_a_panic(raw in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,12})?") {
            integer(&raw);
        }
    }
}
