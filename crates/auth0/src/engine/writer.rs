//! Writes of one statement, several side by side.
//!
//! Each ticket is a row (or the rows of one batch) with its requests, which follow each other; up to `concurrency` tickets
//! are under way at a time. Tickets for the same path are carried out in the order they came. After the first failure no
//! other ticket begins, so that as little as possible is written of a statement that fails; those that have begun come to
//! their end, and every ticket gets an outcome.
//!
//! Dropping the writer (the statement has ended, perhaps by a cancel) sends nothing more. What is under way then is left to
//! come to its answer: breaking it off would not undo it, and would cost the connection and what the answer says of the
//! rate limit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, Semaphore};
use tokio::task::AbortHandle;

use super::runtime::{Runtime, Spawner, Wake};
use crate::catalog::writes::{Answer, Method, Op};
use crate::client::{Client, Flight, Halt, Stats, Totals, Write, WriteBody, Written};
use crate::error::{Call, Error, Result};
use crate::options::Settings;
use crate::write::Step;

/// What became of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Carried out. The row as it is stored, where the API answers with it.
    Stored(Option<Vec<u8>>),
    /// There is no such row.
    NotFound,
    /// Not sent, because another ticket had failed before.
    Unsent,
    /// Refused, or of unknown outcome. [`Error::PartlyApplied`] if some requests of the row had been carried out.
    Failed(Error),
}

/// A ticket that is finished.
#[derive(Debug)]
pub struct Done {
    /// As submitted.
    pub ticket: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// The requests that were sent.
    pub sent: Vec<Sent>,
}

/// A request that was sent, for a log.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The call.
    pub call: Call,
    /// Its `X-Correlation-ID`.
    pub correlation: String,
    /// From before it waited for the rate limit until its answer.
    pub took: Duration,
}

/// Carries out writes. Dropping it sends nothing more.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    spawner: Spawner,
    done: mpsc::UnboundedReceiver<Done>,
    jobs: HashMap<u64, (AbortHandle, Arc<Flight>, Arc<Current>)>,
    /// The last ticket of each path.
    last: HashMap<String, oneshot::Receiver<()>>,
    concurrency: usize,
}

/// The request of a ticket that has no answer yet: its call, its correlation and since when.
type Current = Mutex<Option<(Call, String, Instant)>>;

#[derive(Debug)]
struct Shared {
    client: Arc<Client>,
    settings: Settings,
    stats: Stats,
    places: Semaphore,
    halt: Arc<Halt>,
    skip_conflicts: bool,
    out: mpsc::UnboundedSender<Done>,
    wake: Wake,
}

impl Writer {
    /// A writer without tickets. `skip_conflicts`: a row that is there already is no failure, so that others go on.
    pub fn new(
        runtime: &Runtime,
        client: Arc<Client>,
        settings: Settings,
        skip_conflicts: bool,
    ) -> Self {
        let (out, done) = mpsc::unbounded_channel();
        let concurrency = settings.concurrency.max(1) as usize;
        let shared = Shared {
            client,
            settings,
            stats: Stats::default(),
            places: Semaphore::new(concurrency),
            halt: Arc::default(),
            skip_conflicts,
            out,
            wake: runtime.waker(),
        };
        Writer {
            shared: Arc::new(shared),
            spawner: runtime.spawner(),
            done,
            jobs: HashMap::new(),
            last: HashMap::new(),
            concurrency,
        }
    }

    /// Hands over a ticket: its number, which no other unfinished one has, and requests that follow each other.
    /// `correlation` gives each request its `X-Correlation-ID`.
    pub fn submit(
        &mut self,
        ticket: u64,
        steps: Vec<Step>,
        correlation: &mut dyn FnMut() -> String,
    ) {
        let flight = Arc::new(Flight::under(self.shared.halt.clone()));
        let path = steps.first().and_then(Step::orders_by);
        let (over, next) = oneshot::channel();
        let before = path.and_then(|path| self.last.insert(path.to_owned(), next));
        let steps: Vec<_> = steps
            .into_iter()
            .map(|step| (step, correlation()))
            .collect();
        let current = Arc::default();
        let job = Job {
            shared: self.shared.clone(),
            flight: flight.clone(),
            current: Arc::clone(&current),
            sent: Vec::new(),
        };
        let task = self.spawner.spawn(async move {
            if let Some(before) = before {
                // Only its end matters; it sends nothing.
                let _ = before.await;
            }
            job.run(ticket, steps).await;
            drop(over);
        });
        self.jobs.insert(ticket, (task, flight, current));
    }

