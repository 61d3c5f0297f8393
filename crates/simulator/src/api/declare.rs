//! How endpoints are declared: what most have, and a word for each departure from it.

use super::{Endpoint, Family, Param, Quirk, Range, Rows, Shape, Show};

/// An endpoint with what most have.
pub(super) const PLAIN: Endpoint = Endpoint {
    path: "",
    scopes: "",
    shape: Shape::List,
    family: Family::Bare,
    key: "",
    per_page: (1, 50, 100),
    take: (1, 50, 100),
    query: &[],
    rows: Rows::Stored,
    show: Show::All,
    id: "id",
    by_id: false,
    quirks: &[],
    secrets: ("", &[]),
};

/// A list.
pub(super) const fn list(
    path: &'static str,
    family: Family,
    key: &'static str,
    scopes: &'static str,
) -> Endpoint {
    Endpoint {
        path,
        family,
        key,
        scopes,
        ..PLAIN
    }
}

/// One row, found by its id.
pub(super) const fn one(path: &'static str, scopes: &'static str) -> Endpoint {
    Endpoint {
        path,
        scopes,
        shape: Shape::One,
        ..PLAIN
    }
}

/// An object that is there once; a 404 until it is set.
pub(super) const fn setting(path: &'static str, scopes: &'static str) -> Endpoint {
    Endpoint {
        path,
        scopes,
        shape: Shape::Setting(None),
        ..PLAIN
    }
}

/// An object that is there once, empty until it is set.
pub(super) const fn empty_setting(path: &'static str, scopes: &'static str) -> Endpoint {
    Endpoint {
        path,
        scopes,
        shape: Shape::Setting(Some("{}")),
        ..PLAIN
    }
}

impl Endpoint {
    pub(super) const fn by_id(mut self) -> Endpoint {
        self.by_id = true;
        self
    }

    pub(super) const fn by(mut self, id: &'static str) -> Endpoint {
        self.by_id = true;
        self.id = id;
        self
    }

    pub(super) const fn id(mut self, id: &'static str) -> Endpoint {
        self.id = id;
        self
    }

    pub(super) const fn per_page(mut self, range: Range) -> Endpoint {
        self.per_page = range;
        self
    }

    pub(super) const fn take(mut self, range: Range) -> Endpoint {
        self.take = range;
        self
    }

    pub(super) const fn query(mut self, query: &'static [Param]) -> Endpoint {
        self.query = query;
        self
    }

    pub(super) const fn rows(mut self, rows: Rows) -> Endpoint {
        self.rows = rows;
        self
    }

    pub(super) const fn show(mut self, show: Show) -> Endpoint {
        self.show = show;
        self
    }

    pub(super) const fn quirks(mut self, quirks: &'static [Quirk]) -> Endpoint {
        self.quirks = quirks;
        self
    }

    pub(super) const fn secrets(
        mut self,
        scopes: &'static str,
        names: &'static [&'static str],
    ) -> Endpoint {
        self.secrets = (scopes, names);
        self
    }

    /// True when it departs so.
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// True when its rows are kept under its own path.
    #[cfg(test)]
    pub fn rows_are_stored(&self) -> bool {
        matches!(self.rows, Rows::Stored)
    }

    /// The scopes, one of which is needed.
    pub fn any_of(&self) -> Vec<&'static str> {
        self.scopes.split(' ').collect()
    }
}
