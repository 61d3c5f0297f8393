//! Waiting for the network thread without being deaf to Postgres.
//!
//! Cancel, `statement_timeout`, `pg_terminate_backend` and a shutdown all set the backend's latch; so does nothing else
//! need to be watched but the latch and the network thread's wake-up socket.
#![allow(unsafe_code)]

use std::task::Poll;

use auth0::engine::Runtime;
use pgrx::{check_for_interrupts, pg_sys};

/// Asks `poll` whenever the network thread has something to tell, until it is ready. Raises what Postgres wants raised.
pub fn wait<T>(runtime: &Runtime, mut poll: impl FnMut() -> Poll<T>) -> T {
    loop {
        check_for_interrupts!();
        // First forget old wake-ups, then look: one that comes in between is seen by the wait.
        runtime.drain();
        if let Poll::Ready(value) = poll() {
            return value;
        }
        let events =
            pg_sys::WL_LATCH_SET | pg_sys::WL_SOCKET_READABLE | pg_sys::WL_EXIT_ON_PM_DEATH;
        // SAFETY: MyLatch is this backend's own latch, set up before any statement runs, and the socket lives as long
        // as the runtime.
        unsafe {
            let woken = pg_sys::WaitLatchOrSocket(
                pg_sys::MyLatch,
                events as i32,
                runtime.wake_fd(),
                -1,
                pg_sys::PG_WAIT_EXTENSION,
            );
            if woken & pg_sys::WL_LATCH_SET as i32 != 0 {
                pg_sys::ResetLatch(pg_sys::MyLatch);
            }
        }
    }
}
