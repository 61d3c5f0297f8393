//! What a request costs in calls.

use super::bind::MOST_LOOKUPS;
use super::reads::Reads;
use crate::catalog::{self, template, Object};

/// Values of a key that fit into one search, on average.
const VALUES_PER_SEARCH: f64 = 45.0;

/// The price of what cannot be asked: any other way is better.
const IMPOSSIBLE: f64 = 1e8;

/// Estimated calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calls(pub f64);

/// For rows that come page by page.
pub fn calls(rows: f64, page_size: u32) -> Calls {
    Calls((rows / f64::from(page_size.max(1))).ceil().max(1.0))
}

/// For the rows of an object whose list takes no search. `known` says of how many values of a key rows are wanted, `rows`
/// how many rows another object has, `found` how many rows come, `reads` what is wanted of them.
pub fn calls_of_lists(
    object: &Object,
    known: &dyn Fn(&str) -> Option<f64>,
    rows: &dyn Fn(&str) -> f64,
    found: f64,
    page_size: u32,
    reads: &Reads,
) -> Calls {
    let values = |variable: &str| known(object.key_of(variable)).map(|values| values.max(1.0));
    for by in object.by_key.iter().filter(|_| reads.is_looked_up()) {
        let values: Option<f64> = template::variables(by.path).map(values).product();
        if let Some(calls) = values {
            return Calls(calls);
        }
    }
    // Each row of the list, once more.
    let details = if reads.detail.is_some() { found } else { 0.0 };
    if object.required().iter().any(|name| values(name).is_none()) {
        return Calls(IMPOSSIBLE);
    }
    let (mut lists, mut before) = (1.0, 0.0);
    let from_parent = |variable: &str| {
        let parent = object.parent.as_ref()?;
        parent.columns.iter().find(|(own, _)| *own == variable)
    };
    let mut missing = false;
    for variable in object.variables() {
        let fixed = object.values.iter().find(|(name, _)| *name == variable);
        match (values(variable), fixed) {
            (Some(values), _) => lists *= values,
            (None, Some((_, values))) => lists *= values.len() as f64,
            (None, None) => missing |= from_parent(variable).is_some(),
        }
    }
    if let Some((parent, of)) = object
        .parent
        .as_ref()
        .filter(|_| missing)
        .and_then(|parent| Some((parent, catalog::find(parent.object)?)))
    {
        // The parent's rows have what is known already.
        let given = |key: &str| {
            let column = parent
                .columns
                .iter()
                .find(|(_, theirs)| of.key_of(theirs) == key);
            column.and_then(|(own, _)| values(own))
        };
        let given_some = of
            .variables()
            .any(|variable| given(of.key_of(variable)).is_some());
        let all = rows(of.name);
        let here = match given_some {
            // One parent's share: nothing is known of how they are spread.
            true => all.min(f64::from(page_size)),
            false => all,
        };
        let above = match of.is_searched() {
            true => calls(here, page_size),
            false => calls_of_lists(of, &given, rows, here, page_size, &Reads::default()),
        };
        before = above.0;
        lists = here.max(1.0);
    }
    let size = object.paging.most().map_or(f64::INFINITY, |most| {
        (most as f64).min(f64::from(page_size))
    });
    if !missing && lists == 1.0 {
        // Several values of a parameter are a list each.
        let mut params = object.params.iter().filter(|param| param.kind.is_of_one());
        let several = |values: &f64| (2.0..=MOST_LOOKUPS as f64).contains(values);
        let values = params.find_map(|param| values(param.column).filter(several));
        lists = values.unwrap_or(lists);
    }
    let pages = (found / lists / size).ceil().max(1.0);
    Calls(before + lists * pages + details)
}

/// Whether so many values of a key of this object are looked up rather than its list read, which takes `whole` calls.
/// Children are: their lists cost a call each, be they ever so many.
pub fn is_looked_up(object: &Object, values: f64, whole: Calls) -> bool {
    object.variables().next().is_some() || values <= whole.0.max(MOST_LOOKUPS as f64)
}

impl Calls {
    /// For rows that are looked up by so many values of a key, or searched for.
    pub fn of_values(values: f64) -> Calls {
        let values = values.max(1.0);
        if values <= MOST_LOOKUPS as f64 {
            Calls(values.ceil())
        } else {
            Calls((values / VALUES_PER_SEARCH).ceil())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_as_they_are_made() {
        assert_eq!(calls(0.0, 100), Calls(1.0));
        assert_eq!(calls(101.0, 100), Calls(2.0));
        assert_eq!(Calls::of_values(1.0), Calls(1.0));
        assert_eq!(Calls::of_values(10.0), Calls(10.0));
        assert_eq!(Calls::of_values(1000.0), Calls(23.0));
    }

    #[test]
    fn lists_are_counted_with_their_parents() {
        let rows = |object: &str| match object {
            "users" => 2000.0,
            "organizations" => 300.0,
            _ => 1000.0,
        };
        let of = |name: &str, known: &[(&str, f64)], found: f64| {
            let object = catalog::find(name).unwrap();
            let known = |key: &str| known.iter().find(|(k, _)| *k == key).map(|(_, n)| *n);
            calls_of_lists(object, &known, &rows, found, 100, &Reads::default()).0
        };
        assert_eq!(of("roles", &[], 250.0), 3.0);
        assert_eq!(of("roles", &[("id", 7.0)], 7.0), 7.0);
        assert_eq!(of("user_roles", &[], 1000.0), 20.0 + 2000.0);
        assert_eq!(of("user_roles", &[("user_id", 1.0)], 5.0), 1.0);
        assert_eq!(of("user_roles", &[("user_id", 2.0)], 600.0), 6.0);
        assert_eq!(of("organization_members", &[], 90_000.0), 3.0 + 900.0);
        assert_eq!(
            of(
                "organization_member_roles",
                &[("organization_id", 1.0)],
                10.0
            ),
            1.0 + 100.0
        );
        assert_eq!(of("tenant_settings", &[], 1000.0), 1.0);
        // A call for each value of a parameter, as long as they are few and the list is one.
        assert_eq!(of("roles", &[("name", 3.0)], 3.0), 3.0);
        assert_eq!(of("roles", &[("name", 30.0)], 30.0), 1.0);
        assert_eq!(
            of("refresh_tokens", &[("client_id", 9.0)], 1000.0),
            20.0 + 2000.0
        );
    }

    #[test]
    fn a_row_that_the_list_shows_in_part_costs_a_call_more() {
        let flows = catalog::find("flows").unwrap();
        let of = |key: &'static str, ids: Option<f64>, found: f64| {
            let reads = Reads::of(flows, [key], false);
            calls_of_lists(flows, &|_| ids, &|_| 1000.0, found, 100, &reads).0
        };
        assert_eq!(of("name", None, 250.0), 3.0);
        assert_eq!(of("actions", None, 250.0), 3.0 + 250.0);
        assert_eq!(of("actions", Some(12.0), 12.0), 12.0);
        let whole = Calls(253.0);
        assert!(is_looked_up(flows, 12.0, whole) && !is_looked_up(flows, 254.0, whole));
    }
}
