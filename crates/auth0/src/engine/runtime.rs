//! The thread on which all network work of a backend runs.
//!
//! The backend's own thread must stay free to wait for Postgres' signals, so it never blocks on the network: work is
//! spawned here, and a byte on a socket pair says when there is something to look at.

use std::future::Future;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use nix::sys::signal::{SigSet, SigmaskHow};
use tokio::runtime::{Builder, Handle};
use tokio::task::AbortHandle;

use crate::error::{Error, Result};

/// The network thread; it lives as long as the process.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    wake: UnixStream,
    waker: Wake,
}

/// Tells the backend's thread that something has happened.
#[derive(Debug, Clone)]
pub struct Wake(Arc<UnixStream>);

/// Runs work on the thread.
#[derive(Debug, Clone)]
pub(crate) struct Spawner(Handle);

impl Spawner {
    /// Runs `work` on the thread.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.0.spawn(work).abort_handle()
    }
}

impl Wake {
    /// A full socket means that a wake-up is waiting already.
    pub fn wake(&self) {
        let _ = (&*self.0).write(&[1]);
    }
}

impl Runtime {
    /// Starts the thread. Every signal is blocked in it and in all threads it makes (name look-ups), from their first
    /// moment on: Postgres' handlers may only run on the backend's own thread.
    pub fn start() -> Result<Self> {
        let failed = |reason: String| Error::Runtime { reason };
        let (wake, waker) = UnixStream::pair().map_err(|e| failed(e.to_string()))?;
        wake.set_nonblocking(true)
            .map_err(|e| failed(e.to_string()))?;
        waker
            .set_nonblocking(true)
            .map_err(|e| failed(e.to_string()))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| failed(e.to_string()))?;
        let handle = runtime.handle().clone();
        let before = SigSet::all()
            .thread_swap_mask(SigmaskHow::SIG_SETMASK)
            .map_err(|e| failed(e.to_string()))?;
        let thread = std::thread::Builder::new()
            .name("auth0_fdw".to_owned())
            .spawn(move || runtime.block_on(std::future::pending::<()>()));
        before
            .thread_set_mask()
            .map_err(|e| failed(e.to_string()))?;
        thread.map_err(|e| failed(e.to_string()))?;
        Ok(Runtime {
            handle,
            wake,
            waker: Wake(Arc::new(waker)),
        })
    }

    /// Readable when a [`Wake`] has been used since the last [`Runtime::drain`].
    pub fn wake_fd(&self) -> RawFd {
        self.wake.as_raw_fd()
    }

    /// Forgets the wake-ups so far.
    pub fn drain(&self) {
        let mut buffer = [0; 64];
        while matches!((&self.wake).read(&mut buffer), Ok(n) if n == buffer.len()) {}
    }

    /// Runs `work` on the thread.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.handle.spawn(work).abort_handle()
    }

    /// For whoever has work later.
    pub(crate) fn spawner(&self) -> Spawner {
        Spawner(self.handle.clone())
    }

    /// For work that has something to tell.
    pub fn waker(&self) -> Wake {
        self.waker.clone()
    }
}
