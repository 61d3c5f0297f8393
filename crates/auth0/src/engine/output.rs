//! Where pages go: to the backend's thread, which is woken for each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, Notify};

use super::runtime::Wake;
use crate::error::Result;
use crate::rows::Page;

/// The network thread's end of a scan's channel.
#[derive(Clone)]
pub struct Output {
    pages: Option<mpsc::Sender<Result<Page>>>,
    wake: Wake,
    demand: Option<Arc<Demand>>,
}

/// Whether the other end waits for a page: it says how many it had taken when it found none.
#[derive(Debug, Default)]
pub struct Demand {
    sent: AtomicU64,
    /// Pages taken, plus one, so that zero means that nothing has been said.
    taken: AtomicU64,
    told: Notify,
}

impl Demand {
    /// A page is wanted, and there is none behind the `taken` ones.
    pub fn tell(&self, taken: u64) {
        self.taken.store(taken + 1, Ordering::Release);
        self.told.notify_waiters();
    }
}

impl Output {
    /// Hands pages to `pages` and tells `wake` of each.
    pub fn new(pages: mpsc::Sender<Result<Page>>, wake: Wake) -> Self {
        Output {
            pages: Some(pages),
            wake,
            demand: None,
        }
    }

    /// Of which `demand` says when a page is waited for.
    pub fn on_demand(mut self, demand: Arc<Demand>) -> Self {
        self.demand = Some(demand);
        self
    }

    /// Waits until all that was handed over is used up and more is waited for. True, so that it reads as a condition.
    pub async fn wanted(&self) -> bool {
        let Some(demand) = &self.demand else {
            return true;
        };
        loop {
            // Made before looking, so that what is told in between is not missed. Several may wait at a time.
            let told = demand.told.notified();
            if demand.taken.load(Ordering::Acquire) == demand.sent.load(Ordering::Acquire) + 1 {
                return true;
            }
            told.await;
        }
    }

    /// Hands a page over, once there is room for it; false when nobody wants it any more.
    pub async fn send(&self, page: Result<Page>) -> bool {
        let sent = match &self.pages {
            Some(pages) => pages.send(page).await.is_ok(),
            None => false,
        };
        if let Some(demand) = self.demand.as_ref().filter(|_| sent) {
            demand.sent.fetch_add(1, Ordering::AcqRel);
        }
        self.wake.wake();
        sent
    }
}

impl Drop for Output {
    /// The last one closes the channel, which is something to look at: so it closes first and wakes then.
    fn drop(&mut self) {
        self.pages = None;
        self.wake.wake();
    }
}

/// Keeps the second request back until rows beyond the first page are wanted.
pub struct Gate(Option<oneshot::Receiver<()>>);

impl Gate {
    /// Opens when told so; stays shut for ever when the other end is dropped.
    pub fn new(wanted: oneshot::Receiver<()>) -> Self {
        Gate(Some(wanted))
    }

    /// For what is asked once the gate has been passed.
    pub fn open() -> Self {
        Gate(None)
    }

    /// Waits until more is wanted; false if that will never be.
    pub async fn pass(&mut self) -> bool {
        match self.0.take() {
            None => true,
            Some(wanted) => wanted.await.is_ok(),
        }
    }
}
