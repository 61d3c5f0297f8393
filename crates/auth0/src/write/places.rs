//! Which rows of a statement something is true of, told in few words.

use std::fmt;

/// Runs that are told; more make no error easier to read.
const TOLD: usize = 20;

/// Places of rows in a statement, from 1, in runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Places {
    /// First and last of each run, in order; none touches another.
    runs: Vec<(u64, u64)>,
}

impl Places {
    /// Takes in one more.
    pub fn add(&mut self, place: u64) {
        let at = self.runs.partition_point(|(_, last)| *last < place);
        match self.runs.get(at) {
            Some((first, _)) if *first <= place => return,
            _ => self.runs.insert(at, (place, place)),
        }
        self.join(at + 1);
        self.join(at);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.runs.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// How many, and which: by these names, if they are of all.
    pub fn told(&self, named: &[String]) -> String {
        match self.count() {
            0 => "0".to_owned(),
            count if count == named.len() as u64 => format!("{count} ({})", named.join(", ")),
            count => format!("{count} ({self})"),
        }
    }

    /// Joins the run at `at` to the one before if they touch.
    fn join(&mut self, at: usize) {
        let Some(before) = at.checked_sub(1) else {
            return;
        };
        let (Some(&(_, end)), Some(&(start, last))) = (self.runs.get(before), self.runs.get(at))
        else {
            return;
        };
        if end + 1 == start {
            self.runs.remove(at);
            if let Some(run) = self.runs.get_mut(before) {
                run.1 = last;
            }
        }
    }
}

/// `row 3` or `rows 1–399, 401`.
impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(first, last): &(u64, u64)| match first == last {
            true => first.to_string(),
            false => format!("{first}–{last}"),
        };
        let runs: Vec<String> = self.runs.iter().take(TOLD).map(shown).collect();
        let rows = if self.count() == 1 { "row" } else { "rows" };
        let more = if self.runs.len() > TOLD { ", …" } else { "" };
        write!(f, "{rows} {}{more}", runs.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: &[u64]) -> Places {
        let mut all = Places::default();
        places.iter().for_each(|place| all.add(*place));
        all
    }

    #[test]
    fn runs_in_any_order() {
        assert_eq!(of(&[3]).to_string(), "row 3");
        assert_eq!(of(&[1, 2, 3, 5]).to_string(), "rows 1–3, 5");
        assert_eq!(of(&[5, 1, 3, 2, 2, 3]).to_string(), "rows 1–3, 5");
        assert_eq!(of(&[4, 2, 3, 1]), of(&[1, 2, 3, 4]));
        let names = ["row 1 (a)".to_owned(), "row 2 (b)".to_owned()];
        assert_eq!(of(&[]).told(&[]), "0");
        assert_eq!(of(&[1, 2]).told(&names), "2 (row 1 (a), row 2 (b))");
        assert_eq!(of(&[1, 2, 3]).told(&names), "3 (rows 1–3)");
        let odd: Vec<u64> = (0..50).map(|n| 2 * n + 1).collect();
        let odd = of(&odd);
        assert_eq!(odd.count(), 50);
        assert!(odd.to_string().ends_with(", 37, 39, …"), "{odd}");
    }
}
