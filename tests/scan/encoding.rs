//! Databases that do not speak UTF-8, and clients that do not.

use crate::common::tenant_with;
use postgres::{Client, NoTls};
use xtask::world::{error, query_text, token};
use xtask::World;

/// A database of another encoding beside the world's, dropped with the cluster.
fn database(world: &mut World, encoding: &str) -> Client {
    let name = format!("{}_{}", world.db.name(), encoding.to_lowercase());
    world.run(&format!(
        "create database {name} encoding '{encoding}' lc_collate 'C' lc_ctype 'C' template template0"
    ));
    let conn = world.db.conn_string("postgres");
    let conn = conn.replace(
        &format!("dbname={}", world.db.name()),
        &format!("dbname={name}"),
    );
    let mut client = Client::connect(&conn, NoTls).expect("a connection");
    let server = format!(
        "create extension auth0_fdw;
         create server auth0 foreign data wrapper auth0_fdw options (url '{}', api_key '{}')",
        world.sim.url(),
        token(&world.sim)
    );
    client.batch_execute(&server).expect("a server");
    client
}

fn declare(client: &mut Client, columns: &str) {
    let sql =
        format!("create foreign table users ({columns}) server auth0 options (object 'users')");
    client.batch_execute(&sql).expect("a table");
}

fn is(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An id and names: one that LATIN1 has, escaped or not, and one that it lacks.
const USERS: [&str; 3] = [
    r#"{"user_id":"a","name":"Chloé","größe":7,"user_metadata":{"straße":"Łódź"},"tags":["é"]}"#,
    r#"{"user_id":"b","name":"Bj\u00f6rn","größe":8,"user_metadata":{"straße":"Ümit"},"tags":["ö"]}"#,
    r#"{"user_id":"c","name":"東京","größe":9,"user_metadata":{"straße":"x"},"tags":["東"]}"#,
];

#[test]
fn a_latin1_database_reads_what_it_can_and_says_what_it_cannot() {
    let mut world = tenant_with(&USERS);
    let mut client = database(&mut world, "LATIN1");
    declare(
        &mut client,
        "user_id text, name text, v varchar(20) options (path 'name'), \"größe\" int, tags text[],
         street text options (path 'user_metadata.straße'), doc jsonb options (path 'user_metadata'), raw json options (path 'user_metadata')",
    );
    assert_eq!(
        query_text(
            &mut client,
            "select name, length(name)::text, octet_length(name)::text from users limit 2"
        ),
        [
            [is("Chloé"), is("5"), is("5")],
            [is("Björn"), is("5"), is("5")]
        ]
    );
    assert_eq!(
        query_text(&mut client, "select sum(\"größe\") from users"),
        [[is("24")]]
    );
    assert_eq!(
        query_text(&mut client, "select v, tags[1] from users limit 1"),
        [[is("Chloé"), is("é")]]
    );
    for (column, json, id, ty) in [
        ("name", "name", "c", "text"),
        ("v", "name", "c", "character varying(20)"),
        ("street", "user_metadata.stra?e", "a", "text"),
        ("doc", "user_metadata", "a", "jsonb"),
        ("raw", "user_metadata", "a", "json"),
        ("tags", "tags", "c", "text[]"),
    ] {
        let refused = error(&mut client, &format!("select {column} from users"));
        assert_eq!(refused.code().code(), "HV004", "{column}: {refused:?}");
        assert_eq!(
            refused.message(),
            format!("value of \"{json}\" does not fit type {ty}")
        );
        let detail = refused.detail().unwrap_or_default();
        assert!(
            detail.starts_with(&format!("In object \"{id}\": ")),
            "{detail}"
        );
        assert!(
            detail.contains("has no equivalent in encoding \"LATIN1\""),
            "{detail}"
        );
    }
    client
        .batch_execute("alter foreign table users options (add on_type_error 'null')")
        .unwrap();
    assert_eq!(
        query_text(
            &mut client,
            "select name, street, doc ->> 'straße', tags[1] from users"
        ),
        [
            [is("Chloé"), None, None, is("é")],
            [is("Björn"), is("Ümit"), is("Ümit"), is("ö")],
            [None, is("x"), is("x"), None]
        ]
    );
}

#[test]
fn a_sql_ascii_database_keeps_the_bytes() {
    let mut world = tenant_with(&USERS);
    let mut client = database(&mut world, "SQL_ASCII");
    declare(
        &mut client,
        "user_id text, name text, \"größe\" int, street text options (path 'user_metadata.straße')",
    );
    assert_eq!(
        query_text(
            &mut client,
            "select name, octet_length(name)::text, \"größe\"::text, street from users"
        ),
        [
            [is("Chloé"), is("6"), is("7"), is("Łódź")],
            [is("Björn"), is("6"), is("8"), is("Ümit")],
            [is("東京"), is("6"), is("9"), is("x")]
        ]
    );
}

#[test]
fn an_imported_table_works_in_any_encoding() {
    let mut world = tenant_with(&USERS);
    for encoding in ["LATIN1", "SQL_ASCII", "LATIN9", "WIN1252"] {
        let mut client = database(&mut world, encoding);
        client
            .batch_execute("import foreign schema auth0 from server auth0 into public")
            .unwrap();
        assert_eq!(
            query_text(&mut client, "select name from users limit 1"),
            [[is("Chloé")]],
            "{encoding}"
        );
        assert_eq!(
            query_text(&mut client, "select count(user_id) from users"),
            [[is("3")]]
        );
        let plan = query_text(
            &mut client,
            "explain (costs off) select name from users where name = 'é'",
        );
        let plan: Vec<String> = plan.into_iter().flatten().flatten().collect();
        let plan = plan.join("\n");
        assert!(plan.contains("Filter: (name = 'é'::text)"), "{plan}");
        // Nothing of ours is written in bytes of another encoding.
        let request = plan.split_once("Auth0 Request: ").expect("our line").1;
        assert!(request.is_ascii(), "{encoding}: {plan}");
    }
}

#[test]
fn a_client_of_another_encoding_gets_what_it_can_read() {
    let mut world = tenant_with(&USERS);
    world.run("create foreign table users (user_id text, name text, nobody text) server auth0 options (object 'users')");
    let script = "set client_encoding = 'LATIN1';\n\\pset format unaligned\n\\t\nselect name from users limit 2;\nselect name from users;\n\
                  set client_encoding = 'UTF8';\nselect name from users;\n";
    let output = world.db.psql_with(&["-q"], script);
    assert_eq!(
        output.stdout,
        "Tuples only is on.\n"
            .bytes()
            .take(0)
            .chain(b"Chlo\xe9\nBj\xf6rn\n".iter().copied())
            .chain("Chloé\nBjörn\n東京\n".bytes())
            .collect::<Vec<u8>>()
    );
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        complaint.contains("has no equivalent in encoding \"LATIN1\""),
        "{complaint}"
    );
    // An error text with foreign characters reaches such a client, too.
    let script = "set client_encoding = 'LATIN1';\nalter foreign table users alter name type int;\nselect name from users;\n";
    let output = world.db.psql_with(&["-v", "VERBOSITY=verbose"], script);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains("HV004"), "{complaint}");
}

