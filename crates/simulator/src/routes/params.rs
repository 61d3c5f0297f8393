//! Query parameters and the answers to bad ones.

use crate::errors::ApiError;
use crate::request::Request;

/// The parameters of one request.
pub struct Params<'a> {
    pairs: &'a [(String, String)],
}

impl<'a> Params<'a> {
    /// Takes the request's parameters; one that is not in `known` is refused.
    /// Whether real tenants refuse or ignore those is not recorded: a client is better off hearing of its mistake.
    pub fn new(request: &'a Request, known: &[&str]) -> Result<Params<'a>, ApiError> {
        let pairs = &request.query;
        let unknown: Vec<&str> = pairs
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| !known.contains(key))
            .collect();
        if unknown.is_empty() {
            Ok(Params { pairs })
        } else {
            let list = unknown.join(",");
            Err(ApiError::query(format!(
                "'Additional properties not allowed: {list}'"
            )))
        }
    }

    /// A parameter's text.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A whole number between 0 and `most`.
    pub fn number(&self, name: &str, most: u64, about: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number: i64 = text.parse().map_err(|_| {
            ApiError::query(format!(
                "'Expected type integer but found type string' on property {name} ({about})"
            ))
        })?;
        match u64::try_from(number) {
            Err(_) => Err(ApiError::query(format!(
                "'Value {number} is less than minimum 0' on property {name} ({about})"
            ))),
            Ok(number) if number > most => Err(ApiError::query(format!(
                "'Value {number} is greater than maximum {most}' on property {name} ({about})"
            ))),
            Ok(number) => Ok(Some(number)),
        }
    }

    /// A whole number between the first and the last of `range`; the middle one when it was not sent.
    pub fn number_between(
        &self,
        name: &str,
        range: (u64, u64, u64),
        about: &str,
    ) -> Result<u64, ApiError> {
        let (least, default, most) = range;
        let number = self.number(name, most, about)?.unwrap_or(default);
        if number < least {
            return Err(ApiError::query(format!(
                "'Value {number} is less than minimum {least}' on property {name} ({about})"
            )));
        }
        Ok(number)
    }

    /// Every value of a parameter that may be sent more than once.
    pub fn all(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str, otherwise: bool) -> Result<bool, ApiError> {
        match self.text(name) {
            None => Ok(otherwise),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(ApiError::query(format!(
                "'Expected type boolean but found type string' on property {name}"
            ))),
        }
    }

    /// The names in `fields`, if it was sent and names any.
    pub fn fields(&self) -> Option<Vec<&'a str>> {
        let names: Vec<&str> = self
            .text("fields")?
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        (!names.is_empty()).then_some(names)
    }
}
