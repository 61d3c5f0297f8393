//! What a fault between two calls leaves: the error and the tenant agree.

use crate::support::{psql, tally, user, writable};
use simulator::{Fault, FaultKind};

/// Hits the request with this method after so many of them, once.
fn fault(method: &str, skip: usize, kind: FaultKind) -> Fault {
    Fault {
        method: Some(method.to_owned()),
        skip,
        ..Fault::new(kind)
    }
}

fn refused(code: u16) -> FaultKind {
    FaultKind::Status {
        code,
        body: None,
        headers: Vec::new(),
    }
}

#[test]
fn between_the_rows_of_an_update() {
    for skip in 0..4 {
        let mut world = writable(0);
        world.run("alter server auth0 options (add concurrency '1')");
        for n in 0..4 {
            user(&mut world, &format!("u{n}@example.com"));
        }
        world.sim.inject(fault("PATCH", skip, refused(403)));
        let error = world.error("update users set nickname = 'new'");
        let changed = world
            .sim
            .users()
            .iter()
            .filter(|user| user["nickname"] == "new")
            .count();
        assert_eq!(changed, skip);
        let detail = error.detail().unwrap();
        assert!(detail.contains(&format!("Written: {skip}")), "{detail}");
        assert!(
            detail.contains(&format!("Failed: row {}", skip + 1)),
            "{detail}"
        );
    }
}

#[test]
fn between_the_requests_of_one_row() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    world.sim.inject(fault("PATCH", 1, refused(400)));
    let error = world.error(&format!("update users set email = 'b@example.com', password = 'An0ther-Word!' where user_id = '{id}'"));
    let detail = error.detail().unwrap();
    assert!(
        detail.contains("Changed: email") && detail.contains("Failed: password"),
        "{detail}"
    );
    assert_eq!(world.sim.users()[0]["email"], "b@example.com");
}

#[test]
fn an_answer_that_is_lost_is_said_to_be_unknown_and_not_sent_again() {
    let mut world = writable(0);
    world.sim.clear_journal();
    world.sim.inject(fault("POST", 0, FaultKind::ResetMidBody));
    let error = world.error("insert into users (connection, email, password) values ('Username-Password-Authentication', 'a@example.com', 'S3cret-Word!')");
    assert_eq!(error.code().code(), "08007", "{error:?}");
    assert_eq!(tally(&world), [0, 1, 0, 0]);
    assert_eq!(world.sim.users().len(), 1);
}

#[test]
fn rows_that_nobody_knows_of_are_told_as_such() {
    let mut world = writable(0);
    world.run("insert into roles (name) values ('uk1'), ('uk2')");
    let mut lost = fault("DELETE", 0, FaultKind::ResetMidBody);
    lost.times = Some(2);
    world.sim.inject(lost);
    let error = world.error("delete from roles where name like 'uk_'");
    assert_eq!(error.code().code(), "08007", "{error:?}");
    assert_eq!(
        error.message(),
        "it is not known which of the rows of \"roles\" were deleted"
    );
    let detail = error.detail().unwrap();
    assert!(
        detail.starts_with("Deleted: 0. Not known: row "),
        "{detail}"
    );
    assert!(
        detail.contains("All others have not been deleted."),
        "{detail}"
    );
    assert!(error.hint().unwrap().contains("Read the rows"), "{error:?}");
    world.sim.clear_faults();
    // Somebody's page in between is no answer of Auth0's.
    world
        .sim
        .inject(fault("POST", 0, FaultKind::Html { code: 200 }));
    let error = world.error("insert into roles (name) values ('html') returning id");
    assert_eq!(error.code().code(), "08007", "{error:?}");
}

#[test]
fn a_row_that_cannot_be_sent_after_others_were() {
    let mut world = writable(0);
    for returning in ["", " returning user_id"] {
        world.sim.clear_users();
        let rows = match returning {
            "" => 1200,
            _ => 3,
        };
        let error = world.error(&format!(
            "insert into users (connection, email, password) select case when n < {rows} then 'Username-Password-Authentication' end, 'u' || n || '@example.com', 'S3cret-Word!' from generate_series(1, {rows}) n{returning}"
        ));
        assert_eq!(error.code().code(), "23502");
        let stored = world.sim.users().len();
        let detail = error.detail().unwrap();
        assert!(stored > 0 && stored < rows, "{stored}");
        let first = match stored {
            1..=20 => "row 1 ",
            _ => "rows 1–",
        };
        assert!(
            detail.contains(&format!("Written: {stored} ({first}")),
            "{detail}"
        );
        assert!(detail.contains(&format!("Failed: row {rows}.")), "{detail}");
    }
    world.sim.clear_users();
    for n in 0..3 {
        user(&mut world, &format!("u{n}@example.com"));
    }
    let error =
        world.error("update users set email_verified = case when email < 'u2' then true end");
    assert_eq!(error.code().code(), "23502");
    let verified = world
        .sim
        .users()
        .iter()
        .filter(|user| user["email_verified"] == true)
        .count();
    let said = error.detail().unwrap_or_default().to_owned();
    assert_eq!(
        verified > 0,
        said.contains(&format!("Written: {verified}")),
        "{verified} {said}"
    );
}

