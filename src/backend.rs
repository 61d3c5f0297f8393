//! What outlives a statement: the network thread, and for each server and user mapping a warm client.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use auth0::client::{Client, Credentials};
use auth0::engine::Runtime;
use auth0::options::Tenant;
use auth0::Result;
use pgrx::pg_sys::Oid;

/// The network thread, started by the first statement that needs it. Never in the postmaster: a thread would not
/// survive the fork, and nothing there runs statements.
pub fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let started = Runtime::start()?;
    Ok(RUNTIME.get_or_init(|| started))
}

/// Whose client: a server's, for the user mapping whose credentials it has (or the server's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Foreign server.
    pub server: Oid,
    /// User mapping, or invalid when the credentials are the server's.
    pub mapping: Oid,
}

/// All that a client is made from. When any of it has changed, the client is made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where.
    pub tenant: Tenant,
    /// As whom.
    pub credentials: Credentials,
    /// Longest time to connect.
    pub connect_timeout: Duration,
}

thread_local! {
    static CLIENTS: RefCell<HashMap<Owner, (Identity, Arc<Client>)>> = RefCell::default();
}

/// The client for these credentials: the warm one if nothing has changed. Options and secrets are read again by every
/// statement, so a changed one takes effect with the next.
pub fn client(owner: Owner, identity: Identity) -> Result<Arc<Client>> {
    CLIENTS.with_borrow_mut(|clients| {
        if let Some((known, client)) = clients.get(&owner) {
            if *known == identity {
                return Ok(client.clone());
            }
        }
        let Identity {
            tenant,
            credentials,
            connect_timeout,
        } = identity.clone();
        let client = Arc::new(Client::new(tenant, credentials, connect_timeout)?);
        clients.insert(owner, (identity, client.clone()));
        Ok(client)
    })
}
