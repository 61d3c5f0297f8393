//! The API's search language, printed: the documented subset of Lucene's, with every operator and parenthesis spelled out.
//!
//! Source: <https://auth0.com/docs/manage-users/user-search/user-search-query-syntax>.

use std::fmt;

/// A search.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Every row.
    Everything,
    /// No row.
    Nothing,
    /// All of them.
    And(Vec<Query>),
    /// Any of them.
    Or(Vec<Query>),
    /// The other rows.
    Not(Box<Query>),
    /// A test of a field.
    Test(String, Test),
    /// Text in this language as somebody gave it.
    Given(String),
}

/// What a field is tested for.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It has a value.
    Exists,
    /// One of these values.
    Is(Vec<Term>),
    /// Between two bounds, both included; a missing one is open.
    Between(Option<String>, Option<String>),
    /// The pieces of a text between asterisks; an empty first or last piece is an asterisk at that end.
    Pattern(Vec<String>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A text, quoted.
    Text(String),
    /// A number or truth value, or a sign for a value not known yet.
    Word(String),
}

impl Query {
    /// `field` is one of `terms`.
    pub fn is(field: &str, terms: Vec<Term>) -> Query {
        if terms.is_empty() {
            return Query::Nothing;
        }
        Query::Test(field.to_owned(), Test::Is(terms))
    }

    /// `field` has a value.
    pub fn exists(field: &str) -> Query {
        Query::Test(field.to_owned(), Test::Exists)
    }

    /// All of `parts`.
    pub fn all(parts: impl IntoIterator<Item = Query>) -> Query {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Query::Everything => {}
                Query::Nothing => return Query::Nothing,
                Query::And(inner) => kept.extend(inner),
                part if kept.contains(&part) => {}
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Query::Everything,
            1 => kept.remove(0),
            _ => Query::And(kept),
        }
    }

    /// Any of `parts`.
    pub fn any(parts: impl IntoIterator<Item = Query>) -> Query {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Query::Nothing => {}
                Query::Everything => return Query::Everything,
                Query::Or(inner) => kept.extend(inner),
                part if kept.contains(&part) => {}
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Query::Nothing,
            1 => kept.remove(0),
            _ => Query::Or(kept),
        }
    }

    /// The rows that `self` leaves out. Only of searches that find just what is meant: what they find too much would be
    /// missing.
    pub fn negated(self) -> Query {
        match self {
            Query::Everything => Query::Nothing,
            Query::Nothing => Query::Everything,
            Query::Not(inner) => *inner,
            other => Query::Not(Box::new(other)),
        }
    }
}

/// Length of a text as a query parameter's value, percent-encoded.
pub fn encoded_length(text: &str) -> usize {
    text.bytes()
        .map(|b| {
            let plain = b.is_ascii_alphanumeric() || b"-._*".contains(&b) || b == b' ';
            if plain {
                1
            } else {
                3
            }
        })
        .sum()
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Neither is ever sent: no search text means every row, and for no row there is no call.
            Query::Everything => f.write_str("*"),
            Query::Nothing => f.write_str("NOT *"),
            Query::And(parts) => join(f, parts, " AND "),
            Query::Or(parts) => join(f, parts, " OR "),
            Query::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner)
            }
            Query::Test(field, Test::Exists) => write!(f, "_exists_:{field}"),
            Query::Test(field, Test::Is(terms)) => match terms.as_slice() {
                [term] => write!(f, "{field}:{term}"),
                terms => {
                    write!(f, "{field}:(")?;
                    for (n, term) in terms.iter().enumerate() {
                        write!(f, "{}{term}", if n > 0 { " OR " } else { "" })?;
                    }
                    f.write_str(")")
                }
            },
            Query::Test(field, Test::Between(from, to)) => {
                let bound = |bound: &Option<String>| bound.clone().unwrap_or("*".to_owned());
                write!(f, "{field}:[{} TO {}]", bound(from), bound(to))
            }
            Query::Test(field, Test::Pattern(pieces)) => {
                write!(f, "{field}:{}", pieces.join("*"))
            }
            Query::Given(text) => f.write_str(text),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Query], operator: &str) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(operator)?;
        }
        operand(f, part)?;
    }
    Ok(())
}

/// In parentheses unless it is a single test, or `NOT` one: a lone `NOT` in parentheses finds nothing in some versions of
/// the language.
fn operand(f: &mut fmt::Formatter<'_>, query: &Query) -> fmt::Result {
    match query {
        Query::Test(..) => write!(f, "{query}"),
        Query::Not(inner) if matches!(**inner, Query::Test(..)) => write!(f, "{query}"),
        _ => write!(f, "({query})"),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(word) => f.write_str(word),
            Term::Text(text) => {
                f.write_str("\"")?;
                for c in text.chars() {
                    if c == '"' || c == '\\' {
                        f.write_str("\\")?;
                    }
                    write!(f, "{c}")?;
                }
                f.write_str("\"")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Vec<Term> {
        vec![Term::Text(value.to_owned())]
    }

    #[test]
    fn printed() {
        let name = Query::is("name", text(r#"a "b" \ c"#));
        assert_eq!(name.to_string(), r#"name:"a \"b\" \\ c""#);
        let blocked = Query::is("blocked", vec![Term::Word("true".into())]);
        let both = Query::all([
            name.clone(),
            Query::Everything,
            Query::any([blocked.clone(), Query::exists("blocked").negated()]),
        ]);
        assert_eq!(
            both.to_string(),
            r#"name:"a \"b\" \\ c" AND (blocked:true OR NOT _exists_:blocked)"#
        );
        let range = Query::Test("n".into(), Test::Between(None, Some("5".into())));
        assert_eq!(range.to_string(), "n:[* TO 5]");
        let pattern = Query::Test("n".into(), Test::Pattern(vec!["a".into(), String::new()]));
        assert_eq!(pattern.to_string(), "n:a*");
    }

    #[test]
    fn folded() {
        let one = Query::is("a", text("x"));
        assert_eq!(Query::all([]), Query::Everything);
        assert_eq!(Query::any([]), Query::Nothing);
        assert_eq!(Query::all([one.clone(), Query::Nothing]), Query::Nothing);
        assert_eq!(
            Query::any([one.clone(), Query::Everything]),
            Query::Everything
        );
        assert_eq!(Query::all([one.clone(), one.clone()]), one);
        assert_eq!(Query::is("a", Vec::new()), Query::Nothing);
        assert_eq!(one.clone().negated().negated(), one);
    }
}
