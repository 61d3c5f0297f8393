//! Every row of the tables in docs/pushdown.md is as it says: the request, the class, the number of requests.

use crate::support::{shown, tenant_of};
use simulator::Entry;
use xtask::{places, World};

/// A row of a table.
struct Claim {
    sql: String,
    request: String,
    class: String,
    requests: String,
}

/// The rows of the table under a heading; its SQL is what stands before the first column's text.
fn claims(heading: &str, before: &str) -> Vec<Claim> {
    let text = std::fs::read_to_string(places::workspace().join("docs/pushdown.md"))
        .expect("the document");
    let section = text
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("no heading {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows: Vec<Claim> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<String> = line
                .replace("\\|", "\u{1}")
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_matches('`').replace('\u{1}', "|"))
                .collect();
            let [sql, request, class, requests] = cells.as_slice() else {
                panic!("not four cells: {line}")
            };
            Claim {
                sql: format!("{before}{sql}"),
                request: request.clone(),
                class: class.clone(),
                requests: requests.clone(),
            }
        })
        .collect();
    assert!(rows.len() > 5, "{heading} has only {} rows", rows.len());
    rows
}

/// Whether a text is what a pattern says, in which "…" stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == text,
        Some((start, end)) => {
            text.starts_with(start) && text.ends_with(end) && text.len() >= start.len() + end.len()
        }
    }
}

/// Whether a number of requests is what is said: `3`, or `≤ 35`.
fn costs(said: &str, made: usize) -> bool {
    match said.strip_prefix("≤ ") {
        Some(most) => most
            .parse()
            .is_ok_and(|most: usize| made <= most && made * 10 > most * 9),
        None => said == made.to_string(),
    }
}

/// What a request is for, in the document's words.
fn asked(entry: &Entry) -> String {
    if entry.path == "/api/v2/users" {
        return entry.param("q").unwrap_or("none").to_owned();
    }
    shown(entry)
}

/// The classes that EXPLAIN tells of.
fn classes(plan: &str) -> String {
    let labels = [
        ("Auth0 Pushed Exactly", "exact"),
        ("Auth0 Pushed Wider", "wider"),
        ("Auth0 Local", "local"),
    ];
    let found: Vec<&str> = labels
        .iter()
        .filter(|(label, _)| plan.contains(label))
        .map(|(_, class)| *class)
        .collect();
    found.join(", ")
}

/// Checks all rows and tells of all that are wrong.
fn check(world: &mut World, claims: &[Claim]) {
    let mut wrong = String::new();
    for claim in claims {
        let plan = world.explain("", &claim.sql);
        world.sim.clear_journal();
        let rows = world.query_text(&claim.sql).len();
        let journal = world.sim.journal();
        let request_is = match journal.as_slice() {
            [] => claim.request == "none",
            journal => journal.iter().any(|entry| {
                fits(&claim.request, &asked(entry)) || fits(&claim.request, &shown(entry))
            }),
        };
        let class_is = classes(&plan) == claim.class.trim_matches('–');
        if !request_is || !class_is || !costs(&claim.requests, journal.len()) {
            let journal: Vec<String> = journal.iter().map(shown).take(3).collect();
            wrong.push_str(&format!(
                "{}\n  says: {} | {} | {}\n  {rows} rows, {} requests, {}: {journal:#?}\n{plan}\n",
                claim.sql,
                claim.request,
                claim.class,
                claim.requests,
                world.sim.journal().len(),
                classes(&plan),
            ));
        }
    }
    assert!(wrong.is_empty(), "docs/pushdown.md is wrong about\n{wrong}");
}

/// The tenant that the document speaks of.
fn world() -> World {
    let mut world = tenant_of(3000);
    // What a session has learnt of the tenant's size is what it plans with.
    assert_eq!(world.query_text("select from users").len(), 3000);
    world
}

#[test]
fn conditions() {
    check(
        &mut world(),
        &claims("Conditions", "select name from users where "),
    );
}

#[test]
fn orders_limits_and_aggregates() {
    check(&mut world(), &claims("Orders, limits and aggregates", ""));
}

#[test]
fn joins() {
    let mut world = world();
    world.run(
        "create table orders as select row_number() over ()::int as id, user_id from users limit 5;
         create table visits as select n as id, 'auth0|' || left(md5(n::text), 24) as user_id from generate_series(1, 5000) n;
         analyze orders; analyze visits",
    );
    check(&mut world, &claims("Joins", ""));
}

#[test]
fn the_plan_that_it_shows() {
    let text = std::fs::read_to_string(places::workspace().join("docs/pushdown.md"))
        .expect("the document");
    let block = |fence: &str| {
        text.split(fence)
            .nth(1)
            .and_then(|rest| rest.split("```").next())
            .expect("a block")
            .to_owned()
    };
    let sql = block("```sql\n");
    let explain = sql
        .lines()
        .find_map(|line| line.strip_prefix("explain (costs off) "))
        .expect("an EXPLAIN");
    let shown: Vec<String> = block("```text\n")
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
        .collect();
    assert_eq!(
        world().explain("", explain.trim_end_matches(';')),
        shown.join("\n")
    );
}
