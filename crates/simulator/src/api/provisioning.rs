//! What the provisioning of a connection gets that was not sent.

use serde_json::{json, Value};

/// Fills in what Auth0 does; the shorter of its mappings, as recorded.
pub fn complete(noun: &str, row: &mut Value) {
    let defaults = match noun {
        "scim_config" => json!({
            "user_id_attribute": "externalId",
            "mapping": [
                {"scim": "userName", "auth0": "preferred_username"},
                {"scim": "emails[primary eq true].value", "auth0": "email"},
                {"scim": "externalId", "auth0": "app_metadata.external_id"},
            ],
        }),
        _ => json!({
            "synchronize_automatically": false,
            "synchronize_groups": "off",
            "mapping": [
                {"idp": "id", "auth0": "app_metadata.external_id"},
                {"idp": "primaryEmail", "auth0": "email"},
            ],
        }),
    };
    if let (Value::Object(row), Value::Object(defaults)) = (row, defaults) {
        for (key, value) in defaults {
            row.entry(key).or_insert(value);
        }
    }
}
