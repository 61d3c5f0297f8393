//! When the next request may be sent, so that steady work meets no 429: pure functions of the answers' headers.
//!
//! Auth0's bucket holds `limit` tokens and refills steadily; `remaining` counts whole tokens; `reset` is the second at
//! which the bucket will be *full* again, rounded up (measured on real traffic, whatever the documents say). So every
//! answer bounds the refill rate from both sides: missing / (reset − now) ≤ rate < missing / (reset − 1 − now), and the
//! bounds close in as the rounding falls differently. We pace by the lower one, a little boldly until a first 429.
//! A rate that is too low costs little: tokens that gather meanwhile show up in the next `remaining` and are spent at
//! once; only a full bucket loses any.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::inspect::Rate;
use super::transport::Limits;

/// The least assumed refill, in tokens a second: Auth0's smallest documented rate is 25 a minute.
const CAUTIOUS: f64 = 0.4;

/// How far above the lower bound to pace, as a share of the way to the upper one. In simulation over all phases of the
/// clock, 0.15 keeps ten requests through a bucket of 2 at 2 a second within 1.14 × the ideal time and one 429; 0 needs
/// up to 1.25 ×, 0.3 meets a 429 twice as often.
const BOLDNESS: f64 = 0.15;

/// By how much each success raises the rate again once only `remaining` is believed.
const RECOVERY: f64 = 1.2;

/// What is known of a tenant's bucket.
#[derive(Debug, Default)]
pub struct Limiter {
    bucket: Option<Bucket>,
    in_flight: u32,
    /// Those under way at the last step down that have not landed, and one more. Their 429s say nothing new: a burst
    /// that is too large for the bucket is refused many times over, and was too fast once.
    same_burst: u32,
    /// By how many seconds the server's clock is ahead of ours.
    clock_ahead: Option<f64>,
}

#[derive(Debug)]
struct Bucket {
    size: f64,
    /// Tokens that are there at `at`, less those of requests under way.
    tokens: f64,
    at: Instant,
    /// Bounds of the refill, tokens a second.
    low: f64,
    high: f64,
    trust: Trust,
}

/// How far the bounds are believed; each 429 is a step down.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trust {
    Bold,
    Safe,
    /// Only `remaining` is believed: others drink from the bucket, or `reset` means something else.
    None,
}

impl Limiter {
    /// Takes a token: `None` means go, otherwise the time until it makes sense to ask again.
    /// Whoever goes must call [`Limiter::landed`] at the end, answered or not.
    pub fn acquire(&mut self, now: Instant) -> Option<Duration> {
        if let Some(bucket) = &mut self.bucket {
            bucket.refill(now);
            if bucket.tokens < 1.0 {
                let wait = (1.0 - bucket.tokens) / bucket.rate();
                // A millisecond more, so that rounding cannot bring us back just too early.
                return Some(Duration::from_secs_f64(wait) + Duration::from_millis(1));
            }
            bucket.tokens -= 1.0;
        }
        self.in_flight += 1;
        None
    }

    /// A request has ended.
    pub fn landed(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.same_burst = self.same_burst.saturating_sub(1);
    }

    /// What is known of the bucket.
    pub fn rate(&self) -> Option<Rate> {
        self.bucket.as_ref().map(|bucket| Rate {
            burst: bucket.size,
            at_least: bucket.low,
            at_most: bucket.high,
        })
    }

    /// By how many seconds the server's clock is ahead of ours, as its last answer told in whole seconds.
    pub fn clock_ahead(&self) -> Option<f64> {
        self.clock_ahead
    }

