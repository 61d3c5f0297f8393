//! Whether a table may be written: what its owner has opened, and what the API does at all.
#![allow(unsafe_code)]

use std::ffi::c_int;

use auth0::catalog::writes::Op;
use auth0::catalog::Object;
use auth0::options::Settings;
use auth0::{write, Error, Result};
use pgrx::{pg_guard, pg_sys};

use crate::error::OrRaise;
use crate::server::Table;

/// Nothing if it may be; else an error that says what to do.
pub fn check(table: &Table, object: &'static Object, settings: &Settings, op: Op) -> Result<()> {
    write::allowed(object, op)?;
    let closed = [
        ("updatable", settings.updatable),
        ("deletable", settings.deletable || op != Op::Delete),
    ];
    let closed = closed.into_iter().filter(|(_, open)| !open);
    let options: Vec<_> = closed
        .map(|(option, _)| (option, table.gives(option)))
        .collect();
    match options.is_empty() {
        true => Ok(()),
        false => Err(Error::NotUpdatable {
            holder: table.holder(),
            options,
        }),
    }
}

/// IsForeignRelUpdatable.
///
/// # Safety
/// Called by Postgres with an open relation.
#[pg_guard]
pub unsafe extern "C-unwind" fn updatable(relation: pg_sys::Relation) -> c_int {
    // SAFETY: the caller's promise.
    let table = Table::read(unsafe { (*relation).rd_id });
    let (Ok(object), Ok(settings)) = (table.object(), table.settings()) else {
        return 0;
    };
    let may = |op| check(&table, object, &settings, op).is_ok();
    let events = [
        (Op::Insert, pg_sys::CmdType::CMD_INSERT),
        (Op::Update, pg_sys::CmdType::CMD_UPDATE),
        (Op::Delete, pg_sys::CmdType::CMD_DELETE),
    ];
    let events = events
        .into_iter()
        .filter(|(op, _)| may(*op))
        .fold(0, |all, (_, command)| all | 1 << command);
    // COPY and rows that are routed into a partition have no plan of ours in which to refuse them; Postgres' own words would
    // not say what to do. Who only asks what can be done does not hold the lock of who does it.
    // SAFETY: as above.
    let written = unsafe {
        pg_sys::CheckRelationLockedByMe(relation, pg_sys::RowExclusiveLock as i32, false)
    };
    if events == 0 && written {
        check(&table, object, &settings, Op::Insert).or_raise();
    }
    events
}
