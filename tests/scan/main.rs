//! What a scan brings and what it costs: rows, types, plans, paging.

mod common;
mod misfits;
mod nulls;
mod odd;
mod path;
mod rows;
mod statements;
mod tables;
mod types;
