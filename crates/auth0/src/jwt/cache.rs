//! When an issuer's keys are asked for, and how long they are believed. Pure: the caller brings the clock.

use std::sync::Arc;
use std::time::Instant;

use super::{KeySet, Timing};

/// What is known of an issuer's keys.
#[derive(Debug, Clone, Default)]
pub struct KeyCache {
    keys: Option<(Arc<KeySet>, Instant)>,
    tried: Option<Instant>,
    /// Why the last try failed, if it did.
    failure: Option<String>,
}

/// What to do for a token.
#[derive(Debug)]
pub enum Next {
    /// Check it with these.
    Use(Arc<KeySet>),
    /// Ask the issuer first.
    Fetch,
    /// There are none, and it is too early to ask again.
    Wait(String),
}

impl KeyCache {
    /// What to do for a token whose key is known or not, by `knows`. A token with an unknown key makes us ask again,
    /// but no more often than the cooldown allows, whatever ids attackers invent; so does an issuer that is down.
    pub fn next(&mut self, now: Instant, timing: &Timing, knows: impl Fn(&KeySet) -> bool) -> Next {
        let age = |since: Instant| now.saturating_duration_since(since);
        if self
            .keys
            .as_ref()
            .is_some_and(|(_, fetched)| age(*fetched) >= timing.keep_for)
        {
            self.keys = None;
        }
        let cooling = self.tried.is_some_and(|tried| age(tried) < timing.cooldown);
        match &self.keys {
            Some((keys, fetched)) if age(*fetched) < timing.refresh_after && knows(keys) => {
                Next::Use(keys.clone())
            }
            Some((keys, _)) if cooling => Next::Use(keys.clone()),
            None if cooling => Next::Wait(self.failure.clone().unwrap_or_default()),
            _ => Next::Fetch,
        }
    }

    /// An answer came: what it does not have any more is not believed any more.
    pub fn fetched(&mut self, now: Instant, keys: KeySet) -> Arc<KeySet> {
        let keys = Arc::new(keys);
        self.keys = Some((keys.clone(), now));
        self.tried = Some(now);
        self.failure = None;
        keys
    }

    /// No answer came, or none that can be used: what is known stays.
    pub fn failed(&mut self, now: Instant, reason: String) -> Option<Arc<KeySet>> {
        self.tried = Some(now);
        self.failure = Some(reason);
        self.keys.as_ref().map(|(keys, _)| keys.clone())
    }

    /// A question is on its way. If it is cut short, the keys that we have do for the cooldown; without any, whoever
    /// comes next may ask again at once.
    pub fn asking(&mut self, now: Instant) {
        if self.keys.is_some() {
            self.tried = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const TIMING: Timing = Timing {
        refresh_after: Duration::from_secs(600),
        cooldown: Duration::from_secs(30),
        keep_for: Duration::from_secs(86_400),
        timeout: Duration::from_secs(5),
    };

    fn word(next: &Next) -> &'static str {
        match next {
            Next::Use(_) => "use",
            Next::Fetch => "fetch",
            Next::Wait(_) => "wait",
        }
    }

    #[test]
    fn the_life_of_a_key_set() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut cache = KeyCache::default();
        let ask = |cache: &mut KeyCache, seconds, known| {
            word(&cache.next(at(seconds), &TIMING, |_| known))
        };
        assert_eq!(ask(&mut cache, 0, true), "fetch");
        cache.fetched(at(0), KeySet::default());
        assert_eq!(ask(&mut cache, 1, true), "use");
        // Random ids: one question in a cooldown.
        assert_eq!(ask(&mut cache, 29, false), "use");
        assert_eq!(ask(&mut cache, 30, false), "fetch");
        cache.failed(at(30), "down".into());
        assert_eq!(ask(&mut cache, 31, false), "use");
        // Old keys are asked for again, and kept while the issuer is down.
        assert_eq!(ask(&mut cache, 600, true), "fetch");
        cache.failed(at(600), "down".into());
        assert_eq!(ask(&mut cache, 601, true), "use");
        assert_eq!(ask(&mut cache, 630, true), "fetch");
        // But not for ever.
        assert_eq!(ask(&mut cache, 86_400, true), "fetch");
        cache.failed(at(86_400), "down".into());
        assert_eq!(ask(&mut cache, 86_401, true), "wait");
    }

    #[test]
    fn an_interrupted_question() {
        let start = Instant::now();
        let mut cache = KeyCache::default();
        cache.asking(start);
        assert_eq!(word(&cache.next(start, &TIMING, |_| true)), "fetch");
        cache.fetched(start, KeySet::default());
        let later = start + TIMING.refresh_after;
        cache.asking(later);
        assert_eq!(word(&cache.next(later, &TIMING, |_| true)), "use");
    }
}
