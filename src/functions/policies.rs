//! Row-level security with the identity: the usual policy written, and the unusual ones found.

use auth0::Error;
use pgrx::pg_sys::Oid;
use pgrx::spi::quote_identifier;
use pgrx::{notice, pg_extern};

use super::sql::{execute, text_of};
use super::value::Text;
use crate::error::raise;
use crate::text;

/// Types a user's id can be kept in.
const TEXT_TYPES: [&str; 3] = ["text", "varchar", "citext"];

/// Lets everybody see and change only the rows whose column has their own user id.
#[pg_extern(sql = false)]
fn enable_owner_policy(table: Oid, column: &str, force: bool) {
    let column = text::received(column.to_owned());
    let name = text_of(
        "SELECT $1::pg_catalog.regclass::pg_catalog.text",
        &[table.into()],
    );
    let Some(name) = name else {
        raise(Error::NotFound {
            what: "table",
            name: table.to_u32().to_string(),
            hint: "\\d lists the tables of this database.",
        });
    };
    let ty = text_of(
        "SELECT t.typname::pg_catalog.text FROM pg_catalog.pg_attribute AS a
           JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
         WHERE a.attrelid OPERATOR(pg_catalog.=) $1 AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) $2
           AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped",
        &[table.into(), Text::new(&column).into()],
    );
    match ty.as_deref() {
        None => raise(Error::NotFound {
            what: "column",
            name: column,
            hint: "\\d shows the columns of the table.",
        }),
        Some(ty) if !TEXT_TYPES.contains(&ty) => raise(Error::Argument {
            name: "column_name",
            expected:
                "a column of type text: Auth0's user ids look like auth0|5f7c8ec7c33c6c004bbafe82"
                    .to_owned(),
        }),
        Some(_) => {}
    }
    let quoted = quote_identifier(&column);
    // Asked in a subquery, once a statement.
    // Text has an operator of its own; citext must not be compared by its, which takes Auth0|x for auth0|x.
    let cast = match ty.as_deref() {
        Some("citext") => "::pg_catalog.text",
        _ => "",
    };
    let own = format!("({quoted}{cast} OPERATOR(pg_catalog.=) (SELECT auth0.user_id()))");
    let there = text_of(
        "SELECT 'yes' FROM pg_catalog.pg_policy WHERE polrelid OPERATOR(pg_catalog.=) $1 AND polname::pg_catalog.text OPERATOR(pg_catalog.=) 'auth0_owner'",
        &[table.into()],
    );
    let mut statements = vec![format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")];
    if there.is_some() {
        statements.push(format!("DROP POLICY auth0_owner ON {name}"));
    }
    statements.push(format!(
        "CREATE POLICY auth0_owner ON {name} USING {own} WITH CHECK {own}"
    ));
    if force {
        statements.push(format!("ALTER TABLE {name} FORCE ROW LEVEL SECURITY"));
    }
    for statement in &statements {
        execute(statement, &[]);
    }
    let indexed = text_of(
        "SELECT 'yes' FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute AS a
           ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) i.indkey[0]
         WHERE i.indrelid OPERATOR(pg_catalog.=) $1 AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) $2 LIMIT 1",
        &[table.into(), Text::new(&column).into()],
    );
    if indexed.is_none() {
        notice!("no index begins with column {quoted}: every query will read all of {name}");
    }
}

/// Whether a stored expression calls one of the functions for every row: outside of any subquery, or only within
/// subqueries that refer to the row.
///
/// Reads what pg_node_tree prints. A subquery that refers to nothing outside is run once and its result kept.
#[pg_extern(sql = false)]
fn calls_per_row(expression: Option<&str>, functions: Vec<Option<i64>>) -> bool {
    let Some(expression) = expression else {
        return false;
    };
    let mut walk = Walk::default();
    let mut words = expression
        .split_inclusive(['{', '}', ' ', '(', ')'])
        .flat_map(|piece| match piece.char_indices().last() {
            Some((at, '{' | '}')) => [&piece[..at], &piece[at..]],
            _ => [piece.trim_end_matches([' ', '(', ')']), ""],
        })
        .filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        match word {
            "{" => walk.open(words.next().unwrap_or_default()),
            "}" => walk.close(),
            ":funcid" => {
                let id = words.next().and_then(|id| id.parse().ok());
                if id.is_some_and(|id: i64| functions.contains(&Some(id))) {
                    walk.call();
                }
            }
            ":varlevelsup" => {
                let levels = words.next().and_then(|levels| levels.parse().ok());
                walk.variable(levels.unwrap_or(0));
            }
            _ => {}
        }
    }
    walk.per_row()
}

/// The way through a printed tree.
#[derive(Default)]
struct Walk {
    /// For each open node: is it a query, and the number of the subquery if it is one.
    open: Vec<(bool, Option<usize>)>,
    /// For each subquery: how many queries are around it, and whether it refers to something outside.
    subqueries: Vec<(usize, bool)>,
    /// For each call: the subqueries around it.
    calls: Vec<Vec<usize>>,
}

impl Walk {
    fn open(&mut self, node: &str) {
        let subquery = (node == "SUBLINK").then(|| {
            self.subqueries.push((self.depth(), false));
            self.subqueries.len() - 1
        });
        self.open.push((node == "QUERY", subquery));
    }

    fn close(&mut self) {
        self.open.pop();
    }

    /// How many queries are around this place.
    fn depth(&self) -> usize {
        self.open.iter().filter(|(query, _)| *query).count()
    }

    /// The subqueries around this place. What is compared with a subquery's rows stands in its node, too, but outside of
    /// its query.
    fn around(&self) -> Vec<usize> {
        let depth = self.depth();
        let open = self.open.iter().filter_map(|(_, subquery)| *subquery);
        open.filter(|subquery| self.subqueries[*subquery].0 < depth)
            .collect()
    }

    fn call(&mut self) {
        self.calls.push(self.around());
    }

    /// A variable of a query so many levels up: all subqueries between here and there refer to something outside.
    fn variable(&mut self, levels: usize) {
        let level = self.depth().saturating_sub(levels);
        for subquery in self.around() {
            let (outside, refers) = &mut self.subqueries[subquery];
            *refers |= level <= *outside;
        }
    }

    fn per_row(&self) -> bool {
        let once = |subquery: &usize| !self.subqueries[*subquery].1;
        self.calls.iter().any(|around| !around.iter().any(once))
    }
}
