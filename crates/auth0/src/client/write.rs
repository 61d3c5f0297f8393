//! A request that changes something, sent once.
//!
//! It is sent again only if that cannot do it twice: after a 429, which refuses a request unread; after a 401, once, with a
//! fresh token; and if there was no connection to send it on. That holds for `DELETE`, too, although doing it twice does no
//! harm by itself: between the two somebody may have made the row anew. An outcome that nobody knows is an error of its own.

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::flight::Flight;
use super::transport::{url, Body, Order};
use super::trip::Trip;
use super::{Client, Stats, JSON};
use crate::catalog::writes::Method;
use crate::error::{Call, Error, Refusal, Result, Unreachable};
use crate::options::Settings;

/// What Auth0 answers with 409 although nothing is there twice.
const NO_DUPLICATES: &[&str] = &["custom_domain_conflict"];

/// A request that changes something.
#[derive(Debug)]
pub struct Write<'a> {
    /// How it is sent.
    pub method: Method,
    /// Path, percent-encoded.
    pub path: &'a str,
    /// Query parameters, as they are before encoding.
    pub query: &'a [(&'static str, String)],
    /// The body, if there is one.
    pub body: Option<WriteBody>,
    /// For `X-Correlation-ID`; Auth0 keeps 64 characters.
    pub correlation: &'a str,
}

/// The body of a [`Write`].
#[derive(Debug, Clone)]
pub struct WriteBody {
    /// Its media type.
    pub kind: String,
    /// The body.
    pub bytes: Bytes,
}

impl WriteBody {
    /// A JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        WriteBody {
            kind: JSON.to_owned(),
            bytes: value.to_string().into(),
        }
    }
}

/// What became of a [`Write`] that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Carried out; the answer's body, which may be empty.
    Done(Vec<u8>),
    /// There is no such thing (404), in Auth0's words: no row to change or delete, or something that it refers to.
    Missing(Refusal),
    /// Not sent: the flight was stopped before.
    Abandoned,
}

impl Client {
    /// Sends `write`.
    pub async fn write(
        &self,
        write: &Write<'_>,
        settings: &Settings,
        stats: &Stats,
        flight: &Flight,
    ) -> Result<Written> {
        let call = Call {
            method: write.method.name(),
            path: write.path.to_owned(),
        };
        let url = url(&self.tenant, write.path, write.query);
        let order = Order {
            method: call.method,
            url: &url,
            body: write.body.as_ref().map(|body| Body {
                kind: &body.kind,
                bytes: &body.bytes,
            }),
            correlation: Some(write.correlation),
        };
        let trip = Trip::new(&self.tenant, &call, settings, stats).once();
        match self.call(trip, &order, flight, readable).await {
            Ok(Some(body)) => Ok(Written::Done(body)),
            Ok(None) => Ok(Written::Abandoned),
            Err(error) => verdict(error, write.method, &call),
        }
    }
}

/// An answer of Auth0: JSON or nothing. Somebody's page in between says nothing about what has been done.
fn readable(body: Vec<u8>) -> std::result::Result<Vec<u8>, String> {
    match body.is_empty() || serde_json::from_slice::<IgnoredAny>(&body).is_ok() {
        true => Ok(body),
        false => Err("It is not JSON.".to_owned()),
    }
}

/// What an error means for a write.
fn verdict(error: Error, method: Method, call: &Call) -> Result<Written> {
    match error {
        Error::Rejected { refusal, .. } if refusal.is_missing() && method != Method::Post => {
            Ok(Written::Missing(refusal))
        }
        Error::Rejected { call, refusal } if is_duplicate(&refusal) => {
            Err(Error::Conflict { call, refusal })
        }
        error if is_uncertain(&error, call) => Err(Error::Uncertain {
            cause: Box::new(error),
        }),
        error => Err(error),
    }
}

/// Whether something like it exists already: 409, or, when a user's e-mail or name is changed, a 400 that has no code of its
/// own for it.
fn is_duplicate(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    let message = refusal.message.as_deref().unwrap_or_default();
    match refusal.status {
        409 => !NO_DUPLICATES.contains(&code),
        400 => code == "auth0_idp_error" && message.contains("already exists"),
        _ => false,
    }
}

/// Whether the request may have been carried out. Failures of the call for a token are not about it.
fn is_uncertain(error: &Error, ours: &Call) -> bool {
    match error {
        Error::Unreachable { call, why, .. } => {
            call == ours && matches!(why, Unreachable::Timeout | Unreachable::Broken)
        }
        Error::ServerError { call, .. } | Error::Unreadable { call, .. } => call == ours,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call {
            method: "PATCH",
            path: "/api/v2/users/u".into(),
        }
    }

    fn refused(status: u16, code: &str, message: &str) -> Error {
        Error::Rejected {
            call: call(),
            refusal: Refusal {
                status,
                code: (!code.is_empty()).then(|| code.to_owned()),
                message: (!message.is_empty()).then(|| message.to_owned()),
            },
        }
    }

    #[test]
    fn nothing_there_is_no_error_but_for_a_new_row() {
        let gone = || refused(404, "inexistent_user", "The user does not exist.");
        for method in [Method::Patch, Method::Delete] {
            let verdict = verdict(gone(), method, &call());
            assert!(matches!(verdict, Ok(Written::Missing(_))), "{verdict:?}");
        }
        assert!(matches!(
            verdict(gone(), Method::Post, &call()),
            Err(Error::Rejected { .. })
        ));
        let page = refused(404, "", "");
        assert!(matches!(
            verdict(page, Method::Delete, &call()),
            Err(Error::Rejected { .. })
        ));
    }

    #[test]
    fn what_exists_already_is_a_conflict() {
        let conflict =
            |error| verdict(error, Method::Post, &call()).is_err_and(|error| error.is_conflict());
        assert!(conflict(refused(
            409,
            "auth0_idp_error",
            "The user already exists."
        )));
        assert!(conflict(refused(
            400,
            "auth0_idp_error",
            "The specified new email already exists"
        )));
        assert!(!conflict(refused(409, "custom_domain_conflict", "…")));
        assert!(!conflict(refused(400, "invalid_body", "…")));
    }

    #[test]
    fn what_was_sent_without_an_answer_is_uncertain() {
        let broken = |call: Call, why| Error::Unreachable {
            host: "t".into(),
            call,
            why,
            reason: String::new(),
            attempts: 1,
        };
        let uncertain =
            |error| verdict(error, Method::Post, &call()).is_err_and(|error| error.is_uncertain());
        assert!(uncertain(broken(call(), Unreachable::Timeout)));
        assert!(uncertain(broken(call(), Unreachable::Broken)));
        assert!(!uncertain(broken(call(), Unreachable::Connect)));
        let token = Call {
            method: "POST",
            path: "/oauth/token".into(),
        };
        assert!(!uncertain(broken(token, Unreachable::Timeout)));
    }
}
