//! What a scan is asked for, and the list calls it makes.

use crate::catalog::template::{self, Put};
use crate::catalog::{Language, Object, Paging, Shape};
use crate::client::Get;
use crate::error::Error;
use crate::plan;
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
    /// The object that a query asks for, if this one is only read for its sake.
    pub sake: Option<&'static str>,
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
    /// Lists, side by side, each to its end. Their rows are disjoint.
    Lists(Vec<Listing>),
    /// Lists for each row of another object.
    Fan(Box<Fan>),
    /// Nothing can be asked: the API needs values of these columns.
    Needs(Vec<&'static str>),
}

impl Ask {
    /// The columns of the object whose values are lacking, be it for the lists of another one that is read first.
    pub fn lacks(&self) -> Vec<&'static str> {
        match self {
            Ask::Needs(columns) => columns.clone(),
            Ask::Fan(fan) => {
                let theirs = fan.parent.ask.lacks().into_iter();
                let ours = theirs.filter_map(|column| {
                    let key = fan.parent.object.key_of(column);
                    fan.columns.iter().find(|(_, theirs)| *theirs == key)
                });
                ours.map(|(own, _)| *own).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// One list, however many pages it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The call, without what pages it.
    pub get: Get,
    /// How many parameters at the end of it only leave rows out: where the API refuses their values, it is asked without.
    pub params: usize,
    /// How an answer holds rows.
    pub shape: Shape,
    /// How it is paged.
    pub paging: Paging,
    /// JSON texts that rows have for keys they lack: what the call says of all of them.
    pub given: Vec<(&'static str, String)>,
    /// Only rows with this text under a key are handed over: others come with another list.
    pub keep: Option<(&'static str, String)>,
}

/// For each row of one object, the lists of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// The object whose rows give the values.
    pub parent: ScanRequest,
    /// The column that stands in the path, and the key of the parent's that has its values.
    pub columns: Vec<(&'static str, &'static str)>,
    /// Only for the parent's rows that have one of these texts under a key.
    pub only: Vec<(&'static str, Vec<Put>)>,
    /// What is asked for each.
    pub lists: Vec<Sketch>,
    /// Keys that the parent's row gives to rows that lack them.
    pub given: Vec<&'static str>,
}

/// A list whose path still lacks values.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The object.
    pub object: &'static Object,
    /// The call, as in the catalogue.
    pub template: &'static str,
    /// How an answer holds rows.
    pub shape: Shape,
    /// How it is paged.
    pub paging: Paging,
    /// Columns that have a value.
    pub known: Vec<(&'static str, Put)>,
    /// Parameters beside those of the template.
    pub params: Vec<(&'static str, String)>,
    /// As in a [`Listing`].
    pub keep: Option<(&'static str, String)>,
}

impl Sketch {
    /// The list, with the values that were lacking; `None` if one still is.
    pub fn listing(&self, values: &[(&'static str, Put)]) -> Option<Listing> {
        let all = || self.known.iter().chain(values);
        let mut get = template::fill(self.template, |name| {
            all()
                .find(|(column, _)| *column == name)
                .map(|(_, put)| put.clone())
        })?;
        get.query.extend(self.params.iter().cloned());
        let given = all().filter_map(|(column, put)| match put {
            Put::Value(text) => Some((
                self.object.named(column)?.key,
                serde_json::Value::from(text.as_str()).to_string(),
            )),
            Put::Words(_) | Put::Each(_) => None,
        });
        Some(Listing {
            get,
            params: self.params.len(),
            shape: self.shape,
            paging: self.paging,
            given: given.collect(),
            keep: self.keep.clone(),
        })
    }
}

/// One search of several that divide a long list of values among them: `before`, the printed values joined by `OR`,
/// `after`.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The key the values are of.
    pub key: &'static str,
    /// Search text before the values.
    pub before: String,
    /// The values. A row belongs to the chunk that has its value exactly, and to no other: the API compares without
    /// regard to case, and two chunks may find the same row.
    pub terms: Vec<Term>,
    /// Search text after the values.
    pub after: String,
}

/// A value of a [`Chunk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is.
    pub value: String,
    /// As the search text has it.
    pub printed: String,
}

impl Chunk {
    /// The rows whose `key` is one of `values` and for which `rest` finds them, too.
    pub fn new(rest: Option<&str>, key: &'static str, values: Vec<String>) -> Chunk {
        let rest = rest.map_or_else(String::new, |rest| format!("({rest}) AND "));
        let terms = values.into_iter().map(|value| Term {
            printed: plan::Term::Text(value.clone()).to_string(),
            value,
        });
        Chunk {
            key,
            before: format!("{rest}{key}:("),
            terms: terms.collect(),
            after: ")".to_owned(),
        }
    }

    /// Two chunks with half of the values each: for a text that is too long.
    pub fn halves(mut self) -> [Chunk; 2] {
        let terms = self.terms.split_off(self.terms.len() / 2);
        let other = Chunk {
            terms,
            ..self.clone()
        };
        [self, other]
    }

    /// The search text.
    pub fn q(&self) -> String {
        let terms: Vec<&str> = self.terms.iter().map(|term| &*term.printed).collect();
        format!("{}{}{}", self.before, terms.join(" OR "), self.after)
    }
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
            sake: None,
        }
    }

    /// An error as this request has brought it about.
    pub fn blame(&self, error: Error) -> Error {
        match self.ask {
            Ask::Search(_) | Ask::Chunks(_) | Ask::Count(_) if self.object.is_searched() => {
                error.of_search()
            }
            _ => error,
        }
    }

    /// Whether it asks for a list of each row of an object, or of values that are given.
    pub fn is_of_each(&self) -> bool {
        match &self.ask {
            Ask::Fan(_) => true,
            Ask::Lists(lists) => {
                let of_value = |list: &Listing| !list.given.is_empty() || list.params > 0;
                lists.len() > 1 || lists.iter().any(of_value)
            }
            _ => false,
        }
    }

    /// Rows of a page of a list that allows so many.
    pub fn page_size(&self, most: u64, page_size: u32) -> u64 {
        match u64::from(page_size) {
            // Nothing was said, or the most of most lists.
            100 => most,
            size => size.min(most),
        }
    }

    /// The list call for page `page` of `size` rows.
    pub fn list(&self, page: u64, size: u64) -> Get {
        let q = match &self.ask {
            Ask::Search(q) | Ask::Count(q) => q.clone(),
            _ => None,
        };
        self.search(q, self.order(), page, size)
    }

    /// The order the pages come in: the one asked for, else by a key that never changes, so that pages do not shift.
    pub fn order(&self) -> Sort {
        self.sort.unwrap_or(Sort {
            key: self.object.order,
            descending: false,
        })
    }

    /// Rows asked for in the first request: no more than are wanted.
    pub fn first(&self, page_size: u32) -> u64 {
        let page_size = u64::from(page_size);
        self.limit
            .map_or(page_size, |limit| limit.clamp(1, page_size))
    }

    /// A search for page `page` of `size` rows.
    pub(super) fn search(&self, q: Option<String>, sort: Sort, page: u64, size: u64) -> Get {
        let direction = if sort.descending { -1 } else { 1 };
        let mut query = vec![
            ("include_totals", "true".into()),
            ("page", page.to_string()),
            ("per_page", size.to_string()),
            ("sort", format!("{}:{direction}", sort.key)),
        ];
        if self.object.language == Language::Logs {
            // Its total is that of the page, and tells nothing.
            query.remove(0);
        }
        query.extend(q.map(|q| ("q", q)));
        self.narrowed(Get {
            path: self.object.path.to_owned(),
            query,
        })
    }

    /// The call with `fields`, if the API may be asked to leave out keys and takes the names of those wanted, or if it
    /// only sends some when they are named.
    pub fn narrowed(&self, mut get: Get) -> Get {
        let columns = self.columns();
        let on_request = self.object.on_request;
        let asked = |key: &String| on_request.contains(&key.as_str());
        if !on_request.is_empty() && (self.whole || columns.keys().iter().any(asked)) {
            get.query.push(("fields", self.object.selectable.join(",")));
            return get;
        }
        let known = |key: &String| self.object.selectable.contains(&key.as_str());
        let any = !columns.keys().is_empty();
        if self.narrow && any && !self.whole && columns.keys().iter().all(known) {
            get.query.push(("fields", columns.keys().join(",")));
        }
        get
    }

    /// What the pages keep of each row: the wanted keys, and in any case the id (for messages, and for rows that come
    /// twice), the ordering keys (for the edges of windows) and the keys by which chunks divide rows.
    pub fn columns(&self) -> Columns {
        let mut keys = self.keys.clone();
        let mut own = vec![self.object.id, self.object.order];
        own.retain(|key| !key.is_empty());
        own.extend(self.sort.map(|sort| sort.key));
        if let Ask::Lists(lists) = &self.ask {
            own.extend(lists.iter().filter_map(|list| Some(list.keep.as_ref()?.0)));
        }
        if let Ask::Chunks(chunks) = &self.ask {
            own.extend(chunks.iter().map(|chunk| chunk.key));
        }
        for own in own {
            if !keys.iter().any(|key| key == own) {
                keys.push(own.to_owned());
            }
        }
        Columns::new(keys, self.whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> ScanRequest {
        ScanRequest::of(crate::catalog::OBJECTS[0])
    }

    fn shown(get: &Get) -> String {
        let pairs = get
            .query
            .iter()
            .map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn parameters_stand_in_one_order() {
        let mut request = users();
        assert_eq!(
            shown(&request.list(3, 100)),
            "include_totals=true&page=3&per_page=100&sort=created_at:1"
        );
        request.ask = Ask::Search(Some("blocked:true".into()));
        request.sort = Some(Sort {
            key: "updated_at",
            descending: true,
        });
        request.whole = false;
        request.narrow = true;
        request.keys = vec!["email".into()];
        assert_eq!(
            shown(&request.list(0, 5)),
            "include_totals=true&page=0&per_page=5&sort=updated_at:-1&q=blocked:true&fields=email,user_id,created_at,updated_at"
        );
    }

    #[test]
    fn fields_are_sent_only_if_every_name_is_known() {
        let mut request = ScanRequest {
            whole: false,
            narrow: true,
            keys: vec!["multifactor".into()],
            ..users()
        };
        assert!(!shown(&request.list(0, 1)).contains("fields"));
        request.keys = vec!["email".into()];
        assert!(shown(&request.list(0, 1)).contains("fields"));
        request.whole = true;
        assert!(!shown(&request.list(0, 1)).contains("fields"));
    }

    #[test]
    fn a_limit_only_makes_the_first_page_smaller() {
        let mut request = users();
        for (limit, size) in [
            (None, 100),
            (Some(0), 1),
            (Some(7), 7),
            (Some(1 << 40), 100),
        ] {
            request.limit = limit;
            assert_eq!(request.first(100), size);
        }
    }

    #[test]
    fn a_chunk_prints_its_values() {
        let term = |value: &str| Term {
            value: value.into(),
            printed: format!("\"{value}\""),
        };
        let chunk = Chunk {
            key: "user_id",
            before: "user_id:(".into(),
            terms: vec![term("a"), term("b")],
            after: ")".into(),
        };
        assert_eq!(chunk.q(), r#"user_id:("a" OR "b")"#);
        for count in 2..9 {
            let values: Vec<String> = (0..count).map(|i| i.to_string()).collect();
            let chunk = Chunk::new(None, "user_id", values);
            let [one, other] = chunk.clone().halves();
            assert!(!one.terms.is_empty() && !other.terms.is_empty());
            assert_eq!([one.terms, other.terms].concat(), chunk.terms);
        }
    }
}
