//! What a query asks for, in the API's terms: conditions, what they become, and what that costs.
//!
//! A condition is read from SQL once, when the query is planned, with places for its values ([`Filter`]). When the query
//! runs the values are known and [`bind`] makes an [`Ask`](crate::engine::Ask) of it. What the API returns for it holds
//! every row that the conditions hold for, and maybe more: Postgres looks at each row again.

mod bind;
mod cost;
mod describe;
mod field;
mod filter;
mod lucene;
mod metadata;
mod pattern;
mod range;
mod reads;
mod route;

pub use bind::{asked, bind, Binding};
pub use cost::{calls, calls_of_lists, is_looked_up, Calls};
pub use describe::describe;
pub use field::{Field, Kind};
pub use filter::{Class, Comparison, Filter, Truth, Value};
pub use lucene::{Query, Term, Test};
pub use range::shown_time;
pub use reads::Reads;
pub use route::is_whole;
