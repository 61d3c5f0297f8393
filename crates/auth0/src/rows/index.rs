//! Reads an answer once and notes where each wanted value stands in it.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::columns::Columns;

/// A span of the body; the empty span stands for "absent", as no JSON value has no bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Number of bytes.
    pub len: u32,
}

/// What one reading has found.
pub struct Index<'a> {
    base: usize,
    columns: &'a Columns,
    list_key: &'a str,
    /// The wanted values of all rows, row after row.
    pub spans: Vec<Span>,
    /// Number of rows.
    pub rows: usize,
    /// `total` of the envelope.
    pub total: Option<u64>,
    /// `next` of the envelope, unless it is empty.
    pub next: Option<String>,
    found: bool,
}

impl<'a> Index<'a> {
    /// Reads `body`: a bare array, or an envelope with the rows under `list_key`.
    pub fn read(body: &str, list_key: &'a str, columns: &'a Columns) -> Result<Self, String> {
        let mut index = Index::new(body, list_key, columns);
        let mut json = serde_json::Deserializer::from_str(body);
        let read = Document(&mut index)
            .deserialize(&mut json)
            .and_then(|()| json.end());
        read.map_err(|e| describe(&e))?;
        if !index.found {
            return Err(format!("an object without the key \"{list_key}\""));
        }
        Ok(index)
    }

    /// Reads `body`, which is one row.
    pub fn single(body: &str, columns: &'a Columns) -> Result<Self, String> {
        let mut index = Index::new(body, "", columns);
        let mut json = serde_json::Deserializer::from_str(body);
        let read = Item(&mut index)
            .deserialize(&mut json)
            .and_then(|()| json.end());
        read.map_err(|e| describe(&e))?;
        Ok(index)
    }

    fn new(body: &str, list_key: &'a str, columns: &'a Columns) -> Self {
        Index {
            base: body.as_ptr() as usize,
            columns,
            list_key,
            spans: Vec::new(),
            rows: 0,
            total: None,
            next: None,
            found: false,
        }
    }

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
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.0.list_key && !self.0.found {
                map.next_value_seed(List(self.0))?;
            } else if key == "total" {
                self.0.total = map.next_value::<&RawValue>()?.get().parse().ok();
            } else if key == "next" {
                let raw = map.next_value::<&RawValue>()?.get();
                let text: Option<String> = serde_json::from_str(raw).ok();
                self.0.next = text.filter(|text| !text.is_empty());
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
        if !self.0.columns.has_whole() {
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
            keys: index.columns.keys(),
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
