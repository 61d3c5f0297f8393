//! Sends one request over HTTPS and brings back status, rate-limit headers and body, within a time and a size.

use std::future::Future;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};
use reqwest::header::{HeaderMap, ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};

use url::Url;

use super::download::Download;
use super::failure::{cause, cut_off, unanswered, Failure, FailureKind};
use super::stats::Stats;
use crate::error::{Error, Result, Unreachable};
use crate::options::Tenant;
use crate::secret::Secret;

/// A page of a hundred users of 1 MB each (the most Auth0 indexes) and some room.
const LONGEST_BODY: usize = 128 << 20;

/// Everything but RFC 3986's unreserved characters, so that a value never ends a path or begins a query.
pub const ENCODE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The URL of a call; `path` is encoded already, the query is not.
pub fn url(tenant: &Tenant, path: &str, query: &[(&'static str, String)]) -> String {
    let mut url = format!("{}{path}", tenant.base());
    for (i, (key, value)) in query.iter().enumerate() {
        url.push(if i == 0 { '?' } else { '&' });
        url.push_str(key);
        url.push('=');
        url.extend(utf8_percent_encode(value, ENCODE));
    }
    url
}

/// A call of the API, but for its token.
#[derive(Debug)]
pub struct Order<'a> {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Whole URL.
    pub url: &'a str,
    /// The body, if there is one.
    pub body: Option<Body<'a>>,
    /// For `X-Correlation-ID`.
    pub correlation: Option<&'a str>,
}

/// What goes along with a call.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its media type.
    pub kind: &'a str,
    /// The body.
    pub bytes: &'a Bytes,
}

/// What to send.
pub enum Request<'a> {
    /// A call of the API with a bearer token.
    Api {
        /// What is called.
        order: &'a Order<'a>,
        /// Bearer token.
        token: &'a Secret,
    },
    /// A form, without authorization.
    Form {
        /// Whole URL.
        url: &'a str,
        /// Encoded form.
        form: &'a Secret,
    },
}

impl<'a> Request<'a> {
    /// A form.
    pub fn form(url: &'a str, form: &'a Secret) -> Self {
        Request::Form { url, form }
    }
}

/// The rate-limit headers, as far as they are there.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// `x-ratelimit-limit`: size of the bucket.
    pub limit: Option<f64>,
    /// `x-ratelimit-remaining`: whole tokens left.
    pub remaining: Option<f64>,
    /// `x-ratelimit-reset`: the Unix second at which the bucket is full again.
    pub reset: Option<f64>,
    /// `retry-after` in seconds.
    pub retry_after: Option<Duration>,
    /// `date`: the server's clock, in Unix seconds.
    pub date: Option<f64>,
}

/// An answer.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Rate-limit headers.
    pub limits: Limits,
    /// Body, unpacked.
    pub body: Vec<u8>,
}

/// The HTTP client: its connections stay open between calls.
#[derive(Debug)]
pub struct Http(reqwest::Client);

impl Http {
    /// `direct` keeps environment proxies away, which cannot reach this machine's loopback.
    pub fn new(connect_timeout: Duration, direct: bool) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("auth0_fdw/", env!("CARGO_PKG_VERSION")));
        if direct {
            builder = builder.no_proxy();
        }
        builder
            .build()
            .map(Http)
            .map_err(|e| Error::Runtime { reason: cause(&e) })
    }

    /// Sends once. `timeout` covers everything up to the last byte of the body.
    pub async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
        stats: &Stats,
    ) -> std::result::Result<Response, Failure> {
        let builder = match request {
            Request::Api { order, token } => self.api(order, token)?,
            Request::Form { url, form } => self
                .0
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.expose().to_owned()),
        };
        stats.call();
        within(timeout, exchange(builder, stats)).await
    }

    fn api(
        &self,
        order: &Order<'_>,
        token: &Secret,
    ) -> std::result::Result<reqwest::RequestBuilder, Failure> {
        let method = reqwest::Method::from_bytes(order.method.as_bytes()).unwrap_or_default();
        let mut builder = self
            .0
            .request(method, order.url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, bearer(token)?);
        if let Some(correlation) = order.correlation {
            builder = builder.header("x-correlation-id", printable(correlation));
        }
        if let Some(body) = order.body {
            builder = builder
                .header(CONTENT_TYPE, body.kind)
                .body(body.bytes.clone());
        }
        Ok(builder)
    }

    /// Opens a file, without authorization. `timeout` covers the answer's head, and then each piece of it.
    pub async fn open(
        &self,
        url: Url,
        timeout: Duration,
        stats: &Stats,
    ) -> std::result::Result<Download, Failure> {
        stats.call();
        let opened = async { self.0.get(url).send().await.map_err(|e| unanswered(&e)) };
        let response = within(timeout, opened).await?;
        Download::new(response, timeout)
    }
}

