//! What the API asks of an object beyond its own properties, and what follows from one being stored.

use super::writes::{value, Body};
use crate::api::{self, Kind};
use crate::errors::ApiError;
use crate::json::quote;
use crate::record::Record;
use crate::world::{place, World};
use serde_json::{json, Value};
use std::sync::Arc;

/// Fails when another row has the same of what must be unique; `own` is the row itself.
pub fn check_unique(
    world: &World,
    kind: &Kind,
    list: &str,
    row: &Body,
    own: Option<&str>,
) -> Result<(), ApiError> {
    if kind.unique.is_empty() {
        return Ok(());
    }
    let same = |other: &Arc<Record>| {
        own != Some(&*other.id)
            && kind.unique.iter().all(|name| {
                let mine = row.get(*name).and_then(Value::as_str).map(quote);
                other.get(&world.keys, name).map(String::from) == mine
            })
    };
    if world.rows(list).any(same) {
        let what = kind.noun.trim_end_matches('s').replace('_', " ");
        let names = kind.unique.join(" and ");
        return Err(ApiError::new(
            409,
            &format!("{}_conflict", kind.noun.trim_end_matches('s')),
            format!("A {what} with the same {names} already exists"),
        ));
    }
    Ok(())
}

/// Recorded for organization connections.
pub fn check_signup(row: &Body) -> Result<(), ApiError> {
    if row.get("is_signup_enabled") == Some(&Value::Bool(true))
        && row.get("assign_membership_on_login") != Some(&Value::Bool(true))
    {
        return Err(ApiError::new(
            400,
            "invalid_body",
            "Only database connections with assign_membership_on_login = true support is_signup_enabled = true.",
        ));
    }
    Ok(())
}

/// Looks up what a new object refers to.
pub fn check_links(world: &mut World, list: &str, row: &mut Body) -> Result<(), ApiError> {
    let text = |row: &Body, key: &str| row.get(key).and_then(Value::as_str).map(String::from);
    match list {
        "organizations/{id}/enabled_connections" | "organizations/{id}/connections" => {
            let id = text(row, "connection_id").unwrap_or_default();
            let connection = world
                .get("connections", &id)
                .ok_or_else(|| ApiError::bare(404, "No connection found by that id"))?;
            let shown = value(connection);
            row.insert(
                "connection".into(),
                json!({"name": shown["name"], "strategy": shown["strategy"]}),
            );
        }
        "client-grants" => {
            if let Some(id) = text(row, "client_id") {
                if world.get("clients", &id).is_none() {
                    return Err(api::missing("clients", &id));
                }
            }
            let audience = text(row, "audience").unwrap_or_default();
            if world.find("resource-servers", &audience).is_none() {
                return Err(api::missing("resource-servers", &audience));
            }
        }
        "connections" => {
            let domain = row.get("options").and_then(|options| options.get("domain"));
            if text(row, "strategy").as_deref() == Some("okta") && domain.is_none() {
                return Err(ApiError::new(
                    400,
                    "invalid_body",
                    "options.domain is required",
                ));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Keeps the lists that repeat what an object says in step with it.
pub fn follow(world: &mut World, list: &str, id: &str, row: &mut Body) {
    match list {
        "connections" => {
            let clients = place(&["connections", id, "clients"]);
            let before: Vec<String> = world.rows(&clients).map(|row| row.id.to_string()).collect();
            for client in before {
                world.remove(&clients, &client);
            }
            let enabled = row.get("enabled_clients").and_then(Value::as_array);
            for client in enabled.into_iter().flatten() {
                if let Some(client) = client.as_str() {
                    world.put(&clients, client, &json!({ "client_id": client }));
                }
            }
        }
        "organizations" => {
            let enabled = row.remove("enabled_connections");
            for mut link in enabled
                .and_then(|all| all.as_array().cloned())
                .unwrap_or_default()
            {
                let connection = link["connection_id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_string();
                let Some(target) = world.get("connections", &connection).map(|row| value(row))
                else {
                    continue;
                };
                link["connection"] =
                    json!({"name": target["name"], "strategy": target["strategy"]});
                let list = place(&["organizations", id, "enabled_connections"]);
                world.put(&list, &connection, &link);
            }
        }
        _ => {}
    }
}
