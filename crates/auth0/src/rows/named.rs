//! Secrets known by their names alone, where a document may have keys that nobody has listed.

use serde_json::Value;

use super::redact::Secret;

/// Ends of such names, without the case and what stands between words.
const ENDS: &[&str] = &[
    "secret",
    "token",
    "password",
    "passwordhash",
    "passphrase",
    "passcode",
    "privatekey",
    "secretkey",
    "apikey",
    "accesskey",
    "accountkey",
    "authkey",
    "decryptionkey",
    "masterkey",
    "saskey",
    "sharedkey",
    "signingkey",
    "writekey",
    "connectionstring",
];

/// Last words of such names: as ends of other words they would be harmless.
const WORDS: &[&str] = &[
    "authorization",
    "credential",
    "credentials",
    "pass",
    "passwd",
    "pwd",
];

/// Names that end like one and are none: a script.
const HARMLESS: &[&str] = &["changepassword"];

/// What an element of a list calls itself, beside its `value`.
const LABELS: [&str; 3] = ["header", "name", "key"];

/// Whether a key is named like a secret: `client_secret`, `datadogApiKey`, `Authorization`; not `token_endpoint`.
pub fn is_secret(key: &str) -> bool {
    let plain: String = key
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    !HARMLESS.contains(&plain.as_str())
        && (ENDS.iter().any(|end| plain.ends_with(end)) || WORDS.contains(&&*last_word(key)))
}

/// `Password` of `servicePassword`, in small letters.
fn last_word(key: &str) -> String {
    let bytes = key.as_bytes();
    let begins = |at: &usize| {
        let Some(before) = at.checked_sub(1).and_then(|before| bytes.get(before)) else {
            return true;
        };
        let capital = bytes.get(*at).is_some_and(u8::is_ascii_uppercase);
        !before.is_ascii_alphanumeric() || (capital && before.is_ascii_lowercase())
    };
    let start = (0..bytes.len()).rev().find(begins).unwrap_or_default();
    key.get(start..).unwrap_or_default().to_ascii_lowercase()
}

/// Where in a document the secrets are that their names, or a private key in PEM form, give away. Of a key that is named like
/// one only texts are: truth values are settings, and objects are looked into.
pub fn secrets(document: &Value) -> Vec<Secret> {
    let mut found = Vec::new();
    look(document, &mut Vec::new(), &mut found);
    found.sort();
    found.dedup();
    found
}

fn look(value: &Value, at: &mut Secret, found: &mut Vec<Secret>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| look(one, at, found)),
        Value::Object(map) => {
            let label = LABELS.iter().find_map(|label| map.get(*label)?.as_str());
            let labelled = label.is_some_and(is_secret);
            for (key, inner) in map {
                at.push(key.clone());
                if hides(is_secret(key) || (labelled && key == "value"), inner) {
                    found.push(at.clone());
                } else {
                    look(inner, at, found);
                }
                at.pop();
            }
        }
        _ => {}
    }
}

/// Whether a value is a secret, if it is `named` like one.
fn hides(named: bool, value: &Value) -> bool {
    match value {
        Value::String(text) if text.contains("PRIVATE KEY-----") => true,
        // A certificate, or a key that everybody may know.
        Value::String(text) if text.starts_with("-----BEGIN ") => false,
        Value::String(text) => named && !text.is_empty(),
        Value::Array(all) => {
            let text = |one: &Value| hides(named, one) && one.is_string();
            !all.is_empty() && all.iter().all(text)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names() {
        for key in [
            "client_secret",
            "clientSecret",
            "X-Auth0-Client-Secret",
            "admin_access_token",
            "access_token_secret",
            "splunkToken",
            "mixpanelServiceAccountPassword",
            "DB_PASS",
            "smtp_pwd",
            "private_key",
            "privateKey",
            "storageAccessKey",
            "aws_secret_access_key",
            "datadogApiKey",
            "api-key",
            "masterkey",
            "segmentWriteKey",
            "sasKey",
            "Authorization",
            "httpAuthorization",
            "connectionString",
        ] {
            assert!(is_secret(key), "{key}");
        }
        for key in [
            "",
            "-",
            "é",
            "token_endpoint",
            "token_endpoint_auth_method",
            "tokenURL",
            "requestTokenURL",
            "password_policy",
            "passwordPolicy",
            "password_history",
            "change_password",
            "enabledDatabaseCustomization",
            "secret_base64_encoded",
            "global_token_revocation_jwt_iss",
            "id_token_signed_response_algs",
            "signing_cert",
            "jwks_uri",
            "pkce",
            "client_id",
            "consumer_key",
            "private_key_id",
            "sasKeyName",
            "read_public_key",
            "authorization_endpoint",
            "userAuthorizationURL",
            "bypass",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }

    #[test]
    fn places() {
        let document = json!({
            "customHeaders": {"Authorization": "S", "foo": "bar"},
            "custom_headers": [{"header": "X-Api-Key", "value": "S"}, {"header": "Accept", "value": "json"}],
            "authentication_methods": {"password": {"enabled": true}, "passkey": {"enabled": false}},
            "disable_self_service_change_password": true,
            "customScripts": {"change_password": "function () {}"},
            "scopes": {"read_token": null, "one_password": ""},
            "backup_token": ["S", "S"],
            "signing_key": {"cert": "-----BEGIN CERTIFICATE-----\nx", "key": "-----BEGIN PRIVATE KEY-----\nS"},
            "decryptionKey": "-----BEGIN RSA PRIVATE KEY-----\nS",
            "signingKey": "-----BEGIN CERTIFICATE-----\nx",
        });
        let found: Vec<String> = secrets(&document)
            .iter()
            .map(|path| path.join("."))
            .collect();
        assert_eq!(
            found,
            [
                "backup_token",
                "customHeaders.Authorization",
                "custom_headers.value",
                "decryptionKey",
                "signing_key.key"
            ]
        );
    }
}
