//! The one path every API call takes: token, limiter, send, retry, typed error.

mod assertion;
pub(crate) mod failure;
mod rate_limit;
mod refusal;
mod retry;
mod stats;
mod token;
mod transport;

pub use stats::{Stats, Totals};
pub use token::Credentials;
pub use transport::is_sendable;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::error::{Call, Error, Result, Unreachable};
use crate::options::{Settings, Tenant};
use failure::{Failure, FailureKind};
use rate_limit::Limiter;
use token::{Token, Tokens};
use transport::{Http, Request};

/// A tenant as one set of credentials sees it. Kept between statements: it holds the warm connections,
/// the token and what is known of the rate limit.
#[derive(Debug)]
pub struct Client {
    tenant: Tenant,
    http: Http,
    tokens: Tokens,
    limiter: Mutex<Limiter>,
}

/// A read of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    /// Path, percent-encoded.
    pub path: String,
    /// Query parameters, as they are before encoding.
    pub query: Vec<(&'static str, String)>,
}

impl Get {
    /// The call, for messages.
    pub fn call(&self) -> Call {
        Call {
            method: "GET",
            path: self.path.clone(),
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
        let mut trip = Trip::new(&self.tenant, &call, settings, stats);
        let mut refreshed = false;
        loop {
            let token = self.token(settings, stats).await?;
            self.wait_for_limiter(&mut trip).await?;
            let flight = InFlight(&self.limiter);
            let sent_at = SystemTime::now();
            let outcome = self
                .http
                .send(Request::get(&url, &token), settings.request_timeout, stats)
                .await;
            drop(flight);
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
                    Ok(value) => return Ok(value),
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

/// One request's way through its retries.
struct Trip<'a> {
    tenant: &'a Tenant,
    call: &'a Call,
    settings: &'a Settings,
    stats: &'a Stats,
    attempts: u32,
    throttles: u32,
    waited: Duration,
}

impl<'a> Trip<'a> {
    fn new(tenant: &'a Tenant, call: &'a Call, settings: &'a Settings, stats: &'a Stats) -> Self {
        Trip {
            tenant,
            call,
            settings,
            stats,
            attempts: 0,
            throttles: 0,
            waited: Duration::ZERO,
        }
    }

    /// Waits before the next try, or gives up with `error`, which is told the number of tries.
    async fn again(&mut self, worth_it: bool, error: impl FnOnce(u32) -> Error) -> Result<()> {
        self.attempts += 1;
        if !worth_it || self.attempts > self.settings.max_retries {
            return Err(error(self.attempts));
        }
        self.stats.retry();
        tokio::time::sleep(retry::backoff(self.attempts, fastrand::f64())).await;
        Ok(())
    }

    async fn broken(&mut self, failure: Failure) -> Result<()> {
        let (host, call) = (self.tenant.authority().to_owned(), self.call.clone());
        let Failure {
            kind,
            mut reason,
            retry,
        } = failure;
        if kind == FailureKind::Network(Unreachable::ConnectTimeout) {
            reason = format!("within {} ms", self.settings.connect_timeout.as_millis());
        }
        self.again(retry, |attempts| match kind {
            FailureKind::Network(why) => Error::Unreachable {
                host,
                call,
                why,
                reason,
                attempts,
            },
            FailureKind::Body => Error::Unreadable {
                call,
                reason,
                attempts,
            },
        })
        .await
    }

    async fn unreadable(&mut self, reason: String) -> Result<()> {
        let call = self.call.clone();
        self.again(true, |attempts| Error::Unreadable {
            call,
            reason,
            attempts,
        })
        .await
    }

    /// A status that is neither success nor 429. `fresh`: the token had just been issued.
    async fn refused(&mut self, response: &transport::Response, fresh: bool) -> Result<()> {
        match refusal::error(self.call, response.status, &response.body) {
            Error::Unauthorized { call, refusal, .. } => Err(Error::Unauthorized {
                call,
                refusal,
                fresh,
            }),
            Error::ServerError { call, refusal, .. } => {
                self.again(true, |attempts| Error::ServerError {
                    call,
                    refusal,
                    attempts,
                })
                .await
            }
            final_word => Err(final_word),
        }
    }

    /// After a 429: the limiter has learnt from it; this adds what the server itself asks for, and a growing pause
    /// when its bucket is shared with others who keep emptying it.
    async fn throttled(&mut self, retry_after: Option<Duration>) -> Result<()> {
        self.throttles += 1;
        self.stats.retry();
        let pause =
            retry_after.unwrap_or_else(|| retry::throttle_pause(self.throttles, fastrand::f64()));
        self.wait_for_rate_limit(pause, retry_after.is_some()).await
    }

    async fn wait_for_rate_limit(&mut self, wait: Duration, asked: bool) -> Result<()> {
        let allowed = self.settings.max_rate_limit_wait;
        if self.waited + wait > allowed {
            return Err(Error::RateLimited {
                call: self.call.clone(),
                refused: self.throttles > 0,
                waited: self.waited,
                next: wait,
                asked,
                allowed,
            });
        }
        self.waited += wait;
        let _waiting = self.stats.limiter_wait();
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
