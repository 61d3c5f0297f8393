//! A fault that stays is an error that says what happened, in the time the options allow, and leaves nothing behind.

use crate::faults_once::status;
use crate::support::{self, assert_all_rows, spelled, until, Backend};
use simulator::{Fault, FaultKind};
use std::time::{Duration, Instant};
use xtask::world::World;

/// The word for the host in what is expected.
const HOST: &str = "HOST";

const SERVER_ERROR: &str =
    "\nHINT: Try again later; https://status.auth0.com shows known problems.";
const UNREADABLE: &str =
    "\nHINT: Check that url or domain is an Auth0 tenant and that nothing between changes its answers.";
const BROKEN: &str =
    "\nHINT: Check url or domain of the server, and that this machine may connect to it.";

/// Faults, the error each becomes on a listing, and how often a page is asked for.
fn staying() -> Vec<(FaultKind, String, usize)> {
    let server = |what: &str| {
        format!("HV00M: Auth0 failed to answer\nDETAIL: GET /api/v2/users: {what} (tried 3 times).{SERVER_ERROR}")
    };
    let unreadable = |what: &str| {
        format!("HV00M: could not read the answer of Auth0\nDETAIL: GET /api/v2/users: The answer is {what}.{UNREADABLE}")
    };
    let broken = |what: &str| {
        format!("HV00N: could not reach Auth0 at \"{HOST}\"\nDETAIL: GET /api/v2/users: The connection broke: {what} (tried 3 times).{BROKEN}")
    };
    let mut cases = vec![
        (status(408, &[]), server("HTTP 408: Request Timeout"), 3),
        (
            FaultKind::Redirect {
                location: "http://127.0.0.1:1/".into(),
            },
            unreadable("HTTP 302: a redirect, which is not followed"),
            1,
        ),
        (FaultKind::EndlessBody, unreadable("longer than 128 MiB"), 1),
        (
            FaultKind::Garbage,
            unreadable("not UTF-8 from byte 0 (tried 3 times)"),
            3,
        ),
        (FaultKind::EmptyBody, unreadable("empty (tried 3 times)"), 3),
        (
            FaultKind::ResetBeforeResponse,
            broken("Connection reset by peer"),
            3,
        ),
    ];
    for (code, words) in [
        (500, "Internal Server Error"),
        (502, "Bad Gateway"),
        (504, "Gateway Timeout"),
    ] {
        cases.push((
            status(code, &[]),
            server(&format!("HTTP {code}: {words}")),
            3,
        ));
        cases.push((FaultKind::Html { code }, server(&format!("HTTP {code}")), 3));
    }
    cases
}

fn failed(world: &mut World, table: &str) -> String {
    let host = world.sim.url().replace("http://", "");
    let error = world.error(&format!("select * from {table}"));
    spelled(&error).replace(&host, HOST)
}

