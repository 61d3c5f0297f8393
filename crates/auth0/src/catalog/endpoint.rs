//! Paths of the Management API that somebody types: which are taken, and how they are sent.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{template, Column, Object, Paging, Shape, Type, PLAIN};
use crate::client::Get;

/// What every path begins with.
const ROOT: &str = "/api/v2/";

/// What a valid template looks like, for hints and the reference.
pub const TEMPLATE: &str =
    "a path below `/api/v2/`, such as `/api/v2/roles/{role_id}/users` or `/api/v2/grants?audience={audience}`";

/// What a valid path without places looks like.
pub const PATH: &str = "a path below `/api/v2/` without `?`, such as `/api/v2/tenants/settings`";

/// Whether it is a path with places for values, perhaps with `?name={column}&name=constant`.
pub fn is_template(text: &str) -> bool {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let outside = outside_places(path);
    outside.is_some_and(|literal| is_below_root(&literal))
        && query.is_none_or(|query| query.split('&').all(is_parameter))
}

/// Whether it is a path without places and parameters.
pub fn is_path(text: &str) -> bool {
    !text.contains(['{', '}', '?']) && is_below_root(text)
}

/// No step of it is empty or leads up, also not when percent-encoded: those are resolved before anything is sent.
fn is_below_root(path: &str) -> bool {
    let taken = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '\\' | '#');
    let leads_elsewhere = |step: &str| {
        let dots = step.to_ascii_lowercase().replace("%2e", ".");
        dots.is_empty() || dots == "." || dots == ".."
    };
    path.chars().all(taken)
        && path
            .strip_prefix(ROOT)
            .is_some_and(|rest| !rest.split('/').any(leads_elsewhere))
}

/// `name={column}`, `name=constant`. Constants are written as they are, not percent-encoded.
fn is_parameter(pair: &str) -> bool {
    let Some((name, value)) = pair.split_once('=') else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let constant = |c: char| !c.is_control() && !matches!(c, '%' | '#' | '?');
    !name.is_empty()
        && name.chars().all(word)
        && outside_places(value).is_some_and(|literal| literal.chars().all(constant))
}

/// The parameter of a path, if there is one, that its paging sends by itself.
pub fn set_by_paging(path: &str, paging: Paging) -> Option<&str> {
    let own: &[&str] = match paging {
        Paging::None => &[],
        Paging::Offset(_) => &["page", "per_page", "include_totals"],
        Paging::Checkpoint(_) => &["from", "take"],
        Paging::Both(_) => &["page", "per_page", "include_totals", "from", "take"],
    };
    let (_, query) = path.split_once('?')?;
    let mut names = query
        .split('&')
        .filter_map(|pair| Some(pair.split_once('=')?.0));
    names.find(|name| own.contains(name))
}

/// The text with a letter for each place; `None` if the braces are not those of places.
fn outside_places(text: &str) -> Option<String> {
    let mut pieces = text.split('{');
    let mut literal = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        if name.is_empty() || name.chars().any(char::is_control) {
            return None;
        }
        literal.push('x');
        literal.push_str(rest);
    }
    (!literal.contains('}')).then_some(literal)
}

