//! What holds for every table: read whole, by key, by each filter, from its parent; with pushdown and without, the same.

use auth0::catalog::{self, Object, Paging, ParamKind, Shape};
use simulator::Config;
use xtask::World;

/// A small tenant with something of everything.
fn world() -> World {
    let mut world = World::new(Config {
        users: 12,
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    // The first request of a connection fetches no token: the server has one.
    world
}

fn objects() -> impl Iterator<Item = &'static Object> {
    catalog::OBJECTS.iter().copied()
}

/// Whether it can be read without any condition.
fn is_free(object: &Object) -> bool {
    object.required().is_empty()
}

/// Rows as one text, in one order.
fn rows(world: &mut World, sql: &str) -> Vec<String> {
    let sql = format!("select t::text from ({sql}) t order by 1");
    let rows = world.query_text(&sql).into_iter();
    rows.map(|mut row| row.remove(0).unwrap_or_default())
        .collect()
}

fn cost<T>(world: &mut World, run: impl FnOnce(&mut World) -> T) -> (T, usize) {
    world.sim.clear_journal();
    let result = run(world);
    (result, world.sim.journal().len())
}

/// Calls that a list of so many rows takes.
fn calls(object: &Object, rows: usize) -> usize {
    match object.paging {
        Paging::None => 1,
        // A page that is full is followed by one more.
        Paging::Offset(size) => rows / size as usize + 1,
        Paging::Both(size) | Paging::Checkpoint(size) => rows.div_ceil(size as usize).max(1),
    }
}

#[test]
fn every_table_is_read_whole_and_in_no_more_calls_than_it_takes() {
    let mut world = world();
    let mut read = 0;
    for object in objects().filter(|object| is_free(object)) {
        let name = object.name;
        let (found, made) = cost(&mut world, |world| {
            rows(world, &format!("select * from {name}"))
        });
        if object.variables().next().is_none() {
            // What the list shows in part costs a call a row.
            let details = object.detail().map_or(0, |_| found.len());
            assert_eq!(made, calls(object, found.len()) + details, "{name}");
            let path = object.path.trim_start_matches("/api/v2/");
            let kept = world
                .sim
                .objects(&path.split('/').collect::<Vec<_>>())
                .len();
            if matches!(object.shape, Shape::List(_)) && kept > 0 && name != "logs" {
                assert_eq!(found.len(), kept, "{name}");
            }
        }
        read += usize::from(!found.is_empty());
    }
    assert!(read > 110, "only {read} tables have rows");
}

#[test]
fn children_of_one_parent_cost_a_call_and_those_of_all_a_call_each() {
    let mut world = world();
    let mut tested = 0;
    for object in objects().filter(|object| is_free(object)) {
        let Some(parent) = &object.parent else {
            continue;
        };
        let of = catalog::find(parent.object).unwrap();
        let [(own, theirs)] = parent.columns else {
            continue;
        };
        if !object.values.is_empty() {
            continue;
        }
        let name = object.name;
        let (all, made) = cost(&mut world, |world| {
            rows(world, &format!("select * from {name}"))
        });
        let parents = rows(
            &mut world,
            &format!("select distinct {theirs} from {}", of.name),
        );
        let (_, above) = cost(&mut world, |world| {
            rows(world, &format!("select {theirs} from {}", of.name))
        });
        // A list that follows its own `next` to an empty page has one call more.
        assert!(made >= above + parents.len(), "{name}: {made}");
        assert!(made <= above + 2 * parents.len(), "{name}: {made}");
        let mut together = Vec::new();
        for id in &parents {
            let id = id
                .trim_matches(['(', ')'])
                .trim_matches('"')
                .replace('\'', "''");
            let sql = format!("select * from {name} where {own} = '{id}'");
            let (mut some, made) = cost(&mut world, |world| rows(world, &sql));
            assert!((1..=2).contains(&made), "{name}: {made}");
            together.append(&mut some);
        }
        together.sort();
        let mut all = all;
        all.sort();
        assert_eq!(together, all, "{name}");
        let joined = format!(
            "select c.* from {} p join {name} c on c.{own} = p.{theirs}",
            of.name
        );
        let mut joined = rows(&mut world, &joined);
        joined.sort();
        assert_eq!(joined, all, "{name} joined");
        tested += 1;
    }
    assert!(tested > 35, "only {tested}");
}

/// The condition that a column has the value of some row, and that row's value.
fn some_value(world: &mut World, object: &Object, column: &str) -> Option<String> {
    let sql = format!(
        "select {column}::text from {} where {column} is not null order by 1 limit 1",
        object.name
    );
    world.query_text(&sql).pop()?.pop()?
}

#[test]
fn every_key_finds_its_row_in_one_call() {
    let mut world = world();
    let mut tested = 0;
    for object in objects().filter(|object| is_free(object) && !object.is_searched()) {
        for by in object.by_key {
            let name = object.name;
            let columns: Vec<&str> = catalog::template::variables(by.path).collect();
            let list = columns.join(", ");
            let present: Vec<String> = columns.iter().map(|c| format!("{c} is not null")).collect();
            let sql = format!(
                "select {list} from {name} where {} order by 1 limit 1",
                present.join(" and ")
            );
            let Some(values) = world.query_text(&sql).pop() else {
                continue;
            };
            let conditions: Vec<String> = columns
                .iter()
                .zip(&values)
                .map(|(c, v)| format!("{c} = '{}'", v.as_deref().unwrap().replace('\'', "''")))
                .collect();
            let sql = format!(
                "select {list} from {name} where {}",
                conditions.join(" and ")
            );
            let (found, made) = cost(&mut world, |world| rows(world, &sql));
            assert_eq!(made, 1, "{name} by {list}");
            world.run("set auth0_fdw.pushdown = off");
            assert_eq!(rows(&mut world, &sql), found, "{name} by {list}");
            world.run("reset auth0_fdw.pushdown");
            assert!(!found.is_empty(), "{name} by {list}: {sql}");
            let nobody = format!(
                "select {list} from {name} where {} and {} = 'nobody'",
                conditions[1..]
                    .iter()
                    .map(|c| format!("{c} and "))
                    .collect::<String>()
                    + "true",
                by.key
            );
            assert!(rows(&mut world, &nobody).is_empty(), "{name}");
            tested += 1;
        }
    }
    assert!(tested > 40, "only {tested}");
}

#[test]
fn every_parameter_is_sent_and_changes_no_row() {
    let mut world = world();
    let mut tested = Vec::new();
    for object in objects().filter(|object| is_free(object)) {
        for param in object.params {
            let (name, column) = (object.name, param.column);
            let Some(value) = some_value(&mut world, object, column) else {
                continue;
            };
            let condition = match param.kind {
                ParamKind::Truth => format!(
                    "{column} is {}",
                    if value == "t" { "true" } else { "false" }
                ),
                ParamKind::OnlyTrue => format!("{column} is true"),
                ParamKind::FromDay => format!("{column} >= '{value}'"),
                ParamKind::ToDay => format!("{column} <= '{value}'"),
                _ => format!("{column} = '{}'", value.replace('\'', "''")),
            };
            let sql = format!("select * from {name} where {condition}");
            world.sim.clear_journal();
            let found = rows(&mut world, &sql);
            let sent = world
                .sim
                .journal()
                .iter()
                .any(|entry| entry.query.iter().any(|(key, _)| key == param.name));
            assert!(sent, "{name}: {} is not sent for {condition}", param.name);
            world.run("set auth0_fdw.pushdown = off");
            let whole = rows(&mut world, &sql);
            world.run("reset auth0_fdw.pushdown");
            assert_eq!(found, whole, "{name} where {condition}");
            tested.push(format!("{name}.{}", param.name));
        }
    }
    assert!(tested.len() > 25, "only {tested:?}");
}
