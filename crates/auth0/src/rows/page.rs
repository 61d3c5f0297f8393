//! One answer of a list call, indexed: which bytes of it are the wanted values of which row.

use std::fmt;
use std::ops::Range;

use super::columns::Columns;
use super::index::{Index, Span};
use super::shape::as_list;
use crate::catalog::Shape;

/// A page of objects.
pub struct Page {
    body: String,
    spans: Vec<Span>,
    width: usize,
    rows: usize,
    came: usize,
    total: Option<u64>,
    next: Option<String>,
    /// For each wanted key, the JSON text that rows without it have.
    given: Vec<Option<String>>,
    notice: Option<String>,
}

impl fmt::Debug for Page {
    /// Without the body: it holds people's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("rows", &self.rows)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl Page {
    /// Reads a whole answer: a bare array, or an envelope with the rows under `list_key`.
    /// The error says what is wrong with it, in words that quote nothing of it.
    pub fn parse(body: Vec<u8>, list_key: &str, columns: &Columns) -> Result<Page, String> {
        Page::read(body, columns, |body| Index::read(body, list_key, columns))
    }

    /// Reads an answer that is one object: a page of one row.
    pub fn single(body: Vec<u8>, columns: &Columns) -> Result<Page, String> {
        Page::read(body, columns, |body| Index::single(body, columns))
    }

    /// Reads an answer of any shape.
    pub fn shaped(body: Vec<u8>, shape: Shape, columns: &Columns) -> Result<Page, String> {
        let one = match shape {
            Shape::List(key) => return Page::parse(body, key, columns),
            Shape::One => true,
            Shape::There if body.is_empty() => return Page::single(b"{}".to_vec(), columns),
            Shape::There => true,
            Shape::Either => !body.trim_ascii_start().starts_with(b"["),
            Shape::Scalars(_) | Shape::Scalar(_) | Shape::Entries(..) | Shape::Nested(..) => false,
        };
        if one {
            return Page::single(body, columns);
        }
        let text = String::from_utf8(body).map_err(|_| "not UTF-8".to_owned())?;
        let list = as_list(&text, shape)?.unwrap_or(text);
        Page::parse(list.into_bytes(), "", columns)
    }

    /// A page without rows that says how many there are.
    pub fn count(total: u64) -> Page {
        Page {
            body: String::new(),
            spans: Vec::new(),
            width: 0,
            rows: 0,
            came: 0,
            total: Some(total),
            next: None,
            given: Vec::new(),
            notice: None,
        }
    }

    /// A page without rows, and why there are none.
    pub fn notice(text: String) -> Page {
        Page {
            total: None,
            notice: Some(text),
            ..Page::count(0)
        }
    }

    /// Gives rows that lack a key a JSON text for it: what the call said of all of them.
    pub fn give(mut self, given: &[(&str, String)], columns: &Columns) -> Page {
        let of = |key: &String| {
            let mut pairs = given.iter();
            pairs
                .find(|(name, _)| name == key)
                .map(|(_, raw)| raw.clone())
        };
        self.given = columns.keys().iter().map(of).collect();
        self
    }

