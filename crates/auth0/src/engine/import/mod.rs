//! Many users at once, by import jobs: a call for some thousand users in place of one for each.
//!
//! Users are put into files of at most 500,000 bytes as they come. Auth0 runs two jobs at a time, so that is how many are
//! sent; whoever brings users waits while [`Import::is_full`]. Each file is sent once. When one cannot be sent, or its job
//! fails, no other is begun; jobs that run are waited for, as they go on whatever happens here.
//!
//! Dropping the import sends nothing more. Jobs that run go on at Auth0: they cannot be stopped.

mod event;
mod file;
mod job;
mod report;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use self::event::{Event, Finished, RowError};
use self::file::{known_by, File};
pub use self::report::Report;
use super::runtime::{Runtime, Wake};
use crate::client::{Client, Flight, Get, Halt, Stats, Totals};
use crate::error::{Error, Result};
use crate::options::Settings;

/// Jobs at a time.
/// Source: <https://auth0.com/docs/manage-users/user-migration/bulk-user-imports>.
const AT_ONCE: usize = 2;

/// What is imported, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The database connection: its name, or its id.
    pub connection: String,
    /// Whether users who are there already are changed; else they are errors.
    pub upsert: bool,
    /// A name for the jobs, which Auth0 keeps.
    pub external_id: Option<String>,
    /// Beginning of each job's `X-Correlation-ID`; its number follows.
    pub correlation: String,
}

/// A running import.
#[derive(Debug)]
pub struct Import {
    ground: Arc<Ground>,
    file: File,
    /// Users so far.
    number: u64,
    files: Option<mpsc::UnboundedSender<File>>,
    events: mpsc::UnboundedReceiver<Result<Event>>,
}

/// What all jobs of an import share.
#[derive(Debug)]
struct Ground {
    client: Arc<Client>,
    request: ImportRequest,
    settings: Settings,
    stats: Stats,
    halt: Arc<Halt>,
    /// Files that are full and not sent.
    waiting: AtomicUsize,
    /// Files that are being sent.
    flights: Mutex<Vec<Weak<Flight>>>,
    /// Requests that carry a correlation id.
    numbered: AtomicU64,
    out: mpsc::UnboundedSender<Result<Event>>,
    wake: Wake,
}

impl Ground {
    fn tell(&self, event: Event) {
        // Nobody to tell: the import is gone.
        let _ = self.out.send(Ok(event));
        self.wake.wake();
    }

    /// The flight of a file, which lives until it has been told what became of it.
    fn flight(&self) -> Arc<Flight> {
        let flight = Arc::new(Flight::under(self.halt.clone()));
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|flight| flight.strong_count() > 0);
        flights.push(Arc::downgrade(&flight));
        flight
    }

    fn correlation(&self) -> String {
        let number = self.numbered.fetch_add(1, Relaxed) + 1;
        format!("{}{number}", self.request.correlation)
    }
}

impl Import {
    /// An import without users; nothing is sent yet.
    pub fn start(
        runtime: &Runtime,
        client: Arc<Client>,
        request: ImportRequest,
        settings: Settings,
    ) -> Self {
        let (out, events) = mpsc::unbounded_channel();
        let (files, full) = mpsc::unbounded_channel();
        let ground = Arc::new(Ground {
            client,
            request,
            settings,
            stats: Stats::default(),
            halt: Arc::default(),
            waiting: AtomicUsize::new(0),
            flights: Mutex::default(),
            numbered: AtomicU64::new(0),
            out,
            wake: runtime.waker(),
        });
        runtime.spawn(run(ground.clone(), full));
        Import {
            ground,
            file: File::default(),
            number: 0,
            files: Some(files),
            events,
        }
    }

    /// Adds a user, as Auth0's schema of imports has it. One that cannot be sent ends the import: no other file is begun.
    pub fn push(&mut self, user: &Value) -> Result<()> {
        let put = self.put(user);
        if put.is_err() {
            self.file = File::default();
            self.ground.halt.stop();
        }
        put
    }

