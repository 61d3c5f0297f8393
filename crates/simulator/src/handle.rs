//! The handle by which a test arranges and questions a running tenant.

use crate::api;
use crate::auth;
use crate::clients::{Client, ClientSpec};
use crate::config::Config;
use crate::faults::Fault;
use crate::hooks::Hook;
use crate::journal::Entry;
use crate::lacks::Lack;
use crate::limits::{Bucket, Limiter};
use crate::state::{lock, State};
use crate::world::place;
use serde_json::{json, Map, Value};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Arranges and questions a tenant; a [`Simulator`](crate::Simulator) is one, and what waits for a request is given one.
#[derive(Clone)]
pub struct Handle(pub(crate) Arc<State>);

impl Handle {
    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` with TLS.
    pub fn url(&self) -> String {
        self.0.base.clone()
    }

    /// `https://localhost:PORT`, where there is a secure door.
    pub fn secure_url(&self) -> Option<String> {
        self.0.secure.clone()
    }

    /// A Management API token with these scopes, good for a day.
    pub fn token(&self, scopes: &[&str]) -> String {
        self.token_with(json!({ "scope": scopes.join(" ") }))
    }

    /// A token with `claims` over the usual ones; null leaves a claim out. Without `scope` it has all scopes.
    pub fn token_with(&self, claims: Value) -> String {
        let mut all = Map::new();
        all.insert("scope".into(), crate::scopes::SCOPES.join(" ").into());
        if let Value::Object(claims) = claims {
            all.extend(claims);
        }
        auth::issue(&self.0, all, 86_400)
    }

    /// Tokens issued before now are answered 401.
    pub fn revoke_tokens(&self) {
        lock(&self.0.tokens).revoke();
    }

    /// Signs with the next key from now on, as a rotation in the dashboard does; the old one stays published.
    pub fn rotate_keys(&self) {
        self.configure(|config| {
            config.rotations += 1;
            config.previous_key_revoked = false;
        });
    }

    /// Publishes the key before the current one no more.
    pub fn revoke_previous_key(&self) {
        self.configure(|config| config.previous_key_revoked = true);
    }

    /// The seeded machine-to-machine client, which has all scopes.
    pub fn client(&self) -> Client {
        lock(&self.0.clients).first()
    }

    /// Adds a client.
    pub fn add_client(&self, spec: ClientSpec) -> Client {
        lock(&self.0.clients).add(spec)
    }

    /// Gives a client a new secret. Panics when there is no such client.
    pub fn rotate_client_secret(&self, id: &str) -> String {
        lock(&self.0.clients)
            .rotate_secret(id)
            .unwrap_or_else(|| panic!("no client {id}"))
    }

    /// Stores a user as it is, whatever its shape; search sees it at once. Panics without a `user_id`.
    pub fn put_user(&self, user: Value) {
        let Some(id) = user.get("user_id").and_then(Value::as_str) else {
            panic!("a user needs a user_id: {user}");
        };
        self.put_user_raw(id, &user.to_string());
    }

    /// Stores a user whose JSON is served byte by byte as given.
    pub fn put_user_raw(&self, user_id: &str, raw_json: &str) {
        lock(&self.0.tenant).put(user_id, raw_json.to_string(), Duration::ZERO);
    }

    /// Removes a user; search sees it go at once.
    pub fn remove_user(&self, id: &str) {
        lock(&self.0.tenant).remove(id, Duration::ZERO);
    }

    /// Removes all users.
    pub fn clear_users(&self) {
        lock(&self.0.tenant).clear();
    }

    /// Ids in the order the users came.
    pub fn user_ids(&self) -> Vec<String> {
        let users = lock(&self.0.tenant).users();
        users.iter().map(|user| user.id.to_string()).collect()
    }

    /// The users as serde_json reads them, in the order they came; a user that it cannot read is null.
    pub fn users(&self) -> Vec<Value> {
        let users = lock(&self.0.tenant).users();
        users
            .iter()
            .map(|user| serde_json::from_slice(user.raw(true)).unwrap_or_default())
            .collect()
    }

    /// Requests so far, oldest first.
    pub fn journal(&self) -> Vec<Entry> {
        lock(&self.0.journal).entries()
    }

