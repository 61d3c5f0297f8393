//! Which parts of each object a page keeps.

/// Which parts of each object are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    keys: Vec<String>,
    whole: bool,
}

impl Columns {
    /// `keys` are top-level keys of the objects, each at most once; `whole` asks for the object itself, too.
    pub fn new(keys: Vec<String>, whole: bool) -> Self {
        Columns { keys, whole }
    }

    /// The position of a wanted key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|wanted| wanted == key)
    }

    /// The wanted keys, in order.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Whether the objects themselves are wanted, too.
    pub fn has_whole(&self) -> bool {
        self.whole
    }

    /// Number of values noted for a row.
    pub fn width(&self) -> usize {
        self.keys.len() + usize::from(self.whole)
    }
}
