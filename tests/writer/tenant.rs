//! A tenant, a writer, and what came of it.

use auth0::catalog::{self, template, Object, Shape};
use auth0::client::{Client, Credentials, Get, Stats, Totals};
use auth0::engine::{Done, Import, ImportRequest, Outcome, Runtime, Writer};
use auth0::options::{Raw, Settings, Tenant as Address};
use auth0::secret::Secret;
use auth0::write::{self, Row, Step};
use auth0::Error;
use serde_json::{json, Map, Value};
use simulator::{Config, Entry, Simulator};
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

/// Long enough for any machine; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tenant and how it is written to.
pub struct Tenant {
    pub sim: Simulator,
    pub client: Arc<Client>,
    options: Vec<(String, String)>,
}

/// What came of writes.
pub struct Written {
    pub done: Vec<Done>,
    pub totals: Totals,
}

impl Tenant {
    pub fn new() -> Tenant {
        Tenant::of(Config::default())
    }

    pub fn of(config: Config) -> Tenant {
        let sim = Simulator::start(config).expect("a simulator");
        let address = Address::from_url(&sim.url()).expect("its address");
        let token = Credentials::Token(Secret::new(sim.token(simulator::SCOPES)));
        let client = Client::new(address, token, Duration::from_secs(10)).expect("a client");
        Tenant {
            sim,
            client: Arc::new(client),
            options: Vec::new(),
        }
    }

    /// Sets a calling option.
    pub fn with(mut self, name: &str, value: impl ToString) -> Tenant {
        self.options.push((name.into(), value.to_string()));
        self
    }

    pub fn settings(&self) -> Settings {
        Settings::resolve(&[&Raw::new(self.options.clone())]).expect("settings")
    }

    pub fn writer(&self, skip_conflicts: bool) -> Writer {
        Writer::new(
            runtime(),
            self.client.clone(),
            self.settings(),
            skip_conflicts,
        )
    }

    pub fn import(&self, connection: &str, upsert: bool) -> Import {
        let request = ImportRequest {
            connection: connection.into(),
            upsert,
            external_id: Some("a test".into()),
            correlation: "import-".into(),
        };
        Import::start(runtime(), self.client.clone(), request, self.settings())
    }

    /// Carries out tickets, in the order of their numbers.
    pub fn write(&self, tickets: Vec<Vec<Step>>) -> Written {
        let mut writer = self.writer(false);
        for (number, steps) in tickets.into_iter().enumerate() {
            submit(&mut writer, number as u64, steps);
        }
        finish(&mut writer)
    }

    /// Carries out one.
    pub fn one(&self, steps: Vec<Step>) -> Outcome {
        let mut written = self.write(vec![steps]);
        written.done.remove(0).outcome
    }

    /// Stores a row; the row as it is stored, by column names.
    pub fn insert(&self, object: &'static Object, row: &Row) -> Row {
        let steps = write::insert(object, row).expect("steps");
        let outcome = self.one(steps);
        let Outcome::Stored(answer) = outcome else {
            panic!("{}: {outcome:?}", object.name);
        };
        let stored = write::stored(object, catalog::writes::Op::Insert, answer.as_deref(), row);
        by_column(object, &stored)
    }

    /// The error that a write ends with.
    pub fn error(&self, steps: Vec<Step>) -> Error {
        match self.one(steps) {
            Outcome::Failed(error) => error,
            other => panic!("{other:?}"),
        }
    }

    /// A GET: the status's error, or the body.
    pub fn get(&self, get: &Get) -> auth0::Result<Value> {
        let (settings, stats) = (self.settings(), Stats::default());
        let parse = |body: Vec<u8>| match body.as_slice() {
            [] => Ok(Value::Object(Map::new())),
            body => serde_json::from_slice(body).map_err(|e| e.to_string()),
        };
        wait(self.client.get(get, &settings, &stats, parse))
    }

