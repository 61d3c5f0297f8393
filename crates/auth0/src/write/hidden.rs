//! What a statement does not see of a row, kept where Auth0 takes anew what it stands in.

use serde_json::{Map, Value};

use super::step::{Before, Step};
use crate::catalog::Object;
use crate::rows::redact::{self, Hidden};

/// The same requests of an `UPDATE` for a statement that cannot see the object's secrets: those inside of a document that is
/// sent are read first, and put where they were. Auth0 takes a document whole, and would forget them.
pub fn keeping_secrets(mut steps: Vec<Step>) -> Vec<Step> {
    for step in &mut steps {
        let Some(Value::Object(body)) = &step.body else {
            continue;
        };
        let is_document = |value: &Value| value.is_object() || value.is_array();
        let mut documents = body.iter().filter(|(_, value)| is_document(value));
        let hides = documents.any(|(key, _)| may_hide(step.object, key));
        if hides && step.before == Before::Nothing {
            step.before = Before::Kept(Vec::new());
        }
    }
    steps
}

/// Whether a column's documents may hold secrets.
pub fn hides_secrets(object: &'static Object, column: &str) -> bool {
    may_hide(object, object.key_of(column))
}

fn may_hide(object: &Object, key: &str) -> bool {
    !Hidden::below(object, &[key.to_owned()]).is_empty()
}

/// Gives a body the keys that a statement did not have, and the secrets inside of its documents, as they are `there`.
pub(super) fn keep(
    object: &Object,
    body: &mut Map<String, Value>,
    unseen: &[&str],
    there: &Map<String, Value>,
) {
    for key in unseen {
        if let Some(value) = there.get(*key).filter(|value| !value.is_null()) {
            body.entry(*key).or_insert_with(|| value.clone());
        }
    }
    for (key, value) in body {
        let Some(there) = there.get(key) else {
            continue;
        };
        let hidden = Hidden::below(object, std::slice::from_ref(key));
        let shown = redact::without(&there.to_string(), &hidden);
        if let Some(shown) = shown.and_then(|shown| serde_json::from_str(&shown).ok()) {
            put_back(value, there, &shown);
        }
    }
}

/// Puts what is `there` and not `shown` where it was, if there is a place for it and nothing in it. An element of an array is
/// the one that is shown like it.
fn put_back(value: &mut Value, there: &Value, shown: &Value) {
    match (value, there, shown) {
        (Value::Object(map), Value::Object(there), Value::Object(shown)) => {
            for (key, there) in there {
                match shown.get(key) {
                    None if !there.is_null() => {
                        map.entry(key).or_insert_with(|| there.clone());
                    }
                    Some(shown) if shown != there => {
                        if let Some(inside) = map.get_mut(key) {
                            put_back(inside, there, shown);
                        }
                    }
                    _ => {}
                }
            }
        }
        (Value::Array(all), Value::Array(there), Value::Array(shown)) => {
            for one in all {
                let mut known = there.iter().zip(shown);
                if let Some((there, shown)) = known.find(|(_, shown)| *shown == one) {
                    put_back(one, there, shown);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_hidden_is_put_back_where_it_was() {
        let there = json!({"id": 1, "secret": "s", "none": null, "deep": {"key": "k", "a": 1},
            "list": [{"n": 1, "v": "x", "w": "y"}, {"n": 2, "v": "z"}]});
        let shown = json!({"id": 1, "deep": {"a": 1}, "list": [{"n": 1}, {"n": 2}]});
        let put = |mut new: Value| {
            put_back(&mut new, &there, &shown);
            new
        };
        assert_eq!(put(json!({"id": 2})), json!({"id": 2, "secret": "s"}));
        assert_eq!(
            put(json!({"secret": "new", "deep": {"a": 2}})),
            json!({"secret": "new", "deep": {"a": 2, "key": "k"}})
        );
        assert_eq!(put(json!({"deep": null}))["deep"], Value::Null);
        assert_eq!(
            put(json!({"list": [{"n": 2}, {"n": 3}, {"n": 1}]}))["list"],
            json!([{"n": 2, "v": "z"}, {"n": 3}, {"n": 1, "v": "x", "w": "y"}])
        );
        assert_eq!(put(Value::Null), Value::Null);
    }
}
