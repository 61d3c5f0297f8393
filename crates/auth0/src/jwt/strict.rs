//! JSON as tokens must have it: no member twice (RFC 7515 §4, RFC 7519 §4), nothing that Postgres cannot store.
//!
//! Parsers disagree about which of two equal members counts; an attacker lives off such disagreements.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Checks an object and gives the members that are wanted, or says why the text is none: the others are checked and
/// not kept, which is most of the work.
pub fn members(text: &[u8], wanted: &'static [&'static str]) -> Result<Map<String, Value>, String> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    Checked(Some(wanted))
        .deserialize(&mut parser)
        .and_then(|members| parser.end().map(|()| members))
        .map_err(|error| reason(&error))?
        .ok_or_else(|| "not a JSON object".to_owned())
}

/// From this many members on they are looked up in a set instead of one after the other.
const MANY: usize = 24;

/// Checks a value; of the outermost object it keeps the members wanted.
struct Checked(Option<&'static [&'static str]>);

impl<'de> DeserializeSeed<'de> for Checked {
    type Value = Option<Map<String, Value>>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

/// A member's name, borrowed from the text where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        storable(name).map(|()| Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        storable(name).map(|()| Cow::Owned(name.to_owned()))
    }
}

/// The names of an object so far.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// False if it has occurred before.
    fn add(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < MANY {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }
}

impl<'de> Visitor<'de> for Checked {
    type Value = Option<Map<String, Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        storable(value).map(|()| None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element_seed(Checked(None))?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut names = Names::default();
        let mut kept = Map::new();
        while let Some(name) = members.next_key_seed(Name)? {
            match self.0.filter(|wanted| wanted.contains(&name.as_ref())) {
                Some(_) => {
                    let value = members.next_value_seed(Strict)?;
                    kept.insert(name.clone().into_owned(), value);
                }
                None => {
                    members.next_value_seed(Checked(None))?;
                }
            }
            // The error names nothing: a name may be as long as the token.
            if !names.add(name) {
                return Err(A::Error::custom("a member that occurs twice"));
            }
        }
        Ok(Some(kept))
    }
}

/// An object, or why the text is none. Nesting is bounded by serde_json (128 levels).
pub fn object(text: &[u8]) -> Result<Map<String, Value>, String> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    let value = Strict
        .deserialize(&mut parser)
        .and_then(|value| parser.end().map(|()| value))
        .map_err(|error| reason(&error))?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err("not a JSON object".to_owned()),
    }
}

/// serde_json's words without the place, which means nothing to somebody who sees only base64.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        storable(value).map(|()| Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(Strict)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            storable(&name)?;
            let value = members.next_value_seed(Strict)?;
            // The error names nothing: a name may be as long as the token.
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member that occurs twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

fn storable<E: Error>(text: &str) -> Result<(), E> {
    match text.contains('\0') {
        true => Err(E::custom("a string with \\u0000 in it")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_may_occur_once() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"x":[{"a":1,"a":3}]}"#,
        ] {
            for outcome in [object(text.as_bytes()), members(text.as_bytes(), &["x"])] {
                assert_eq!(outcome.unwrap_err(), "a member that occurs twice", "{text}");
            }
        }
        assert_eq!(object(br#"{"a":{"a":[{"a":1}]}}"#).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_object_or_not_storable() {
        for text in [
            "",
            "1",
            "[]",
            "null",
            "{",
            "{}{}",
            "{} x",
            "{\"a\":1e999}",
            "\u{feff}{}",
            r#"{"a":"\u0000"}"#,
            r#"{"\u0000":1}"#,
            r#"{"a":"\ud800"}"#,
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":NaN}",
        ] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
            assert!(members(text.as_bytes(), &["b"]).is_err(), "{text}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_err());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(object(deep.as_bytes()).is_err());
    }

    #[test]
    fn only_what_is_wanted_is_kept() {
        let kept = members(br#"{"a":{"b":1},"b":[1,{"a":2}],"c":"x"}"#, &["b"]).unwrap();
        assert_eq!(
            serde_json::to_string(&kept).unwrap(),
            r#"{"b":[1,{"a":2}]}"#
        );
        // Beyond the number that is looked through one after the other.
        let many: String = (0..100).map(|n| format!("\"{n}\":0,")).collect();
        assert!(members(format!("{{{many}\"x\":0}}").as_bytes(), &[]).is_ok());
        for twice in ["3", "99"] {
            assert!(members(format!("{{{many}\"{twice}\":0}}").as_bytes(), &[]).is_err());
        }
    }
}
