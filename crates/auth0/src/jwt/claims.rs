//! What a verified token says of its holder. Names of claims are compared whole: `https://example.com/roles` is one name.

use serde_json::{Map, Value};

/// The claims of a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Claims that have been parsed strictly.
    pub fn new(members: Map<String, Value>) -> Self {
        Claims(members)
    }

    /// From JSON text; none if it is no object.
    pub fn parse(json: &str) -> Option<Self> {
        super::strict::object(json.as_bytes()).ok().map(Claims)
    }

    /// One claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// `aud`, which may be one or many.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        texts(self.get("aud"))
    }

    /// The value that a path of names and array positions leads to.
    pub fn at<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Value> {
        let mut path = path.into_iter();
        let mut value = self.get(path.next()?)?;
        for step in path {
            value = match value {
                Value::Object(members) => members.get(step)?,
                Value::Array(elements) => elements.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// `permissions`: what Auth0's role-based access control adds to access tokens.
    pub fn has_permission(&self, permission: &str) -> bool {
        matches!(self.get("permissions"), Some(Value::Array(list)) if list.iter().any(|one| one == permission))
    }

    /// `scope`: space-separated (RFC 8693 §4.2).
    pub fn has_scope(&self, scope: &str) -> bool {
        self.text("scope")
            .is_some_and(|scopes| scopes.split(' ').any(|one| one == scope && !one.is_empty()))
    }

    /// Whether the claim is this text, or a list with it.
    pub fn lists(&self, name: &str, wanted: &str) -> bool {
        texts(self.get(name)).any(|one| one == wanted)
    }

    /// The texts of a claim that may be one or many.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        texts(self.get(name))
    }

    /// The e-mail address, unless the token itself says that nobody has verified it.
    pub fn email(&self) -> Option<&str> {
        match self.get("email_verified") {
            Some(Value::Bool(false)) => None,
            Some(Value::String(text)) if text == "false" => None,
            _ => self.text("email"),
        }
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(one)) => (Some(one.as_str()), [].as_slice()),
        Some(Value::Array(many)) => (None, many.as_slice()),
        _ => (None, [].as_slice()),
    };
    one.into_iter().chain(many.iter().filter_map(Value::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str) -> Claims {
        Claims::new(super::super::strict::object(text.as_bytes()).unwrap())
    }

    #[test]
    fn names_are_whole_and_paths_lead_inside() {
        let claims = claims(r#"{"https://e.com/a.b":{"x":["p","q"]},"aud":"one"}"#);
        assert_eq!(claims.at(["https://e.com/a.b", "x", "1"]).unwrap(), "q");
        for path in [
            &["https://e.com/a", "b"][..],
            &["https://e.com/a.b", "x", "2"],
            &["aud", "x"],
            &[],
        ] {
            assert_eq!(claims.at(path.iter().copied()), None, "{path:?}");
        }
    }

    #[test]
    fn permissions_scopes_roles() {
        let claims = claims(
            r#"{"permissions":["read:x","a b"],"scope":"openid read:y  x","r":["admin"],"one":"admin"}"#,
        );
        assert!(claims.has_permission("read:x") && claims.has_permission("a b"));
        assert!(
            !claims.has_permission("read")
                && !claims.has_permission("READ:X")
                && !claims.has_permission("")
        );
        assert!(claims.has_scope("read:y") && claims.has_scope("x"));
        assert!(
            !claims.has_scope("")
                && !claims.has_scope("openid read:y")
                && !claims.has_scope("read")
        );
        assert!(
            claims.lists("r", "admin") && claims.lists("one", "admin") && !claims.lists("r", "adm")
        );
    }

    #[test]
    fn text_is_not_a_list_of_permissions() {
        assert!(!claims(r#"{"permissions":"read:x"}"#).has_permission("read:x"));
    }

    #[test]
    fn an_unverified_address_is_none() {
        assert_eq!(
            claims(r#"{"email":"a@b.c","email_verified":true}"#).email(),
            Some("a@b.c")
        );
        assert_eq!(claims(r#"{"email":"a@b.c"}"#).email(), Some("a@b.c"));
        for text in [
            r#"{"email":"a@b.c","email_verified":false}"#,
            r#"{"email":"a@b.c","email_verified":"false"}"#,
            r#"{"email":7}"#,
        ] {
            assert_eq!(claims(text).email(), None, "{text}");
        }
    }
}
