//! Objects whose lists and reads by id show different parts: the same rows whatever the plan, and what they cost.

use auth0::catalog::{self, Shown};
use simulator::{Config, Scale};
use xtask::World;

/// How many flows, forms and modules there are.
const EACH: usize = 14;

fn world() -> World {
    let mut world = World::new(Config {
        users: 2,
        scale: Scale {
            each: EACH,
            ..Scale::default()
        },
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    world
}

/// The rows as text, and the requests for them.
fn read(world: &mut World, sql: &str) -> (Vec<String>, usize) {
    world.sim.clear_journal();
    let rows = world.query_text(sql).into_iter();
    let mut rows: Vec<String> = rows.map(|row| format!("{row:?}")).collect();
    rows.sort();
    (rows, world.sim.journal().len())
}

/// Tables of such objects, a column that only comes by id, and perhaps one that only comes with the list.
fn partly_listed() -> Vec<(&'static str, &'static str, Option<&'static str>)> {
    let mut found = Vec::new();
    for object in catalog::OBJECTS {
        let column = |shown| {
            let column = object.columns.iter().find(|column| column.shown == shown);
            column.map(|column| column.name)
        };
        // Something that the tenant's rows have.
        let by_id = match object.name {
            "forms" => Some("nodes"),
            _ => column(Shown::ById),
        };
        if let Some(by_id) = by_id {
            found.push((object.name, by_id, column(Shown::Listed)));
        }
    }
    found
}

#[test]
fn rows_are_the_same_whatever_the_plan() {
    let mut world = world();
    let tables = partly_listed();
    assert_eq!(tables.len(), 3, "{tables:?}");
    for (table, by_id, _) in tables {
        world.run(&format!(
            "drop table if exists ids; create temp table ids as select id, row_number() over (order by id) n from {table};
             analyze ids"
        ));
        let (all, _) = read(&mut world, &format!("select t from {table} t"));
        assert_eq!(all.len(), EACH);
        for few in [1, 2, 10, 11, EACH] {
            let ids = world.value(&format!(
                "select string_agg(quote_literal(id), ',') from ids where n <= {few}"
            ));
            let ids = ids.unwrap();
            let mut one = None;
            for sql in [
                format!("select t from {table} t where id in ({ids})"),
                format!("select t from {table} t where id = any (array(select id from ids where n <= {few}))"),
                format!("select t from ids join {table} t using (id) where n <= {few}"),
                format!("select (select t from {table} t where t.id = ids.id) from ids where n <= {few}"),
                format!("select t from {table} t where id in ({ids}) and {by_id} is not null"),
                format!("select t from {table} t where id in ({ids}) and attrs ->> 'id' = id and attrs ? '{by_id}'"),
            ] {
                let (rows, _) = read(&mut world, &sql);
                assert_eq!(rows.len(), few, "{sql}");
                assert_eq!(one.get_or_insert(rows.clone()), &rows, "{sql}");
                assert!(rows.iter().all(|row| all.contains(row)), "{sql}");
                world.run("set auth0_fdw.pushdown = off");
                assert_eq!(read(&mut world, &sql).0, rows, "{sql}");
                world.run("reset auth0_fdw.pushdown");
            }
        }
        for (column, of) in [(by_id, "by id"), ("id", "always")] {
            let sql = format!("select count(*), count({column}) from {table}");
            assert_eq!(
                world.query_text(&sql)[0],
                [Some(EACH.to_string()), Some(EACH.to_string())],
                "{of}"
            );
        }
    }
}

#[test]
fn only_what_is_wanted_is_paid_for() {
    let mut world = world();
    for (table, by_id, listed) in partly_listed() {
        let some = world
            .value(&format!("select min(id) from {table}"))
            .unwrap();
        let mut cost = |what: &str, condition: &str| {
            read(
                &mut world,
                &format!("select {what} from {table} {condition}"),
            )
            .1
        };
        let one = format!("where id = '{some}'");
        assert_eq!(cost("id, name, created_at", ""), 1, "{table}");
        assert_eq!(cost(by_id, ""), 1 + EACH, "{table}");
        assert_eq!(cost("attrs", ""), 1 + EACH, "{table}");
        assert_eq!(
            cost("id", &format!("where {by_id} is null")),
            1 + EACH,
            "{table}"
        );
        assert_eq!(cost(&format!("id, {by_id}"), &one), 1, "{table}");
        assert_eq!(cost("id, name", &one), 1, "{table}");
        let Some(listed) = listed else { continue };
        assert_eq!(cost(listed, ""), 1, "{table}");
        assert_eq!(cost(listed, &one), 1, "{table}");
        assert_eq!(cost(&format!("{listed}, {by_id}"), &one), 2, "{table}");
        let both = format!("select count({listed}), count({by_id}) from {table}");
        let sums = Some(EACH.to_string());
        assert_eq!(world.query_text(&both), [[sums.clone(), sums]], "{table}");
    }
}

#[test]
fn a_limit_reads_few_rows_by_id() {
    for (table, by_id, _) in partly_listed() {
        // A tenant for each: what a limit abandons may still arrive when something else is counted.
        let sql = format!("select {by_id} from {table} limit 2");
        let (_, few) = read(&mut world(), &sql);
        // The first page, then one row after another.
        assert!((2..=6).contains(&few), "{table}: {few}");
    }
}

#[test]
fn the_price_is_known_and_bounded() {
    let mut world = world();
    world.run("analyze flows; set auth0_fdw.max_calls = 10");
    let plan = |world: &mut World, sql: &str| {
        let rows = world.query_text(&format!("explain {sql}"));
        let lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
        lines.join("\n")
    };
    let names = plan(&mut world, "select name from flows");
    assert!(
        names.contains("Auth0 Estimated Calls: 1\n") || names.ends_with("Estimated Calls: 1"),
        "{names}"
    );
    let actions = plan(&mut world, "select actions from flows");
    for wanted in [
        "Auth0 Request: GET /api/v2/flows/{id}",
        "Auth0 For Each Of: flows: GET /api/v2/flows?page=0...&per_page=100",
        "Auth0 Estimated Calls: 15",
    ] {
        assert!(actions.contains(wanted), "{actions}");
    }
    let error = world.error("select actions from flows");
    assert_eq!(error.code().code(), "54000");
    assert_eq!(
        error.message(),
        "reading \"flows\" would take 15 calls of the Auth0 API"
    );
    assert!(error.hint().unwrap().contains("such as id = …"));
    world.run("select name from flows");
}
