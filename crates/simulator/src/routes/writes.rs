//! Creating, changing and deleting the objects that `api` declares, and changing those that are there once.

use super::checks::{check_links, check_signup, check_unique, follow};
use super::objects::filled;
use super::settings;
use crate::api::{self, defaults, Id, Kind, Made, Shape};
use crate::auth::Bearer;
use crate::errors::ApiError;
use crate::ids;
use crate::record::Record;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::time;
use crate::world::{place, World};
use serde_json::{Map, Value};

/// An object being written.
pub type Body = Map<String, Value>;

/// POST, PATCH or DELETE of a declared path; None when there is no such write.
pub fn write(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
) -> Option<Result<Reply, ApiError>> {
    let endpoint = api::find(path)?;
    if let (Shape::Setting(_), "PATCH") = (endpoint.shape, request.method.as_str()) {
        return Some(change_setting(state, request, bearer, path, endpoint));
    }
    let one = endpoint.shape == Shape::One;
    let list = endpoint.path.trim_end_matches("/{id}");
    let kind = api::kind(list)?;
    let result = match (request.method.as_str(), one) {
        ("POST", false) if kind.create.is_some() => create(state, request, bearer, path, kind),
        ("PATCH", true) if kind.update.is_some() => update(state, request, bearer, path, kind),
        ("DELETE", true) if kind.delete => delete(state, bearer, path, kind),
        // A list without a GET by id still loses rows by id: grants, device credentials.
        _ => return None,
    };
    Some(result)
}

/// DELETE of a row whose list has no GET by id.
pub fn delete_row(
    state: &State,
    bearer: &Bearer,
    path: &[&str],
) -> Option<Result<Reply, ApiError>> {
    let (_, list) = path.split_last()?;
    let kind = api::kind(api::find(list)?.path)?;
    kind.delete.then(|| delete(state, bearer, path, kind))
}

/// The body as an object, or the API's words for one that is none.
pub fn body(request: &Request) -> Result<Body, ApiError> {
    serde_json::from_slice(&request.body)
        .map_err(|_| ApiError::new(400, "invalid_body", "Invalid request payload JSON format"))
}

/// Fails unless the token may do this to such objects, and the tenant has them.
pub fn allow(
    state: &State,
    bearer: &Bearer,
    verb: &str,
    noun: &str,
    path: &[&str],
) -> Result<(), ApiError> {
    bearer.need(&[&format!("{verb}:{noun}")])?;
    lock(&state.lacks).check(path)
}

fn check_properties(sent: &Body, known: &[&[&str]]) -> Result<(), ApiError> {
    let unknown: Vec<&str> = sent
        .keys()
        .map(String::as_str)
        .filter(|key| !known.iter().any(|names| names.contains(key)))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let list = unknown.join(",");
    Err(ApiError::body(format!(
        "'Additional properties not allowed: {list}'"
    )))
}

/// Where the rows of this kind are kept, for this path.
fn home(kind: &Kind, path: &[&str]) -> String {
    let endpoint = api::find(&kind.list.split('/').collect::<Vec<_>>());
    match endpoint.map(|endpoint| endpoint.rows) {
        Some(api::Rows::At(pattern)) => filled(kind.list, pattern, path),
        _ => filled(kind.list, kind.list, path),
    }
}

fn check_parent(
    state: &State,
    world: &World,
    kind: &Kind,
    path: &[&str],
) -> Result<String, ApiError> {
    let mut segments = kind.list.split('/');
    let Some(at) = segments.position(|segment| segment.starts_with('{')) else {
        return Ok(String::new());
    };
    let (collection, id) = (path[..at].join("/"), path[at]);
    let there = match collection.as_str() {
        "users" => lock(&state.tenant).user(id).is_some(),
        collection => world.get(collection, id).is_some(),
    };
    match there {
        true => Ok(id.to_string()),
        false => Err(api::missing(&collection, id)),
    }
}

/// A row's properties.
pub fn value(row: &Record) -> Body {
    serde_json::from_slice(row.raw(true)).unwrap_or_default()
}

