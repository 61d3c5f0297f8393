//! Every option of docs/reference.md: what its value may be.

use crate::options::{declaration, reference};
use crate::support::{told, world};
use std::collections::BTreeMap;

/// A good value and bad ones for every option; a new option needs its line here.
pub fn samples() -> BTreeMap<&'static str, (&'static str, Vec<&'static str>)> {
    let count = |bad: &[&'static str]| [&["", "ten", "-1", "1.5", "4294967296"], bad].concat();
    let time = |bad: &[&'static str]| {
        [&["", "soon", "-1", "1 day", "1.2.3", "1e400h", "inf"], bad].concat()
    };
    let cost = vec!["", "cheap", "-1", "NaN", "inf", "1e999"];
    let text = vec!["", " ", "\t\n"];
    let mut samples = BTreeMap::from([
        (
            "url",
            (
                "https://tenant.eu.auth0.com/api/v2/users",
                vec![
                    "",
                    "tenant.eu.auth0.com",
                    "http://tenant.eu.auth0.com",
                    "https://",
                    "https://t.eu.auth0.com/users",
                ],
            ),
        ),
        (
            "domain",
            (
                "tenant.eu.auth0.com",
                vec![
                    "",
                    "https://tenant.eu.auth0.com",
                    "t.eu.auth0.com/api/v2",
                    "a b",
                    "u@h",
                ],
            ),
        ),
        (
            "private_key_alg",
            ("PS256", vec!["", "HS256", "rs256", "none"]),
        ),
        ("page_size", ("100", count(&["0", "101"]))),
        ("concurrency", ("16", count(&["0", "17"]))),
        ("request_timeout", ("500ms", time(&["9ms", "61min", "0"]))),
        ("connect_timeout", ("2min", time(&["9ms", "11min", "0"]))),
        ("max_retries", ("0", count(&["21"]))),
        ("max_rate_limit_wait", ("0", time(&["61min", "-5s"]))),
        ("bulk_read", ("export", vec!["", "AUTO", "true", "job"])),
        (
            "missing_feature",
            ("error", vec!["", "EMPTY", "null", "true"]),
        ),
        ("on_type_error", ("null", vec!["", "NULL", "ignore"])),
        ("fdw_startup_cost", ("0", cost.clone())),
        ("fdw_tuple_cost", ("1.5e3", cost)),
        ("updatable", ("false", vec!["", "maybe", "2"])),
        ("include_secrets", ("true", vec!["", "maybe", "2"])),
        // Of tables an endpoint, of columns a place in the object, which this can be, too.
        (
            "path",
            ("/api/v2/grants", vec!["", ".", "a..b", ".a", "a."]),
        ),
        ("list_key", ("grants", text.clone())),
        ("paging", ("offset", vec!["", "next", "Offset"])),
        ("object", ("users", vec![])),
    ]);
    for credential in [
        "api_key",
        "api_key_id",
        "api_key_name",
        "client_id",
        "client_secret",
        "client_secret_id",
        "client_secret_name",
        "private_key",
        "private_key_id",
        "private_key_name",
        "audience",
    ] {
        samples.insert(credential, ("some text", text.clone()));
    }
    samples
}

