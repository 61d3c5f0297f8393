//! Random queries over users and two local tables, each with what must be the same in every answer to it.

use super::conditions::{exact, tree};
use super::dice::Dice;
use super::likely;
use super::values::{Draft, Known};

/// A query.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its text.
    pub sql: String,
    /// What two answers to it must agree in.
    pub agree: Agree,
    /// Types and literals of its parameters.
    pub parameters: Vec<(String, String)>,
    /// Texts of the settings `draft.v1` and on.
    pub settings: Vec<String>,
    /// Statements before it: the time zone, what the planner may not do.
    pub before: Vec<String>,
    /// Whether it is prepared.
    pub prepared: bool,
    /// Whether it is read through a cursor: so many rows first, then the rest.
    pub cursor: Option<usize>,
}

/// What two answers must agree in.
#[derive(Debug, Clone, PartialEq)]
pub enum Agree {
    /// The rows, in any order.
    Rows,
    /// The rows and their order.
    Order,
    /// The rows, and the order of this many leading columns.
    Keys(usize),
    /// The number of rows and the order of this many leading columns; each row is one of another query's.
    Some(usize, String),
}

/// The next query.
pub fn query(dice: &mut Dice, known: &Known) -> Query {
    let prepared = dice.chance(40);
    let mut draft = Draft::new(dice, known, prepared);
    let (sql, agree) = match draft.dice.below(20) {
        0..=6 => select(&mut draft),
        7..=9 => aggregate(&mut draft),
        10..=12 => join(&mut draft),
        13 => semi_join(&mut draft),
        14 => lateral(&mut draft),
        15 => set_operation(&mut draft),
        16 => correlated(&mut draft),
        17 => common_table(&mut draft),
        18 => distinct(&mut draft),
        _ => two_foreign(&mut draft),
    };
    let (parameters, settings) = (draft.parameters, draft.settings);
    let mut before = Vec::new();
    if dice.chance(30) {
        before.push(format!(
            "set local timezone = '{}'",
            dice.pick(&["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"])
        ));
    }
    for what in [
        "hashjoin",
        "mergejoin",
        "nestloop",
        "memoize",
        "material",
        "sort",
        "hashagg",
    ] {
        if dice.chance(10) {
            before.push(format!("set local enable_{what} = off"));
        }
    }
    if dice.chance(20) {
        before.push("set local auth0_fdw.lookup_join = off".into());
    }
    if dice.chance(10) {
        before.push("set local work_mem = '64kB'".into());
    }
    if prepared {
        let mode = dice.pick(&["force_generic_plan", "force_custom_plan", "auto"]);
        before.push(format!("set local plan_cache_mode = {mode}"));
    }
    let cursor = (!prepared && dice.chance(10)).then(|| dice.below(7));
    Query {
        sql,
        agree,
        parameters,
        settings,
        before,
        prepared,
        cursor,
    }
}

const OUTPUTS: [&str; 5] = [
    "u.user_id, u.name",
    "u.*",
    "u.email, u.user_metadata, u.created_at",
    "u.user_id, u.attrs ->> 'nickname', u.blocked, u.last_ip",
    "u.logins_count",
];

fn filter(draft: &mut Draft) -> String {
    let depth = draft.dice.pick(&[0, 0, 0, 0, 1, 1, 2, 3]);
    match draft.dice.below(10) {
        0 => "true".into(),
        1 => exact(draft, "u", 1),
        2..=6 => likely::tree(draft, "u", depth.min(2)),
        _ => tree(draft, "u", depth),
    }
}

