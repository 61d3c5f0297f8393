//! What Auth0 is and how to ask it, in plain Rust: nothing here knows Postgres.
//!
//! - [`catalog`]: what Auth0 has, as data
//! - [`options`]: what a DBA may declare, as data
//! - [`plan`]: what a query asks for, in the API's terms
//! - [`rows`]: how to read an answer
//! - [`client`]: how to ask: token, limiter, send, retry, typed error
//! - [`write`]: what a change of a row is in requests
//! - [`engine`]: the whole trip: from a request to pages, side by side and in order
//! - [`check`]: what a server's credentials are good for
//! - [`jwt`]: who is speaking: tokens verified
//! - [`enum@Error`], [`Holder`], [`Place`], [`secret`]: the words they share

pub mod catalog;
pub mod check;
pub mod client;
mod declared;
pub mod engine;
mod error;
pub mod jwt;
pub mod options;
pub mod plan;
pub mod rows;
pub mod secret;
pub mod write;

pub use declared::{Holder, Place};
pub use error::{Call, Error, Refusal, Result, Unreachable};
