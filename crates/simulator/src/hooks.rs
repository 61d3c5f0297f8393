//! What a test wants done when a certain request has been answered.

use crate::handle::Handle;

/// Something to do to the tenant.
type Action = Box<dyn FnOnce(&Handle) + Send>;

/// An action waiting for its request.
pub struct Hook {
    /// Matching requests still to come, its own included.
    left: usize,
    path: String,
    action: Action,
}

/// The actions in waiting.
#[derive(Default)]
pub struct Hooks(Vec<Hook>);

impl Hook {
    /// Waits for the `nth` request from now whose path starts with `path`.
    pub fn new(nth: usize, path: &str, action: Action) -> Hook {
        Hook {
            left: nth.max(1),
            path: path.to_string(),
            action,
        }
    }
}

impl Hooks {
    /// Adds one.
    pub fn push(&mut self, hook: Hook) {
        self.0.push(hook);
    }

    /// Counts a request and hands out the actions that are due, in the order they were ordered.
    pub fn due(&mut self, path: &str) -> Vec<Action> {
        let mut due = Vec::new();
        for mut hook in std::mem::take(&mut self.0) {
            if path.starts_with(&hook.path) {
                hook.left -= 1;
            }
            if hook.left == 0 {
                due.push(hook.action);
            } else {
                self.0.push(hook);
            }
        }
        due
    }
}