    /// The next ticket that is finished, in no order; `Ready(None)` if none is left.
    pub fn poll(&mut self) -> Poll<Option<Done>> {
        match self.done.try_recv() {
            Ok(done) => {
                self.jobs.remove(&done.ticket);
                if self.jobs.is_empty() {
                    self.last.clear();
                }
                Poll::Ready(Some(done))
            }
            Err(_) if self.jobs.is_empty() => Poll::Ready(None),
            Err(_) => Poll::Pending,
        }
    }

    /// Whether enough has been submitted to keep all places busy: whoever has more waits with it.
    pub fn is_full(&self) -> bool {
        self.jobs.len() >= 4 * self.concurrency
    }

    /// From now on no ticket begins; those that have begun come to their end.
    pub fn stop(&self) {
        self.shared.halt.stop();
    }

    /// The tickets of which something has been sent and that are not finished: what they have done is not known.
    pub fn under_way(&self) -> Vec<u64> {
        let begun = self
            .jobs
            .iter()
            .filter(|(_, (_, flight, _))| flight.has_begun());
        let mut tickets: Vec<u64> = begun.map(|(ticket, _)| *ticket).collect();
        tickets.sort_unstable();
        tickets
    }

    /// The requests that have been sent and have no answer yet, for a log.
    pub fn unanswered(&self) -> Vec<Sent> {
        let under_way = self.jobs.values().filter(|job| job.1.is_under_way());
        let request = |current: &Arc<Current>| {
            let current = current.lock().unwrap_or_else(PoisonError::into_inner);
            current.clone()
        };
        let requests = under_way.filter_map(|job| request(&job.2));
        requests
            .map(|(call, correlation, since)| Sent {
                call,
                correlation,
                took: since.elapsed(),
            })
            .collect()
    }

    /// What it has cost so far.
    pub fn totals(&self) -> Totals {
        self.shared.stats.totals()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.halt.close();
        for (task, flight, _) in self.jobs.values() {
            if !flight.is_under_way() {
                task.abort();
            }
        }
    }
}

struct Job {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    current: Arc<Current>,
    sent: Vec<Sent>,
}

impl Job {
    async fn run(mut self, ticket: u64, steps: Vec<(Step, String)>) {
        let shared = self.shared.clone();
        let outcome = match shared.places.acquire().await {
            Ok(_place) if !shared.halt.is_stopped() => {
                let outcome = self.carry_out(&steps).await;
                let failed = match &outcome {
                    Outcome::Failed(error) => !(shared.skip_conflicts && error.is_conflict()),
                    _ => false,
                };
                if failed {
                    shared.halt.stop();
                }
                outcome
            }
            _ => Outcome::Unsent,
        };
        let done = Done {
            ticket,
            outcome,
            sent: self.sent,
        };
        // Nobody to tell: the writer is gone.
        let _ = shared.out.send(done);
        shared.wake.wake();
    }

    async fn carry_out(&mut self, steps: &[(Step, String)]) -> Outcome {
        let mut row = None;
        for (at, (step, correlation)) in steps.iter().enumerate() {
            match self.send(step, correlation).await {
                Ok(Written::Done(body)) if step.answer == Answer::Row && !body.is_empty() => {
                    row = Some(body);
                }
                // Who has made a row says which.
                Ok(Written::Done(_)) if step.answer == Answer::Row && step.op == Op::Insert => {
                    return failed(steps, at, empty(step.call()));
                }
                Ok(Written::Done(_)) => {}
                Ok(Written::Missing(_)) if step.may_be_gone() => return Outcome::NotFound,
                Ok(Written::Missing(refusal)) => {
                    let call = step.call();
                    return failed(steps, at, Error::Rejected { call, refusal });
                }
                Ok(Written::Abandoned) if at == 0 => return Outcome::Unsent,
                Ok(Written::Abandoned) => return failed(steps, at, Error::abandoned()),
                Err(error) => return failed(steps, at, error),
            }
        }
        Outcome::Stored(row)
    }