fn select(draft: &mut Draft) -> (String, Agree) {
    let from = format!("from users u where {}", filter(draft));
    let output = draft.dice.pick(&OUTPUTS);
    let key = draft.dice.pick(&[
        "u.created_at",
        "u.created_at",
        "u.created_at",
        "u.updated_at",
        "u.last_login",
        "u.given_name",
        "u.logins_count",
    ]);
    let way = draft
        .dice
        .pick(&["", " desc", " nulls first", " desc nulls last"]);
    let limit = limit(draft);
    match draft.dice.below(6) {
        0 if limit.is_empty() => (format!("select {output} {from}"), Agree::Rows),
        0 | 1 => (
            format!("select {output} {from}{limit}"),
            Agree::Some(0, format!("select {output} {from}")),
        ),
        2 => (
            format!("select {key}, {output} {from} order by {key}{way}"),
            Agree::Keys(1),
        ),
        3 | 4 => {
            let all = format!("select {key}, {output} {from}");
            (
                format!("{all} order by {key}{way}{limit}"),
                Agree::Some(1, all),
            )
        }
        _ => (
            format!("select {output} {from} order by {key}{way}, u.user_id{limit}"),
            Agree::Order,
        ),
    }
}

fn limit(draft: &mut Draft) -> String {
    let mut clause = String::new();
    if draft.dice.chance(70) {
        let n = draft
            .dice
            .pick(&["0", "1", "3", "20", "100", "101", "1500"]);
        let n = draft.value("int8", n);
        clause.push_str(&format!(" limit {n}"));
    }
    if draft.dice.chance(25) {
        let n = draft.dice.pick(&["0", "1", "5", "150"]);
        let n = draft.value("int8", n);
        clause.push_str(&format!(" offset {n}"));
    }
    clause
}

fn aggregate(draft: &mut Draft) -> (String, Agree) {
    let filter = if draft.dice.chance(50) {
        exact(draft, "u", 2)
    } else {
        filter(draft)
    };
    let from = format!("from users u where {filter}");
    let sql = match draft.dice.below(9) {
        0..=2 => format!("select count(*) {from}"),
        3 => format!("select count(*), count(u.email), count(distinct u.email) {from}"),
        4 => format!("select min(u.created_at), max(u.created_at) {from}"),
        5 => format!("select max(u.updated_at), min(u.last_login), max(u.logins_count) {from}"),
        6 => format!("select exists (select {from})"),
        7 => format!("select u.blocked, count(*), bool_or(u.email_verified) {from} group by u.blocked having count(*) > 1"),
        _ => format!("select count(*) filter (where u.blocked), count(*) {from}"),
    };
    (sql, Agree::Rows)
}

/// A local table and a column of it that holds what the column of users does, in part.
fn local(draft: &mut Draft) -> (&'static str, &'static str) {
    let table = draft.dice.pick(&["orders", "orders", "visits"]);
    (table, draft.dice.pick(&["user_id", "user_id", "email"]))
}

fn join(draft: &mut Draft) -> (String, Agree) {
    let (table, key) = local(draft);
    let kind = draft
        .dice
        .pick(&["join", "join", "left join", "right join", "full join"]);
    let mut on = format!("u.{key} = o.{key}");
    if kind != "full join" && draft.dice.chance(30) {
        on.push_str(&format!(" and {}", tree(draft, "u", 1)));
    }
    if kind != "full join" && draft.dice.chance(15) {
        on = format!("u.{key} = o.{key} || ''");
    }
    let relations = if draft.dice.chance(50) {
        format!("{table} o {kind} users u on {on}")
    } else {
        format!("users u {kind} {table} o on {on}")
    };
    let filter = match draft.dice.below(4) {
        0 => "true".to_owned(),
        1 => "o.n < 4".to_owned(),
        2 => filter(draft),
        _ => "o.at <= u.created_at".to_owned(),
    };
    let output = draft.dice.pick(&[
        "o.id, u.user_id, u.name",
        "o.id, u.created_at",
        "count(*), count(u.email), sum(o.n)",
    ]);
    (
        format!("select {output} from {relations} where {filter}"),
        Agree::Rows,
    )
}

