//! Everything that can be written, written through SQL, and what Auth0's own SDK then reads from the same tenant.

mod life;
mod reader;
mod stage;

use crate::samples::READ_OTHERWISE;
use auth0::catalog::{self, writes};
use life::Seen;
use reader::Reader;
use simulator::{Config, Simulator};
use stage::Stage;
use std::collections::BTreeSet;
use std::panic::{catch_unwind, AssertUnwindSafe};
use xtask::World;

/// A tenant that both can speak to: the SDK insists on https, and Postgres does not know the certificate.
fn tenant() -> Config {
    Config {
        users: 30,
        secure_door: true,
        ..Config::default()
    }
}

/// A database in which every column can be seen, secrets included.
fn database() -> World {
    let mut world = World::new(tenant());
    world.run(
        "alter server auth0 options (add updatable 'true', add deletable 'true');
         import foreign schema auth0 from server auth0 into public options (include_secrets 'true');
         set auth0_fdw.writes_in_transaction = 'allow'",
    );
    world
}

/// Turns both to a tenant on which nothing has happened.
fn renew(world: &mut World, sdk: &mut Reader) {
    world.sim = Simulator::start(tenant()).expect("the simulator starts");
    world.run(&format!(
        "alter server auth0 options (set url '{}', set api_key '{}')",
        world.sim.url(),
        xtask::world::token(&world.sim)
    ));
    sdk.turn_to(&world.sim);
}

#[test]
fn the_sdk_reads_what_sql_has_written() {
    let (mut world, mut sdk) = (database(), Reader::start());
    let mut wrong = Vec::new();
    let mut seen = Seen::default();
    for record in writes::all() {
        renew(&mut world, &mut sdk);
        let mut stage = Stage {
            world: &mut world,
            sdk: &mut sdk,
            object: catalog::find(record.object).expect("an object"),
            record,
        };
        let life = AssertUnwindSafe(|| life::of(&mut stage, &mut seen));
        if let Err(panic) = catch_unwind(life) {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref().map(|text: &&str| text.to_string()));
            wrong.push(format!("{}: {}", record.object, text.unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{seen:?}");
    for (object, column, why) in READ_OTHERWISE {
        let known = seen.otherwise.contains(&(*object, *column));
        assert!(
            known,
            "{object}.{column} reads as it was sent, not so that {why}"
        );
    }
}

#[test]
fn there_is_a_method_of_the_sdk_for_each_object_and_no_more() {
    let known: BTreeSet<_> = Reader::start().objects().into_iter().collect();
    let all = writes::all().map(|record| record.object.to_owned());
    let all: BTreeSet<_> = all.collect();
    let missing: Vec<_> = all.difference(&known).collect();
    assert!(missing.is_empty(), "read.py cannot read {missing:?}");
    let idle: Vec<_> = known.difference(&all).collect();
    assert!(
        idle.is_empty(),
        "nobody writes {idle:?}, which read.py can read"
    );
}
