//! Whatever is called a token, a header or a JWKS is answered: no panic, no hang, at most a millisecond a kilobyte.

use std::time::{Duration, Instant};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use proptest::prelude::*;

use super::{Claims, KeySet, Token};

/// Without optimisation the bound says nothing.
const MEASURED: bool = !cfg!(debug_assertions);

/// Another process may have had the processor: the best of three counts.
fn bounded<T>(size: usize, work: impl Fn() -> T) -> T {
    let allowed = Duration::from_millis(1 + size as u64 / 1024);
    let mut tries = 0;
    loop {
        let start = Instant::now();
        let outcome = work();
        tries += 1;
        if !MEASURED || start.elapsed() <= allowed {
            return outcome;
        }
        assert!(tries < 3, "{:?} for {size} bytes", start.elapsed());
    }
}

fn token(header: &[u8], payload: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.c2ln", part(header), part(payload))
}

const HEADER: &[u8] = br#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#;
const CLAIMS: &str = r#"{"iss":"https://t/","sub":"auth0|1","aud":["a","b"],"exp":1e9,"x":{"y":[null,true,"\u00e9"]}}"#;

/// Nearly JSON: pieces of it in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0000", "\\ud800", "\"a\"", "\"iss\"", "1",
        "-", "1e999", "null", "true", " ", "é", "\u{0}",
    ]);
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".{0,400}") {
        let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
    }

    #[test]
    fn any_parts(header in prop::collection::vec(any::<u8>(), 0..100), payload in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = token(&header, &payload);
        let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
        let text = token(HEADER, &payload);
        let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
    }

    #[test]
    fn nearly_json(header in pieces(), payload in pieces()) {
        for text in [token(header.as_bytes(), CLAIMS.as_bytes()), token(HEADER, payload.as_bytes())] {
            let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
        }
        let _ = bounded(payload.len(), || KeySet::parse(payload.as_bytes()).map(|_| ()));
    }

    #[test]
    fn one_byte_changed(at in 0usize..140, byte in any::<u8>()) {
        let mut payload = CLAIMS.as_bytes().to_vec();
        let at = at % payload.len();
        payload[at] = byte;
        let text = token(HEADER, &payload);
        if let Ok(token) = Token::parse(&text) {
            // What is taken for claims is what serde_json takes for the same.
            let checked = token.claims().text("sub").map(str::to_owned);
            let json = token.into_json();
            let claims = Claims::parse(&json).unwrap();
            prop_assert_eq!(claims.text("sub"), checked.as_deref());
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.get("sub").and_then(|sub| sub.as_str()), checked.as_deref());
        }
    }
}

#[test]
fn the_worst_of_the_allowed_size() {
    let room = 180_000;
    let many = |piece: &dyn Fn(usize) -> String| {
        let mut text = String::from("{");
        let mut n = 0;
        while text.len() < room {
            text.push_str(&piece(n));
            text.push(',');
            n += 1;
        }
        text + "\"z\":0}"
    };
    let payloads = [
        many(&|n| format!("\"{n}\":0")),
        many(&|n| format!("\"{}{n}\":0", "a".repeat(100))),
        many(&|n| format!("\"\\u0061{n}\":\"\\u00e9\"")),
        format!("{{\"a\":{}{}}}", "[".repeat(90_000), "]".repeat(90_000)),
        format!("{{\"a\":[{}0]}}", "[],".repeat(60_000)),
        format!("{{\"a\":{}}}", "9".repeat(room)),
        format!("{{\"a\":0.{}e-300}}", "1".repeat(room)),
        format!("{{\"a\":\"{}\"}}", "\\n".repeat(90_000)),
        " ".repeat(room),
        "\"".repeat(room),
        "{\"a\":".repeat(30_000),
    ];
    for payload in payloads {
        let text = token(HEADER, payload.as_bytes());
        let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
        let text = token(payload.as_bytes(), b"{}");
        let _ = bounded(text.len(), || Token::parse(&text).map(|_| ()));
        let _ = bounded(payload.len(), || {
            KeySet::parse(payload.as_bytes()).map(|_| ())
        });
    }
    for text in [
        ".".repeat(200_000),
        "a.".repeat(100_000),
        "é".repeat(100_000),
        "A".repeat(260_000),
    ] {
        assert!(bounded(text.len(), || Token::parse(&text).map(|_| ())).is_err());
    }
}