fn semi_join(draft: &mut Draft) -> (String, Agree) {
    let (table, key) = local(draft);
    let filter = filter(draft);
    let sql = match draft.dice.below(6) {
        0 => format!("select u.user_id from users u where {filter} and u.{key} in (select o.{key} from {table} o where o.n < 3)"),
        1 => format!("select u.user_id from users u where {filter} and u.{key} not in (select o.{key} from {table} o where o.n < 3)"),
        2 => format!("select u.user_id from users u where {filter} and not exists (select from {table} o where o.{key} = u.{key})"),
        3 => format!("select o.id from {table} o where exists (select from users u where u.{key} = o.{key} and {filter})"),
        4 => format!("select o.id from {table} o where not exists (select from users u where u.{key} = o.{key} and {filter})"),
        _ => format!("select u.user_id from users u where {filter} and u.{key} = any (array(select o.{key} from {table} o where o.n < 6))"),
    };
    (sql, Agree::Rows)
}

fn lateral(draft: &mut Draft) -> (String, Agree) {
    let (table, key) = local(draft);
    let filter = filter(draft);
    let sql = match draft.dice.below(3) {
        0 => format!("select o.id, x.* from {table} o, lateral (select u.user_id, u.name from users u where u.{key} = o.{key} and {filter}) x where o.n < 5"),
        1 => format!("select o.id, x.* from orders o left join lateral (select u.user_id from users u where u.created_at >= o.at and {filter} order by u.created_at, u.user_id limit 2) x on true"),
        _ => "select o.id, x.* from orders o, lateral (select count(*) from users u where u.blocked = o.flag) x".to_owned(),
    };
    (sql, Agree::Rows)
}

fn set_operation(draft: &mut Draft) -> (String, Agree) {
    let operator = draft
        .dice
        .pick(&["union", "union all", "except", "intersect"]);
    let (one, other) = (filter(draft), filter(draft));
    (
        format!("select u.user_id, u.name from users u where {one} {operator} select u.user_id, u.name from users u where {other}"),
        Agree::Rows,
    )
}

fn correlated(draft: &mut Draft) -> (String, Agree) {
    let filter = filter(draft);
    let sql = match draft.dice.below(3) {
        0 => format!("select o.id, (select max(u.name) from users u where u.user_id = o.user_id and {filter}) from orders o"),
        1 => "select o.id, (select count(*) from users u where u.blocked = o.flag) from orders o where o.id < 4".to_owned(),
        _ => format!("select u.user_id, (select count(*) from orders o where o.user_id = u.user_id) from users u where {filter}"),
    };
    (sql, Agree::Rows)
}

fn common_table(draft: &mut Draft) -> (String, Agree) {
    let materialized = draft.dice.pick(&["", "materialized", "not materialized"]);
    let (inner, outer) = (filter(draft), tree(draft, "u", 1));
    (
        format!("with c as {materialized} (select * from users u where {inner}) select u.user_id, u.created_at from c u where {outer}"),
        Agree::Rows,
    )
}

fn distinct(draft: &mut Draft) -> (String, Agree) {
    let from = format!("from users u where {}", filter(draft));
    match draft.dice.below(3) {
        0 => (format!("select distinct u.blocked, u.email_verified {from}"), Agree::Rows),
        1 => (format!("select distinct on (u.created_at) u.created_at {from} order by u.created_at desc limit 5"), Agree::Order),
        _ => (
            format!("select u.user_id, row_number() over (order by u.created_at, u.user_id), count(*) over () {from} order by u.created_at, u.user_id limit 7"),
            Agree::Order,
        ),
    }
}

fn two_foreign(draft: &mut Draft) -> (String, Agree) {
    let filter = filter(draft);
    let on = draft.dice.pick(&[
        "v.user_id = u.user_id",
        "v.email = u.email",
        "v.created_at = u.created_at",
        "v.name = u.nickname",
    ]);
    (
        format!("select u.user_id, v.user_id from users u join users v on {on} where {filter}"),
        Agree::Rows,
    )
}
