//! A call with places for values: `/api/v2/roles/{role_id}/users`, `/api/v2/users-by-email?email={email}`.

use percent_encoding::utf8_percent_encode;

use crate::client::{Get, ENCODE};

/// The names of the places, in order.
pub fn variables(template: &'static str) -> impl Iterator<Item = &'static str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// What is put into a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Put {
    /// A value.
    Value(String),
    /// Words for one that is not known yet, as EXPLAIN shows them.
    Words(String),
    /// The same for several, of which each is put into a call of its own.
    Each(String),
}

impl Put {
    /// As it is, and for people.
    pub fn shown(self) -> String {
        match self {
            Put::Value(text) | Put::Words(text) => text,
            Put::Each(text) => format!("{{each of {text}}}"),
        }
    }
}

/// The call with something in each place; `None` if there is nothing for one.
pub fn fill(template: &'static str, put: impl Fn(&str) -> Option<Put>) -> Option<Get> {
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    let query = query.split('&').filter(|pair| !pair.is_empty());
    let query: Option<Vec<_>> = query
        .map(|pair| {
            let (name, place) = pair.split_once('=')?;
            Some((name, filled(place, &put, false)?))
        })
        .collect();
    Some(Get {
        path: filled(path, &put, true)?,
        query: query?,
    })
}

fn filled(text: &str, put: &impl Fn(&str) -> Option<Put>, encoded: bool) -> Option<String> {
    let mut pieces = text.split('{');
    let mut out = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        match put(name)? {
            Put::Value(value) if encoded => out.push_str(&encode(&value)),
            put => out.push_str(&put.shown()),
        }
        out.push_str(rest);
    }
    Some(out)
}

/// As it stands in a path.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_and_filled() {
        let template = "/a/{x}/b/{y}?q={z}&n=1";
        assert_eq!(variables(template).collect::<Vec<_>>(), ["x", "y", "z"]);
        let get = fill(template, |name| Some(Put::Value(format!("{name}|/")))).unwrap();
        assert_eq!(get.path, "/a/x%7C%2F/b/y%7C%2F");
        assert_eq!(get.query, [("q", "z|/".to_owned()), ("n", "1".to_owned())]);
        let one = |name: &str| (name == "x").then(|| Put::Value(String::new()));
        assert_eq!(fill(template, one), None);
        let words = fill("/a/{x}", |_| Some(Put::Words("$1".to_owned()))).unwrap();
        assert_eq!(words.path, "/a/$1");
        assert_eq!(fill("/a", |_| None).unwrap().path, "/a");
    }
}
