//! A random sequence of writes leaves the same users as on a plain table.

use crate::support::writable;
use xtask::World;

/// What is compared of a user.
const SHOWN: &str = "select email, name, nickname, coalesce(blocked, false), coalesce(nullif(user_metadata, 'null'), '{}') from users order by email";

#[test]
fn a_random_sequence_leaves_what_it_leaves_on_a_plain_table() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut world = writable(0);
    world.run(
        "create schema plain; create table plain.users (connection text, email text unique, password text, name text, nickname text, blocked bool, user_metadata jsonb);
         set auth0_fdw.max_deletes = 0",
    );
    for step in 0..60 {
        let sql = statement(&mut random);
        let ours = outcome(&mut world, "public", &sql);
        let theirs = outcome(&mut world, "plain", &sql);
        assert_eq!(ours, theirs, "SEED={seed} step {step}: {sql}");
    }
    let ours = shown(&mut world, "public");
    assert_eq!(ours, shown(&mut world, "plain"), "SEED={seed}");
    assert!(!ours.is_empty(), "SEED={seed}");
}

/// Rows that were written, or the SQLSTATE.
fn outcome(world: &mut World, schema: &str, sql: &str) -> Result<u64, String> {
    world.run(&format!("set search_path = {schema}"));
    let outcome = world.sql.execute(sql, &[]);
    outcome.map_err(|error| {
        error
            .code()
            .map(|code| code.code().to_owned())
            .unwrap_or_default()
    })
}

fn shown(world: &mut World, schema: &str) -> Vec<Vec<Option<String>>> {
    world.run(&format!("set search_path = {schema}"));
    world.query_text(SHOWN)
}

fn statement(random: &mut fastrand::Rng) -> String {
    let who = format!("email = 'u{}@example.com'", random.u8(..8));
    let some = match random.u8(..4) {
        0 => "nickname = 'n1'".to_owned(),
        1 => "email > 'u4'".to_owned(),
        _ => who.clone(),
    };
    let documents = [
        "{}",
        r#"{"a": 1}"#,
        r#"{"a": {"b": 2, "c": [1, 2]}}"#,
        r#"{"b": "x", "d": false}"#,
    ];
    let document = documents[random.usize(..documents.len())];
    match random.u8(..8) {
        0..=2 => format!(
            "insert into users (connection, email, password, name, nickname, user_metadata) select 'Username-Password-Authentication', 'u{}@example.com', 'S3cret-Word!', 'Name', 'n{}', '{document}'",
            random.u8(..8),
            random.u8(..3)
        ),
        3 => format!("update users set nickname = 'n{}', blocked = {} where {some}", random.u8(..3), random.bool()),
        4 => format!("update users set user_metadata = '{document}' where {some}"),
        5 => format!("update users set user_metadata = user_metadata || '{document}', name = name || '+' where {some}"),
        6 => format!("update users set user_metadata = user_metadata - 'a' where {some}"),
        _ => format!("delete from users where {who}"),
    }
}
