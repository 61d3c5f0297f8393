//! Why a token is refused.

use std::fmt;

/// The check that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It is no JSON Web Token, or one that says forbidden things about itself.
    Form,
    /// Its algorithm is not allowed.
    Algorithm,
    /// There is no key for it.
    Key,
    /// Its signature is wrong.
    Signature,
    /// It is from somebody else.
    Issuer,
    /// It is for somebody else.
    Audience,
    /// It was answered to another login.
    Nonce,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is larger than any token needs to be.
    TooLarge,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Check::Form => "form",
            Check::Algorithm => "algorithm",
            Check::Key => "key",
            Check::Signature => "signature",
            Check::Issuer => "issuer",
            Check::Audience => "audience",
            Check::Nonce => "nonce",
            Check::Expired => "expired",
            Check::NotYetValid => "not yet valid",
            Check::TooLarge => "too large",
        })
    }
}

/// A failed check, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub check: Check,
    /// What was wrong: a sentence that quotes no more of the token than a name, an address or a time.
    pub reason: String,
    /// What to do about it, where there is a usual cause.
    pub hint: Option<String>,
}

impl Fault {
    /// A failed check without advice.
    pub fn new(check: Check, reason: impl Into<String>) -> Self {
        Fault {
            check,
            reason: reason.into(),
            hint: None,
        }
    }

    /// The same with advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The longest part of a token that a message quotes.
const LONGEST_QUOTE: usize = 120;

/// A text from a token, safe to show: short, on one line, in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST_QUOTE)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
