//! A scan by the engine alone: tenants, requests, and the rows that come.

use auth0::catalog;
use auth0::client::{Client, Credentials};
use auth0::engine::{Ask, Runtime, Scan, ScanRequest, Sort};
use auth0::options::{Raw, Settings, Tenant};
use auth0::rows::{Json, Page};
use auth0::secret::Secret;
use serde_json::json;
use simulator::{Config, Simulator};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

/// Long enough for any machine; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ascending by creation.
pub const UP: Sort = Sort {
    key: "created_at",
    descending: false,
};
/// Descending by creation.
pub const DOWN: Sort = Sort {
    key: "created_at",
    descending: true,
};

/// A row: id, created_at, updated_at.
pub type Row = [String; 3];

/// A tenant and how it is asked.
pub struct Trip {
    pub sim: Simulator,
    client: Arc<Client>,
    options: Vec<(String, String)>,
}

/// What came of a scan.
#[derive(Debug)]
pub struct Found {
    pub rows: Vec<Row>,
    pub pages: usize,
    pub total: Option<u64>,
    pub calls: u64,
    pub error: Option<auth0::Error>,
}

impl Trip {
    /// To a tenant of this kind.
    pub fn to(config: Config) -> Trip {
        let sim = Simulator::start(config).expect("a simulator");
        let tenant = Tenant::from_url(&sim.url()).expect("its address");
        let token = Credentials::Token(Secret::new(sim.token(simulator::SCOPES)));
        let client = Client::new(tenant, token, Duration::from_secs(10)).expect("a client");
        Trip {
            sim,
            client: Arc::new(client),
            options: Vec::new(),
        }
    }

    /// To a tenant of `users` users created a second after each other, whose total is capped or not.
    pub fn of(users: usize, capped: bool) -> Trip {
        let trip = Trip::to(Config {
            total_cap: capped.then_some(1000),
            ..Config::default()
        });
        for i in 0..users {
            trip.put(&format!("auth0|{i:06}"), 1000 * i as i64);
        }
        trip
    }

    /// Adds a user created so many milliseconds into 2024.
    pub fn put(&self, id: &str, at: i64) {
        put(&self.sim, id, at);
    }

    /// Sets a calling option.
    pub fn with(mut self, name: &str, value: impl ToString) -> Trip {
        self.options.retain(|(known, _)| known != name);
        self.options.push((name.into(), value.to_string()));
        self
    }

    /// How calls are made.
    pub fn settings(&self) -> Settings {
        Settings::resolve(&[&Raw::new(self.options.clone())]).expect("settings")
    }

    /// Starts a scan.
    pub fn start(&self, request: &ScanRequest) -> Scan {
        let (client, settings) = (self.client.clone(), self.settings());
        Scan::start(
            runtime(),
            client,
            request.clone(),
            settings,
            std::sync::Arc::default(),
        )
    }

    /// Runs a scan until it ends or `most` rows have come.
    pub fn run_to(&self, request: &ScanRequest, most: usize) -> Found {
        let mut scan = self.start(request);
        let mut found = Found {
            rows: Vec::new(),
            pages: 0,
            total: None,
            calls: 0,
            error: None,
        };
        while found.rows.len() < most {
            match next(&mut scan) {
                None => break,
                Some(Err(error)) => {
                    found.error = Some(error);
                    break;
                }
                Some(Ok(page)) => {
                    found.pages += 1;
                    found.total = page.total();
                    let rows = 0..page.rows();
                    found.rows.extend(rows.map(|row| read(request, &page, row)));
                }
            }
        }
        found.calls = scan.totals().calls;
        found
    }

    /// Runs a scan to its end.
    pub fn run(&self, request: &ScanRequest) -> Found {
        self.run_to(request, usize::MAX)
    }

    /// Runs a scan that must succeed.
    pub fn read(&self, request: &ScanRequest) -> Found {
        let found = self.run(request);
        assert!(found.error.is_none(), "{:?}", found.error);
        found
    }

    /// The ids the tenant has.
    pub fn ids(&self) -> HashSet<String> {
        self.sim.user_ids().into_iter().collect()
    }
}

/// The network thread, as in a backend.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::start().expect("the network thread"))
}

/// The next page of a scan. (The wake-ups of all tests go to one socket, so it is asked again and again.)
pub fn next(scan: &mut Scan) -> Option<auth0::Result<Page>> {
    let since = Instant::now();
    loop {
        match scan.poll() {
            Poll::Ready(page) => return page,
            Poll::Pending => std::thread::sleep(Duration::from_micros(200)),
        }
        assert!(since.elapsed() < PATIENCE, "no page in {PATIENCE:?}");
    }
}

/// All rows in any order, with the columns of a [`Row`].
pub fn all() -> ScanRequest {
    ScanRequest {
        keys: vec!["user_id".into(), "created_at".into(), "updated_at".into()],
        whole: false,
        ..ScanRequest::of(catalog::OBJECTS[0])
    }
}

/// All rows in an order.
pub fn sorted(sort: Sort) -> ScanRequest {
    ScanRequest {
        sort: Some(sort),
        ..all()
    }
}

/// The rows of a search.
pub fn search(q: &str) -> ScanRequest {
    ScanRequest {
        ask: Ask::Search(Some(q.into())),
        ..all()
    }
}

fn read(request: &ScanRequest, page: &Page, row: usize) -> Row {
    let columns = request.columns();
    ["user_id", "created_at", "updated_at"].map(|key| {
        let raw = columns.position(key).and_then(|at| page.value(row, at));
        let text = raw.and_then(|raw| Json::read(raw).ok()?.into_text());
        text.map(|text| text.into_owned()).unwrap_or_default()
    })
}

/// Fails unless the rows are these, each once.
pub fn assert_ids(found: &Found, wanted: &HashSet<String>, case: &str) {
    let ids: HashSet<String> = found.rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids.len(), found.rows.len(), "{case}: rows come twice");
    let lost: Vec<&String> = wanted.difference(&ids).take(5).collect();
    assert!(lost.is_empty(), "{case}: lost {lost:?} of {}", wanted.len());
    let strange: Vec<&String> = ids.difference(wanted).take(5).collect();
    assert!(strange.is_empty(), "{case}: {strange:?} are not there");
}

/// Fails unless column `at` never goes back.
pub fn assert_order(found: &Found, at: usize, descending: bool, case: &str) {
    for pair in found.rows.windows(2) {
        let (one, other) = (&pair[0][at], &pair[1][at]);
        let fine = if descending {
            one >= other
        } else {
            one <= other
        };
        assert!(fine, "{case}: {one} before {other}");
    }
}

/// Adds a user created, and updated, so many milliseconds into 2024.
pub fn put(sim: &simulator::Handle, id: &str, at: i64) {
    sim.put_user(json!({
        "user_id": id,
        "created_at": moment(at),
        "updated_at": moment(at),
        "blocked": id.ends_with(['0', '2', '4', '6', '8']),
    }));
}

/// So many milliseconds into 2024, as the API writes it.
pub fn moment(at: i64) -> String {
    let (days, rest) = (at.div_euclid(86_400_000), at.rem_euclid(86_400_000));
    let (hours, rest) = (rest / 3_600_000, rest % 3_600_000);
    let (minutes, rest) = (rest / 60_000, rest % 60_000);
    // Months of 28 days are months enough.
    let (months, day) = (days.div_euclid(28), days.rem_euclid(28) + 1);
    let (year, month) = (2024 + months.div_euclid(12), months.rem_euclid(12) + 1);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
}