#[test]
fn a_value_out_of_range_says_what_is_in_range() {
    let mut w = world(0);
    let must_be = |name: &str, place: &str| -> String {
        match name {
            "path" if place == "table" => {
                "a path below /api/v2/, such as /api/v2/roles/{role_id}/users or /api/v2/grants?audience={audience}"
            }
            "paging" => "none or offset or checkpoint",
            "url" => "https://tenant.eu.auth0.com, with or without /api/v2 or a path below it (plain http only to a \
                      loopback address)",
            "domain" => "a host name such as tenant.eu.auth0.com, without scheme and path",
            "private_key_alg" => "RS256 or RS384 or PS256",
            "page_size" => "a whole number from 1 to 100",
            "concurrency" => "a whole number from 1 to 16",
            "request_timeout" => "a time from 10ms to 1h, as 30s, 500ms or 2min (a bare number is seconds)",
            "connect_timeout" => "a time from 10ms to 10min, as 30s, 500ms or 2min (a bare number is seconds)",
            "max_retries" => "a whole number from 0 to 20",
            "max_rate_limit_wait" => "a time from 0 to 1h, as 30s, 500ms or 2min (a bare number is seconds)",
            "bulk_read" => "search or export or auto",
            "missing_feature" => "empty or error",
            "on_type_error" => "error or null",
            "fdw_startup_cost" | "fdw_tuple_cost" => "a number, not negative",
            "updatable" | "include_secrets" => "true or false",
            "path" => "keys and array positions joined by dots, such as user_metadata.plan or identities.0.connection",
            _ => "text that is not empty",
        }
        .to_owned()
    };
    let mut wrong = Vec::new();
    for (name, on) in reference() {
        for value in &samples()[name.as_str()].1 {
            for place in &on {
                let expected = format!(
                    "HV024: invalid value for option \"{name}\"\nHINT: It must be {}.",
                    must_be(&name, place)
                );
                let sql = declaration(place, &name, value);
                match w.sql.batch_execute(&sql) {
                    Ok(()) => wrong.push(format!("accepted on {place}: {name} '{value}'")),
                    Err(e) => {
                        let told = told(e.as_db_error().unwrap());
                        if told != expected {
                            wrong.push(format!("{place}: {name} '{value}': {told}"));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_ends_of_every_range_are_in_it() {
    let mut w = world(0);
    for (name, values) in [
        ("page_size", &["1", "100", " 7 "][..]),
        ("concurrency", &["1", "16"]),
        ("request_timeout", &["10ms", "1h", "60min", "3600", "0.01"]),
        ("connect_timeout", &["10ms", "10min", "600", "1.5s"]),
        ("max_retries", &["0", "20"]),
        ("max_rate_limit_wait", &["0", "0ms", "1h"]),
        (
            "updatable",
            &["true", "TRUE", "on", "off", "yes", "no", "1", "0"],
        ),
    ] {
        for value in values {
            w.run(&declaration("server", name, value));
        }
    }
}

#[test]
fn an_unknown_object_says_what_was_meant() {
    let mut w = world(0);
    for (object, meant) in [
        ("user", "Did you mean users? "),
        ("Users", "Did you mean users? "),
        ("organisations", "Did you mean organizations? "),
        ("", ""),
        ("users; drop table x", ""),
    ] {
        assert_eq!(
            told(&w.error(&declaration("table", "object", object))),
            format!("HV00R: Auth0 object \"{object}\" does not exist\nHINT: {meant}docs/tables.md lists all objects.")
        );
    }
}

#[test]
fn where_no_validator_stands_values_are_checked_at_use() {
    let mut w = world(3);
    let (url, token) = (w.sim.url(), xtask::world::token(&w.sim));
    w.run("create foreign data wrapper bare handler auth0_fdw_handler");
    for (name, value) in [
        ("page_size", "0"),
        ("page_size", "101"),
        ("concurrency", "0"),
        ("request_timeout", "0"),
        ("max_retries", "4294967295"),
        ("fdw_tuple_cost", "NaN"),
        ("fdw_startup_cost", "-1"),
        ("on_type_error", "ignore"),
    ] {
        w.run(&format!(
            "drop server if exists s cascade;
             create server s foreign data wrapper bare options (url '{url}', api_key '{token}', {name} '{value}');
             create foreign table t (user_id text) server s options (object 'users');
             set statement_timeout = '5s'"
        ));
        let asked = w.sql.simple_query("select count(*) from t");
        let Err(error) = asked else {
            panic!("{name} {value} is used: {asked:?}");
        };
        let error = told(error.as_db_error().unwrap());
        let expected = format!("HV024: invalid value for option \"{name}\"\n");
        assert!(error.starts_with(&expected), "{error}");
    }
    assert!(w.sim.journal().is_empty());
}
