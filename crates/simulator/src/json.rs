//! JSON objects as lists of members whose values stay raw text, so that a user keeps the bytes it was given.
//!
//! A parsed tree would lose what the tests are after: numbers beyond f64, lone surrogates, duplicate keys, key order.

use std::borrow::Cow;

/// One `"key":value` of an object, as byte offsets into its text.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    /// The key, unescaped.
    pub key: Cow<'a, str>,
    /// Where the quoted key starts.
    pub start: usize,
    /// Where the value starts.
    pub value: usize,
    /// Where the value ends.
    pub end: usize,
}

/// The members of the object in `text`, or None when `text` is not one complete object.
pub fn members(text: &str) -> Option<Vec<Member<'_>>> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    let mut found = Vec::new();
    at = skip_space(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return (skip_space(bytes, at + 1) == bytes.len()).then_some(found);
    }
    loop {
        let start = at;
        let key_end = skip_string(bytes, start)?;
        at = skip_space(bytes, key_end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        let value = skip_space(bytes, at + 1);
        let end = skip_value(bytes, value)?;
        found.push(Member {
            key: unescape(&text[start..key_end]),
            start,
            value,
            end,
        });
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => at = skip_space(bytes, at + 1),
            b'}' => return (skip_space(bytes, at + 1) == bytes.len()).then_some(found),
            _ => return None,
        }
    }
}

/// The elements of the array in `text` as raw text, or None when it is not one.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let mut at = skip_space(bytes, 0);
    if bytes.get(at) != Some(&b'[') {
        return None;
    }
    let mut found = Vec::new();
    at = skip_space(bytes, at + 1);
    if bytes.get(at) == Some(&b']') {
        return Some(found);
    }
    loop {
        let end = skip_value(bytes, at)?;
        found.push(&text[at..end]);
        at = skip_space(bytes, end);
        match bytes.get(at)? {
            b',' => at = skip_space(bytes, at + 1),
            b']' => return Some(found),
            _ => return None,
        }
    }
}

/// The text of a JSON string; None when `raw` is anything else or cannot be decoded (a lone surrogate).
pub fn string(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// The same without a copy where nothing is escaped.
pub fn text(raw: &str) -> Option<Cow<'_, str>> {
    match raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) if !inner.contains('\\') => Some(Cow::Borrowed(inner)),
        _ => string(raw).map(Cow::Owned),
    }
}

/// `text` as a JSON string with its quotes.
pub fn quote(text: &str) -> String {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        return format!("\"{text}\"");
    }
    serde_json::Value::from(text).to_string()
}

/// An object being edited: keys with raw values, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(Vec<(String, String)>);

impl Object {
    /// Reads an object, or None when `text` is not one.
    pub fn parse(text: &str) -> Option<Object> {
        let members = members(text)?;
        Some(Object(
            members
                .into_iter()
                .map(|m| (m.key.clone().into_owned(), text[m.value..m.end].to_string()))
                .collect(),
        ))
    }

    /// The raw value of `key`; of duplicates the last, as most parsers do.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    }

    /// Sets `key`, in its old place when it has one.
    pub fn set(&mut self, key: &str, raw: impl Into<String>) {
        let raw = raw.into();
        match self.0.iter_mut().find(|(k, _)| k == key) {
            Some(slot) => slot.1 = raw,
            None => self.0.push((key.to_string(), raw)),
        }
    }

    /// Removes every member called `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(k, _)| k != key);
    }

    /// Key and raw value of every member.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// True without members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object's text, without spaces between members.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(
            self.0
                .iter()
                .map(|(k, v)| k.len() + v.len() + 4)
                .sum::<usize>()
                + 2,
        );
        out.push('{');
        for (i, (key, value)) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(&quote(key));
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        out
    }
}

fn unescape(quoted: &str) -> Cow<'_, str> {
    let inner = &quoted[1..quoted.len() - 1];
    if inner.contains('\\') {
        string(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
    } else {
        Cow::Borrowed(inner)
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

fn skip_string(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of the value at `at`; brackets are counted, scalars not looked into.
fn skip_value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => skip_string(bytes, at),
        b'{' | b'[' => {
            let mut depth = 0usize;
            let mut at = at;
            loop {
                match bytes.get(at)? {
                    b'"' => {
                        at = skip_string(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => {
            let rest = bytes[at..]
                .iter()
                .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
                .unwrap_or(bytes.len() - at);
            (rest > 0).then_some(at + rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_raw_values() {
        let text =
            r#" { "a" : 1e400 , "b\u0041":"\ud800 }\"", "c":[1,{"d":"]"}], "e":{} , "a":null } "#;
        let object = Object::parse(text).unwrap();
        let listed: Vec<_> = object.iter().collect();
        assert_eq!(
            listed,
            [
                ("a", "1e400"),
                ("bA", r#""\ud800 }\"""#),
                ("c", r#"[1,{"d":"]"}]"#),
                ("e", "{}"),
                ("a", "null")
            ]
        );
        assert_eq!(object.get("a"), Some("null"));
        for broken in ["", "{", "[]", r#"{"a"}"#, r#"{"a":}"#, "{} x", r#"{"a":1"#] {
            assert!(members(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn arrays_and_edits() {
        assert_eq!(
            elements(r#"[1, "a,b" ,{"x":[2]}]"#).unwrap(),
            ["1", r#""a,b""#, r#"{"x":[2]}"#]
        );
        assert!(elements("[]").unwrap().is_empty());
        for (raw, inner) in [("\"a b\"", "a b"), (r#""a\"b""#, "a\"b"), ("\"\"", "")] {
            assert_eq!(text(raw).as_deref(), Some(inner));
            assert_eq!(quote(inner), raw);
        }
        assert_eq!((text("12"), text("\"")), (None, None));
        let mut object = Object::parse(r#"{"a":1,"b":2}"#).unwrap();
        object.set("a", "3");
        object.set("c\"", "4");
        object.remove("b");
        assert_eq!(object.text(), r#"{"a":3,"c\"":4}"#);
    }
}
