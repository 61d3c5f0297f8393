//! Requests before which is read what there is: where their body is all of it, or it must be kept, or must not be there.

use serde_json::{json, Map, Value};

use super::hidden::keep;
use super::step::{Before, Step};
use crate::catalog::writes::Op;
use crate::client::Get;
use crate::error::{Error, Refusal, Result};

/// More bindings than a trigger can have, and as many as a page has at most.
const ALL: usize = 100;

/// Where the bindings of a trigger stand, in bodies and answers.
const BINDINGS: &str = "bindings";

impl Step {
    /// What has to be read before it is sent.
    pub fn reads(&self) -> Option<Get> {
        let mut query = self.query.clone();
        match &self.before {
            Before::Nothing => return None,
            Before::Absence(get, _) => return Some(get.clone()),
            Before::Whole if self.batch.is_some_and(|batch| !batch.key.is_empty()) => {
                query.push(("per_page", ALL.to_string()));
            }
            Before::Whole | Before::Kept(_) => {}
        }
        Some(Get {
            path: self.path.clone(),
            query,
        })
    }

    /// Whether it is sent although nothing has been there to read (404).
    pub fn goes_without(&self) -> bool {
        matches!(self.before, Before::Absence(..))
    }

    /// What is sent, given what `there` is; `None` if there is nothing to change. A row that an `INSERT` finds there is a
    /// conflict.
    pub fn upon(&self, there: Value) -> Result<Option<Step>> {
        match &self.before {
            Before::Nothing => Ok(Some(self.clone())),
            Before::Whole => self.among(there),
            Before::Kept(unseen) => {
                let (Some(Value::Object(body)), Value::Object(there)) = (&self.body, &there) else {
                    return Err(self.unreadable("It is not the row."));
                };
                let mut body = body.clone();
                keep(self.object, &mut body, unseen, there);
                Ok(Some(Step {
                    body: Some(Value::Object(body)),
                    ..self.clone()
                }))
            }
            Before::Absence(_, None) => Err(self.is_there(self.object.name)),
            Before::Absence(_, Some((key, value))) => {
                let mut rows = there.as_array().into_iter().flatten();
                match rows.any(|row| row.get(*key).and_then(Value::as_str) == Some(value)) {
                    true => Err(self.is_there(value)),
                    false => Ok(Some(self.clone())),
                }
            }
        }
    }

    /// The same with all that is to be there.
    fn among(&self, there: Value) -> Result<Option<Step>> {
        let old = there.clone();
        let new = match (there, &self.body) {
            (Value::Object(there), Some(Value::Object(put))) if put.contains_key(BINDINGS) => {
                return Ok(Some(self.bind(&there, put)?));
            }
            (Value::Object(mut all), Some(Value::Object(put))) => {
                for (name, value) in put {
                    let known = all.insert(name.clone(), value.clone());
                    if known.is_some() && self.op == Op::Insert {
                        return Err(self.is_there(name));
                    }
                }
                Value::Object(all)
            }
            (Value::Object(mut all), Some(Value::Array(gone))) => {
                all.retain(|name, _| !gone.iter().any(|one| one.as_str() == Some(name)));
                Value::Object(all)
            }
            (Value::Array(mut all), Some(Value::Array(rows))) => {
                all.retain(|one| !rows.contains(one));
                if self.op != Op::Delete {
                    all.extend(rows.iter().cloned());
                }
                Value::Array(all)
            }
            _ => return Err(self.unreadable("It is neither an object nor an array.")),
        };
        Ok((new != old).then(|| Step {
            body: Some(new),
            ..self.clone()
        }))
    }

    /// All bindings of a trigger as they are sent, with those of the body put among them or taken out.
    fn bind(&self, there: &Map<String, Value>, body: &Map<String, Value>) -> Result<Step> {
        let list = |map: &Map<String, Value>| match map.get(BINDINGS) {
            Some(Value::Array(all)) if all.len() < ALL => Ok(all.clone()),
            _ => {
                Err(self.unreadable("It has no list of bindings, or more than a trigger can have."))
            }
        };
        let mut all: Vec<Value> = list(there)?
            .iter()
            .map(|one| json!({"ref": {"type": "binding_id", "value": one["id"]}, "display_name": one["display_name"]}))
            .collect();
        for one in list(body)? {
            let at = all.iter().position(|known| known["ref"] == one["ref"]);
            match (at, self.op) {
                (Some(at), Op::Delete) => drop(all.remove(at)),
                (None, Op::Delete) => {}
                (Some(at), _) => {
                    if let Some(known) = all.get_mut(at) {
                        *known = one;
                    }
                }
                (None, _) => all.push(one),
            }
        }
        Ok(Step {
            body: Some(json!({ BINDINGS: all })),
            ..self.clone()
        })
    }

    fn unreadable(&self, reason: &str) -> Error {
        let mut call = self.call();
        call.method = "GET";
        Error::Unreadable {
            call,
            reason: reason.to_owned(),
            attempts: 1,
        }
    }

    fn is_there(&self, name: &str) -> Error {
        Error::Conflict {
            call: self.call(),
            refusal: Refusal {
                status: 409,
                code: None,
                message: Some(format!("There is \"{name}\" already.")),
            },
        }
    }
}
