//! Faults to order: which requests they hit and what happens to those.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A fault waiting for the requests it is meant for.
///
/// By default it hits the very next request, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Only requests whose decoded path starts with this.
    #[serde(default)]
    pub path: Option<String>,
    /// Only requests with this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose decoded query string contains this (`page=3`).
    #[serde(default)]
    pub query: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: usize,
    /// How many it then hits; None for all.
    #[serde(default = "once")]
    pub times: Option<usize>,
    /// What happens to them.
    pub kind: FaultKind,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// This answer instead; without a body the API's usual one for that status.
    Status {
        /// HTTP status.
        code: u16,
        /// The body, sent as JSON.
        #[serde(default)]
        body: Option<String>,
        /// Further headers (`retry-after`, `x-ratelimit-reset` …).
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// This status with an HTML page, as a proxy in front of the API answers.
    Html {
        /// HTTP status.
        code: u16,
    },
    /// The connection is reset and nothing answered.
    ResetBeforeResponse,
    /// The connection is reset in the middle of the true answer.
    ResetMidBody,
    /// The true answer's Content-Length, but the connection is closed after half of the body.
    Truncate,
    /// The same in chunked encoding: the last chunk never comes.
    TruncateChunked,
    /// A complete HTTP answer whose body is only the first half of the JSON.
    TruncatedJson,
    /// 200 with bytes that are neither JSON nor text.
    Garbage,
    /// The true answer, one byte at a time.
    Drip {
        /// Pause before each byte.
        #[serde(rename = "byte_every_ms", with = "millis")]
        byte_every: Duration,
    },
    /// Nothing is ever answered.
    HangBeforeHeaders,
    /// Half of the body, then nothing.
    HangMidBody,
    /// A 200 whose JSON array never ends.
    EndlessBody,
    /// 302.
    Redirect {
        /// Where to.
        location: String,
    },
    /// The true answer, called text/html.
    WrongContentType,
    /// 200 with an empty body.
    EmptyBody,
    /// The true answer, later.
    Delay {
        /// How much later.
        #[serde(rename = "ms", with = "millis")]
        by: Duration,
    },
}

impl Fault {
    /// Hits the next request, once.
    pub fn new(kind: FaultKind) -> Fault {
        Fault {
            path: None,
            method: None,
            query: None,
            skip: 0,
            times: Some(1),
            kind,
        }
    }

    /// Only paths that start so, e.g. `/api/v2/users`.
    pub fn on(mut self, path: &str) -> Fault {
        self.path = Some(path.to_string());
        self
    }

    /// Only this method.
    pub fn method(mut self, method: &str) -> Fault {
        self.method = Some(method.to_string());
        self
    }

    /// Only queries that contain this, e.g. `page=3`.
    pub fn query(mut self, part: &str) -> Fault {
        self.query = Some(part.to_string());
        self
    }

    /// Lets so many matching requests pass first.
    pub fn after(mut self, skip: usize) -> Fault {
        self.skip = skip;
        self
    }

    /// Hits so many requests.
    pub fn times(mut self, times: usize) -> Fault {
        self.times = Some(times);
        self
    }

    /// Hits every matching request until the faults are cleared.
    pub fn forever(mut self) -> Fault {
        self.times = None;
        self
    }

    fn matches(&self, method: &str, path: &str, query: &[(String, String)]) -> bool {
        let in_query = |part: &String| query.iter().any(|(k, v)| format!("{k}={v}").contains(part));
        self.path
            .as_ref()
            .is_none_or(|p| path.starts_with(p.as_str()))
            && self.method.as_ref().is_none_or(|m| m == method)
            && self.query.as_ref().is_none_or(in_query)
    }
}

/// The faults in waiting, in the order they were ordered.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Drops them all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Those still waiting.
    pub fn waiting(&self) -> Vec<Fault> {
        self.0.clone()
    }

    /// What happens to this request, if anything: the first fault that is due hits it;
    /// those that are to let requests pass count it.
    pub fn hit(
        &mut self,
        method: &str,
        path: &str,
        query: &[(String, String)],
    ) -> Option<FaultKind> {
        let mut struck = None;
        for (at, fault) in self.0.iter_mut().enumerate() {
            if !fault.matches(method, path, query) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if struck.is_none() {
                struck = Some(at);
            }
        }
        let at = struck?;
        let kind = self.0[at].kind.clone();
        if let Some(times) = &mut self.0[at].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(kind)
    }
}

fn once() -> Option<usize> {
    Some(1)
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(value.as_millis() as u64)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_wait_for_their_requests() {
        let mut faults = Faults::default();
        faults.push(Fault::new(FaultKind::Garbage).on("/api").after(1).times(2));
        faults.push(Fault::new(FaultKind::EmptyBody).method("POST"));
        faults.push(Fault::new(FaultKind::Truncate).query("page=3").forever());
        let mut hit = |method: &str, path: &str, page: &str| {
            faults.hit(method, path, &[("page".into(), page.into())])
        };
        assert_eq!(hit("GET", "/oauth/token", "0"), None);
        assert_eq!(hit("GET", "/api/v2/users", "0"), None);
        assert_eq!(hit("GET", "/api/v2/users", "3"), Some(FaultKind::Garbage));
        assert_eq!(hit("POST", "/api/v2/users", "0"), Some(FaultKind::Garbage));
        assert_eq!(
            hit("POST", "/api/v2/users", "0"),
            Some(FaultKind::EmptyBody)
        );
        assert_eq!(hit("POST", "/api/v2/users", "0"), None);
        assert_eq!(hit("GET", "/api/v2/users", "3"), Some(FaultKind::Truncate));
        assert_eq!(hit("GET", "/api/v2/users", "3"), Some(FaultKind::Truncate));
    }

    #[test]
    fn faults_read_from_json() {
        let fault: Fault =
            serde_json::from_str(r#"{"path":"/api","kind":{"drip":{"byte_every_ms":5}}}"#).unwrap();
        assert_eq!(fault.times, Some(1));
        assert_eq!(
            fault.kind,
            FaultKind::Drip {
                byte_every: Duration::from_millis(5)
            }
        );
        let fault: Fault =
            serde_json::from_str(r#"{"times":null,"kind":"hang_mid_body"}"#).unwrap();
        assert_eq!((fault.times, fault.kind), (None, FaultKind::HangMidBody));
    }
}
