//! A request as the routes see it: decoded path and query, complete body.

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

/// One request.
#[derive(Debug)]
pub struct Request {
    /// GET, POST …
    pub method: String,
    /// Decoded path.
    pub path: String,
    /// The path's segments, each decoded, so that an encoded slash stays inside its segment.
    pub segments: Vec<String>,
    /// Decoded query parameters in order.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Request {
    /// Takes a request's head apart.
    pub fn new(method: &str, uri: &http::Uri, headers: HeaderMap) -> Request {
        let segments: Vec<String> = uri
            .path()
            .split('/')
            .skip(1)
            .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        Request {
            method: method.to_string(),
            path: format!("/{}", segments.join("/")),
            segments,
            query: form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
            headers,
            body: Bytes::new(),
        }
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
