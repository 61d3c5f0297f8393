//! The same query over the foreign table with pushdown, without it, and over a plain table of the same users.

use super::compare::differ;
use super::population::users;
use super::queries::{Agree, Query};
use super::values::{quoted, Known};
use simulator::{Config, Entry};
use xtask::World;

/// How a message begins after which the database is gone.
pub const BROKEN: &str = "the connection broke";

/// A row as text.
pub type Row = Vec<Option<String>>;

/// A world in which `users` is a foreign table in the schema `remote` and a plain one in `plain`, beside the local
/// tables `orders` (few rows) and `visits` (many).
pub struct Oracle {
    /// The tenant and the database.
    pub world: World,
    /// Values that users have.
    pub known: Known,
    /// Requests of all queries run with pushdown.
    pub requests: Vec<Entry>,
    /// Queries with pushdown whose first request is a search or a look-up.
    pub narrowed: usize,
}

/// What a query gave.
type Answer = Result<Vec<Row>, String>;

impl Oracle {
    /// So many users of this seed; `options` are of the server, `alter` declares columns in other ways, and the
    /// database may sort and fold by ICU's rules instead of the cluster's.
    pub fn new(
        seed: u64,
        count: usize,
        config: Config,
        options: &str,
        alter: &str,
        icu: bool,
    ) -> Oracle {
        let mut world = World::new(config);
        if icu {
            move_to_icu(&mut world);
        }
        let all = users(seed, count);
        for (id, json) in &all {
            world.sim.put_user_raw(id, json);
        }
        if !options.is_empty() {
            world.run(&format!("alter server auth0 options ({options})"));
        }
        world.run("create schema remote; create schema plain; import foreign schema auth0 from server auth0 into remote");
        world.run(
            "alter foreign table remote.users drop column connection,
               add plan text options (path 'app_metadata.plan'), add deep text options (path 'user_metadata.deep.plan'),
               add connection text options (path 'identities.0.connection'),
               add seats numeric options (path 'app_metadata.n', on_type_error 'null'),
               add beta bool options (path 'user_metadata.n', on_type_error 'null')",
        );
        world.run(alter);
        world.run(
            "set auth0_fdw.pushdown = off;
             create table plain.users as select * from remote.users;
             reset auth0_fdw.pushdown;
             create table orders as
               select n as id,
                 case n % 5 when 4 then null when 3 then upper(user_id) else user_id end as user_id,
                 case n % 4 when 3 then null else email end as email,
                 created_at + (n % 3) * interval '1 microsecond' as at, n % 3 = 1 as flag, n % 8 as n
               from (select row_number() over (order by md5(user_id))::int as n, * from plain.users) u where n <= 9;
             create table visits as
               select row_number() over ()::int as id, user_id, email, created_at as at, blocked as flag, (n % 8)::int as n
               from plain.users, generate_series(1, 4) n;
             analyze orders; analyze visits; analyze plain.users",
        );
        let copied = world.value("select count(*) from plain.users");
        assert_eq!(
            copied,
            Some(count.to_string()),
            "the plain table has all users"
        );
        let column = |world: &mut World, name: &str| {
            let rows = world.query_text(&format!(
                "select {name} from plain.users where {name} is not null order by 1"
            ));
            rows.into_iter().flatten().flatten().collect::<Vec<_>>()
        };
        let known = Known {
            ids: column(&mut world, "user_id"),
            emails: column(&mut world, "email"),
            names: column(&mut world, "name || ''")
                .into_iter()
                .chain(column(&mut world, "username"))
                .collect(),
        };
        Oracle {
            world,
            known,
            requests: Vec::new(),
            narrowed: 0,
        }
    }

    /// Runs a query all ways. `Ok(None)`: Postgres refuses it on the plain table, too; else how many rows it has.
    pub fn check(&mut self, query: &Query) -> Result<Option<usize>, String> {
        let expected = match self.answer(query, "plain", &[]) {
            Ok(rows) => rows,
            Err(_) => return Ok(None),
        };
        let among = match &query.agree {
            Agree::Some(_, sql) => {
                let whole = Query {
                    sql: sql.clone(),
                    prepared: query.prepared,
                    cursor: None,
                    ..query.clone()
                };
                // LIMIT 0 hides errors, too.
                match self.answer(&whole, "plain", &[]) {
                    Ok(rows) => Some(rows),
                    Err(_) => return Ok(None),
                }
            }
            _ => None,
        };
        self.world.sim.clear_journal();
        let with = self.answer(query, "remote", &["on"]);
        let journal = self.world.sim.journal();
        let narrow = |entry: &Entry| entry.param("q").is_some() || entry.path != "/api/v2/users";
        self.narrowed += usize::from(journal.first().is_some_and(narrow));
        self.requests.extend(journal);
        let compare = |got: &Answer, what: &str| match got {
            Err(e) => Err(format!("{what}: {e}")),
            Ok(rows) => differ(rows, &expected, &query.agree, among.as_deref())
                .map_or(Ok(()), |d| Err(format!("{what}: {d}"))),
        };
        compare(&with, "with pushdown")?;
        let without = self.answer(query, "remote", &["off"]);
        compare(&without, "without pushdown")?;
        if query.prepared {
            let cached = self.answer(query, "remote", &["on", "off", "on"]);
            compare(
                &cached,
                "planned with pushdown, run again without and with it",
            )?;
        }
        Ok(Some(expected.len()))
    }

