//! UTC timestamps as the API writes them, and the partial dates its search understands.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub fn now_millis() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `2023-01-25T19:00:27.084Z`.
pub fn format(millis: i64) -> String {
    let days = millis.div_euclid(86_400_000);
    let rest = millis.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1000 % 60,
        rest % 1000
    )
}

/// The first and last millisecond that a full or partial date stands for:
/// `2017-12` is the whole month, a timestamp with milliseconds is one instant.
pub fn span(text: &str) -> Option<(i64, i64)> {
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let mut two_digits = || match parts.next() {
        None => Some(None),
        Some(part) => digits(part, 2).map(Some),
    };
    let month = two_digits()?;
    let day = two_digits()?;
    if parts.next().is_some() || month.is_some_and(|m| !(1..=12).contains(&m)) {
        return None;
    }
    let start = days(year, month.unwrap_or(1), day.unwrap_or(1)) * 86_400_000;
    let Some(clock) = clock else {
        let end = match (month, day) {
            (None, _) => days(year + 1, 1, 1),
            (Some(12), None) => days(year + 1, 1, 1),
            (Some(m), None) => days(year, m + 1, 1),
            (_, Some(_)) => start / 86_400_000 + 1,
        };
        return Some((start, end * 86_400_000 - 1));
    };
    day?;
    let (offset, length) = clock_span(clock)?;
    Some((start + offset, start + offset + length - 1))
}

/// The instant of a stored timestamp.
pub fn parse(text: &str) -> Option<i64> {
    text.contains('T')
        .then(|| span(text))?
        .map(|(from, _)| from)
}

/// Offset in the day and length of `hh[:mm[:ss[.fff]]][Z|±hh:mm]`.
fn clock_span(text: &str) -> Option<(i64, i64)> {
    let (clock, zone) = match text.find(['Z', '+', '-']) {
        Some(at) => (&text[..at], zone_millis(&text[at..])?),
        None => (text, 0),
    };
    let (whole, fraction) = match clock.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (clock, None),
    };
    let mut at = 0;
    let mut unit = 3_600_000;
    let mut length = 0;
    for part in whole.split(':') {
        if unit < 1000 {
            return None;
        }
        at += digits(part, 2)? * unit;
        length = unit;
        unit /= 60;
    }
    if let Some(fraction) = fraction {
        if length != 1000 || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut millis = 0;
        for i in 0..3 {
            millis = millis * 10
                + fraction
                    .as_bytes()
                    .get(i)
                    .map_or(0, |b| i64::from(b - b'0'));
        }
        at += millis;
        length = 1;
    }
    Some((at - zone, length))
}

fn zone_millis(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let rest = text[1..].replace(':', "");
    if rest.len() != 4 {
        return None;
    }
    let minutes = digits(&rest[..2], 2)? * 60 + digits(&rest[2..], 2)?;
    Some(sign * minutes * 60_000)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Days since 1970 of a proleptic Gregorian date (a day beyond the month runs into the next one).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days`].
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2000-02-29T23:59:59.999Z",
            "2023-01-25T19:00:27.084Z",
            "1899-12-31T00:00:00.001Z",
        ] {
            assert_eq!(format(parse(text).unwrap()), text);
        }
        assert_eq!(parse("2023-01-25T19:00:27.084Z"), Some(1_674_673_227_084));
    }

    #[test]
    fn partial_dates() {
        let shown = |text| span(text).map(|(a, b)| (format(a), format(b)));
        let pair = |a: &str, b: &str| Some((a.to_string(), b.to_string()));
        assert_eq!(
            shown("2017-12"),
            pair("2017-12-01T00:00:00.000Z", "2017-12-31T23:59:59.999Z")
        );
        assert_eq!(
            shown("2020"),
            pair("2020-01-01T00:00:00.000Z", "2020-12-31T23:59:59.999Z")
        );
        assert_eq!(
            shown("2024-02-29"),
            pair("2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z")
        );
        assert_eq!(
            shown("2024-02-29T10:00:01Z"),
            pair("2024-02-29T10:00:01.000Z", "2024-02-29T10:00:01.999Z")
        );
        assert_eq!(
            shown("2024-02-29T00:30:00.5+01:00"),
            pair("2024-02-28T23:30:00.500Z", "2024-02-28T23:30:00.500Z")
        );
        for bad in [
            "",
            "20",
            "2020-13",
            "2020-1",
            "now",
            "2020-01T10:00",
            "2020-01-01T1",
        ] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }
}
