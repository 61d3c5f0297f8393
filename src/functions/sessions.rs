//! A login as a local account and session, in the tables that `auth0.create_auth_schema` has made.
//!
//! The tables are the user's own, with whatever triggers and policies he gives them. They are read and written with the
//! rights of their owner: whoever calls needs none, and a trigger gets no more than its owner has.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString};

use auth0::jwt::{session, Claims, Purpose};
use auth0::{Error, Result};
use pgrx::datum::{DatumWithOid, Interval, TimestampWithTimeZone};
use pgrx::iter::TableIterator;
use pgrx::spi::{
    quote_identifier, OwnedPreparedStatement, PreparedStatement, SpiError, SpiTupleTable,
};
use pgrx::{name, pg_extern, pg_sys, Inet, PgOid, Spi};

use super::sql::{execute, or_raise, statement};
use super::value::Text;
use super::{login, trust, verify};
use crate::as_user::AsUser;
use crate::error::{raise, OrRaise};
use crate::text;

/// The tables, with `%` for their schema.
const TABLES: &str = include_str!("../../sql/accounts.sql");

/// Longer than any token of ours: what is longer is none, and not worth hashing.
const LONGEST: usize = 128;

const UPSERT: &str = "INSERT INTO %.users AS u (user_id, issuer, email, email_verified, name, picture)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (user_id) DO UPDATE SET
      email = coalesce(excluded.email, u.email),
      email_verified = CASE WHEN excluded.email IS NULL THEN u.email_verified ELSE excluded.email_verified END,
      name = coalesce(excluded.name, u.name), picture = coalesce(excluded.picture, u.picture),
      last_login = clock_timestamp(), logins_count = u.logins_count + 1
    WHERE u.issuer = excluded.issuer
    RETURNING deactivated_at IS NOT NULL";
const OPEN: &str =
    "INSERT INTO %.sessions (token_hash, user_id, client_ip, claims, created_at, expires_at)
    VALUES ($1, $2, $3, $4::jsonb, clock_timestamp(), clock_timestamp() + $5)";
const FIND: &str = "SELECT s.token_hash, u.user_id, u.email, u.name, s.expires_at FROM %.sessions AS s
    JOIN %.users AS u ON u.user_id = s.user_id
    WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.deactivated_at IS NULL";
const CLAIMS: &str = "SELECT s.token_hash, u.issuer, s.claims::text, extract(epoch FROM s.expires_at)::float8 FROM %.sessions AS s
    JOIN %.users AS u ON u.user_id = s.user_id
    WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.deactivated_at IS NULL";
const REVOKE: &str = "UPDATE %.sessions SET revoked_at = clock_timestamp() WHERE token_hash = $1 AND revoked_at IS NULL";
const REVOKE_ALL: &str = "UPDATE %.sessions SET revoked_at = clock_timestamp() WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp()";
const PURGE: &str =
    "DELETE FROM %.sessions WHERE expires_at <= clock_timestamp() OR revoked_at IS NOT NULL";

thread_local! {
    /// Plans by their text, which has the schema in it.
    static PLANS: RefCell<HashMap<String, &'static OwnedPreparedStatement>> = RefCell::default();
}

/// Makes the tables `users` and `sessions` in a schema, which becomes the place of accounts and sessions.
#[pg_extern(sql = false)]
fn create_auth_schema(name: Option<&str>) {
    let name = text::received(name.unwrap_or_default().to_owned());
    if name.is_empty() || name == "auth0" || name.starts_with("pg_") {
        raise(Error::Argument {
            name: "name",
            expected: "a schema of your own, such as 'auth'".to_owned(),
        });
    }
    if let Some(there) = &trust::trust().accounts {
        raise(Error::Argument {
            name: "name",
            expected: format!("\"{there}\", where accounts are kept already"),
        });
    }
    let schema = quote_identifier(&name);
    execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"), &[]);
    execute(&TABLES.replace('%', &schema), &[]);
    execute(
        "INSERT INTO auth0.account_schema (name) VALUES ($1::pg_catalog.name)",
        &[Text::new(&name).into()],
    );
}

