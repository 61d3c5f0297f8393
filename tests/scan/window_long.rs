//! A walk of many windows: users come and go meanwhile, and memory stays.

use crate::common::{column, put};
use crate::paging::world;
use simulator::Config;
use std::collections::HashSet;
use xtask::World;

#[test]
fn users_that_come_and_go_while_windows_are_read_hide_and_double_no_other() {
    for (removed, added) in [(20, 0), (0, 120), (150, 150)] {
        let mut world = world(Config {
            users: 2500,
            ..Config::default()
        });
        let all = column(&mut world, "select user_id from users");
        world.run("begin; declare c cursor for select user_id from users");
        let mut seen = column(&mut world, "fetch 100 from c");
        for part in 1..8 {
            // From what has been read, and from what has not.
            let gone = (0..removed).map(|i| &all[i * 17 % 2500]);
            for id in gone.skip(part * removed / 8).take(removed / 8) {
                world.sim.remove_user(id);
            }
            for i in 0..added / 8 {
                let date = ["2010-01-01", "2030-01-01"][i % 2];
                put(
                    &world.sim,
                    &format!(
                        r#"{{"user_id":"new{part}-{i}","created_at":"{date}T00:00:{part:02}.{i:03}Z"}}"#
                    ),
                );
            }
            seen.extend(column(&mut world, "fetch 300 from c"));
        }
        seen.extend(column(&mut world, "fetch all from c"));
        world.run("commit");
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!(
            distinct.len(),
            seen.len(),
            "-{removed} +{added}: a user twice"
        );
        let left: HashSet<String> = world.sim.user_ids().into_iter().collect();
        let hidden: Vec<&String> = all
            .iter()
            .filter(|id| left.contains(*id) && !distinct.contains(id))
            .collect();
        assert!(hidden.is_empty(), "-{removed} +{added}: {hidden:?}");
    }
}

#[test]
fn memory_does_not_grow_with_the_users() {
    let mut world = world(Config {
        users: 12_000,
        user_bytes: Some(1000),
        ..Config::default()
    });
    world.run("alter foreign table users add attrs jsonb");
    let peak = |world: &mut World| -> usize {
        let pid = world.value("select pg_backend_pid()").unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let read = "select count(length(attrs::text)) from (select attrs from users limit LIMIT) x";
    world.run(&read.replace("LIMIT", "2000"));
    let few = peak(&mut world);
    assert_eq!(
        world.value(&read.replace("LIMIT", "all")),
        Some("12000".into())
    );
    let many = peak(&mut world);
    eprintln!("peak after 2,000 users {few} KiB, after 12,000 {many} KiB");
    // Ten megabytes of JSON came between; allocators and a mark a user take a part of it.
    assert!(many - few < 4 * 1024, "{few} KiB, then {many} KiB");
}
