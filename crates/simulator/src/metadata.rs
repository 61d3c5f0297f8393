//! How PATCH merges metadata: first-level keys only, null deletes, `{}` deletes all.

use crate::errors::ApiError;
use crate::json::Object;

/// Keys that Auth0 does not allow in app_metadata.
const RESERVED: [&str; 18] = [
    "__tenant",
    "_id",
    "blocked",
    "clientID",
    "created_at",
    "email_verified",
    "email",
    "globalClientID",
    "global_client_id",
    "identities",
    "lastIP",
    "lastLogin",
    "loginsCount",
    "metadata",
    "multifactor_last_modified",
    "multifactor",
    "updated_at",
    "user_id",
];

/// Refuses keys that metadata may not have.
pub fn check(property: &str, sent: &str) -> Result<(), ApiError> {
    let Some(sent) = Object::parse(sent) else {
        return Err(ApiError::body(format!(
            "'Expected type object' on property {property}"
        )));
    };
    for (key, _) in sent.iter() {
        let reserved = property == "app_metadata" && RESERVED.contains(&key);
        if reserved || key.contains(['.', '$']) {
            return Err(ApiError::body(format!(
                "'Invalid property name: {key}' on property {property}"
            )));
        }
    }
    Ok(())
}

/// Merges `sent` into the user's `property`.
pub fn merge(user: &mut Object, property: &str, sent: &str) {
    let Some(sent) = Object::parse(sent) else {
        return;
    };
    if sent.is_empty() {
        // Recorded: afterwards user_metadata is there and empty, app_metadata is gone.
        if property == "app_metadata" {
            user.remove(property);
        } else {
            user.set(property, "{}");
        }
        return;
    }
    let mut merged = user
        .get(property)
        .and_then(Object::parse)
        .unwrap_or_default();
    for (key, value) in sent.iter() {
        if value == "null" {
            merged.remove(key);
        } else {
            merged.set(key, value);
        }
    }
    user.set(property, merged.text());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(before: &str, property: &str, sent: &str) -> String {
        let mut user = Object::parse(before).unwrap();
        merge(&mut user, property, sent);
        user.text()
    }

    #[test]
    fn first_level_is_merged_deeper_levels_are_replaced() {
        let before = r#"{"user_metadata":{"a":1,"b":{"x":1,"y":2},"c":[1,2]}}"#;
        assert_eq!(
            merged(before, "user_metadata", r#"{"b":{"x":9},"c":[3],"d":true}"#),
            r#"{"user_metadata":{"a":1,"b":{"x":9},"c":[3],"d":true}}"#
        );
        assert_eq!(
            merged(before, "user_metadata", r#"{"a":null,"zz":null}"#),
            r#"{"user_metadata":{"b":{"x":1,"y":2},"c":[1,2]}}"#
        );
        assert_eq!(
            merged("{}", "app_metadata", r#"{"a":{"n":null}}"#),
            r#"{"app_metadata":{"a":{"n":null}}}"#
        );
    }

    #[test]
    fn the_empty_object_clears() {
        let before = r#"{"user_metadata":{"a":1},"app_metadata":{"a":1}}"#;
        assert_eq!(
            merged(before, "user_metadata", "{}"),
            r#"{"user_metadata":{},"app_metadata":{"a":1}}"#
        );
        assert_eq!(
            merged(before, "app_metadata", "{}"),
            r#"{"user_metadata":{"a":1}}"#
        );
    }

    #[test]
    fn some_keys_are_refused() {
        assert!(check("app_metadata", r#"{"email":"x"}"#).is_err());
        assert!(check("user_metadata", r#"{"email":"x"}"#).is_ok());
        assert!(check("user_metadata", r#"{"a.b":1}"#).is_err());
        assert!(check("user_metadata", r#"{"$a":1}"#).is_err());
        assert!(check("user_metadata", "[]").is_err());
    }
}
