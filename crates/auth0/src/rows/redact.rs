//! Secrets taken out of a JSON document.

use serde_json::{Map, Value};

/// Where secrets are in a document: keys from its root. A step into an array is one into each of its elements.
pub type Secret = Vec<String>;

/// The secrets of an object (dotted paths) below the place at `steps`, seen from there.
pub fn below(secrets: &[&str], steps: &[String]) -> Vec<Secret> {
    let seen_from_there = |secret: &&str| {
        let secret: Secret = secret.split('.').map(str::to_owned).collect();
        let (before, rest) = secret.split_at_checked(steps.len())?;
        (before == steps && !rest.is_empty()).then(|| rest.to_vec())
    };
    secrets.iter().filter_map(seen_from_there).collect()
}

/// The document without its secrets; `None` if there are none in it.
pub fn without(raw: &str, secrets: &[Secret]) -> Option<String> {
    // Nearly every document has none, and is not taken apart.
    let may_have = |secret: &Secret| secret.last().is_some_and(|key| raw.contains(key.as_str()));
    if !secrets.iter().any(may_have) {
        return None;
    }
    let mut document: Value = serde_json::from_str(raw).ok()?;
    for secret in secrets {
        at(&mut document, secret, &mut |object, key| {
            object.remove(key);
        });
    }
    Some(document.to_string())
}

/// Calls `act` with every object that the path leads to, and its last key.
pub fn at(
    value: &mut Value,
    path: &[impl AsRef<str>],
    act: &mut impl FnMut(&mut Map<String, Value>, &str),
) {
    match (value, path) {
        (Value::Array(elements), path) => elements.iter_mut().for_each(|one| at(one, path, act)),
        (Value::Object(entries), [last]) => act(entries, last.as_ref()),
        (Value::Object(entries), [first, rest @ ..]) => {
            if let Some(inside) = entries.get_mut(first.as_ref()) {
                at(inside, rest, act);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &[&str]) -> Vec<String> {
        path.iter().map(|step| (*step).to_owned()).collect()
    }

    #[test]
    fn secrets_go_and_nothing_else() {
        let secrets = below(&["key", "options.secret", "list.token"], &[]);
        assert_eq!(
            without(
                r#"{"key":1,"name":"key","options":{"secret":"x","a":2},"list":[{"token":1,"b":3},7]}"#,
                &secrets
            )
            .unwrap(),
            r#"{"list":[{"b":3},7],"name":"key","options":{"a":2}}"#
        );
        assert_eq!(without(r#"{"name":"n"}"#, &secrets), None);
    }

    #[test]
    fn seen_from_inside() {
        let secrets = ["options.secret", "options.a.b", "key"];
        assert_eq!(
            below(&secrets, &steps(&["options"])),
            [steps(&["secret"]), steps(&["a", "b"])]
        );
        assert_eq!(below(&secrets, &steps(&["key"])), Vec::<Secret>::new());
    }
}
