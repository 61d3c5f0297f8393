//! PostgREST: who sends this request, and the configuration with which PostgREST itself checks tokens.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::rc::Rc;

use auth0::jwt::{seconds_now, Claims, Issuer, KeySet, Purpose};
use auth0::{Error, Result};
use pgrx::iter::TableIterator;
use pgrx::spi::{quote_identifier, quote_literal};
use pgrx::{name, notice, pg_extern, pg_sys};

use super::sql::{execute, text_of};
use super::value::Text;
use super::{keys, login, trust, verify};
use crate::error::{raise, OrRaise};
use crate::identity::{self, Scope};
use crate::text;

/// For PostgREST's `db-pre-request`: verifies the request's token, binds its holder to the transaction and switches to
/// the role it names. A request without a token stays what PostgREST has made of it.
#[pg_extern(sql = false)]
fn pre_request() {
    identity::end();
    match bearer() {
        Some(token) => {
            let verified = verify::check(Some(&token), Purpose::Access).or_raise();
            let role = login::role_of(&verified.issuer, &verified.claims()).or_raise();
            login::bind(verified, Scope::Transaction);
            if let Some(role) = role {
                login::switch_to(&role).or_raise();
            }
        }
        None => {
            if let Some((issuer, json, claims)) = believed_claims().or_raise() {
                let expires = claims
                    .get("exp")
                    .and_then(serde_json::Value::as_f64)
                    .unwrap_or(0.0)
                    + issuer.leeway;
                login::bind_until(issuer, json, claims, expires, Scope::Transaction);
            }
        }
    }
}

