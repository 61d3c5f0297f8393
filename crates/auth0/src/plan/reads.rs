//! Which reads bring what is wanted of an object whose list and reads by id show different parts of it.

use crate::catalog::{ByKey, Object, Shown};

/// Beside a list, or instead of it.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// The read that each row needs, as the list does not show all that is wanted.
    pub detail: Option<&'static ByKey>,
    /// Keys that are wanted and only come with the list.
    pub listed: Vec<&'static str>,
}

impl Reads {
    /// For these keys, or for the whole object: a read by id shows it. So does it a key that nobody knows.
    pub fn of<'a>(
        object: &'static Object,
        keys: impl IntoIterator<Item = &'a str>,
        whole: bool,
    ) -> Reads {
        let Some(detail) = object.detail() else {
            return Reads::default();
        };
        let mut reads = Reads {
            detail: whole.then_some(detail),
            listed: Vec::new(),
        };
        for key in keys {
            match object.column(key).map(|column| (column.key, column.shown)) {
                Some((_, Shown::Always)) => {}
                Some((key, Shown::Listed)) => reads.listed.push(key),
                Some((_, Shown::ById)) | None => reads.detail = Some(detail),
            }
        }
        reads
    }

    /// Whether the row is found by a value of its id, without the list.
    pub fn is_looked_up(&self) -> bool {
        self.listed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn only_what_is_wanted_is_paid_for() {
        let of = |object: &str, keys: &[&'static str], whole| {
            let object = catalog::find(object).unwrap();
            let reads = Reads::of(object, keys.iter().copied(), whole);
            (reads.detail.is_some(), reads.listed)
        };
        assert_eq!(of("forms", &["id", "name"], false), (false, vec![]));
        assert_eq!(of("forms", &["nodes"], false), (true, vec![]));
        assert_eq!(of("forms", &["unheard_of"], false), (true, vec![]));
        assert_eq!(
            of("forms", &["flow_count"], true),
            (true, vec!["flow_count"])
        );
        assert_eq!(
            of("forms", &["flow_count"], false),
            (false, vec!["flow_count"])
        );
        assert_eq!(of("roles", &["unheard_of"], true), (false, vec![]));
    }
}
