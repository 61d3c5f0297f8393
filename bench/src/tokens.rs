//! Tokens: what verifying, asking and looking up a session cost, against the least they could.

use std::process::Command;
use std::time::{Duration, Instant};

use postgres::Client;
use serde_json::json;
use simulator::{Config, Simulator};
use xtask::{command, Cluster, Database};

use crate::measure::{middle_of, processor_time, take_turns};
use crate::Table;

const AUDIENCE: &str = "https://api.example.com";
const ROUNDS: usize = 5;
/// Verifications in one statement, of as many different tokens as a table of them has.
const TOKENS: usize = 500;
const REPEATS: usize = 40;
const CALLS: usize = 1_000_000;
const ROWS: usize = 1_000_000;
const LOOKUPS: Duration = Duration::from_secs(2);

/// All figures of tokens.
pub fn measure(table: &mut Table) {
    let world = World::new();
    verify(table, &world);
    ask(table, &world);
    policy(table, &world);
    sessions(table, &world);
}

struct World {
    db: Database,
    sim: Simulator,
}

impl World {
    fn new() -> World {
        let sim = Simulator::start(Config::default()).expect("the simulator starts");
        let db = Cluster::shared().create_database();
        let world = World { db, sim };
        world.sql().batch_execute(&format!(
            "create extension auth0_fdw;
             select auth0.add_issuer('{}/', array['{AUDIENCE}'], '{{\"client_ids\": [\"webapp\"]}}')",
            world.sim.url()
        )).expect("the tenant is registered");
        world
    }

    fn sql(&self) -> Client {
        let mut sql = self.db.connect();
        // One core, as what it is compared with.
        sql.batch_execute("set max_parallel_workers_per_gather = 0; set jit = off")
            .expect("settings");
        sql
    }

