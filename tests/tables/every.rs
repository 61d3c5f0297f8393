//! What holds for every table.

use auth0::catalog;
use simulator::{Config, Scale};
use xtask::World;

/// A small tenant with something of everything.
fn world() -> World {
    let mut world = World::new(Config {
        users: 12,
        ..Config::default()
    });
    world.run("import foreign schema auth0 from server auth0 into public");
    world
}

#[test]
fn every_table_can_be_read() {
    let mut world = world();
    let mut failed = Vec::new();
    for object in catalog::OBJECTS {
        let sql = format!("select count(*) from (select * from {}) t", object.name);
        world.sim.clear_journal();
        match world.sql.simple_query(&sql) {
            Ok(_) => {
                let n = world.value(&sql);
                println!(
                    "{}: {} rows, {} calls",
                    object.name,
                    n.unwrap(),
                    world.sim.journal().len()
                );
            }
            Err(e) => {
                let db = e.as_db_error().unwrap();
                failed.push(format!(
                    "{}: {} / {:?}",
                    object.name,
                    db.message(),
                    db.detail()
                ));
            }
        }
    }
    panic!("{}", failed.join("\n"));
}
