//! An answer before it is put on the wire.

use crate::export::File;
use bytes::Bytes;
use serde_json::Value;

/// Status, extra headers and a complete body.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Content-Type; empty for answers without a body.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// A file sent in the place of the body.
    pub file: Option<File>,
}

impl Reply {
    /// An answer whose body is JSON text already.
    pub fn raw(status: u16, body: impl Into<Bytes>) -> Reply {
        Reply {
            status,
            content_type: "application/json; charset=utf-8",
            headers: Vec::new(),
            body: body.into(),
            file: None,
        }
    }

    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Reply {
        Reply::raw(status, body.to_string())
    }

    /// 204.
    pub fn empty() -> Reply {
        Reply::raw(204, Bytes::new())
    }

    /// 200 with an exported file.
    pub fn file(file: File) -> Reply {
        Reply {
            content_type: "application/octet-stream",
            file: Some(file),
            ..Reply::raw(200, Bytes::new())
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_string(), value.into()));
        self
    }
}
