//! Short words for what records are made of.

use super::{ByKey, Column, Param, ParamKind, Parent, Type};

/// A column of text.
pub const fn text(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Text, doc)
}

/// A column of an array of texts.
pub const fn texts(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::TextArray, doc)
}

/// A column of truth values.
pub const fn truth(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Bool, doc)
}

/// A column of whole numbers.
pub const fn whole(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Bigint, doc)
}

/// A column of numbers that may be fractional.
pub const fn number(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Numeric, doc)
}

/// A column of times.
pub const fn time(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Timestamptz, doc)
}

/// A column of IP addresses.
pub const fn address(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Inet, doc)
}

/// A column of whatever JSON has.
pub const fn json(name: &'static str, doc: &'static str) -> Column {
    Column::new(name, Type::Jsonb, doc)
}

/// A call that brings the one row with a value of a key.
pub const fn single(key: &'static str, path: &'static str) -> ByKey {
    ByKey {
        key,
        path,
        single: true,
    }
}

/// A query parameter about a column.
pub const fn param(name: &'static str, column: &'static str, kind: ParamKind) -> Param {
    Param { name, column, kind }
}

/// Where values in the path come from.
pub const fn parent(
    object: &'static str,
    columns: &'static [(&'static str, &'static str)],
) -> Option<Parent> {
    Some(Parent { object, columns })
}
