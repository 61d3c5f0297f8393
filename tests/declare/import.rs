//! IMPORT FOREIGN SCHEMA: what it makes, what it leaves out, what it says.

use crate::support::{told, world};
use xtask::world::token;
use xtask::{places, World};

const COLUMNS: &str = "select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute
    where attrelid = $$users$$::regclass and attnum > 0 order by attnum";

const USERS: [&str; 33] = [
    "user_id text",
    "email text",
    "email_verified boolean",
    "username text",
    "phone_number text",
    "phone_verified boolean",
    "name text",
    "nickname text",
    "given_name text",
    "family_name text",
    "picture text",
    "created_at timestamp with time zone",
    "updated_at timestamp with time zone",
    "last_login timestamp with time zone",
    "last_ip inet",
    "logins_count bigint",
    "last_password_reset timestamp with time zone",
    "blocked boolean",
    "blocked_for jsonb",
    "multifactor jsonb",
    "multifactor_last_modified timestamp with time zone",
    "guardian_authenticators jsonb",
    "identities jsonb",
    "user_metadata jsonb",
    "app_metadata jsonb",
    "locale text",
    "connection text",
    "password text",
    "verify_email boolean",
    "verify_phone_number boolean",
    "client_id text",
    "attrs jsonb",
    "q text",
];

fn tables(w: &mut World, schema: &str) -> Vec<String> {
    let sql = format!(
        "select relname from pg_class where relnamespace = '{schema}'::regnamespace and relkind = 'f' order by 1"
    );
    w.query_text(&sql).into_iter().flatten().flatten().collect()
}

/// The columns of docs/tables.md, as `table.column type`, those of secrets or all others.
fn documented(secret: bool) -> Vec<String> {
    let text = std::fs::read_to_string(places::workspace().join("docs/tables.md")).unwrap();
    let mut table = String::new();
    let mut columns = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            table = name.to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if line.starts_with("| `") && cells[3].starts_with("*secret*") == secret {
            let ty = match cells[2] {
                "bool" => "boolean",
                "timestamptz" => "timestamp with time zone",
                ty => ty,
            };
            columns.push(format!("{table}.{} {ty}", cells[1].trim_matches('`')));
        }
    }
    columns.sort();
    columns
}

fn documented_tables() -> Vec<String> {
    let columns = [documented(false), documented(true)].concat();
    let mut tables: Vec<String> = columns
        .iter()
        .map(|column| column.split('.').next().unwrap().to_owned())
        .collect();
    tables.sort();
    tables.dedup();
    tables
}

/// The columns of a schema's tables, without the two that many tables have.
fn imported(w: &mut World, schema: &str) -> Vec<String> {
    let sql = format!(
        "select relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
           from pg_attribute join pg_class on attrelid = pg_class.oid
          where relnamespace = '{schema}'::regnamespace and attnum > 0 and attname not in ('attrs', 'q')"
    );
    let mut columns: Vec<String> = w.query_text(&sql).into_iter().flatten().flatten().collect();
    columns.sort();
    columns
}

#[test]
fn it_makes_every_documented_table_and_column_secrets_only_if_asked_for() {
    let mut w = world(0);
    w.run("create schema plain; import foreign schema auth0 from server auth0 into plain");
    assert_eq!(tables(&mut w, "plain"), documented_tables());
    assert_eq!(imported(&mut w, "plain"), documented(false));
    w.run(
        "create schema whole;
         import foreign schema auth0 from server auth0 into whole options (include_secrets 'true')",
    );
    let mut all = [documented(false), documented(true)].concat();
    all.sort();
    assert_eq!(imported(&mut w, "whole"), all);
    assert!(all.contains(&"clients.client_secret text".to_owned()));
    let with = "select count(*) from pg_class where relkind = 'f' and exists (select from pg_attribute
                 where attrelid = pg_class.oid and attname = $$attrs$$ and atttypid = $$jsonb$$::regtype)";
    let twice = 2 * documented_tables().len();
    assert_eq!(w.value(with), Some(twice.to_string()));
    let searched = "select string_agg(relname, ' ' order by relname) from pg_class join pg_attribute on attrelid = pg_class.oid
                     where attname = 'q' and relnamespace = 'plain'::regnamespace";
    assert_eq!(w.value(searched).as_deref(), Some("logs users"));
    assert!(w.sim.journal().is_empty());
}

#[test]
fn it_makes_users_with_every_documented_column_at_its_best_type() {
    let mut w = world(40);
    w.run("import foreign schema auth0 from server auth0 into public");
    assert_eq!(
        w.query_text(COLUMNS)
            .concat()
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
        USERS
    );
    assert_eq!(
        w.value("select ftoptions::text from pg_foreign_table where ftrelid = 'users'::regclass")
            .as_deref(),
        Some("{object=users}")
    );
    let rows = w.query_text("select user_id, attrs from users order by created_at, user_id");
    assert_eq!(rows.len(), 40);
    let users = w.sim.users();
    for row in rows {
        let id = row[0].clone().unwrap();
        let user = users.iter().find(|user| user["user_id"] == id.as_str());
        let mut user = user.unwrap().clone();
        for identity in user["identities"].as_array_mut().into_iter().flatten() {
            // Tokens of other providers are secrets.
            identity
                .as_object_mut()
                .and_then(|one| one.remove("access_token"));
        }
        let attrs: serde_json::Value = serde_json::from_str(row[1].as_ref().unwrap()).unwrap();
        assert_eq!(attrs, user);
    }
}

