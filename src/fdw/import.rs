//! IMPORT FOREIGN SCHEMA: the catalogue as CREATE FOREIGN TABLE statements.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::ptr;

use auth0::catalog::{self, Object};
use auth0::{Error, Place, Result};
use pgrx::pg_sys::{self, ImportForeignSchemaType as Selection, Oid};
use pgrx::{pg_guard, spi::quote_identifier};

use crate::error::{raise_internal, OrRaise};
use crate::server::options;
use crate::{list, text};

/// ImportForeignSchema. A tenant has no schemas, so any remote schema's name will do.
///
/// # Safety
/// Called by Postgres with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn import(
    statement: *mut pg_sys::ImportForeignSchemaStmt,
    _server: Oid,
) -> *mut pg_sys::List {
    // SAFETY: the parser's statement; the strings made here live in the current memory context.
    unsafe {
        let given = options::read((*statement).options);
        auth0::options::validate(Place::Import, &given).or_raise();
        let secrets = given.is_true("include_secrets");
        let names: Vec<String> = list::iter::<pg_sys::RangeVar>((*statement).table_list)
            .map(|table| text::from_server((*table).relname))
            .collect();
        let server = text::from_server((*statement).server_name);
        let schema = text::from_server((*statement).local_schema);
        let mut commands = ptr::null_mut();
        for object in select((*statement).list_type, &names).or_raise() {
            let sql = catalog::create_foreign_table(object, &schema, &server, secrets, |name| {
                quote_identifier(name)
            });
            let Ok(sql) = CString::new(text::to_server(&sql).into_owned()) else {
                raise_internal("a statement could not be written");
            };
            commands = pg_sys::lappend(commands, pg_sys::pstrdup(sql.as_ptr()).cast());
        }
        commands
    }
}

/// The objects that LIMIT TO and EXCEPT leave. A name in LIMIT TO that does not exist is an error: Postgres itself
/// would import nothing for it and say nothing.
fn select(selection: Selection::Type, names: &[String]) -> Result<Vec<&'static Object>> {
    let limited = selection == Selection::FDW_IMPORT_SCHEMA_LIMIT_TO;
    if let Some(unknown) = names
        .iter()
        .find(|name| limited && catalog::find(name).is_none())
    {
        return Err(Error::UnknownObject {
            name: unknown.clone(),
            similar: catalog::similar(unknown),
        });
    }
    let listed = |object: &Object| names.iter().any(|name| name == object.name);
    let wanted = |object: &Object| match selection {
        Selection::FDW_IMPORT_SCHEMA_LIMIT_TO => listed(object),
        Selection::FDW_IMPORT_SCHEMA_EXCEPT => !listed(object),
        _ => true,
    };
    Ok(catalog::OBJECTS
        .iter()
        .copied()
        .filter(|object| wanted(object))
        .collect())
}
