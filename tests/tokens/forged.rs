//! Tokens that PyJWT has made: each algorithm accepted where it is allowed, each attack refused by the check it attacks.

use crate::support::{issuer, AUDIENCE};
use serde_json::Value;
use simulator::Config;
use std::path::Path;
use xtask::command::{capture, command};
use xtask::python::python;
use xtask::World;

fn forged(issuer: &str) -> Value {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tokens/forge");
    let python = python(&scripts.join("requirements.txt")).unwrap();
    let mut forge = command(python);
    forge.arg(scripts.join("forge.py")).args([issuer, AUDIENCE]);
    let output = capture(&mut forge).unwrap();
    serde_json::from_str(&output).unwrap()
}

#[test]
fn every_token_of_another_implementation() {
    let mut world = World::new(Config::default());
    let issuer = issuer(&world.sim);
    let forged = forged(&issuer);
    world
        .sim
        .configure(|config| config.jwks = Some(forged["jwks"].to_string()));
    world.run(&format!(
        r#"select auth0.add_issuer('{issuer}', array['{AUDIENCE}'],
           '{{"algorithms": ["RS256", "RS384", "RS512", "PS256", "ES256", "HS256"], "secret": {}}}')"#,
        forged["secret"]
    ));
    let tokens = forged["tokens"].as_array().unwrap();
    let mut wrong = Vec::new();
    for made in tokens {
        let (name, token) = (
            made["name"].as_str().unwrap(),
            made["token"].as_str().unwrap(),
        );
        let row = world
            .sql
            .query_one(
                "select claims->>'sub', failed_check, reason from auth0.try_verify($1)",
                &[&token],
            )
            .unwrap();
        let (subject, check, reason): (Option<String>, Option<String>, Option<String>) =
            (row.get(0), row.get(1), row.get(2));
        let expected = made["check"].as_str();
        if check.as_deref() != expected || subject.is_some() != expected.is_none() {
            wrong.push(format!(
                "{name}: {check:?} ({reason:?}), expected {expected:?}"
            ));
        }
        // What is refused is an error to everybody else.
        for function in ["auth0.verify", "auth0.login"] {
            let outcome = world
                .sql
                .query(&format!("select {function}($1)"), &[&token]);
            match (outcome, expected) {
                (Ok(_), None) => {}
                (Err(error), Some(check)) => {
                    let error = error.as_db_error().unwrap();
                    assert_eq!(error.code().code(), "28000", "{name}");
                    let detail = error.detail().unwrap();
                    assert!(
                        detail.starts_with(&format!("Failed check: {check}. ")),
                        "{name}: {detail}"
                    );
                }
                (outcome, _) => wrong.push(format!("{function} {name}: {outcome:?}")),
            }
        }
        assert_eq!(world.value("select auth0.user_id()"), None, "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tokens.len() > 80);
}

#[test]
fn only_rs256_unless_the_issuer_says_more() {
    let mut world = World::new(Config::default());
    let issuer = issuer(&world.sim);
    let forged = forged(&issuer);
    world
        .sim
        .configure(|config| config.jwks = Some(forged["jwks"].to_string()));
    world.run(&format!(
        "select auth0.add_issuer('{issuer}', array['{AUDIENCE}'])"
    ));
    for made in forged["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|made| made["check"].is_null())
        .take(6)
    {
        let name = made["name"].as_str().unwrap();
        let check = world.value(&format!(
            "select failed_check from auth0.try_verify('{}')",
            made["token"].as_str().unwrap()
        ));
        let expected = (name != "good RS256").then_some("algorithm");
        assert_eq!(check.as_deref(), expected, "{name}");
    }
}
