//! The files of an import: users as JSON arrays that are not too long, each wrapped up as a form.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::Value;

use crate::client::WriteBody;
use crate::error::{Error, Result};

/// Auth0 takes 512,000 bytes with all that is around the users.
/// Source: <https://auth0.com/docs/manage-users/user-migration/bulk-user-imports>.
pub const MOST: usize = 500_000;

/// A JSON array of users.
#[derive(Debug, Default)]
pub struct File {
    text: Vec<u8>,
    /// How many users it has.
    pub users: u64,
    /// Where each of them came from, by what it is known by.
    rows: HashMap<String, Vec<u64>>,
}

impl File {
    /// Adds a user, the `number`th of the source, or gives it back if the file is full.
    pub fn add(&mut self, number: u64, user: &[u8], known_by: &str) -> Result<bool> {
        // With the two brackets.
        if user.len() + 2 > MOST {
            return Err(Error::ImportSize {
                number,
                size: user.len(),
                most: MOST - 2,
            });
        }
        // With what stands before it, and the bracket at the end.
        if self.text.len() + user.len() + 2 > MOST {
            return Ok(false);
        }
        self.text.push(if self.users == 0 { b'[' } else { b',' });
        self.text.extend_from_slice(user);
        self.users += 1;
        let rows = self.rows.entry(known_by.to_owned()).or_default();
        rows.push(number);
        Ok(true)
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.text.len() + 1
    }

    /// The row that a refused user came from. Of several alike it is the last: the first was there before it.
    pub fn row_of(&mut self, known_by: &str) -> Option<u64> {
        self.rows.get_mut(known_by)?.pop()
    }

    /// The form that Auth0 takes.
    pub fn form(&self, fields: &[(&str, &str)]) -> WriteBody {
        let boundary = self.boundary();
        let mut body = Vec::with_capacity(self.text.len() + 1024);
        for (name, value) in fields {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"users\"; filename=\"users.json\"\r\n\
             Content-Type: application/json\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        if self.users == 0 {
            body.push(b'[');
        }
        body.extend_from_slice(&self.text);
        body.extend_from_slice(format!("]\r\n--{boundary}--\r\n").as_bytes());
        WriteBody {
            kind: format!("multipart/form-data; boundary={boundary}"),
            bytes: Bytes::from(body),
        }
    }

    /// A line that does not occur in the file.
    fn boundary(&self) -> String {
        loop {
            let boundary: String = std::iter::repeat_with(fastrand::alphanumeric)
                .take(40)
                .collect();
            let mut windows = self.text.windows(boundary.len());
            if !windows.any(|window| window == boundary.as_bytes()) {
                return boundary;
            }
        }
    }
}

/// What a user is known by, in a file and in the list of those refused.
pub fn known_by(user: &Value) -> String {
    let text = |key: &str| user.get(key).and_then(Value::as_str).unwrap_or_default();
    format!(
        "{}\n{}\n{}\n{}",
        text("email"),
        text("user_id"),
        text("username"),
        text("phone_number")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_an_array_and_not_too_long() {
        let user = format!(r#"{{"email":"{}@x"}}"#, "a".repeat(988));
        assert_eq!(user.len(), 1002);
        let mut file = File::default();
        let mut number = 0;
        while file.add(number, user.as_bytes(), "a").unwrap() {
            number += 1;
        }
        assert_eq!((number, file.users), (498, 498));
        assert!(file.size() <= MOST && file.size() + user.len() > MOST);
        let text = [&file.text[..], b"]"].concat();
        let all: Vec<Value> = serde_json::from_slice(&text).unwrap();
        assert_eq!(all.len(), 498);
        assert_eq!(
            (file.row_of("a"), file.row_of("a"), file.row_of("b")),
            (Some(497), Some(496), None)
        );
    }

    #[test]
    fn a_user_that_fits_nowhere_is_an_error() {
        let user = "x".repeat(MOST);
        let refused = File::default().add(7, user.as_bytes(), "");
        assert!(matches!(
            refused,
            Err(Error::ImportSize {
                number: 7,
                size: MOST,
                ..
            })
        ));
    }

    #[test]
    fn the_form_has_all_parts() {
        let mut file = File::default();
        file.add(1, br#"{"email":"a@x"}"#, "").unwrap();
        let form = file.form(&[("connection_id", "con_1"), ("upsert", "true")]);
        let text = String::from_utf8(form.bytes.to_vec()).unwrap();
        let boundary = form.kind.split("boundary=").nth(1).unwrap();
        assert_eq!(text.matches(boundary).count(), 4);
        assert!(text.contains("name=\"upsert\"\r\n\r\ntrue\r\n"), "{text}");
        assert!(text.contains("\r\n\r\n[{\"email\":\"a@x\"}]\r\n"), "{text}");
        assert!(text.ends_with("--\r\n"));
    }
}
