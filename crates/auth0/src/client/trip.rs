//! One request's way through its retries.

use std::time::Duration;

use super::failure::{Failure, FailureKind};
use super::stats::Stats;
use super::{refusal, retry, transport};
use crate::error::{Call, Error, Result, Unreachable};
use crate::options::{Settings, Tenant};

/// One request's way through its retries.
pub struct Trip<'a> {
    tenant: &'a Tenant,
    call: &'a Call,
    /// How.
    pub settings: &'a Settings,
    /// What it costs.
    pub stats: &'a Stats,
    attempts: u32,
    throttles: u32,
    waited: Duration,
    /// Whether it may be sent again when it may have been carried out.
    repeatable: bool,
}

impl<'a> Trip<'a> {
    /// Nothing has been tried yet.
    pub fn new(
        tenant: &'a Tenant,
        call: &'a Call,
        settings: &'a Settings,
        stats: &'a Stats,
    ) -> Self {
        Trip {
            tenant,
            call,
            settings,
            stats,
            attempts: 0,
            throttles: 0,
            waited: Duration::ZERO,
            repeatable: true,
        }
    }

    /// What changes something is sent again only if it was refused unread, or never sent.
    pub fn once(mut self) -> Self {
        self.repeatable = false;
        self
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

    /// After no answer, or one that is none.
    pub async fn broken(&mut self, failure: Failure) -> Result<()> {
        let (host, call) = (self.tenant.authority().to_owned(), self.call.clone());
        let Failure {
            kind,
            mut reason,
            retry,
        } = failure;
        if kind == FailureKind::Network(Unreachable::ConnectTimeout) {
            reason = format!("within {} ms", self.settings.connect_timeout.as_millis());
        }
        let unsent = matches!(
            kind,
            FailureKind::Network(
                Unreachable::Dns | Unreachable::Connect | Unreachable::ConnectTimeout
            )
        );
        self.again(
            retry && (self.repeatable || unsent),
            |attempts| match kind {
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
            },
        )
        .await
    }

    /// After an answer that says nothing.
    pub async fn unreadable(&mut self, reason: String) -> Result<()> {
        let call = self.call.clone();
        self.again(self.repeatable, |attempts| Error::Unreadable {
            call,
            reason,
            attempts,
        })
        .await
    }

    /// A status that is neither success nor 429. `fresh`: the token had just been issued.
    pub async fn refused(&mut self, response: &transport::Response, fresh: bool) -> Result<()> {
        match refusal::error(self.call, response.status, &response.body) {
            Error::Unauthorized { call, refusal, .. } => Err(Error::Unauthorized {
                call,
                refusal,
                fresh,
            }),
            Error::ServerError { call, refusal, .. } => {
                self.again(self.repeatable, |attempts| Error::ServerError {
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
    pub async fn throttled(&mut self, retry_after: Option<Duration>) -> Result<()> {
        self.throttles += 1;
        self.stats.retry();
        let pause =
            retry_after.unwrap_or_else(|| retry::throttle_pause(self.throttles, fastrand::f64()));
        self.wait_for_rate_limit(pause, retry_after.is_some()).await
    }

    /// Waits for a place in the rate limit, if that is allowed for so long.
    pub async fn wait_for_rate_limit(&mut self, wait: Duration, asked: bool) -> Result<()> {
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
