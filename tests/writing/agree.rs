//! A fault at each call of a statement, for many statements: what its error says and what the tenant has agree.

use crate::support::writable;
use serde_json::{json, Value};
use simulator::{Fault, FaultKind, Simulator};
use std::collections::BTreeSet;
use xtask::World;

/// A statement and what it changes.
struct Case {
    sql: &'static str,
    /// Makes the tenant what it is before the statement.
    prepare: fn(&Simulator),
    /// What of the statement's rows the tenant has, as errors name them.
    written: fn(&Simulator) -> BTreeSet<String>,
}

const CASES: &[Case] = &[
    Case {
        sql: "insert into users (connection, email, password) select 'Username-Password-Authentication', 'n' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 4) n",
        prepare: no_users,
        written: |sim| named(sim.users(), "email", |_| true),
    },
    Case {
        sql: "insert into users (connection, email, password) select 'Username-Password-Authentication', 'n' || n || '@example.com', 'S3cret-Word!' from generate_series(1, 3) n returning user_id",
        prepare: no_users,
        written: |sim| named(sim.users(), "email", |_| true),
    },
    Case {
        sql: "update users set nickname = 'new', user_metadata = user_metadata || '{\"b\": 2}' where nickname = 'old'",
        prepare: users,
        written: |sim| named(sim.users(), "user_id", |user| user["nickname"] == "new" && user["user_metadata"] == json!({"a": 1, "b": 2})),
    },
    Case {
        // Each row in two requests.
        sql: "update users set email = 'new' || email, password = 'An0ther-Word!' where nickname = 'old'",
        prepare: users,
        written: |sim| named(sim.users(), "user_id", |user| user["email"].as_str().is_some_and(|email| email.starts_with("new")) && user.get("last_password_reset").is_some()),
    },
    Case {
        sql: "delete from users where nickname = 'old'",
        prepare: users,
        written: |sim| gone((0..4).map(|n| format!("user_id \"{}\"", user_id(n))), &named(sim.users(), "user_id", |_| true)),
    },
    Case {
        sql: "insert into roles (name) select 'role ' || n from generate_series(1, 4) n",
        prepare: no_roles,
        written: |sim| named(sim.objects(&["roles"]), "name", |_| true),
    },
    Case {
        sql: "update roles set description = 'new' where name like 'role%'",
        prepare: roles,
        written: |sim| named(sim.objects(&["roles"]), "id", |role| role["description"] == "new"),
    },
    Case {
        sql: "delete from roles where name like 'role%'",
        prepare: roles,
        written: |sim| gone((0..4).map(|n| format!("id \"{}\"", role_id(n))), &named(sim.objects(&["roles"]), "id", |_| true)),
    },
    Case {
        // A batch for each user.
        sql: "insert into user_roles (user_id, role_id) select user_id, r.id from users, roles r where nickname = 'old' and r.name like 'role%'",
        prepare: users_and_roles,
        written: pairs,
    },
    Case {
        sql: "delete from user_roles where user_id in (select user_id from users where nickname = 'old')",
        prepare: tied,
        written: |sim| gone(all_pairs(), &pairs(sim)),
    },
    Case {
        // Batches of ten on one path, one after the other.
        sql: "insert into organization_members (organization_id, user_id) select 'org_agreement', 'auth0|m' || n from generate_series(1, 25) n",
        prepare: members,
        written: |sim| {
            let list = sim.objects(&["organizations", "org_agreement", "members"]);
            list.iter().map(|row| format!("organization_id \"org_agreement\", user_id {}", row["user_id"])).collect()
        },
    },
    Case {
        sql: "insert into clients (name, app_type) select 'client ' || n, 'spa' from generate_series(1, 3) n",
        prepare: |sim| remove(sim, &["clients"], "client_id", "client "),
        written: |sim| named(sim.objects(&["clients"]), "name", |client| client["name"].as_str().is_some_and(|name| name.starts_with("client "))),
    },
    Case {
        sql: "update organizations set display_name = 'new' where name like 'org%'",
        prepare: |sim| {
            for n in 0..3 {
                sim.put_object(&["organizations"], json!({"id": format!("org_a{n}"), "name": format!("org{n}"), "display_name": "old"}));
            }
        },
        written: |sim| named(sim.objects(&["organizations"]), "id", |one| one["display_name"] == "new"),
    },
];