    fn put(&mut self, user: &Value) -> Result<()> {
        self.number += 1;
        let (text, known_by) = (user.to_string(), known_by(user));
        if !self.file.add(self.number, text.as_bytes(), &known_by)? {
            self.send();
            self.file.add(self.number, text.as_bytes(), &known_by)?;
        }
        Ok(())
    }

    /// No more users come.
    pub fn finish(&mut self) {
        if self.file.users > 0 {
            self.send();
        }
        self.files = None;
    }

    fn send(&mut self) {
        let file = std::mem::take(&mut self.file);
        self.ground.waiting.fetch_add(1, Relaxed);
        if let Some(files) = &self.files {
            // After an error nobody takes it.
            let _ = files.send(file);
        }
    }

    /// Whether users come faster than they can be sent.
    pub fn is_full(&self) -> bool {
        self.ground.waiting.load(Relaxed) >= AT_ONCE
    }

    /// What has happened; `Ready(None)` after [`Import::finish`] when all jobs are done. An error is told once, and after it
    /// what becomes of the jobs that run.
    pub fn poll(&mut self) -> Poll<Option<Result<Event>>> {
        match self.events.try_recv() {
            Ok(event) => Poll::Ready(Some(event)),
            Err(mpsc::error::TryRecvError::Empty) if !self.ground.halt.is_over() => Poll::Pending,
            // What was told in the meantime comes first.
            Err(_) => Poll::Ready(self.events.try_recv().ok()),
        }
    }

    /// Sends nothing more. Whether a file has been sent of which it has not been told what became.
    pub fn break_off(&self) -> bool {
        self.ground.halt.close();
        let flights = &self.ground.flights;
        let flights = flights.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flights = flights.iter().filter_map(Weak::upgrade);
        flights.any(|flight| flight.has_begun())
    }

    /// What it has cost so far.
    pub fn totals(&self) -> Totals {
        self.ground.stats.totals()
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        self.ground.halt.close();
    }
}

/// Sends files as they come, two at a time.
async fn run(ground: Arc<Ground>, mut files: mpsc::UnboundedReceiver<File>) {
    let mut jobs = JoinSet::new();
    let mut connection_id = None;
    while let Some(file) = files.recv().await {
        ground.waiting.fetch_sub(1, Relaxed);
        while jobs.len() >= AT_ONCE {
            take(&ground, jobs.join_next().await);
        }
        if ground.halt.is_stopped() {
            break;
        }
        let id = match connection_id.clone() {
            Some(id) => Ok(id),
            None => find(&ground).await,
        };
        match id {
            Ok(id) => {
                connection_id = Some(id.clone());
                let ground = ground.clone();
                jobs.spawn(async move { job::run(&ground, &id, file).await });
            }
            Err(error) => {
                take(&ground, Some(Ok(Err(error))));
                break;
            }
        }
    }
    while !jobs.is_empty() {
        take(&ground, jobs.join_next().await);
    }
    ground.halt.finish();
    ground.wake.wake();
}

type Joined = Option<std::result::Result<Result<()>, tokio::task::JoinError>>;

/// Tells the error of a job, if it has ended with one.
fn take(ground: &Ground, joined: Joined) {
    let error = match joined {
        None | Some(Ok(Ok(()))) => return,
        Some(Ok(Err(error))) => error,
        Some(Err(_)) => Error::abandoned(),
    };
    ground.halt.stop();
    let _ = ground.out.send(Err(error));
    ground.wake.wake();
}

/// The id of the connection.
async fn find(ground: &Ground) -> Result<String> {
    let name = &ground.request.connection;
    let get = Get {
        path: "/api/v2/connections".to_owned(),
        query: vec![("name", name.clone()), ("fields", "id".to_owned())],
    };
    let parse = |body: Vec<u8>| {
        let answer: Value = serde_json::from_slice(&body).map_err(|_| "not JSON".to_owned())?;
        let rows = answer.get("connections").unwrap_or(&answer).as_array();
        let id = rows.and_then(|rows| rows.first()?.get("id")?.as_str());
        Ok(id.map(str::to_owned))
    };
    let found = ground
        .client
        .get(&get, &ground.settings, &ground.stats, parse)
        .await?;
    // What is no name may be an id.
    Ok(found.unwrap_or_else(|| name.clone()))
}
