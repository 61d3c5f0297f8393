//! How long to pause before the next try: pure functions of the attempt and a random number.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

/// The pause after the `attempt`-th failure (from 1): doubling from 200 ms to 10 s, of which a random half is taken off
/// so that many backends do not come back together. `random` is in 0..1.
pub fn backoff(attempt: u32, random: f64) -> Duration {
    let full = FIRST
        .saturating_mul(1 << attempt.saturating_sub(1).min(10))
        .min(LONGEST);
    full.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

/// The pause after the `nth` 429 in a row, on top of what the limiter has learnt: nothing after the first.
pub fn throttle_pause(nth: u32, random: f64) -> Duration {
    match nth {
        0 | 1 => Duration::ZERO,
        n => backoff(n - 1, random),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_within_bounds() {
        for (attempt, ms) in [(1, 200), (2, 400), (3, 800), (7, 10_000), (60, 10_000)] {
            assert_eq!(backoff(attempt, 1.0), Duration::from_millis(ms));
            assert_eq!(backoff(attempt, 0.0), Duration::from_millis(ms) / 2);
        }
        assert_eq!(throttle_pause(1, 0.5), Duration::ZERO);
        assert_eq!(throttle_pause(2, 1.0), FIRST);
    }
}
