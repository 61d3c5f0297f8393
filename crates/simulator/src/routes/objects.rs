//! Reading any object that `api` declares: rows of a list, one row by its id, an object that is there once.

use super::paging::{self, Page};
use super::params::Params;
use crate::api::{self, Endpoint, Param, Quirk, Rows, Shape, Show};
use crate::auth::Bearer;
use crate::errors::ApiError;
use crate::json::quote;
use crate::record::Record;
use crate::reply::Reply;
use crate::request::Request;
use crate::search::Sort;
use crate::state::{lock, State};
use crate::tenant::Tenant;
use crate::world::{place, World};
use serde_json::Value;
use std::sync::Arc;

/// A request on its way through the tables.
pub struct Reading<'a> {
    /// Where it leads.
    pub endpoint: &'static Endpoint,
    /// The path below `/api/v2/`.
    pub path: &'a [&'a str],
    /// Everything but users.
    pub world: &'a World,
    /// Users.
    pub tenant: &'a Tenant,
    /// Who asks.
    pub bearer: &'a Bearer,
    /// What was sent along.
    pub params: Params<'a>,
}

/// GET of a declared path; None when there is no such path.
pub fn get(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
) -> Option<Result<Reply, ApiError>> {
    let endpoint = api::find(path)?;
    Some(answer(state, request, bearer, path, endpoint))
}

fn answer(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
    endpoint: &'static Endpoint,
) -> Result<Reply, ApiError> {
    bearer.need(&endpoint.any_of())?;
    lock(&state.lacks).check(path)?;
    let config = state.config();
    let world = state.world();
    let tenant = lock(&state.tenant);
    let reading = Reading {
        endpoint,
        path,
        world: &world,
        tenant: &tenant,
        bearer,
        params: Params::new(request, &known(endpoint))?,
    };
    match endpoint.shape {
        Shape::Setting(otherwise) => reading.setting(otherwise),
        Shape::One => reading.one(),
        Shape::List => {
            let asked = paging::read(endpoint, &reading.params, &config)?;
            reading.check_parent()?;
            let rows = reading.sorted(reading.filtered(reading.rows())?)?;
            let page = Page::cut(endpoint, asked, &rows);
            let mut array = vec![b'['];
            for row in &rows[page.range.clone()] {
                let before = array.len();
                if before > 1 {
                    array.push(b',');
                }
                let start = array.len();
                if !reading.write(row, &mut array)? {
                    array.truncate(before);
                } else if reading.hidden().is_some() {
                    let shown = reading.without_secrets(array.split_off(start));
                    array.extend(shown);
                }
            }
            array.push(b']');
            let mut reply = Reply::raw(200, page.wrap(endpoint, array, rows.len()));
            if endpoint.has(Quirk::Link) {
                if let Some(link) = page.link(&state.base, request, rows.len()) {
                    reply = reply.header("link", link);
                }
            }
            Ok(reply)
        }
    }
}

/// Every parameter the endpoint takes notice of, or ignores.
fn known(endpoint: &Endpoint) -> Vec<&'static str> {
    let mut names = paging::PARAMS.to_vec();
    for param in endpoint.query {
        match param {
            Param::Same(name)
            | Param::Required(name)
            | Param::AnyOf(name, _)
            | Param::Contains(name, _)
            | Param::Test(name, _)
            | Param::Ignored(name) => names.push(name),
            Param::Fields(_) => names.extend(["fields", "include_fields"]),
            Param::Sort(_) => names.push("sort"),
        }
    }
    names
}

