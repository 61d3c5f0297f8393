//! The signature algorithms that can be allowed.

use jsonwebtoken::Algorithm as Signature;

/// A signature algorithm, by its JOSE name (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5, SHA-256: what Auth0 signs with unless told otherwise.
    Rs256,
    /// RSA PKCS#1 v1.5, SHA-384.
    Rs384,
    /// RSA PKCS#1 v1.5, SHA-512.
    Rs512,
    /// RSA PSS, SHA-256.
    Ps256,
    /// ECDSA on P-256, SHA-256.
    Es256,
    /// HMAC, SHA-256: with a secret that both sides know.
    Hs256,
}

/// What kind of key an algorithm needs. A key is never used with another kind's algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An RSA public key.
    Rsa,
    /// A point on P-256.
    P256,
    /// A shared secret.
    Secret,
}

impl Algorithm {
    /// All that can be allowed.
    pub const ALL: [Algorithm; 6] = [
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Es256,
        Algorithm::Hs256,
    ];

    /// By its name, which is case-sensitive.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Its JOSE name.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
            Algorithm::Ps256 => "PS256",
            Algorithm::Es256 => "ES256",
            Algorithm::Hs256 => "HS256",
        }
    }

    /// The kind of key it needs.
    pub(super) fn kind(self) -> Kind {
        match self {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 | Algorithm::Ps256 => Kind::Rsa,
            Algorithm::Es256 => Kind::P256,
            Algorithm::Hs256 => Kind::Secret,
        }
    }

    pub(super) fn signature(self) -> Signature {
        match self {
            Algorithm::Rs256 => Signature::RS256,
            Algorithm::Rs384 => Signature::RS384,
            Algorithm::Rs512 => Signature::RS512,
            Algorithm::Ps256 => Signature::PS256,
            Algorithm::Es256 => Signature::ES256,
            Algorithm::Hs256 => Signature::HS256,
        }
    }
}