fn user_id(n: usize) -> String {
    format!("auth0|u{n}")
}

fn role_id(n: usize) -> String {
    format!("rol_agreement{n}")
}

fn no_users(sim: &Simulator) {
    sim.clear_users();
}

fn a_user(sim: &Simulator, id: &str) {
    let identity = json!({"connection": "Username-Password-Authentication", "provider": "auth0", "user_id": id.trim_start_matches("auth0|"), "isSocial": false});
    sim.put_user(json!({
        "user_id": id, "email": format!("{}@example.com", id.replace('|', "-")), "nickname": "old",
        "identities": [identity], "user_metadata": {"a": 1},
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
    }));
}

fn users(sim: &Simulator) {
    sim.clear_users();
    (0..4).for_each(|n| a_user(sim, &user_id(n)));
}

/// Takes away the rows whose key begins so.
fn remove(sim: &Simulator, list: &[&str], id: &str, name: &str) {
    for row in sim.objects(list) {
        if row["name"]
            .as_str()
            .is_some_and(|text| text.starts_with(name))
        {
            sim.remove_object(list, row[id].as_str().expect("an id"));
        }
    }
}

fn no_roles(sim: &Simulator) {
    remove(sim, &["roles"], "id", "");
}

fn roles(sim: &Simulator) {
    no_roles(sim);
    for n in 0..4 {
        sim.put_object(
            &["roles"],
            json!({"id": role_id(n), "name": format!("role {n}")}),
        );
        for user in sim.objects(&["roles", &role_id(n), "users"]) {
            let id = user["user_id"].as_str().expect("an id");
            sim.remove_object(&["roles", &role_id(n), "users"], id);
        }
    }
}

fn users_and_roles(sim: &Simulator) {
    users(sim);
    roles(sim);
}

fn tied(sim: &Simulator) {
    users_and_roles(sim);
    for n in 0..4 {
        for user in 0..4 {
            sim.put_object(
                &["roles", &role_id(n), "users"],
                json!({ "user_id": user_id(user) }),
            );
        }
    }
}

fn members(sim: &Simulator) {
    sim.clear_users();
    sim.put_object(
        &["organizations"],
        json!({"id": "org_agreement", "name": "agreement"}),
    );
    for n in 1..=25 {
        let id = format!("auth0|m{n}");
        a_user(sim, &id);
        sim.remove_object(&["organizations", "org_agreement", "members"], &id);
    }
}

fn named(rows: Vec<Value>, key: &str, is: fn(&Value) -> bool) -> BTreeSet<String> {
    rows.iter()
        .filter(|row| is(row))
        .map(|row| format!("{key} {}", row[key]))
        .collect()
}

fn gone(all: impl Iterator<Item = String>, left: &BTreeSet<String>) -> BTreeSet<String> {
    all.filter(|name| !left.contains(name)).collect()
}

fn pair(user: &str, role: &str) -> String {
    format!("user_id \"{user}\", role_id \"{role}\"")
}

fn all_pairs() -> impl Iterator<Item = String> {
    (0..16).map(|n| pair(&user_id(n / 4), &role_id(n % 4)))
}

fn pairs(sim: &Simulator) -> BTreeSet<String> {
    let of = |n: usize| {
        let role = role_id(n);
        let users = sim.objects(&["roles", &role, "users"]);
        users
            .into_iter()
            .map(move |user| pair(user["user_id"].as_str().expect("an id"), &role))
            .collect::<Vec<_>>()
    };
    (0..4).flat_map(of).collect()
}

/// The rows that a part of an error's detail names.
fn rows(text: &str) -> BTreeSet<String> {
    let inner = |part: &str| Some(part.split_once('(')?.1.split_once(')')?.0.to_owned());
    text.split("row ").skip(1).filter_map(inner).collect()
}

/// Rows that an error says were written, and those it does not know of.
fn told(detail: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (told, _) = detail
        .split_once(" All others have not been ")
        .expect("what has not been");
    let (certain, unknown) = told.split_once(" Not known: ").unwrap_or((told, ""));
    let (written, _) = certain.split_once(" Failed: ").unwrap_or((certain, ""));
    (rows(written), rows(unknown))
}

fn status(code: u16) -> FaultKind {
    FaultKind::Status {
        code,
        body: None,
        headers: vec![("retry-after".into(), "0".into())],
    }
}

