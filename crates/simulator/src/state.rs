//! What the server's tasks and the library's callers share.

use crate::auth::Tokens;
use crate::clients::Clients;
use crate::config::Config;
use crate::faults::Faults;
use crate::hooks::Hooks;
use crate::jobs::Jobs;
use crate::journal::{Entry, Journal};
use crate::lacks::Lacks;
use crate::limits::Limiter;
use crate::seed;
use crate::tenant::Tenant;
use crate::world::World;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// One simulated tenant.
pub struct State {
    /// `http://127.0.0.1:PORT`, the canonical address.
    pub base: String,
    /// `https://localhost:PORT` of a secure door beside it.
    pub secure: Option<String>,
    /// Choices that may change while it runs.
    pub config: Mutex<Config>,
    /// Users and what search sees of them.
    pub tenant: Mutex<Tenant>,
    /// Everything else the tenant holds, made when it is first asked for. Locked before `tenant` where both are.
    world: OnceLock<Mutex<World>>,
    /// Features it lacks.
    pub lacks: Mutex<Lacks>,
    /// The rate limit, if there is one.
    pub limiter: Mutex<Option<Limiter>>,
    /// Machine-to-machine clients.
    pub clients: Mutex<Clients>,
    /// Tokens issued and seen.
    pub tokens: Mutex<Tokens>,
    /// Faults in waiting.
    pub faults: Mutex<Faults>,
    /// What is to be done after certain requests.
    pub hooks: Mutex<Hooks>,
    /// Exports and imports.
    pub jobs: Mutex<Jobs>,
    /// Requests so far.
    pub journal: Mutex<Journal>,
    /// Requests that came and are not answered.
    pub in_flight: AtomicUsize,
    /// Connections that clients hold open.
    pub connections: AtomicUsize,
    /// Connections there ever were.
    pub connections_ever: AtomicU64,
}

/// Locks; what another thread left behind when it panicked is still whole here, since no lock is held across a step that can.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// A tenant without users.
    pub fn new(base: String, secure: Option<String>, config: Config) -> State {
        let limiter = config.bucket.map(|b| Limiter::new(b, Instant::now()));
        State {
            base,
            secure,
            config: Mutex::new(config),
            tenant: Mutex::default(),
            world: OnceLock::new(),
            lacks: Mutex::default(),
            limiter: Mutex::new(limiter),
            clients: Mutex::new(Clients::default()),
            tokens: Mutex::default(),
            faults: Mutex::default(),
            hooks: Mutex::default(),
            jobs: Mutex::default(),
            journal: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            connections_ever: AtomicU64::new(0),
        }
    }

    /// What the tenant holds beside users and logs. Most tests ask for none of it, so it is made when asked for.
    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(
            self.world
                .get_or_init(|| Mutex::new(seed::world(&self.config()))),
        )
    }

    /// The choices now.
    pub fn config(&self) -> Config {
        lock(&self.config).clone()
    }

    /// The only audience the Management API has, slash included.
    pub fn audience(&self) -> String {
        format!("{}/api/v2/", self.base)
    }

    /// The issuer of tokens asked for on this host: real tokens name the host they were asked from.
    pub fn issuer(&self, host: Option<&str>) -> String {
        let secure = self.secure.as_deref();
        match (host, self.base.split_once("://")) {
            (Some(host), _) if secure.is_some_and(|url| url.ends_with(&format!("//{host}"))) => {
                format!("https://{host}/")
            }
            (Some(host), Some((scheme, _))) => format!("{scheme}://{host}/"),
            _ => format!("{}/", self.base),
        }
    }
}

/// A request on its way; its journal entry is closed when this is dropped.
pub struct Flight {
    state: Arc<State>,
    number: u64,
    done: bool,
}

impl Flight {
    /// Notes that a request has come.
    pub fn begin(state: &Arc<State>, entry: Entry) -> Flight {
        state.in_flight.fetch_add(1, Ordering::SeqCst);
        let number = lock(&state.journal).begin(entry);
        Flight {
            state: state.clone(),
            number,
            done: false,
        }
    }

    /// A request to the simulator's own controls, which leaves no trace.
    pub fn unrecorded(state: &Arc<State>) -> Flight {
        Flight {
            state: state.clone(),
            number: 0,
            done: true,
        }
    }

    /// Changes the request's journal entry.
    pub fn note(&self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = lock(&self.state.journal).entry(self.number) {
            change(entry);
        }
    }

    /// The answer was handed over (`completed`), or never will be.
    pub fn end(&mut self, completed: bool) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        self.note(|entry| {
            entry.ended = Some(Instant::now());
            entry.completed = completed;
        });
        self.state.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.end(false);
    }
}
