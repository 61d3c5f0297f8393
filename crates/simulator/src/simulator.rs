//! The handle by which a test starts, arranges and questions a tenant.

use crate::auth;
use crate::clients::{Client, ClientSpec};
use crate::config::Config;
use crate::faults::Fault;
use crate::journal::Entry;
use crate::keys;
use crate::limits::{Bucket, Limiter};
use crate::seed::{self, Plan};
use crate::server;
use crate::state::{lock, State};
use serde_json::{json, Map, Value};
use std::io;
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_rustls::rustls::{self, pki_types};
use tokio_rustls::TlsAcceptor;

/// A running tenant. Dropping it closes its port and every connection.
pub struct Simulator {
    state: Arc<State>,
    certificate: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Seeds a tenant and serves it on 127.0.0.1 from a thread of its own.
    pub fn start(config: Config) -> io::Result<Simulator> {
        let listener = TcpListener::bind(("127.0.0.1", config.port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let (base, tls, certificate) = if config.tls {
            let (acceptor, certificate) = acceptor().map_err(io::Error::other)?;
            let base = format!("https://localhost:{port}");
            (base, Some(acceptor), Some(certificate))
        } else {
            (format!("http://127.0.0.1:{port}"), None, None)
        };
        let state = Arc::new(State::new(base, config));
        populate(&state);
        // Made here, so that the first request does not wait for it.
        keys::current(&state.config());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = state.clone();
        let thread = std::thread::Builder::new()
            .name("simulator".into())
            .spawn(move || {
                runtime.block_on(async {
                    // Registering a listening socket fails only without a reactor; this runtime has one.
                    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                        let stopped = async { drop(stopped.await) };
                        server::run(shared, listener, tls, stopped).await;
                    }
                });
            })?;
        Ok(Simulator {
            state,
            certificate,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` with TLS.
    pub fn url(&self) -> String {
        self.state.base.clone()
    }

    /// The certificate to trust, as PEM, when it serves https.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// A Management API token with these scopes, good for a day.
    pub fn token(&self, scopes: &[&str]) -> String {
        self.token_with(json!({ "scope": scopes.join(" ") }))
    }

    /// A token with `claims` over the usual ones; null leaves a claim out. Without `scope` it has all scopes.
    pub fn token_with(&self, claims: Value) -> String {
        let mut all = Map::new();
        all.insert("scope".into(), crate::clients::SCOPES.join(" ").into());
        if let Value::Object(claims) = claims {
            all.extend(claims);
        }
        auth::issue(&self.state, all, 86_400)
    }

    /// Tokens issued before now are answered 401.
    pub fn revoke_tokens(&self) {
        lock(&self.state.tokens).revoke();
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
        lock(&self.state.clients).first()
    }

    /// Adds a client.
    pub fn add_client(&self, spec: ClientSpec) -> Client {
        lock(&self.state.clients).add(spec)
    }

    /// Gives a client a new secret. Panics when there is no such client.
    pub fn rotate_client_secret(&self, id: &str) -> String {
        lock(&self.state.clients)
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
        lock(&self.state.tenant).put(user_id, raw_json.to_string(), Duration::ZERO);
    }

    /// Removes a user; search sees it go at once.
    pub fn remove_user(&self, id: &str) {
        lock(&self.state.tenant).remove(id, Duration::ZERO);
    }

    /// Removes all users.
    pub fn clear_users(&self) {
        lock(&self.state.tenant).clear();
    }

    /// Ids in the order the users came.
    pub fn user_ids(&self) -> Vec<String> {
        let users = lock(&self.state.tenant).users();
        users.iter().map(|user| user.id.to_string()).collect()
    }

    /// The users as serde_json reads them, in the order they came; a user that it cannot read is null.
    pub fn users(&self) -> Vec<Value> {
        let users = lock(&self.state.tenant).users();
        users
            .iter()
            .map(|user| serde_json::from_slice(user.raw(true)).unwrap_or_default())
            .collect()
    }

    /// Requests so far, oldest first.
    pub fn journal(&self) -> Vec<Entry> {
        lock(&self.state.journal).entries()
    }

    /// Forgets the requests so far.
    pub fn clear_journal(&self) {
        lock(&self.state.journal).clear();
    }

    /// Requests that came and are neither answered nor abandoned.
    pub fn in_flight(&self) -> usize {
        self.state.in_flight.load(Ordering::SeqCst)
    }

    /// Connections that clients hold open.
    pub fn open_connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Orders a fault, to be hit after those ordered before.
    pub fn inject(&self, fault: Fault) {
        lock(&self.state.faults).push(fault);
    }

    /// Takes back every fault that still waits.
    pub fn clear_faults(&self) {
        lock(&self.state.faults).clear();
    }

    /// Waits so long before every answer.
    pub fn set_latency(&self, latency: Duration) {
        lock(&self.state.config).latency = latency;
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
        lock(&self.state.config).window = window;
    }

    /// Changes any choice that can change while it runs (not `users`, `seed`, `user_bytes`, `port`, `tls`).
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        reconfigure(&self.state, change);
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

fn populate(state: &State) {
    let config = state.config();
    let plan = Plan {
        seed: config.seed,
        user_bytes: config.user_bytes,
    };
    let mut tenant = lock(&state.tenant);
    for i in 0..config.users {
        let (id, json) = seed::user(plan, i);
        tenant.put(&id, json, Duration::ZERO);
    }
}

fn acceptor() -> Result<(TlsAcceptor, String), Box<dyn std::error::Error + Send + Sync>> {
    let (certificate, key, pem) = keys::tls_certificate()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![pki_types::CertificateDer::from(certificate)],
            pki_types::PrivatePkcs8KeyDer::from(key).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