    async fn send(&mut self, step: &Step, correlation: &str) -> Result<Written> {
        if let Some(get) = step.reads() {
            let shared = &self.shared;
            let parse = |body: Vec<u8>| serde_json::from_slice(&body).map_err(|e| e.to_string());
            let (settings, stats) = (&shared.settings, &shared.stats);
            let there = match shared.client.get(&get, settings, stats, parse).await {
                Err(Error::Rejected { refusal, .. }) if refusal.is_missing() => {
                    match step.goes_without() {
                        true => return self.send_once(step, correlation).await,
                        false => return Ok(Written::Missing(refusal)),
                    }
                }
                there => there?,
            };
            return match step.upon(there)? {
                None => Ok(Written::Done(Vec::new())),
                Some(whole) => self.send_once(&whole, correlation).await,
            };
        }
        let written = self.send_once(step, correlation).await;
        let apart = match (&written, step.method) {
            // One of several is not there, and so none has gone: each is told by itself.
            (Ok(Written::Missing(_)), Method::Delete) => step.apart(),
            _ => Vec::new(),
        };
        if apart.is_empty() {
            return match written {
                // A limit of a link table, not a row that is there already.
                Err(Error::Conflict { call, refusal })
                    if step.op == Op::Insert && step.has_several() =>
                {
                    Err(Error::Rejected { call, refusal })
                }
                written => written,
            };
        }
        for (at, one) in apart.iter().enumerate() {
            let written = self.send_once(one, &format!("{correlation}.{at}")).await;
            if let Err(cause) = written {
                return match at {
                    0 => Err(cause),
                    // Some have gone.
                    _ => Err(Error::Uncertain {
                        cause: Box::new(cause),
                    }),
                };
            }
        }
        Ok(Written::Done(Vec::new()))
    }

    async fn send_once(&mut self, step: &Step, correlation: &str) -> Result<Written> {
        let write = Write {
            method: step.method,
            path: &step.path,
            query: &step.query,
            body: step.body.as_ref().map(WriteBody::json),
            correlation,
        };
        let since = Instant::now();
        let put = |current| {
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
        };
        put(Some((step.call(), correlation.to_owned(), since)));
        let shared = &self.shared;
        let (client, settings) = (&shared.client, &shared.settings);
        let written = client
            .write(&write, settings, &shared.stats, &self.flight)
            .await;
        put(None);
        if !matches!(written, Ok(Written::Abandoned)) {
            self.sent.push(Sent {
                call: step.call(),
                correlation: correlation.to_owned(),
                took: since.elapsed(),
            });
        }
        written
    }
}

/// A success that does not say what it has made.
fn empty(call: Call) -> Error {
    Error::Uncertain {
        cause: Box::new(Error::Unreadable {
            call,
            reason: "It is empty.".to_owned(),
            attempts: 1,
        }),
    }
}

/// The outcome when the request at this place has failed: those before it have been carried out.
fn failed(steps: &[(Step, String)], at: usize, cause: Error) -> Outcome {
    let columns = |steps: &[(Step, String)]| -> Vec<&'static str> {
        steps
            .iter()
            .flat_map(|(step, _)| step.columns.iter().copied())
            .collect()
    };
    let (before, rest) = steps.split_at(at);
    let Some(((this, _), after)) = rest.split_first() else {
        return Outcome::Failed(cause);
    };
    if before.is_empty() {
        return Outcome::Failed(cause);
    }
    Outcome::Failed(Error::PartlyApplied {
        object: this.object.name,
        applied: columns(before),
        failed: this.columns.clone(),
        unsent: columns(after),
        cause: Box::new(cause),
    })
}
