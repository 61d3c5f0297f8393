//! What Auth0 has: every object and its columns, as data.
//!
//! Import, planning, decoding and the documents read these records; a new object is one record.

mod ddl;
mod object;
pub mod template;
mod users;
pub mod writes;

pub use ddl::create_foreign_table;
pub use object::{
    ByKey, Column, Language, Object, Paging, Param, ParamKind, Parent, Search, Shape, Type, PLAIN,
    WINDOW,
};
pub use writes::{writes, Writes};

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
    use std::collections::HashSet;

    fn is_sql_name(name: &str) -> bool {
        name.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    }

    #[test]
    fn names_are_sql_names_and_unique() {
        let mut objects = HashSet::new();
        for object in OBJECTS {
            assert!(is_sql_name(object.name), "{}", object.name);
            assert!(objects.insert(object.name), "{} twice", object.name);
            let mut seen = HashSet::new();
            for name in object.columns.iter().map(|c| c.name).chain([ATTRS]) {
                assert!(is_sql_name(name), "{}.{name}", object.name);
                assert!(seen.insert(name), "{}.{name} twice", object.name);
            }
        }
    }

    #[test]
    fn what_a_record_names_is_there() {
        for object in OBJECTS {
            let at = object.name;
            assert!(object.path.starts_with("/api/v2/"), "{at}");
            assert!(!object.doc.is_empty() && !object.area.is_empty(), "{at}");
            assert!(!object.scopes.is_empty(), "{at}");
            assert!(
                object.id.is_empty() || object.column(object.id).is_some(),
                "{at}: id"
            );
            let own = |name: &str| object.named(name).is_some();
            for variable in object.variables() {
                assert!(own(variable), "{at}: {variable}");
                let parent = object.parent.as_ref();
                let from = parent.is_some_and(|p| p.columns.iter().any(|(c, _)| *c == variable));
                let listed = object.values.iter().any(|(c, _)| *c == variable);
                assert!(!(from && listed), "{at}: {variable} from two places");
            }
            for by in object.by_key {
                assert!(own(by.key), "{at}: {}", by.key);
                assert!(template::variables(by.path).any(|v| v == by.key), "{at}");
                assert!(template::variables(by.path).all(own), "{at}: {}", by.path);
            }
            for param in object.params {
                assert!(own(param.column), "{at}: {}", param.column);
            }
            if let Some(parent) = &object.parent {
                let of = find(parent.object);
                let of = of.unwrap_or_else(|| panic!("{at}: no object {}", parent.object));
                for (ours, theirs) in parent.columns {
                    assert!(object.variables().any(|v| v == *ours), "{at}: {ours}");
                    assert!(of.named(theirs).is_some(), "{at}: {theirs}");
                }
            }
            if object.is_searched() {
                let key = |key: &str| object.column(key).is_some_and(|c| c.name == key);
                assert!(key(object.id) && key(object.order), "{at}");
                assert!(object.columns.iter().all(|c| c.key == c.name), "{at}");
            }
            let root = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
            for secret in object.secrets {
                assert!(object.column(&root(secret)).is_some(), "{at}: {secret}");
            }
            for column in object.columns.iter().filter(|column| column.secret) {
                assert!(object.secrets.contains(&column.key), "{at}: {}", column.key);
            }
        }
    }
}
