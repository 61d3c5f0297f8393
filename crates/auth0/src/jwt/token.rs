//! A token taken apart (RFC 7515 §7.1, compact form). Nothing of it is believed yet.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeSliceError, Engine};

use super::fault::{Check, Fault};
use super::header::Header;
use super::{strict, Claims};

/// Auth0 lets custom claims take 100 kB; base64 adds a third, and some room for the rest.
const LONGEST: usize = 256 * 1024;

/// The claims that the checks look at; the others are wanted only of a token that has passed them.
const CHECKED: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "azp",
    "nonce",
    "scope",
    "permissions",
    "at_hash",
    "c_hash",
    "auth_time",
    "sid",
    "email_verified",
    "nickname",
];

/// A token in its parts.
#[derive(Debug, Clone)]
pub struct Token<'a> {
    pub(super) header: Header,
    /// What is signed: the first two parts and the dot between.
    pub(super) signed: &'a str,
    /// The signature, in base64url.
    pub(super) signature: &'a str,
    /// The claims as JSON text, in UTF-8.
    payload: String,
    claims: Claims,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            let reason = format!("The token has {} bytes; {LONGEST} are allowed.", text.len());
            return Err(Fault::new(Check::TooLarge, reason));
        }
        if let Some(fault) = misread(text) {
            return Err(fault);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(misshapen(text));
        };
        let header = Header::parse(&decode(header, "header")?)?;
        let payload = decode(payload, "payload")?;
        let members = strict::members(&payload, &CHECKED)
            .map_err(|reason| form(format!("The payload is not valid JSON: {reason}.")))?;
        let payload =
            String::from_utf8(payload).map_err(|_| form("The payload is not UTF-8.".to_owned()))?;
        if signature.is_empty() {
            return Err(Fault::new(Check::Signature, "The token has no signature."));
        }
        check_signature_form(signature)?;
        Ok(Token {
            header,
            signed: &text[..text.len() - signature.len() - 1],
            signature,
            payload,
            claims: Claims::new(members),
        })
    }

    /// The claims that the checks look at, to be believed only after [`Token::verify`].
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims as JSON text.
    pub fn into_json(self) -> String {
        self.payload
    }

    /// Which key it says it is signed with.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }
}

fn form(reason: String) -> Fault {
    Fault::new(Check::Form, reason)
}

/// Base64url without padding (RFC 7515 §2), in the one way each value can be written.
fn decode(part: &str, name: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| form(format!("The {name} is not base64url.")))
}

/// The signature is decoded again where it is checked; here it only has to be base64url.
fn check_signature_form(signature: &str) -> Result<(), Fault> {
    // An RSA key of 8192 bits signs with 1024 bytes.
    let mut bytes = [0; 1024];
    match URL_SAFE_NO_PAD.decode_slice(signature, &mut bytes) {
        Ok(_) => Ok(()),
        Err(DecodeSliceError::OutputSliceTooSmall) => Err(Fault::new(
            Check::Signature,
            "The signature is longer than any key's.",
        )),
        Err(DecodeSliceError::DecodeError(_)) => {
            Err(form("The signature is not base64url.".to_owned()))
        }
    }
}

/// What pasting adds to a token.
fn misread(text: &str) -> Option<Fault> {
    if text.is_empty() {
        return Some(form("The token is empty.".to_owned()));
    }
    if text.len() > 7 && text.as_bytes()[..7].eq_ignore_ascii_case(b"bearer ") {
        let fault = form("The token begins with the word Bearer.".to_owned());
        return Some(
            fault
                .hint("Pass the token alone, without the word Bearer of the Authorization header."),
        );
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let fault = form("There is white space in the token.".to_owned());
        return Some(
            fault.hint(
                "Pass the token as one line, without spaces, line breaks or quotes around it.",
            ),
        );
    }
    None
}

fn misshapen(text: &str) -> Fault {
    match text.split('.').count() {
        1 => form("It is not a JSON Web Token but an opaque one: it has no dots.".to_owned()).hint(
            "Auth0 issues opaque access tokens where no API was asked for: request the token with the audience of \
             your API.",
        ),
        5 => form("The token is encrypted (five parts).".to_owned()).hint(
            "Switch off token encryption for this API in Auth0, or have the application decrypt the token first.",
        ),
        parts => form(format!("A JSON Web Token has three parts joined by dots; this has {parts}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn taken_apart() {
        let text = format!(
            "{}.{}.c2ln",
            part(r#"{"alg":"RS256","kid":"k"}"#),
            part(r#"{"sub":"u"}"#)
        );
        let token = Token::parse(&text).unwrap();
        assert_eq!(
            (token.kid(), token.claims().text("sub")),
            (Some("k"), Some("u"))
        );
        assert_eq!(format!("{}.{}", token.signed, token.signature), text);
    }

    #[test]
    fn every_form_that_is_none() {
        let header = part(r#"{"alg":"RS256"}"#);
        let claims = part("{}");
        let good = format!("{header}.{claims}.c2ln");
        assert!(Token::parse(&good).is_ok());
        for (text, check, hint) in [
            (String::new(), Check::Form, None),
            ("abc".into(), Check::Form, Some("opaque")),
            ("a.b.c.d.e".into(), Check::Form, Some("encryption")),
            ("a.b".into(), Check::Form, None),
            (format!("Bearer {good}"), Check::Form, Some("Bearer")),
            (format!("{good}\n"), Check::Form, Some("one line")),
            (format!("{header}.{claims}."), Check::Signature, None),
            (format!("{header}.{claims}.c2l="), Check::Form, None),
            // Two spellings of the same bytes.
            (format!("{header}.{claims}.c2lnZZ"), Check::Form, None),
            (format!("{header}.{claims}.c2+n"), Check::Form, None),
            (format!("{header}..c2ln"), Check::Form, None),
            (format!(".{claims}.c2ln"), Check::Form, None),
            (
                format!("{header}.{}.c2ln", part(r#"{"sub":"a","sub":"b"}"#)),
                Check::Form,
                None,
            ),
            (
                format!(
                    "{header}.{}.c2ln",
                    URL_SAFE_NO_PAD.encode(b"{\"a\":\"\xff\"}")
                ),
                Check::Form,
                None,
            ),
            ("é.é.é".into(), Check::Form, None),
            ("a".repeat(LONGEST + 1), Check::TooLarge, None),
        ] {
            let fault = Token::parse(&text).unwrap_err();
            assert_eq!(fault.check, check, "{text:.80}");
            match hint {
                Some(word) => assert!(
                    fault.hint.as_deref().unwrap_or_default().contains(word)
                        || fault.reason.contains(word),
                    "{fault:?}"
                ),
                None => assert_eq!(fault.hint, None, "{text:.80}"),
            }
        }
    }
}
