//! Answers that are no list of objects, made into one.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::Value;

use crate::catalog::Shape;

type Raw<'a> = &'a RawValue;

/// The body as a bare array of objects, if it is not read as it came. The error quotes nothing of it.
pub fn as_list(body: &str, shape: Shape) -> Result<Option<String>, String> {
    let rows = match shape {
        Shape::List(_) | Shape::One | Shape::There | Shape::Either => return Ok(None),
        Shape::Scalars(key) => {
            let scalars: Vec<Raw> = read(body)?;
            scalars
                .into_iter()
                .map(|raw| object(&[(key, raw.get())]))
                .collect()
        }
        Shape::Scalar(key) => vec![object(&[(key, read::<Raw>(body)?.get())])],
        Shape::Entries(name, value) => {
            let entries: BTreeMap<String, Raw> = read(body)?;
            entries
                .iter()
                .map(|(key, raw)| object(&[(name, &text(key)), (value, raw.get())]))
                .collect()
        }
        Shape::Nested(list, array, given) => nested(body, list, array, given)?,
    };
    Ok(Some(format!("[{}]", rows.join(","))))
}

/// What a body is whose rows should be under `list_key`, or it; `None` if it is no JSON at all. It quotes nothing.
pub fn shown(body: &[u8], list_key: Option<&str>) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(match (&body, list_key) {
        (Value::Object(map), Some(key)) => match map.get(key) {
            None => format!("an object without the key \"{key}\""),
            Some(inside) => format!("an object whose \"{key}\" is {}", kind(inside)),
        },
        _ => kind(&body),
    })
}

/// In words, with those of an array's elements that are no rows.
fn kind(value: &Value) -> String {
    let of = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    let odd = |all: &[Value]| all.iter().find(|one| !one.is_object()).map(of);
    match value {
        Value::Array(all) => match odd(all) {
            Some(odd) => format!("an array in which {odd} stands for a row"),
            None => of(value).to_owned(),
        },
        other => of(other).to_owned(),
    }
}

fn read<'a, T: serde::Deserialize<'a>>(body: &'a str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|_| "JSON of another shape".to_owned())
}

fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn object(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, raw)| format!("{}:{raw}", text(key)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// The objects in the `array` of each row, each with what it is given of its row.
fn nested(
    body: &str,
    list: &str,
    array: &str,
    given: &[(&str, &str)],
) -> Result<Vec<String>, String> {
    let outer: Vec<BTreeMap<String, Raw>> = match body.trim_start().starts_with('[') {
        true => read(body)?,
        false => {
            let envelope: BTreeMap<String, Raw> = read(body)?;
            let rows = envelope
                .get(list)
                .ok_or_else(|| format!("an object without the key \"{list}\""))?;
            read(rows.get())?
        }
    };
    let mut rows = Vec::new();
    for row in &outer {
        let Some(inner) = row.get(array).filter(|raw| raw.get() != "null") else {
            continue;
        };
        let own: Vec<(&str, &str)> = given
            .iter()
            .filter_map(|(key, name)| Some((*name, row.get(*key)?.get())))
            .collect();
        for element in read::<Vec<BTreeMap<String, Raw>>>(inner.get())? {
            let mut pairs = own.clone();
            pairs.extend(element.iter().map(|(key, raw)| (key.as_str(), raw.get())));
            rows.push(object(&pairs));
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str, shape: Shape) -> String {
        as_list(body, shape).unwrap().unwrap()
    }

    #[test]
    fn every_shape_becomes_a_list() {
        assert_eq!(as_list("{}", Shape::One), Ok(None));
        assert_eq!(
            of(r#"["a","b"]"#, Shape::Scalars("x")),
            r#"[{"x":"a"},{"x":"b"}]"#
        );
        assert_eq!(of(" 12 ", Shape::Scalar("n")), r#"[{"n":12}]"#);
        assert_eq!(
            of(r#"{"b\"":1,"a":{}}"#, Shape::Entries("k", "v")),
            r#"[{"k":"a","v":{}},{"k":"b\"","v":1}]"#
        );
        let scopes = Shape::Nested("apis", "scopes", &[("id", "api_id")]);
        for body in [
            r#"[{"id":"1","scopes":[{"value":"r"}]},{"id":"2"},{"id":"3","scopes":null}]"#,
            r#"{"total":3,"apis":[{"id":"1","scopes":[{"value":"r"}]},{"id":"2","scopes":[]}]}"#,
        ] {
            assert_eq!(of(body, scopes), r#"[{"api_id":"1","value":"r"}]"#);
        }
        assert_eq!(of("[]", scopes), "[]");
    }

    #[test]
    fn shapes_are_shown() {
        for (body, list_key, expected) in [
            ("7", None, Some("a number")),
            (
                r#"["S"]"#,
                None,
                Some("an array in which a text stands for a row"),
            ),
            (
                r#"{"S":[]}"#,
                Some("rows"),
                Some("an object without the key \"rows\""),
            ),
            (
                r#"{"rows":{}}"#,
                Some("rows"),
                Some("an object whose \"rows\" is an object"),
            ),
            (
                r#"{"rows":[{},[]]}"#,
                Some("rows"),
                Some("an object whose \"rows\" is an array in which an array stands for a row"),
            ),
            ("{", None, None),
            ("", Some("rows"), None),
        ] {
            assert_eq!(
                shown(body.as_bytes(), list_key).as_deref(),
                expected,
                "{body}"
            );
        }
    }

    #[test]
    fn another_shape_is_an_error_and_never_no_rows() {
        for (body, shape) in [
            ("{}", Shape::Scalars("x")),
            ("[", Shape::Scalar("x")),
            ("[]", Shape::Entries("k", "v")),
            (r#"{"rows":[]}"#, Shape::Nested("apis", "scopes", &[])),
            (r#"[{"scopes":[1]}]"#, Shape::Nested("apis", "scopes", &[])),
        ] {
            assert!(as_list(body, shape).is_err(), "{body}");
        }
    }
}