/// The token of the request's Authorization header. PostgREST puts the headers into a setting, which anybody could
/// write: it is no more than where the token comes from.
fn bearer() -> Option<String> {
    let headers = setting(c"request.headers")?;
    let headers: serde_json::Value = serde_json::from_str(&headers).ok()?;
    let header = headers.get("authorization")?.as_str()?.trim();
    let (scheme, token) = header.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// The claims that PostgREST has verified, where the DBA has said that they are believed: of the login role that is
/// PostgREST's, once in a transaction, before any statement of the request could have changed the setting.
fn believed_claims() -> Result<Option<(Rc<Issuer>, String, Claims)>> {
    let trust = trust::trust();
    // SAFETY: gives the name of an existing role: nobody is logged in as one that is gone.
    let role = unsafe {
        text::from_server(pg_sys::GetUserNameFromId(
            pg_sys::GetAuthenticatedUserId(),
            true,
        ))
    };
    let Some((_, issuer, _)) = trust
        .postgrest
        .iter()
        .find(|(name, _, believed)| *believed && *name == role)
    else {
        return Ok(None);
    };
    if !identity::first_in_transaction() {
        return Ok(None);
    }
    let Some(json) = setting(c"request.jwt.claims") else {
        return Ok(None);
    };
    let Some(issuer) = trust.issuer(issuer) else {
        return Ok(None);
    };
    let issuer = issuer?;
    // Anonymous requests have a role for their only claim.
    let Some(claims) = Claims::parse(&json).filter(|claims| claims.get("sub").is_some()) else {
        return Ok(None);
    };
    issuer.check(&claims, seconds_now())?;
    Ok(Some((issuer, json, claims)))
}

/// A setting, if it is there and not empty.
fn setting(name: &CStr) -> Option<String> {
    // SAFETY: gives null or a string that lives until the setting changes; it is copied.
    let value = unsafe { text::from_server(pg_sys::GetConfigOption(name.as_ptr(), true, false)) };
    (!value.is_empty()).then_some(value)
}

/// Writes the issuer's keys, audience and role claim into PostgREST's in-database configuration, and tells PostgREST.
#[pg_extern(sql = false)]
fn configure_postgrest(role: Option<&str>, issuer: Option<&str>, trust_claims: Option<bool>) {
    let role = text::received(role.unwrap_or_default().to_owned());
    let url = text::received(issuer.unwrap_or_default().to_owned());
    let exists = text_of("SELECT 'yes' FROM pg_catalog.pg_roles WHERE rolname::pg_catalog.text OPERATOR(pg_catalog.=) $1", &[Text::new(&role).into()]);
    if exists.is_none() {
        raise(Error::NotFound {
            what: "role",
            name: role,
            hint: "Name the role that PostgREST logs in as, often \"authenticator\".",
        });
    }
    let issuer = registered(&url);
    let keys = current_keys(&issuer).or_raise();
    execute(
        "INSERT INTO auth0.postgrest (role, issuer, trust_claims) VALUES ($1::pg_catalog.name, $2, $3)
         ON CONFLICT (role) DO UPDATE SET issuer = excluded.issuer, trust_claims = excluded.trust_claims",
        &[Text::new(&role).into(), Text::new(&url).into(), trust_claims.unwrap_or(false).into()],
    );
    write(&role, &issuer, &keys);
    if issuer.audiences.len() > 1 {
        notice!("PostgREST can check one audience only, so it will check none of the {}; auth0.pre_request() does", issuer.audiences.len());
    }
}

fn registered(url: &str) -> Rc<Issuer> {
    match trust::trust().issuer(url) {
        Some(issuer) => issuer.or_raise(),
        None => raise(Error::NotFound {
            what: "issuer",
            name: url.to_owned(),
            hint: "Register it first with auth0.add_issuer(). The slash at the end counts.",
        }),
    }
}

fn current_keys(issuer: &Issuer) -> Result<std::sync::Arc<KeySet>> {
    match &issuer.pinned {
        Some(pinned) => Ok(pinned.clone()),
        None => keys::fetch(issuer)?.map_err(|reason| keys::unreachable(issuer, &reason)),
    }
}

/// The settings of one PostgREST; whether any was another before.
fn write(role: &str, issuer: &Issuer, keys: &KeySet) -> bool {
    let audience = match issuer.audiences.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    // A JSON path whose only step is the claim's whole name.
    let role_claim = issuer
        .db_role_claim
        .as_ref()
        .map(|claim| format!(".\"{claim}\""));
    let wanted = [
        ("pgrst.jwt_secret", Some(keys.document().to_string())),
        ("pgrst.jwt_aud", audience),
        ("pgrst.jwt_role_claim_key", role_claim),
    ];
    let mut changed = false;
    for (name, value) in wanted {
        let now = configured(role, name);
        if now == value {
            continue;
        }
        changed = true;
        set(role, name, value.as_deref());
    }
    if configured(role, "pgrst.db_pre_request").is_none() {
        set(role, "pgrst.db_pre_request", Some("auth0.pre_request"));
        changed = true;
    }
    if changed {
        execute("NOTIFY pgrst, 'reload config'", &[]);
    }
    changed
}

fn set(role: &str, name: &str, value: Option<&str>) {
    let database =
        text_of("SELECT pg_catalog.current_database()::pg_catalog.text", &[]).unwrap_or_default();
    let (role, database) = (quote_identifier(role), quote_identifier(database));
    let action = match value {
        Some(value) => format!("SET {name} TO {}", quote_literal(value)),
        None => format!("RESET {name}"),
    };
    let statement = format!("ALTER ROLE {role} IN DATABASE {database} {action}");
    execute(&statement, &[]);
}

/// What PostgREST reads for this database.
fn configured(role: &str, name: &str) -> Option<String> {
    text_of(
        "SELECT pg_catalog.substr(one, pg_catalog.length($2) OPERATOR(pg_catalog.+) 2)
         FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS one
         WHERE s.setrole OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_roles WHERE rolname::pg_catalog.text OPERATOR(pg_catalog.=) $1)
           AND s.setdatabase OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
           AND pg_catalog.starts_with(one, $2 OPERATOR(pg_catalog.||) '=')",
        &[Text::new(role).into(), Text::new(name).into()],
    )
}

/// Fetches every issuer's keys now, and writes changed ones into PostgREST's configuration. For a scheduler.
#[pg_extern(sql = false)]
fn refresh_keys() -> TableIterator<'static, (name!(issuer, Text), name!(outcome, Text))> {
    let trust = trust::trust();
    let mut urls: Vec<String> = trust.urls().map(str::to_owned).collect();
    urls.sort();
    let rows: Vec<_> = urls
        .into_iter()
        .map(|url| {
            let outcome = refresh(&trust, &url);
            (Text::new(&url), Text::new(&outcome))
        })
        .collect();
    TableIterator::new(rows)
}

fn refresh(trust: &trust::Trust, url: &str) -> String {
    let issuer = registered(url);
    let keys = match current_keys(&issuer) {
        Ok(keys) => keys,
        Err(Error::Token(fault)) => return fault.reason,
        Err(other) => return other.to_string(),
    };
    let mut written = 0;
    for (role, _, _) in trust
        .postgrest
        .iter()
        .filter(|(_, issuer, _)| issuer == url)
    {
        written += usize::from(write(role, &issuer, &keys));
    }
    match (&issuer.pinned, written) {
        (Some(_), 0) => "pinned".to_owned(),
        (None, 0) => "fetched".to_owned(),
        (_, _) => "fetched, and written for PostgREST".to_owned(),
    }
}
