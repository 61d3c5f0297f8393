//! Options as Postgres' catalogs hold them.
#![allow(unsafe_code)]

use std::ffi::CString;

use auth0::options::{self, Raw};
use auth0::{Error, Place, Result};
use pgrx::pg_sys::{self, Oid};
use pgrx::{direct_function_call, IntoDatum};

use super::{vault, Server, Table};
use crate::{list, text};

/// The validator: `options` are `name=value` as Postgres passes them, `catalog` says what they stand on.
pub fn validate(options: Vec<Option<String>>, catalog: Option<Oid>) -> Result<()> {
    let pairs = options
        .into_iter()
        .flatten()
        .map(text::received)
        .filter_map(|option| {
            option
                .split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        })
        .collect();
    let place = match catalog {
        Some(pg_sys::ForeignDataWrapperRelationId) => Place::Wrapper,
        Some(pg_sys::ForeignServerRelationId) => Place::Server,
        Some(pg_sys::UserMappingRelationId) => Place::UserMapping,
        Some(pg_sys::ForeignTableRelationId) => Place::Table,
        Some(pg_sys::AttributeRelationId) => Place::Column,
        _ => return Ok(()),
    };
    let options = Raw::new(pairs);
    options::validate(place, &options)?;
    // Vault is read with the rights of the server's owner, so a role must not be able to name just any secret of it.
    match options::vault_options()
        .find(|name| place == Place::UserMapping && options.get(name).is_some())
    {
        Some(option) if !vault::may_read() => Err(Error::VaultForbidden {
            option: option.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A list of `DefElem` as name-value pairs.
///
/// # Safety
/// `list` must be a list of `DefElem`, or null.
pub unsafe fn read(list: *mut pg_sys::List) -> Raw {
    // SAFETY: the caller's promise; names and values are strings of Postgres'.
    let pairs = unsafe {
        list::iter::<pg_sys::DefElem>(list)
            .map(|option| {
                (
                    text::from_server((*option).defname),
                    text::from_server(pg_sys::defGetString(option)),
                )
            })
            .collect()
    };
    Raw::new(pairs)
}

/// A foreign table, its options and its server's.
pub fn of_table(table: Oid) -> Table {
    // SAFETY: both look-ups raise an error instead of returning null, and their results are copies in the current
    // memory context; get_rel_name may return null, which reads as an empty string.
    unsafe {
        let table_entry = pg_sys::GetForeignTable(table);
        Table {
            schema: text::from_server(pg_sys::get_namespace_name(pg_sys::get_rel_namespace(table))),
            name: text::from_server(pg_sys::get_rel_name(table)),
            options: read((*table_entry).options),
            server: describe(pg_sys::GetForeignServer((*table_entry).serverid)),
        }
    }
}

/// A foreign server by its name.
pub fn of_server(name: &str) -> Option<Server> {
    let name = CString::new(name).ok()?;
    // SAFETY: gives null for a name that there is not; else a copy in the current memory context.
    unsafe {
        let server = pg_sys::GetForeignServerByName(name.as_ptr(), true);
        (!server.is_null()).then(|| describe(server))
    }
}

/// Raises Postgres' own error if the current user may not use the server.
pub fn check_usage(server: &Server) {
    let name = CString::new(text::to_server(&server.name).into_owned()).unwrap_or_default();
    // SAFETY: a look-up in the catalogs with arguments of its types; the error quotes a NUL-terminated name.
    unsafe {
        let privilege = pg_sys::cstring_to_text(c"USAGE".as_ptr());
        let may = direct_function_call::<bool>(
            pg_sys::has_server_privilege_id,
            &[server.oid.into_datum(), Some(privilege.into())],
        );
        if may != Some(true) {
            pg_sys::aclcheck_error(
                pg_sys::AclResult::ACLCHECK_NO_PRIV,
                pg_sys::ObjectType::OBJECT_FOREIGN_SERVER,
                name.as_ptr(),
            );
        }
    }
}

/// # Safety
/// `server` must be what GetForeignServer gives.
unsafe fn describe(server: *mut pg_sys::ForeignServer) -> Server {
    // SAFETY: the caller's promise.
    unsafe {
        Server {
            oid: (*server).serverid,
            name: text::from_server((*server).servername),
            owner: (*server).owner,
            options: read((*server).options),
            validated: (*pg_sys::GetForeignDataWrapper((*server).fdwid)).fdwvalidator
                != Oid::INVALID,
        }
    }
}

/// The options of one column.
pub fn of_column(table: Oid, attribute: i16) -> Raw {
    // SAFETY: gives a list of DefElem, or null.
    unsafe { read(pg_sys::GetForeignColumnOptions(table, attribute)) }
}
