//! Secrets kept in Supabase Vault, read with the rights of the server's owner.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::panic::AssertUnwindSafe;

use auth0::secret::Secret;
use auth0::{Error, Result};
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::pg_sys::{self, Oid};
use pgrx::spi::SpiError;
use pgrx::{PgSqlErrorCode, PgTryBuilder, Spi};

use super::Server;
use crate::as_user::AsUser;
use crate::text;

const BY_ID: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
    WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid";
const BY_KEY_ID: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
    WHERE key_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid LIMIT 2";
const BY_NAME: &str = "SELECT decrypted_secret::pg_catalog.text FROM vault.decrypted_secrets \
    WHERE name OPERATOR(pg_catalog.=) $1::pg_catalog.text LIMIT 2";
const HAS_KEY_ID: &str = "SELECT 'yes'::pg_catalog.text FROM pg_catalog.pg_attribute \
    WHERE attrelid OPERATOR(pg_catalog.=) 'vault.decrypted_secrets'::pg_catalog.regclass \
    AND attname OPERATOR(pg_catalog.=) $1::pg_catalog.text AND NOT attisdropped";

/// By id. A value that is no UUID is taken for a name; and as older versions of Vault show users a secret's `key_id`
/// where newer ones show its `id`, that will do where no secret has the id.
pub fn by_id(server: &Server, option: &'static str, id: &str) -> Result<Secret> {
    if !is_uuid(id) {
        return by_name(server, option, id);
    }
    read(server, option, || {
        let by_id = select(BY_ID, id)?;
        if by_id.is_empty() && !select(HAS_KEY_ID, "key_id")?.is_empty() {
            return select(BY_KEY_ID, id);
        }
        Ok(by_id)
    })
}

/// By name.
pub fn by_name(server: &Server, option: &'static str, name: &str) -> Result<Secret> {
    read(server, option, || select(BY_NAME, name))
}

/// Whether the current user may read Vault itself. False where there is no Vault, unless for a superuser.
pub fn may_read() -> bool {
    // SAFETY: look-ups in the catalogs.
    unsafe {
        let view = view();
        pg_sys::superuser()
            || view.is_some_and(|view| {
                pg_sys::pg_class_aclcheck(
                    view,
                    pg_sys::GetUserId(),
                    pg_sys::ACL_SELECT as pg_sys::AclMode,
                ) == pg_sys::AclResult::ACLCHECK_OK
            })
    }
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(|b| *b != b'-');
    digits.clone().count() == 32 && digits.clone().all(|b| b.is_ascii_hexdigit())
}

/// The one column of a query with one text parameter.
fn select(query: &str, parameter: &str) -> std::result::Result<Vec<Option<String>>, SpiError> {
    Spi::connect(|client| {
        let parameters: [DatumWithOid; 1] = [parameter.into()];
        client
            .select(query, None, &parameters)?
            .map(|row| row.get::<String>(1))
            .collect()
    })
}

fn read(
    server: &Server,
    option: &'static str,
    query: impl Fn() -> std::result::Result<Vec<Option<String>>, SpiError>,
) -> Result<Secret> {
    let failed = |reason: &str| Error::Vault {
        option,
        server: server.name.clone(),
        reason: reason.to_owned(),
        owner: role_name(server.owner),
    };
    check_trust(server).map_err(|reason| failed(&reason))?;
    let _as_owner = AsUser::restricted(server.owner);
    let answer = PgTryBuilder::new(AssertUnwindSafe(|| Ok(query())))
        .catch_others(|error| match &error {
            CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => {
                match reason(report.sql_error_code(), report.message()) {
                    Some(reason) => Err(reason),
                    None => error.rethrow(),
                }
            }
            CaughtError::RustPanic { .. } => error.rethrow(),
        })
        .execute();
    let found = answer
        .map_err(|reason| failed(&reason))?
        .map_err(|error| failed(&error.to_string()))?;
    match found.as_slice() {
        [] => Err(failed("There is no such secret")),
        [Some(secret)] if !secret.trim().is_empty() => {
            Ok(Secret::new(text::received(secret.clone())))
        }
        [_] => Err(failed("The secret is empty")),
        _ => Err(failed("It names several secrets")),
    }
}

/// What may be told of an error in Vault: its words only if they are about the relation and the rights to it, as any
/// other could quote a secret. `None` for errors that are not Vault's, such as a cancel.
fn reason(code: PgSqlErrorCode, message: &str) -> Option<String> {
    // SAFETY: gives a NUL-terminated string in a buffer of its own.
    let state = unsafe { CStr::from_ptr(pg_sys::unpack_sql_state(code as i32)) }.to_string_lossy();
    match code {
        PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE
        | PgSqlErrorCode::ERRCODE_UNDEFINED_TABLE
        | PgSqlErrorCode::ERRCODE_INVALID_SCHEMA_NAME
        | PgSqlErrorCode::ERRCODE_UNDEFINED_COLUMN => Some(message.to_owned()),
        _ if state.starts_with("57") || state.starts_with("53") => None,
        _ => Some(format!("Vault failed with SQLSTATE {state}")),
    }
}

fn view() -> Option<Oid> {
    // SAFETY: look-ups in the catalogs, which raise nothing when there is no such schema or view.
    let view = unsafe {
        match pg_sys::get_namespace_oid(c"vault".as_ptr(), true) {
            Oid::INVALID => Oid::INVALID,
            schema => pg_sys::get_relname_relid(c"decrypted_secrets".as_ptr(), schema),
        }
    };
    (view != Oid::INVALID).then_some(view)
}

/// Reading the view runs whatever its maker put into it, with the rights of the server's owner. So the maker must be
/// somebody the owner trusts: a superuser, an extension, or the owner.
fn check_trust(server: &Server) -> std::result::Result<(), String> {
    let Some(view) = view() else { return Ok(()) };
    // SAFETY: look-ups in the catalogs; the tuple is released before its content is used no more.
    unsafe {
        let cache = pg_sys::SysCacheIdentifier::RELOID as i32;
        let tuple = pg_sys::SearchSysCache1(cache, view.into());
        if tuple.is_null() {
            return Ok(());
        }
        let maker = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(tuple)).relowner;
        pg_sys::ReleaseSysCache(tuple);
        let trusted = maker == server.owner
            || pg_sys::superuser_arg(maker)
            || pg_sys::getExtensionOfObject(pg_sys::RelationRelationId, view) != Oid::INVALID;
        if trusted {
            return Ok(());
        }
        Err(format!("vault.decrypted_secrets belongs to role \"{}\", whom the server's owner need not trust", role_name(maker)))
    }
}

fn role_name(role: Oid) -> String {
    // SAFETY: gives a string, or null if the role is gone.
    unsafe { text::from_server(pg_sys::GetUserNameFromId(role, true)) }
}
