//! The words that records of writes are written in: what most of them have, and the kinds of calls there are.

use super::record::{Answer, Batch, Delete, Element, Insert, Method, Update, Writes};

/// An object that cannot be written; records give what can.
pub const NONE: Writes = Writes {
    object: "",
    insert: None,
    update: None,
    delete: None,
    secrets: &[],
};

/// An insert with what most have.
pub const MAKE: Insert = Insert {
    method: Method::Post,
    path: "",
    columns: &[],
    required: &[],
    absent: None,
    keys: &[],
    answer: Answer::Row,
    batch: None,
};

/// `POST`, answered with the row.
pub const fn post(
    path: &'static str,
    required: &'static [&'static str],
    columns: &'static [&'static str],
) -> Option<Insert> {
    Some(Insert {
        path,
        columns,
        required,
        ..MAKE
    })
}

/// An update with what most have.
pub const CHANGE: Update = Update {
    method: Method::Patch,
    path: "",
    columns: &[],
    merged: &[],
    nullable: &[],
    apart: &[],
    companions: &[],
    acts: &[],
    whole: false,
    batch: None,
    keys: &[],
    answer: Answer::Row,
};

/// `PATCH`, answered with the row.
pub const fn patch(path: &'static str, columns: &'static [&'static str]) -> Option<Update> {
    Some(Update {
        path,
        columns,
        ..CHANGE
    })
}

/// `DELETE` of one row.
pub const fn delete(path: &'static str) -> Option<Delete> {
    Some(Delete {
        method: Method::Delete,
        path,
        batch: None,
    })
}

/// `POST` of rows of a link table, answered with nothing of use.
pub const fn tie(path: &'static str, batch: Batch) -> Option<Insert> {
    Some(Insert {
        path,
        answer: Answer::Nothing,
        batch: Some(batch),
        ..MAKE
    })
}

/// `DELETE` of rows of a link table.
pub const fn cut(path: &'static str, batch: Batch) -> Option<Delete> {
    Some(Delete {
        method: Method::Delete,
        path,
        batch: Some(batch),
    })
}

/// All rows with this path, and new ones.
pub const fn put_among(method: Method, path: &'static str, batch: Batch) -> Option<Insert> {
    Some(Insert {
        method,
        path,
        answer: Answer::Nothing,
        batch: Some(batch.whole()),
        ..MAKE
    })
}

/// All rows with this path but for some.
pub const fn put_without(method: Method, path: &'static str, batch: Batch) -> Option<Delete> {
    Some(Delete {
        method,
        path,
        batch: Some(batch.whole()),
    })
}

/// Rows as the values of a column, under a key.
pub const fn scalars(key: &'static str, column: &'static str, most: usize) -> Batch {
    Batch {
        key,
        element: Element::Scalar(column),
        most,
        whole: false,
    }
}

/// A row as a reference of this type to the value of a column, with its name or without.
pub const fn binding(kind: &'static str, column: &'static str, named: bool) -> Batch {
    Batch {
        key: "bindings",
        element: Element::Binding(kind, column, named),
        most: usize::MAX,
        whole: false,
    }
}

/// A row as an entry of an object.
pub const fn entry(name: &'static str, value: &'static str) -> Batch {
    Batch {
        key: "",
        element: Element::Entry(name, value),
        most: 1,
        whole: false,
    }
}

/// Rows as objects, under a key.
pub const fn objects(key: &'static str, columns: &'static [&'static str], most: usize) -> Batch {
    Batch {
        key,
        element: Element::Object(columns, None),
        most,
        whole: false,
    }
}
