//! A local Auth0 tenant for tests, demonstrations and benchmarks.
//!
//! It serves the token endpoint and the Management API over HTTP as real tenants do, odd corners included: the window of
//! 1000 rows, absent instead of null, the search index that lags, envelopes that lie, the rate limit and its headers.
//! What real tenants never do on purpose can be ordered as a [`Fault`]. Every request is kept in a journal.
//!
//! Everything is arranged and questioned through a [`Handle`], which a [`Simulator`] is: users with `put_user`, any
//! other object with `put_object`, `objects` and `set_object` (a list is named by its path), features that a tenant
//! lacks with `lack`, changes at a certain request with `after`, the rest with `configure`.
//!
//! ```
//! use simulator::{Config, Simulator};
//! let tenant = Simulator::start(Config { users: 3, ..Config::default() }).unwrap();
//! let token = tenant.token(&["read:users"]);
//! assert_eq!(tenant.user_ids().len(), 3);
//! println!("curl -H 'authorization: Bearer {token}' {}/api/v2/users", tenant.url());
//! ```

mod api;
mod auth;
mod clients;
mod config;
mod connections;
mod encoding;
mod errors;
mod export;
mod faults;
mod handle;
mod hooks;
mod ids;
mod jobs;
mod journal;
mod json;
mod keys;
mod lacks;
mod limits;
pub mod lucene;
mod metadata;
mod profile;
mod record;
mod reply;
mod request;
mod routes;
mod scopes;
mod search;
mod seed;
mod server;
mod simulator;
mod state;
mod tenant;
mod time;
mod wire;
mod world;

pub use clients::{Client, ClientSpec};
pub use config::{Config, JobPlan, Scale};
pub use faults::{Fault, FaultKind};
pub use handle::Handle;
pub use journal::Entry;
pub use keys::{rsa_pair, RsaPair};
pub use lacks::Lack;
pub use limits::Bucket;
pub use scopes::SCOPES;
pub use simulator::Simulator;
