//! The search language of `q`: Lucene's syntax with the API's own limits.

mod fields;
mod lexer;
mod parser;

use crate::errors::ApiError;
use crate::record::{Keys, Record};
use fields::Field;
pub use fields::Index;
use std::collections::HashSet;
use std::sync::Arc;

/// A search.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Any of them.
    Or(Vec<Query>),
    /// All of them.
    And(Vec<Query>),
    /// Every user that it does not match, those lacking the field included.
    Not(Box<Query>),
    /// `_exists_:field`, `field:*`
    Exists(Field),
    /// `field:value`
    Is(Field, Value),
    /// `organization_id:value`, with the ids of that organization's members.
    Member(Arc<HashSet<String>>),
    /// A value without a field. Which fields real tenants look into is not documented.
    Anywhere(Index, Value),
}

/// A user by what an index finds it at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Name {
    /// `user_id`.
    Id(String),
    /// `email` in lower case.
    Email(String),
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The whole value.
    Exact {
        /// The text.
        text: String,
        /// In quotes, so neither a number nor a truth value.
        quoted: bool,
    },
    /// Literal parts between asterisks: `a*b` is `["a", "b"]`, `a*` is `["a", ""]`.
    Wildcard(Vec<String>),
    /// From and to; None is `*`.
    Range(Option<Bound>, Option<Bound>),
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The text.
    pub text: String,
    /// Square bracket.
    pub inclusive: bool,
}

impl Query {
    /// Reads `q`, or says what the API has against it.
    pub fn parse(index: Index, text: &str) -> Result<Query, ApiError> {
        // The real wording is known for one of each only, the errorCode for none.
        let refusal = match index {
            Index::Users => "invalid query",
            Index::Logs => "The search query string has an error",
        };
        parser::parse(index, text).map_err(|e| ApiError::bare(400, format!("{refusal}: {e}")))
    }

    /// The same with the members of the organizations it names, which a user's own data do not tell.
    pub fn resolved(self, members: &dyn Fn(&str) -> HashSet<String>) -> Query {
        let all = |queries: Vec<Query>| {
            let queries = queries.into_iter();
            queries.map(|query| query.resolved(members)).collect()
        };
        match self {
            Query::Or(queries) => Query::Or(all(queries)),
            Query::And(queries) => Query::And(all(queries)),
            Query::Not(query) => Query::Not(Box::new(query.resolved(members))),
            Query::Is(field, Value::Exact { text, .. }) if field.name() == "organization_id" => {
                Query::Member(Arc::new(members(&text)))
            }
            other => other,
        }
    }

    /// How many comparisons it is made of.
    pub fn clauses(&self) -> usize {
        match self {
            Query::Or(all) | Query::And(all) => all.iter().map(Query::clauses).sum(),
            Query::Not(query) => query.clauses(),
            _ => 1,
        }
    }

    /// Users of whom alone can be found, where the query says so: an index need not look at all the others.
    pub fn names(&self) -> Option<Vec<Name>> {
        match self {
            Query::Is(field, Value::Exact { text, .. }) => match field.name() {
                "user_id" => Some(vec![Name::Id(text.clone())]),
                "email" => Some(vec![Name::Email(text.to_lowercase())]),
                _ => None,
            },
            Query::Or(all) => {
                let all: Option<Vec<_>> = all.iter().map(Query::names).collect();
                Some(all?.concat())
            }
            Query::And(all) => all.iter().find_map(Query::names),
            _ => None,
        }
    }

    /// Splits off what is demanded of a date: the first and last millisecond that pass, and what else is demanded.
    /// None when the query as a whole is not a demand on that date and others beside it.
    pub fn on_date(&self, name: &str) -> Option<((i64, i64), Option<Query>)> {
        let all = match self {
            Query::And(all) => all.as_slice(),
            _ => std::slice::from_ref(self),
        };
        let mut span = None;
        let mut rest = Vec::new();
        for query in all {
            match query {
                Query::Is(field, value) if field.name() == name => {
                    let (first, last) = fields::interval(value)?;
                    let (from, to) = span.unwrap_or((i64::MIN, i64::MAX));
                    span = Some((first.max(from), last.min(to)));
                }
                _ => rest.push(query.clone()),
            }
        }
        let rest = (!rest.is_empty()).then_some(Query::And(rest));
        span.map(|span| (span, rest))
    }