/// Opens a session for who an ID token says has logged in, and gives its token: this once.
#[pg_extern(sql = false)]
fn create_session(
    id_token: Option<&str>,
    client_ip: Option<Inet>,
    ttl: Option<Interval>,
    nonce: Option<&str>,
) -> Text {
    let accounts = Accounts::find().or_raise();
    let nonce = nonce.map(|nonce| text::received(nonce.to_owned()));
    let verified = verify::check(
        id_token,
        Purpose::Session {
            nonce: nonce.as_deref(),
        },
    )
    .or_raise();
    let Some(ttl) = ttl.filter(|ttl| ttl.as_micros() > 0) else {
        raise(Error::Argument {
            name: "ttl",
            expected: "an interval of more than nothing, such as '24 hours'".to_owned(),
        });
    };
    let refused = |reason: String| -> ! {
        raise(Error::Session {
            what: "cannot open a session",
            reason,
        })
    };
    let Some((token, hash)) = session::issue() else {
        refused("The system has no randomness.".to_owned());
    };
    let claims = verified.claims();
    let user = claims.text("sub").unwrap_or_default();
    let email_verified = claims.get("email_verified") == Some(&serde_json::Value::Bool(true));
    let profile = |name: &str| claims.text(name).map(Text::new);
    let parameters = [
        Text::new(user).into(),
        Text::new(&verified.issuer.url).into(),
        profile("email").into(),
        email_verified.into(),
        profile("name").into(),
        profile("picture").into(),
    ];
    let deactivated = accounts.write(UPSERT, &parameters, |rows| match rows.is_empty() {
        true => Ok(None),
        false => rows.first().get_one::<bool>(),
    });
    match deactivated {
        Some(false) => {}
        Some(true) => refused(format!("The user \"{user}\" is deactivated.")),
        None => refused(format!("The user \"{user}\" belongs to another issuer.")),
    }
    let parameters = [
        hash.into(),
        Text::new(user).into(),
        client_ip.into(),
        Text::new(&verified.json).into(),
        ttl.into(),
    ];
    accounts.write(OPEN, &parameters, |_| Ok(()));
    Text::new(&token)
}

/// What is known of a session. One row in any case; of a token that is none, revoked, expired or a deactivated user's it
/// tells no more than that it is not valid.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn validate_session(
    token: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(valid, bool),
        name!(user_id, Option<String>),
        name!(email, Option<String>),
        name!(name, Option<String>),
        name!(expires_at, Option<TimestampWithTimeZone>),
    ),
