//! The whole trip: a request for an object's rows becomes pages, fetched side by side and handed over in order.

mod answer;
mod clause;
mod count;
mod edge;
mod ends;
mod export;
mod fan;
mod fetch;
mod full;
mod ids;
mod import;
mod job;
mod lines;
mod listing;
mod lists;
mod log_stream;
mod lookups;
mod output;
mod pager;
mod plan;
mod request;
mod runtime;
mod scan;
mod scout;
mod tenant_job;
mod ties;
mod walk;
mod windows;
mod writer;

pub use import::{Event, Finished, Import, ImportRequest, Report, RowError};
pub use job::Job;
pub use request::{Ask, Chunk, Fan, Listing, Lookup, ScanRequest, Sketch, Sort, Term};
pub use runtime::{Runtime, Wake};
pub use scan::Scan;
pub use writer::{Done, Outcome, Sent, Writer};