#[test]
fn each_has_its_error_and_its_number_of_tries() {
    let mut world = support::world();
    let mut wrong = Vec::new();
    for (kind, expected, tries) in staying() {
        for page in [0, 2] {
            world.sim.clear_journal();
            let only = format!("page={page}");
            world
                .sim
                .inject(Fault::new(kind.clone()).query(&only).forever());
            let found = failed(&mut world, "users");
            if found != expected {
                wrong.push(format!(
                    "{kind:?} on page {page}:\n{found}\nexpected:\n{expected}"
                ));
            }
            assert_eq!(support::asked_for_page(&world.sim, page), tries, "{kind:?}");
            until("no request is left", || world.sim.in_flight() == 0);
            world.sim.clear_faults();
            assert_all_rows(&mut world.sql, &world.sim, "users");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Where exactly the bytes or the JSON end depends on the data, so only what is said about it is compared.
#[test]
fn an_answer_cut_short_is_told_apart_from_a_tenant_that_cannot_be_reached() {
    let mut world = support::world();
    let mut wrong = Vec::new();
    for kind in [
        FaultKind::Truncate,
        FaultKind::TruncateChunked,
        FaultKind::TruncatedJson,
        FaultKind::ResetMidBody,
    ] {
        world
            .sim
            .inject(Fault::new(kind.clone()).query("page=2").forever());
        let found = failed(&mut world, "users");
        let expected = if kind == FaultKind::ResetMidBody {
            "HV00N"
        } else {
            "HV00M"
        };
        if !found.starts_with(expected) || !found.contains("(tried 3 times).") {
            wrong.push(format!("{kind:?}, not {expected}: {found}"));
        }
        world.sim.clear_faults();
        assert_all_rows(&mut world.sql, &world.sim, "users");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn silence_ends_after_the_time_the_options_allow() {
    let mut world = support::world();
    world.run("alter foreign table users options (add request_timeout '400ms')");
    for kind in [
        FaultKind::HangBeforeHeaders,
        FaultKind::HangMidBody,
        FaultKind::Drip {
            byte_every: Duration::from_millis(20),
        },
    ] {
        world
            .sim
            .inject(Fault::new(kind.clone()).query("page=0").forever());
        let started = Instant::now();
        assert_eq!(
            failed(&mut world, "users"),
            "HV00N: could not reach Auth0 at \"HOST\"\n\
             DETAIL: GET /api/v2/users: The time allowed for one request ran out: no complete answer within 400 ms (tried 3 times).\n\
             HINT: If the tenant is just slow, raise request_timeout or connect_timeout, or lower page_size."
        );
        // Three tries, and pauses of at most 200 and 400 ms.
        let taken = started.elapsed();
        assert!(taken >= Duration::from_millis(1500), "{kind:?}: {taken:?}");
        assert!(taken < Duration::from_millis(2500), "{kind:?}: {taken:?}");
        until("no request is left", || world.sim.in_flight() == 0);
        world.sim.clear_faults();
    }
    world.run("alter foreign table users options (drop request_timeout)");
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn throttling_ends_after_max_rate_limit_wait() {
    let mut world = support::world();
    world.run("alter foreign table users options (add max_rate_limit_wait '1s')");
    for headers in [&[][..], &[("retry-after", "0.4")]] {
        world.sim.inject(Fault::new(status(429, headers)).forever());
        let started = Instant::now();
        let error = world.error("select * from users");
        assert!(
            started.elapsed() < Duration::from_millis(1500),
            "{:?}",
            started.elapsed()
        );
        assert_eq!(error.code().code(), "53400");
        assert_eq!(error.message(), "Auth0 keeps throttling this tenant");
        let detail = error.detail().unwrap();
        assert!(
            detail.starts_with("GET /api/v2/users: HTTP 429. "),
            "{detail}"
        );
        assert!(
            ["waited 0.", "waited 1.0"]
                .iter()
                .any(|waited| detail.to_lowercase().contains(waited))
                && detail.contains("1.0 s"),
            "{detail}"
        );
        // Without Retry-After Auth0 asks for nothing: the pauses are ours.
        assert!(!headers.is_empty() || !detail.contains("asks"), "{detail}");
        assert_eq!(
            error.hint(),
            Some("Try again later, or raise max_rate_limit_wait of the server or table.")
        );
        world.sim.clear_faults();
        assert_all_rows(&mut world.sql, &world.sim, "users");
    }
    // Longer than is allowed at all: waiting would be in vain, and the user wants to know what would be enough.
    world.sim.clear_journal();
    world
        .sim
        .inject(Fault::new(status(429, &[("retry-after", "3600")])).forever());
    let error = world.error("select * from users");
    assert_eq!(
        (error.code().code(), world.sim.journal().len()),
        ("53400", 1)
    );
    assert!(
        error.detail().unwrap().contains("3600"),
        "does not say how long Auth0 wants us to wait: {}",
        spelled(&error)
    );
}

#[test]
fn fifty_failures_leave_no_descriptor_no_thread_and_no_memory_behind() {
    let mut world = support::world();
    world.run(
        "alter foreign table users options (set max_retries '0', add request_timeout '300ms')",
    );
    let backend = Backend::of(&mut world.sql);
    let kinds = [
        status(500, &[]),
        FaultKind::Truncate,
        FaultKind::ResetBeforeResponse,
        FaultKind::HangMidBody,
        FaultKind::Garbage,
    ];
    let (mut before, mut after) = ((0, 0), (0, 0));
    for round in 0..=10 {
        for kind in &kinds {
            world.sim.inject(Fault::new(kind.clone()).query("page=2"));
            world.error("select * from users");
        }
        until("no request is left", || world.sim.in_flight() == 0);
        let now = (backend.descriptors(), backend.threads());
        if round == 0 {
            before = now;
        }
        after = now;
    }
    eprintln!("descriptors and threads: {before:?}, after fifty failures {after:?}");
    assert_eq!(before.1, after.1, "threads");
    // Connections kept warm come and go: no more than pages are fetched side by side.
    assert!(
        after.0 <= before.0 + 4,
        "descriptors {} and then {}",
        before.0,
        after.0
    );
    world.run("alter foreign table users options (drop request_timeout)");
    assert_all_rows(&mut world.sql, &world.sim, "users");
}

#[test]
fn an_endless_answer_does_not_eat_the_machine() {
    let mut world = support::world();
    let backend = Backend::of(&mut world.sql);
    world.sim.inject(Fault::new(FaultKind::EndlessBody));
    let started = Instant::now();
    world.error("select * from users");
    let peak = backend.kib("VmHWM") / 1024;
    eprintln!(
        "an endless answer: {:?}, backend's peak {peak} MiB",
        started.elapsed()
    );
    // The answer may have 128 MiB.
    assert!(peak < 256, "{peak} MiB");
    assert_all_rows(&mut world.sql, &world.sim, "users");
}
