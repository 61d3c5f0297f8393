//! What is declared can be dumped, restored, listed by psql and dropped.

use crate::support::{count, declare, role, told, world};
use std::process::{Command, Output};
use xtask::world::token;
use xtask::{Cluster, World};

const DECLARATIONS: &str = r#"
    create schema "My Schema";
    create server "My Auth0" foreign data wrapper auth0_fdw options (url 'URL', page_size '50');
    create user mapping for public server "My Auth0" options (api_key 'TOKEN');
    create foreign data wrapper auth0_wrapper handler auth0_fdw_handler validator auth0_fdw_validator;
    create server auth0_server foreign data wrapper auth0_wrapper options (api_key 'TOKEN');
    import foreign schema auth0 from server "My Auth0" into "My Schema";
    create foreign table members (
      user_id text not null,
      plan text options (path 'user_metadata.plan', on_type_error 'null'),
      quoted text options (path 'user_metadata.it''s'),
      attrs jsonb
    ) server auth0_server options (object 'users', max_retries '5');
    create view verified as select email from "My Schema".users where email_verified;
"#;

fn shown(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn declared(users: usize) -> World {
    let mut w = world(users);
    let (url, token) = (w.sim.url(), token(&w.sim));
    w.run(&DECLARATIONS.replace("URL", &url).replace("TOKEN", &token));
    w
}

#[test]
fn a_dump_of_the_declarations_can_be_restored() {
    let mut w = declared(5);
    let cluster = Cluster::shared();
    let dump = Command::new(cluster.bin_dir().join("pg_dump"))
        .arg("-d")
        .arg(w.db.conn_string("postgres"))
        .output()
        .unwrap();
    let dump = shown(&dump);
    assert!(dump.contains("CREATE EXTENSION IF NOT EXISTS auth0_fdw WITH SCHEMA public;"));
    let restored = cluster.create_database();
    shown(&restored.psql_with(&["-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"], &dump));
    let mut sql = restored.connect();
    for query in [
        "select * from \"My Schema\".users order by user_id",
        "select * from members order by user_id",
        "select * from verified order by 1",
        "select srvname, option from pg_foreign_server, unnest(srvoptions) option where srvname <> 'auth0' order by 1, 2",
        "select srvname, option from pg_user_mappings, unnest(umoptions) option order by 1, 2",
        "select attname, option from pg_attribute, unnest(attfdwoptions) option where attrelid = 'members'::regclass order by 1, 2",
        "select ftrelid::regclass::text, option from pg_foreign_table, unnest(ftoptions) option order by 1, 2",
    ] {
        let expected = w.query_text(query);
        assert!(!expected.is_empty());
        assert_eq!(xtask::world::query_text(&mut sql, query), expected, "{query}");
    }
}

#[test]
fn psql_lists_servers_mappings_and_tables() {
    let w = declared(1);
    let listed = shown(&w.db.psql_with(
        &["-A"],
        "\\dew+\n\\des+\n\\deu\n\\det+\n\\d members\n\\d+ members\n\\dx+ auth0_fdw\n\\sf auth0_fdw_handler\n",
    ));
    for line in [
        "auth0_fdw|postgres|auth0_fdw_handler|auth0_fdw_validator|||An Auth0 tenant as foreign tables",
        "auth0_wrapper|postgres|auth0_fdw_handler|auth0_fdw_validator|||",
        "My Auth0|public",
        "public|members|auth0_server|(object 'users', max_retries '5')|",
        "user_id|text||not null||",
        "plan|text||||(path 'user_metadata.plan', on_type_error 'null')",
        "Server: auth0_server",
        "FDW options: (object 'users', max_retries '5')",
        "foreign-data wrapper auth0_fdw",
        "function auth0_fdw_handler()",
        "function auth0_fdw_validator(text[],oid)",
    ] {
        assert!(listed.lines().any(|l| l == line), "no line {line}\n{listed}");
    }
    let server = format!("(url '{}', page_size '50')", w.sim.url());
    assert!(listed.contains(&server), "{listed}");
}

#[test]
fn dropping_the_extension_says_what_hangs_on_it_and_cascade_takes_it() {
    let mut w = declared(3);
    assert_eq!(
        w.value("select count(*) from members").as_deref(),
        Some("3")
    );
    let error = w.error("drop extension auth0_fdw");
    assert_eq!(error.code().code(), "2BP01");
    for what in [
        "server My Auth0",
        "foreign table members",
        "foreign-data wrapper auth0_wrapper",
    ] {
        assert!(
            error.detail().unwrap().contains(what),
            "{:?}",
            error.detail()
        );
    }
    w.run("drop extension auth0_fdw cascade");
    let left = "select (select count(*) from pg_foreign_data_wrapper) + (select count(*) from pg_foreign_server)
                  + (select count(*) from pg_foreign_table) + (select count(*) from pg_user_mapping)
                  + (select count(*) from pg_proc where probin like '%auth0_fdw%')";
    assert_eq!(w.value(left).as_deref(), Some("0"));
    // The library is still loaded in this connection.
    w.run("create extension auth0_fdw");
    let (url, token) = (w.sim.url(), token(&w.sim));
    declare(&mut w, &[("url", &url), ("api_key", &token)]);
    assert_eq!(count(&mut w), "3");
}

#[test]
fn what_a_cursor_still_reads_cannot_be_dropped() {
    let mut w = declared(300);
    w.run("begin; declare c cursor for select * from members; fetch 1 from c; savepoint s");
    assert_eq!(
        w.error("drop extension auth0_fdw cascade").code().code(),
        "55006"
    );
    w.run("rollback to s; fetch 1 from c; commit; drop extension auth0_fdw cascade");
}

#[test]
fn only_a_superuser_creates_the_extension_and_only_with_usage_a_server() {
    let mut w = world(0);
    let user = role(&mut w, "maker");
    w.run(&format!(
        "grant create on schema public to {user}; grant create on database {} to {user}",
        w.db.name()
    ));
    let mut sql = w.db.connect_as(&user);
    let refused =
        |sql: &mut postgres::Client, statement: &str| told(&xtask::world::error(sql, statement));
    assert_eq!(
        refused(&mut sql, "create server s foreign data wrapper auth0_fdw"),
        "42501: permission denied for foreign-data wrapper auth0_fdw"
    );
    assert_eq!(
        refused(
            &mut sql,
            "create foreign table t () server auth0 options (object 'users')"
        ),
        "42501: permission denied for foreign server auth0"
    );
    assert_eq!(
        refused(
            &mut sql,
            "create user mapping for current_user server auth0"
        ),
        "42501: permission denied for foreign server auth0"
    );
    w.run("drop extension auth0_fdw cascade");
    let error = xtask::world::error(&mut sql, "create extension auth0_fdw");
    assert_eq!(error.code().code(), "42501");
}

#[test]
fn writing_is_refused_by_postgres_before_any_request() {
    let mut w = declared(2);
    for sql in [
        "insert into members (user_id) values ('a')",
        "update members set plan = 'x'",
        "delete from members",
        "truncate members",
    ] {
        let code = w.error(sql).code().code().to_owned();
        assert!(
            ["55000", "0A000", "42809"].contains(&code.as_str()),
            "{sql}: {code}"
        );
    }
    let updatable =
        "select is_insertable_into from information_schema.tables where table_name = 'members'";
    assert_eq!(w.value(updatable).as_deref(), Some("NO"));
    assert!(w.sim.journal().is_empty());
}