/// Every key that some user of the tenant has at its root is a column, or at least in attrs.
#[test]
fn every_column_shows_what_attrs_has() {
    let mut w = world(250);
    w.run("import foreign schema auth0 from server auth0 into public");
    for column in USERS.iter().map(|column| column.split(' ').next().unwrap()) {
        if ["attrs", "q"].contains(&column) {
            continue;
        }
        let differ = format!(
            "select count(*) from users where {column} is null and attrs ->> '{column}' is not null
               or {column} is not null and not attrs ? '{column}'"
        );
        assert_eq!(w.value(&differ).as_deref(), Some("0"), "{column}");
    }
}

#[test]
fn limit_to_and_except_choose() {
    let mut w = world(0);
    w.run("create schema a; create schema b; create schema c; create schema d");
    w.run("import foreign schema auth0 limit to (users) from server auth0 into a");
    assert_eq!(tables(&mut w, "a"), ["users"]);
    w.run("import foreign schema auth0 except (users) from server auth0 into b");
    let all_but = |name: &str| {
        let mut tables = documented_tables();
        tables.retain(|table| table != name);
        tables
    };
    assert_eq!(tables(&mut w, "b"), all_but("users"));
    w.run("import foreign schema auth0 except (roles, \"Users\") from server auth0 into c");
    assert_eq!(tables(&mut w, "c"), all_but("roles"));
    w.run("import foreign schema \"whatever; you like\" from server auth0 into d");
    assert_eq!(tables(&mut w, "d"), all_but(""));
}

#[test]
fn a_wrong_name_in_limit_to_says_what_was_meant() {
    let mut w = world(0);
    for (name, meant) in [
        ("people", ""),
        ("\"Users\"", "Did you mean users? "),
        ("users, people", ""),
        ("\"us\"\"ers\"", "Did you mean users? "),
    ] {
        let sql =
            format!("import foreign schema auth0 limit to ({name}) from server auth0 into public");
        let wrong = name
            .rsplit(", ")
            .next()
            .unwrap()
            .trim_matches('"')
            .replace("\"\"", "\"");
        assert_eq!(
            told(&w.error(&sql)),
            format!("HV00R: Auth0 object \"{wrong}\" does not exist\nHINT: {meant}docs/tables.md lists all objects.")
        );
    }
    assert!(tables(&mut w, "public").is_empty());
}

#[test]
fn an_option_of_the_import_is_refused() {
    let mut w = world(0);
    for (option, belongs) in [
        ("import_default 'true'", ""),
        ("object 'users'", " This one belongs to a foreign table."),
        (
            "page_size '10'",
            " This one belongs to a server or a foreign table.",
        ),
    ] {
        let sql =
            format!("import foreign schema auth0 from server auth0 into public options ({option})");
        let name = option.split(' ').next().unwrap();
        assert_eq!(
            told(&w.error(&sql)),
            format!("HV00D: invalid option \"{name}\" for IMPORT FOREIGN SCHEMA\nHINT: Valid options for IMPORT FOREIGN SCHEMA: include_secrets.{belongs}")
        );
    }
}

#[test]
fn names_that_need_quotes_are_quoted() {
    let mut w = world(2);
    let (url, token) = (w.sim.url(), token(&w.sim));
    let schema = "\"My \"\"Schema\"\"; drop table x\"";
    let server = "\"Auth0 'prod' \"\"é\"\"\"";
    w.run(&format!(
        "create schema {schema};
         create server {server} foreign data wrapper auth0_fdw options (url '{url}', api_key '{token}');
         import foreign schema auth0 from server {server} into {schema};
         create schema \"select\"; create server \"table\" foreign data wrapper auth0_fdw
           options (url '{url}', api_key '{token}');
         import foreign schema auth0 from server \"table\" into \"select\""
    ));
    assert_eq!(
        w.value(&format!("select count(*) from {schema}.users"))
            .as_deref(),
        Some("2")
    );
    assert_eq!(
        w.value("select count(*) from \"select\".users").as_deref(),
        Some("2")
    );
}

#[test]
fn a_second_import_into_the_same_schema_changes_nothing() {
    let mut w = world(2);
    w.run("import foreign schema auth0 from server auth0 into public");
    let again = "import foreign schema auth0 from server auth0 into public";
    assert_eq!(
        told(&w.error(again)),
        "42P07: relation \"users\" already exists"
    );
    assert_eq!(tables(&mut w, "public"), documented_tables());
    assert_eq!(w.value("select count(*) from users").as_deref(), Some("2"));
}

#[test]
fn it_asks_the_tenant_nothing_and_needs_no_credentials() {
    let mut w = world(2);
    w.run(
        "create server bare foreign data wrapper auth0_fdw;
         import foreign schema auth0 from server bare into public",
    );
    assert!(w.sim.journal().is_empty());
}

#[test]
fn the_search_path_does_not_change_the_types() {
    let mut w = world(2);
    w.run(
        "create schema trap; create domain trap.text as varchar(3); create domain trap.jsonb as int;
         create domain trap.inet as int; create domain trap.timestamptz as int; create domain trap.bool as int;
         set search_path = trap, pg_catalog, public;
         import foreign schema auth0 from server auth0 into public",
    );
    w.run("reset search_path");
    assert_eq!(
        w.query_text(COLUMNS)
            .concat()
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
        USERS
    );
}
