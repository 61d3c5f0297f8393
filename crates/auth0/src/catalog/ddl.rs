//! An object as `CREATE FOREIGN TABLE`.

use super::{Object, Type, ATTRS, QUERY};

/// The statement that `IMPORT FOREIGN SCHEMA` runs for `object`, with or without its secrets. `quote` quotes an SQL
/// identifier.
pub fn create_foreign_table(
    object: &Object,
    schema: &str,
    server: &str,
    include_secrets: bool,
    quote: impl Fn(&str) -> String,
) -> String {
    let shown = |secret: bool| include_secrets || !secret;
    let mut columns: Vec<(&str, Type)> = object
        .columns
        .iter()
        .filter(|column| shown(column.secret))
        .map(|column| (column.name, column.ty))
        .collect();
    columns.push((ATTRS, Type::Jsonb));
    if object.is_searched() {
        columns.push((QUERY, Type::Text));
    }
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, ty)| format!("    {} {}", quote(name), ty.sql()))
        .collect();
    format!(
        "CREATE FOREIGN TABLE {}.{} (\n{}\n) SERVER {} OPTIONS (object '{}'{})",
        quote(schema),
        quote(object.name),
        columns.join(",\n"),
        quote(server),
        object.name,
        if include_secrets {
            ", include_secrets 'true'"
        } else {
            ""
        }
    )
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    fn table(object: &str, include_secrets: bool) -> String {
        let quote = |name: &str| format!("\"{name}\"");
        create_foreign_table(
            find(object).unwrap(),
            "my schema",
            "s",
            include_secrets,
            quote,
        )
    }

    #[test]
    fn quotes_what_the_user_named() {
        let sql = table("users", false);
        assert!(
            sql.starts_with(
                "CREATE FOREIGN TABLE \"my schema\".\"users\" (\n    \"user_id\" pg_catalog.text,\n"
            ),
            "{sql}"
        );
        assert!(
            sql.ends_with(
                "    \"attrs\" pg_catalog.jsonb,\n    \"q\" pg_catalog.text\n) SERVER \"s\" OPTIONS (object 'users')"
            ),
            "{sql}"
        );
    }

    #[test]
    fn secrets_come_when_asked_for() {
        let without = table("clients", false);
        assert!(!without.contains("secret\""), "{without}");
        assert!(without
            .ends_with("\"attrs\" pg_catalog.jsonb\n) SERVER \"s\" OPTIONS (object 'clients')"));
        let with = table("clients", true);
        assert!(with.contains("    \"client_secret\" pg_catalog.text,\n"));
        assert!(with.ends_with("OPTIONS (object 'clients', include_secrets 'true')"));
    }
}
