//! What a statement does not see of a row, kept where Auth0 takes anew what it stands in.

use serde_json::Value;

use super::step::{Before, Step};
use crate::catalog::Object;

/// The same requests of an `UPDATE` for a statement that cannot see the object's secrets: those inside of a document that is
/// sent are read first, and put where they were. Auth0 takes a document whole, and would forget them.
pub fn keeping_secrets(mut steps: Vec<Step>) -> Vec<Step> {
    for step in &mut steps {
        let Some(Value::Object(body)) = &step.body else {
            continue;
        };
        let paths = step.object.secrets.iter().map(|path| path.split('.'));
        let hidden = paths.map(Iterator::collect).filter(|path: &Vec<&str>| {
            // A secret that is a column of its own is set or not.
            match path.as_slice() {
                [key, inside @ ..] if !inside.is_empty() => {
                    body.get(*key).is_some_and(|value| lacks(value, inside))
                }
                _ => false,
            }
        });
        let hidden: Vec<Vec<&str>> = hidden.collect();
        match &mut step.before {
            Before::Kept(kept) => kept.extend(hidden),
            before @ Before::Nothing if !hidden.is_empty() => *before = Before::Kept(hidden),
            _ => {}
        }
    }
    steps
}

/// Whether a column's documents may hold secrets.
pub fn hides_secrets(object: &'static Object, column: &str) -> bool {
    let key = object.key_of(column);
    let inside = |path: &&str| {
        path.strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    object.secrets.iter().any(inside)
}

/// Whether there is a place for a secret, and none in it.
fn lacks(value: &Value, path: &[&str]) -> bool {
    match (value, path) {
        (Value::Array(all), path) => all.iter().any(|one| lacks(one, path)),
        (Value::Object(map), [last]) => !map.contains_key(*last),
        (Value::Object(map), [first, rest @ ..]) => {
            map.get(*first).is_some_and(|inner| lacks(inner, rest))
        }
        _ => false,
    }
}

/// Puts what is at the path where it is lacking, as it stands in what is `there`. An element of an array is the one that
/// is like it but for that.
pub(super) fn restore(value: &mut Value, there: &Value, path: &[&str]) {
    match (value, there, path) {
        (Value::Array(all), Value::Array(there), path) => {
            for one in all {
                if let Some(like) = there.iter().find(|like| without(like, path) == *one) {
                    restore(one, like, path);
                }
            }
        }
        (Value::Object(map), Value::Object(there), [last]) => {
            if let Some(secret) = there.get(*last).filter(|secret| !secret.is_null()) {
                map.entry(*last).or_insert_with(|| secret.clone());
            }
        }
        (Value::Object(map), Value::Object(there), [first, rest @ ..]) => {
            if let (Some(inner), Some(there)) = (map.get_mut(*first), there.get(*first)) {
                restore(inner, there, rest);
            }
        }
        _ => {}
    }
}

fn without(value: &Value, path: &[&str]) -> Value {
    let mut value = value.clone();
    crate::rows::redact::at(&mut value, path, &mut |object, key| {
        object.remove(key);
    });
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_is_put_back_where_it_was() {
        let there = json!({"o": {"id": 1, "secret": "s", "deep": {"key": "k"}}, "list": [{"n": 1, "v": "x"}, {"n": 2, "v": "y"}]});
        let put = |new: Value, path: &[&str]| {
            let mut new = new;
            restore(&mut new, &there, path);
            new
        };
        assert_eq!(
            put(json!({"o": {"id": 2}}), &["o", "secret"]),
            json!({"o": {"id": 2, "secret": "s"}})
        );
        // What is given stands, what has been taken away stays away.
        let given = json!({"o": {"secret": "new"}});
        assert_eq!(put(given.clone(), &["o", "secret"]), given);
        assert_eq!(put(given.clone(), &["o", "deep", "key"]), given);
        assert_eq!(
            put(json!({"o": null}), &["o", "secret"]),
            json!({"o": null})
        );
        assert_eq!(
            put(
                json!({"list": [{"n": 2}, {"n": 3}, {"n": 1, "v": "z"}]}),
                &["list", "v"]
            ),
            json!({"list": [{"n": 2, "v": "y"}, {"n": 3}, {"n": 1, "v": "z"}]})
        );
    }
}
