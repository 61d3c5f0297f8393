//! More users of one millisecond than a query reaches, and tables read by export jobs.

use crate::common::{priced, sorted_ids};
use crate::paging::{all_come, world};
use simulator::Config;
use xtask::World;

/// More users of one moment than can be paged through, among others.
fn crowded(users: usize, tied_users: usize) -> World {
    world(Config {
        users,
        tied_users,
        ..Config::default()
    })
}

fn set_bulk_read(world: &mut World, how: &str) {
    world.run(&format!(
        "alter foreign table users options (add bulk_read '{how}')"
    ));
}

/// Jobs begun, by the journal.
fn jobs(world: &World) -> usize {
    let journal = world.sim.journal();
    let begun = |entry: &&simulator::Entry| entry.path == "/api/v2/jobs/users-exports";
    journal.iter().filter(begun).count()
}

#[test]
fn search_alone_says_that_it_cannot_tell_them_apart_and_never_shows_a_part() {
    for (total_cap, told) in [(Some(1000), "more than 1000"), (None, "1200")] {
        let mut world = world(Config {
            users: 3000,
            tied_users: 1200,
            total_cap,
            ..Config::default()
        });
        set_bulk_read(&mut world, "search");
        let moment = world
            .sim
            .users()
            .iter()
            .map(|user| user["created_at"].as_str().unwrap().to_owned())
            .fold(
                std::collections::HashMap::<String, usize>::new(),
                |mut all, at| {
                    *all.entry(at).or_default() += 1;
                    all
                },
            )
            .into_iter()
            .max_by_key(|(_, users)| *users)
            .unwrap();
        assert_eq!(moment.1, 1200);
        for query in [
            "select user_id from users",
            "select user_id from users order by 1",
            "select user_id from users order by created_at desc",
            "select name from users where name is not null",
        ] {
            let error = world.error(query);
            assert_eq!(error.code().code(), "54000", "{query}");
            assert_eq!(
                error.message(),
                "more than 1000 \"users\" share one \"created_at\", and the Auth0 API lets no one page through them"
            );
            if !query.contains("where") {
                assert_eq!(
                    error.detail(),
                    Some(format!("{told} rows have created_at {}.", moment.0).as_str())
                );
            }
            assert_eq!(
                error.hint(),
                Some("Set bulk_read to 'auto' on the server or table: rows that no search can tell apart are then read with an export job.")
            );
        }
        assert_eq!(
            world.query_text("select user_id from users limit 7").len(),
            7
        );
        assert_eq!(jobs(&world), 0);
    }
}

#[test]
fn auto_reads_them_with_one_export_job() {
    for always_bare in [false, true] {
        let mut world = world(Config {
            users: 3000,
            tied_users: 1200,
            always_bare,
            ..Config::default()
        });
        all_come(&mut world);
        world.sim.clear_journal();
        let (ids, _) = priced(
            &mut world,
            "select string_agg(user_id, ' ' order by user_id collate \"C\") from users",
        );
        assert!(ids.unwrap() == sorted_ids(&world.sim).join(" "));
        assert_eq!(jobs(&world), 1);
        assert_eq!(
            world.value("select count(*) from users"),
            Some("3000".into())
        );
    }
}

#[test]
fn auto_begins_no_job_where_search_will_do() {
    let mut world = crowded(2500, 900);
    all_come(&mut world);
    assert_eq!(jobs(&world), 0);
    let mut world = crowded(500, 500);
    all_come(&mut world);
    assert_eq!(jobs(&world), 0);
}

#[test]
fn export_reads_a_whole_table_with_one_job_and_looks_up_without() {
    let mut world = crowded(2500, 1);
    set_bulk_read(&mut world, "export");
    let (ids, requests) = priced(
        &mut world,
        "select string_agg(user_id, ' ' order by user_id collate \"C\") from users",
    );
    assert!(ids.unwrap() == sorted_ids(&world.sim).join(" "));
    assert_eq!(jobs(&world), 1);
    // Begun, asked after until it is done, read.
    assert!(requests <= 6, "{requests}");
    let id = world.sim.user_ids()[7].clone();
    let one = format!("select user_id from users where user_id = '{id}'");
    assert_eq!(priced(&mut world, &one), (Some(id), 1));
    assert_eq!(
        priced(&mut world, "select count(*) from users").0,
        Some("2500".into())
    );
    assert_eq!(jobs(&world), 0);
}

#[test]
fn a_job_that_fails_is_an_error_and_never_a_part_of_the_users() {
    let mut config = Config {
        users: 3000,
        tied_users: 1200,
        ..Config::default()
    };
    config.jobs.failure = Some("The file could not be written.".into());
    let mut world = world(config);
    for how in ["auto", "export"] {
        if how == "export" {
            set_bulk_read(&mut world, how);
        }
        let error = world.error("select user_id from users");
        assert_eq!(error.code().code(), "HV00M", "{error:?}");
        assert_eq!(error.message(), "the Auth0 export job failed");
        let detail = error.detail().unwrap();
        assert!(
            detail.starts_with("Job job_") && detail.ends_with(": The file could not be written."),
            "{detail}"
        );
        assert_eq!(
            error.hint(),
            Some("Run the query again, or set bulk_read to 'search' on the server or table.")
        );
    }
}