fn create(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
    kind: &Kind,
) -> Result<Reply, ApiError> {
    allow(state, bearer, "create", kind.noun, path)?;
    let mut row = body(request)?;
    check_properties(&row, &[kind.required, kind.create.unwrap_or_default()])?;
    for name in kind.required {
        match row.get(*name) {
            None => {
                return Err(ApiError::body(format!(
                    "'Missing required property: {name}'"
                )))
            }
            Some(Value::Null) => {
                return Err(ApiError::body(format!(
                    "'Expected type string' on property {name}"
                )))
            }
            Some(Value::String(text)) if text.is_empty() => {
                return Err(ApiError::body(format!(
                    "'String is too short (0 chars), minimum 1' on property {name}"
                )))
            }
            _ => {}
        }
    }
    let mut world = state.world();
    let parent = check_parent(state, &world, kind, path)?;
    let list = home(kind, path);
    check_unique(&world, kind, &list, &row, None)?;
    check_links(&mut world, kind.list, &mut row)?;
    let number = world.made();
    let secret = ids::made("", &format!("written {number}"), 64);
    let name = api::find(path).map_or("id", |endpoint| endpoint.id);
    let id = match kind.id {
        Id::Letters(prefix, length) => ids::made(prefix, &secret, length),
        Id::Hex => ids::hex(&secret, 24),
        Id::Uuid => ids::uuid(&secret),
        Id::Sent => row
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_string(),
    };
    row.insert(name.to_string(), id.as_str().into());
    row.retain(|_, value| !value.is_null());
    let now = time::format(time::now_millis());
    let made = Made {
        id: &id,
        now: &now,
        secret: &secret,
        parent: &parent,
        base: &state.base,
    };
    (kind.defaults)(&mut row, &made);
    check_signup(&row)?;
    follow(&mut world, kind.list, &id, &mut row);
    let stored = world.put(&list, &id, &row.into());
    Ok(Reply::raw(kind.created, stored.raw(true).clone()))
}

fn update(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
    kind: &Kind,
) -> Result<Reply, ApiError> {
    allow(state, bearer, "update", kind.noun, path)?;
    let mut sent = body(request)?;
    check_properties(&sent, &[kind.update.unwrap_or_default()])?;
    if sent.is_empty() {
        return Err(ApiError::body(
            "'Too few properties defined (0), minimum 1'",
        ));
    }
    let mut world = state.world();
    check_parent(state, &world, kind, path)?;
    let list = home(kind, path);
    let given = path.last().copied().unwrap_or_default();
    let before = world
        .find(&list, given)
        .ok_or_else(|| api::missing(kind.list, given))?;
    let id = before.id.to_string();
    let mut row = value(&before);
    let now = time::format(time::now_millis());
    defaults::hide_secrets(&mut sent, &now);
    for (key, value) in sent {
        match (
            kind.merged.contains(&key.as_str()),
            row.get_mut(&key),
            value,
        ) {
            (_, _, Value::Null) => {
                row.remove(&key);
            }
            (true, Some(Value::Object(kept)), Value::Object(new)) => {
                kept.extend(new);
                kept.retain(|_, value| !value.is_null());
            }
            (_, _, value) => {
                row.insert(key, value);
            }
        }
    }
    // Never shown again.
    match kind.list {
        "branding/phone/providers" => drop(row.remove("credentials")),
        "flows/vault/connections" => drop(row.remove("setup")),
        _ => {}
    }
    check_unique(&world, kind, &list, &row, Some(&id))?;
    check_signup(&row)?;
    if row.contains_key("updated_at") {
        row.insert("updated_at".into(), now.into());
    }
    if kind.list == "actions/actions" {
        row.insert("all_changes_deployed".into(), false.into());
    }
    follow(&mut world, kind.list, &id, &mut row);
    let stored = world.put(&list, &id, &row.into());
    Ok(Reply::raw(200, stored.raw(true).clone()))
}

fn delete(state: &State, bearer: &Bearer, path: &[&str], kind: &Kind) -> Result<Reply, ApiError> {
    allow(state, bearer, "delete", kind.noun, path)?;
    let mut world = state.world();
    check_parent(state, &world, kind, path)?;
    let given = path.last().copied().unwrap_or_default();
    let list = home(kind, path);
    let id = world.find(&list, given).map(|row| row.id.to_string());
    let gone = id.is_some_and(|id| world.remove(&list, &id));
    if !gone && kind.strict {
        return Err(api::missing(kind.list, given));
    }
    Ok(match kind.deleted {
        204 => Reply::empty(),
        status => Reply::raw(status, "{}"),
    })
}

/// PATCH of an object that is there once: first-level properties are replaced, null takes one away.
fn change_setting(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
    endpoint: &api::Endpoint,
) -> Result<Reply, ApiError> {
    let scopes: Vec<String> = endpoint
        .any_of()
        .iter()
        .map(|scope| scope.replace("read:", "update:"))
        .collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    bearer.need(&scopes)?;
    lock(&state.lacks).check(path)?;
    let sent = body(request)?;
    let mut world = state.world();
    let place = place(path);
    let before = world
        .setting(&place)
        .ok_or_else(|| api::missing(endpoint.path, path.last().copied().unwrap_or_default()))?;
    let mut row: Body = serde_json::from_str(before).unwrap_or_default();
    for (key, value) in sent {
        match value {
            Value::Null => drop(row.remove(&key)),
            value => drop(row.insert(key, value)),
        }
    }
    for updated in ["updated_at", "updated_on"] {
        if let Some(when) = row.get_mut(updated) {
            *when = time::format(time::now_millis()).into();
        }
    }
    let text = settings::shown(path, row).to_string();
    world.set(&place, text.clone());
    if let ["connections", id, what] = path {
        let list = match *what {
            "scim-configuration" => "connections-scim-configurations",
            _ => "connections-directory-provisionings",
        };
        world.put_raw(list, id, text.clone());
    }
    Ok(Reply::raw(200, text))
}
