//! A random sequence of writes leaves the same users, and returns the same rows, as on a plain table.

use crate::support::writable;
use fastrand::Rng;
use postgres::SimpleQueryMessage;
use xtask::World;

/// What is compared of a user.
const SHOWN: &str = "select email, name, nickname, given_name, coalesce(blocked, false), coalesce(user_metadata, '{}'), coalesce(app_metadata, '{}') from users order by email";

/// Documents, some of which share keys at the first level and below.
const DOCUMENTS: &[&str] = &[
    "{}",
    r#"{"a": 1}"#,
    r#"{"a": {"b": 2, "c": [1, 2]}}"#,
    r#"{"a": {"b": null, "e": {}}, "f": []}"#,
    r#"{"b": "x", "d": false}"#,
    r#"{"d": {"a": {"a": {"a": 1.5e3}}}, "ü": "€"}"#,
];

#[test]
fn a_random_sequence_leaves_what_it_leaves_on_a_plain_table() {
    let number = |name: &str| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
    let seed = number("SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
    let steps = number("STEPS").unwrap_or(150);
    println!("SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let mut world = writable(0);
    world.run(
        "create schema plain;
         create table plain.users (connection text, email text unique, password text, name text, nickname text, given_name text, blocked bool, user_metadata jsonb, app_metadata jsonb);
         set auth0_fdw.max_deletes = 0",
    );
    for step in 0..steps {
        let sql = statement(&mut random);
        let mode = ["auto", "force_generic_plan", "force_custom_plan"][random.usize(..3)];
        world.run(&format!("set plan_cache_mode = {mode}"));
        let at = format!("SEED={seed} step {step}, {mode}: {sql}");
        let ours = outcome(&mut world, "public", &sql);
        assert_eq!(ours, outcome(&mut world, "plain", &sql), "{at}");
        let ours = shown(&mut world, "public");
        assert_eq!(ours, shown(&mut world, "plain"), "{at}");
    }
}

/// The returned rows in order and how many were written, or the SQLSTATE.
fn outcome(world: &mut World, schema: &str, sql: &str) -> Result<(Vec<String>, Vec<u64>), String> {
    world.run(&format!("set search_path = {schema}"));
    let (mut rows, mut counts) = (Vec::new(), Vec::new());
    let answer = world.sql.simple_query(sql);
    for message in answer.map_err(|e| e.code().map_or_else(String::new, |c| c.code().into()))? {
        match message {
            SimpleQueryMessage::Row(row) => {
                let cells = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL"));
                rows.push(cells.collect::<Vec<_>>().join(" | "));
            }
            SimpleQueryMessage::CommandComplete(count) => counts.push(count),
            _ => {}
        }
    }
    rows.sort_unstable();
    Ok((rows, counts))
}

fn shown(world: &mut World, schema: &str) -> Vec<Vec<Option<String>>> {
    world.run(&format!("set search_path = {schema}"));
    world.query_text(SHOWN)
}

fn pick<'a>(random: &mut Rng, of: &[&'a str]) -> &'a str {
    of[random.usize(..of.len())]
}

fn email(random: &mut Rng) -> String {
    format!("u{}@example.com", random.u8(..9))
}

/// Which rows: one, some, or all.
fn some(random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => format!("nickname = 'n{}'", random.u8(..3)),
        1 => "email > 'u4'".to_owned(),
        2 => "user_metadata ? 'a'".to_owned(),
        3 => format!("email in ('{}', '{}')", email(random), email(random)),
        4 => "true".to_owned(),
        _ => format!("email = '{}'", email(random)),
    }
}

/// A new value of a document, made of the old one or not.
fn document(random: &mut Rng, column: &str) -> String {
    let document = pick(random, DOCUMENTS);
    let old = format!("coalesce({column}, '{{}}')");
    match random.u8(..6) {
        0 => format!("'{document}'"),
        1 => format!("{old} || '{document}'"),
        2 => format!("{old} - 'a'"),
        3 => format!("{old} - '{{a,b,d}}'::text[]"),
        4 => format!("jsonb_set({old}, '{{a}}', '{document}')"),
        _ => format!(
            "jsonb_build_object('a', {column} -> 'd', 'old', {column}) - 'old' || '{{\"a\": 0}}'"
        ),
    }
}

fn statement(random: &mut Rng) -> String {
    let returning = pick(
        random,
        &["", "", " returning email, nickname, user_metadata"],
    );
    let row = |random: &mut Rng| {
        let (email, document) = (email(random), pick(random, DOCUMENTS));
        format!("('Username-Password-Authentication', '{email}', 'S3cret-Word!', 'Name', 'n{}', '{document}')", random.u8(..3))
    };
    let columns = "users (connection, email, password, name, nickname, user_metadata)";
    match random.u8(..16) {
        // One that is there already is a unique violation on both sides.
        0..=2 => format!("insert into {columns} values {}{returning}", row(random)),
        3 | 4 => {
            let rows: Vec<_> = (0..random.usize(2..7)).map(|_| row(random)).collect();
            format!("insert into {columns} values {} on conflict do nothing", rows.join(", "))
        }
        5 => format!("insert into {columns} select 'Username-Password-Authentication', 'u' || n || '@example.com', 'S3cret-Word!', 'Name', 'n1', '{}' from generate_series(0, {}) n on conflict do nothing", pick(random, DOCUMENTS), random.u8(..9)),
        6 => format!("update users set nickname = 'n{}', blocked = {} where {}{returning}", random.u8(..3), random.bool(), some(random)),
        7 | 8 => format!("update users set user_metadata = {} where {}{returning}", document(random, "user_metadata"), some(random)),
        9 => format!("update users set app_metadata = {}, name = name || '+' where {}", document(random, "app_metadata"), some(random)),
        10 => format!("update users set given_name = nullif('G{}', 'G0') where {}", random.u8(..2), some(random)),
        // Another's address is a unique violation on both sides; a password goes in a request of its own, and lifts a
        // block.
        11 => format!("update users set email = '{}', password = 'An0ther-Word!', blocked = false where email = '{}'{returning}", email(random), email(random)),
        12 => format!("update users set nickname = v.nick from (values ('{}', 'n1'), ('none', 'n2')) v (mail, nick) where email = v.mail", email(random)),
        13 => format!("prepare w (text, jsonb) as update users set user_metadata = coalesce(user_metadata, '{{}}') || $2 where email = $1; execute w ('{}', '{}'); execute w ('{}', '{}'); deallocate w", email(random), pick(random, DOCUMENTS), email(random), pick(random, DOCUMENTS)),
        14 => format!("do $$ declare one record; begin for one in select email from users where {} loop update users set nickname = nickname || 'l' where users.email = one.email; end loop; end $$", some(random)),
        _ => match random.u8(..3) {
            0 => format!("delete from users where {}", some(random)),
            1 => format!("delete from users where email = '{}' returning email", email(random)),
            _ => format!("with gone as (delete from users using (values ('{}'), ('{}')) v (mail) where email = v.mail returning email) select * from gone", email(random), email(random)),
        },
    }
}
