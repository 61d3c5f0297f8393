//! How the objects that can be written are written, as data: one record for each, beside its read record.

mod access;
mod organizations;
pub mod record;
mod users;

pub use record::{
    Answer, Batch, Companion, Delete, Element, Insert, Merged, Method, Nullable, Op, Update, Writes,
};

use super::Object;

/// Every record.
fn all() -> impl Iterator<Item = &'static Writes> {
    [users::WRITES, access::WRITES, organizations::WRITES]
        .into_iter()
        .flatten()
}

/// How `object` is written; `None` if it is read-only.
pub fn writes(object: &Object) -> Option<&'static Writes> {
    all().find(|writes| writes.object == object.name)
}
