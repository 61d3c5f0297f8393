//! Auth0's tokens inside Postgres: verified, bound to a transaction, asked by row-level security, made into sessions.

mod forged;
mod identity;
mod keys;
mod support;
mod trust;
