//! auth0.import_users that ends before its jobs do.

use std::time::{Duration, Instant};

use crate::support::{psql, writable};
use simulator::{Fault, FaultKind, Simulator};
use xtask::World;

/// The simulator's first job.
const JOB: &str = "job_000000514a0b0000";

fn import(source: &str) -> String {
    format!("select auth0.import_users('auth0', 'Username-Password-Authentication', '{source}')")
}

/// A query of so many users that go into several files.
fn users(count: usize) -> String {
    format!("select ''u'' || n || ''@example.com'' as email, jsonb_build_object(''pad'', repeat(''x'', 1000)) as user_metadata from generate_series(1, {count}) n")
}

/// Waits until somebody has asked after a job.
fn asked_after_a_job(sim: &Simulator) {
    let since = Instant::now();
    let asked = |entry: &simulator::Entry| entry.path.starts_with("/api/v2/jobs/job_");
    while !sim.journal().iter().any(asked) {
        assert!(since.elapsed() < Duration::from_secs(60), "nobody asks");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_cancelled_import_says_which_jobs_go_on() {
    let mut world = writable(0);
    world
        .sim
        .configure(|config| config.jobs.takes = Duration::from_secs(3600));
    let pid = world.value("select pg_backend_pid()").unwrap();
    let mut other = world.db.connect();
    let error = std::thread::scope(|scope| {
        let World { sql, sim, .. } = &mut world;
        let running = scope.spawn(move || xtask::world::error(sql, &import(&users(3))));
        asked_after_a_job(sim);
        other
            .batch_execute(&format!("select pg_cancel_backend({pid})"))
            .unwrap();
        running.join().unwrap()
    });
    assert_eq!(
        (error.code().code(), error.detail()),
        (
            "57014",
            Some(&*format!(
                "Auth0 goes on with jobs that it has accepted: {JOB}."
            ))
        )
    );
}

#[test]
fn an_error_of_the_source_says_what_was_done_before() {
    let mut world = writable(0);
    // Two files run and three are ready at most: when the last user comes, the first files are done.
    let source = users(4000).replace("''u'' ||", "''u'' || 1 / (4000 - n) ||");
    let error = world.error(&import(&source));
    assert_eq!(error.code().code(), "22012");
    let detail = error.detail().unwrap_or_default();
    assert!(detail.contains("Jobs that are done: "), "{detail}");
    let done = world.sim.users().len();
    assert!(done >= 400, "{done}");
}

#[test]
fn a_job_that_nobody_hears_of_is_not_said_to_have_failed() {
    let mut world = writable(0);
    world.run("alter server auth0 options (add max_retries '0')");
    let broken = FaultKind::Status {
        code: 500,
        body: None,
        headers: Vec::new(),
    };
    world
        .sim
        .inject(Fault::new(broken).on("/api/v2/jobs/job_").forever());
    let error = world.error(&import(&users(3)));
    assert_eq!(
        (error.code().code(), error.message()),
        (
            "08007",
            "it is not known what has become of an Auth0 import"
        )
    );
    let detail = error.detail().unwrap_or_default();
    assert!(
        detail.starts_with(&format!(
            "Auth0 has accepted jobs that may go on: {JOB}. Auth0 failed to answer: "
        )),
        "{detail}"
    );
    let look = format!("auth0.get(server, '/api/v2/jobs/{JOB}', '{{}}')");
    assert!(
        error.hint().unwrap_or_default().contains(&look),
        "{error:?}"
    );
    let said = psql(&world, &format!("{};", import(&users(3))));
    assert!(
        said.contains("ERROR") && !said.contains("users imported"),
        "{said}"
    );
}

#[test]
fn a_job_whose_refusals_cannot_be_read_is_done() {
    let mut world = writable(0);
    world.run("alter server auth0 options (add max_retries '0')");
    let broken = FaultKind::Status {
        code: 403,
        body: None,
        headers: Vec::new(),
    };
    world.sim.inject(
        Fault::new(broken)
            .on(&format!("/api/v2/jobs/{JOB}/errors"))
            .forever(),
    );
    let said = psql(
        &world,
        &format!(
            "{};",
            import("select * from (values (''a@example.com''), (''nobody'')) as source (email)")
        ),
    );
    assert!(
        said.contains("NOTICE:  users imported: 1 inserted, 0 updated, 1 failed")
            && said.contains("ERROR"),
        "{said}"
    );
}
