//! Whose transaction, whose session this is: `auth0.login`, `auth0.logout`, and the switch of the database role.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::rc::Rc;

use auth0::jwt::{Claims, Issuer, Purpose};
use auth0::{Error, Result};
use pgrx::{pg_extern, pg_sys, warning};

use super::value::Text;
use super::verify::{self, Verified};
use crate::error::{raise, OrRaise};
use crate::identity::{self, Identity, Scope};
use crate::text;

/// Verifies an access token and binds its holder to the transaction, or to the session; tells who it is.
#[pg_extern(sql = false)]
fn login(token: Option<&str>, scope: Option<&str>, switch_role: Option<bool>) -> Option<Text> {
    let scope = read_scope(scope).or_raise();
    let verified = verify::check(token, Purpose::Access).or_raise();
    if switch_role == Some(true) {
        if scope == Scope::Session {
            raise(Error::Argument {
                name: "switch_role",
                expected:
                    "false for the scope 'session', as a role is switched to for one transaction"
                        .to_owned(),
            });
        }
        let role = role_of(&verified.issuer, &verified.claims()).or_raise();
        if let Some(role) = role {
            switch_to(&role).or_raise();
        }
    }
    bind(verified, scope)
}

/// Ends the identity of the transaction and of the session.
#[pg_extern(sql = false)]
fn logout() {
    identity::end();
}

/// Binds what has been verified.
pub fn bind(verified: Verified, scope: Scope) -> Option<Text> {
    let claims = verified.claims();
    let Verified { issuer, json } = verified;
    // Verified tokens expire: the check is one of those they have passed.
    let expires = claims.get("exp").and_then(serde_json::Value::as_f64)? + issuer.leeway;
    bind_until(issuer, json, claims, expires, scope)
}

/// Binds claims until a time of their own.
pub fn bind_until(
    issuer: Rc<Issuer>,
    json: String,
    claims: Claims,
    expires: f64,
    scope: Scope,
) -> Option<Text> {
    // SAFETY: reads the state of the transaction.
    if scope == Scope::Transaction && !unsafe { pg_sys::IsTransactionBlock() } {
        warning!("the identity lasts for this statement only, as there is no transaction block; begin one first, or use the scope 'session'");
    }
    let user = claims.text("sub").map(Text::new);
    identity::bind(
        Identity {
            claims,
            json,
            expires,
            issuer,
        },
        scope,
    );
    user
}

/// `transaction` or `session`.
pub fn read_scope(scope: Option<&str>) -> Result<Scope> {
    match scope {
        Some("transaction") => Ok(Scope::Transaction),
        Some("session") => Ok(Scope::Session),
        _ => Err(Error::Argument {
            name: "scope",
            expected: "'transaction' or 'session'".to_owned(),
        }),
    }
}

/// The role that the token asks for: none if it names none, an error if it names none that is allowed.
pub fn role_of(issuer: &Issuer, claims: &Claims) -> Result<Option<String>> {
    let Some(claim) = &issuer.db_role_claim else {
        return Ok(None);
    };
    match issuer.db_role(claims) {
        Some(role) => Ok(Some(role.to_owned())),
        None if claims.get(claim).is_none() => Ok(None),
        None => Err(Error::DbRole {
            reason: format!("Its claim \"{claim}\" names no role of the issuer's \"db_roles\"."),
        }),
    }
}

/// SET LOCAL ROLE, with Postgres' own check that the session's user is a member of the role. Superusers are never
/// switched to: a claim in a token must not be worth that much.
pub fn switch_to(role: &str) -> Result<()> {
    let refused = |reason: String| Err(Error::DbRole { reason });
    let Ok(name) = CString::new(text::to_server(role).into_owned()) else {
        return refused("Its name has a zero byte.".to_owned());
    };
    // SAFETY: a look-up in the catalogs, then the change of a setting that Postgres checks and undoes at the end of the
    // transaction or subtransaction.
    unsafe {
        let oid = pg_sys::get_role_oid(name.as_ptr(), true);
        if oid == pg_sys::Oid::INVALID {
            return refused(format!("The role \"{role}\" does not exist."));
        }
        if pg_sys::superuser_arg(oid) {
            return refused(format!("The role \"{role}\" is a superuser."));
        }
        pg_sys::set_config_option(
            c"role".as_ptr(),
            name.as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
    Ok(())
}
