//! Where the answers of a walk past the window begin, so that each overlaps its neighbours by a row or two.
//!
//! A search may start at any row that is known and skip up to nine pages. So, from one page that has come (the base),
//! *outposts* can be asked for at once: every second page of the rows ahead. What lies between two outposts is asked
//! for by their values, ends included. If outposts are `2 × size - 2` rows apart, what lies between, with the row at
//! each end, is just one page.

use super::edge::Stamp;

/// Gaps that fit in a row before the margin is made smaller.
const PATIENCE: u32 = 64;

/// The spacing of outposts.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Rows of a page.
    size: u64,
    /// Most rows one query reaches.
    window: u64,
    /// Rows by which outposts are nearer to each other: rows that tie with an end come with the gap, too.
    margin: u64,
    fits: u32,
}

/// A page from which others are planned.
#[derive(Debug, Clone)]
pub struct Base {
    /// Place of its first row, counted from anywhere.
    pub place: u64,
    /// The values of its rows.
    pub stamps: Vec<Stamp>,
}

/// A page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outpost {
    /// The search starts with this value.
    pub from: Stamp,
    /// The page of it.
    pub page: u64,
    /// Place of its first row.
    pub place: u64,
}

impl Plan {
    /// For pages of `size` rows.
    pub fn new(size: u64, window: u64) -> Self {
        Plan {
            size,
            window,
            margin: 0,
            fits: 0,
        }
    }

    /// Where the outpost after one at `place` begins.
    pub fn next(&self, place: u64) -> u64 {
        place + 2 * self.size - 2 - self.margin
    }

    /// The outpost at `place` or, for the sake of rows that tie, a bit before. `None` if it is out of reach.
    ///
    /// The search starts with the first row of a value. Of the base's first value there may be rows before it: how many
    /// is not known, so the search starts with another.
    pub fn outpost(&self, base: &Base, place: u64) -> Option<Outpost> {
        let ahead = place.checked_sub(base.place)?;
        let low = base.stamps.first()?.at;
        let second = base.stamps.iter().position(|stamp| stamp.at > low)?;
        let row = usize::try_from(ahead % self.size).ok()?.max(second);
        let at = base.stamps.get(row)?.at;
        let row = base.stamps.iter().position(|stamp| stamp.at == at)?;
        let page = ahead.checked_sub(row as u64)? / self.size;
        if (page + 1) * self.size > self.window {
            return None;
        }
        Some(Outpost {
            from: base.stamps.get(row)?.clone(),
            page,
            place: base.place + page * self.size + row as u64,
        })
    }

    /// Tells whether a gap was one page: each that was not costs a request, a margin a hundredth of one.
    pub fn learn(&mut self, fits: bool) {
        if !fits {
            self.margin = (self.margin + 1).min(self.size / 4);
            self.fits = 0;
        } else {
            self.fits += 1;
            if self.fits == PATIENCE {
                self.margin = self.margin.saturating_sub(1);
                self.fits = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(values: impl Iterator<Item = i64>) -> Base {
        let stamp = |at: i64| Stamp {
            at,
            text: at.to_string(),
        };
        Base {
            place: 1000,
            stamps: values.map(stamp).collect(),
        }
    }

    #[test]
    fn outposts_leave_a_page_between_them() {
        let plan = Plan::new(100, 1000);
        let base = base(0..100);
        let mut place = base.place;
        let mut end = base.place + 99;
        for page in [1, 3, 5, 7, 9] {
            place = plan.next(place);
            let outpost = plan.outpost(&base, place).unwrap();
            assert_eq!((outpost.page, outpost.place), (page, place));
            assert_eq!(outpost.from.at as u64 + 1000 + 100 * page, place);
            assert_eq!(place - end + 1, 100, "with the row at each end");
            end = place + 99;
        }
        assert_eq!(plan.outpost(&base, plan.next(place)), None);
    }

    #[test]
    fn a_search_starts_with_the_first_of_rows_that_tie() {
        let plan = Plan::new(100, 1000);
        let ties = base((0..100).map(|i| i.min(90)));
        let outpost = plan.outpost(&ties, plan.next(1000)).unwrap();
        assert_eq!(
            (outpost.from.at, outpost.page, outpost.place),
            (90, 1, 1190)
        );
    }

    #[test]
    fn no_search_starts_with_a_value_that_may_have_come_before() {
        let plan = Plan::new(100, 1000);
        let ties = base((0..100).map(|i| i64::from(i == 99)));
        let outpost = plan.outpost(&ties, plan.next(1000)).unwrap();
        assert_eq!((outpost.from.at, outpost.page, outpost.place), (1, 0, 1099));
        assert_eq!(plan.outpost(&base((0..100).map(|_| 7)), 1198), None);
    }

    #[test]
    fn the_margin_follows_the_ties() {
        let mut plan = Plan::new(100, 1000);
        plan.learn(false);
        plan.learn(false);
        assert_eq!(plan.next(0), 196);
        for _ in 0..PATIENCE {
            plan.learn(true);
        }
        assert_eq!(plan.next(0), 197);
    }
}
