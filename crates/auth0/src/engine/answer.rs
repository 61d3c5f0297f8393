//! What an answer says of the rows behind it.

use crate::rows::Page;

/// What an answer says of the rows behind it.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// Matches of its search, as told.
    pub total: Option<u64>,
    /// Rows that follow, at least.
    pub rest: u64,
    /// Whether `rest` is their number.
    pub exact: bool,
    /// Whether there are none.
    pub is_last: bool,
}

impl Answer {
    /// Of page `number` of `size` rows. A total as big as the window means "so many or more".
    pub fn of(page: &Page, number: u64, size: u64, window: u64) -> Answer {
        let (total, rows) = (page.total(), page.rows() as u64);
        let rest = total.map_or(0, |total| total.saturating_sub(number * size + rows));
        let exact = total.is_some_and(|total| total != window);
        Answer {
            total,
            rest,
            exact,
            // A page that the window cuts short says nothing of what is behind it.
            is_last: rest == 0 && (exact || rows < size && number * size + rows < window),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Columns;

    #[test]
    fn a_total_at_the_window_may_be_more() {
        for (rows, total, number, wanted) in [
            (2, Some(5), 0, (3, true, false)),
            (1, Some(5), 2, (0, true, true)),
            (2, Some(10), 0, (8, false, false)),
            (2, Some(10), 4, (0, false, false)),
            (2, Some(11), 0, (9, true, false)),
            (2, None, 0, (0, false, false)),
            (1, None, 0, (0, false, true)),
            (0, Some(0), 0, (0, true, true)),
        ] {
            let rows = vec!["{}"; rows].join(",");
            let body = match total {
                Some(total) => format!(r#"{{"total":{total},"users":[{rows}]}}"#),
                None => format!("[{rows}]"),
            };
            let page = Page::parse(body.into_bytes(), "users", &Columns::default()).unwrap();
            let answer = Answer::of(&page, number, 2, 10);
            assert_eq!(
                (answer.rest, answer.exact, answer.is_last),
                wanted,
                "{total:?}"
            );
        }
    }
}
