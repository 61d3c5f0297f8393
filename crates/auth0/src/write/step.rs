//! One request that changes something.

use serde_json::Value;

use super::{text, Row};
use crate::catalog::template::{self, Put};
use crate::catalog::writes::{Answer, Batch, Element, Method, Op};
use crate::catalog::{Object, Shape};
use crate::client::Get;
use crate::error::{Call, Error, Result};

/// One request that changes something.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it changes.
    pub object: &'static Object,
    /// What the statement does.
    pub op: Op,
    /// How it is sent.
    pub method: Method,
    /// Path, percent-encoded.
    pub path: String,
    /// Query parameters, as they are before encoding.
    pub query: Vec<(&'static str, String)>,
    /// The body, if there is one.
    pub body: Option<Value>,
    /// The columns that it sets, for messages.
    pub columns: Vec<&'static str>,
    /// What comes back.
    pub answer: Answer,
    /// How the rows stand in the body, if it may have several.
    pub(super) batch: Option<&'static Batch>,
    /// What is read before it is sent.
    pub(super) before: Before,
}

/// What is read before a request is sent, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// All of which the row is a part, as Auth0 takes it whole.
    Whole,
    /// The row, for what the statement does not see and would get lost: these keys, and the secrets inside of documents.
    Kept(Vec<&'static str>),
    /// Whether the row is there already, as Auth0 would replace it: the call, and the key and value that the row has in the
    /// list that it answers with. Without these, any answer is the row.
    Absence(Get, Option<(&'static str, String)>),
}

impl Step {
    /// A request with nothing in it, for the row whose values the path needs.
    pub(super) fn new(
        object: &'static Object,
        op: Op,
        method: Method,
        path: &'static str,
        row: &Row,
    ) -> Result<Step> {
        let given = |column: &str| text(row, column).filter(|text| !text.is_empty());
        // A URL takes these two for a way up: to another call, on another object.
        let is_a_way =
            |column: &&str| given(column).is_some_and(|text| text == "." || text == "..");
        if let Some(column) = template::variables(path).find(is_a_way) {
            return Err(Error::ColumnValue {
                object: object.name,
                column,
                expected: "an id",
            });
        }
        let Some(get) = template::fill(path, |column| given(column).map(Put::Value)) else {
            let column = template::variables(path).find(|column| given(column).is_none());
            return Err(Error::NullColumn {
                object: object.name,
                column: column.unwrap_or_default(),
                op,
            });
        };
        Ok(Step {
            object,
            op,
            method,
            path: get.path,
            query: get.query,
            body: None,
            columns: Vec::new(),
            answer: Answer::Nothing,
            batch: None,
            before: Before::Nothing,
        })
    }

    /// Makes it one of a batch.
    pub(super) fn join(&mut self, batch: &'static Batch) {
        self.batch = Some(batch);
        if batch.whole {
            self.before = Before::Whole;
        }
    }

    /// The call, for messages.
    pub fn call(&self) -> Call {
        Call {
            method: self.method.name(),
            path: self.path.clone(),
        }
    }

    /// Whether it may be for several rows.
    pub fn has_several(&self) -> bool {
        self.batch.is_some_and(|batch| batch.most > 1)
    }

    /// What must be written in order of submission; `None` for what makes a row of its own.
    pub fn orders_by(&self) -> Option<&str> {
        let makes_one = self.op == Op::Insert && self.batch.is_none();
        (!makes_one).then_some(self.path.as_str())
    }

    /// Whether a 404 is a row that has gone, which there is nothing to change or delete of. What has no row before or always
    /// has one can only lack something that it refers to.
    pub fn may_be_gone(&self) -> bool {
        let always = self.object.shape == Shape::One && self.object.variables().next().is_none();
        match self.op {
            Op::Insert => false,
            Op::Update => !always,
            Op::Delete => true,
        }
    }

    /// The same for each row alone, where one of several may be why all were refused. Empty if there is but one.
    pub fn apart(&self) -> Vec<Step> {
        let Some(batch) = self.batch else {
            return Vec::new();
        };
        if matches!(batch.element, Element::Nothing) {
            return Vec::new();
        }
        let rows = match &self.body {
            Some(Value::Array(rows)) => rows,
            Some(Value::Object(body)) => match body.get(batch.key) {
                Some(Value::Array(rows)) => rows,
                _ => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        if rows.len() < 2 {
            return Vec::new();
        }
        let alone = |row: &Value| Step {
            body: Some(batch.body(row.clone())),
            ..self.clone()
        };
        rows.iter().map(alone).collect()
    }
}

impl Batch {
    /// The body for one row.
    pub(super) fn body(&self, row: Value) -> Value {
        match (&self.element, self.key) {
            (Element::Entry(..), _) => row,
            (_, "") => Value::Array(vec![row]),
            (_, key) => Value::Object(
                [(key.to_owned(), Value::Array(vec![row]))]
                    .into_iter()
                    .collect(),
            ),
        }
    }
}
