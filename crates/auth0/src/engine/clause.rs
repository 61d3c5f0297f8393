//! Conditions on the ordering key, as search text.

use super::edge::Stamp;
use super::request::Sort;

/// Where a range begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The value.
    pub stamp: Stamp,
    /// Whether rows with it are wanted, too.
    pub inclusive: bool,
}

/// The search text for the rows that match `q` and lie between two values, the second included, in the order of `sort`.
pub fn range(q: Option<&str>, sort: Sort, from: Option<&Bound>, to: Option<&Stamp>) -> String {
    let start = from.map_or("*", |from| &from.stamp.text);
    let end = to.map_or("*", |to| &to.text);
    let out = from.is_some_and(|from| !from.inclusive);
    let key = sort.key;
    let range = match (sort.descending, out) {
        (false, false) => format!("{key}:[{start} TO {end}]"),
        (false, true) => format!("{key}:{{{start} TO {end}]"),
        (true, false) => format!("{key}:[{end} TO {start}]"),
        (true, true) => format!("{key}:[{end} TO {start}}}"),
    };
    and(q, &range)
}

/// The search text for the rows that match `q` and lie in no range at all: those without a time under `key`.
pub fn rest(q: Option<&str>, key: &str) -> String {
    // Not in parentheses: in Lucene, a clause that only excludes finds nothing when it stands alone in them.
    and(q, &format!("NOT {key}:[0001-01-01T00:00:00.000Z TO *]"))
}

/// The search text for the rows that match `q` and do not come before `stamp`, be it because they have no value.
pub fn not_before(q: Option<&str>, sort: Sort, stamp: &Stamp) -> String {
    let (key, text) = (sort.key, &stamp.text);
    and(
        q,
        &match sort.descending {
            false => format!("NOT {key}:[* TO {text}}}"),
            true => format!("NOT {key}:{{{text} TO *]"),
        },
    )
}

/// Both conditions.
pub fn and(q: Option<&str>, clause: &str) -> String {
    match q {
        Some(q) => format!("({q}) AND {clause}"),
        None => clause.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Sort = Sort {
        key: "created_at",
        descending: false,
    };
    const DOWN: Sort = Sort {
        key: "created_at",
        descending: true,
    };

    fn at(millis: u32) -> Stamp {
        let raw = format!(r#""2024-01-01T00:00:00.{millis:03}Z""#);
        Stamp::read(Some(&raw), false).unwrap()
    }

    #[test]
    fn ranges_in_both_directions() {
        let from = |inclusive| {
            Some(Bound {
                stamp: at(7),
                inclusive,
            })
        };
        let text = "2024-01-01T00:00:00.007Z";
        assert_eq!(
            range(None, UP, from(true).as_ref(), None),
            format!("created_at:[{text} TO *]")
        );
        assert_eq!(
            range(Some("a OR b"), UP, from(false).as_ref(), Some(&at(7))),
            format!("(a OR b) AND created_at:{{{text} TO {text}]")
        );
        assert_eq!(
            range(None, DOWN, from(true).as_ref(), None),
            format!("created_at:[* TO {text}]")
        );
        assert_eq!(
            range(None, DOWN, from(false).as_ref(), None),
            format!("created_at:[* TO {text}}}")
        );
    }

    #[test]
    fn what_is_not_before_a_value() {
        let text = "2024-01-01T00:00:00.007Z";
        assert_eq!(
            not_before(Some("a OR b"), UP, &at(7)),
            format!("(a OR b) AND NOT created_at:[* TO {text}}}")
        );
        assert_eq!(
            not_before(None, DOWN, &at(7)),
            format!("NOT created_at:{{{text} TO *]")
        );
    }
}
