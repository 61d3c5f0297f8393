//! The harness: a throwaway Postgres cluster beside a simulated tenant, and the commands built on it.

pub mod bench;
pub mod check;
pub mod chroot;
pub mod cluster;
pub mod command;
pub mod database;
pub mod demo;
pub mod extension;
pub mod markdown;
pub mod pg_config;
pub mod places;
pub mod provision;
pub mod python;
pub mod world;

pub use cluster::Cluster;
pub use database::Database;
pub use markdown::{doc_sql, Block};
pub use pg_config::PgConfig;
pub use world::World;
