//! Auth0's tokens: is this one genuine, for us, and still good?
//!
//! - [`Token`]: a token taken apart, nothing of it believed yet
//! - [`Issuer`]: whom a DBA trusts, and with what
//! - [`KeySet`], [`KeyCache`]: an issuer's public keys, and when to ask for them again
//! - [`Fetch`]: asking for them
//! - [`Token::verify`]: the checks
//! - [`Claims`]: what a verified token says of its holder
//! - [`session`]: the random tokens of sessions
//! - [`Fault`], [`Check`]: which check failed

mod algorithm;
mod cache;
mod claims;
mod fault;
mod fetch;
mod header;
mod issuer;
mod keys;
pub mod session;
mod strict;
mod token;
mod verify;

pub use algorithm::Algorithm;
pub use cache::{KeyCache, Next};
pub use claims::Claims;
pub use fault::{Check, Fault};
pub use fetch::Fetch;
pub use issuer::{Issuer, Timing, OPTIONS};
pub use keys::KeySet;
pub use token::Token;
pub use verify::{seconds_now, Purpose};

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod vectors;
