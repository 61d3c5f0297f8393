//! One piece of work on the network thread, with one result.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::task::AbortHandle;

use super::Runtime;

/// Work under way. Dropped, it is given up.
#[derive(Debug)]
pub struct Job<T> {
    result: Arc<Mutex<Option<T>>>,
    task: AbortHandle,
}

impl<T: Send + 'static> Job<T> {
    /// Starts it.
    pub fn start(runtime: &Runtime, work: impl Future<Output = T> + Send + 'static) -> Self {
        let result = Arc::new(Mutex::new(None));
        let (slot, wake) = (result.clone(), runtime.waker());
        let task = runtime.spawn(async move {
            let outcome = work.await;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            wake.wake();
        });
        Job { result, task }
    }

    /// The result, once it is there; it comes once.
    pub fn poll(&self) -> Poll<T> {
        let mut result = self.result.lock().unwrap_or_else(PoisonError::into_inner);
        result.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
