//! What the bodies of POST and PATCH /users may hold.

use crate::errors::ApiError;
use crate::json::{self, Object};
use crate::metadata;

/// What a property's value must be.
#[derive(Clone, Copy)]
enum Shape {
    /// Text of so many characters.
    Text(usize, usize),
    Email,
    Phone,
    Uri,
    /// Text without white space, at most so many characters.
    Word(usize),
    Flag,
    Metadata,
}

use Shape::{Email, Flag, Metadata, Phone, Text, Uri, Word};

const COMMON: &[(&str, Shape)] = &[
    ("app_metadata", Metadata),
    ("blocked", Flag),
    ("connection", Text(1, 128)),
    ("email", Email),
    ("email_verified", Flag),
    ("family_name", Text(1, 150)),
    ("given_name", Text(1, 150)),
    ("name", Text(1, 300)),
    ("nickname", Text(1, 300)),
    ("password", Text(1, usize::MAX)),
    ("phone_number", Phone),
    ("phone_verified", Flag),
    ("picture", Uri),
    ("user_metadata", Metadata),
    ("username", Text(1, 128)),
    ("verify_email", Flag),
];

const CREATE: &[(&str, Shape)] = &[("user_id", Word(255))];
const UPDATE: &[(&str, Shape)] = &[("client_id", Text(1, 64)), ("verify_phone_number", Flag)];

/// Properties that PATCH removes when they are null.
const NULLABLE: &[&str] = &[
    "email",
    "phone_number",
    "given_name",
    "family_name",
    "name",
    "nickname",
    "picture",
    "username",
    "password",
];

/// Pairs that one PATCH may not change together.
const PAIRS: &[(&str, &str)] = &[
    ("password", "email"),
    ("password", "email_verified"),
    ("username", "email"),
    ("username", "email_verified"),
    ("username", "password"),
];

/// Reads and checks the body of POST /users.
pub fn for_create(body: &[u8]) -> Result<Object, ApiError> {
    let sent = read(body)?;
    check(&sent, CREATE, &[])?;
    if sent.get("connection").is_none() {
        return Err(ApiError::body("'Missing required property: connection'"));
    }
    Ok(sent)
}

/// Reads and checks the body of PATCH /users/{id}.
pub fn for_update(body: &[u8]) -> Result<Object, ApiError> {
    let sent = read(body)?;
    if sent.is_empty() {
        return Err(ApiError::body(
            "'Too few properties defined (0), minimum 1'",
        ));
    }
    check(&sent, UPDATE, NULLABLE)?;
    for (one, other) in PAIRS {
        if sent.get(one).is_some() && sent.get(other).is_some() {
            return Err(ApiError::new(
                400,
                "operation_not_supported",
                format!("Cannot update {one} and {other} simultaneously"),
            ));
        }
    }
    Ok(sent)
}

/// Fails when a password is weaker than the usual policy of eight characters, or longer than can be hashed.
pub fn check_password(password: &str) -> Result<(), ApiError> {
    if password.chars().count() < 8 {
        return Err(ApiError::bare(
            400,
            "PasswordStrengthError: Password is too weak",
        ));
    }
    if password.len() > 72 {
        return Err(ApiError::body(
            "'Password is too long' on property password",
        ));
    }
    Ok(())
}

fn read(body: &[u8]) -> Result<Object, ApiError> {
    let bad = || ApiError::new(400, "invalid_body", "Invalid request payload JSON format");
    let text = std::str::from_utf8(body).map_err(|_| bad())?;
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| bad())?;
    Object::parse(text).ok_or_else(|| ApiError::body("'Expected type object'"))
}

