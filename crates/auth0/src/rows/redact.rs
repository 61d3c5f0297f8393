//! Secrets taken out of a JSON document.

use serde_json::{Map, Value};

use super::named;
pub use super::named::is_secret;
use crate::catalog::Object;

/// Where secrets are in a document: keys from its root. A step into an array is one into each of its elements.
pub type Secret = Vec<String>;

/// What is hidden of the documents at some place of an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    listed: Vec<Secret>,
    /// Documents whose secrets only their names give away.
    guarded: Vec<Secret>,
}

impl Hidden {
    /// What is hidden below the place at `steps`, seen from there.
    pub fn below(object: &Object, steps: &[String]) -> Hidden {
        let listed = listed(object);
        let listed = listed.iter().filter_map(|secret| rest(secret, steps));
        let guarded = object.guarded.iter().filter_map(|root| match steps {
            [] => Some(vec![(*root).to_owned()]),
            [first, ..] => (first == root).then(Vec::new),
        });
        Hidden {
            listed: listed
                .filter(|rest| !rest.is_empty())
                .map(<[_]>::to_vec)
                .collect(),
            guarded: guarded.collect(),
        }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.guarded.is_empty()
    }

    /// Where in this document it is.
    fn paths(&self, document: &Value) -> Vec<Secret> {
        let mut paths = self.listed.clone();
        for root in &self.guarded {
            let inside = match root.as_slice() {
                [] => Some(document),
                [key, ..] => document.get(key),
            };
            for mut path in inside.map(named::secrets).unwrap_or_default() {
                path.splice(0..0, root.iter().cloned());
                paths.push(path);
            }
        }
        paths
    }
}

fn listed(object: &Object) -> Vec<Secret> {
    let secrets = object.secrets.iter();
    let steps = secrets.map(|secret| secret.split('.').map(str::to_owned).collect());
    steps.collect()
}

/// What is left of a secret's path behind `steps`, whose positions in arrays it does not tell; `None` if it leads elsewhere,
/// or ends before.
fn rest<'a>(secret: &'a [String], steps: &[String]) -> Option<&'a [String]> {
    steps.iter().try_fold(secret, |left, step| match left {
        [first, rest @ ..] if first == step => Some(rest),
        left if step.bytes().all(|b| b.is_ascii_digit()) => Some(left),
        _ => None,
    })
}

/// Whether what stands at `steps` is a secret, or a part of one.
pub fn is_within(object: &Object, steps: &[String]) -> bool {
    let guarded = |root: &str| object.guarded.contains(&root) || object.is_declared();
    let named =
        steps.first().is_some_and(|root| guarded(root)) && steps.iter().any(|step| is_secret(step));
    let is_listed = |secret: &Secret| {
        (1..=steps.len()).any(|end| rest(secret, &steps[..end]).is_some_and(<[_]>::is_empty))
    };
    named || listed(object).iter().any(is_listed)
}

/// Whether a value has anything in it that is named like a secret.
pub fn holds_any(raw: &str) -> bool {
    let document: Value = serde_json::from_str(raw).unwrap_or_default();
    !named::secrets(&document).is_empty()
}

