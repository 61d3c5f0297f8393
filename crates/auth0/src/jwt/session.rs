//! The tokens of sessions: 256 random bits, handed out once; what is kept is their hash.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{digest, SHA256};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;

/// Bytes of randomness in a token. With so many a plain hash is enough: nobody can try them out.
const RANDOM_BYTES: usize = 32;

/// A new token, and what to keep of it. None if the system has no randomness.
pub fn issue() -> Option<(String, Vec<u8>)> {
    let mut random = [0; RANDOM_BYTES];
    SystemRandom::new().fill(&mut random).ok()?;
    let token = URL_SAFE_NO_PAD.encode(random);
    let hash = hash(&token);
    Some((token, hash))
}

/// What is kept of a token, and looked for. Whatever is shown as a token is hashed, so that the work, and the time it
/// takes, says nothing about how near a guess was.
pub fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// Whether two hashes are the same, in constant time.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_found_again() {
        let (one, kept) = issue().unwrap();
        let (other, _) = issue().unwrap();
        assert_ne!(one, other);
        assert_eq!((one.len(), kept.len()), (43, 32));
        assert!(same(&hash(&one), &kept) && !same(&hash(&other), &kept) && !same(&[], &kept));
    }

    #[test]
    fn sha256_of_the_standard() {
        let hex: String = hash("abc")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
