//! Durations as people write them in options.

use std::time::Duration;

/// Reads `30`, `30s`, `0.5s`, `500ms`, `2min` or `1h`; a bare number is seconds, as libpq's `connect_timeout` has it.
pub fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * factor).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, ms) in [
            ("30", 30_000),
            ("0.5", 500),
            ("500ms", 500),
            (" 2 min ", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn nonsense() {
        for text in ["", "s", "-1", "1 day", "1.2.3", "1e400h", "inf"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