/// Whether a token can be sent at all: one pasted with a line break in it cannot.
pub fn is_sendable(token: &Secret) -> bool {
    !token.expose().is_empty() && token.expose().bytes().all(|b| b.is_ascii_graphic())
}

/// As a header takes it, and as much of it as Auth0 keeps.
/// Source: <https://auth0.com/docs/api/management/v2> (64 characters).
fn printable(text: &str) -> String {
    let graphic = |c: char| if c.is_ascii_graphic() { c } else { '_' };
    text.chars().map(graphic).take(64).collect()
}

/// The Authorization header, marked sensitive so that no library prints it.
fn bearer(token: &Secret) -> std::result::Result<reqwest::header::HeaderValue, Failure> {
    let mut value = reqwest::header::HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| Failure {
        kind: FailureKind::Body,
        reason: "the token has characters that no header takes".to_owned(),
        retry: false,
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// What `work` comes to in the time allowed.
pub async fn within<T>(
    timeout: Duration,
    work: impl Future<Output = std::result::Result<T, Failure>>,
) -> std::result::Result<T, Failure> {
    let late = |_| Failure {
        kind: FailureKind::Network(Unreachable::Timeout),
        reason: format!("no complete answer within {} ms", timeout.as_millis()),
        retry: true,
    };
    tokio::time::timeout(timeout, work).await.map_err(late)?
}

async fn exchange(
    builder: reqwest::RequestBuilder,
    stats: &Stats,
) -> std::result::Result<Response, Failure> {
    let mut response = builder.send().await.map_err(|e| unanswered(&e))?;
    let expected = response
        .content_length()
        .unwrap_or(0)
        .min(LONGEST_BODY as u64);
    let mut body = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| cut_off(&e, body.len()))?
    {
        if body.len() + chunk.len() > LONGEST_BODY {
            return Err(Failure {
                kind: FailureKind::Body,
                reason: format!("longer than {} MiB", LONGEST_BODY >> 20),
                retry: false,
            });
        }
        body.extend_from_slice(&chunk);
    }
    stats.received(body.len());
    Ok(Response {
        status: response.status().as_u16(),
        limits: limits(response.headers()),
        body,
    })
}

fn limits(headers: &HeaderMap) -> Limits {
    let number = |name: &str| {
        headers
            .get(name)?
            .to_str()
            .ok()?
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
    };
    Limits {
        limit: number("x-ratelimit-limit").filter(|n| *n >= 1.0),
        remaining: number("x-ratelimit-remaining").filter(|n| *n >= 0.0),
        reset: number("x-ratelimit-reset"),
        retry_after: number("retry-after").and_then(|s| Duration::try_from_secs_f64(s).ok()),
        date: headers
            .get(DATE)
            .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
            .and_then(|date| date.duration_since(UNIX_EPOCH).ok())
            .map(|since| since.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_reserved_is_encoded() {
        let tenant = Tenant::from_domain("t.eu.auth0.com").unwrap();
        let url = url(
            &tenant,
            "/api/v2/users",
            &[("page", "0".into()), ("q", "email:\"a+b@c\" AND é".into())],
        );
        assert_eq!(
            url,
            "https://t.eu.auth0.com/api/v2/users?page=0&q=email%3A%22a%2Bb%40c%22%20AND%20%C3%A9"
        );
    }
}
