//! Whether a request may be sent, and whether it is under way: what its owner has to know to stop it soundly.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::Arc;

/// A word to many requests at once.
#[derive(Debug, Default)]
pub struct Halt {
    /// What has not begun may not begin.
    stopped: AtomicBool,
    /// Nothing may be sent any more.
    closed: AtomicBool,
    /// Nothing is left to be done.
    over: AtomicBool,
}

impl Halt {
    /// From now on nothing begins; what has begun goes on to its end.
    pub fn stop(&self) {
        self.stopped.store(true, SeqCst);
    }

    /// From now on nothing is sent, not even again.
    pub fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    /// All that was to be done has come to its end.
    pub fn finish(&self) {
        self.over.store(true, SeqCst);
    }

    /// Whether all has come to its end.
    pub fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }

    /// Whether nothing may be sent.
    pub fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    /// Whether nothing may begin.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(SeqCst) || self.closed.load(SeqCst)
    }
}

/// The state of a request, or of several of which one follows the other.
#[derive(Debug, Default)]
pub struct Flight {
    halt: Arc<Halt>,
    begun: AtomicBool,
    under_way: AtomicBool,
}

impl Flight {
    /// One that nobody stops.
    pub fn free() -> Self {
        Flight::default()
    }

    /// One that `halt` stops.
    pub fn under(halt: Arc<Halt>) -> Self {
        Flight {
            halt,
            ..Flight::default()
        }
    }

    /// Asked before each sending: whether it may be. Then it is under way.
    pub(super) fn begin(&self) -> bool {
        // Said first and looked at then: whoever closes and then sees nothing under way can be sure of it.
        self.under_way.store(true, SeqCst);
        let stopped = self.halt.stopped.load(SeqCst) && !self.begun.load(SeqCst);
        if stopped || self.halt.closed.load(SeqCst) {
            self.under_way.store(false, SeqCst);
            return false;
        }
        self.begun.store(true, SeqCst);
        true
    }

    /// Told after each sending.
    pub(super) fn end(&self) {
        self.under_way.store(false, SeqCst);
    }

    /// Whether something has been sent.
    pub fn has_begun(&self) -> bool {
        self.begun.load(SeqCst)
    }

    /// Whether something has been sent and not been answered.
    pub fn is_under_way(&self) -> bool {
        self.under_way.load(SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_begun_goes_on_until_all_is_closed() {
        let halt = Arc::new(Halt::default());
        let (old, new) = (Flight::under(halt.clone()), Flight::under(halt.clone()));
        assert!(old.begin() && old.is_under_way());
        old.end();
        halt.stop();
        assert!(!new.begin() && !new.has_begun() && !new.is_under_way());
        assert!(old.begin());
        old.end();
        halt.close();
        assert!(!old.begin() && old.has_begun() && !old.is_under_way());
    }
}
