//! An object as `CREATE FOREIGN TABLE`.

use super::{Object, Type, ATTRS, QUERY};

/// The statement that `IMPORT FOREIGN SCHEMA` runs for `object`. `quote` quotes an SQL identifier.
pub fn create_foreign_table(
    object: &Object,
    schema: &str,
    server: &str,
    quote: impl Fn(&str) -> String,
) -> String {
    let mut sql = format!(
        "CREATE FOREIGN TABLE {}.{} (\n",
        quote(schema),
        quote(object.name)
    );
    for column in object.columns {
        sql.push_str(&format!(
            "    {} {},\n",
            quote(column.name),
            column.ty.sql()
        ));
    }
    sql.push_str(&format!(
        "    {} {},\n    {} {}\n) SERVER {} OPTIONS (object '{}')",
        quote(ATTRS),
        Type::Jsonb.sql(),
        quote(QUERY),
        Type::Text.sql(),
        quote(server),
        object.name
    ));
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_the_user_named() {
        let sql = create_foreign_table(
            super::super::find("users").unwrap(),
            "my schema",
            "s",
            |name| format!("\"{name}\""),
        );
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
}