    /// Learns from an answer. `sent_at` is the wall clock before the request was sent: taking the earlier moment keeps
    /// the bound on the rate on the safe side.
    pub fn answered(&mut self, now: Instant, sent_at: SystemTime, status: u16, limits: &Limits) {
        self.clock_ahead = limits.date.map(|date| date + 0.5 - seconds(sent_at));
        let throttled = status == 429;
        let (Some(size), Some(remaining)) = (limits.limit, limits.remaining) else {
            match (&mut self.bucket, status) {
                (Some(_), 429) => self.throttled(),
                // Who answers without telling of a bucket has none; only refusals leave the headers out anyway.
                (_, 200..=299) => self.bucket = None,
                _ => {}
            }
            return;
        };
        let bucket = self.bucket.get_or_insert(Bucket {
            size,
            tokens: size,
            at: now,
            low: CAUTIOUS,
            high: f64::INFINITY,
            trust: Trust::Bold,
        });
        bucket.size = size;
        bucket.refill(now);
        if let Some(reset) = limits.reset {
            bucket.bound(size - remaining, reset - server_clock(sent_at, limits.date));
        }
        if throttled {
            self.throttled();
            return;
        }
        // Requests under way may or may not be counted in `remaining`; assume they are not.
        let floor = remaining - f64::from(self.in_flight);
        // Our own count knows the fraction that `remaining` leaves out.
        if !(floor..floor + 1.0).contains(&bucket.tokens) {
            bucket.tokens = floor;
        }
        if bucket.trust == Trust::None {
            bucket.low = (bucket.low * RECOVERY).min(bucket.size);
        }
    }

    /// The bucket was empty: we have been too fast, or others drink from it, too.
    fn throttled(&mut self) {
        let Some(bucket) = &mut self.bucket else {
            return;
        };
        bucket.tokens = bucket.tokens.min(0.0);
        if self.same_burst == 0 {
            self.same_burst = self.in_flight + 1;
            bucket.step_down();
        }
    }
}