    /// The rows of an object beside this one, by column names.
    pub fn rows(&self, object: &'static Object, row: &Row) -> Vec<Row> {
        let mut get = call(object.path, row);
        match object.paging {
            catalog::Paging::Offset(most) => get.query.push(("per_page", most.to_string())),
            catalog::Paging::Both(most) | catalog::Paging::Checkpoint(most) => {
                get.query.push(("take", most.to_string()))
            }
            catalog::Paging::None => {}
        }
        let answer = match self.get(&get) {
            Ok(answer) => answer,
            Err(Error::Rejected { refusal, .. }) if refusal.status == 404 => return Vec::new(),
            Err(error) => panic!("{}: {error:?}", object.name),
        };
        let rows = match (object.shape, answer) {
            (Shape::List(_) | Shape::Either, Value::Array(rows)) => rows,
            (Shape::Scalars(key), Value::Array(rows)) => {
                rows.into_iter().map(|one| json!({ key: one })).collect()
            }
            (Shape::Entries(name, value), Value::Object(map)) => map
                .into_iter()
                .map(|(key, one)| json!({ name: key, value: one }))
                .collect(),
            (Shape::List(key), Value::Object(mut map)) => match map.remove(key) {
                Some(Value::Array(rows)) => rows,
                _ => panic!("{}: no {key}", object.name),
            },
            (_, one) => vec![one],
        };
        let rows = rows.into_iter();
        rows.map(|one| complete(object, object.path, &one, row))
            .collect()
    }

    /// The one row that a call answers, by column names.
    pub fn row(&self, object: &'static Object, path: &'static str, row: &Row) -> Option<Row> {
        match self.get(&call(path, row)) {
            Ok(one) => Some(complete(object, path, &one, row)),
            Err(Error::Rejected { refusal, .. }) if refusal.status == 404 => None,
            Err(error) => panic!("{}: {error:?}", object.name),
        }
    }

    /// The writes that the tenant was asked for.
    pub fn asked(&self) -> Vec<Entry> {
        let journal = self.sim.journal();
        let mut entries: Vec<Entry> = journal.into_iter().filter(|e| e.method != "GET").collect();
        entries.retain(|entry| entry.path != "/oauth/token");
        entries
    }

    /// A user as the tenant has it.
    pub fn user(&self, id: &str) -> Option<Value> {
        self.sim
            .users()
            .into_iter()
            .find(|user| user["user_id"] == id)
    }
}

/// Hands over a ticket whose requests are called after it.
pub fn submit(writer: &mut Writer, number: u64, steps: Vec<Step>) {
    let mut step = 0;
    writer.submit(number, steps, &mut || {
        step += 1;
        format!("test-{number}-{step}")
    });
}

/// Waits for all tickets; they come back by number.
pub fn finish(writer: &mut Writer) -> Written {
    let mut done = Vec::new();
    until(|| loop {
        match writer.poll() {
            Poll::Ready(Some(one)) => done.push(one),
            Poll::Ready(None) => return Some(()),
            Poll::Pending => return None,
        }
    });
    done.sort_by_key(|done| done.ticket);
    Written {
        done,
        totals: writer.totals(),
    }
}

/// Asks until there is an answer. (The wake-ups of all tests go to one socket, so it is asked again and again.)
pub fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(since.elapsed() < PATIENCE, "nothing in {PATIENCE:?}");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// A call with the values of a row.
fn call(path: &'static str, row: &Row) -> Get {
    let value = |column: &str| row.get(column).and_then(Value::as_str).map(str::to_owned);
    let put = |column: &str| value(column).map(template::Put::Value);
    template::fill(path, put).unwrap_or_else(|| panic!("no values for {path}"))
}

/// What the API shows and what its path says.
fn complete(object: &'static Object, path: &'static str, shown: &Value, row: &Row) -> Row {
    let mut found = by_column(object, shown.to_string().as_bytes());
    for column in template::variables(path) {
        if found.get(column).is_none_or(Value::is_null) {
            found.insert(column.into(), row[column].clone());
        }
    }
    found
}

fn by_column(object: &'static Object, json: &[u8]) -> Row {
    let shown: Map<String, Value> = serde_json::from_slice(json).expect("an object");
    write::known(object, &shown)
}

/// The network thread, as in a backend.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::start().expect("the network thread"))
}

/// Runs a future to its end.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

/// An object of the catalogue.
pub fn object(name: &str) -> &'static Object {
    catalog::find(name).unwrap_or_else(|| panic!("no object {name}"))
}

/// A row.
pub fn row(value: Value) -> Row {
    match value {
        Value::Object(map) => map,
        other => panic!("no row: {other}"),
    }
}
