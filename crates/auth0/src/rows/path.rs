//! A dotted path into a JSON object, and the walk along it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A path such as `user_metadata.address.city` or `identities.0.connection`.
/// A number steps into an array as well as into a key of that name; `\.` is a dot inside a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    keys: Vec<String>,
}

impl Path {
    /// Reads a path; `None` if a step is empty, or if it is written in another language (`$.a`, `a[0]`).
    pub fn parse(text: &str) -> Option<Path> {
        if text == "$" || text.starts_with("$.") {
            return None;
        }
        let mut keys = vec![String::new()];
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '.' => keys.push(String::new()),
                '[' | ']' => return None,
                '\\' => keys.last_mut()?.push(chars.next()?),
                c => keys.last_mut()?.push(c),
            }
        }
        keys.iter()
            .all(|key| !key.is_empty())
            .then_some(Path { keys })
    }

    /// The path of one key, whatever characters are in it.
    pub fn key(name: &str) -> Path {
        Path {
            keys: vec![name.to_owned()],
        }
    }

    /// The top-level key it starts with.
    pub fn root(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }

    /// The keys and positions behind it.
    pub fn steps(&self) -> &[String] {
        self.keys.get(1..).unwrap_or_default()
    }

    /// The value at the end of the path, where `root` is the value of [`Path::root`]. `None` if a step is missing.
    pub fn walk<'a>(&self, root: &'a str) -> Option<&'a str> {
        self.keys
            .iter()
            .skip(1)
            .try_fold(root, |value, key| step(value, key))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(|key| escape(key)).collect();
        f.write_str(&keys.join("."))
    }
}

fn escape(key: &str) -> String {
    key.chars()
        .flat_map(|c| "\\.[]".contains(c).then_some('\\').into_iter().chain([c]))
        .collect()
}

/// One step down. The page has been read as JSON before, so what cannot be read here is of another type, not broken.
fn step<'a>(value: &'a str, key: &str) -> Option<&'a str> {
    match value.as_bytes().first()? {
        b'{' => Member(key)
            .deserialize(&mut serde_json::Deserializer::from_str(value))
            .ok()?,
        b'[' => {
            let items: Vec<&'a RawValue> = serde_json::from_str(value).ok()?;
            items.get(key.parse::<usize>().ok()?).map(|item| item.get())
        }
        _ => None,
    }
}

/// An object's last member of that name.
struct Member<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(wanted) = map.next_key_seed(Named(self.0))? {
            let value = map.next_value::<&RawValue>()?;
            if wanted {
                found = Some(value.get());
            }
        }
        Ok(found)
    }
}

/// Whether a key is the wanted one; read as bytes, because one with half a surrogate pair is no str.
struct Named<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<bool, E> {
        Ok(key == self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks() {
        let json = r#"{"x\udc00":0,"f":3,"b":{"c.d":[10,{"e":null}],"c":1,"c":2}}"#;
        for (path, expected) in [
            ("a", Some(json)),
            (r"a.b.c\.d.0", Some("10")),
            (r"a.b.c\.d.1.e", Some("null")),
            ("a.b.c", Some("2")),
            ("a.b.x", None),
            ("a.f", Some("3")),
            (r"a.b.c\.d.2", None),
            (r"a.b.c\.d.x", None),
            ("a.b.c.d", None),
        ] {
            assert_eq!(Path::parse(path).unwrap().walk(json), expected, "{path}");
        }
    }

    #[test]
    fn prints_as_it_parses() {
        for text in [
            "a",
            "a.b.0",
            r"https://example\.com/x.y",
            r"a\\b.c",
            r"a\[0\]",
        ] {
            assert_eq!(Path::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Path::key("a.b").to_string(), r"a\.b");
    }

    #[test]
    fn refused() {
        for text in ["", ".", "a.", ".a", "a..b", "a\\", "$.a", "a[0].b"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
