//! The file of a user export: which fields a row has, and the rows as a stream of bytes.

use crate::errors::ApiError;
use crate::json::{self, quote, Object};
use crate::record::{Keys, Record};
use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::Compression;
use std::io::Write;
use std::sync::Arc;

/// What a row holds when no `fields` were asked for. Auth0 calls it the normalized profile and lists it nowhere.
const DEFAULT: [&str; 15] = [
    "user_id",
    "email",
    "email_verified",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "picture",
    "phone_number",
    "phone_verified",
    "username",
    "created_at",
    "updated_at",
    "last_login",
    "logins_count",
];

/// Attributes that are objects or arrays, which only JSON can hold.
const WHOLE: [&str; 3] = ["user_metadata", "app_metadata", "identities"];

/// A chunk is sent when it has grown to about this size.
const CHUNK: usize = 64 * 1024;

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Format {
    /// One object a line.
    Json,
    /// A header line and a line per user.
    Csv,
}

/// One field of a row: a path into the user and the name it gets.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    root: String,
    rest: Vec<Step>,
    shown: String,
}

/// A step below the root attribute.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
}

/// The columns of a file.
#[derive(Debug, Clone)]
pub struct Layout {
    format: Format,
    fields: Vec<Field>,
}

impl Layout {
    /// The layout for these `(name, export_as)`; none for the default.
    pub fn new(format: Format, wanted: &[(String, Option<String>)]) -> Result<Layout, ApiError> {
        if format == Format::Csv {
            if wanted.len() > 30 {
                return Err(ApiError::body(
                    "'Array is too long (31), maximum 30' on property fields",
                ));
            }
            if let Some((name, _)) = wanted.iter().find(|(n, _)| WHOLE.contains(&n.as_str())) {
                return Err(ApiError::body(format!(
                    "'{name} can only be exported as a whole in the json format' on property fields"
                )));
            }
        }
        let fields = match wanted {
            [] => DEFAULT.iter().map(|name| Field::new(name, None)).collect(),
            _ => wanted
                .iter()
                .map(|(name, shown)| Field::new(name, shown.as_deref()))
                .collect(),
        };
        Ok(Layout { format, fields })
    }

    fn head(&self) -> String {
        match self.format {
            Format::Json => String::new(),
            Format::Csv => {
                let names: Vec<String> = self.fields.iter().map(|f| csv_text(&f.shown)).collect();
                format!("{}\n", names.join(","))
            }
        }
    }

    fn row(&self, keys: &Keys, user: &Record, out: &mut Vec<u8>) {
        let values = self.fields.iter().map(|f| (&f.shown, f.of(keys, user)));
        match self.format {
            Format::Json => {
                let mut row = Object::default();
                for (name, value) in values {
                    if let Some(value) = value {
                        row.set(name, value);
                    }
                }
                out.extend_from_slice(row.text().as_bytes());
            }
            Format::Csv => {
                let cells: Vec<String> = values
                    .map(|(_, value)| match value {
                        None => String::new(),
                        // The apostrophe keeps spreadsheets from taking a text for a formula.
                        Some(raw) => match json::string(&raw) {
                            Some(text) => csv_text(&format!("'{text}")),
                            None if raw.starts_with(['{', '[']) => csv_text(&raw),
                            None => raw,
                        },
                    })
                    .collect();
                out.extend_from_slice(cells.join(",").as_bytes());
            }
        }
        out.push(b'\n');
    }
}

impl Field {
    /// `email`, `user_metadata.a.b`, `identities[0].connection`.
    fn new(name: &str, shown: Option<&str>) -> Field {
        let mut steps = name.split('.').flat_map(|part| {
            let mut words = part.split('[');
            let key = Step::Key(words.next().unwrap_or_default().to_string());
            let indexes =
                words.filter_map(|word| word.strip_suffix(']')?.parse().ok().map(Step::Index));
            std::iter::once(key).chain(indexes)
        });
        let root = match steps.next() {
            Some(Step::Key(root)) => root,
            _ => String::new(),
        };
        Field {
            root,
            rest: steps.collect(),
            shown: shown.unwrap_or(name).to_string(),
        }
    }

    /// The raw value in this user.
    fn of(&self, keys: &Keys, user: &Record) -> Option<String> {
        let mut value = user.shown(keys, &self.root)?.to_string();
        for step in &self.rest {
            value = match step {
                Step::Key(key) => Object::parse(&value)?.get(key)?.to_string(),
                Step::Index(at) => json::elements(&value)?.get(*at)?.to_string(),
            };
        }
        Some(value)
    }
}

fn csv_text(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// What a job has to export: the users as they were when it began.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Names of the users' attributes.
    pub keys: Arc<Keys>,
    /// The users.
    pub users: Arc<[Arc<Record>]>,
    /// The columns.
    pub layout: Arc<Layout>,
}

impl Snapshot {
    /// The file, chunk by chunk.
    pub fn file(&self, compressed: bool) -> File {
        File {
            snapshot: self.clone(),
            next: 0,
            end: self.users.len(),
            started: false,
            torn: false,
            encoder: compressed.then(|| GzEncoder::new(Vec::new(), Compression::fast())),
            done: false,
        }
    }
}