    /// Forgets the requests so far.
    pub fn clear_journal(&self) {
        lock(&self.0.journal).clear();
    }

    /// Requests that came and are neither answered nor abandoned.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::SeqCst)
    }

    /// Connections that clients hold open.
    pub fn open_connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    /// Orders a fault, to be hit after those ordered before.
    pub fn inject(&self, fault: Fault) {
        lock(&self.0.faults).push(fault);
    }

    /// Takes back every fault that still waits.
    pub fn clear_faults(&self) {
        lock(&self.0.faults).clear();
    }

    /// Waits so long before every answer.
    pub fn set_latency(&self, latency: Duration) {
        lock(&self.0.config).latency = latency;
    }

    /// Limits the rate with a full bucket, or stops limiting it.
    pub fn set_bucket(&self, bucket: Option<Bucket>) {
        self.configure(|config| config.bucket = bucket);
    }

    /// Lets search lag behind writes made through the API. Zero makes it catch up at once.
    pub fn set_index_lag(&self, lag: Duration) {
        self.configure(|config| config.index_lag = lag);
    }

    /// Limits how far listings can be paged.
    pub fn set_window(&self, window: Option<usize>) {
        lock(&self.0.config).window = window;
    }

    /// Changes any choice that can change while it runs (not `port`, `tls` and what seeds it).
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        reconfigure(&self.0, change);
    }

    /// Stores an object in a list, new or in the place of the one with its id, whatever its shape. The list is its path
    /// below `/api/v2/`: `&["roles"]`, `&["organizations", org, "members"]`. Panics when the object has no id.
    pub fn put_object(&self, list: &[&str], object: Value) {
        let name = api::find(list).map_or("id", |endpoint| endpoint.id);
        let id = match list {
            ["logs"] => &object["log_id"],
            _ => &object[name],
        };
        let Some(id) = id.as_str().map(String::from) else {
            panic!("an object of {list:?} needs a {name}: {object}");
        };
        self.0.world().put(&place(list), &id, &object);
    }

    /// Removes an object and what hangs on it; false when there was none.
    pub fn remove_object(&self, list: &[&str], id: &str) -> bool {
        self.0.world().remove(&place(list), id)
    }

    /// The objects of a list as they are stored, in the order they came.
    pub fn objects(&self, list: &[&str]) -> Vec<Value> {
        let world = self.0.world();
        let rows = world.rows(&place(list));
        rows.map(|row| serde_json::from_slice(row.raw(true)).unwrap_or_default())
            .collect()
    }

    /// Sets an object that is there once (`&["tenants", "settings"]`); None takes it away.
    pub fn set_object(&self, path: &[&str], object: Option<Value>) {
        let mut world = self.0.world();
        match object {
            Some(object) => world.set(&place(path), object.to_string()),
            None => drop(world.unset(&place(path))),
        }
    }

    /// Takes a feature away from the tenant: what is at this path below `/api/v2/`, where `{…}` stands for any segment,
    /// and everything below refuses to work.
    pub fn lack(&self, path: &str, lack: Lack) {
        lock(&self.0.lacks).add(path, lack);
    }

    /// Gives every feature back.
    pub fn clear_lacks(&self) {
        lock(&self.0.lacks).clear();
    }

    /// Does `what` once, right after the `nth` request from now (counted from 1) whose path starts with `path` has
    /// been answered and before any later request is looked at.
    ///
    /// So a test can change the tenant in the middle of a scan, at the same place in every run.
    pub fn after(&self, nth: usize, path: &str, what: impl FnOnce(&Handle) + Send + 'static) {
        lock(&self.0.hooks).push(Hook::new(nth, path, Box::new(what)));
    }
}

/// Changes the configuration and what follows from it.
pub fn reconfigure(state: &State, change: impl FnOnce(&mut Config)) {
    let (before, after) = {
        let mut config = lock(&state.config);
        let before = config.clone();
        change(&mut config);
        (before, config.clone())
    };
    if before.bucket != after.bucket {
        *lock(&state.limiter) = after.bucket.map(|b| Limiter::new(b, Instant::now()));
    }
    if after.index_lag.is_zero() && !before.index_lag.is_zero() {
        lock(&state.tenant).catch_up();
    }
}
