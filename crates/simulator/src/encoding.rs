//! Compressed answers, for clients that ask for them.

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::Compression;
use std::io::Write;

/// Shorter bodies are sent as they are: compressing them gains nothing.
const LEAST: usize = 256;

/// True when an `Accept-Encoding` names gzip and does not rule it out with `q=0`.
pub fn accepts_gzip(accept_encoding: Option<&str>) -> bool {
    let Some(header) = accept_encoding else {
        return false;
    };
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let weight = words
            .find_map(|word| word.strip_prefix("q="))
            .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        named && weight > 0.0
    })
}

/// The body compressed, or None where that is not worth it.
pub fn gzip(body: &[u8]) -> Option<Bytes> {
    if body.len() < LEAST {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to a Vec cannot fail.
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_say() {
        for (header, wanted) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, br", false),
            ("identity", false),
            ("x-gzip", false),
        ] {
            assert_eq!(accepts_gzip(Some(header)), wanted, "{header}");
        }
        assert!(!accepts_gzip(None));
    }
}
