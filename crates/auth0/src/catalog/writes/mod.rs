//! How the objects that can be written are written, as data: one record for each, beside its read record.

mod access;
mod applications;
mod connections;
mod experiments;
mod extensibility;
mod guardian;
mod organizations;
pub mod record;
mod settings;
mod tenant;
mod users;
mod words;

pub use record::{
    Act, Answer, Batch, Companion, Delete, Element, Insert, Merged, Method, Op, Update, Writes,
};

use super::Object;

/// Every record.
pub fn all() -> impl Iterator<Item = &'static Writes> {
    [
        users::WRITES,
        access::WRITES,
        organizations::WRITES,
        applications::WRITES,
        connections::WRITES,
        extensibility::WRITES,
        tenant::WRITES,
        settings::WRITES,
        guardian::WRITES,
        experiments::WRITES,
    ]
    .into_iter()
    .flatten()
}

/// How `object` is written; `None` if it is read-only.
pub fn writes(object: &Object) -> Option<&'static Writes> {
    all().find(|writes| writes.object == object.name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::catalog::{find, template, OBJECTS};

    #[test]
    fn what_a_record_names_is_there() {
        let mut seen = HashSet::new();
        for record in all() {
            let at = record.object;
            assert!(seen.insert(at), "{at} twice");
            let object = find(at).unwrap_or_else(|| panic!("no object {at}"));
            let own = |column: &str| assert!(object.named(column).is_some(), "{at}: {column}");
            assert!(!record.can().is_empty(), "{at}");
            for op in record.can() {
                record.keys(op).into_iter().for_each(own);
            }
            if let Some(insert) = &record.insert {
                insert.writable().into_iter().for_each(own);
                let writable = insert.writable();
                for column in insert.needed() {
                    assert!(writable.contains(&column), "{at}: {column}");
                }
                assert!(insert.batch.is_none() || insert.columns.is_empty(), "{at}");
                assert!(insert.path.starts_with("/api/v2/"), "{at}");
            }
            if let Some(update) = &record.update {
                update.writable().into_iter().for_each(own);
                let has =
                    |column: &&str| assert!(update.columns.contains(column), "{at}: {column}");
                update.nullable.iter().for_each(has);
                update.merged.iter().for_each(|merged| has(&merged.column));
                update.apart.iter().for_each(|(a, b)| {
                    has(a);
                    has(b);
                });
                for companion in update.companions {
                    companion.of.iter().for_each(has);
                    assert!(!update.columns.contains(&companion.column), "{at}");
                }
                for column in template::variables(update.path) {
                    assert!(!update.writable().contains(&column), "{at}: {column}");
                }
                assert!(!update.columns.is_empty(), "{at}");
            }
        }
    }

    #[test]
    fn what_never_comes_back_can_be_sent() {
        for object in OBJECTS {
            for column in object.columns.iter().filter(|column| column.write_only) {
                let record = writes(object).unwrap_or_else(|| panic!("{}", object.name));
                let insert = record.insert.iter().flat_map(Insert::writable);
                let update = record.update.iter().flat_map(Update::writable);
                let known = insert.chain(update).any(|name| name == column.name);
                assert!(known, "{}.{}", object.name, column.name);
            }
        }
    }

    #[test]
    fn the_columns_of_a_batch_say_which_row() {
        for record in all() {
            let (Some(insert), Some(delete)) = (&record.insert, &record.delete) else {
                continue;
            };
            let bound = delete
                .batch
                .as_ref()
                .is_some_and(|batch| matches!(batch.element, Element::Binding(..)));
            // What is bound is one thing, the binding another.
            if insert.batch.is_some() && !bound {
                let (mut made, mut gone) = (insert.needed(), delete.needed());
                // What can be changed is more than who it is.
                let changed = record.update.as_ref().map(Update::writable);
                made.retain(|column| !changed.iter().flatten().any(|one| one == column));
                made.sort_unstable();
                gone.sort_unstable();
                assert_eq!(made, gone, "{}", record.object);
            }
        }
    }
}