    fn token(&self, claims: serde_json::Value) -> String {
        let mut all = json!({ "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "aud": AUDIENCE, "scope": "openid profile read:notes" });
        for (name, value) in claims.as_object().expect("claims") {
            all[name] = value.clone();
        }
        self.sim.token_with(all)
    }
}

fn run(sql: &mut Client, query: &str) -> Duration {
    let start = Instant::now();
    sql.query(query, &[]).expect("the query succeeds");
    start.elapsed()
}

/// Verifications per second of processor time by `openssl speed`, on one core.
fn openssl() -> f64 {
    let said =
        command::capture(Command::new("openssl").args(["speed", "-seconds", "1", "rsa2048"]))
            .expect("openssl runs");
    let line = said
        .lines()
        .find(|line| line.starts_with("rsa 2048 bits"))
        .expect("a line of figures");
    line.split_whitespace()
        .last()
        .and_then(|figure| figure.parse().ok())
        .expect("a figure")
}

fn verify(table: &mut Table, world: &World) {
    let mut sql = world.sql();
    sql.batch_execute("create table tokens (token text)")
        .expect("a table");
    for n in 0..TOKENS {
        sql.execute(
            "insert into tokens values ($1)",
            &[&world.token(json!({ "n": n }))],
        )
        .expect("a token");
    }
    let query =
        format!("select count(auth0.verify(token)) from tokens, generate_series(1, {REPEATS})");
    let count = (TOKENS * REPEATS) as f64;
    run(&mut sql, &query);
    let backend = sql
        .query_one("select pg_backend_pid()", &[])
        .expect("a pid")
        .get(0);
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..ROUNDS {
        theirs.push(openssl());
        let before = processor_time(backend);
        run(&mut sql, &query);
        ours.push(count / (processor_time(backend) - before).as_secs_f64());
    }
    let (ours, theirs) = (middle_of(ours), middle_of(theirs));
    table.row(
        "openssl speed: RSA-2048 verifications a second, one core",
        format!("{theirs:.0}"),
        "1",
    );
    table.row(
        "auth0.verify, RS256, keys known",
        format!("{ours:.0} a second"),
        &format!("{:.2} × openssl (≥ 0.7)", ours / theirs),
    );
}

fn ask(table: &mut Table, world: &World) {
    let mut sql = world.sql();
    sql.batch_execute(&format!(
        "select auth0.login('{}', 'session')",
        world.token(json!({}))
    ))
    .expect("a login");
    let query =
        |function: &str| format!("select count({function}) from generate_series(1, {CALLS})");
    let (ours, theirs) = (query("auth0.user_id()"), query("current_user"));
    let sql = std::cell::RefCell::new(sql);
    let [ours, theirs] = take_turns(
        ROUNDS,
        [&mut || run(&mut sql.borrow_mut(), &ours), &mut || {
            run(&mut sql.borrow_mut(), &theirs)
        }],
    );
    let each = |time: Duration| time.as_secs_f64() * 1e6 / CALLS as f64;
    table.row("current_user", format!("{:.3} µs", each(theirs)), "");
    table.row(
        "auth0.user_id()",
        format!("{:.3} µs", each(ours)),
        &format!("{:+.3} µs (≤ 0.3)", each(ours) - each(theirs)),
    );
}

fn policy(table: &mut Table, world: &World) {
    let mut sql = world.sql();
    let role = format!("app_{}", world.db.name());
    sql.batch_execute(&format!(
        "create table notes (owner text, body text);
         insert into notes select 'auth0|' || n % 1000, 'note ' || n from generate_series(1, {ROWS}) n;
         create table plain as table notes;
         select auth0.enable_owner_policy('notes', 'owner');
         create role {role}; grant select on notes, plain to {role}"
    ))
    .expect("tables");
    // VACUUM wants a statement of its own.
    for statement in [
        "vacuum analyze notes",
        "vacuum analyze plain",
        &format!("set role {role}"),
    ] {
        sql.batch_execute(statement)
            .expect("the tables are settled");
    }
    let token = world.token(json!({ "sub": "auth0|7" }));
    sql.batch_execute(&format!("select auth0.login('{token}', 'session')"))
        .expect("a login");
    let sql = std::cell::RefCell::new(sql);
    let [with, without] = take_turns(
        15,
        [
            &mut || run(&mut sql.borrow_mut(), "select count(body) from notes"),
            &mut || {
                run(
                    &mut sql.borrow_mut(),
                    "select count(body) from plain where owner = 'auth0|7'",
                )
            },
        ],
    );
    let ratio = with.as_secs_f64() / without.as_secs_f64();
    table.row(
        "1,000,000 rows: the same condition with a constant",
        crate::measure::ms(without),
        "1",
    );
    table.row(
        "1,000,000 rows: row-level security by auth0.user_id()",
        crate::measure::ms(with),
        &format!("{ratio:.3} × the constant (≤ 1.05)"),
    );
    sql.borrow_mut()
        .batch_execute(&format!(
            "reset role; drop owned by {role}; drop role {role}"
        ))
        .expect("the role goes");
}

fn sessions(table: &mut Table, world: &World) {
    let mut sql = world.sql();
    sql.batch_execute("select auth0.create_auth_schema('auth')")
        .expect("the tables");
    let tokens: Vec<String> = (0..200)
        .map(|n| {
            let id_token =
                world.token(json!({ "sub": format!("auth0|{n}"), "aud": "webapp", "scope": null }));
            sql.query_one("select auth0.create_session($1)", &[&id_token])
                .expect("a session")
                .get(0)
        })
        .collect();
    sql.batch_execute("analyze auth.users; analyze auth.sessions")
        .expect("statistics");
    let count: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut sql = world.db.connect();
                    let query = sql
                        .prepare("select valid from auth0.validate_session($1)")
                        .expect("a statement");
                    let start = Instant::now();
                    let mut count = 0;
                    while start.elapsed() < LOOKUPS {
                        let valid: bool = sql
                            .query_one(&query, &[&tokens[count % tokens.len()]])
                            .expect("an answer")
                            .get(0);
                        assert!(valid);
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a count"))
            .sum()
    });
    let rate = count as f64 / LOOKUPS.as_secs_f64();
    table.row(
        "validate_session, two connections, a round trip each",
        format!("{rate:.0} a second"),
        "≥ 10,000",
    );
}
