//! What row-level security asks of the identity. Without one, or with one that has expired, the answer is NULL or false.
//!
//! STABLE, so that `(select auth0.user_id())` is asked once a statement; PARALLEL RESTRICTED, as the identity is known to
//! the leading process alone.

use pgrx::{pg_extern, VariadicArray};
use serde_json::Value;

use super::value::{Jsonb, Text};
use crate::identity::ask;
use crate::text;

/// The user's id, Auth0's `sub`. Text: it is never a uuid.
#[pg_extern(sql = false)]
fn user_id() -> Option<Text> {
    ask(|identity| identity.claims.text("sub").map(Text::new))
}

/// All claims.
#[pg_extern(sql = false)]
fn claims() -> Option<Jsonb> {
    ask(|identity| Jsonb::new(&identity.json))
}

/// One claim by its full name, or what is nested in it: a string's characters, anything else as JSON.
#[pg_extern(sql = false)]
fn claim(path: VariadicArray<&str>) -> Option<Text> {
    let path: Option<Vec<String>> = path
        .iter()
        .map(|step| step.map(|step| text::received(step.to_owned())))
        .collect();
    let path = path?;
    ask(
        |identity| match identity.claims.at(path.iter().map(String::as_str))? {
            Value::Null => None,
            Value::String(text) => Some(Text::new(text)),
            other => Some(Text::new(&other.to_string())),
        },
    )
}

/// Whether the claim `permissions` lists it.
#[pg_extern(sql = false)]
fn has_permission(permission: Option<&str>) -> bool {
    let permission = text::received(permission.unwrap_or_default().to_owned());
    ask(|identity| Some(identity.claims.has_permission(&permission))).unwrap_or(false)
}

/// Whether the claim `scope` lists it.
#[pg_extern(sql = false)]
fn has_scope(scope: Option<&str>) -> bool {
    let scope = text::received(scope.unwrap_or_default().to_owned());
    ask(|identity| Some(identity.claims.has_scope(&scope))).unwrap_or(false)
}

/// Whether the claim that the issuer's option `roles_claim` names lists it.
#[pg_extern(sql = false)]
fn has_role(role: Option<&str>) -> bool {
    let role = text::received(role.unwrap_or_default().to_owned());
    ask(|identity| {
        let claim = identity.issuer.roles_claim.as_deref()?;
        Some(identity.claims.lists(claim, &role))
    })
    .unwrap_or(false)
}

/// The organization the user has logged in to.
#[pg_extern(sql = false)]
fn org_id() -> Option<Text> {
    ask(|identity| identity.claims.text("org_id").map(Text::new))
}

/// The user's e-mail address; NULL if the token says that nobody has verified it.
#[pg_extern(sql = false)]
fn email() -> Option<Text> {
    ask(|identity| identity.claims.email().map(Text::new))
}
