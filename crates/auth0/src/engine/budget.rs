//! How many calls a scan may make for lists, all its runs together.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How many times more calls than are allowed are still counted.
const FAR: u64 = 10;

/// Counts the calls of a scan. A request that is sent again, and one for a token, is none of them.
#[derive(Debug, Default)]
pub struct Budget {
    /// `auth0_fdw.max_calls`; 0 for any number.
    allowed: u64,
    /// Whether the scan runs once, as far as is known: then what a run costs is what the scan costs.
    once: bool,
    calls: AtomicU64,
    /// Lists that have become known, and those of them that have been read.
    known: AtomicU64,
    read: AtomicU64,
}

impl Budget {
    /// Nothing is spent yet.
    pub fn new(allowed: u64, once: bool) -> Budget {
        Budget {
            allowed,
            once,
            ..Budget::default()
        }
    }

    /// `auth0_fdw.max_calls`.
    pub fn allowed(&self) -> u64 {
        self.allowed
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    /// Lists that have been read, and lists that are known.
    pub fn lists(&self) -> (u64, u64) {
        (self.read.load(Relaxed), self.known.load(Relaxed))
    }

    /// Notes that so many more lists are wanted.
    pub fn know(&self, lists: usize) {
        self.known.fetch_add(lists as u64, Relaxed);
    }

    /// Notes that a list has been read.
    pub fn finish(&self) {
        self.read.fetch_add(1, Relaxed);
    }

    /// Counts a call that is made in any case.
    pub fn count(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    /// Counts a call, if it may be made. A list alone is read to its end.
    pub fn take(&self) -> bool {
        if self.allowed == 0 || self.known.load(Relaxed) <= 1 {
            self.count();
            return true;
        }
        let more = |calls| (calls < self.allowed).then_some(calls + 1);
        self.calls.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// With so many lists still to be read, `all` of them or not: the calls that the scan would take at least, and whether
    /// these are all, if they are more than it may make. Where lists are still being counted, that is said once they are
    /// far more: before, counting on may still tell how many there are.
    pub fn excess(&self, lists: usize, all: bool) -> Option<(u64, bool)> {
        let calls = self.calls() + lists as u64;
        let compared = if all { calls } else { calls.div_ceil(FAR) };
        (self.allowed > 0 && compared > self.allowed).then_some((calls, all && self.once))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_calls_than_are_allowed() {
        let budget = Budget::new(3, true);
        budget.know(2);
        budget.count();
        assert!(budget.take() && budget.take() && !budget.take());
        assert_eq!(budget.calls(), 3);
        let any = Budget::new(0, true);
        any.know(2);
        assert!((0..5).all(|_| any.take()) && any.excess(1000, true).is_none());
    }

    #[test]
    fn a_list_alone_is_read_to_its_end() {
        let budget = Budget::new(1, true);
        budget.know(1);
        assert!((0..5).all(|_| budget.take()));
        budget.know(1);
        assert!(!budget.take());
    }

    #[test]
    fn what_is_too_much_is_told_before() {
        let budget = Budget::new(100, true);
        budget.count();
        assert_eq!(budget.excess(99, true), None);
        assert_eq!(budget.excess(100, true), Some((101, true)));
        assert_eq!(budget.excess(900, false), None, "counting goes on");
        assert_eq!(budget.excess(1500, false), Some((1501, false)));
        let rescanned = Budget::new(100, false);
        assert_eq!(rescanned.excess(200, true), Some((200, false)));
    }
}
