//! A talkative server's log, and every question a curious role could ask: no secret in either.

use crate::secrecy::{answer, assert_absent, pieces};
use crate::support::{create_vault, declare, keep, role, KeyId};
use simulator::{rsa_pair, ClientSpec, Fault, FaultKind};
use xtask::world::token;
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

/// What the owner typed is in the log, so a secret in what follows would be found.
fn assert_found(log: &str, secrets: &[String]) {
    for piece in secrets.iter().flat_map(|secret| pieces(secret)) {
        assert!(
            log.contains(&piece),
            "not even what was typed is in the log"
        );
    }
}

/// Lets the role ask everything in three states of the tenant, with a fresh connection each; then reads the log
/// from where the declarations had been typed.
fn pry(cluster: &Cluster, w: &mut World, user: &str, secrets: &[String]) {
    // What is tried again tells nothing new.
    w.run("alter server auth0 options (add max_retries '0')");
    w.run(&format!("grant select on users to {user}"));
    let before = cluster.log();
    assert_found(&before, secrets);
    let typed = before.len();
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
fn a_secret_in_a_mapping() {
    let (cluster, mut w, user) = talkative();
    let (url, token, client) = (w.sim.url(), token(&w.sim), w.sim.client());
    // A role sees the options of its own mapping only with USAGE on the server; that is Postgres' rule.
    let both = ["public".to_owned(), user.clone()];
    for (turn, options) in [
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
    ]
    .into_iter()
    .enumerate()
    {
        declare(&mut w, &[("url", &url)]);
        w.run(&format!(
            "create user mapping for {} server auth0 options ({options})",
            both[turn % 2]
        ));
        let mut typed = vec![token.clone(), client.secret.clone()];
        typed.retain(|secret| options.contains(secret));
        pry(&cluster, &mut w, &user, &typed);
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
