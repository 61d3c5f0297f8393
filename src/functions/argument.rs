//! Arguments that have to be given.

use auth0::Error;

use crate::error::raise;
use crate::text;

/// A text that says something.
pub fn text(name: &'static str, value: Option<&str>) -> String {
    match value {
        Some(value) if !value.is_empty() => text::received(value.to_owned()),
        _ => invalid(name, "a text that is not empty"),
    }
}

/// Ends the statement, as the argument must be something else.
pub fn invalid(name: &'static str, expected: &str) -> ! {
    raise(Error::Argument {
        name,
        expected: expected.to_owned(),
    })
}