impl Reading<'_> {
    /// What stands in the place of the first `{…}`.
    fn given(&self) -> &str {
        let parts = self.endpoint.path.split('/').zip(self.path);
        let mut given = parts.filter(|(part, _)| part.starts_with('{'));
        given.next().map_or("", |(_, value)| value)
    }

    /// A declared path with the ids of this request in it.
    fn filled(&self, pattern: &str) -> String {
        filled(self.endpoint.path, pattern, self.path)
    }

    /// Where the rows are kept: the declared path, whether a list or one of its rows was asked for.
    pub fn list(&self) -> String {
        match self.endpoint.rows {
            Rows::At(pattern) => self.filled(pattern),
            _ => self.filled(self.endpoint.path),
        }
    }

    /// Fails when the object that the list hangs on does not exist.
    fn check_parent(&self) -> Result<(), ApiError> {
        let [collection, id, _, ..] = self.path else {
            return Ok(());
        };
        let nested = self.endpoint.path.split('/').nth(1);
        if !nested.is_some_and(|part| part.starts_with('{')) || self.endpoint.has(Quirk::AnyParent)
        {
            return Ok(());
        }
        let there = match *collection {
            "users" => self.tenant.user(id).is_some(),
            _ => self.world.get(collection, id).is_some(),
        };
        if there {
            Ok(())
        } else {
            Err(api::missing(collection, id))
        }
    }

    fn rows(&self) -> Vec<Arc<Record>> {
        match self.endpoint.rows {
            Rows::Stored | Rows::At(_) => self.world.rows(&self.list()).cloned().collect(),
            Rows::From(list, attribute) => {
                let wanted = quote(self.given());
                self.world
                    .rows(list)
                    .filter(|row| row.get(&self.world.keys, attribute) == Some(&wanted))
                    .cloned()
                    .collect()
            }
            Rows::Holding(parents, child) => self
                .world
                .rows(parents)
                .filter(|parent| {
                    let list = format!("{parents}/{}/{child}", place(&[&parent.id]));
                    self.world.get(&list, self.given()).is_some()
                })
                .cloned()
                .collect(),
            Rows::BlocksOfIdentifier => {
                let wanted = self.params.text("identifier").unwrap_or_default();
                let keys = &self.tenant.keys;
                let named = self.tenant.users().into_iter().filter(|user| {
                    ["email", "username", "phone_number"]
                        .iter()
                        .any(|key| user.text(keys, key).as_deref() == Some(wanted))
                });
                named
                    .flat_map(|user| {
                        let list = place(&["user-blocks", &user.id]);
                        let rows: Vec<_> = self.world.rows(&list).cloned().collect();
                        rows
                    })
                    .collect()
            }
        }
    }

    /// The rows that every filter lets pass.
    fn filtered(&self, mut rows: Vec<Arc<Record>>) -> Result<Vec<Arc<Record>>, ApiError> {
        let keys = &self.world.keys;
        for param in self.endpoint.query {
            match param {
                Param::Same(name) | Param::Required(name) => match self.params.text(name) {
                    Some(wanted) => rows.retain(|row| {
                        // A link has nothing but an id: what is compared is what is shown.
                        let target = match self.endpoint.show {
                            Show::Of(list, _) => self.world.get(list, &row.id),
                            _ => None,
                        };
                        let row = target.unwrap_or(row);
                        equals(row.get(keys, name), wanted)
                    }),
                    None if matches!(param, Param::Required(_)) => {
                        return Err(ApiError::query(format!(
                            "'Missing required property: {name}'"
                        )))
                    }
                    None => {}
                },
                Param::AnyOf(name, attribute) => {
                    let wanted: Vec<&str> = self.params.all(name).collect();
                    if !wanted.is_empty() {
                        rows.retain(|row| {
                            let value = row.get(keys, attribute);
                            wanted.iter().any(|wanted| equals(value, wanted))
                        });
                    }
                }
                Param::Contains(name, attribute) => {
                    if let Some(wanted) = self.params.text(name) {
                        let wanted = wanted.to_lowercase();
                        rows.retain(|row| {
                            row.text(keys, attribute)
                                .is_some_and(|text| text.to_lowercase().contains(&wanted))
                        });
                    }
                }
                Param::Test(name, test) => {
                    if let Some(wanted) = self.params.text(name) {
                        rows.retain(|row| {
                            let value: Value =
                                serde_json::from_slice(row.raw(true)).unwrap_or_default();
                            test(&value, wanted)
                        });
                    }
                }
                Param::Fields(_) | Param::Sort(_) | Param::Ignored(_) => {}
            }
        }
        Ok(rows)
    }

    fn sorted(&self, mut rows: Vec<Arc<Record>>) -> Result<Vec<Arc<Record>>, ApiError> {
        let allowed = self.endpoint.query.iter().find_map(|param| match param {
            Param::Sort(allowed) => Some(*allowed),
            _ => None,
        });
        let (Some(allowed), Some(text)) = (allowed, self.params.text("sort")) else {
            return Ok(rows);
        };
        let sort = Sort::parse(text)?;
        if !allowed.contains(&sort.field()) {
            let list = allowed.join(", ");
            return Err(ApiError::query(format!(
                "'String '{text}' does not match pattern. Must be one of: {list}' on property sort"
            )));
        }
        // Checkpoints follow the order in which rows came.
        if self.params.text("take").is_none() && self.params.text("from").is_none() {
            sort.order(&self.world.keys, &mut rows);
        }
        Ok(rows)
    }

    fn one(&self) -> Result<Reply, ApiError> {
        self.check_parent()?;
        let id = self.path.last().copied().unwrap_or_default();
        let found = match self.endpoint.rows {
            Rows::From(..) => self.rows().into_iter().next(),
            _ if self.endpoint.by_id => self.world.find(&self.list(), id),
            // `sessions/{id}`: kept under the path without its last segment.
            _ => self
                .world
                .find(&place(&self.path[..self.path.len() - 1]), id),
        };
        let Some(row) = found else {
            return Err(api::missing(self.endpoint.path, id));
        };
        let mut out = Vec::new();
        // One row is shown whole; what hangs on another list is looked up there.
        match self.endpoint.show {
            Show::Of(..) | Show::Only(_) | Show::User => {
                self.write(&row, &mut out)?;
            }
            _ => row.write(&mut out, self.fields_of_one()?.as_ref(), true),
        }
        let out = self.without_secrets(out);
        Ok(Reply::raw(200, out))
    }

    fn setting(&self, otherwise: Option<&str>) -> Result<Reply, ApiError> {
        self.check_parent()?;
        let path = self.filled(self.endpoint.path);
        let text = self.world.setting(&path).or(otherwise);
        let Some(text) = text else {
            let id = self.path.last().copied().unwrap_or_default();
            return Err(api::missing(self.endpoint.path, id));
        };
        let Some(names) = self.params.fields() else {
            return Ok(Reply::raw(200, text.to_string()));
        };
        let include = self.params.flag("include_fields", true)?;
        let mut value: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.retain(|key, _| names.contains(&key.as_str()) == include);
        }
        Ok(Reply::json(200, &value))
    }
}

/// `pattern` with what stands in `path` where `declared` has its `{…}`.
pub fn filled(declared: &str, pattern: &str, path: &[&str]) -> String {
    let mut given = declared
        .split('/')
        .zip(path)
        .filter(|(part, _)| part.starts_with('{'))
        .map(|(_, value)| *value);
    let parts: Vec<&str> = pattern
        .split('/')
        .map(|part| match part.starts_with('{') {
            true => given.next().unwrap_or_default(),
            false => part,
        })
        .collect();
    place(&parts)
}

/// True when a raw value is this text, number or truth value.
fn equals(raw: Option<&str>, wanted: &str) -> bool {
    raw.is_some_and(|raw| match raw.starts_with('"') {
        true => raw == quote(wanted),
        false => raw == wanted,
    })
}
