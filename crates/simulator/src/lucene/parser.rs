//! From tokens to a query. Side by side without an operator counts as AND; real tenants' choice is not documented.

use super::fields::{Field, Index};
use super::lexer::{tokens, Token};
use super::{Bound, Query, Value};

/// Reads `q`.
pub fn parse(index: Index, text: &str) -> Result<Query, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        index,
        tokens: &tokens,
        at: 0,
    };
    let query = parser.any(None)?;
    match parser.peek() {
        None => Ok(query),
        Some(token) => Err(format!("unexpected {token:?}")),
    }
}

struct Parser<'a> {
    index: Index,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn skip(&mut self, token: &Token) -> bool {
        let there = self.peek() == Some(token);
        self.at += usize::from(there);
        there
    }

    /// `and (OR and)*`; `field` is the one before an enclosing parenthesis.
    fn any(&mut self, field: Option<&str>) -> Result<Query, String> {
        let mut all = vec![self.all(field)?];
        while self.skip(&Token::Or) {
            all.push(self.all(field)?);
        }
        Ok(single(all, Query::Or))
    }

    /// `not (AND? not)*`
    fn all(&mut self, field: Option<&str>) -> Result<Query, String> {
        let mut all = vec![self.not(field)?];
        loop {
            let joined = self.skip(&Token::And);
            if !joined && matches!(self.peek(), None | Some(Token::Or | Token::Close)) {
                return Ok(single(all, Query::And));
            }
            all.push(self.not(field)?);
        }
    }

    fn not(&mut self, field: Option<&str>) -> Result<Query, String> {
        if self.skip(&Token::Not) {
            return Ok(Query::Not(Box::new(self.not(field)?)));
        }
        self.clause(field)
    }

    fn clause(&mut self, field: Option<&str>) -> Result<Query, String> {
        let token = self.peek().ok_or("unexpected end")?;
        self.at += 1;
        match token {
            Token::Open => {
                let inner = self.any(field)?;
                if !self.skip(&Token::Close) {
                    return Err("a parenthesis is not closed".into());
                }
                Ok(inner)
            }
            Token::Field(_) if field.is_some() => Err("a field inside a field's values".into()),
            Token::Field(name) => match self.peek() {
                Some(Token::Open) => self.clause(Some(name)),
                Some(Token::Quoted(_) | Token::Word(_) | Token::Range { .. }) => {
                    self.clause(Some(name))
                }
                _ => Err(format!("a value is missing after {name}:")),
            },
            Token::Quoted(text) => test(
                self.index,
                field,
                Value::Exact {
                    text: text.clone(),
                    quoted: true,
                },
            ),
            Token::Word(parts) => test(self.index, field, word(parts)),
            Token::Range { from, to } => {
                let bound = |(text, inclusive): &(String, bool)| {
                    (text != "*").then(|| Bound {
                        text: text.clone(),
                        inclusive: *inclusive,
                    })
                };
                test(self.index, field, Value::Range(bound(from), bound(to)))
            }
            other => Err(format!("unexpected {other:?}")),
        }
    }
}

fn single(mut queries: Vec<Query>, join: impl Fn(Vec<Query>) -> Query) -> Query {
    if queries.len() == 1 {
        queries.remove(0)
    } else {
        join(queries)
    }
}

fn word(parts: &[String]) -> Value {
    match parts {
        [text] => Value::Exact {
            text: text.clone(),
            quoted: false,
        },
        _ => Value::Wildcard(parts.to_vec()),
    }
}

fn test(index: Index, field: Option<&str>, value: Value) -> Result<Query, String> {
    let Some(name) = field else {
        check_wildcard(&value)?;
        return Ok(Query::Anywhere(index, value));
    };
    // Documented for users only.
    if name == "_exists_" && index == Index::Users {
        return match value {
            Value::Exact { text, .. } => Ok(Query::Exists(Field::named(index, &text)?)),
            _ => Err("_exists_ needs a field".into()),
        };
    }
    let field = Field::named(index, name)?;
    if matches!(&value, Value::Wildcard(parts) if parts.iter().all(String::is_empty)) {
        return Ok(Query::Exists(field));
    }
    check_wildcard(&value)?;
    field.check(&value)?;
    Ok(Query::Is(field, value))
}

/// A prefix may have one character, any other pattern needs three.
fn check_wildcard(value: &Value) -> Result<(), String> {
    let Value::Wildcard(parts) = value else {
        return Ok(());
    };
    let literals: usize = parts.iter().map(|part| part.chars().count()).sum();
    let prefix = parts.len() == 2 && parts[1].is_empty();
    if literals >= if prefix { 1 } else { 3 } {
        Ok(())
    } else {
        Err("a wildcard that is not at the end needs at least 3 characters".into())
    }
}
