//! RFC 3339 times as Auth0 writes them, read without Postgres' general parser.
//!
//! Anything that is not exactly of this form is left to Postgres' own input functions.

/// A time in two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Microseconds from 2000-01-01 00:00 UTC: Postgres' `timestamptz`.
    pub instant: i64,
    /// The same for the wall clock as written, without its zone: Postgres' `timestamp`.
    pub wall: i64,
    /// Days from 2000-01-01 on that clock, before any rounding: Postgres' `date`.
    pub day: i32,
}

/// Days from 1970-01-01 to 2000-01-01.
const POSTGRES_EPOCH_DAYS: i64 = 10_957;
const MICROS: i64 = 1_000_000;

/// Reads `YYYY-MM-DDTHH:MM:SS[.f…](Z|±HH:MM)`, years 0001 to 9999, up to nine digits of fraction, which are rounded
/// to microseconds.
pub fn parse(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let digits = |from: usize, len: usize| -> Option<i64> {
        bytes.get(from..from + len)?.iter().try_fold(0, |n, b| {
            b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0'))
        })
    };
    let is = |at: usize, what: u8| bytes.get(at) == Some(&what);
    if !(is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':')) {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    let month_days = [
        31,
        if leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let last_day = *month_days.get(usize::try_from(month - 1).ok()?)?;
    if year < 1 || !(1..=last_day).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut at = 19;
    let mut micros = 0;
    if is(at, b'.') {
        let len = bytes
            .get(at + 1..)?
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if !(1..=9).contains(&len) {
            return None;
        }
        // Through a double, as Postgres does it, so that both round the same way.
        let fraction: f64 = text.get(at..at + 1 + len)?.parse().ok()?;
        micros = (fraction * 1e6).round_ties_even() as i64;
        at += 1 + len;
    }
    let offset_minutes = match (bytes.get(at)?, bytes.len() - at) {
        (b'Z', 1) => 0,
        (sign @ (b'+' | b'-'), 6) if is(at + 3, b':') => {
            let (hours, minutes) = (digits(at + 1, 2)?, digits(at + 4, 2)?);
            if hours > 15 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day) - POSTGRES_EPOCH_DAYS;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    let wall = seconds * MICROS + micros;
    Some(Time {
        instant: wall - offset_minutes * 60 * MICROS,
        wall,
        day: i32::try_from(days).ok()?,
    })
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970-01-01, proleptic Gregorian: years counted from March, so that the leap day is the last of one.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * shifted + shifted.div_euclid(4) - shifted.div_euclid(100)
        + shifted.div_euclid(400)
        + day_of_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        for (text, instant) in [
            ("2000-01-01T00:00:00Z", 0),
            ("2000-01-01T00:00:00.000001Z", 1),
            ("1970-01-01T00:00:00.000Z", -946_684_800_000_000),
            ("2023-01-25T19:00:27.084Z", 727_988_427_084_000),
            ("2000-02-29T00:00:00Z", 59 * 86_400 * MICROS),
            (
                "2000-03-01T00:00:00+01:00",
                60 * 86_400 * MICROS - 3600 * MICROS,
            ),
            ("2000-01-01T00:00:00.0000005Z", 0),
            ("2000-01-01T00:00:00.000001500Z", 2),
            ("1999-12-31T23:59:59.999999999Z", 0),
            ("0001-01-01T00:00:00Z", -63_082_281_600 * MICROS),
        ] {
            assert_eq!(parse(text).map(|t| t.instant), Some(instant), "{text}");
        }
        assert_eq!(parse("1999-12-31T23:59:59.999999999Z").unwrap().day, -1);
        assert_eq!(
            parse("2000-01-01T02:00:00+02:00").unwrap().wall,
            7200 * MICROS
        );
    }

    #[test]
    fn left_to_postgres() {
        for text in [
            "",
            "now",
            "infinity",
            "2023-01-25",
            "2023-01-25 19:00:27Z",
            "2023-01-25T19:00:27",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-01-00T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:60Z",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00.1234567890Z",
            "2023-01-01T00:00:00+0100",
            "0000-01-01T00:00:00Z",
            "2023-01-01T00:00:00Zx",
            "２０２３-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