    fn read<'a>(
        body: Vec<u8>,
        columns: &'a Columns,
        read: impl FnOnce(&str) -> Result<Index<'a>, String>,
    ) -> Result<Page, String> {
        if body.is_empty() {
            return Err("empty".to_owned());
        }
        let body = String::from_utf8(body)
            .map_err(|e| format!("not UTF-8 from byte {}", e.utf8_error().valid_up_to()))?;
        // Spans are 32 bits wide; the transport's cap on a body is far below this.
        if u32::try_from(body.len()).is_err() {
            return Err("longer than 4 GiB".to_owned());
        }
        let Index {
            spans,
            rows,
            total,
            next,
            ..
        } = read(&body)?;
        Ok(Page {
            spans,
            width: columns.width(),
            rows,
            came: rows,
            total,
            next,
            given: Vec::new(),
            notice: None,
            body,
        })
    }

    /// Number of rows on this page.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of rows of the answer, those included that have been dropped since.
    pub fn came(&self) -> usize {
        self.came
    }

    /// `total` of the envelope: the number of matches, which the API may cap.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// `next` of the envelope: where the rows after these begin. An empty one is none.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// What the user should be told, once.
    pub fn told(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Size of the answer in bytes.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The JSON text of the `key`-th wanted key of a row (counted as in [`Columns::new`]), or `None` if the object lacks it.
    pub fn value(&self, row: usize, key: usize) -> Option<&str> {
        let span = self.spans.get(row * self.width + key)?;
        let text = self.body.get(range(*span))?;
        if text.is_empty() {
            return self.given.get(key)?.as_deref();
        }
        Some(text)
    }

    /// Keeps the rows whose value of the `key`-th wanted key `keep` agrees to.
    pub fn retain(&mut self, key: usize, mut keep: impl FnMut(Option<&str>) -> bool) {
        let kept: Vec<usize> = (0..self.rows)
            .filter(|row| keep(self.value(*row, key)))
            .collect();
        if kept.len() < self.rows {
            let spans = kept
                .iter()
                .flat_map(|row| &self.spans[row * self.width..(row + 1) * self.width]);
            self.spans = spans.copied().collect();
            self.rows = kept.len();
        }
    }

    /// Turns the order of the rows round.
    pub fn reverse(&mut self) {
        let rows = (0..self.rows).rev();
        let spans = rows.flat_map(|row| &self.spans[row * self.width..(row + 1) * self.width]);
        self.spans = spans.copied().collect();
    }

    /// The JSON text of the whole object, if it was asked for.
    pub fn whole(&self, row: usize) -> Option<&str> {
        self.width
            .checked_sub(1)
            .and_then(|last| self.value(row, last))
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..(span.start + span.len) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(keys: &[&str], whole: bool) -> Columns {
        Columns::new(keys.iter().map(|k| k.to_string()).collect(), whole)
    }

    fn page(body: &str, keys: &[&str], whole: bool) -> Result<Page, String> {
        Page::parse(body.as_bytes().to_vec(), "users", &columns(keys, whole))
    }

    #[test]
    fn bare_and_enveloped() {
        for body in [
            r#"[{"a":1,"b":[2, {"x":"}"}]},{"b":null}]"#,
            r#" {"start":0,"total":7,"users":[{"a":1,"b":[2, {"x":"}"}]},{"b":null}],"length":2} "#,
        ] {
            let page = page(body, &["b", "a"], false).unwrap();
            assert_eq!(page.rows(), 2);
            assert_eq!(page.total(), body.contains("total").then_some(7));
            assert_eq!(page.value(0, 0), Some(r#"[2, {"x":"}"}]"#));
            assert_eq!(page.value(0, 1), Some("1"));
            assert_eq!(page.value(1, 0), Some("null"));
            assert_eq!(page.value(1, 1), None);
        }
    }

    #[test]
    fn whole_objects() {
        let page = page(r#"[{"a": 1, "a": 2}, {}]"#, &["a"], true).unwrap();
        assert_eq!(page.whole(0), Some(r#"{"a": 1, "a": 2}"#));
        assert_eq!(page.value(0, 0), Some("2"), "the last of two equal keys");
        assert_eq!(page.whole(1), Some("{}"));
        assert_eq!(page.value(1, 0), None);
    }

    #[test]
    fn rows_can_be_dropped() {
        let mut page = page(r#"[{"a":1},{"a":2},{"a":3}]"#, &["a"], true).unwrap();
        page.retain(0, |value| value != Some("2"));
        assert_eq!(page.rows(), 2);
        assert_eq!(page.value(1, 0), Some("3"));
        assert_eq!(page.whole(1), Some(r#"{"a":3}"#));
    }

    #[test]
    fn one_object_is_a_page_of_one_row() {
        let columns = columns(&["a"], true);
        let page = Page::single(br#" {"b":0,"a":1} "#.to_vec(), &columns).unwrap();
        assert_eq!((page.rows(), page.total()), (1, None));
        assert_eq!(page.value(0, 0), Some("1"));
        assert_eq!(page.whole(0), Some(r#"{"b":0,"a":1}"#));
        for body in ["", "[]", "null", "7", "{", r#"{"a":1}{}"#] {
            let page = Page::single(body.as_bytes().to_vec(), &columns);
            assert!(page.is_err(), "{body}");
        }
    }

    #[test]
    fn rows_can_be_turned_round() {
        let mut page = page(r#"[{"a":1},{"a":2},{"a":3}]"#, &["a"], true).unwrap();
        page.reverse();
        assert_eq!(page.value(0, 0), Some("3"));
        assert_eq!(page.whole(2), Some(r#"{"a":1}"#));
    }

    #[test]
    fn no_columns_still_counts() {
        assert_eq!(page(r#"[{"a":1},{}]"#, &[], false).unwrap().rows(), 2);
    }

    #[test]
    fn a_total_that_is_no_number_is_no_total() {
        assert_eq!(
            page(r#"{"total":"7","users":[]}"#, &[], false)
                .unwrap()
                .total(),
            None
        );
    }

    #[test]
    fn anything_else_is_an_error_and_never_zero_rows() {
        for body in [
            "",
            "{}",
            "null",
            "7",
            "\"users\"",
            "<html>",
            "[1]",
            "[null]",
            "[[]]",
            r#"{"users":{}}"#,
            r#"{"users":null}"#,
            r#"{"statusCode":200,"total":0}"#,
            "[{}",
            r#"[{"a":1},{"a":"#,
            "[] []",
            "[{}]x",
            r#"[{"a":"\u00g0"}]"#,
        ] {
            for whole in [false, true] {
                assert!(page(body, &["a"], whole).is_err(), "{body}");
            }
        }
        assert!(Page::parse(vec![b'[', 0xff, b']'], "users", &columns(&[], false)).is_err());
    }

    #[test]
    fn errors_quote_nothing() {
        let error = page(r#"[{"email":"secret@example.com"},7]"#, &["email"], false).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn a_key_with_half_a_surrogate_hides_nothing() {
        let page = page(r#"[{"k\ud800":1,"a":2}]"#, &["a"], false).unwrap();
        assert_eq!(page.value(0, 0), Some("2"));
    }

    #[test]
    fn escaped_keys_are_the_same_keys() {
        assert_eq!(
            page(r#"[{"\u0061":1}]"#, &["a"], false)
                .unwrap()
                .value(0, 0),
            Some("1")
        );
    }
}
