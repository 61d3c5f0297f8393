//! A request as it may be shown: in a dry run, in a log.

use std::fmt::Write;

use serde_json::Value;

use super::step::{Before, Step};
use crate::catalog::writes::{writes, Element};
use crate::rows::redact;

/// What stands for a secret.
const HIDDEN: &str = "*****";

/// Keys of bodies whose values are secrets, too, though they are not named like one.
const MORE: [&str; 2] = ["custom_password_hash", "pem"];

impl Step {
    /// Method, path and body, without secrets.
    pub fn shown(&self) -> String {
        let mut text = format!("{} {}", self.method.name(), self.path);
        for (i, (name, value)) in self.query.iter().enumerate() {
            let _ = write!(text, "{}{name}={value}", if i == 0 { '?' } else { '&' });
        }
        if let Some(body) = &self.body {
            let mut body = body.clone();
            let more = writes(self.object).map_or(&[][..], |record| record.secrets);
            for path in self.object.secrets.iter().chain(more) {
                let path: Vec<&str> = path.split('.').collect();
                redact::at(&mut body, &path, &mut |object, key| {
                    if let Some(value) = object.get_mut(key).filter(|value| !value.is_null()) {
                        *value = HIDDEN.into();
                    }
                });
            }
            let secret = |column| {
                self.object
                    .named(column)
                    .is_some_and(|column| column.secret)
            };
            match (self.batch.map(|batch| &batch.element), &mut body) {
                (Some(Element::Entry(_, value)), Value::Object(entries)) if secret(value) => {
                    entries
                        .values_mut()
                        .for_each(|value| *value = HIDDEN.into());
                }
                _ => hide_named(&mut body),
            }
            let _ = write!(text, " {body}");
            text += match &self.before {
                Before::Nothing => "",
                Before::Whole | Before::Kept(_) => ", with what is there",
                Before::Absence(..) => ", if there is none",
            };
        }
        text
    }
}

/// Hides what is named like a secret, at any depth.
fn hide_named(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(hide_named),
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                let named = redact::is_secret(key) || MORE.contains(&key.as_str());
                match named && !inner.is_null() && !inner.is_boolean() {
                    true => *inner = HIDDEN.into(),
                    false => hide_named(inner),
                }
            }
        }
        _ => {}
    }
}
