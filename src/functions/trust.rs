//! What the DBA declared: the extension's tables, read once and again when they have changed.
//!
//! They are read by scanning them, not by a query: no search_path, no policy and no right of whoever calls has a say.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CStr;
use std::rc::Rc;

use auth0::jwt::Issuer;
use auth0::{Error, Result};
use pgrx::pg_sys::{self, Oid};
use pgrx::{pg_extern, FromDatum, JsonB};

use super::changes;
use crate::error::{raise, raise_internal, OrRaise};
use crate::server;
use crate::text;

/// Everything declared.
#[derive(Default)]
pub struct Trust {
    issuers: HashMap<String, std::result::Result<Rc<Issuer>, Error>>,
    /// PostgREST's login role, its issuer, and whether its claims are believed.
    pub postgrest: Vec<(String, String, bool)>,
    /// The schema with the tables `users` and `sessions`.
    pub accounts: Option<String>,
}

impl Trust {
    /// The issuer of this address.
    pub fn issuer(&self, url: &str) -> Option<Result<Rc<Issuer>>> {
        self.issuers.get(url).cloned()
    }

    /// All addresses.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.issuers.keys().map(String::as_str)
    }
}

thread_local! {
    static TRUST: RefCell<Option<Rc<Trust>>> = const { RefCell::new(None) };
    /// Set by the invalidation callback, which may come at any time.
    static CHANGED: Cell<bool> = const { Cell::new(true) };
    static WATCHED: Cell<[Oid; 3]> = const { Cell::new([Oid::INVALID; 3]) };
}

/// Postgres tells of a changed relation, or of all (the invalid oid).
pub fn changed(relation: Oid) {
    if relation == Oid::INVALID || WATCHED.get().contains(&relation) {
        CHANGED.set(true);
    }
}

/// What is declared now, own uncommitted changes included.
pub fn trust() -> Rc<Trust> {
    if !CHANGED.get() {
        if let Some(known) = TRUST.with_borrow(Clone::clone) {
            return known;
        }
    }
    changes::listen();
    // Before reading: a change that comes in between is read again.
    CHANGED.set(false);
    let fresh = Rc::new(read());
    TRUST.set(Some(fresh.clone()));
    fresh
}

fn read() -> Trust {
    let mut trust = Trust::default();
    let [issuers, postgrest, accounts] = [c"issuers", c"postgrest", c"account_schema"].map(table);
    WATCHED.set([issuers, postgrest, accounts]);
    // SAFETY: each closure reads columns by the types that sql/trust.sql declares.
    unsafe {
        scan(issuers, |columns| {
            let url: String = column(columns, 0);
            let audiences: Vec<Option<String>> = column(columns, 1);
            let options: JsonB = column(columns, 2);
            let audiences: Vec<String> = audiences
                .into_iter()
                .flatten()
                .map(text::received)
                .collect();
            let url = text::received(url);
            let issuer = Issuer::parse(&url, &audiences, &options.0).map(Rc::new);
            trust.issuers.insert(url, issuer);
        });
        scan(postgrest, |columns| {
            let role = text::from_server(
                (*columns[0].0.cast_mut_ptr::<pg_sys::NameData>())
                    .data
                    .as_ptr(),
            );
            let issuer: String = column(columns, 1);
            trust
                .postgrest
                .push((role, text::received(issuer), column(columns, 2)));
        });
        scan(accounts, |columns| {
            let schema: &CStr = CStr::from_ptr(
                (*columns[1].0.cast_mut_ptr::<pg_sys::NameData>())
                    .data
                    .as_ptr(),
            );
            trust.accounts = Some(text::from_server(schema.as_ptr()));
        });
    }
    trust
}

/// One of the extension's own tables. A table of that name which the extension did not make is not believed.
fn table(name: &CStr) -> Oid {
    // SAFETY: look-ups in the catalogs.
    unsafe {
        let schema = pg_sys::get_namespace_oid(c"auth0".as_ptr(), true);
        let table = pg_sys::get_relname_relid(name.as_ptr(), schema);
        let ours = pg_sys::get_extension_oid(c"auth0_fdw".as_ptr(), true);
        let maker = pg_sys::getExtensionOfObject(pg_sys::RelationRelationId, table);
        if table == Oid::INVALID || ours == Oid::INVALID || maker != ours {
            raise_internal("a table of extension auth0_fdw is missing");
        }
        table
    }
}

/// A column's value and whether it is null.
type Column = (pg_sys::Datum, bool);

/// # Safety
/// The column must be declared with a type that `T` reads, and NOT NULL.
unsafe fn column<T: FromDatum>(columns: &[Column], at: usize) -> T {
    let value = columns.get(at).and_then(|(datum, null)| {
        // SAFETY: the caller's promise.
        unsafe { T::from_datum(*datum, *null) }
    });
    value.unwrap_or_else(|| raise_internal("a table of extension auth0_fdw has another shape"))
}

/// Every row that is committed by now, or ours.
unsafe fn scan(table: Oid, mut row: impl FnMut(&[Column])) {
    // SAFETY: the relation stays open and locked, and the scan's snapshot registered, for as long as tuples are looked at;
    // after an error Postgres releases all of them.
    unsafe {
        let lock = pg_sys::AccessShareLock as i32;
        let relation = pg_sys::table_open(table, lock);
        let scan = pg_sys::systable_beginscan(
            relation,
            Oid::INVALID,
            false,
            // A fresh one, which may be taken in parallel mode, too.
            std::ptr::null_mut(),
            0,
            std::ptr::null_mut(),
        );
        let shape = (*relation).rd_att;
        let count = (*shape).natts as usize;
        loop {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let mut values = vec![pg_sys::Datum::null(); count];
            let mut nulls = vec![true; count];
            pg_sys::heap_deform_tuple(tuple, shape, values.as_mut_ptr(), nulls.as_mut_ptr());
            let columns: Vec<Column> = values.into_iter().zip(nulls).collect();
            row(&columns);
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, lock);
    }
}

/// Whether a row of `auth0.issuers` can be: the table's check constraint.
#[pg_extern(sql = false)]
fn check_issuer(
    issuer: Option<String>,
    audiences: Option<Vec<Option<String>>>,
    options: Option<JsonB>,
) -> bool {
    let audiences: Vec<String> = audiences
        .unwrap_or_default()
        .into_iter()
        .map(|audience| text::received(audience.unwrap_or_default()))
        .collect();
    let issuer = text::received(issuer.unwrap_or_default());
    let options = options.map_or(serde_json::Value::Null, |options| options.0);
    Issuer::parse(&issuer, &audiences, &options).or_raise();
    true
}

/// The issuer that a foreign server's `url` or `domain` stands for, with the slash that Auth0's issuers end in.
#[pg_extern(sql = false)]
fn server_issuer(server: Option<&str>) -> String {
    server::issuer_of(server.unwrap_or_default()).or_raise()
}

/// The issuer, if it is registered; an error if not.
#[pg_extern(sql = false)]
fn known_issuer(issuer: Option<&str>) -> String {
    let issuer = text::received(issuer.unwrap_or_default().to_owned());
    if trust().issuer(&issuer).is_none() {
        raise(Error::NotFound {
            what: "issuer",
            hint: "SELECT issuer FROM auth0.issuers; shows those that are registered. The slash at the end counts.",
            name: issuer,
        });
    }
    issuer
}