/// Runs the statement with a fault at its `nth` call of a kind, where it changes so many rows without; how many such
/// calls there were.
fn trial(
    world: &mut World,
    case: &Case,
    method: Option<&str>,
    nth: usize,
    kind: Option<&FaultKind>,
    all: usize,
) -> usize {
    let at = format!("{} {method:?} {nth} {kind:?}", case.sql);
    (case.prepare)(&world.sim);
    let before = (case.written)(&world.sim);
    assert!(before.is_empty(), "{at}: {before:?}");
    world.sim.clear_journal();
    world.sim.clear_faults();
    if let Some(kind) = kind {
        let mut fault = Fault::new(kind.clone()).after(nth);
        fault.method = method.map(str::to_owned);
        world.sim.inject(fault);
    }
    let outcome = world.sql.batch_execute(case.sql);
    let there = (case.written)(&world.sim);
    let (calls, refused) = {
        let journal = world.sim.journal();
        let of_kind = |entry: &&simulator::Entry| {
            method.is_none_or(|method| entry.method == method) && entry.method != "GET"
                || method == Some(entry.method.as_str())
        };
        (
            journal.iter().filter(of_kind).count(),
            kind == Some(&status(400)),
        )
    };
    match (outcome, kind) {
        (Ok(()), None) => assert!(!there.is_empty(), "{at}"),
        // Refused unread and sent again, or an answer without a body.
        (Ok(()), Some(kind)) => assert!(
            [status(429), FaultKind::ResetMidBody].contains(kind) && there.len() == all,
            "{at}: {there:?}"
        ),
        (Err(error), _) => {
            let error = error
                .as_db_error()
                .unwrap_or_else(|| panic!("{at}: {error:?}"));
            let detail = error.detail().unwrap_or_default();
            if !detail.contains(" All others have not been ") {
                // The first row.
                let not_known = usize::from(error.code().code() == "08007");
                assert!(there.len() <= not_known, "{at}: {error:?}");
                return calls;
            }
            // Errors name no more than twenty rows; of more they tell the places.
            if detail.contains(" (rows ") {
                let (count, _) = detail.split_once(" (rows ").expect("a count");
                let count: usize = count.rsplit(' ').next().unwrap().parse().unwrap();
                let (_, not_known) = told(detail);
                let possible = count..=count + not_known.len();
                assert!(possible.contains(&there.len()), "{at}: {detail}");
                return calls;
            }
            let (written, not_known) = told(detail);
            assert!(written.is_subset(&there), "{at}: {detail}\n{there:?}");
            let surprising: Vec<_> = there
                .difference(&written)
                .filter(|row| !not_known.contains(*row))
                .collect();
            assert!(surprising.is_empty(), "{at}: {detail}\n{surprising:?}");
            if refused {
                assert_eq!(there.difference(&written).count(), 0, "{at}: {detail}");
            }
        }
    }
    calls
}

#[test]
fn what_the_error_says_is_what_the_tenant_has() {
    let mut world = writable(0);
    world.run("set auth0_fdw.max_deletes = 0");
    let mut trials = 0;
    for concurrency in [1, 4] {
        let action = if concurrency == 1 { "add" } else { "set" };
        world.run(&format!(
            "alter server auth0 options ({action} concurrency '{concurrency}')"
        ));
        for case in CASES {
            let method = if case.sql.starts_with("insert") {
                "POST"
            } else if case.sql.starts_with("update") {
                "PATCH"
            } else {
                "DELETE"
            };
            let calls = trial(&mut world, case, Some(method), 0, None, 0);
            assert!(calls > 1, "{}", case.sql);
            let all = (case.written)(&world.sim).len();
            let reads = world
                .sim
                .journal()
                .iter()
                .filter(|entry| entry.method == "GET")
                .count();
            for nth in 0..calls {
                for kind in [
                    status(400),
                    status(429),
                    status(500),
                    FaultKind::ResetBeforeResponse,
                    FaultKind::ResetMidBody,
                ] {
                    trial(&mut world, case, Some(method), nth, Some(&kind), all);
                    trials += 1;
                }
            }
            for nth in 0..reads {
                trial(&mut world, case, Some("GET"), nth, Some(&status(400)), all);
                let there = (case.written)(&world.sim);
                assert!(there.is_empty(), "{}: {there:?}", case.sql);
            }
        }
    }
    assert!(trials > 400, "{trials}");
}