fn check(sent: &Object, more: &[(&str, Shape)], nullable: &[&str]) -> Result<(), ApiError> {
    let shape = |key: &str| {
        let mut all = COMMON.iter().chain(more);
        all.find(|(name, _)| *name == key).map(|(_, shape)| *shape)
    };
    let unknown: Vec<&str> = sent
        .iter()
        .map(|(key, _)| key)
        .filter(|key| shape(key).is_none())
        .collect();
    if !unknown.is_empty() {
        let list = unknown.join(",");
        return Err(ApiError::body(format!(
            "'Additional properties not allowed: {list} (consider storing them in app_metadata or user_metadata. See \"Users Metadata\" in https://auth0.com/docs/api/v2/changes for more details)'"
        )));
    }
    for (key, value) in sent.iter() {
        if value == "null" && nullable.contains(&key) {
            continue;
        }
        if let Some(shape) = shape(key) {
            check_value(key, value, shape)?;
        }
    }
    Ok(())
}

fn check_value(key: &str, value: &str, shape: Shape) -> Result<(), ApiError> {
    let wrong = |what: &str| Err(ApiError::body(format!("'{what}' on property {key}")));
    if let Metadata = shape {
        return metadata::check(key, value);
    }
    if let Flag = shape {
        return match value {
            "true" | "false" => Ok(()),
            _ => wrong("Expected type boolean"),
        };
    }
    let Some(text) = json::string(value) else {
        return wrong("Expected type string");
    };
    let length = text.chars().count();
    match shape {
        Text(least, most) if length < least || length > most => wrong(&format!(
            "String has {length} characters, {least} to {most} are allowed"
        )),
        Email if !is_email(&text) => wrong(&format!(
            "Object didn't pass validation for format email: {text}"
        )),
        Phone if !is_phone(&text) => wrong(&format!(
            "String does not match pattern ^\\+[0-9]{{1,15}}$: {text}"
        )),
        Uri if !(text.starts_with("https://") || text.starts_with("http://")) => wrong(&format!(
            "Object didn't pass validation for format absolute-uri-or-empty: {text}"
        )),
        Word(most) if length == 0 || length > most || text.contains(char::is_whitespace) => {
            wrong("String does not match pattern ^\\S+$")
        }
        _ => Ok(()),
    }
}

/// True when it looks like an e-mail address.
pub fn is_email(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && local.chars().count() <= 64
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !text.contains(char::is_whitespace)
                && text.chars().count() <= 254
        }
        None => false,
    }
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_checked() {
        let create = |body: &str| for_create(body.as_bytes()).map_err(|e| e.message);
        assert!(create(r#"{"connection":"x","email":"a@b.c","user_id":"u"}"#).is_ok());
        for bad in [
            "",
            "[]",
            "{",
            r#"{"email":"a@b.c"}"#,
            r#"{"connection":1}"#,
            r#"{"connection":"x","email":"a"}"#,
            r#"{"connection":"x","email":null}"#,
            r#"{"connection":"x","phone_number":"123"}"#,
            r#"{"connection":"x","user_id":"a b"}"#,
            r#"{"connection":"x","blocked":"true"}"#,
            r#"{"connection":"x","name":""}"#,
            r#"{"connection":"x","picture":"me.png"}"#,
            r#"{"connection":"x","user_metadata":[]}"#,
        ] {
            assert!(create(bad).is_err(), "{bad}");
        }
        let message =
            create(r#"{"connection":"x","created_at":"now","logins_count":1}"#).unwrap_err();
        assert!(
            message.contains("Additional properties not allowed: created_at,logins_count"),
            "{message}"
        );
    }

    #[test]
    fn some_pairs_exclude_each_other() {
        let update = |body: &str| for_update(body.as_bytes()).map_err(|e| e.message);
        for (one, other) in PAIRS {
            let value = |key: &str| match key {
                "email_verified" => "true",
                "email" => r#""a@b.c""#,
                _ => r#""something""#,
            };
            let body = format!(r#"{{"{one}":{},"{other}":{}}}"#, value(one), value(other));
            assert_eq!(
                update(&body).unwrap_err(),
                format!("Cannot update {one} and {other} simultaneously")
            );
        }
        assert!(update(r#"{"email":"a@b.c","email_verified":true,"given_name":null}"#).is_ok());
        assert!(update(r#"{"blocked":null}"#).is_err());
        assert!(update("{}").is_err());
    }
}
