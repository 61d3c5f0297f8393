//! What a scan is asked for, and the list calls it makes.

use crate::catalog::Object;
use crate::client::Get;
use crate::rows::Columns;

/// What to read.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The object.
    pub object: &'static Object,
    /// Top-level keys wanted, each once.
    pub keys: Vec<String>,
    /// Whether the objects themselves are wanted.
    pub whole: bool,
    /// Whether the query will certainly want all rows: no LIMIT, no cursor.
    pub all: bool,
}

impl ScanRequest {
    /// The list call for page `page` of `size` rows, ordered by a key that never changes so that pages do not shift.
    pub fn list(&self, page: u64, size: u64) -> Get {
        Get {
            path: self.object.path.to_owned(),
            query: vec![
                ("include_totals", "true".into()),
                ("page", page.to_string()),
                ("per_page", size.to_string()),
                ("sort", format!("{}:1", self.object.order)),
            ],
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