> {
    let hash = hash(token);
    let found = Accounts::find()
        .or_raise()
        .read(FIND, &[hash.clone().into()], |rows| {
            if rows.is_empty() {
                return Ok(None);
            }
            let row = rows.first();
            let same = row
                .get::<Vec<u8>>(1)?
                .is_some_and(|kept| session::same(&kept, &hash));
            Ok(same.then_some((true, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        });
    TableIterator::once(found.unwrap_or((false, None, None, None, None)))
}

/// Binds the user of a session to the transaction, or to the connection, as `auth0.login` does that of a token.
#[pg_extern(sql = false)]
fn login_session(token: Option<&str>, scope: Option<&str>) -> Option<Text> {
    let scope = login::read_scope(scope).or_raise();
    let hash = hash(token);
    let found = Accounts::find()
        .or_raise()
        .read(CLAIMS, &[hash.clone().into()], |rows| {
            if rows.is_empty() {
                return Ok(None);
            }
            let row = rows.first();
            let same = row
                .get::<Vec<u8>>(1)?
                .is_some_and(|kept| session::same(&kept, &hash));
            let values = (
                row.get::<String>(2)?,
                row.get::<String>(3)?,
                row.get::<f64>(4)?,
            );
            Ok(same.then_some(values))
        });
    let refused = |reason: &str| -> ! {
        raise(Error::Session {
            what: "the session is not valid",
            reason: reason.to_owned(),
        })
    };
    let Some((Some(issuer), Some(json), Some(expires))) = found else {
        refused(
            "There is no such session, or it is revoked or expired, or its user is deactivated.",
        );
    };
    let (issuer, json) = (text::received(issuer), text::received(json));
    let Some(issuer) = trust::trust().issuer(&issuer) else {
        refused("The issuer that vouched for it is not registered any more.");
    };
    let Some(claims) = Claims::parse(&json) else {
        refused("Its claims are no JSON object.");
    };
    login::bind_until(issuer.or_raise(), json, claims, expires, scope)
}

/// Ends a session; whether there was one.
#[pg_extern(sql = false)]
fn revoke_session(token: Option<&str>) -> bool {
    Accounts::find()
        .or_raise()
        .write(REVOKE, &[hash(token).into()], |rows| Ok(rows.len()))
        > 0
}

/// Ends all sessions of a user.
#[pg_extern(sql = false)]
fn revoke_sessions(user_id: Option<&str>) -> i64 {
    let user_id = text::received(user_id.unwrap_or_default().to_owned());
    let ended =
        Accounts::find()
            .or_raise()
            .write(REVOKE_ALL, &[Text::new(&user_id).into()], |rows| {
                Ok(rows.len())
            });
    i64::try_from(ended).unwrap_or(i64::MAX)
}

/// Removes sessions that are over.
#[pg_extern(sql = false)]
fn purge_sessions() -> i64 {
    let removed = Accounts::find()
        .or_raise()
        .write(PURGE, &[], |rows| Ok(rows.len()));
    i64::try_from(removed).unwrap_or(i64::MAX)
}

fn hash(token: Option<&str>) -> Vec<u8> {
    session::hash(
        token
            .filter(|token| token.len() <= LONGEST)
            .unwrap_or_default(),
    )
}

/// The tables, and whose they are.
struct Accounts {
    schema: String,
    owner: pg_sys::Oid,
}

impl Accounts {
    fn find() -> Result<Self> {
        let missing = |reason: String| Error::Session {
            what: "accounts and sessions are not set up",
            reason,
        };
        let trust = trust::trust();
        let Some(schema) = &trust.accounts else {
            return Err(missing("Somebody who owns the extension has to run SELECT auth0.create_auth_schema('auth'); first.".to_owned()));
        };
        let [users, sessions] = ["users", "sessions"].map(|table| owner_of(schema, table));
        match (users, sessions) {
            (Some(owner), Some(other)) if owner == other => Ok(Accounts {
                schema: quote_identifier(schema),
                owner,
            }),
            (Some(_), Some(_)) => Err(missing(format!(
                "The tables users and sessions of schema \"{schema}\" have different owners."
            ))),
            _ => Err(missing(format!(
                "Schema \"{schema}\" has not both of the tables users and sessions."
            ))),
        }
    }

    /// Looks something up, with the caller's snapshot: nothing is written, and no transaction id used up.
    fn read<T>(
        &self,
        query: &str,
        parameters: &[DatumWithOid<'_>],
        take: impl FnOnce(SpiTupleTable<'_>) -> std::result::Result<T, SpiError>,
    ) -> T {
        let _as_owner = AsUser::owner(self.owner);
        or_raise(Spi::connect(|client| {
            let plan = self.plan(query, parameters, |query, types| {
                client.prepare(query, types)
            })?;
            take(client.select(plan, None, parameters)?)
        }))
    }

    /// Changes something.
    fn write<T>(
        &self,
        query: &str,
        parameters: &[DatumWithOid<'_>],
        take: impl FnOnce(SpiTupleTable<'_>) -> std::result::Result<T, SpiError>,
    ) -> T {
        let _as_owner = AsUser::owner(self.owner);
        or_raise(Spi::connect_mut(|client| {
            let plan = self.plan(query, parameters, |query, types| {
                client.prepare_mut(query, types)
            })?;
            take(client.update(plan, None, parameters)?)
        }))
    }

    /// The plan of a query, made once. There are as many as queries above, so they are never given back.
    fn plan<'a>(
        &self,
        query: &str,
        parameters: &[DatumWithOid<'_>],
        prepare: impl FnOnce(&CStr, &[PgOid]) -> std::result::Result<PreparedStatement<'a>, SpiError>,
    ) -> std::result::Result<&'static OwnedPreparedStatement, SpiError> {
        let text = query.replace('%', &self.schema);
        if let Some(plan) = PLANS.with_borrow(|plans| plans.get(&text).copied()) {
            return Ok(plan);
        }
        let types: Vec<PgOid> = parameters
            .iter()
            .map(|parameter| PgOid::from(parameter.oid()))
            .collect();
        let plan: &'static OwnedPreparedStatement =
            Box::leak(Box::new(prepare(&statement(&text), &types)?.keep()));
        PLANS.with_borrow_mut(|plans| plans.insert(text, plan));
        Ok(plan)
    }
}

/// Whose table it is, if there is one.
fn owner_of(schema: &str, table: &str) -> Option<pg_sys::Oid> {
    let schema = CString::new(text::to_server(schema).into_owned()).ok()?;
    let table = CString::new(table).ok()?;
    // SAFETY: look-ups in the catalogs; the entry is released before its content is used no more.
    unsafe {
        let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
        let table = pg_sys::get_relname_relid(table.as_ptr(), schema);
        let cache = pg_sys::SysCacheIdentifier::RELOID as i32;
        let entry = pg_sys::SearchSysCache1(cache, table.into());
        if entry.is_null() {
            return None;
        }
        let owner = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(entry)).relowner;
        pg_sys::ReleaseSysCache(entry);
        Some(owner)
    }
}