/// The document without its secrets; `None` if there are none in it.
pub fn without(raw: &str, hidden: &Hidden) -> Option<String> {
    // Nearly every document has none, and is not taken apart.
    let may_have = |secret: &Secret| secret.last().is_some_and(|key| raw.contains(key.as_str()));
    if hidden.guarded.is_empty() && !hidden.listed.iter().any(may_have) {
        return None;
    }
    let mut document: Value = serde_json::from_str(raw).ok()?;
    let mut any = false;
    for secret in hidden.paths(&document) {
        at(&mut document, &secret, &mut |object, key| {
            any |= object.remove(key).is_some();
        });
    }
    any.then(|| document.to_string())
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
    use crate::catalog::{find, PLAIN};
    use serde_json::json;

    const OBJECT: Object = Object {
        secrets: &["key", "options.secret", "list.token", "options.a.b"],
        guarded: &["sink"],
        scopes: &["read:x"],
        ..PLAIN
    };

    fn steps(path: &str) -> Vec<String> {
        path.split('.')
            .filter(|step| !step.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn seen(object: &Object, at: &str, document: Value) -> Value {
        let raw = document.to_string();
        let hidden = Hidden::below(object, &steps(at));
        without(&raw, &hidden).map_or(document, |left| serde_json::from_str(&left).unwrap())
    }

    #[test]
    fn secrets_go_and_nothing_else() {
        assert_eq!(
            seen(
                &OBJECT,
                "",
                json!({"key":1,"name":"key","options":{"secret":"x","a":2},"list":[{"token":1,"b":3},7],"sink":{"myToken":"s","x":1}})
            ),
            json!({"list":[{"b":3},7],"name":"key","options":{"a":2},"sink":{"x":1}})
        );
        let hidden = Hidden::below(&OBJECT, &[]);
        assert_eq!(without(r#"{"name":"n"}"#, &hidden), None);
        assert_eq!(without(r#"{"sink":{"x":1.0}}"#, &hidden), None);
    }

    #[test]
    fn seen_from_inside() {
        for (at, document, left) in [
            (
                "options",
                json!({"secret":"x","a":{"b":1,"c":2}}),
                json!({"a":{"c":2}}),
            ),
            ("options.a", json!({"b":1,"c":2}), json!({"c":2})),
            ("list", json!([{"token":1},{"x":2}]), json!([{},{"x":2}])),
            ("list.0", json!({"token":1,"x":2}), json!({"x":2})),
            (
                "sink",
                json!({"deep":[{"apiKey":"k","x":1}]}),
                json!({"deep":[{"x":1}]}),
            ),
            ("sink.deep.0", json!({"apiKey":"k","x":1}), json!({"x":1})),
            ("other", json!({"apiKey":"k"}), json!({"apiKey":"k"})),
        ] {
            assert_eq!(seen(&OBJECT, at, document), left, "{at}");
        }
        // A column that is declared for the secret itself shows it.
        assert!(Hidden::below(&OBJECT, &steps("key")).is_empty());
        assert!(Hidden::below(&OBJECT, &steps("list.0.token")).is_empty());
    }

    #[test]
    fn what_is_one_and_what_is_not() {
        for at in [
            "key",
            "options.secret",
            "list.3.token",
            "options.a.b.c",
            "sink.x.pwd",
        ] {
            assert!(is_within(&OBJECT, &steps(at)), "{at}");
        }
        for at in [
            "",
            "options",
            "options.a",
            "list.0",
            "sink",
            "sink.x",
            "pwd",
        ] {
            assert!(!is_within(&OBJECT, &steps(at)), "{at}");
        }
    }

    #[test]
    fn of_the_catalogue() {
        for (object, at, document, left) in [
            (
                "users",
                "identities",
                json!([{"provider":"github","access_token":"S","refresh_token":"S","access_token_secret":"S"}]),
                json!([{"provider":"github"}]),
            ),
            (
                "users",
                "identities.0",
                json!({"provider":"github","access_token":"S"}),
                json!({"provider":"github"}),
            ),
            (
                "connections",
                "",
                json!({"id":"c","options":{"admin_access_token":"S","admin_refresh_token":"S","access_token":"S","tokenURL":"u"}}),
                json!({"id":"c","options":{"tokenURL":"u"}}),
            ),
            (
                "client_connections",
                "options.customHeaders",
                json!({"Authorization":"S","Accept":"json"}),
                json!({"Accept":"json"}),
            ),
            (
                "clients",
                "addons",
                json!({"azure_blob":{"storageAccessKey":"S","accountName":"a"},"layer":{"privateKey":"S"},"firebase":{"secret":"S"}}),
                json!({"azure_blob":{"accountName":"a"},"layer":{},"firebase":{}}),
            ),
            (
                "log_streams",
                "sink.httpCustomHeaders.0",
                json!({"header":"X-A","value":"S"}),
                json!({"header":"X-A"}),
            ),
            (
                "log_streams",
                "sink",
                json!({"newVendorApiKey":"S","region":"eu"}),
                json!({"region":"eu"}),
            ),
            (
                "connections",
                "options",
                json!({"client_secret":"S","client_id":"i","newSecret":"S"}),
                json!({"client_id":"i"}),
            ),
            (
                "event_streams",
                "destination",
                json!({"configuration":{"webhook_authorization":{"method":"bearer","token":"S"}}}),
                json!({"configuration":{"webhook_authorization":{"method":"bearer"}}}),
            ),
        ] {
            let object = find(object).unwrap();
            assert_eq!(seen(object, at, document), left, "{}: {at}", object.name);
        }
    }
}
