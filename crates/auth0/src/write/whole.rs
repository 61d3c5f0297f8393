//! Requests whose body is all there is: what is there is read first, and sent together with the change.

use serde_json::Value;

use super::step::Step;
use crate::catalog::writes::Op;
use crate::client::Get;
use crate::error::{Error, Refusal, Result};

impl Step {
    /// What has to be read before it is sent: its body is only what changes, where Auth0 takes all there is.
    pub fn reads(&self) -> Option<Get> {
        let whole = self.batch.is_some_and(|batch| batch.whole);
        whole.then(|| Get {
            path: self.path.clone(),
            query: self.query.clone(),
        })
    }

    /// The same with all that is to be there, given what `there` is; `None` if there is nothing to change. An entry that an
    /// `INSERT` finds there is a conflict.
    pub fn upon(&self, there: Value) -> Result<Option<Step>> {
        let old = there.clone();
        let new = match (there, &self.body) {
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
            _ => {
                let mut call = self.call();
                call.method = "GET";
                return Err(Error::Unreadable {
                    call,
                    reason: "It is neither an object nor an array.".to_owned(),
                    attempts: 1,
                });
            }
        };
        Ok((new != old).then(|| Step {
            body: Some(new),
            ..self.clone()
        }))
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
