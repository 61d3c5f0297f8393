//! What a scan brings and what it costs: rows, types, plans, paging.

mod ahead;
mod analyze;
mod bulk;
mod common;
mod cursors;
mod encoding;
mod explain;
mod explain_asked;
mod loops;
mod misfits;
mod nulls;
mod odd;
mod paging;
mod path;
mod procedures;
mod refused;
mod rows;
mod statements;
mod tables;
mod types;
mod window;
mod window_long;
