//! Identifiers in the API's forms, made from a text so that the same text gives the same one in every run.

use ring::digest::{digest, SHA256};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `prefix` and `length` letters and digits that depend on `from`.
pub fn made(prefix: &str, from: &str, length: usize) -> String {
    let mut out = String::from(prefix);
    out.extend(bytes(prefix, from, length).map(|byte| char::from(LETTERS[usize::from(byte) % 62])));
    out
}

/// `length` hexadecimal digits that depend on `from`.
pub fn hex(from: &str, length: usize) -> String {
    bytes("hex", from, length)
        .map(|byte| char::from(b"0123456789abcdef"[usize::from(byte) % 16]))
        .collect()
}

/// A UUID that depends on `from`.
pub fn uuid(from: &str) -> String {
    let hex = hex(from, 32);
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// As many bytes as are asked for, a digest after the other.
fn bytes(purpose: &str, from: &str, length: usize) -> impl Iterator<Item = u8> {
    let seed = format!("{purpose}\u{0}{from}");
    (0..)
        .flat_map(move |round: usize| {
            let text = format!("{seed}\u{0}{round}");
            digest(&SHA256, text.as_bytes()).as_ref().to_vec()
        })
        .take(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let id = made("con_", "a", 16);
        assert_eq!((id.len(), &id[..4]), (20, "con_"));
        assert_eq!(id, made("con_", "a", 16));
        assert_ne!(id, made("con_", "b", 16));
        assert_eq!(hex("a", 70).len(), 70);
    }
}
