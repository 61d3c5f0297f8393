//! Scalars and documents compared with metadata.
//!
//! The API finds a scalar by its path, in arrays as well as outside of them; it does not find `null`, `[]` and `{}`.
//! Source: <https://auth0.com/docs/manage-users/user-accounts/metadata/metadata-fields-data>.

use serde_json::Value as Json;

use super::bind::{equal_text, is_sayable};
use super::field::{Field, Kind};
use super::lucene::{Query, Term};
use crate::catalog::Object;

/// `value ->> … = text`: what stands there is a string, or a number or truth value that is written so.
pub fn scalar(field: &str, text: &str) -> Query {
    match terms(text) {
        Some(terms) => Query::is(field, terms),
        None => Query::Everything,
    }
}

/// The values that SQL writes as `text`; `None` if not all of them can be searched for.
pub fn terms(text: &str) -> Option<Vec<Term>> {
    // An object or array whose text it is could not be found.
    if !is_sayable(text) || text.starts_with(['{', '[']) {
        return None;
    }
    let mut terms = vec![Term::Text(text.to_owned())];
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Number(_)) => terms.push(number(text)?),
        Ok(Json::Bool(_)) => terms.push(Term::Word(text.to_owned())),
        _ => {}
    }
    Some(terms)
}

/// Plain decimal numbers with few enough digits to be the same number everywhere.
fn number(text: &str) -> Option<Term> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && text.len() <= 15).then(|| Term::Word(text.to_owned()))
}

/// `value @> document`, where `field` is the value's place, or the whole object.
pub fn contains(object: &Object, field: Option<&Field>, document: &Json) -> Query {
    match document {
        Json::Object(members) => Query::all(members.iter().map(|(key, value)| {
            let inside = field.map_or_else(|| Field::key(key), |field| field.step(key));
            contains(object, Some(&inside), value)
        })),
        // Every element must be contained in some element, whatever its position.
        Json::Array(elements) => Query::all(
            elements
                .iter()
                .map(|element| contains(object, field, element)),
        ),
        scalar => field.map_or(Query::Everything, |field| leaf(object, field, scalar)),
    }
}

fn leaf(object: &Object, field: &Field, value: &Json) -> Query {
    let name = field.searched();
    match (field.kind(object), value) {
        (Some(Kind::Folded | Kind::Exact | Kind::Scalar | Kind::Identity), Json::String(text)) => {
            equal_text(&name, text)
        }
        (Some(Kind::Truth | Kind::Scalar), Json::Bool(value)) => {
            Query::is(&name, vec![Term::Word(value.to_string())])
        }
        (Some(Kind::Scalar), Json::Number(value)) => match number(&value.to_string()) {
            Some(term) => Query::is(&name, vec![term]),
            None => Query::Everything,
        },
        _ => Query::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn in_app_metadata(document: &str) -> String {
        let document = serde_json::from_str(document).unwrap();
        let field = Field::key("app_metadata");
        contains(catalog::find("users").unwrap(), Some(&field), &document).to_string()
    }

    #[test]
    fn scalars_as_sql_writes_them() {
        assert_eq!(scalar("m.k", "gold").to_string(), "m.k:\"gold\"");
        assert_eq!(scalar("m.k", "5").to_string(), "m.k:(\"5\" OR 5)");
        assert_eq!(scalar("m.k", "5.50").to_string(), "m.k:(\"5.50\" OR 5.50)");
        assert_eq!(scalar("m.k", "true").to_string(), "m.k:(\"true\" OR true)");
        for text in [
            "",
            " a",
            "{\"a\": 1}",
            "[]",
            "-5",
            "1e5",
            "12345678901234567",
        ] {
            assert_eq!(scalar("m.k", text), Query::Everything, "{text}");
        }
    }

    #[test]
    fn documents() {
        assert_eq!(
            in_app_metadata(r#"{"plan":"gold","n":1,"ok":true,"deep":{"er":"x"}}"#),
            "app_metadata.deep.er:\"x\" AND app_metadata.n:1 AND app_metadata.ok:true AND app_metadata.plan:\"gold\""
        );
        assert_eq!(
            in_app_metadata(r#"{"roles":["a","b"]}"#),
            "app_metadata.roles:\"a\" AND app_metadata.roles:\"b\""
        );
        assert_eq!(in_app_metadata(r#"{"a":null,"b":{},"c":[],"d e":1}"#), "*");
        assert_eq!(in_app_metadata(r#""plan""#), "*");
    }

    #[test]
    fn whole_objects() {
        let document = serde_json::json!({"name": "Jane", "blocked": true, "picture": "x", "user_metadata": {"a": "b"}});
        assert_eq!(
            contains(catalog::find("users").unwrap(), None, &document).to_string(),
            "blocked:true AND name:\"Jane\" AND user_metadata.a:\"b\""
        );
    }
}
