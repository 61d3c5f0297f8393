//! What a request costs in calls.

use super::bind::MOST_LOOKUPS;

/// Values of a key that fit into one search, on average.
const VALUES_PER_SEARCH: f64 = 45.0;

/// Estimated calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calls(pub f64);

/// For rows that come page by page.
pub fn calls(rows: f64, page_size: u32) -> Calls {
    Calls((rows / f64::from(page_size.max(1))).ceil().max(1.0))
}

impl Calls {
    /// For rows that are looked up by so many values of a key.
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
}
