//! One answer of a list call, indexed: which bytes of it are the wanted values of which row.

use std::fmt;
use std::ops::Range;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

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

    fn width(&self) -> usize {
        self.keys.len() + usize::from(self.whole)
    }
}

/// A span of the body; the empty span stands for "absent", as no JSON value has no bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    len: u32,
}

/// A page of objects.
pub struct Page {
    body: String,
    spans: Vec<Span>,
    width: usize,
    rows: usize,
    total: Option<u64>,
    enveloped: bool,
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
        if body.is_empty() {
            return Err("empty".to_owned());
        }
        let body = String::from_utf8(body)
            .map_err(|e| format!("not UTF-8 from byte {}", e.utf8_error().valid_up_to()))?;
        // Spans are 32 bits wide; the transport's cap on a body is far below this.
        if u32::try_from(body.len()).is_err() {
            return Err("longer than 4 GiB".to_owned());
        }
        let mut index = Index {
            base: body.as_ptr() as usize,
            columns,
            list_key,
            spans: Vec::new(),
            rows: 0,
            total: None,
            enveloped: false,
            found: false,
        };
        let mut json = serde_json::Deserializer::from_str(&body);
        let read = Document(&mut index)
            .deserialize(&mut json)
            .and_then(|()| json.end());
        read.map_err(|e| describe(&e))?;
        if !index.found {
            return Err(format!("an object without the key \"{list_key}\""));
        }
        let Index {
            spans,
            rows,
            total,
            enveloped,
            ..
        } = index;
        Ok(Page {
            spans,
            width: columns.width(),
            rows,
            total,
            enveloped,
            body,
        })
    }

    /// Number of rows on this page.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `total` of the envelope: the number of matches, which the API may cap.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether the answer was an envelope.
    pub fn is_enveloped(&self) -> bool {
        self.enveloped
    }

    /// Size of the answer in bytes.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The JSON text of the `key`-th wanted key of a row (counted as in [`Columns::new`]), or `None` if the object lacks it.
    pub fn value(&self, row: usize, key: usize) -> Option<&str> {
        let span = self.spans.get(row * self.width + key)?;
        let text = self.body.get(range(*span))?;
        (!text.is_empty()).then_some(text)
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

/// serde_json's message, without what it may quote of the input.
fn describe(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "JSON that ends too early",
        Category::Syntax => "not JSON",
        Category::Data | Category::Io => "JSON of another shape",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

struct Index<'a> {
    base: usize,
    columns: &'a Columns,
    list_key: &'a str,
    spans: Vec<Span>,
    rows: usize,
    total: Option<u64>,
    enveloped: bool,
    found: bool,
}

impl Index<'_> {
    fn span(&self, raw: &RawValue) -> Span {
        let text = raw.get();
        Span {
            start: (text.as_ptr() as usize - self.base) as u32,
            len: text.len() as u32,
        }
    }
}

/// The whole answer.
struct Document<'i, 'a>(&'i mut Index<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        self.0.found = true;
        while rows.next_element_seed(Item(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.enveloped = true;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.0.list_key && !self.0.found {
                map.next_value_seed(List(self.0))?;
            } else if key == "total" {
                self.0.total = map.next_value::<&RawValue>()?.get().parse().ok();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The rows of an envelope.
struct List<'i, 'a>(&'i mut Index<'a>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Document(self.0).visit_seq(rows)
    }
}

/// One row.
struct Item<'i, 'a>(&'i mut Index<'a>);

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.0.columns.whole {
            return deserializer.deserialize_map(self);
        }
        // The span of the whole object is only known by reading it twice.
        let raw = <&RawValue as serde::Deserialize>::deserialize(deserializer)?;
        let whole = self.0.span(raw);
        let index = self.0;
        serde_json::Deserializer::from_str(raw.get())
            .deserialize_map(Item(&mut *index))
            .map_err(D::Error::custom)?;
        if let Some(last) = index.spans.last_mut() {
            *last = whole;
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Item<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let index = self.0;
        let first = index.spans.len();
        index
            .spans
            .resize(first + index.columns.width(), Span::default());
        index.rows += 1;
        // Auth0 writes keys in a stable order, so the next wanted key is usually the one after the last.
        let mut hint = 0;
        while let Some(position) = map.next_key_seed(Wanted {
            keys: &index.columns.keys,
            hint,
        })? {
            match position {
                Some(key) => {
                    // Of a key written twice the last one counts, as in jsonb.
                    let span = index.span(map.next_value::<&RawValue>()?);
                    index.spans[first + key] = span;
                    hint = key + 1;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Which wanted key, if any, the next key is.
struct Wanted<'a> {
    keys: &'a [String],
    hint: usize,
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // As bytes, because a key with half a surrogate pair is no str, and must not hide the object.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Wanted<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Self::Value, E> {
        if self
            .keys
            .get(self.hint)
            .is_some_and(|wanted| wanted.as_bytes() == key)
        {
            return Ok(Some(self.hint));
        }
        Ok(self.keys.iter().position(|wanted| wanted.as_bytes() == key))
    }
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
            assert_eq!(page.is_enveloped(), page.total() == Some(7));
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
