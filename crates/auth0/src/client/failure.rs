//! Why a request has no answer, from what the network library says.

use std::error::Error as _;

use crate::error::Unreachable;

/// Whether no answer came, or one that was cut short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// No answer.
    Network(Unreachable),
    /// A body that is not one.
    Body,
}

/// Why there is no answer.
pub struct Failure {
    /// No answer, or a bad one.
    pub kind: FailureKind,
    /// The library's words, without the URL.
    pub reason: String,
    /// Whether asking again could help: not against a bad certificate or an endless body.
    pub retry: bool,
}

impl Failure {
    /// A body that is not one; another try may bring it.
    pub fn body(reason: String) -> Self {
        Failure {
            kind: FailureKind::Body,
            reason,
            retry: true,
        }
    }
}

/// A request that was not answered.
pub fn unanswered(error: &reqwest::Error) -> Failure {
    let reason = cause(error);
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|word| reason.to_ascii_lowercase().contains(word))
    };
    let why = if error.is_connect() && error.is_timeout() {
        Unreachable::ConnectTimeout
    } else if error.is_connect() && is_lookup(error) {
        Unreachable::Dns
    } else if error.is_connect()
        && says(&[
            "certificate",
            "corrupt message",
            "invalidcontenttype",
            "alert",
            "protocol version",
        ])
    {
        Unreachable::Tls
    } else if error.is_connect() && !says(&["eof", "reset"]) {
        Unreachable::Connect
    } else {
        Unreachable::Broken
    };
    Failure {
        kind: FailureKind::Network(why),
        reason,
        retry: why != Unreachable::Tls,
    }
}

/// An answer that began and did not end, or cannot be unpacked.
pub fn cut_off(error: &reqwest::Error, received: usize) -> Failure {
    if causes(error).into_iter().any(is_reset) {
        return Failure {
            kind: FailureKind::Network(Unreachable::Broken),
            reason: cause(error),
            retry: true,
        };
    }
    Failure {
        kind: FailureKind::Body,
        reason: format!("damaged or cut off after {received} bytes"),
        retry: true,
    }
}

fn is_reset(cause: &(dyn std::error::Error + 'static)) -> bool {
    let kind = cause
        .downcast_ref::<std::io::Error>()
        .map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::ConnectionReset)
}

fn is_lookup(error: &reqwest::Error) -> bool {
    causes(error)
        .iter()
        .any(|cause| cause.to_string().starts_with("dns error"))
}

fn causes(error: &reqwest::Error) -> Vec<&(dyn std::error::Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// The last cause, in the system's words: the layers above it say nothing more, and the first has the URL in it.
pub fn cause(error: &reqwest::Error) -> String {
    let text = causes(error).last().map_or_else(
        || "the request failed".to_owned(),
        |cause| cause.to_string(),
    );
    let text = text.split(" (os error").next().unwrap_or_default();
    text.trim_start_matches("failed to lookup address information: ")
        .to_owned()
}