#[test]
fn explain_and_the_log_say_what_is_sent() {
    let mut world = writable(0);
    let id = user(&mut world, "a@example.com");
    let plan = world.explain(
        "",
        &format!("update users set nickname = 'x' where user_id = '{id}'"),
    );
    assert!(
        plan.contains("Foreign Update on users")
            && plan.contains("Auth0 Write: PATCH /api/v2/users/auth0%7C"),
        "{plan}"
    );
    let plan = world.explain("", "delete from users where name = 'First'");
    assert!(
        plan.contains("Auth0 Write: DELETE /api/v2/users/{user_id}")
            && plan.contains("Auth0 Read First"),
        "{plan}"
    );
    for (statement, told) in [
        (
            "update users set email = 'b@example.com', password = 'x' where name = 'First'",
            "PATCH /api/v2/users/{user_id}, more than once: not all columns go together",
        ),
        (
            "update actions set code = 'x', deploy = true where name = 'a'",
            "PATCH /api/v2/actions/actions/{id}, then POST /api/v2/actions/actions/{id}/deploy",
        ),
        (
            "update connections set options = '{}' where name = 'a'",
            "PATCH /api/v2/connections/{id} (after a GET)",
        ),
        (
            "update action_trigger_bindings set display_name = 'x' where trigger_id = 'post-login'",
            "PATCH /api/v2/actions/triggers/{trigger_id}/bindings (after a GET)",
        ),
    ] {
        let plan = world.explain("", statement);
        let mut lines = plan.lines().map(str::trim);
        let line = lines.find(|line| line.starts_with("Auth0 Write: "));
        assert_eq!(line, Some(format!("Auth0 Write: {told}").as_str()));
    }
    assert_eq!(world.sim.users().len(), 1);
    let plan = world.explain(
        "analyze",
        "update users set nickname = nickname || 'y' where email = 'a@example.com'",
    );
    assert!(plan.contains("Auth0 Write Calls: 1"), "{plan}");
    let plan = world.explain(
        "verbose, analyze",
        "update users set nickname = (select 'z') where email = 'a@example.com' returning user_id",
    );
    assert!(plan.contains("Auth0 Write Calls: 1"), "{plan}");
    let pid = world.value("select pg_backend_pid()").unwrap();
    world.run(&format!("set auth0_fdw.log_writes = on; update users set password = 'An0ther-Word!' where user_id = '{id}'"));
    let log = xtask::Cluster::shared().log();
    let line = log
        .lines()
        .find(|line| line.contains("auth0_fdw: PATCH") && line.contains(&format!("/{pid}/")));
    assert!(
        line.is_some_and(|line| line.contains("done in") && !line.contains("An0ther")),
        "{line:?}"
    );
}

#[test]
fn procedures_ctes_and_gone_rows() {
    let mut world = writable(0);
    for n in 0..5 {
        user(&mut world, &format!("u{n}@example.com"));
    }
    world.run("do $$ declare one record; begin for one in select user_id from users loop update users set nickname = 'loop' where user_id = one.user_id; end loop; end $$");
    assert_eq!(
        world
            .sim
            .users()
            .iter()
            .filter(|user| user["nickname"] == "loop")
            .count(),
        5
    );
    let moved = world.query_text("with gone as (delete from users where email < 'u2' returning email) select count(*) from gone");
    assert_eq!(moved, [[Some("2".to_owned())]]);
    // A row that goes while the statement runs is none of its rows.
    world.sim.after(1, "/api/v2/users", |sim| {
        let id = sim
            .users()
            .iter()
            .find(|user| user["email"] == "u4@example.com")
            .unwrap()["user_id"]
            .as_str()
            .unwrap()
            .to_owned();
        sim.remove_user(&id);
    });
    let changed = world
        .sql
        .execute(
            "update users set nickname = 'late' where nickname = 'loop'",
            &[],
        )
        .unwrap();
    assert_eq!(changed, 2);
    let said = psql(&world, "begin; declare c cursor for select user_id from users; fetch 1 from c; delete from users where current of c;");
    assert!(said.contains("WHERE CURRENT OF is not supported"), "{said}");
}
