//! The imported tables against recorded answers of real tenants. Run by hand:
//! `AUTH0_FDW_REPLAY=http://127.0.0.1:PORT cargo test -p outside-in --test tables replay -- --nocapture`
//! where something serves the recordings. Without the variable there is nothing to test, and that is said.

use auth0::catalog;
use simulator::Config;
use std::collections::{BTreeMap, BTreeSet};
use xtask::World;

#[test]
fn recorded_worlds_are_read_without_an_error() {
    let Ok(url) = std::env::var("AUTH0_FDW_REPLAY") else {
        println!("not tested: AUTH0_FDW_REPLAY names no server of recordings");
        return;
    };
    let mut world = World::new(Config::default());
    world.run(&format!(
        "create server recorded foreign data wrapper auth0_fdw options (url '{url}', api_key 'a.b.c');
         create schema recorded; import foreign schema auth0 from server recorded into recorded options (include_secrets 'true');
         set search_path = recorded; set auth0_fdw.max_calls = 0"
    ));
    let (mut failed, mut shown, mut all) = (Vec::new(), 0, 0);
    let mut left: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for object in catalog::OBJECTS {
        let name = object.name;
        let columns: BTreeSet<&str> = object.columns.iter().map(|column| column.key).collect();
        // Every column is looked at: a value that does not fit its type fails.
        if let Err(e) = world.sql.simple_query(&format!("select * from {name}")) {
            let error = e.as_db_error().expect("an error of Postgres'");
            // Recorded refusals for want of a value, of a scope, of patience.
            if !["0A000", "42501", "53400"].contains(&error.code().code()) {
                failed.push(format!("{name}: {} {:?}", error.message(), error.detail()));
            }
            continue;
        }
        let keys = format!(
            "select k, count(*) from {name} t, jsonb_object_keys(case jsonb_typeof(t.attrs) when 'object' then t.attrs else '{{}}' end) k group by k"
        );
        for row in world.query_text(&keys) {
            let (key, count) = (row[0].clone().unwrap(), row[1].clone().unwrap());
            let count: u64 = count.parse().unwrap();
            all += count;
            match columns.contains(key.as_str()) {
                true => shown += count,
                false => drop(left.entry(name).or_default().insert(key)),
            }
        }
    }
    println!("{shown} of {all} recorded values have a column; only in attrs: {left:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