/// The server's clock when the request was sent. Ours knows the fraction of the second; where the two disagree by more
/// than rounding and travel explain, the server's own counts.
fn server_clock(sent_at: SystemTime, date: Option<f64>) -> f64 {
    let ours = seconds(sent_at);
    match date {
        Some(date) if (date + 0.5 - ours).abs() > 1.5 => date + 0.5,
        _ => ours,
    }
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

impl Bucket {
    fn rate(&self) -> f64 {
        match self.trust {
            Trust::Bold => {
                self.low + BOLDNESS * (self.high.min(2.0 * self.low) - self.low).max(0.0)
            }
            Trust::Safe | Trust::None => self.low,
        }
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate()).min(self.size);
        self.at = self.at.max(now);
    }

    /// Narrows the bounds by one answer: `missing` tokens will be back `until_full` seconds later, rounded up.
    fn bound(&mut self, missing: f64, until_full: f64) {
        if missing < 1.0 || until_full <= 0.0 || self.trust == Trust::None {
            return;
        }
        self.low = self.low.max(missing / until_full);
        if until_full > 1.0 {
            self.high = self.high.min(missing / (until_full - 1.0));
        }
    }

    fn step_down(&mut self) {
        self.trust = match self.trust {
            Trust::Bold => Trust::Safe,
            Trust::Safe | Trust::None => {
                self.low = (self.low / 2.0).max(CAUTIOUS);
                Trust::None
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bucket as Auth0 keeps it.
    struct Server {
        size: f64,
        rate: f64,
        tokens: f64,
        at: f64,
    }

    impl Server {
        fn ask(&mut self, at: f64) -> (u16, Limits) {
            self.tokens = (self.tokens + (at - self.at) * self.rate).min(self.size);
            self.at = at;
            let status = if self.tokens >= 1.0 { 200 } else { 429 };
            if status == 200 {
                self.tokens -= 1.0;
            }
            let remaining = self.tokens.floor();
            let reset = (at + (self.size - remaining) / self.rate).ceil();
            let date = Some(at.floor());
            let (limit, remaining, reset) = (Some(self.size), Some(remaining), Some(reset));
            (
                status,
                Limits {
                    limit,
                    remaining,
                    reset,
                    date,
                    retry_after: None,
                },
            )
        }
    }

    /// Sends `requests` one after the other, 5 ms each; gives seconds taken and the number of 429s.
    fn run(size: f64, rate: f64, requests: u32, phase: f64, skew: f64) -> (f64, u32) {
        let start = 1_800_000_000.0 + phase;
        let mut server = Server {
            size,
            rate,
            tokens: size,
            at: start,
        };
        let zero = Instant::now();
        let mut limiter = Limiter::default();
        let (mut clock, mut done, mut refused) = (0.0, 0, 0);
        while done < requests {
            if let Some(wait) = limiter.acquire(zero + Duration::from_secs_f64(clock)) {
                clock += wait.as_secs_f64();
                continue;
            }
            let sent_at = UNIX_EPOCH + Duration::from_secs_f64(start + clock + skew);
            let (status, limits) = server.ask(start + clock);
            clock += 0.005;
            limiter.landed();
            limiter.answered(
                zero + Duration::from_secs_f64(clock),
                sent_at,
                status,
                &limits,
            );
            if status == 200 {
                done += 1;
            } else {
                refused += 1;
            }
        }
        (clock, refused)
    }

    #[test]
    fn a_steady_scan_meets_at_most_one_429_and_loses_little_time() {
        for (size, rate, requests) in [
            (2.0, 2.0, 10),
            (2.0, 1.0, 10),
            (10.0, 2.0, 40),
            (40.0, 500.0 / 60.0, 200),
            (50.0, 16.0, 300),
        ] {
            for step in 0..100 {
                let (seconds, refused) = run(size, rate, requests, f64::from(step) / 100.0, 0.0);
                let ideal = (f64::from(requests) - size) / rate;
                assert!(refused <= 1, "bucket {size} at {rate}/s, phase {step}");
                assert!(
                    seconds <= 1.145 * ideal,
                    "bucket {size} at {rate}/s, phase {step}: {seconds:.2} s for {ideal:.2} s"
                );
            }
        }
    }

    #[test]
    fn a_wrong_clock_costs_a_429_or_two_and_not_the_scan() {
        for skew in [-100.0, -3.0, -0.4, 0.4, 3.0, 100.0] {
            let (seconds, refused) = run(2.0, 2.0, 30, 0.3, skew);
            assert!(refused <= 4, "skew {skew}: {refused} refused");
            assert!(
                seconds <= 14.0 * 1.6,
                "skew {skew}: {seconds:.1} s for 14 s"
            );
        }
    }

    #[test]
    fn a_burst_that_is_refused_is_one_step_down() {
        let now = Instant::now();
        let limits = |remaining: u32| Limits {
            limit: Some(10.0),
            remaining: Some(f64::from(remaining)),
            ..Limits::default()
        };
        let mut limiter = Limiter::default();
        for _ in 0..17 {
            assert_eq!(limiter.acquire(now), None);
        }
        let answered = |limiter: &mut Limiter, status, left| {
            limiter.landed();
            limiter.answered(now, SystemTime::now(), status, &limits(left));
        };
        let trust = |limiter: &Limiter| limiter.bucket.as_ref().map(|bucket| bucket.trust);
        for left in (0..10).rev() {
            answered(&mut limiter, 200, left);
        }
        for _ in 0..6 {
            answered(&mut limiter, 429, 0);
            assert_eq!(trust(&limiter), Some(Trust::Safe));
        }
        // One of them that has no answer is not waited for.
        limiter.landed();
        // One that was sent since says something new.
        limiter.in_flight += 1;
        answered(&mut limiter, 429, 0);
        assert_eq!(trust(&limiter), Some(Trust::None));
    }

    #[test]
    fn no_headers_no_limit() {
        let mut limiter = Limiter::default();
        for _ in 0..100 {
            assert_eq!(limiter.acquire(Instant::now()), None);
            limiter.landed();
            limiter.answered(Instant::now(), SystemTime::now(), 200, &Limits::default());
        }
    }

    #[test]
    fn requests_under_way_are_counted() {
        let now = Instant::now();
        let mut limiter = Limiter::default();
        for _ in 0..4 {
            assert_eq!(limiter.acquire(now), None);
        }
        limiter.landed();
        let limits = Limits {
            limit: Some(10.0),
            remaining: Some(4.0),
            ..Limits::default()
        };
        limiter.answered(now, SystemTime::now(), 200, &limits);
        // Four left, three under way that may not be counted yet: one may go.
        assert_eq!(limiter.acquire(now), None);
        assert!(limiter.acquire(now).is_some());
    }
}
