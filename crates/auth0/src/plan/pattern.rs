//! `LIKE` patterns as wildcards of the search.

use super::field::Kind;
use super::lucene::{Query, Term, Test};

/// What a pattern is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    /// This character.
    Char(char),
    /// One or any number of unknown ones.
    Gap,
}

/// Fewest letters of a wildcard search that is not for a beginning.
/// Source: <https://auth0.com/docs/manage-users/user-search/user-search-query-syntax>.
const LEAST_LETTERS: usize = 3;

/// `field LIKE pattern`, or `ILIKE` if `insensitive`.
pub fn like(field: &str, kind: Kind, insensitive: bool, pattern: &str) -> Query {
    let Some(pieces) = read(pattern) else {
        return Query::Everything;
    };
    let whole: Option<String> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Char(c) => Some(*c),
            Piece::Gap => None,
        })
        .collect();
    match whole {
        Some(text) if !insensitive => super::bind::equal_text(field, &text),
        _ => wildcard(field, kind, insensitive, &pieces),
    }
}

/// `field ^@ text`.
pub fn starts_with(field: &str, kind: Kind, text: &str) -> Query {
    let pieces: Vec<Piece> = text.chars().map(Piece::Char).chain([Piece::Gap]).collect();
    wildcard(field, kind, false, &pieces)
}

/// A sign for a pattern that is not known yet.
pub fn unknown(field: &str, pattern: &str) -> Query {
    Query::is(field, vec![Term::Word(format!("{{like {pattern}}}"))])
}

/// Reads a pattern whose escape character is the backslash; `None` for one that Postgres will not take.
fn read(pattern: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '%' | '_' => Piece::Gap,
            '\\' => Piece::Char(chars.next()?),
            c => Piece::Char(c),
        });
    }
    Some(pieces)
}

/// Characters that are not surely taken for themselves become gaps, which only finds more.
fn wildcard(field: &str, kind: Kind, insensitive: bool, pieces: &[Piece]) -> Query {
    let folded = kind == Kind::Folded;
    let mut runs: Vec<String> = vec![String::new()];
    for piece in pieces {
        let run = match runs.last_mut() {
            Some(run) => run,
            None => return Query::Everything,
        };
        match piece {
            // In some locales the small form of dotted capital I is this letter, in others dotless i is: the index has
            // its own view of that.
            Piece::Char('i' | 'I') if insensitive => runs.push(String::new()),
            Piece::Char(c) if c.is_ascii_alphanumeric() || "_@.".contains(*c) => {
                run.push(if folded { c.to_ascii_lowercase() } else { *c })
            }
            // An operator at the beginning of a word, or twice.
            Piece::Char(c @ ('-' | '|'))
                if run.ends_with(|last: char| last.is_ascii_alphanumeric()) =>
            {
                run.push(*c)
            }
            _ => runs.push(String::new()),
        }
    }
    let begins = runs.first().is_some_and(|run| !run.is_empty());
    let letters: usize = runs.iter().map(String::len).sum();
    let first = runs.first().cloned().unwrap_or_default();
    runs.retain(|run| !run.is_empty());
    let longest = runs
        .iter()
        .enumerate()
        .max_by_key(|(n, run)| (run.len(), usize::MAX - n));
    let pieces = match longest {
        Some(_) if begins => vec![first, String::new()],
        Some((_, run)) if run.len() >= LEAST_LETTERS => {
            vec![String::new(), run.clone(), String::new()]
        }
        Some(_) if letters >= LEAST_LETTERS => {
            let mut pieces = vec![String::new()];
            pieces.append(&mut runs);
            pieces.push(String::new());
            pieces
        }
        _ => return Query::Everything,
    };
    Query::Test(field.to_owned(), Test::Pattern(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(pattern: &str) -> String {
        like("name", Kind::Folded, false, pattern).to_string()
    }

    fn insensitive(pattern: &str) -> String {
        like("name", Kind::Folded, true, pattern).to_string()
    }

    #[test]
    fn beginnings() {
        assert_eq!(folded("Abc%"), "name:abc*");
        assert_eq!(folded("a%"), "name:a*");
        assert_eq!(folded("ab_d%"), "name:ab*");
        assert_eq!(folded("a+b%"), "name:a*");
        assert_eq!(
            like("user_id", Kind::Exact, false, "auth0|A%").to_string(),
            "user_id:auth0|A*"
        );
        assert_eq!(
            starts_with("name", Kind::Folded, "a%b").to_string(),
            "name:a*"
        );
    }

    #[test]
    fn middles() {
        assert_eq!(folded("%abc%"), "name:*abc*");
        assert_eq!(folded("%abc"), "name:*abc*");
        assert_eq!(folded("%ab%"), "*");
        assert_eq!(folded("%ab%c%"), "name:*ab*c*");
        assert_eq!(folded("%ab cdef%"), "name:*cdef*");
    }

    #[test]
    fn whole_texts_and_escapes() {
        assert_eq!(folded("Jane"), "name:\"Jane\"");
        assert_eq!(folded(r"100\%"), "name:\"100%\"");
        assert_eq!(folded(r"a\%b%"), "name:a*");
        assert_eq!(folded(r"abc\"), "*", "an error in Postgres");
    }

    #[test]
    fn dots_on_the_i() {
        assert_eq!(insensitive("ibrahim%"), "name:*brah*");
        assert_eq!(insensitive("%smith%"), "name:*sm*th*");
        assert_eq!(insensitive("Smith"), "name:sm*");
        assert_eq!(folded("ISA%"), "name:isa*");
    }

    #[test]
    fn operators_are_no_letters() {
        for pattern in ["-abc%", "||abc%", "*abc%", "(abc)%", "\"abc%", "~abc%"] {
            assert_eq!(folded(pattern), "name:*abc*", "{pattern}");
        }
        assert_eq!(folded("a||b%"), "name:a|*");
    }
}
