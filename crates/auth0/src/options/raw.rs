//! Options as they are declared, unread.

use super::validate::boolean;

/// Options as Postgres' catalogs hold them, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Raw(Vec<(String, String)>);

impl Raw {
    /// From name-value pairs.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Raw(pairs)
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a boolean option is given, and as true.
    pub fn is_true(&self, name: &str) -> bool {
        self.get(name).and_then(boolean).unwrap_or(false)
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}
