//! AddForeignUpdateTargets, PlanForeignModify: what a statement needs of the rows it changes, and what it sets.
//!
//! A statement that its owner has not allowed, or that Auth0 has no call for, is refused here, before anything is read.
#![allow(unsafe_code)]

use std::ffi::{c_int, CString};
use std::ptr;

use auth0::catalog::writes::Op;
use auth0::catalog::Object;
use auth0::{write, Error, Result};
use pgrx::pg_guard;
use pgrx::pg_sys::{self, CmdType, Index, List, Oid, PlannerInfo, RangeTblEntry};
use serde::{Deserialize, Serialize};

use super::columns::{columns, unsendable, WriteColumn};
use super::{read_first, rights};
use crate::error::OrRaise;
use crate::fdw::generated::attribute_of;
use crate::fdw::plan;
use crate::list;
use crate::server::Table;

/// What goes from the planner to the executor.
#[derive(Debug, Serialize, Deserialize)]
pub struct ModifyPlan {
    /// Attribute numbers of the columns that an UPDATE sets.
    pub set: Vec<i16>,
}

/// What a command does, if it is one that writes a row.
pub fn op_of(command: CmdType::Type) -> Option<Op> {
    match command {
        CmdType::CMD_INSERT => Some(Op::Insert),
        CmdType::CMD_UPDATE => Some(Op::Update),
        CmdType::CMD_DELETE => Some(Op::Delete),
        _ => None,
    }
}

/// The column of each key by which rows of the object are found.
pub fn key_columns<'a>(
    object: &'static Object,
    op: Op,
    columns: &'a [WriteColumn],
) -> Result<Vec<&'a WriteColumn>> {
    let find = |key: &'static str| {
        let column = columns.iter().find(|one| one.plain && one.name == key);
        column.ok_or(Error::NoKeyColumn {
            object: object.name,
            column: key,
            op,
        })
    };
    write::keys(object, op).into_iter().map(find).collect()
}

/// The name under which a DELETE's rows carry a key. Children of one parent may have it in different places.
pub fn junk_name(number: i16, ty: Oid) -> CString {
    CString::new(format!("auth0 key {number} {}", ty.to_u32())).unwrap_or_default()
}

/// AddForeignUpdateTargets. To an UPDATE Postgres itself adds the whole old row.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn add_targets(
    root: *mut PlannerInfo,
    rtindex: Index,
    _entry: *mut RangeTblEntry,
    relation: pg_sys::Relation,
) {
    // SAFETY: the planner's own structures; the relation is open.
    unsafe {
        let Some(op) = op_of((*(*root).parse).commandType) else {
            return;
        };
        let table = Table::read((*relation).rd_id);
        let object = table.object().or_raise();
        let settings = table.settings().or_raise();
        rights::check(&table, object, &settings, op).or_raise();
        let columns = columns(relation, object, settings.on_type_error).or_raise();
        let keys = key_columns(object, op, &columns).or_raise();
        if op != Op::Delete {
            return;
        }
        for key in keys {
            let declared = attribute_of((*relation).rd_att, key.number);
            let (ty, typmod) = ((*declared).atttypid, (*declared).atttypmod);
            let variable = pg_sys::makeVar(
                rtindex as _,
                key.number,
                ty,
                typmod,
                (*declared).attcollation,
                0,
            );
            let name = pg_sys::pstrdup(junk_name(key.number, ty).as_ptr());
            pg_sys::add_row_identity_var(root, variable, rtindex, name);
        }
        if !(*(*root).parse).returningList.is_null() {
            let row = pg_sys::makeVar(rtindex as _, 0, pg_sys::RECORDOID, -1, Oid::INVALID, 0);
            pg_sys::add_row_identity_var(root, row, rtindex, WHOLE_ROW.as_ptr());
        }
    }
}

/// As Postgres calls the old row.
pub const WHOLE_ROW: &std::ffi::CStr = c"wholerow";

/// PlanForeignModify.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn plan_modify(
    root: *mut PlannerInfo,
    modify: *mut pg_sys::ModifyTable,
    result: Index,
    _subplan: c_int,
) -> *mut List {
    // SAFETY: the planner's own structures; it has locked the relation.
    unsafe {
        let Some(op) = op_of((*modify).operation) else {
            return ptr::null_mut();
        };
        let table = (**(*root).simple_rte_array.add(result as usize)).relid;
        let declared = Table::read(table);
        let object = declared.object().or_raise();
        let settings = declared.settings().or_raise();
        rights::check(&declared, object, &settings, op).or_raise();
        let set = match op {
            Op::Update => {
                let relation = pg_sys::table_open(table, pg_sys::NoLock as i32);
                let columns = columns(relation, object, settings.on_type_error).or_raise();
                pg_sys::table_close(relation, pg_sys::NoLock as i32);
                let set = set_columns(root, table);
                check_set(object, &columns, &set).or_raise();
                set
            }
            _ => Vec::new(),
        };
        if op != Op::Insert {
            read_first::put_under(modify);
        }
        pg_sys::lappend(ptr::null_mut(), plan::node(&ModifyPlan { set }).cast())
    }
}

/// Attribute numbers of the columns that the statement sets, in `table`: the statement may be on its parent.
///
/// # Safety
/// `root` must be the planner's, for an UPDATE.
pub unsafe fn set_columns(root: *mut PlannerInfo, table: Oid) -> Vec<i16> {
    // SAFETY: the caller's promise; a list of integers.
    unsafe {
        let target = (*(*root).parse).resultRelation as usize;
        let parent = (**(*root).simple_rte_array.add(target)).relid;
        list::integers((*root).update_colnos)
            .map(|number| {
                let number = number as i16;
                match parent == table {
                    true => number,
                    false => {
                        let name = pg_sys::get_attname(parent, number, false);
                        pg_sys::get_attnum(table, name)
                    }
                }
            })
            .collect()
    }
}

/// Whether these columns can be sent at all.
pub fn check_set(object: &'static Object, columns: &[WriteColumn], set: &[i16]) -> Result<()> {
    let set: Vec<&WriteColumn> = columns
        .iter()
        .filter(|column| set.contains(&column.number))
        .collect();
    if let Some(column) = set.iter().find(|column| !column.plain) {
        return Err(unsendable(object, Op::Update, &column.name));
    }
    let names: Vec<&str> = set.iter().map(|column| column.name.as_str()).collect();
    write::check(object, Op::Update, &names)
}
