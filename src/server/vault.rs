//! Secrets kept in Supabase Vault, read with the rights of the server's owner.
#![allow(unsafe_code)]

use std::panic::AssertUnwindSafe;

use auth0::secret::Secret;
use auth0::{Error, Result};
use pgrx::pg_sys::panic::CaughtError;
use pgrx::pg_sys::{self, Oid};
use pgrx::{PgSqlErrorCode, PgTryBuilder, Spi};

use super::Server;
use crate::text;

/// By id. A value that is no UUID is taken for a name; and as older versions of Vault show users a secret's `key_id`
/// where newer ones show its `id`, either is accepted.
pub fn by_id(server: &Server, option: &'static str, id: &str) -> Result<Secret> {
    const HAS_KEY_ID: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute \
        WHERE attrelid OPERATOR(pg_catalog.=) 'vault.decrypted_secrets'::pg_catalog.regclass \
        AND attname OPERATOR(pg_catalog.=) 'key_id' AND NOT attisdropped)";
    const BY_ID: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
        WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid";
    const BY_KEY_ID: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
        WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid OR key_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid";
    if !is_uuid(id) {
        return by_name(server, option, id);
    }
    read(server, option, || {
        let has_key_id: bool = Spi::get_one(HAS_KEY_ID)?.unwrap_or(false);
        Spi::get_one_with_args(if has_key_id { BY_KEY_ID } else { BY_ID }, &[id.into()])
    })
}

/// By name.
pub fn by_name(server: &Server, option: &'static str, name: &str) -> Result<Secret> {
    const BY_NAME: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
        WHERE name OPERATOR(pg_catalog.=) $1::pg_catalog.text";
    read(server, option, || {
        Spi::get_one_with_args(BY_NAME, &[name.into()])
    })
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(|b| *b != b'-');
    digits.clone().count() == 32 && digits.clone().all(|b| b.is_ascii_hexdigit())
}

fn read(
    server: &Server,
    option: &'static str,
    query: impl Fn() -> std::result::Result<Option<String>, pgrx::spi::SpiError>,
) -> Result<Secret> {
    let failed = |reason: String| Error::Vault {
        option,
        server: server.name.clone(),
        reason,
        owner: role_name(server.owner),
    };
    let _as_owner = AsUser::switch(server.owner);
    // Vault's own words are kept for the detail, but what they could quote of a secret is not: only errors about the
    // relation and the rights to it are passed on.
    let answer = PgTryBuilder::new(AssertUnwindSafe(|| Ok(query())))
        .catch_others(|error| match &error {
            CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => {
                match report.sql_error_code() {
                    PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
                    | PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE
                    | PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME
                    | PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN => Err(report.message().to_owned()),
                    _ => error.rethrow(),
                }
            }
            CaughtError::RustPanic { .. } => error.rethrow(),
        })
        .execute();
    match answer {
        Ok(Ok(Some(secret))) if !secret.trim().is_empty() => Ok(Secret::new(secret)),
        Ok(Ok(Some(_))) => Err(failed("The secret is empty".to_owned())),
        Ok(Ok(None) | Err(pgrx::spi::SpiError::InvalidPosition)) => {
            Err(failed("There is no such secret".to_owned()))
        }
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(message) => Err(failed(message)),
    }
}

fn role_name(role: Oid) -> String {
    // SAFETY: gives a string, or null if the role is gone.
    unsafe { text::from_server(pg_sys::GetUserNameFromId(role, true)) }
}

/// Acts as another user until dropped. After an error that is not caught, the end of the (sub)transaction restores
/// the user anyway.
struct AsUser {
    user: Oid,
    context: i32,
}

impl AsUser {
    fn switch(to: Oid) -> Self {
        let (mut user, mut context) = (Oid::INVALID, 0);
        // SAFETY: reads and sets variables of the backend.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            // The restricted flag: what the view's functions do as the owner must not outlive the look-up.
            let restricted =
                pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
            pg_sys::SetUserIdAndSecContext(to, context | restricted as i32);
        }
        AsUser { user, context }
    }
}

impl Drop for AsUser {
    fn drop(&mut self) {
        // SAFETY: restores what `switch` found.
        unsafe { pg_sys::SetUserIdAndSecContext(self.user, self.context) }
    }
}
