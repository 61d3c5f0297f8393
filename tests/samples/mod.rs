//! A row of every object that can be made, and other values for what can be changed.
//!
//! Every binary that writes takes this file in by its path.

mod documents;
mod pairs;

pub use pairs::pairs;

use auth0::catalog::{Column, Object, Type};
use auth0::write::Row;
use serde_json::{json, Value};
use simulator::Simulator;

/// A database that the simulated tenant has.
pub const DATABASE: &str = "Username-Password-Authentication";

/// What a row of this object can be: values that the API's references and formats ask for.
fn given(sim: &Simulator, object: &str) -> Value {
    let first = |list: &[&str], key: &str| sim.objects(list)[0][key].clone();
    let user = || json!(sim.user_ids()[0]);
    match object {
        "users" => json!({
            "connection": DATABASE, "email": "new@example.com", "password": "Roundhouse-1-Kick",
            "username": null, "user_id": "made", "phone_number": "+4930123", "picture": "https://example.com/a.png",
            "user_metadata": {"a": 1}, "app_metadata": {"b": {"c": [1]}},
        }),
        "user_authentication_methods" => {
            json!({"user_id": user(), "type": "phone", "phone_number": "+4930123"})
        }
        "organization_invitations"
        | "organization_enabled_connections"
        | "organization_connections"
        | "organization_discovery_domains"
        | "organization_client_grants" => json!({
            "organization_id": first(&["organizations"], "id"),
            "client_id": first(&["clients"], "client_id"),
            "connection_id": unused_connection(sim),
            "client_grant_id": first(&["client-grants"], "id"),
            "assign_membership_on_login": false, "is_signup_enabled": false,
            "inviter": {"name": "Ann"}, "invitee": {"email": "bo@example.com"},
            "roles": [first(&["roles"], "id")],
        }),
        "client_grant_organizations" => json!({
            "organization_id": first(&["organizations"], "id"),
            "client_grant_id": first(&["client-grants"], "id"),
        }),
        "client_credentials" => {
            json!({"client_id": first(&["clients"], "client_id"), "credential_type": "public_key"})
        }
        "client_grants" => {
            let api = json!({"id": "6554a52d9a9b1c0012345678", "name": "New", "identifier": "https://new.example.com", "scopes": []});
            sim.put_object(&["resource-servers"], api);
            json!({"client_id": first(&["clients"], "client_id"), "audience": "https://new.example.com"})
        }
        "connections" => json!({"name": "new-connection", "strategy": "oidc"}),
        "connection_scim_configurations"
        | "connection_scim_tokens"
        | "connection_directory_provisionings" => {
            json!({"connection_id": unused_connection(sim)})
        }
        "log_streams" => json!({"type": "http", "sink": {"httpEndpoint": "https://example.com"}}),
        "custom_domains" => {
            json!({"domain": "login.new.example.com", "type": "auth0_managed_certs"})
        }
        "email_templates" => json!({"template": "blocked_account"}),
        "feature_flag_variations" => {
            json!({"feature_flag_id": first(&["experimentation", "feature-flags"], "id")})
        }
        "rules_configs" => json!({"key": "new_key", "value": "v"}),
        _ => json!({}),
    }
}

/// A database that nothing hangs on yet.
fn unused_connection(sim: &Simulator) -> Value {
    let new = json!({"id": "con_0000000000000new", "name": "unused", "strategy": "auth0"});
    sim.put_object(&["connections"], new.clone());
    new["id"].clone()
}

/// A row to insert: what is given, and something for every other column that can be sent.
pub fn new_row(sim: &Simulator, object: &'static Object) -> Row {
    let given = given(sim, object.name);
    let record = auth0::catalog::writes(object).expect("a record");
    let insert = record.insert.as_ref().expect("an insert");
    let mut row = Row::new();
    for name in insert.writable() {
        let column = object.named(name).expect("a column");
        let value = match given.get(name) {
            Some(value) => value.clone(),
            None => value(sim, object, column, 0),
        };
        row.insert(name.to_owned(), value);
    }
    row
}

/// What stands in the path of rows that the tenant has already.
pub fn path(sim: &Simulator, object: &Object) -> Row {
    // Of the first two users one has blocks, the other an enrollment.
    let user = sim.user_ids()[usize::from(object.name != "user_enrollments")].clone();
    let first = |list: &[&str], key: &str| sim.objects(list)[0][key].clone();
    let value = |column: &str| match column {
        "user_id" => json!(user),
        "flow_id" => first(&["flows"], "id"),
        "identifier" => first(&["user-blocks", &user], "identifier"),
        "prompt" | "screen" => json!("signup"),
        "ip" => json!("203.0.113.66"),
        "type" => json!("public_key"),
        other => panic!("no value for {other}"),
    };
    let columns = object.variables();
    columns.map(|name| (name.to_owned(), value(name))).collect()
}

/// The `nth` value of a column.
pub fn value(sim: &Simulator, object: &Object, column: &Column, nth: i64) -> Value {
    match (object.name, column.name) {
        ("users", "connection") => return json!(DATABASE),
        ("users", "client_id") => return sim.objects(&["clients"])[0]["client_id"].clone(),
        ("users", "email") => return json!(format!("changed{nth}@example.com")),
        ("users", "phone_number") => return json!(format!("+49301{nth}")),
        ("users", "picture") => return json!(format!("https://example.com/{nth}.png")),
        ("users", "password") => return json!(format!("Another-1-Kick-{nth}")),
        ("default_custom_domain", "domain") => {
            return sim.objects(&["custom-domains"])[nth as usize]["domain"].clone()
        }
        _ => {}
    }
    if let Some(document) = documents::document(object.name, column.name, nth) {
        return document;
    }
    match column.ty {
        Type::Text => json!(format!("{}-{nth}", column.name.replace('_', "-"))),
        Type::TextArray => json!([format!("a{nth}"), "b"]),
        Type::Bool => json!(nth % 2 == 0),
        Type::Bigint | Type::Numeric => json!(10 + nth),
        Type::Timestamptz => json!(format!("2031-01-0{}T00:00:00.000Z", 1 + nth % 9)),
        Type::Inet => json!("10.0.0.1"),
        Type::Jsonb => json!({"key": nth}),
    }
}

/// Columns that read otherwise than they were sent, and why.
pub const READ_OTHERWISE: &[(&str, &str, &str)] = &[
    ("users", "user_id", "Auth0 puts the strategy before it"),
    ("actions", "secrets", "values are not shown"),
    ("action_modules", "secrets", "values are not shown"),
    ("hook_secrets", "value", "it is not shown"),
    ("flow_vault_connections", "setup", "it has secrets"),
    ("phone_providers", "credentials", "they are not shown"),
    ("email_provider", "credentials", "keys are not shown"),
];

/// Whether a column reads otherwise than it was sent.
pub fn reads_otherwise(object: &Object, column: &str) -> bool {
    let mut known = READ_OTHERWISE.iter();
    known.any(|(of, name, _)| (*of, *name) == (object.name, column))
}
