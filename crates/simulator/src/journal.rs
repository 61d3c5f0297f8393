//! What was asked of the tenant, and how it ended.

use std::collections::VecDeque;
use std::time::Instant;

/// One request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Counts requests from 1, through clearings.
    pub number: u64,
    /// Which connection it came on; connections count from 1.
    pub connection: u64,
    /// GET, POST …
    pub method: String,
    /// Decoded path: `/api/v2/users/auth0|123`.
    pub path: String,
    /// The target as it was sent, with its query.
    pub target: String,
    /// Decoded query parameters in order.
    pub query: Vec<(String, String)>,
    /// Headers in order, names in lower case; of Authorization only the scheme is kept.
    pub headers: Vec<(String, String)>,
    /// The request body, as text.
    pub body: String,
    /// Status of the answer; 0 until there is one.
    pub status: u16,
    /// When its head had arrived.
    pub started: Instant,
    /// When the answer was handed over, or the client had left.
    pub ended: Option<Instant>,
    /// False while it runs, and for good when the client left before its answer was complete.
    pub completed: bool,
}

impl Entry {
    /// A query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// The newest entries.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    last: u64,
}

/// Older entries are dropped, so that a long benchmark does not eat the machine.
const CAPACITY: usize = 100_000;

impl Journal {
    /// Notes a request and gives it its number.
    pub fn begin(&mut self, mut entry: Entry) -> u64 {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.last += 1;
        entry.number = self.last;
        self.entries.push_back(entry);
        self.last
    }

    /// How many requests there ever were.
    pub fn count(&self) -> u64 {
        self.last
    }

    /// The entry with this number, unless it was cleared away.
    pub fn entry(&mut self, number: u64) -> Option<&mut Entry> {
        let first = self.entries.front()?.number;
        let at = usize::try_from(number.checked_sub(first)?).ok()?;
        self.entries.get_mut(at)
    }

    /// All of it.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }

    /// Forgets it; requests still running finish unrecorded.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}
