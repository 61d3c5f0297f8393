//! How two answers to a query disagree.

use super::oracle::Row;
use super::queries::Agree;
use std::collections::HashMap;

/// How two answers disagree, if they do.
pub fn differ(
    got: &[Row],
    expected: &[Row],
    agree: &Agree,
    among: Option<&[Row]>,
) -> Option<String> {
    let keys =
        |rows: &[Row], n: usize| rows.iter().map(|row| row[..n].to_vec()).collect::<Vec<_>>();
    let in_order = match agree {
        Agree::Rows => None,
        Agree::Order => Some(usize::MAX),
        Agree::Keys(n) | Agree::Some(n, _) => Some(*n),
    };
    if let Agree::Some(..) = agree {
        if got.len() != expected.len() {
            return Some(format!("{} rows instead of {}", got.len(), expected.len()));
        }
        let (extra, _) = difference(got, among.unwrap_or_default());
        if !extra.is_empty() {
            return Some(format!("rows that should not be there: {}", shown(&extra)));
        }
    } else {
        let (extra, missing) = difference(got, expected);
        if !extra.is_empty() || !missing.is_empty() {
            return Some(format!(
                "{} rows instead of {}\n  missing: {}\n  too many: {}",
                got.len(),
                expected.len(),
                shown(&missing),
                shown(&extra)
            ));
        }
    }
    let n = in_order?.min(expected.first()?.len());
    (keys(got, n) != keys(expected, n)).then(|| {
        format!(
            "another order: {} instead of {}",
            shown(&keys(got, n)),
            shown(&keys(expected, n))
        )
    })
}

/// The rows that only one of two answers has, duplicates counted.
fn difference(one: &[Row], other: &[Row]) -> (Vec<Row>, Vec<Row>) {
    let mut counts: HashMap<&Row, i64> = HashMap::new();
    one.iter()
        .for_each(|row| *counts.entry(row).or_default() += 1);
    other
        .iter()
        .for_each(|row| *counts.entry(row).or_default() -= 1);
    let of = |sign: i64| {
        let rows = counts.iter().filter(|(_, count)| **count * sign > 0);
        rows.map(|(row, _)| (*row).clone()).collect()
    };
    (of(1), of(-1))
}

fn shown(rows: &[Row]) -> String {
    let first: Vec<String> = rows
        .iter()
        .take(3)
        .map(|row| format!("{row:?}").chars().take(600).collect())
        .collect();
    format!("{} [{}]", rows.len(), first.join(", "))
}