    /// The rows of a query on the tables of a schema; a prepared one is executed once for each setting of pushdown.
    fn answer(&mut self, query: &Query, schema: &str, pushdown: &[&str]) -> Answer {
        let mut script = format!("begin; set local search_path = {schema}, public;");
        for (n, text) in query.settings.iter().enumerate() {
            script.push_str(&format!("set local draft.v{} = {};", n + 1, quoted(text)));
        }
        for statement in &query.before {
            script.push_str(statement);
            script.push(';');
        }
        let set = |value: &str| format!("set local auth0_fdw.pushdown = {value};");
        let first = pushdown.first().map(|value| set(value)).unwrap_or_default();
        script.push_str(&first);
        self.world.sql.batch_execute(&script).map_err(told)?;
        let rows = self.rows(query, pushdown, set);
        let ended = self
            .world
            .sql
            .batch_execute("rollback; deallocate all")
            .map_err(told);
        rows.and_then(|rows| ended.map(|()| rows))
    }

    fn rows(&mut self, query: &Query, pushdown: &[&str], set: impl Fn(&str) -> String) -> Answer {
        let sql = &query.sql;
        if let Some(first) = query.cursor {
            let script =
                format!("declare c cursor for {sql}; fetch {first} from c; fetch all from c");
            return self.simple(&script);
        }
        if !query.prepared {
            return self.simple(sql);
        }
        let types: Vec<&str> = query.parameters.iter().map(|(ty, _)| ty.as_str()).collect();
        let literals: Vec<&str> = query
            .parameters
            .iter()
            .map(|(_, literal)| literal.as_str())
            .collect();
        let list = |items: &[&str]| {
            if items.is_empty() {
                String::new()
            } else {
                format!("({})", items.join(", "))
            }
        };
        self.simple(&format!("prepare p{} as {sql}", list(&types)))?;
        let mut rows = self.simple(&format!("execute p{}", list(&literals)))?;
        for value in pushdown.iter().skip(1) {
            self.simple(&set(value))?;
            let again = self.simple(&format!("execute p{}", list(&literals)))?;
            if again.len() != rows.len() {
                return Err(format!("{} rows, then {}", rows.len(), again.len()));
            }
            rows = again;
        }
        Ok(rows)
    }

    fn simple(&mut self, sql: &str) -> Answer {
        use postgres::SimpleQueryMessage::Row as Message;
        let messages = self.world.sql.simple_query(sql).map_err(told)?;
        let rows = messages.into_iter().filter_map(|message| match message {
            Message(row) => Some(
                (0..row.len())
                    .map(|i| row.get(i).map(str::to_owned))
                    .collect(),
            ),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Waits until Postgres takes connections again after a crash, so that the next seed can be tried.
    pub fn await_recovery(&self) {
        let address = self.world.db.conn_string("postgres");
        for _ in 0..600 {
            if postgres::Client::connect(&address, postgres::NoTls).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("Postgres does not come back");
    }

    /// The plan of a query with pushdown, for messages.
    pub fn plan(&mut self, query: &Query) -> String {
        if query.prepared {
            return "(prepared)".into();
        }
        let _ = self
            .world
            .sql
            .batch_execute("begin; set local search_path = remote, public");
        let set: String = query
            .settings
            .iter()
            .enumerate()
            .map(|(n, text)| format!("set local draft.v{} = {};", n + 1, quoted(text)))
            .collect();
        let _ = self
            .world
            .sql
            .batch_execute(&(set + &query.before.join(";")));
        let lines = self.simple(&format!("explain (costs off) {}", query.sql));
        let _ = self.world.sql.batch_execute("rollback");
        match lines {
            Ok(lines) => lines
                .into_iter()
                .flatten()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n"),
            Err(e) => format!("EXPLAIN: {e}"),
        }
    }
}

/// Goes on in a database of the same cluster whose default collation is ICU's, where there are such.
fn move_to_icu(world: &mut World) {
    let version = world.value("select current_setting('server_version_num')::int / 10000");
    if version.as_deref() == Some("14") {
        return;
    }
    let name = format!("{}_icu", world.db.name());
    world.run(&format!(
        "create database {name} template template0 locale_provider icu icu_locale 'tr-TR'"
    ));
    let address = world.db.conn_string("postgres").replace(
        &format!("dbname={}", world.db.name()),
        &format!("dbname={name}"),
    );
    world.sql = postgres::Client::connect(&address, postgres::NoTls)
        .expect("a connection to the new database");
    let (url, token) = (world.sim.url(), xtask::world::token(&world.sim));
    world.run(&format!(
        "create extension auth0_fdw; create server auth0 foreign data wrapper auth0_fdw options (url '{url}', api_key '{token}')"
    ));
}

fn told(error: postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!(
            "{} {} {}",
            db.code().code(),
            db.message(),
            db.detail().unwrap_or_default()
        ),
        None => format!("{BROKEN}: {error}"),
    }
}
