//! Rows that go in one request: those of a link table whose path is the same.

use std::collections::HashMap;

use serde_json::{json, Map, Value};

use super::body::{check_row, delete_one, insert_one};
use super::step::Step;
use super::{allowed, under, value, Row};
use crate::catalog::writes::{Answer, Batch, Element, Method, Op};
use crate::catalog::Object;
use crate::error::{Error, Result};

/// A request, and which of the rows it is for.
#[derive(Debug)]
pub struct Batched {
    /// The request.
    pub step: Step,
    /// Places of its rows among those given.
    pub rows: Vec<usize>,
}

/// The requests that insert or delete `rows`, in the order of their first rows. Where the API takes no several, each row has
/// a request of its own.
pub fn batch(object: &'static Object, op: Op, rows: &[Row]) -> Result<Vec<Batched>> {
    let record = allowed(object, op)?;
    let mut batches = Batches::default();
    for (at, row) in rows.iter().enumerate() {
        match (op, &record.insert, &record.delete) {
            (Op::Insert, Some(insert), _) => {
                let row = &*under(object, &insert.writable(), row)?;
                check_row(object, insert, row)?;
                match &insert.batch {
                    Some(batch) => {
                        let step = empty(object, op, insert.method, insert.path, insert.answer);
                        batches.add(at, row, step(row, batch)?, batch)?;
                    }
                    None => batches.alone(at, insert_one(object, insert, row)?),
                }
            }
            (Op::Delete, _, Some(delete)) => {
                let row = &*under(object, &delete.needed(), row)?;
                match &delete.batch {
                    Some(batch) => {
                        let step = empty(object, op, delete.method, delete.path, Answer::Nothing);
                        batches.add(at, row, step(row, batch)?, batch)?;
                    }
                    None => batches.alone(at, delete_one(object, delete, row)?),
                }
            }
            _ => {
                return Err(Error::Unwritable {
                    object: object.name,
                    op,
                    can: record.can(),
                })
            }
        }
    }
    Ok(batches.done)
}

/// A request of a batch, without rows.
fn empty(
    object: &'static Object,
    op: Op,
    method: Method,
    path: &'static str,
    answer: Answer,
) -> impl Fn(&Row, &'static Batch) -> Result<Step> {
    move |row, batch| {
        let mut step = Step::new(object, op, method, path, row)?;
        step.columns = batch.columns();
        step.answer = answer;
        step.join(batch);
        Ok(step)
    }
}

#[derive(Default)]
struct Batches {
    done: Vec<Batched>,
    /// The last request of each path.
    open: HashMap<String, usize>,
}

impl Batches {
    fn alone(&mut self, at: usize, step: Step) {
        self.done.push(Batched {
            step,
            rows: vec![at],
        });
    }

    fn add(&mut self, at: usize, row: &Row, mut step: Step, batch: &'static Batch) -> Result<()> {
        let element = element(step.object, step.op, row, batch)?;
        let open = self.open.get(&step.path).copied();
        if let Some(batched) = open.and_then(|open| self.done.get_mut(open)) {
            let elements = elements(&mut batched.step, batch.key);
            // A pair that comes twice is sent once.
            let known = element.is_none()
                || elements
                    .as_ref()
                    .is_some_and(|all| all.iter().any(|one| Some(one) == element.as_ref()));
            if known {
                batched.rows.push(at);
                return Ok(());
            }
            if let (Some(all), Some(element)) = (elements, &element) {
                if all.len() < batch.most {
                    all.push(element.clone());
                    batched.rows.push(at);
                    return Ok(());
                }
            }
        }
        step.body = element.map(|element| batch.body(element));
        self.open.insert(step.path.clone(), self.done.len());
        self.alone(at, step);
        Ok(())
    }
}

/// The array of rows in a body.
fn elements<'a>(step: &'a mut Step, key: &str) -> Option<&'a mut Vec<Value>> {
    let body = step.body.as_mut()?;
    match key {
        "" => body.as_array_mut(),
        key => body.get_mut(key)?.as_array_mut(),
    }
}

/// What stands for a row in the body.
pub(super) fn element(
    object: &'static Object,
    op: Op,
    row: &Row,
    batch: &'static Batch,
) -> Result<Option<Value>> {
    let get = |column: &'static str| {
        value(row, column).cloned().ok_or(Error::NullColumn {
            object: object.name,
            column,
            op,
        })
    };
    Ok(match &batch.element {
        Element::Nothing => None,
        Element::Scalar(column) => Some(get(column)?),
        Element::Entry(name, entry) => {
            let Value::String(name) = get(name)? else {
                return Ok(None);
            };
            Some(Value::Object([(name, get(entry)?)].into_iter().collect()))
        }
        Element::Binding(kind, column, named) => {
            let mut one = Map::new();
            one.insert(
                "ref".to_owned(),
                json!({"type": kind, "value": get(column)?}),
            );
            if *named {
                one.insert("display_name".to_owned(), get("display_name")?);
            }
            Some(Value::Object(one))
        }
        Element::Object(columns, more) => {
            let mut one = Map::new();
            for column in *columns {
                one.insert(object.key_of(column).to_owned(), get(column)?);
            }
            if let Some((key, truth)) = more {
                one.insert((*key).to_owned(), Value::Bool(*truth));
            }
            Some(Value::Object(one))
        }
    })
}
