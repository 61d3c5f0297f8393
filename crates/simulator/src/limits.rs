//! The Management API's rate limit: a token bucket and the headers that tell of it.

use crate::reply::Reply;
use std::time::Instant;

/// Size and refill of a token bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// How many requests a full bucket lets through at once.
    pub burst: u32,
    /// Requests a second that flow back.
    pub per_second: f64,
}

/// A bucket in use.
#[derive(Debug)]
pub struct Limiter {
    bucket: Bucket,
    tokens: f64,
    filled: Instant,
}

/// What one request found in the bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// False means 429.
    pub allowed: bool,
    /// Bucket size.
    pub limit: u32,
    /// Whole tokens left.
    pub remaining: u32,
    /// UNIX seconds of the moment the bucket will be full again, rounded up: so it was measured on
    /// real tenants, although the documentation says it is when the next request will be let through.
    pub reset: i64,
}

impl Limiter {
    /// A full bucket.
    pub fn new(bucket: Bucket, now: Instant) -> Limiter {
        Limiter {
            bucket,
            tokens: f64::from(bucket.burst),
            filled: now,
        }
    }

    /// Takes a token if there is one; `unix_millis` is the same moment as `now`.
    pub fn take(&mut self, now: Instant, unix_millis: i64) -> Verdict {
        let burst = f64::from(self.bucket.burst);
        let gained =
            now.saturating_duration_since(self.filled).as_secs_f64() * self.bucket.per_second;
        self.tokens = (self.tokens + gained).min(burst);
        self.filled = now;
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        let remaining = self.tokens.floor();
        let seconds = unix_millis as f64 / 1000.0 + (burst - remaining) / self.bucket.per_second;
        Verdict {
            allowed,
            limit: self.bucket.burst,
            remaining: remaining as u32,
            reset: seconds.ceil() as i64,
        }
    }
}

impl Verdict {
    /// Adds the headers, except to the answers that carry none on real tenants.
    pub fn stamp(&self, reply: Reply) -> Reply {
        if matches!(reply.status, 400 | 401 | 404) {
            return reply;
        }
        reply
            .header("x-ratelimit-limit", self.limit.to_string())
            .header("x-ratelimit-remaining", self.remaining.to_string())
            .header("x-ratelimit-reset", self.reset.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn bursts_then_refills() {
        let start = Instant::now();
        let mut limiter = Limiter::new(
            Bucket {
                burst: 10,
                per_second: 2.0,
            },
            start,
        );
        for left in (0..10).rev() {
            let verdict = limiter.take(start, 1_000_000);
            assert!(verdict.allowed);
            assert_eq!(verdict.remaining, left);
        }
        let refused = limiter.take(start, 1_000_000);
        assert_eq!(
            refused,
            Verdict {
                allowed: false,
                limit: 10,
                remaining: 0,
                reset: 1005
            }
        );
        // Two seconds later four tokens are back, long before the reset that was announced.
        let later = limiter.take(start + Duration::from_secs(2), 1_002_000);
        assert_eq!((later.allowed, later.remaining), (true, 3));
        assert_eq!(later.reset, 1006);
        let full = limiter.take(start + Duration::from_secs(60), 1_060_100);
        assert_eq!((full.remaining, full.reset), (9, 1061));
    }

    #[test]
    fn errors_carry_no_headers() {
        let verdict = Verdict {
            allowed: true,
            limit: 2,
            remaining: 1,
            reset: 5,
        };
        for status in [400, 401, 404] {
            assert!(verdict.stamp(Reply::raw(status, "")).headers.is_empty());
        }
        for status in [200, 201, 204, 403, 409, 429] {
            assert_eq!(verdict.stamp(Reply::raw(status, "")).headers.len(), 3);
        }
    }
}
