//! What can be chosen about a simulated tenant.

use crate::limits::Bucket;
use std::time::Duration;

/// The choices; `Config::default()` is a small tenant that behaves like a real one, without a rate limit.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many users are seeded.
    pub users: usize,
    /// The same seed gives the same users.
    pub seed: u64,
    /// How many rows of a listing can be paged to; None lifts the limit, which no real tenant does.
    pub window: Option<usize>,
    /// The most that `total` will say; None for the true number.
    pub total_cap: Option<usize>,
    /// The rate limit; None for neither limit nor headers.
    pub bucket: Option<Bucket>,
    /// Waited before every answer.
    pub latency: Duration,
    /// How long search does not see a write made through the API.
    pub index_lag: Duration,
    /// Pads every seeded user to about this many bytes of JSON, with all documented attributes.
    pub user_bytes: Option<usize>,
    /// Port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// Answers listings with a bare array even when totals were asked for.
    pub always_bare: bool,
    /// Serves https with a self-signed certificate (see `Simulator::certificate`) instead of http.
    pub tls: bool,
    /// Lifetime of tokens, unless the client has its own.
    pub token_lifetime: Duration,
    /// POST /users without the header `auth0-custom-domain` is refused, as where several custom domains are verified.
    pub custom_domain_conflict: bool,
    /// Users that tie in a sort come in another order in every answer, as real tenants are free to do.
    /// (A request with `primary_order=false` gets this anyway.)
    pub unstable_ties: bool,
    /// How often the signing key has been rotated.
    pub rotations: usize,
    /// Whether the key before the current one is published no more.
    pub previous_key_revoked: bool,
    /// Served as the JWKS instead of the true one, whatever it is.
    pub jwks: Option<String>,
    /// Longest request target; a longer one is answered 414. Auth0 publishes no figure.
    pub max_uri: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            users: 0,
            seed: 1,
            window: Some(1000),
            total_cap: Some(1000),
            bucket: None,
            latency: Duration::ZERO,
            index_lag: Duration::ZERO,
            user_bytes: None,
            port: 0,
            always_bare: false,
            tls: false,
            token_lifetime: Duration::from_secs(86_400),
            custom_domain_conflict: false,
            unstable_ties: false,
            rotations: 0,
            previous_key_revoked: false,
            jwks: None,
            max_uri: 8192,
        }
    }
}
