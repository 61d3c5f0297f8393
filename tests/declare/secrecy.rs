//! A role without rights sees no secret: not in an error, not in the log, not in EXPLAIN, not in a view.

use crate::support::{create_vault, declare, keep, requests, role, world, KeyId};
use postgres::{Client, SimpleQueryMessage};
use simulator::{Fault, FaultKind};
use std::time::{Duration, Instant};
use xtask::world::{query_text, token};

const READ: &str = "select * from users";

/// What must not be found, and the pieces of it that would give it away.
pub fn pieces(secret: &str) -> Vec<String> {
    let mut pieces: Vec<String> = secret
        .split(['.', '\n'])
        .filter(|piece| piece.len() >= 16 && !piece.starts_with("-----"))
        .map(|piece| piece.chars().take(40).collect())
        .collect();
    // A JWT's header is the same for all of them, and no secret.
    pieces.retain(|piece| !piece.starts_with("eyJ0eXAi"));
    assert!(!pieces.is_empty(), "nothing to look for in a secret");
    pieces
}

pub fn assert_absent(text: &str, secrets: &[String], place: &str) {
    for secret in secrets {
        for piece in pieces(secret) {
            if let Some(at) = text.find(&piece) {
                let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
                panic!("{place} shows a secret: {}", &text[start..at]);
            }
        }
    }
}

/// Everything a connection answers: rows, errors with all their fields, and notices go to the log as well.
pub fn answer(sql: &mut Client, statement: &str) -> String {
    match sql.simple_query(statement) {
        Ok(messages) => {
            let mut text = String::new();
            for message in messages {
                if let SimpleQueryMessage::Row(row) = message {
                    for i in 0..row.len() {
                        text.push_str(row.get(i).unwrap_or("NULL"));
                        text.push('\n');
                    }
                }
            }
            text
        }
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn an_error_inside_vault_is_not_quoted() {
    let mut w = world(3);
    create_vault(&mut w, KeyId::Absent);
    let user = role(&mut w, "curious");
    keep(&mut w, "hunter2", "auth0");
    w.run("create or replace view vault.decrypted_secrets as
             select id, name, description, secret::numeric::text as decrypted_secret from vault.secrets");
    declare(&mut w, &[("api_key_name", "auth0")]);
    w.run(&format!("grant select on users to {user}"));
    let mut sql = w.db.connect_as(&user);
    let told = answer(&mut sql, READ);
    assert!(told.contains("28000"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn while_a_request_is_under_way_no_view_shows_its_token() {
    let mut w = world(3);
    let (url, token, user) = (w.sim.url(), token(&w.sim), role(&mut w, "curious"));
    declare(&mut w, &[("url", &url)]);
    w.run(&format!(
        "create user mapping for public server auth0 options (api_key '{token}')"
    ));
    w.run(&format!("grant select on users to {user}"));
    w.sim
        .inject(Fault::new(FaultKind::HangBeforeHeaders).on("/api"));
    let mut asking = w.db.connect_as(&user);
    let mut watching = w.db.connect();
    let cancel = asking.cancel_token();
    std::thread::scope(|scope| {
        let asked = scope.spawn(move || answer(&mut asking, READ));
        let started = Instant::now();
        while w.sim.in_flight() == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "no request");
            std::thread::sleep(Duration::from_millis(5));
        }
        let activity = query_text(&mut watching, "select * from pg_stat_activity");
        let activity = format!("{activity:?}");
        cancel.cancel_query(postgres::NoTls).unwrap();
        assert!(activity.contains(READ));
        assert_absent(&activity, &[token], "pg_stat_activity");
        assert!(asked.join().unwrap().contains("57014"));
    });
}

/// The validator knows the option's value; what was typed is in the log by Postgres' own doing, but not in the error.
#[test]
fn a_refused_declaration_does_not_repeat_the_secret() {
    let mut w = world(0);
    for sql in [
        "create server s foreign data wrapper auth0_fdw options (apikey 'hunter2')",
        "create server s foreign data wrapper auth0_fdw options (url 'https://u:hunter2@t.eu.auth0.com')",
        "create server s foreign data wrapper auth0_fdw options (domain 'https://hunter2')",
        "create server s foreign data wrapper auth0_fdw options (api_key 'hunter2', api_key_id 'x')",
        "create foreign table t (a text) server auth0 options (object 'users', api_key 'hunter2')",
        "create server s foreign data wrapper auth0_fdw options (page_size 'hunter2')",
    ] {
        let told = format!("{:?}", w.error(sql));
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn what_the_tenant_answers_cannot_forge_lines_of_the_log() {
    let mut w = world(0);
    let body = r#"{"statusCode":400,"message":"x\n2026-01-01 00:00:00 UTC [1] FATAL:  forged","errorCode":"a\nb"}"#;
    let kind = FaultKind::Status {
        code: 400,
        body: Some(body.to_owned()),
        headers: Vec::new(),
    };
    w.run("create foreign table users (email text) server auth0 options (object 'users')");
    w.sim.inject(Fault::new(kind).on("/api"));
    let error = w.error(READ);
    assert_eq!(error.code().code(), "HV000");
    assert!(
        !error.detail().unwrap().contains('\n'),
        "{:?}",
        error.detail()
    );
    assert_eq!(requests(&w.sim).len(), 1);
}
