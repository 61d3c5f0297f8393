//! Ready-made views over the foreign tables of a schema.

use auth0::catalog::views::{View, VIEWS};
use auth0::Error;
use pgrx::iter::SetOfIterator;
use pgrx::spi::{quote_identifier, quote_literal};
use pgrx::{pg_extern, PgSqlErrorCode};

use super::sql::{execute, text_of};
use super::value::Text;
use crate::caught::caught;
use crate::error::{notice, raise, raise_again};
use crate::text;

/// Views are asked with the rights of whoever reads them, where Postgres can do that.
const RIGHTS: &str = if cfg!(feature = "pg14") {
    ""
} else {
    " WITH (security_invoker = true)"
};

/// Errors that tables made by hand and other relations of the schema bring about: a column that is not there or has another
/// type, a name that is taken.
const DECLARED: &[PgSqlErrorCode] = &[
    PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN,
    PgSqlErrorCode::ERRCODE_UNDEFINED_FUNCTION,
    PgSqlErrorCode::ERRCODE_AMBIGUOUS_FUNCTION,
    PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
    PgSqlErrorCode::ERRCODE_CANNOT_COERCE,
    PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION,
    PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
    PgSqlErrorCode::ERRCODE_INVALID_TABLE_DEFINITION,
    PgSqlErrorCode::ERRCODE_DUPLICATE_TABLE,
];

/// One tenant's roles joined with another's users would be wrong.
const SEVERAL_SERVERS: &str = "SELECT string_agg(DISTINCT s.srvname, ', ' ORDER BY s.srvname)
  FROM pg_foreign_table AS t
  JOIN pg_class AS c ON c.oid = t.ftrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_foreign_server AS s ON s.oid = t.ftserver
  JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
  JOIN pg_proc AS p ON p.oid = w.fdwhandler
  WHERE n.nspname::text = $1 AND p.proname = 'auth0_fdw_handler'
  HAVING count(DISTINCT s.oid) > 1";

/// Creates or replaces every view whose tables are there, and names them; tells why others are left out.
#[pg_extern(sql = false)]
fn create_views(schema: &str) -> SetOfIterator<'static, Text> {
    let schema = text::received(schema.to_owned());
    let there = text_of(
        "SELECT 'yes' FROM pg_namespace WHERE nspname::text = $1",
        &[Text::new(&schema).into()],
    );
    if there.is_none() {
        raise(Error::NotFound {
            what: "schema",
            name: schema,
            hint: "\\dn lists the schemas of this database.",
        });
    }
    let several = text_of(SEVERAL_SERVERS, &[Text::new(&schema).into()]);
    if let Some(servers) = several {
        raise(Error::Argument {
            name: "schema",
            expected: format!(
                "a schema whose Auth0 tables belong to one server, not to several: {servers}"
            ),
        });
    }
    let mut made = Vec::new();
    for view in VIEWS {
        let tables: Vec<_> = view
            .objects
            .iter()
            .map(|object| (*object, table(&schema, object)))
            .collect();
        let missing: Vec<&str> = tables
            .iter()
            .filter(|(_, table)| table.is_none())
            .map(|(object, _)| *object)
            .collect();
        let why = match missing.as_slice() {
            [] => create(&schema, view, &tables).err(),
            [one] => Some(format!(
                "schema \"{schema}\" has no table of the object {one}"
            )),
            more => Some(format!(
                "schema \"{schema}\" has no tables of the objects {}",
                more.join(", ")
            )),
        };
        match why {
            None => made.push(Text::new(view.name)),
            Some(why) => notice(&format!(
                "view \"{}\" is left out, because {why}",
                view.name
            )),
        }
    }
    SetOfIterator::new(made)
}

/// Creates or replaces one, or says why that cannot be.
fn create(schema: &str, view: &View, tables: &[(&str, Option<String>)]) -> Result<(), String> {
    let table = |object: &str| {
        let found = tables.iter().find(|(name, _)| *name == object);
        found
            .and_then(|(_, table)| table.clone())
            .unwrap_or_default()
    };
    let name = format!("{}.{}", quote_identifier(schema), view.name);
    let command = format!(
        "CREATE OR REPLACE VIEW {name}{RIGHTS} AS{}",
        view.query(table)
    );
    let comment = quote_literal(view.comment());
    let made = caught(true, || {
        execute(&command, &[]);
        execute(&format!("COMMENT ON VIEW {name} IS {comment}"), &[]);
    });
    made.map_err(|report| match report.sql_error_code() {
        code if DECLARED.contains(&code) => report.message().to_owned(),
        _ => raise_again(&report),
    })
}

/// The foreign table of ours that shows this object, with its schema; of several the one that has the object's name, or
/// the first.
fn table(schema: &str, object: &str) -> Option<String> {
    text_of(
        "SELECT format('%I.%I', n.nspname, c.relname)
         FROM pg_foreign_table AS t
         JOIN pg_class AS c ON c.oid = t.ftrelid
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_foreign_server AS s ON s.oid = t.ftserver
         JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
         JOIN pg_proc AS p ON p.oid = w.fdwhandler
         CROSS JOIN pg_options_to_table(t.ftoptions) AS o
         WHERE n.nspname::text = $1 AND p.proname = 'auth0_fdw_handler'
           AND o.option_name = 'object' AND o.option_value = $2
         ORDER BY c.relname::text <> $2, c.oid LIMIT 1",
        &[Text::new(schema).into(), Text::new(object).into()],
    )
}