    /// True when the user is found.
    pub fn matches(&self, keys: &Keys, user: &Record) -> bool {
        match self {
            Query::Or(any) => any.iter().any(|query| query.matches(keys, user)),
            Query::And(all) => all.iter().all(|query| query.matches(keys, user)),
            Query::Not(query) => !query.matches(keys, user),
            Query::Exists(field) => field.exists(keys, user),
            Query::Is(field, value) => field.is(keys, user, value),
            Query::Member(ids) => ids.contains(&*user.id),
            Query::Anywhere(index, value) => index.anywhere().iter().any(|name| {
                Field::named(*index, name)
                    .is_ok_and(|field| field.check(value).is_ok() && field.is(keys, user, value))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: [&str; 5] = [
        r#"{"user_id":"auth0|1","email":"Ann@Example.com","name":"Jane Smith","blocked":true,"logins_count":0,"created_at":"2020-01-15T10:00:00.000Z","user_metadata":{"n":13,"s":"13","lang":"EN","tags":["a","b"],"deep":[{"k":"v"}],"none":null,"empty":[],"void":{}}}"#,
        r#"{"user_id":"auth0|2","email":"bob@example.org","name":"john richard doe","blocked":false,"email_verified":"true","created_at":"2020-01-15T10:00:00.001Z","app_metadata":{"on":true,"off":false}}"#,
        r#"{"user_id":"github|37","name":"50% off","username":"Zed","logins_count":7,"created_at":"2020-12-31T23:59:59.999Z","identities":[{"connection":"github","user_id":37},{"connection":"db","profileData":{"email":"x@y.z"}}]}"#,
        r#"{"user_id":"samlp|acme|a b","name":"quo\"te \\ star*","created_at":"2021-01-01T00:00:00.000Z","phone_number":"+15550001"}"#,
        r#"{"user_id":"auth0|5","name":"\ud800","logins_count":1e400,"user_metadata":{"x":"\ud800"}}"#,
    ];

    fn found(q: &str) -> Result<String, String> {
        let query = Query::parse(Index::Users, q).map_err(|e| e.message)?;
        let mut keys = Keys::default();
        let users: Vec<Record> = USERS
            .iter()
            .enumerate()
            .map(|(i, raw)| Record::new(&i.to_string(), i as u64, raw.to_string(), &mut keys))
            .collect();
        Ok((1..)
            .zip(&users)
            .filter(|(_, user)| query.matches(&keys, user))
            .map(|(n, _)| n.to_string())
            .collect())
    }

    #[track_caller]
    fn finds(q: &str, expected: &str) {
        assert_eq!(found(q).as_deref(), Ok(expected), "{q}");
    }

    #[test]
    fn whole_values_and_case() {
        finds(r#"name:"jane smith""#, "1");
        finds(r"name:JANE\ SMITH", "1");
        finds("name:jane", "");
        finds("name:richard", "");
        finds(r#"email:"ann@example.COM""#, "1");
        finds(r#"username:"zed""#, "");
        finds(r#"username:"Zed""#, "3");
        finds("user_id:auth0", "");
        finds(r#"user_id:"AUTH0|1""#, "");
        finds("user_id:auth0|1", "1");
        finds(r#"name:"quo\"te \\ star*""#, "4");
        finds("email.domain:Example.com", "1");
        finds("email.domain:example.com", "");
        finds(r#"phone_number:"+15550001""#, "4");
        finds(r#"connection:"github""#, "");
        finds(r#"picture:"x""#, "");
    }

    #[test]
    fn wildcards() {
        finds("name:j*", "12");
        finds("name:*richard*", "2");
        finds("name:jane*smith", "1");
        finds("user_id:auth0|*", "125");
        finds("user_id:auth0|*2", "2");
        finds(r#"name:"j*""#, "");
        finds(r"name:quo*star\*", "4");
        for bad in [
            "name:*oe",
            "name:*o*",
            "user_metadata.lang:E*",
            "identities.connection:gi*",
            "logins_count:1*",
            "name:j?ne",
        ] {
            assert!(found(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_and_dates() {
        finds("created_at:[2020-01-15T10:00:00.001Z TO *]", "234");
        finds("created_at:{2020-01-15T10:00:00.000Z TO *]", "234");
        finds("created_at:[* TO 2020-01-15T10:00:00.001Z}", "1");
        finds("created_at:[2020-12-01 TO 2020-12-31]", "3");
        finds("created_at:[2020-01 TO 2020-12]", "123");
        finds("created_at:{2020-01 TO *}", "34");
        finds("created_at:[* TO 2021}", "123");
        finds("created_at:2020-01-15", "12");
        finds(r#"created_at:"2020-01-15T10:00:00.001Z""#, "2");
        finds("created_at:[* TO *]", "1234");
        finds("logins_count:[0 TO 7}", "1");
        finds("logins_count:7", "3");
        for bad in [
            "created_at:[yesterday TO *]",
            "created_at:[2020 TO",
            "logins_count:[a TO b]",
            "name:[a TO b]",
            "blocked:[true TO *]",
            "last_login:>2020",
        ] {
            assert!(found(bad).is_err(), "{bad}");
        }
        assert_eq!(
            found("app_metadata.n:[* TO 5]").unwrap_err(),
            "invalid query: operator 'less or equal' is not supported"
        );
    }

    #[test]
    fn absent_is_not_false() {
        finds("blocked:true", "1");
        finds("blocked:false", "2");
        finds("NOT blocked:true", "2345");
        finds("NOT _exists_:blocked OR blocked:false", "2345");
        finds("logins_count:0", "1");
        finds("_exists_:email", "12");
        finds("NOT _exists_:email", "345");
        finds("email_verified:true", "2");
        finds("NOT last_login:[2020 TO *]", "12345");
    }

    #[test]
    fn metadata() {
        finds("user_metadata.n:13", "1");
        finds(r#"user_metadata.n:"13""#, "");
        finds(r#"user_metadata.s:"13""#, "1");
        finds("user_metadata.s:13", "");
        finds(r#"user_metadata.lang:"en""#, "");
        finds(r#"user_metadata.lang:"EN""#, "1");
        finds(r#"user_metadata.tags:"b""#, "1");
        finds(r#"user_metadata.deep.k:"v""#, "1");
        finds("app_metadata.on:true AND app_metadata.off:false", "2");
        finds("_exists_:user_metadata.n", "1");
        finds("user_metadata.n:*", "1");
        for absent in ["none", "empty", "void", "nothing"] {
            finds(&format!("_exists_:user_metadata.{absent}"), "");
        }
        finds("_exists_:user_metadata", "1");
    }

    #[test]
    fn identities() {
        finds(r#"identities.connection:"db""#, "3");
        finds(r#"identities.connection:"DB""#, "");
        finds("identities.user_id:37", "3");
        finds(r#"identities.profileData.email:"x@y.z""#, "3");
        finds(r#"organization_id:"org_1""#, "");
    }

    #[test]
    fn operators() {
        finds("user_id:(\"auth0|1\" OR \"auth0|2\")", "12");
        finds(
            "(user_id:auth0|* AND NOT blocked:true) OR username:Zed",
            "235",
        );
        finds("blocked:true OR blocked:false AND name:j*", "12");
        finds("name:j* && -blocked:true", "2");
        finds("!name:j* AND !username:Zed", "45");
        finds("name:j* blocked:false", "2");
        finds("Zed", "3");
        finds("and", "");
        for bad in [
            "",
            "(",
            "name:",
            "name:a)",
            "a OR",
            "AND a",
            "name:a:b",
            "name:\"a",
            "name:a~",
            "name:a^2",
            "name:/a/",
            "_exists_:",
        ] {
            assert!(Query::parse(Index::Users, bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn logs_have_their_own_fields() {
        let mut keys = Keys::default();
        let raw = r#"{"log_id":"9001","date":"2024-05-01T10:00:00.000Z","type":"fp","user_name":"Ann@x.y","details":{"a":1}}"#;
        let log = Record::new("9001", 1, raw.into(), &mut keys);
        let found = |q: &str| {
            Query::parse(Index::Logs, q)
                .map(|query| query.matches(&keys, &log))
                .map_err(|e| e.message)
        };
        for q in [
            "type:fp",
            "user_name:\"Ann@x.y\"",
            "Ann*",
            "date:[2024-05 TO 2024-05-02}",
            "log_id:9001",
        ] {
            assert_eq!(found(q), Ok(true), "{q}");
        }
        for q in [
            "type:f",
            "user_name:\"ann@x.y\"",
            "date:[* TO 2024-05-01}",
            "description:x",
        ] {
            assert_eq!(found(q), Ok(false), "{q}");
        }
        assert_eq!(
            found("user_email:x").unwrap_err(),
            "The search query string has an error: unknown field \"user_email\""
        );
        for q in ["details:x", "_exists_:type", "type:*p", "ip:[a TO b]"] {
            assert!(found(q).is_err(), "{q}");
        }
    }
}
