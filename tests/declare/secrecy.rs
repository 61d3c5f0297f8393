//! A role without rights sees no secret: not in an error, not in the log, not in EXPLAIN, not in a view.

use crate::support::{create_vault, declare, keep, requests, role, world, KeyId};
use postgres::{Client, SimpleQueryMessage};
use simulator::{rsa_pair, ClientSpec, Fault, FaultKind};
use std::time::{Duration, Instant};
use xtask::world::{query_text, token};
use xtask::{Cluster, PgConfig, World};

const READ: &str = "select * from users";

/// Everything Postgres can be made to log of what it runs; the log is a cluster's, so this one is the test's own.
const TALKATIVE: [(&str, &str); 12] = [
    ("log_min_messages", "debug5"),
    ("log_min_error_statement", "debug5"),
    ("log_error_verbosity", "verbose"),
    ("log_statement", "all"),
    ("log_duration", "on"),
    ("log_parameter_max_length_on_error", "-1"),
    ("log_min_duration_statement", "0"),
    ("debug_print_parse", "on"),
    ("debug_print_rewritten", "on"),
    ("debug_print_plan", "on"),
    ("log_executor_stats", "on"),
    ("log_connections", "on"),
];

/// What must not be found, and the pieces of it that would give it away.
fn pieces(secret: &str) -> Vec<String> {
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

fn assert_absent(text: &str, secrets: &[String], place: &str) {
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
fn answer(sql: &mut Client, statement: &str) -> String {
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

/// What a curious role could ask.
const QUESTIONS: [&str; 12] = [
    READ,
    "explain select * from users",
    "explain (verbose, settings) select * from users",
    "explain (analyze, verbose, buffers, format json) select * from users",
    "select * from pg_stat_activity",
    "select * from pg_user_mappings",
    "select * from pg_foreign_server",
    "select * from information_schema.user_mapping_options",
    "select * from information_schema.foreign_server_options",
    "select * from information_schema.foreign_table_options",
    "select * from pg_prepared_statements",
    "do $$ declare s text; d text; h text; c text; begin perform * from users; exception when others then
       get stacked diagnostics s = message_text, d = pg_exception_detail, h = pg_exception_hint,
         c = pg_exception_context; raise 'told: % % % %', s, d, h, c; end $$",
];

/// Lets the role ask everything in three states of the tenant, with a fresh connection each; then reads the log
/// from where the declarations had been typed.
fn pry(cluster: &Cluster, w: &mut World, user: &str, secrets: &[String]) {
    w.run(&format!("grant select on users to {user}"));
    let typed = cluster.log().len();
    let states: [Option<FaultKind>; 4] = [
        None,
        Some(FaultKind::Html { code: 403 }),
        Some(FaultKind::Status {
            code: 401,
            body: None,
            headers: Vec::new(),
        }),
        Some(FaultKind::Garbage),
    ];
    for state in states {
        w.sim.clear_faults();
        for path in ["/oauth", "/api"] {
            if let Some(kind) = &state {
                w.sim.inject(Fault::new(kind.clone()).on(path).forever());
            }
            let mut sql = w.db.connect_as(user);
            sql.batch_execute("set client_min_messages = debug5")
                .unwrap();
            for question in QUESTIONS {
                let told = answer(&mut sql, question);
                assert_absent(&told, secrets, &format!("{question} ({state:?})"));
            }
        }
    }
    w.sim.clear_faults();
    let log = cluster.log();
    assert!(log.len() > typed + 10_000, "the log is not talkative");
    assert_absent(&log[typed..], secrets, "the server's log");
}

fn talkative() -> (Cluster, World, String) {
    let cluster = Cluster::start_with(PgConfig::for_tests().unwrap().path(), &TALKATIVE).unwrap();
    let mut w = World::within(
        &cluster,
        simulator::Config {
            users: 3,
            ..Default::default()
        },
    );
    let user = role(&mut w, "curious");
    (cluster, w, user)
}

#[test]
fn a_token_a_client_secret_or_a_key_in_vault() {
    let (cluster, mut w, user) = talkative();
    create_vault(&mut w, KeyId::Absent);
    let (url, token, client, pair) = (w.sim.url(), token(&w.sim), w.sim.client(), rsa_pair());
    let with_key = w.sim.add_client(ClientSpec {
        public_key_pem: Some(pair.public_pem),
        ..ClientSpec::default()
    });
    let wrong = rsa_pair().private_pem;
    let broken = pair.private_pem.replace("END", "EMD");
    let secrets = [token, client.secret, pair.private_pem, wrong, broken];
    for (i, secret) in secrets.iter().enumerate() {
        keep(&mut w, secret, &format!("secret{i}"));
    }
    for options in [
        vec![("url", url.as_str()), ("api_key_name", "secret0")],
        vec![
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret_name", "secret1"),
        ],
        vec![
            ("url", &url),
            ("client_id", &with_key.id),
            ("private_key_name", "secret2"),
        ],
        vec![
            ("url", &url),
            ("client_id", &with_key.id),
            ("private_key_name", "secret3"),
        ],
        vec![
            ("url", &url),
            ("client_id", &with_key.id),
            ("private_key_name", "secret4"),
        ],
        vec![
            ("url", &url),
            ("client_id", &client.id),
            ("client_secret_name", "secret0"),
        ],
        vec![("url", &url), ("api_key_name", "secret2")],
        vec![("api_key_name", "secret1")],
    ] {
        declare(&mut w, &options);
        pry(&cluster, &mut w, &user, &secrets);
    }
}

#[test]
fn a_secret_in_the_mapping_for_public() {
    let (cluster, mut w, user) = talkative();
    let (url, token, client) = (w.sim.url(), token(&w.sim), w.sim.client());
    for options in [
        format!("api_key '{token}'"),
        format!(
            "client_id '{}', client_secret '{}'",
            client.id, client.secret
        ),
        format!(
            "client_id '{}', client_secret 'x{}'",
            client.id, client.secret
        ),
        format!("client_id '{}', private_key '{}'", client.id, client.secret),
    ] {
        declare(&mut w, &[("url", &url)]);
        w.run(&format!(
            "create user mapping for public server auth0 options ({options})"
        ));
        pry(
            &cluster,
            &mut w,
            &user,
            &[token.clone(), client.secret.clone()],
        );
    }
}

#[test]
fn tokens_that_were_fetched_are_not_shown_either() {
    let (cluster, mut w, user) = talkative();
    let (url, client) = (w.sim.url(), w.sim.client());
    let fetched = "eyJmZXRjaGVkIjoidG9rZW4ifQ.c2VjcmV0LXBheWxvYWQtaGVyZQ.c2lnbmF0dXJlLWhlcmUtdG9v";
    declare(&mut w, &[("url", &url), ("client_id", &client.id)]);
    w.run(&format!(
        "create user mapping for public server auth0 options (client_secret '{}')",
        client.secret
    ));
    w.run(&format!("grant select on users to {user}"));
    let typed = cluster.log().len();
    for body in [
        format!("{{\"access_token\":\"{fetched}\",\"expires_in\":86400}}"),
        format!("{{\"access_token\":\"{fetched}\\n\"}}"),
        format!("{{\"access_token\":[\"{fetched}\"]}}"),
        format!("{{\"access_token\":\"{fetched}\""),
        format!("{{\"token\":\"{fetched}\"}}"),
    ] {
        let answers = FaultKind::Status {
            code: 200,
            body: Some(body),
            headers: Vec::new(),
        };
        w.sim
            .inject(Fault::new(answers).on("/oauth/token").forever());
        let mut sql = w.db.connect_as(&user);
        sql.batch_execute("set client_min_messages = debug5")
            .unwrap();
        let told = answer(&mut sql, READ);
        assert!(told.contains("28000") || told.contains("HV00M"), "{told}");
        assert_absent(&told, &[fetched.to_owned()], READ);
        w.sim.clear_faults();
    }
    assert_absent(
        &cluster.log()[typed..],
        &[fetched.to_owned(), client.secret],
        "the server's log",
    );
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
