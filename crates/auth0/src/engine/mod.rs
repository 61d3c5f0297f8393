//! The whole trip: a request for an object's rows becomes pages, fetched side by side and handed over in order.

mod fetch;
mod request;
mod runtime;
mod scan;
mod walk;

pub use request::{Ask, Chunk, Lookup, ScanRequest, Sort};
pub use runtime::{Runtime, Wake};
pub use scan::Scan;
