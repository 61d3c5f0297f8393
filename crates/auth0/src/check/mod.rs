//! What a server's credentials are good for: its token looked at, and one cheap call.

mod findings;

pub use findings::{findings, Finding};

use std::time::SystemTime;

use crate::catalog::{self, Object, Shape};
use crate::client::{Claims, Client, Get, Rate, Stats};
use crate::error::{Error, Result};
use crate::options::{Settings, Tenant};

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// Whom was asked.
    pub tenant: Tenant,
    /// The token: its claims, `None` if it is no JWT; or why there is none.
    pub token: Result<Option<Claims>>,
    /// What became of the one call, if one was made.
    pub probe: Option<Result<()>>,
    /// What is known of the rate limit.
    pub rate: Option<Rate>,
    /// By how many seconds the tenant's clock is ahead of ours.
    pub clock_ahead: Option<f64>,
    /// When it was seen.
    pub at: SystemTime,
}

/// Looks. At most two requests, each tried once: for a token, and a read. With a token that is no JWT nothing is sent: it
/// could only be refused.
pub async fn look(client: &Client, settings: &Settings) -> Seen {
    let settings = &Settings {
        max_retries: 0,
        ..settings.clone()
    };
    let stats = Stats::default();
    let token = client.claims(settings, &stats).await;
    let probe = match &token {
        Ok(Some(claims)) => {
            let get = probe(claims);
            Some(client.get(&get, settings, &stats, |_| Ok(())).await)
        }
        Ok(None) | Err(_) => None,
    };
    Seen {
        tenant: client.tenant().clone(),
        token,
        probe,
        rate: client.rate(),
        clock_ahead: client.clock_ahead(),
        at: SystemTime::now(),
    }
}

/// A read that the token may do, of one small answer: the first that there is. If it may do none, the answer says so,
/// and still tells of the tenant.
fn probe(claims: &Claims) -> Get {
    let mut small = catalog::OBJECTS.iter().filter(|object| is_small(object));
    let path = match small.find(|object| may_read(claims, object)) {
        Some(object) => object.path,
        None if may_read(claims, catalog::OBJECTS[0]) => "/api/v2/users?per_page=1&fields=user_id",
        None => "/api/v2/tenants/settings?fields=friendly_name",
    };
    Get {
        path: path.to_owned(),
        query: Vec::new(),
    }
}

/// One object of which every tenant has one.
fn is_small(object: &Object) -> bool {
    object.shape == Shape::One && object.variables().next().is_none()
}

fn may_read(claims: &Claims, object: &Object) -> bool {
    object.scopes.iter().any(|scope| claims.has_scope(scope))
}

/// Whether the tenant was asked and has not accepted the token.
fn is_refused(error: &Error) -> bool {
    !matches!(
        error,
        Error::MissingScope { .. } | Error::NotOffered { .. } | Error::Rejected { .. }
    )
}
