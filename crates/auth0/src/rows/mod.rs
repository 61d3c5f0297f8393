//! How to read what the API answers: pages into rows, rows into values.
//!
//! A [`Page`] keeps the body as it came and remembers where each wanted value stands in it, so nothing is copied
//! until a column's type is known.

mod columns;
mod index;
mod named;
mod page;
mod path;
pub mod redact;
mod scalar;
mod shape;
mod time;

pub use columns::Columns;
pub use page::Page;
pub use path::Path;
pub use scalar::{bool_of_text, integer, Json, Odd};
pub use shape::shown as shown_shape;
pub use time::{parse as parse_time, Time};
