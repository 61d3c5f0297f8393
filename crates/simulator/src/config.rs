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
    /// Serves https, too, on a port of its own (see `Simulator::secure_url`), for clients that speak nothing else.
    pub secure_door: bool,
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
    /// Compresses answers for clients that say `Accept-Encoding: gzip`.
    pub gzip: bool,
    /// Searches of more clauses than this exceed the timeout: 503.
    pub slow_clauses: Option<usize>,
    /// A search shows at most so many bytes of a user; whoever is larger is complete only by id.
    pub search_user_bytes: usize,
    /// So many of the seeded users were created in one and the same millisecond.
    pub tied_users: usize,
    /// Seeds users whose values are awkward to compare, to quote and to parse.
    pub odd_values: bool,
    /// How exports and imports go.
    pub jobs: JobPlan,
    /// How many objects beside users are seeded.
    pub scale: Scale,
    /// How long the `next` of a checkpoint listing can be used.
    pub checkpoint_lifetime: Duration,
}

/// How many objects beside users are seeded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Of each kind that is listed at the top: roles, clients, connections, groups, actions …
    pub each: usize,
    /// Below each of these: permissions of a role, versions of an action, and of each of the first users.
    pub children: usize,
    /// How many of the first users have children (sessions, tokens, authentication methods …).
    pub users_with_children: usize,
    /// Organizations.
    pub organizations: usize,
    /// Members of all organizations together.
    pub members: usize,
    /// Tenant logs.
    pub logs: usize,
}

impl Default for Scale {
    fn default() -> Scale {
        Scale {
            each: 7,
            children: 3,
            users_with_children: 5,
            organizations: 7,
            members: 21,
            logs: 60,
        }
    }
}

/// How exports and imports go.
#[derive(Debug, Clone, PartialEq)]
pub struct JobPlan {
    /// How many times GET /jobs/{id} still says `pending`.
    pub pending_polls: usize,
    /// How many times after that it says `processing`.
    pub processing_polls: usize,
    /// No job is done sooner than this.
    pub takes: Duration,
    /// Jobs end as `failed`, with this as their `status_details`.
    pub failure: Option<String>,
    /// How long an export's `location` may be downloaded from; every GET of the job gives a new one.
    pub location_lifetime: Duration,
    /// False: the location comes without `https://`, as in one of the documented samples.
    pub location_scheme: bool,
    /// False: exported files are not compressed.
    pub gzip: bool,
}

impl Default for JobPlan {
    fn default() -> JobPlan {
        JobPlan {
            pending_polls: 1,
            processing_polls: 1,
            takes: Duration::ZERO,
            failure: None,
            location_lifetime: Duration::from_secs(60),
            location_scheme: true,
            gzip: true,
        }
    }
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
            secure_door: false,
            token_lifetime: Duration::from_secs(86_400),
            custom_domain_conflict: false,
            unstable_ties: false,
            rotations: 0,
            previous_key_revoked: false,
            jwks: None,
            max_uri: 8192,
            gzip: true,
            slow_clauses: None,
            search_user_bytes: 1 << 20,
            tied_users: 0,
            odd_values: false,
            jobs: JobPlan::default(),
            scale: Scale::default(),
            checkpoint_lifetime: Duration::from_secs(86_400),
        }
    }
}
