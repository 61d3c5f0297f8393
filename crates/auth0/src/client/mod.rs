//! The one path every API call takes: token, limiter, send, retry, typed error.

mod assertion;
mod download;
pub(crate) mod failure;
mod flight;
mod inspect;
mod rate_limit;
mod refusal;
mod retry;
mod stats;
mod token;
mod transport;
mod trip;
mod write;

pub use download::Download;
pub use failure::Failure;
pub use flight::{Flight, Halt};
pub use inspect::{Claims, Rate};
pub use stats::{Stats, Totals};
pub use token::Credentials;
pub use transport::{is_sendable, ENCODE};
pub use write::{Write, WriteBody, Written};

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use crate::error::{Call, Error, Result};
use crate::options::{Settings, Tenant};
use rate_limit::Limiter;
use token::{Token, Tokens};
use transport::{Body, Http, Order, Request};
use trip::Trip;

/// A tenant as one set of credentials sees it. Kept between statements: it holds the warm connections,
/// the token and what is known of the rate limit.
#[derive(Debug)]
pub struct Client {
    tenant: Tenant,
    http: Http,
    tokens: Tokens,
    limiter: Mutex<Limiter>,
}

/// The media type of bodies.
const JSON: &str = "application/json";

/// A read of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    /// Path, percent-encoded, perhaps with parameters that it had from the beginning.
    pub path: String,
    /// Query parameters, as they are before encoding.
    pub query: Vec<(&'static str, String)>,
}

impl Get {
    /// The call, for messages.
    pub fn call(&self) -> Call {
        let path = self.path.split('?').next().unwrap_or_default();
        Call {
            method: "GET",
            path: path.to_owned(),
        }
    }
}

impl Client {
    /// A client for `tenant`; nothing is sent yet.
    pub fn new(
        tenant: Tenant,
        credentials: Credentials,
        connect_timeout: Duration,
    ) -> Result<Self> {
        let http = Http::new(connect_timeout, tenant.is_loopback())?;
        let tokens = Tokens::new(credentials, &tenant);
        Ok(Client {
            tenant,
            http,
            tokens,
            limiter: Mutex::new(Limiter::default()),
        })
    }

    /// Sends `get` until it is answered, and reads the answer with `parse`, whose error is a reason that quotes nothing.
    /// Retried: 408, 429, 5xx, broken connections, answers that cannot be read; once more with a fresh token after a 401.
    pub async fn get<T>(
        &self,
        get: &Get,
        settings: &Settings,
        stats: &Stats,
        parse: impl Fn(Vec<u8>) -> std::result::Result<T, String>,
    ) -> Result<T> {
        let call = get.call();
        let url = transport::url(&self.tenant, &get.path, &get.query);
        let trip = Trip::new(&self.tenant, &call, settings, stats);
        let order = Order {
            method: call.method,
            url: &url,
            body: None,
            correlation: None,
        };
        self.call(trip, &order, &Flight::free(), parse)
            .await?
            .ok_or_else(Error::abandoned)
    }

    /// Sends a JSON body. Retried only after a 429 or if nothing was sent, and once with a fresh token after a 401.
    pub async fn post<T>(
        &self,
        path: &str,
        body: &str,
        settings: &Settings,
        stats: &Stats,
        parse: impl Fn(Vec<u8>) -> std::result::Result<T, String>,
    ) -> Result<T> {
        let call = Call {
            method: "POST",
            path: path.to_owned(),
        };
        let url = transport::url(&self.tenant, path, &[]);
        let trip = Trip::new(&self.tenant, &call, settings, stats).once();
        let order = Order {
            method: call.method,
            url: &url,
            body: Some(Body {
                kind: JSON,
                bytes: &Bytes::copy_from_slice(body.as_bytes()),
            }),
            correlation: None,
        };
        self.call(trip, &order, &Flight::free(), parse)
            .await?
            .ok_or_else(Error::abandoned)
    }

    /// Opens a file that the API has named: without a token, which its storage would refuse.
    pub async fn download(
        &self,
        location: &str,
        settings: &Settings,
        stats: &Stats,
    ) -> std::result::Result<Download, Failure> {
        let url = download::address(location, &self.tenant)?;
        self.http.open(url, settings.request_timeout, stats).await
    }

    async fn call<T>(
        &self,
        mut trip: Trip<'_>,
        order: &Order<'_>,
        flight: &Flight,
        parse: impl Fn(Vec<u8>) -> std::result::Result<T, String>,
    ) -> Result<Option<T>> {
        let (settings, stats) = (trip.settings, trip.stats);
        let mut refreshed = false;
        loop {
            let token = self.token(settings, stats).await?;
            self.wait_for_limiter(&mut trip).await?;
            let in_flight = InFlight(&self.limiter);
            if !flight.begin() {
                return Ok(None);
            }
            let sent_at = SystemTime::now();
            let request = Request::Api {
                order,
                token: &token,
            };
            let outcome = self
                .http
                .send(request, settings.request_timeout, stats)
                .await;
            flight.end();
            drop(in_flight);
            if let Ok(response) = &outcome {
                self.limiter()
                    .answered(Instant::now(), sent_at, response.status, &response.limits);
            }
            let response = match outcome {
                Ok(response) => response,
                Err(failure) => {
                    trip.broken(failure).await?;
                    continue;
                }
            };
            match response.status {
                200..=299 => match parse(response.body) {
                    Ok(value) => return Ok(Some(value)),
                    Err(reason) => trip.unreadable(reason).await?,
                },
                401 if !refreshed && self.tokens.forget(&token).await => refreshed = true,
                429 => trip.throttled(response.limits.retry_after).await?,
                _ => trip.refused(&response, refreshed).await?,
            }
        }
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place in the rate limit, waiting for it as long as this trip may.
    async fn wait_for_limiter(&self, trip: &mut Trip<'_>) -> Result<()> {
        loop {
            let wait = self.limiter().acquire(Instant::now());
            match wait {
                None => return Ok(()),
                Some(wait) => trip.wait_for_rate_limit(wait, false).await?,
            }
        }
    }

    /// The token, fetched if there is none that lasts.
    async fn token(&self, settings: &Settings, stats: &Stats) -> Result<Token> {
        let mut slot = match self.tokens.current().await {
            token::Current::Valid(token) => return Ok(token),
            token::Current::Fetch(slot) => slot,
        };
        let call = Call {
            method: "POST",
            path: "/oauth/token".into(),
        };
        let url = transport::url(&self.tenant, &call.path, &[]);
        let mut trip = Trip::new(&self.tenant, &call, settings, stats);
        loop {
            let form = self.tokens.form(&self.tenant)?;
            let response = match self
                .http
                .send(Request::form(&url, &form), settings.request_timeout, stats)
                .await
            {
                Ok(response) => response,
                Err(failure) => {
                    trip.broken(failure).await?;
                    continue;
                }
            };
            match response.status {
                200..=299 => match token::read(&response.body, Instant::now()) {
                    Ok(fresh) => return Ok(slot.fill(fresh)),
                    Err(reason) => trip.unreadable(reason).await?,
                },
                429 => trip.throttled(response.limits.retry_after).await?,
                400..=407 | 409..=499 => {
                    return Err(Error::Unauthorized {
                        call,
                        refusal: refusal::oauth(response.status, &response.body),
                        fresh: false,
                    })
                }
                _ => trip.refused(&response, false).await?,
            }
        }
    }
}

/// A request under way; a scan that stops early drops it unanswered.
struct InFlight<'a>(&'a Mutex<Limiter>);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .landed();
    }
}
