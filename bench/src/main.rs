//! `cargo xtask bench`: ratios measured in one run, printed as the table of bench/README.md.
//!
//! Everything runs on one machine: the simulated tenant in this process, Postgres beside it. Each figure is the median
//! of several rounds, in which what is compared takes turns.

mod baseline;
mod measure;
mod pushdown;
mod python;
mod tables;
mod tokens;
mod world;
mod writing;

use std::cell::RefCell;
use std::time::Duration;

use measure::{median, ms, rss_peak, take_turns, time};
use world::{World, COLUMNS};

/// Users of the large tenant, of about 1 kB each.
const USERS: usize = 100_000;
/// Pages under way at a time, on both sides: the extension's default.
const CONCURRENCY: usize = 4;
const ROUNDS: usize = 5;

/// A part of what is measured: its name, and how.
type Part = (&'static str, fn(&mut Table));

/// What is measured; a part's name as the argument measures that alone.
const PARTS: [Part; 10] = [
    ("large", large),
    ("memory", memory),
    ("latency", latency),
    ("warm", warm),
    ("load", load),
    ("pushdown", pushdown::pushdown),
    ("tables", tables::measure),
    ("writing", writing::measure),
    ("python", python),
    ("tokens", tokens::measure),
];

fn main() {
    let only = std::env::args().nth(1);
    let mut table = Table::default();
    for (name, measure) in PARTS {
        if only.as_deref().is_none_or(|only| only == name) {
            measure(&mut table);
        }
    }
    table.print();
}

/// A scan of 100,000 users against fetching and parsing the same pages.
fn large(table: &mut Table) {
    let world = World::new(USERS, Duration::ZERO);
    let pages = USERS / 100;
    let counts: Vec<String> = COLUMNS
        .iter()
        .map(|(name, _)| format!("count({name})"))
        .collect();
    let all = format!("select {} from wide", counts.join(", "));
    let (url, token) = (world.url(), world.token());
    let world = RefCell::new(world);
    let [fetch, parse, wide, one] = take_turns(
        ROUNDS,
        [
            &mut || baseline::fetch(&url, &token, pages, CONCURRENCY),
            &mut || baseline::fetch_and_parse(&url, &token, pages, CONCURRENCY),
            &mut || world.borrow_mut().query(&all),
            &mut || world.borrow_mut().query("select count(email) from wide"),
        ],
    );
    table.row("100,000 users: fetch alone, bare client", ms(fetch), "");
    table.row(
        "100,000 users: fetch and parse, bare client (the baseline)",
        ms(parse),
        "1",
    );
    table.row(
        "100,000 users: 21 columns, text timestamps, four jsonb",
        ms(wide),
        &ratio(wide, parse, 1.5),
    );
    table.row(
        "100,000 users: one column",
        ms(one),
        &ratio(one, parse, 0.6),
    );
}

/// The backend's peak memory, on a new connection for each size.
fn memory(table: &mut Table) {
    let peak = |users: usize| {
        let mut world = World::new(users, Duration::ZERO);
        world.query("select count(user_id), count(identities), count(app_metadata) from wide");
        rss_peak(world.backend())
    };
    let (small, large) = (peak(10_000), peak(USERS));
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    table.row("peak memory of the backend, 10,000 users", mib(small), "");
    let more = format!("{:+.1} MiB (≤ 8)", (large as f64 - small as f64) / 1024.0);
    table.row(
        "peak memory of the backend, 100,000 users",
        mib(large),
        &more,
    );
}

/// A tenant 50 ms away.
fn latency(table: &mut Table) {
    let mut world = World::new(1000, Duration::from_millis(50));
    world.sim.configure(|config| config.total_cap = None);
    world.query("select count(*) from wide where email is null");
    let scan = median(ROUNDS, || world.query("select count(user_id) from wide"));
    table.row(
        "1,000 users, 50 ms a request, warm connection",
        ms(scan),
        "≤ 250 ms",
    );
}

/// What a statement adds to its one request, when the connection to the tenant is open.
fn warm(table: &mut Table) {
    let mut world = World::new(50, Duration::ZERO);
    let (url, token) = (world.url(), world.token());
    let mut bare = baseline::Session::new();
    world.query("select count(*) from wide");
    bare.page(&url, &token);
    let [request, statement] = take_turns(
        200,
        [&mut || bare.page(&url, &token), &mut || {
            world.query("select count(*) from wide")
        }],
    );
    table.row("one bare request, warm", ms(request), "");
    let more = difference(statement, request, 3);
    table.row("one statement of one request, warm", ms(statement), &more);
}

/// Loading the library into a new connection.
fn load(table: &mut Table) {
    let world = World::new(1, Duration::ZERO);
    let fresh = |sql: &str| {
        let mut client = world.db.connect();
        time(|| client.batch_execute(sql).expect("the statement succeeds"))
    };
    let [nothing, loading] = take_turns(
        40,
        [&mut || fresh("select 1"), &mut || fresh("load 'auth0_fdw'")],
    );
    let more = difference(loading, nothing, 5);
    table.row(
        "LOAD 'auth0_fdw' on a new connection, against SELECT 1",
        ms(loading),
        &more,
    );
}

/// What people use today.
fn python(table: &mut Table) {
    let users = 10_000;
    let mut world = World::new(users, Duration::ZERO);
    let ours = median(3, || world.query("select count(email) from wide"));
    let theirs = python::loop_over(users);
    let times = format!(
        "{:.0} × ours ({})",
        theirs.as_secs_f64() / ours.as_secs_f64(),
        ms(ours)
    );
    table.row(
        "10,000 users: a loop in auth0-python 6.8.0",
        ms(theirs),
        &times,
    );
}

fn ratio(ours: Duration, baseline: Duration, most: f64) -> String {
    format!(
        "{:.2} × baseline (≤ {most})",
        ours.as_secs_f64() / baseline.as_secs_f64()
    )
}

fn difference(ours: Duration, bare: Duration, most: u32) -> String {
    let ms = (ours.as_secs_f64() - bare.as_secs_f64()) * 1000.0;
    format!("{ms:+.2} ms (≤ {most})")
}

/// Rows of the result, printed as Markdown.
#[derive(Default)]
pub(crate) struct Table(String);

impl Table {
    /// Adds a figure.
    pub(crate) fn row(&mut self, what: &str, value: String, compared: &str) {
        eprintln!("{what}: {value} {compared}");
        self.0
            .push_str(&format!("| {what} | {value} | {compared} |\n"));
    }

    fn print(&self) {
        println!(
            "| what | measured | compared |\n| --- | --- | --- |\n{}",
            self.0.trim_end()
        );
    }
}