#[test]
fn an_error_is_readable_in_any_encoding() {
    let mut world = tenant_with(&[
        r#"{"user_id":"größe|1","n":"é","created_at":"2024-01-01T00:00:00Z"}"#,
        r#"{"user_id":"東|2","n":1,"m":"京","created_at":"2024-01-02T00:00:00Z"}"#,
    ]);
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let mut client = database(&mut world, encoding);
        declare(
            &mut client,
            "n int, \"größe\" int options (path 'n'), m int",
        );
        let refused = error(&mut client, "select \"größe\" from users");
        assert_eq!(refused.code().code(), "HV004");
        // Our words are ASCII where the database is not UTF-8.
        assert_eq!(
            refused.detail(),
            Some("In object \"gr??e|1\": invalid input syntax for type integer: \"?\"."),
            "{encoding}"
        );
        // What cannot be written is no reason to fail otherwise.
        let refused = error(&mut client, "select m from users");
        assert_eq!(refused.code().code(), "HV004", "{encoding}: {refused:?}");
        assert_eq!(
            refused.message(),
            "value of \"m\" does not fit type integer"
        );
        let detail = refused.detail().unwrap_or_default();
        assert!(detail.contains("|2\": "), "{detail}");
        let plan = query_text(
            &mut client,
            "explain (verbose, costs off) select \"größe\" from users",
        );
        let plan: Vec<String> = plan.into_iter().flatten().flatten().collect();
        assert!(plan.join(" ").contains("Output: \"größe\""), "{plan:?}");
        let mistyped = error(
            &mut client,
            "create foreign table t (x int) server auth0 options (objekt_größe 'users')",
        );
        assert_eq!(
            mistyped.message(),
            "invalid option \"objekt_gr??e\" for a foreign table",
            "{encoding}"
        );
    }
}
