//! Every option of docs/reference.md: where it may stand, with which others, how it is altered.

use crate::option_values::samples;
use crate::support::{literal, told, world};
use xtask::{places, World};

/// The places an option can be declared on, as the reference calls them.
const PLACES: [&str; 5] = ["server", "user mapping", "table", "column", "import"];

/// As error messages call them.
pub fn in_words(place: &str) -> &str {
    match place {
        "server" => "a server",
        "user mapping" => "a user mapping",
        "table" => "a foreign table",
        "column" => "a column of a foreign table",
        "import" => "IMPORT FOREIGN SCHEMA",
        _ => panic!("{place}"),
    }
}

/// The reference's table: options in order, each with its places.
pub fn reference() -> Vec<(String, Vec<String>)> {
    let file = places::workspace().join("docs/reference.md");
    let text = std::fs::read_to_string(file).unwrap();
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with("| option | on |"))
        .skip(2);
    let rows = table.take_while(|line| line.starts_with("| `"));
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches('`').to_owned();
        let on = cells[2].split(", ").map(str::to_owned);
        // `path` is one option of tables and another of columns.
        match options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, places)) => places.extend(on),
            None => options.push((name, on.collect())),
        }
    }
    options
}

/// The statement that declares an option on such an object; what it makes is dropped first.
pub fn declaration(place: &str, name: &str, value: &str) -> String {
    let value = literal(value);
    match place {
        "server" => format!(
            "drop server if exists s; create server s foreign data wrapper auth0_fdw options ({name} {value})"
        ),
        "user mapping" => format!(
            "drop user mapping if exists for public server auth0;
             create user mapping for public server auth0 options ({name} {value})"
        ),
        "table" => {
            let object = match name {
                "object" | "path" => "",
                "list_key" => "path '/api/v2/grants', ",
                "paging" => "path '/api/v2/grants', list_key 'grants', ",
                _ => "object 'users', ",
            };
            format!(
                "drop foreign table if exists t;
                 create foreign table t (a text) server auth0 options ({object}{name} {value})"
            )
        }
        "column" => format!(
            "drop foreign table if exists t;
             create foreign table t (a text options ({name} {value})) server auth0 options (object 'users')"
        ),
        "import" => format!(
            "drop schema if exists i cascade; create schema i;
             import foreign schema auth0 limit to (users) from server auth0 into i options ({name} {value})"
        ),
        _ => panic!("{place}"),
    }
}

fn valid_at(place: &str) -> String {
    let names: Vec<String> = reference()
        .into_iter()
        .filter(|(_, on)| on.iter().any(|p| p == place))
        .map(|(name, _)| name)
        .collect();
    format!(
        "HINT: Valid options for {}: {}.",
        in_words(place),
        names.join(", ")
    )
}

#[test]
fn every_option_is_accepted_where_it_may_stand() {
    let mut w = world(0);
    let samples = samples();
    assert_eq!(
        reference().len(),
        samples.len(),
        "the reference and this test differ"
    );
    for (name, on) in reference() {
        for place in &on {
            w.run(&declaration(place, &name, samples[name.as_str()].0));
        }
    }
}

#[test]
fn every_option_is_refused_elsewhere_with_the_valid_ones_and_its_own_place() {
    let mut w = world(0);
    let samples = samples();
    for (name, on) in reference() {
        for place in PLACES
            .iter()
            .filter(|place| !on.iter().any(|p| p == *place))
        {
            let belongs: Vec<&str> = on.iter().map(|place| in_words(place)).collect();
            let expected = format!(
                "HV00D: invalid option \"{name}\" for {}\n{} This one belongs to {}.",
                in_words(place),
                valid_at(place),
                belongs.join(" or ")
            );
            let error = w.error(&declaration(place, &name, samples[name.as_str()].0));
            assert_eq!(told(&error), expected);
        }
    }
}

#[test]
fn an_unknown_option_lists_the_valid_ones() {
    let mut w = world(0);
    for place in PLACES {
        for name in ["apikey", "\"Api Key\"", "host"] {
            let expected = format!(
                "HV00D: invalid option \"{}\" for {}\n{}",
                name.trim_matches('"'),
                in_words(place),
                valid_at(place)
            );
            assert_eq!(told(&w.error(&declaration(place, name, "x"))), expected);
        }
    }
    let wrapper =
        "create foreign data wrapper w handler auth0_fdw_handler validator auth0_fdw_validator \
                   options (api_key 'x')";
    assert_eq!(
        told(&w.error(wrapper)),
        "HV00D: invalid option \"api_key\" for a foreign-data wrapper\n\
         HINT: There are no options for it. This one belongs to a server or a user mapping."
    );
}

