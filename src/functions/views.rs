//! Ready-made views over the foreign tables of a schema.

use auth0::catalog::views::{View, VIEWS};
use auth0::Error;
use pgrx::iter::SetOfIterator;
use pgrx::pg_extern;
use pgrx::spi::{quote_identifier, quote_literal};

use super::sql::{execute, text_of};
use super::value::Text;
use crate::error::{notice, raise};
use crate::text;

/// Views are asked with the rights of whoever reads them, where Postgres can do that.
const RIGHTS: &str = if cfg!(feature = "pg14") {
    ""
} else {
    " WITH (security_invoker = true)"
};

/// One tenant's roles joined with another's users would be wrong.
const SEVERAL_SERVERS: &str = "SELECT 'yes'
  FROM pg_foreign_table AS t
  JOIN pg_class AS c ON c.oid = t.ftrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_foreign_server AS s ON s.oid = t.ftserver
  JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
  JOIN pg_proc AS p ON p.oid = w.fdwhandler
  WHERE n.nspname::text = $1 AND p.proname = 'auth0_fdw_handler'
  HAVING count(DISTINCT s.oid) > 1";

/// Creates or replaces every view whose tables are there, and names them; tells which tables others lack.
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
    if several.is_some() {
        raise(Error::Argument {
            name: "schema",
            expected: "a schema whose Auth0 tables belong to one server".to_owned(),
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
        if missing.is_empty() {
            create(&schema, view, &tables);
            made.push(Text::new(view.name));
        } else {
            notice(&format!(
                "view \"{}\" is left out: schema \"{schema}\" has no table of the object {}",
                view.name,
                missing.join(", ")
            ));
        }
    }
    SetOfIterator::new(made)
}

fn create(schema: &str, view: &View, tables: &[(&str, Option<String>)]) {
    let table = |object: &str| {
        let found = tables.iter().find(|(name, _)| *name == object);
        found
            .and_then(|(_, table)| table.clone())
            .unwrap_or_default()
    };
    let name = format!("{}.{}", quote_identifier(schema), view.name);
    execute(
        &format!(
            "CREATE OR REPLACE VIEW {name}{RIGHTS} AS{}",
            view.query(table)
        ),
        &[],
    );
    let comment = quote_literal(view.comment());
    execute(&format!("COMMENT ON VIEW {name} IS {comment}"), &[]);
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
