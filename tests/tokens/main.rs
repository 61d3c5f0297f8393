//! Auth0's tokens inside Postgres: verified, bound to a transaction, asked by row-level security, made into sessions.

mod accounts;
mod forged;
mod identity;
mod keys;
mod policies;
mod pooled;
mod postgrest;
mod rls;
mod support;
mod trust;
