//! The issuers' public keys: kept by this backend, asked for on the network thread, waited for interruptibly.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use auth0::jwt::{Algorithm, Check, Fault, Fetch, Issuer, KeyCache, KeySet, Next, Token};
use auth0::{Error, Result};

use crate::{backend, interrupt};

thread_local! {
    /// By the address they are fetched from.
    static KEYS: RefCell<HashMap<String, KeyCache>> = RefCell::default();
}

/// The keys to check a token with, fetched if there is need.
pub fn for_token(issuer: &Issuer, token: &Token<'_>, algorithm: Algorithm) -> Result<Arc<KeySet>> {
    if algorithm == Algorithm::Hs256 {
        return Ok(Arc::default());
    }
    if let Some(pinned) = &issuer.pinned {
        return Ok(pinned.clone());
    }
    let knows = |keys: &KeySet| keys.knows(token.kid(), algorithm);
    let next = with(issuer, |cache| {
        cache.next(Instant::now(), &issuer.timing, knows)
    });
    match next {
        Next::Use(keys) => Ok(keys),
        Next::Wait(reason) => Err(unreachable(issuer, &reason)),
        Next::Fetch => match fetch(issuer)? {
            Ok(keys) => Ok(keys),
            Err(reason) => with(issuer, |cache| cache.failed(Instant::now(), reason.clone()))
                .ok_or_else(|| unreachable(issuer, &reason)),
        },
    }
}

/// Asks the issuer. The outer error is ours, the inner the issuer's.
pub fn fetch(issuer: &Issuer) -> Result<std::result::Result<Arc<KeySet>, String>> {
    let runtime = backend::runtime()?;
    with(issuer, |cache| cache.asking(Instant::now()));
    let fetch = Fetch::start(runtime, &issuer.jwks_url, issuer.timing.timeout);
    // No borrow is held here: an interrupt unwinds from within.
    let outcome = interrupt::wait(runtime, || fetch.poll());
    Ok(outcome.map(|keys| with(issuer, |cache| cache.fetched(Instant::now(), keys))))
}

fn with<T>(issuer: &Issuer, work: impl FnOnce(&mut KeyCache) -> T) -> T {
    KEYS.with_borrow_mut(|caches| match caches.get_mut(&issuer.jwks_url) {
        Some(cache) => work(cache),
        None => work(caches.entry(issuer.jwks_url.clone()).or_default()),
    })
}

/// The fault of a token whose issuer does not tell its keys.
pub fn unreachable(issuer: &Issuer, reason: &str) -> Error {
    let reason = format!(
        "The issuer's keys could not be fetched from {}: {reason}.",
        issuer.jwks_url
    );
    let hint = "Check that this machine may connect to the issuer, or pin its keys: option \"jwks\" of the issuer.";
    Fault::new(Check::Key, reason).hint(hint).into()
}
