//! Answers that are no list of objects, made into one.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

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
