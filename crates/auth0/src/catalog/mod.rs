//! What Auth0 has: every object and its columns, as data.
//!
//! Import, planning, decoding and the documents read these records; a new object is one record.

mod ddl;
mod users;

pub use ddl::create_foreign_table;

/// The best SQL type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `text`
    Text,
    /// `bool`
    Bool,
    /// `bigint`
    Bigint,
    /// `timestamptz`
    Timestamptz,
    /// `inet`
    Inet,
    /// `jsonb`
    Jsonb,
}

impl Type {
    /// As SQL writes it, whatever the search_path.
    pub fn sql(self) -> &'static str {
        match self {
            Type::Text => "pg_catalog.text",
            Type::Bool => "pg_catalog.bool",
            Type::Bigint => "pg_catalog.int8",
            Type::Timestamptz => "pg_catalog.timestamptz",
            Type::Inet => "pg_catalog.inet",
            Type::Jsonb => "pg_catalog.jsonb",
        }
    }
}

/// One column of an imported table; its name is the JSON key.
#[derive(Debug)]
pub struct Column {
    /// SQL name and JSON key.
    pub name: &'static str,
    /// Best SQL type.
    pub ty: Type,
    /// One line for `COMMENT`-like use in the documents.
    pub doc: &'static str,
}

/// One object that the API can list.
#[derive(Debug)]
pub struct Object {
    /// Table name and value of the option `object`.
    pub name: &'static str,
    /// Path of the list call.
    pub path: &'static str,
    /// Key of the rows in the envelope (`include_totals=true`).
    pub list_key: &'static str,
    /// Key that identifies a row.
    pub id: &'static str,
    /// Key by which pages are ordered, so that they do not shift: one that never changes.
    pub order: &'static str,
    /// Most rows one query can reach by paging.
    pub window: u64,
    /// Keys that every read of it lets `fields` name: of others it is not known that all do.
    pub selectable: &'static [&'static str],
    /// Any of these scopes lets a token read it.
    pub scopes: &'static [&'static str],
    /// Known columns, in the order of the import.
    pub columns: &'static [Column],
}

/// Objects are declared once, so a name is an identity.
impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.name == other.name
    }
}

/// The name of the column that shows the whole object.
pub const ATTRS: &str = "attrs";

/// All objects, in the order of the import.
pub const OBJECTS: &[&Object] = &[&users::USERS];

/// The object called `name`.
pub fn find(name: &str) -> Option<&'static Object> {
    OBJECTS.iter().copied().find(|object| object.name == name)
}

/// The names of all objects.
pub fn names() -> Vec<&'static str> {
    OBJECTS.iter().map(|object| object.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sql_names_and_unique() {
        for object in OBJECTS {
            let mut seen = std::collections::HashSet::new();
            for name in object
                .columns
                .iter()
                .map(|c| c.name)
                .chain([object.name, ATTRS])
            {
                assert!(
                    name.bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                    "{name}"
                );
                assert!(seen.insert(name), "{name} twice");
            }
            assert!(object.columns.iter().any(|c| c.name == object.id));
            assert!(object.columns.iter().any(|c| c.name == object.order));
            assert!(object.selectable.contains(&object.id));
            assert!(object.selectable.contains(&object.order));
        }
    }
}
