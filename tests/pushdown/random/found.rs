//! Queries that random runs have found to fail, with the seed of their users, as they were written then.

use super::oracle;
use super::queries::{Agree, Query};

/// Seed, setting, query.
const FOUND: [(u64, &str, &str); 3] = [
    // A row of a virtual slot was to be deformed.
    (
        1,
        "",
        "select o.id, u.user_id, u.name from users u full join visits o on u.email = o.email where o.at <= u.created_at",
    ),
    // Dates and timestamps beyond what a timestamptz holds.
    (
        1017,
        "",
        "select u.user_id, u.name from users u where u.email = 'user.10@example.com' or u.logins_count <= 0 or u.created_at > '5874897-12-31'::date",
    ),
    (
        1021,
        "set local timezone = 'America/St_Johns'",
        "select u.user_id from users u where u.created_at < '294276-12-31 23:59:59.999999'::timestamp order by u.updated_at desc, u.user_id",
    ),
];

#[test]
fn what_was_found_once() {
    for (seed, setting, sql) in FOUND {
        let query = Query {
            sql: sql.to_owned(),
            agree: Agree::Rows,
            parameters: Vec::new(),
            settings: Vec::new(),
            before: if setting.is_empty() {
                Vec::new()
            } else {
                vec![setting.to_owned()]
            },
            prepared: false,
            cursor: None,
        };
        let rows = oracle(seed)
            .check(&query)
            .unwrap_or_else(|difference| panic!("seed {seed}: {sql}\n{difference}"));
        assert!(
            rows.is_some_and(|rows| rows > 0),
            "seed {seed}: {sql} has no rows"
        );
    }
}
