//! What Auth0 has: every object and its columns, as data.
//!
//! Import, planning, decoding and the documents read these records; a new object is one record.

mod applications;
mod connections;
mod ddl;
pub mod endpoint;
mod extensibility;
mod facts;
mod logs;
mod object;
mod organizations;
mod pages;
mod reference;
mod roles;
mod settings;
mod similar;
pub mod template;
mod tenant;
mod user_children;
mod user_sessions;
mod users;
pub mod views;
mod words;
pub mod writes;

pub use ddl::create_foreign_table;
pub use endpoint::declared;
pub use reference::markdown;
pub use similar::similar;

pub use object::{
    ByKey, Column, Language, Object, Paging, Param, ParamKind, Parent, Search, Shape, Shown, Type,
    PLAIN, WINDOW,
};
pub use writes::{writes, Writes};

/// The name of the column that takes a search in the API's own language. Its value in a row is the search that found it.
pub const QUERY: &str = "q";

/// The name of the column that shows the whole object.
pub const ATTRS: &str = "attrs";

/// The chapters, in the order of the documents.
const CHAPTERS: &[&[&Object]] = &[
    &[&users::USERS],
    user_children::OBJECTS,
    user_sessions::OBJECTS,
    roles::OBJECTS,
    organizations::OBJECTS,
    applications::OBJECTS,
    connections::OBJECTS,
    logs::OBJECTS,
    extensibility::OBJECTS,
    tenant::OBJECTS,
    pages::OBJECTS,
    settings::OBJECTS,
];

const COUNT: usize = {
    let (mut count, mut chapter) = (0, 0);
    while chapter < CHAPTERS.len() {
        count += CHAPTERS[chapter].len();
        chapter += 1;
    }
    count
};

static ALL: [&Object; COUNT] = {
    let mut all = [CHAPTERS[0][0]; COUNT];
    let (mut at, mut chapter) = (0, 0);
    while chapter < CHAPTERS.len() {
        let mut i = 0;
        while i < CHAPTERS[chapter].len() {
            all[at] = CHAPTERS[chapter][i];
            at += 1;
            i += 1;
        }
        chapter += 1;
    }
    all
};

/// All objects, in the order of the import.
pub static OBJECTS: &[&Object] = &ALL;

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
                assert!(object.sortable.iter().all(|k| key(k)), "{at}");
                for column in object.columns {
                    let plain = column.key == column.name;
                    assert!(
                        plain || column.search == Search::Never,
                        "{at}: {}",
                        column.name
                    );
                }
            } else {
                let searched = |c: &&Column| c.search != Search::Never;
                assert_eq!(object.columns.iter().filter(searched).count(), 0, "{at}");
            }
            let partly = object.columns.iter().any(|c| c.shown != Shown::Always);
            assert!(!partly || object.detail().is_some(), "{at}: no read by id");
            for key in object.selectable.iter().chain(object.on_request) {
                assert!(object.column(key).is_some(), "{at}: {key}");
            }
            let root = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
            for secret in object.secrets {
                assert!(object.column(&root(secret)).is_some(), "{at}: {secret}");
            }
            for key in object.guarded {
                assert!(object.column(key).is_some(), "{at}: {key}");
            }
            for column in object.columns.iter().filter(|column| column.secret) {
                assert!(object.secrets.contains(&column.key), "{at}: {}", column.key);
            }
        }
    }

    #[test]
    fn calls_are_well_formed() {
        for object in OBJECTS {
            let by_key = object.by_key.iter().map(|by| by.path);
            for path in by_key.chain([object.path]) {
                let at = format!("{}: {path}", object.name);
                let get =
                    template::fill(path, |_| Some(template::Put::Value("x".into()))).expect(&at);
                let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
                assert!(get.path.bytes().all(plain), "{at}");
                assert!(path.starts_with("/api/v2/"), "{at}");
                assert!(!get.path.contains("//") && !get.path.ends_with('/'), "{at}");
                let mut seen = HashSet::new();
                assert!(template::variables(path).all(|v| seen.insert(v)), "{at}");
            }
            if let Some(size) = object.paging.most() {
                assert!((1..=1000).contains(&size), "{}", object.name);
            }
        }
    }

    #[test]
    fn each_list_is_one_object() {
        let mut seen = HashSet::new();
        for object in OBJECTS {
            if !matches!(object.shape, Shape::Nested(..)) {
                assert!(seen.insert(object.path), "{} twice", object.path);
            }
        }
    }

    #[test]
    fn values_are_given_and_distinct() {
        for object in OBJECTS {
            for (column, values) in object.values {
                let at = format!("{}.{column}", object.name);
                assert!(object.variables().any(|v| v == *column), "{at}");
                let distinct: HashSet<_> = values.iter().collect();
                assert!(!values.is_empty() && distinct.len() == values.len(), "{at}");
            }
        }
    }

    #[test]
    fn parents_end() {
        for object in OBJECTS {
            let (mut ancestor, mut generations) = (*object, 0);
            while let Some(parent) = &ancestor.parent {
                ancestor = find(parent.object).unwrap();
                generations += 1;
                assert!(generations < 5, "{} is its own ancestor", object.name);
            }
        }
    }

    #[test]
    fn the_first_columns_are_those_of_the_path() {
        for object in OBJECTS {
            let first = object.columns.iter().map(|column| column.name);
            for (column, variable) in first.zip(object.variables()) {
                assert_eq!(column, variable, "{}", object.name);
            }
        }
    }

    #[test]
    fn secrets_are_paths_of_keys() {
        for object in OBJECTS {
            for secret in object.secrets {
                let whole = object.secrets.iter().any(|other| {
                    secret
                        .strip_prefix(other)
                        .is_some_and(|rest| rest.starts_with('.'))
                });
                assert!(!whole, "{}: {secret} is within another", object.name);
                assert!(
                    secret.split('.').all(|key| !key.is_empty()),
                    "{}",
                    object.name
                );
            }
        }
    }
}
