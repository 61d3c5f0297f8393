//! Requests whose body is all there is: what is there is read first, and sent together with the change.

use serde_json::{json, Map, Value};

use super::step::Step;
use crate::catalog::writes::Op;
use crate::client::Get;
use crate::error::{Error, Refusal, Result};

/// More bindings than a trigger can have, and as many as a page has at most.
const ALL: usize = 100;

/// Where the bindings of a trigger stand, in bodies and answers.
const BINDINGS: &str = "bindings";

impl Step {
    /// What has to be read before it is sent: its body is only what changes, where Auth0 takes all there is.
    pub fn reads(&self) -> Option<Get> {
        let batch = self.batch.filter(|batch| batch.whole)?;
        let mut query = self.query.clone();
        if !batch.key.is_empty() {
            query.push(("per_page", ALL.to_string()));
        }
        Some(Get {
            path: self.path.clone(),
            query,
        })
    }

    /// The same with all that is to be there, given what `there` is; `None` if there is nothing to change. An entry that an
    /// `INSERT` finds there is a conflict.
    pub fn upon(&self, there: Value) -> Result<Option<Step>> {
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
                message: Some(format!("There is an entry \"{name}\" already.")),
            },
        }
    }
}
