//! What a scan is asked for, and the list calls it makes.

use std::collections::HashSet;

use crate::catalog::Object;
use crate::client::Get;
use crate::plan::{Query, Term};
use crate::rows::Columns;

/// What to read.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanRequest {
    /// The object.
    pub object: &'static Object,
    /// Top-level keys wanted, each once.
    pub keys: Vec<String>,
    /// Whether the objects themselves are wanted.
    pub whole: bool,
    /// Whether the query will certainly want all rows: no LIMIT, no cursor.
    pub all: bool,
    /// Which rows. More may come: Postgres looks at each again.
    pub ask: Ask,
    /// The order the rows must come in; without one, any will do.
    pub sort: Option<Sort>,
    /// The most rows that will be wanted if all that come pass Postgres' own look at them. A hint for the size of a
    /// page and never a cut.
    pub limit: Option<u64>,
    /// Whether the API may be asked to leave out the keys that are not wanted.
    pub narrow: bool,
}

/// Which rows of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// None: the conditions contradict each other. No call is made.
    Nothing,
    /// All that match the search text, or all there are.
    Search(Option<String>),
    /// Searches one after another. Each row comes once.
    Chunks(Vec<Chunk>),
    /// Single calls, side by side. Their rows are disjoint.
    Lookups(Vec<Lookup>),
    /// The number of rows that match the search text, or of all. Comes as one page without rows, whose `total` it is.
    Count(Option<String>),
}

/// One search of several that divide a long list of values among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The search text.
    pub q: String,
    /// The key the values are of.
    pub key: &'static str,
    /// The values. A row belongs to the chunk that has its value exactly, and to no other: the API compares without
    /// regard to case, and two chunks may find the same row.
    pub values: HashSet<String>,
}

/// A call that brings the rows with one value of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    /// The call.
    pub get: Get,
    /// Its answer: the object itself (404 when there is none), or an array of objects.
    pub single: bool,
}

/// An order the API can sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The key.
    pub key: &'static str,
    /// Latest first.
    pub descending: bool,
}

impl Chunk {
    /// The rows whose `key` is one of `values` and for which `rest` finds them, too.
    pub fn new(rest: Option<&str>, key: &'static str, values: Vec<String>) -> Chunk {
        let list = Query::is(key, values.iter().cloned().map(Term::Text).collect());
        let q = match rest {
            Some(rest) => format!("({rest}) AND {list}"),
            None => list.to_string(),
        };
        Chunk {
            q,
            key,
            values: values.into_iter().collect(),
        }
    }
}

impl ScanRequest {
    /// All rows of `object`, in any order, whole.
    pub fn of(object: &'static Object) -> ScanRequest {
        ScanRequest {
            object,
            keys: Vec::new(),
            whole: true,
            all: true,
            ask: Ask::Search(None),
            sort: None,
            limit: None,
            narrow: false,
        }
    }

    /// The list call for page `page` of `size` rows, ordered by a key that never changes so that pages do not shift.
    pub fn list(&self, page: u64, size: u64) -> Get {
        let mut query = vec![
            ("include_totals", "true".into()),
            ("page", page.to_string()),
            ("per_page", size.to_string()),
            ("sort", format!("{}:1", self.object.order)),
        ];
        if let Ask::Search(Some(q)) | Ask::Count(Some(q)) = &self.ask {
            query.push(("q", q.clone()));
        }
        Get {
            path: self.object.path.to_owned(),
            query,
        }
    }

    /// What the pages keep of each row: the wanted keys, and the id (for messages) and the ordering key (for the
    /// window's edge) in any case.
    pub fn columns(&self) -> Columns {
        let mut keys = self.keys.clone();
        for own in [self.object.id, self.object.order] {
            if !keys.iter().any(|key| key == own) {
                keys.push(own.to_owned());
            }
        }
        Columns::new(keys, self.whole)
    }
}