#[test]
fn options_that_exclude_each_other_are_refused_together() {
    let mut w = world(0);
    for (first, second) in [
        ("url 'https://t.eu.auth0.com'", "domain 't.eu.auth0.com'"),
        ("api_key 'a'", "api_key_id 'b'"),
        ("api_key 'a'", "api_key_name 'b'"),
        ("api_key_id 'a'", "api_key_name 'b'"),
        ("client_secret 'a'", "client_secret_id 'b'"),
        ("client_secret 'a'", "client_secret_name 'b'"),
        ("client_secret_id 'a'", "client_secret_name 'b'"),
        ("private_key 'a'", "private_key_id 'b'"),
        ("private_key 'a'", "private_key_name 'b'"),
        ("private_key_id 'a'", "private_key_name 'b'"),
    ] {
        let name = |option: &str| option.split(' ').next().unwrap().to_owned();
        let expected = format!(
            "HV00D: options \"{0}\" and \"{1}\" exclude each other\n\
             HINT: Give one of them; to change over, OPTIONS (DROP {0}, ADD {1} '…') or the other way round.",
            name(first),
            name(second)
        );
        for sql in [
            format!("create server s foreign data wrapper auth0_fdw options ({first}, {second})"),
            format!("create server s foreign data wrapper auth0_fdw options ({second}, {first})"),
        ] {
            assert_eq!(told(&w.error(&sql)), expected);
        }
    }
}

/// Two kinds of credentials in one place: which one counts would be a guess.
#[test]
fn a_client_secret_beside_a_private_key_or_a_token_beside_a_client_is_refused() {
    let mut w = world(0);
    let mut accepted = Vec::new();
    for options in [
        "client_id 'c', client_secret 's', private_key 'k'",
        "api_key 'a', client_id 'c', client_secret 's'",
    ] {
        let sql = format!("create server s foreign data wrapper auth0_fdw options ({options})");
        match w.sql.batch_execute(&sql) {
            Ok(()) => {
                accepted.push(options);
                w.run("drop server s");
            }
            Err(e) => assert_eq!(e.as_db_error().unwrap().code().code(), "HV00D"),
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
}

fn options_of(w: &mut World, name: &str) -> String {
    let sql = format!(
        "select coalesce(array_to_string(srvoptions, ', '), '') from pg_foreign_server where srvname = '{name}'"
    );
    w.value(&sql).unwrap()
}

#[test]
fn alter_checks_what_the_options_become() {
    let mut w = world(0);
    w.run("create server s foreign data wrapper auth0_fdw options (domain 't.eu.auth0.com', api_key 'a')");
    for (change, expected) in [
        (
            "add url 'https://t.eu.auth0.com'",
            "HV00D: options \"url\" and \"domain\" exclude each other\n\
             HINT: Give one of them; to change over, OPTIONS (DROP url, ADD domain '…') or the other way round.",
        ),
        (
            "set api_key ''",
            "HV024: invalid value for option \"api_key\"\nHINT: It must be text that is not empty.",
        ),
        (
            "add api_key 'b'",
            "42710: option \"api_key\" provided more than once",
        ),
        ("set page_size '5'", "42704: option \"page_size\" not found"),
    ] {
        let error = w.error(&format!("alter server s options ({change})"));
        assert_eq!(told(&error), expected);
    }
    assert_eq!(options_of(&mut w, "s"), "domain=t.eu.auth0.com, api_key=a");
    w.run("alter server s options (drop domain, add url 'https://t.eu.auth0.com', drop api_key, add page_size '5')");
    assert_eq!(
        options_of(&mut w, "s"),
        "url=https://t.eu.auth0.com, page_size=5"
    );
}

/// Nothing that SQL can say makes the library panic.
#[test]
fn the_validator_called_by_hand_does_not_panic() {
    let mut w = world(0);
    for arguments in [
        "null, null",
        "null, 1417",
        "array[null], 1417",
        "array['no equals sign'], 1417",
        "array['a'], 0",
    ] {
        let call = format!("select auth0_fdw_validator({arguments})");
        if let Err(e) = w.sql.batch_execute(&call) {
            let told = told(e.as_db_error().unwrap());
            assert!(!told.starts_with("XX000"), "{call}: {told}");
        }
    }
}
