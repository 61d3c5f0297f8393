//! What a condition is about: a key of the object, or a place inside one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalog::{Object, ParamKind, Search};

/// A place in an object: a top-level key, and from there the keys and array positions on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    root: String,
    inside: Vec<String>,
}

/// How the API compares what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole texts without regard to case.
    Folded,
    /// Whole texts.
    Exact,
    /// IP addresses as texts.
    Address,
    /// Truth values.
    Truth,
    /// Whole numbers.
    Integer,
    /// Times.
    Time,
    /// A scalar of a metadata object, of any type.
    Scalar,
    /// A text of one of a user's identities; the search looks at all of them.
    Identity,
}

/// Keys of an identity that the search knows.
/// Source: <https://auth0.com/docs/manage-users/user-search/user-search-query-syntax>.
const IDENTITY_KEYS: [&str; 2] = ["connection", "provider"];

impl Field {
    /// A top-level key.
    pub fn key(name: &str) -> Field {
        Field {
            root: name.to_owned(),
            inside: Vec::new(),
        }
    }

    /// A place inside `root`.
    pub fn inside(root: &str, steps: Vec<String>) -> Field {
        Field {
            root: root.to_owned(),
            inside: steps,
        }
    }

    /// The top-level key, if that is all.
    pub fn as_key(&self) -> Option<&str> {
        self.inside.is_empty().then_some(self.root.as_str())
    }

    /// One step further in.
    pub fn step(&self, key: &str) -> Field {
        let mut field = self.clone();
        field.inside.push(key.to_owned());
        field
    }

    /// How the API compares it; `None` if it cannot be searched for.
    pub fn kind(&self, object: &Object) -> Option<Kind> {
        if !object.is_searched() {
            return self.kind_in_calls(object);
        }
        let search = object.column(&self.root)?.search;
        if self.inside.is_empty() {
            return match search {
                Search::Never | Search::Metadata => None,
                Search::Folded => Some(Kind::Folded),
                Search::Exact => Some(Kind::Exact),
                Search::Address => Some(Kind::Address),
                Search::Truth => Some(Kind::Truth),
                Search::Integer => Some(Kind::Integer),
                Search::Time => Some(Kind::Time),
            };
        }
        match self.inside.as_slice() {
            steps if search == Search::Metadata => {
                steps.iter().all(|step| plain(step)).then_some(Kind::Scalar)
            }
            [position, key]
                if self.root == "identities"
                    && position.bytes().all(|b| b.is_ascii_digit())
                    && IDENTITY_KEYS.contains(&key.as_str()) =>
            {
                Some(Kind::Identity)
            }
            _ => None,
        }
    }

    /// The same of an object whose list takes no search: what its calls compare.
    fn kind_in_calls(&self, object: &Object) -> Option<Kind> {
        let key = self.as_key()?;
        if object.keys().contains(&key) {
            return Some(Kind::Exact);
        }
        let compares = |fits: fn(ParamKind) -> bool| object.param(key, fits).is_some();
        if compares(ParamKind::is_of_truth) {
            Some(Kind::Truth)
        } else if compares(ParamKind::is_of_time) {
            Some(Kind::Time)
        } else {
            None
        }
    }

    /// As the search writes it. Positions in arrays are left out: it looks at all elements.
    pub fn searched(&self) -> String {
        let inside = self
            .inside
            .iter()
            .filter(|_| self.root != "identities")
            .chain(self.inside.last().filter(|_| self.root == "identities"));
        std::iter::once(&self.root)
            .chain(inside)
            .cloned()
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// Whether a metadata key stands for itself in a search: no character that its syntax knows, and no position of an
/// array, which it would look for as a key.
fn plain(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && !["AND", "OR", "NOT", "TO"].contains(&key)
}

impl fmt::Display for Field {
    /// As SQL would write it, dotted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        self.inside.iter().try_for_each(|step| write!(f, ".{step}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn kind(root: &str, inside: &[&str]) -> Option<Kind> {
        let field = Field::inside(root, inside.iter().map(|s| s.to_string()).collect());
        field.kind(catalog::find("users").unwrap())
    }

    #[test]
    fn only_what_the_search_knows() {
        assert_eq!(kind("email", &[]), Some(Kind::Folded));
        assert_eq!(kind("picture", &[]), None);
        assert_eq!(kind("favourite", &[]), None);
        assert_eq!(kind("app_metadata", &[]), None);
        assert_eq!(kind("app_metadata", &["a", "b-c"]), Some(Kind::Scalar));
        for key in ["0", "a b", "a.b", "a:b", "a*", "-a", "", "é", "NOT"] {
            assert_eq!(kind("app_metadata", &[key]), None, "{key}");
        }
        assert_eq!(
            kind("identities", &["0", "connection"]),
            Some(Kind::Identity)
        );
        assert_eq!(kind("identities", &["0", "user_id"]), None);
        assert_eq!(kind("identities", &["connection"]), None);
    }

    #[test]
    fn array_positions_are_not_searched() {
        let field = Field::inside("identities", vec!["0".into(), "connection".into()]);
        assert_eq!(field.searched(), "identities.connection");
        assert_eq!(field.to_string(), "identities.0.connection");
        let field = Field::inside("app_metadata", vec!["plan".into(), "name".into()]);
        assert_eq!(field.searched(), "app_metadata.plan.name");
    }
}
