//! Random queries: with pushdown as without it as over a plain table.

mod compare;
mod conditions;
mod dice;
mod documents;
mod found;
mod likely;
mod oracle;
mod population;
mod queries;
mod scalars;
mod times;
mod values;

use self::dice::Dice;
use self::oracle::{Oracle, BROKEN};
use self::queries::{query, Query};
use simulator::Config;

/// Queries for one population.
const QUERIES: usize = 100;

/// How a run went.
#[derive(Default)]
struct Tally {
    run: usize,
    refused: usize,
    with_rows: usize,
    requests: usize,
    searches: usize,
    lookups: usize,
    narrowed: usize,
    failures: Vec<String>,
}

/// The population and the server of a seed.
fn oracle(seed: u64) -> Oracle {
    let mut dice = Dice::new(seed ^ 0x5EED);
    let count = match seed % 4 {
        3 => 1150 + dice.below(200),
        _ => 60 + dice.below(140),
    };
    let config = Config {
        total_cap: dice.chance(50).then_some(1000),
        unstable_ties: dice.chance(50),
        ..Config::default()
    };
    let page_size = dice.pick(&["100", "50", "25"]);
    let concurrency = dice.pick(&["1", "4", "8"]);
    let options = format!("page_size '{page_size}', concurrency '{concurrency}'");
    let alter = alterations(&mut dice);
    Oracle::new(seed, count, config, &options, alter, dice.chance(25))
}

/// Other declarations that the foreign table may have.
fn alterations(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "",
        "",
        "",
        "create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         alter foreign table remote.users alter family_name type text collate nd, alter nickname type text collate \"en-US-x-icu\",
           alter user_id type varchar, alter email type text collate \"tr-TR-x-icu\"",
        "create domain label as text; create domain label_c as text collate \"C\";
         alter foreign table remote.users alter name type label, alter nickname type varchar(330), alter given_name type char(330),
           alter created_at type timestamptz(0), alter logins_count type numeric, alter family_name type label_c",
        "alter foreign table remote.users options (add on_type_error 'null');
         alter foreign table remote.users alter app_metadata type json, alter attrs type json, alter updated_at type timestamp",
    ])
}

fn run(seed: u64, tally: &mut Tally) {
    let mut oracle = oracle(seed);
    let mut dice = Dice::new(seed);
    for n in 0..QUERIES {
        let query = query(&mut dice, &oracle.known);
        tally.run += 1;
        match oracle.check(&query) {
            Ok(None) => tally.refused += 1,
            Ok(Some(rows)) => tally.with_rows += usize::from(rows > 0),
            Err(difference) => {
                let broken = difference.contains(BROKEN);
                let plan = match broken {
                    true => String::new(),
                    false => oracle.plan(&query),
                };
                let Query {
                    sql,
                    parameters,
                    settings,
                    before,
                    cursor,
                    ..
                } = &query;
                let failure = format!(
                    "seed {seed}, query {n}: {difference}\n  {sql}\n  parameters {parameters:?}\n  settings {settings:?}\n  before {before:?}, cursor {cursor:?}\n{plan}\n"
                );
                eprintln!("{failure}");
                tally.failures.push(failure);
                if broken {
                    oracle.await_recovery();
                    break;
                }
            }
        }
    }
    tally.narrowed += oracle.narrowed;
    tally.requests += oracle.requests.len();
    tally.searches += oracle
        .requests
        .iter()
        .filter(|one| one.param("q").is_some())
        .count();
    tally.lookups += oracle
        .requests
        .iter()
        .filter(|one| one.path != "/api/v2/users")
        .count();
}

fn conclude(tally: &Tally) {
    let Tally {
        run,
        refused,
        with_rows,
        requests,
        searches,
        lookups,
        narrowed,
        failures,
    } = tally;
    println!(
        "{run} queries, {refused} refused by Postgres itself, {with_rows} with rows; with pushdown {requests} requests, {searches} searches, {lookups} look-ups; {narrowed} queries begin with one of them"
    );
    assert!(
        failures.is_empty(),
        "{} of {run} queries failed; the first: {}",
        failures.len(),
        failures[0]
    );
    // A generator that asks for nothing, or for what is never pushed, proves nothing.
    assert!(refused * 10 < *run, "{refused} of {run} queries are none");
    assert!(
        with_rows * 3 > *run,
        "{with_rows} of {run} queries have rows"
    );
    assert!(
        narrowed * 3 > *run && lookups * 10 > *run,
        "too little is pushed down"
    );
}

#[test]
fn a_few_hundred_queries() {
    let mut tally = Tally::default();
    for seed in [1, 2] {
        run(seed, &mut tally);
    }
    conclude(&tally);
}

#[test]
fn a_hundred_queries_beyond_the_window() {
    let mut tally = Tally::default();
    run(3, &mut tally);
    conclude(&tally);
}

/// `PUSHDOWN_QUERIES=20000 PUSHDOWN_SEED=1000 cargo test … many_queries -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn many_queries() {
    let number = |name: &str, default: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let first = number("PUSHDOWN_SEED", 1000);
    let worlds = number("PUSHDOWN_QUERIES", 20_000).div_ceil(QUERIES as u64);
    let mut tally = Tally::default();
    for seed in first..first + worlds {
        run(seed, &mut tally);
    }
    conclude(&tally);
}
