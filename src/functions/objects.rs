//! The catalogue as rows.

use auth0::catalog::writes::{writes, Op};
use auth0::catalog::{Object, OBJECTS};
use auth0::write::writable;
use pgrx::iter::TableIterator;
use pgrx::{name, pg_extern};

/// A row for each object, in the order of the import.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn list_objects() -> TableIterator<
    'static,
    (
        name!(object, &'static str),
        name!(area, &'static str),
        name!(doc, &'static str),
        name!(endpoint, String),
        name!(scopes, Vec<&'static str>),
        name!(keys, Vec<&'static str>),
        name!(filters, Vec<&'static str>),
        name!(required, Vec<&'static str>),
        name!(paging, &'static str),
        name!(parent, Option<&'static str>),
        name!(secrets, Vec<&'static str>),
        name!(insertable, Vec<&'static str>),
        name!(updatable, Vec<&'static str>),
        name!(deletable, bool),
    ),
> {
    TableIterator::new(OBJECTS.iter().map(|object: &&'static Object| {
        (
            object.name,
            object.area,
            object.doc,
            format!("GET {}", object.path),
            object.scopes.to_vec(),
            object.look_ups(),
            object.filters(),
            object.required(),
            object.paging_word(),
            object.parent.as_ref().map(|parent| parent.object),
            object.secrets.to_vec(),
            writable(object, Op::Insert),
            writable(object, Op::Update),
            writes(object).is_some_and(|record| record.allows(Op::Delete)),
        )
    }))
}
