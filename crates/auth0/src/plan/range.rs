//! Bounds of times and numbers, widened to what the API can say.

use super::filter::Comparison;

/// Microseconds from 1970-01-01 to 2000-01-01.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// Nothing in a tenant is older than 1970, and nothing is younger than what four digits of a year can say: bounds
/// beyond are widened to these.
const EARLIEST: i64 = -POSTGRES_EPOCH;
const LATEST: i64 = 252_455_615_999_999_000;

/// The bounds of a search, both included: what `value` on the right of the comparison leaves, and maybe a little more.
/// `None`: nothing can be that.
pub type Bounds = Option<(Option<String>, Option<String>)>;

/// For a time in microseconds from 2000-01-01 UTC. `None` compares for equality.
pub fn of_time(comparison: Option<Comparison>, value: i64) -> Bounds {
    let from = || Some(milliseconds(value, false));
    let to = || Some(milliseconds(value, true));
    match (comparison, value) {
        (Some(Comparison::Less), i64::MIN) | (Some(Comparison::Greater), i64::MAX) => None,
        // Rows have no infinite times.
        (None, i64::MIN | i64::MAX) => None,
        (Some(Comparison::LessEqual), i64::MIN) | (Some(Comparison::GreaterEqual), i64::MAX) => {
            None
        }
        (Some(Comparison::Less | Comparison::LessEqual), i64::MAX)
        | (Some(Comparison::Greater | Comparison::GreaterEqual), i64::MIN) => Some((None, None)),
        (Some(Comparison::Less | Comparison::LessEqual), _) => Some((None, to())),
        (Some(Comparison::Greater | Comparison::GreaterEqual), _) => Some((from(), None)),
        (None, _) => Some((from(), to())),
    }
}

/// For a whole number. The search has no syntax for negative ones, so those widen to what it can say.
pub fn of_integer(comparison: Option<Comparison>, value: i64) -> Bounds {
    let lower = |n: i64| (n >= 0).then(|| n.to_string());
    let upper = |n: i64| Some(n.max(0).to_string());
    Some(match comparison {
        Some(Comparison::Less | Comparison::LessEqual) => (None, upper(value)),
        Some(Comparison::Greater | Comparison::GreaterEqual) => (lower(value), None),
        None => (lower(value), upper(value)),
    })
}

/// A time as SQL writes it, to the millisecond before it.
pub fn shown_time(micros: i64) -> String {
    match micros {
        i64::MIN => "-infinity".to_owned(),
        i64::MAX => "infinity".to_owned(),
        _ => milliseconds(micros, false),
    }
}

/// The millisecond before or behind.
fn milliseconds(micros: i64, up: bool) -> String {
    let micros = micros.clamp(EARLIEST, LATEST);
    let rounded = if up {
        micros.saturating_add(999).div_euclid(1000)
    } else {
        micros.div_euclid(1000)
    };
    iso(rounded + POSTGRES_EPOCH / 1000)
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ` of milliseconds from 1970-01-01 on.
fn iso(milliseconds: i64) -> String {
    let (days, ms) = (
        milliseconds.div_euclid(86_400_000),
        milliseconds.rem_euclid(86_400_000),
    );
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        ms % 1000
    )
}

/// Year, month and day of a number of days from 1970-01-01 on, in the proleptic Gregorian calendar, whose years are
/// counted from March so that leap days come last.
fn civil(days: i64) -> (i64, i64, i64) {
    let from_march_0000 = days + 719_468;
    let era = from_march_0000.div_euclid(146_097);
    let day_of_era = from_march_0000.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::parse_time;
    use proptest::prelude::*;

    #[test]
    fn widened_to_the_millisecond() {
        let (from, to) = of_time(None, 1).unwrap();
        assert_eq!(from.unwrap(), "2000-01-01T00:00:00.000Z");
        assert_eq!(to.unwrap(), "2000-01-01T00:00:00.001Z");
        let (from, to) = of_time(None, -1).unwrap();
        assert_eq!(from.unwrap(), "1999-12-31T23:59:59.999Z");
        assert_eq!(to.unwrap(), "2000-01-01T00:00:00.000Z");
    }

    #[test]
    fn the_ends_of_time() {
        assert_eq!(
            of_time(Some(Comparison::Less), i64::MAX),
            Some((None, None))
        );
        assert_eq!(of_time(Some(Comparison::Greater), i64::MAX), None);
        let (from, _) = of_time(Some(Comparison::Greater), i64::MAX - 1).unwrap();
        assert_eq!(from.unwrap(), "9999-12-31T23:59:59.999Z");
        let (_, to) = of_time(Some(Comparison::Less), i64::MIN + 1).unwrap();
        assert_eq!(to.unwrap(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn negative_numbers() {
        assert_eq!(
            of_integer(Some(Comparison::Greater), -3),
            Some((None, None))
        );
        assert_eq!(of_integer(None, -3), Some((None, Some("0".into()))));
        assert_eq!(
            of_integer(None, 3),
            Some((Some("3".into()), Some("3".into())))
        );
    }

    proptest! {
        #[test]
        fn times_come_back(ms in -946_684_800_000_i64..252_455_615_999_999) {
            let (from, to) = of_time(None, ms * 1000).unwrap();
            prop_assert_eq!(parse_time(&from.unwrap()).unwrap().instant, ms * 1000);
            prop_assert_eq!(parse_time(&to.unwrap()).unwrap().instant, ms * 1000);
        }
    }
}
