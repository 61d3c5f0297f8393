//! Ids that have come.

use std::collections::hash_map::RandomState;
use std::collections::HashSet;
use std::hash::BuildHasher;

/// A set of ids, by hash: 64 bits from a random function, so that no two of a million rows meet but once in ten million
/// walks.
#[derive(Default)]
pub struct Ids {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Ids {
    /// Whether the id is new. A row without one always is.
    pub fn insert(&mut self, id: Option<&str>) -> bool {
        id.is_none_or(|id| self.hashes.insert(self.hasher.hash_one(id)))
    }

    /// Whether the id has come. A row without one never has.
    pub fn contains(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.hashes.contains(&self.hasher.hash_one(id)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.hashes.clear();
    }
}
