//! A minimal HTTP client that shows what is on the wire, broken answers included.

#![allow(dead_code)] // Each test binary uses its own part.

use serde_json::Value;
use simulator::{Simulator, SCOPES};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// An answer as far as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Head, in lower case.
    pub head: String,
    pub body: Vec<u8>,
    /// How reading ended when it was not by an orderly close.
    pub broken: Option<io::ErrorKind>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| {
            panic!(
                "{e}: {} {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            )
        })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim())
    }

    pub fn code(&self) -> String {
        self.json()["errorCode"].as_str().unwrap_or("-").to_string()
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or("-").to_string()
    }
}

/// Connects to the simulator and sends a request.
pub fn send(sim: &Simulator, method: &str, target: &str, headers: &str, body: &str) -> TcpStream {
    let host = sim.url().replace("http://", "");
    let mut stream = TcpStream::connect(&host).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Reads until the connection ends.
pub fn receive(mut stream: TcpStream) -> Answer {
    let mut all = Vec::new();
    let broken = stream.read_to_end(&mut all).err().map(|e| e.kind());
    let cut = all.windows(4).position(|w| w == b"\r\n\r\n");
    let (head, body) = match cut {
        Some(at) => (all[..at].to_vec(), all[at + 4..].to_vec()),
        None => (all, Vec::new()),
    };
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    Answer {
        status,
        head,
        body,
        broken,
    }
}

/// A whole exchange; the token goes into Authorization.
pub fn call(sim: &Simulator, token: &str, method: &str, target: &str, body: &str) -> Answer {
    let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    receive(send(sim, method, target, &headers, body))
}

/// GET with all scopes.
pub fn get(sim: &Simulator, target: &str) -> Answer {
    call(sim, &sim.token(simulator::SCOPES), "GET", target, "")
}

/// Waits until `done`, and fails when that takes absurdly long.
pub fn until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a body, if it is not null, with every scope.
pub fn ask(sim: &Simulator, method: &str, target: &str, body: Value) -> Answer {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let token = sim.token(SCOPES);
    call(sim, &token, method, &format!("/api/v2/{target}"), &body)
}

/// What is read, which must be there.
/// GET that must go well.
pub fn ok(sim: &Simulator, target: &str) -> Value {
    let answer = get(sim, &format!("/api/v2/{target}"));
    assert_eq!(
        answer.status,
        200,
        "{target}: {:?}",
        String::from_utf8_lossy(&answer.body)
    );
    answer.json()
}

/// An id as it stands in a path.
pub fn encoded(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The text that a value is.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_string()
}

/// The texts under this key in each row.
pub fn ids(rows: &Value, id: &str) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row[id]))
        .collect()
}