/// A file being sent: an iterator of its chunks.
pub struct File {
    snapshot: Snapshot,
    next: usize,
    end: usize,
    started: bool,
    /// Ends in the middle of a row, and of the compressed stream.
    torn: bool,
    encoder: Option<GzEncoder<Vec<u8>>>,
    done: bool,
}

impl File {
    /// Ends the file in the middle of its middle row.
    pub fn tear(&mut self) {
        self.end = self.snapshot.users.len() / 2;
        self.torn = true;
    }

    fn rows(&mut self) -> Vec<u8> {
        let Snapshot {
            keys,
            users,
            layout,
        } = &self.snapshot;
        let mut out = Vec::with_capacity(CHUNK + 4096);
        if !std::mem::replace(&mut self.started, true) {
            out.extend_from_slice(layout.head().as_bytes());
        }
        while self.next < self.end && out.len() < CHUNK {
            layout.row(keys, &users[self.next], &mut out);
            self.next += 1;
        }
        if self.next >= self.end {
            self.done = true;
            if let (true, Some(user)) = (self.torn, users.get(self.end)) {
                let mut last = Vec::new();
                layout.row(keys, user, &mut last);
                out.extend_from_slice(&last[..last.len() / 2]);
            }
        }
        out
    }
}

impl Iterator for File {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while !self.done {
            let rows = self.rows();
            let Some(encoder) = &mut self.encoder else {
                if rows.is_empty() {
                    continue;
                }
                return Some(rows.into());
            };
            // Writing to a Vec cannot fail.
            let _ = encoder.write_all(&rows);
            if self.done && !self.torn {
                let _ = encoder.try_finish();
            } else if self.done {
                let _ = encoder.flush();
            }
            let ready = std::mem::take(encoder.get_mut());
            if !ready.is_empty() {
                return Some(ready.into());
            }
        }
        None
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({}/{})", self.next, self.end)
    }
}

/// The error page of the storage that keeps the files.
pub fn refused(code: &str, message: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message></Error>",
        quote(message).trim_matches('"')
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn snapshot(format: Format, wanted: &[(&str, Option<&str>)], count: usize) -> Snapshot {
        let mut keys = Keys::default();
        let users: Vec<Arc<Record>> = (0..count)
            .map(|i| {
                let raw = format!(
                    r#"{{"user_id":"u{i}","email":"=a\"@x","logins_count":{i},"user_metadata":{{"a":{{"b":[1,2]}}}},"identities":[{{"connection":"db","access_token":"t"}}]}}"#
                );
                Arc::new(Record::new(&format!("u{i}"), i as u64, raw, &mut keys))
            })
            .collect();
        let wanted: Vec<(String, Option<String>)> = wanted
            .iter()
            .map(|(name, shown)| (name.to_string(), shown.map(String::from)))
            .collect();
        Snapshot {
            keys: keys.into(),
            users: users.into(),
            layout: Layout::new(format, &wanted).unwrap().into(),
        }
    }

    fn text(file: File) -> String {
        String::from_utf8(file.flat_map(|chunk| chunk.to_vec()).collect()).unwrap()
    }

    #[test]
    fn rows() {
        let wanted = [
            ("user_id", None),
            ("nickname", None),
            ("user_metadata.a.b", None),
            ("identities[0].connection", Some("home")),
            ("identities", None),
        ];
        assert_eq!(
            text(snapshot(Format::Json, &wanted, 1).file(false)),
            "{\"user_id\":\"u0\",\"user_metadata.a.b\":[1,2],\"home\":\"db\",\"identities\":[{\"connection\":\"db\"}]}\n"
        );
        let wanted = [
            ("email", None),
            ("name", None),
            ("logins_count", Some("n,m")),
        ];
        assert_eq!(
            text(snapshot(Format::Csv, &wanted, 2).file(false)),
            "\"email\",\"name\",\"n,m\"\n\"'=a\"\"@x\",,0\n\"'=a\"\"@x\",,1\n"
        );
    }

    #[test]
    fn compressed_whole_and_torn() {
        let many = snapshot(Format::Json, &[], 5000);
        let plain = text(many.file(false));
        assert_eq!(plain.lines().count(), 5000);
        let packed: Vec<u8> = many.file(true).flat_map(|c| c.to_vec()).collect();
        let mut unpacked = String::new();
        GzDecoder::new(packed.as_slice())
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, plain);
        let mut torn = many.file(true);
        torn.tear();
        let packed: Vec<u8> = torn.flat_map(|c| c.to_vec()).collect();
        let mut unpacked = Vec::new();
        assert!(GzDecoder::new(packed.as_slice())
            .read_to_end(&mut unpacked)
            .is_err());
        assert!(plain.as_bytes().starts_with(&unpacked));
        assert!(!unpacked.ends_with(b"\n") && unpacked.len() > plain.len() / 3);
        assert!(text(snapshot(Format::Json, &[], 0).file(false)).is_empty());
    }
}