/// The path as it is sent: what no URL has as it is, such as the `|` of a user's id, is percent-encoded. Places, whose
/// names are those of columns, and what is encoded already stay.
pub fn encoded(path: &str) -> String {
    let (path, query) = match path.find('?') {
        Some(at) => path.split_at(at),
        None => (path, ""),
    };
    let mut out = String::with_capacity(path.len());
    let mut buffer = [0; 4];
    let mut in_place = false;
    for (at, c) in path.char_indices() {
        in_place = (in_place || c == '{') && c != '}';
        let mut hex = path.get(at + 1..at + 3).unwrap_or_default().bytes();
        let is_code = hex.len() == 2 && hex.all(|b| b.is_ascii_hexdigit());
        match c {
            _ if in_place => out.push(c),
            '%' if is_code => out.push(c),
            '/' | '{' | '}' | ':' | '@' | '-' | '.' | '_' | '~' | '!' | '$' | '&' | '\'' | '('
            | ')' | '*' | '+' | ',' | ';' | '=' => out.push(c),
            c if c.is_ascii_alphanumeric() => out.push(c),
            c => {
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    out + query
}

/// One call of a path, with these parameters.
pub fn call(path: &str, parameters: &[(String, String)]) -> Get {
    let mut path = encoded(path);
    for (i, (name, value)) in parameters.iter().enumerate() {
        path.push(if i == 0 { '?' } else { '&' });
        path.push_str(&format!(
            "{}={}",
            template::encode(name),
            template::encode(value)
        ));
    }
    Get {
        path,
        query: Vec::new(),
    }
}

/// The object that a table's own `path` is. Only the columns in the path are known: their values are given, so they are no
/// keys of the answer. Any other column is a top-level key or has a path of its own.
///
/// The rest of the code knows objects as records that live as long as the process, so one made here is never given back.
/// Each declaration is made once, so what is kept is bounded by the different declarations that a backend has seen.
pub fn declared(path: &str, list_key: Option<&str>, paging: Paging) -> &'static Object {
    type Declaration = (String, Option<String>, Paging);
    static MADE: LazyLock<Mutex<HashMap<Declaration, &'static Object>>> =
        LazyLock::new(Mutex::default);
    let key = (path.to_owned(), list_key.map(str::to_owned), paging);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(key).or_insert_with(|| {
        let typed: &'static str = path.to_owned().leak();
        let path: &'static str = encoded(path).leak();
        let given = template::variables(path).map(|name| {
            let key: &'static str = place_key(name).leak();
            Column::new(name, Type::Text, "given by the query").key(key)
        });
        Box::leak(Box::new(Object {
            name: typed,
            doc: "an endpoint that a table declares",
            path,
            columns: given.collect::<Vec<_>>().leak(),
            shape: match list_key {
                Some(key) => Shape::List(key.to_owned().leak()),
                None => Shape::Either,
            },
            paging,
            id: "",
            ..PLAIN
        }))
    })
}

/// The key under which rows have the value of a place. An answer may have the column's name for something else, so this
/// is how the place is written.
fn place_key(name: &str) -> String {
    format!("{{{name}}}")
}

/// Whether a key is one of ours, of a place in a declared path.
pub fn is_place_key(key: &str) -> bool {
    key.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        for text in [
            "/api/v2/stats/daily",
            "/api/v2/users/{user_id}/logs",
            "/api/v2/users/auth0|1/logs",
            "/api/v2/a/{b}.{c}",
            "/api/v2/grants?audience={audience}",
            "/api/v2/clients?is_global=false&fields=name,client_id&x=",
        ] {
            assert!(is_template(text), "{text}");
        }
        for text in [
            "",
            "/api/v2/",
            "/api/v2//users",
            "/api/v2/users/",
            "/api/v3/users",
            "/oauth/token",
            "api/v2/users",
            "https://evil.example/api/v2/users",
            "//evil.example/api/v2/users",
            "/api/v2/../../oauth/token",
            "/api/v2/%2e%2E/x",
            "/api/v2/users/.",
            "/api/v2/users\\..\\x",
            "/api/v2/users#x",
            "/api/v2/us ers",
            "/api/v2/users\n",
            "/api/v2/{}",
            "/api/v2/{a",
            "/api/v2/a}",
            "/api/v2/{a{b}}",
            "/api/v2/users?page",
            "/api/v2/users?",
            "/api/v2/users?=1",
            "/api/v2/users?a=%20",
            "/api/v2/users?a=1#x",
            "/api/v2/users?a={",
        ] {
            assert!(!is_template(text), "{text}");
        }
    }

    #[test]
    fn paths() {
        assert!(is_path("/api/v2/users/auth0|1"));
        for text in [
            "/api/v2/users?page=1",
            "/api/v2/users/{id}",
            "/api/v2/..",
            "/x",
        ] {
            assert!(!is_path(text), "{text}");
        }
    }

    #[test]
    fn what_no_url_has_is_encoded() {
        assert_eq!(
            encoded("/api/v2/a|b/{c d}/%7C%zz/ä?x=|"),
            "/api/v2/a%7Cb/{c d}/%7C%25zz/%C3%A4?x=|"
        );
    }

    #[test]
    fn a_call_with_parameters_names_the_path_only() {
        let parameters = [("q", "a b&c"), ("x y", "1")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let get = call("/api/v2/users", &parameters);
        assert_eq!(get.path, "/api/v2/users?q=a%20b%26c&x%20y=1");
        assert_eq!(get.call().path, "/api/v2/users");
    }

    #[test]
    fn a_declaration_is_made_once() {
        let one = declared("/api/v2/x/{y}", Some("rows"), Paging::None);
        assert!(std::ptr::eq(
            one,
            declared("/api/v2/x/{y}", Some("rows"), Paging::None)
        ));
        let other = declared("/api/v2/x/{y}", None, Paging::None);
        assert!(one != other && other.shape == Shape::Either);
        assert_eq!(one.variables().collect::<Vec<_>>(), ["y"]);
        assert!(is_place_key(one.key_of("y")) && !is_place_key(one.key_of("z")));
        assert_eq!(one.shape, Shape::List("rows"));
        let paged = declared("/api/v2/x/{y}", Some("rows"), Paging::Offset(100));
        assert!(one != paged && [one.name, paged.name] == ["/api/v2/x/{y}"; 2]);
    }
}
