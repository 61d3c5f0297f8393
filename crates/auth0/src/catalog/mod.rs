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

/// How the API's search compares the values of a key.
/// Source: <https://auth0.com/docs/manage-users/user-search/user-search-query-syntax>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// It does not look at them.
    Never,
    /// As whole texts without regard to case.
    Folded,
    /// As whole texts.
    Exact,
    /// As the texts of IP addresses.
    Address,
    /// As truth values; an absent one is neither.
    Truth,
    /// As whole numbers.
    Integer,
    /// As times in milliseconds.
    Time,
    /// Every scalar inside, by its path; no ranges and no patterns.
    Metadata,
}

/// A call that brings the rows with one value of a key, consistent at once.
#[derive(Debug)]
pub struct ByKey {
    /// The key.
    pub key: &'static str,
    /// Path of the call, up to where the value goes.
    pub path: &'static str,
    /// The query parameter for the value; without one it ends the path, and the answer is the object itself.
    pub parameter: Option<&'static str>,
}

/// One column of an imported table; its name is the JSON key.
#[derive(Debug)]
pub struct Column {
    /// SQL name and JSON key.
    pub name: &'static str,
    /// Best SQL type.
    pub ty: Type,
    /// How it can be searched.
    pub search: Search,
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
    /// Keys the API sorts by, which every row has.
    pub sortable: &'static [&'static str],
    /// Calls that find rows by the value of a key, the most selective first.
    pub by_key: &'static [ByKey],
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

impl Object {
    /// The column for a top-level key.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The look-up by a key.
    pub fn by_key(&self, key: &str) -> Option<&'static ByKey> {
        self.by_key.iter().find(|by| by.key == key)
    }
}

/// The name of the column that takes a search in the API's own language. Its value in a row is the search that found it.
pub const QUERY: &str = "q";

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
