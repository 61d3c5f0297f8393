//! The ground the other tests stand on: Postgres, the harness, and the SQL of the documents.

mod documents;
mod smoke;
