//! What one statement does to one foreign table: made when it begins, dropped with the query's memory.
#![allow(unsafe_code)]

use std::collections::HashSet;

use auth0::catalog::writes::{self, Op};
use auth0::catalog::Object;
use auth0::options::Settings;
use auth0::write::{self, Row, Step};
use auth0::Result;
use pgrx::pg_sys::{self, EState, Oid, ResultRelInfo, TupleTableSlot};
use pgrx::PgMemoryContexts;
use serde_json::Value;

use super::book::{name_of, Fate, Named};
use super::columns::{columns, put, unsendable, WriteColumn};
use super::plan::{junk_name, key_columns, WHOLE_ROW};
use super::returned::Returned;
use super::send::Sender;
use super::{rights, transaction};
use crate::error::OrRaise;
use crate::fdw::generated::attribute_of;
use crate::fdw::slot::unpack;
use crate::guc;
#[cfg(any(feature = "pg14", feature = "pg15"))]
use crate::list;
use crate::server::Table;

/// Rows that are put together before they are sent, where several go in one request.
const TOGETHER: usize = 1000;

/// One statement's writes into one table.
pub struct Modify {
    /// What it shows.
    pub object: &'static Object,
    /// What is done.
    pub op: Op,
    /// What is on its way, and what has become of it.
    pub sender: Sender,
    settings: Settings,
    relation: pg_sys::Relation,
    columns: Vec<WriteColumn>,
    set: Vec<i16>,
    /// For a DELETE: the key columns' places among `columns`, and where the plan's rows have them.
    keys: Vec<(usize, i16)>,
    whole_row: i16,
    /// Whether the statement is COPY, which waits at its end only.
    pub copies: bool,
    returned: Option<Returned>,
    /// Rows that the statement has changed, by their keys: it changes each once.
    done: HashSet<String>,
    pending: Vec<(Row, Named)>,
}

/// What makes a [`Modify`].
pub struct Begin {
    /// The query's state.
    pub estate: *mut EState,
    /// The statement's plan; null for COPY.
    pub plan: *mut pg_sys::ModifyTable,
    /// The table.
    pub target: *mut ResultRelInfo,
    /// What is done.
    pub op: Op,
    /// Columns that an UPDATE sets.
    pub set: Vec<i16>,
    /// Whether it is COPY.
    pub copies: bool,
    /// Whether nothing will be done.
    pub only_explained: bool,
}

impl Modify {
    /// Makes it, in the memory of the query.
    ///
    /// # Safety
    /// Must be called by a callback that begins a statement, with what it is given.
    pub unsafe fn begin<'a>(begin: Begin) -> &'a mut Modify {
        // SAFETY: the executor's structures; the relation stays open until the statement ends.
        unsafe {
            let Begin {
                estate,
                plan,
                target,
                op,
                ..
            } = begin;
            let relation = (*target).ri_RelationDesc;
            let table = Table::read((*relation).rd_id);
            let object = table.object().or_raise();
            let settings = table.settings().or_raise();
            rights::check(&table, object, &settings, op).or_raise();
            if !begin.only_explained && !guc::dry_run() {
                transaction::check(estate);
            }
            let columns = columns(relation, object, settings.on_type_error).or_raise();
            let (mut keys, mut whole_row) = (Vec::new(), 0);
            if op == Op::Delete && !plan.is_null() {
                let rows = (*(*plan).plan.lefttree).targetlist;
                for key in key_columns(object, op, &columns).or_raise() {
                    let ty = (*attribute_of((*relation).rd_att, key.number)).atttypid;
                    let name = junk_name(key.number, ty);
                    let place = pg_sys::ExecFindJunkAttributeInTlist(rows, name.as_ptr());
                    let position = columns.iter().position(|one| one.number == key.number);
                    keys.push((position.unwrap_or_default(), place));
                }
                whole_row = pg_sys::ExecFindJunkAttributeInTlist(rows, WHOLE_ROW.as_ptr());
            }
            let skip_conflicts = !plan.is_null()
                && (*plan).onConflictAction == pg_sys::OnConflictAction::ONCONFLICT_NOTHING;
            let user = user(target, estate);
            let modify = Modify {
                object,
                op,
                sender: Sender::new(
                    table,
                    user,
                    (object, begin.op),
                    settings.clone(),
                    skip_conflicts,
                ),
                settings,
                relation,
                columns,
                set: begin.set,
                keys,
                whole_row,
                copies: begin.copies,
                returned: None,
                done: HashSet::new(),
                pending: Vec::new(),
            };
            let mut context = PgMemoryContexts::For((*estate).es_query_cxt);
            let modify = context.leak_and_drop_on_delete(modify);
            (*target).ri_FdwState = modify.cast();
            &mut *modify
        }
    }

    /// # Safety
    /// `target` must be of a statement that is running.
    pub unsafe fn of<'a>(target: *mut ResultRelInfo) -> Option<&'a mut Modify> {
        // SAFETY: the caller's promise; null before `begin`.
        unsafe { (*target).ri_FdwState.cast::<Modify>().as_mut() }
    }

    /// The row that a tuple stands for, to be inserted.
    ///
    /// # Safety
    /// `slot` must hold a tuple of the table.
    pub unsafe fn new_row(&self, slot: *mut TupleTableSlot) -> Result<Row> {
        let mut row = Row::new();
        // SAFETY: the caller's promise.
        unsafe {
            unpack(slot);
            for column in &self.columns {
                let value = column.value(slot);
                if value.is_null() {
                    continue;
                }
                if !column.plain {
                    return Err(unsendable(self.object, Op::Insert, &column.name));
                }
                put(&mut row, &column.name, value);
            }
        }
        Ok(row)
    }

    /// The old row and the new one, as far as an UPDATE needs them, and the columns that may have changed: those that it
    /// sets, and with triggers all. Where Auth0 takes rows whole, all columns are needed.
    ///
    /// # Safety
    /// Both slots must hold tuples of the table.
    pub unsafe fn change(
        &self,
        old: *mut TupleTableSlot,
        new: *mut TupleTableSlot,
        all: bool,
    ) -> (Row, Row, Vec<&str>) {
        let keys = write::keys(self.object, Op::Update);
        let update = writes::writes(self.object).and_then(|record| record.update.as_ref());
        let whole = update.is_some_and(|update| update.whole);
        let (mut before, mut after, mut changed) = (Row::new(), Row::new(), Vec::new());
        // SAFETY: the caller's promise.
        unsafe {
            unpack(old);
            unpack(new);
            for column in self.columns.iter().filter(|column| column.plain) {
                let is_set = all || self.set.contains(&column.number);
                let taken = changed.contains(&column.name.as_str());
                if taken || !(is_set || whole || keys.contains(&column.name.as_str())) {
                    continue;
                }
                before.insert(column.name.clone(), column.value(old));
                after.insert(column.name.clone(), column.value(new));
                if is_set {
                    changed.push(column.name.as_str());
                }
            }
        }
        (before, after, changed)
    }

    /// The requests that change a row.
    pub fn steps_of_change(&self, old: &Row, new: &Row, changed: &[&str]) -> Result<Vec<Step>> {
        let steps = write::update(self.object, old, new, changed)?;
        Ok(match self.settings.include_secrets {
            true => steps,
            false => write::keeping_secrets(steps),
        })
    }

    /// Whether setting these columns takes a look at secrets that the table does not show.
    pub fn keeps_secrets(&self, set: &[&str]) -> bool {
        let hides = |column: &&str| write::hides_secrets(self.object, column);
        !self.settings.include_secrets && set.iter().any(hides)
    }

    /// What a DELETE needs of a row of its plan.
    ///
    /// # Safety
    /// `row` must hold a row of the plan.
    pub unsafe fn old_row(&self, row: *mut TupleTableSlot) -> Row {
        let mut found = Row::new();
        // SAFETY: the caller's promise; the places were found in the plan's target list.
        unsafe {
            unpack(row);
            for (column, place) in &self.keys {
                let Some(column) = self.columns.get(*column) else {
                    continue;
                };
                let (datum, is_null) = junk(row, *place);
                found.insert(column.name.clone(), column.read(datum, is_null));
            }
        }
        found
    }

    /// Puts the old row into `slot`, for RETURNING.
    ///
    /// # Safety
    /// `row` must hold a row of the plan, `slot` be one of the table.
    pub unsafe fn put_old(&self, row: *mut TupleTableSlot, slot: *mut TupleTableSlot) {
        // SAFETY: the caller's promise: a row value of the table's type, copied into the slot.
        unsafe {
            let (datum, is_null) = junk(row, self.whole_row);
            if is_null {
                pg_sys::ExecStoreAllNullTuple(slot);
                return;
            }
            let header: pg_sys::HeapTupleHeader =
                pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast();
            let mut tuple = pg_sys::HeapTupleData {
                t_len: pgrx::varsize_any(header.cast()) as u32,
                t_tableOid: (*self.relation).rd_id,
                t_data: header,
                ..Default::default()
            };
            let copy = pg_sys::heap_copytuple(&mut tuple);
            pg_sys::ExecForceStoreHeapTuple(copy, slot, true);
        }
    }

    /// Whether the statement has not changed this row yet.
    pub fn is_first(&mut self, row: &Row) -> bool {
        let keys: Vec<&Value> = write::keys(self.object, self.op)
            .into_iter()
            .filter_map(|key| row.get(key))
            .collect();
        self.done
            .insert(serde_json::to_string(&keys).unwrap_or_default())
    }

    /// What has been made of a row; raises if it cannot be sent. `ahead` rows are still before it.
    pub fn sendable<T>(&mut self, made: Result<T>, ahead: usize) -> T {
        made.unwrap_or_else(|error| {
            let number = self.sender.book.next_row() + ahead as u64;
            self.sender.refuse(format!("row {number}"), error)
        })
    }

    /// The name of the statement's next row, for errors: its place, and what it is known by.
    pub fn next_name(&mut self, row: &Row) -> Named {
        let number = self.sender.book.next_row();
        self.sender.book.row();
        name_of(self.object, self.op, row, number)
    }

    /// Sends a row's requests and waits.
    pub fn send(&mut self, steps: Vec<Step>, name: Named) -> Fate {
        self.sender.send(steps, name)
    }

    /// Takes a row that goes with others, to be waited for at the end.
    pub fn put_aside(&mut self, row: Row, name: Named) {
        self.pending.push((row, name));
        let record = writes::writes(self.object);
        let together = record.is_some_and(|record| record.batch(self.op).is_some());
        if !together || self.pending.len() >= TOGETHER {
            self.submit_pending();
        }
    }

    /// Sends what has been put aside.
    fn submit_pending(&mut self) {
        let (rows, names): (Vec<Row>, Vec<Named>) =
            std::mem::take(&mut self.pending).into_iter().unzip();
        let batches = write::batch(self.object, self.op, &rows).or_raise();
        for batch in batches {
            let names = batch.rows.iter().filter_map(|at| names.get(*at).cloned());
            self.sender.submit(vec![batch.step], names.collect());
        }
    }

    /// Waits until all is written; raises if something has failed. Tells how many rows were not there, or there already.
    pub fn finish(&mut self) -> u64 {
        if !self.pending.is_empty() {
            self.submit_pending();
        }
        self.sender.finish();
        self.sender.book.take_skipped()
    }

    /// Waits until all is written, at the end of the statement.
    pub fn close(&mut self) {
        self.finish();
        self.sender.close();
    }

    /// Puts the stored row into `slot`.
    ///
    /// # Safety
    /// `slot` must be one of the table, `estate` the query's.
    pub unsafe fn put_stored(
        &mut self,
        stored: Vec<u8>,
        slot: *mut TupleTableSlot,
        estate: *mut EState,
    ) {
        // SAFETY: the caller's promise; the relation is open for the whole query.
        unsafe {
            if self.returned.is_none() {
                let made = Returned::prepare(self.relation, self.object, &self.settings, estate);
                self.returned = Some(made.or_raise());
            }
            if let Some(returned) = &self.returned {
                returned.fill(stored, slot, estate);
            }
        }
    }

    /// The object as it is after a change that Auth0 has not answered with the row; `None` if the table does not have it.
    ///
    /// # Safety
    /// `tuple` must hold the old tuple of the table.
    pub unsafe fn changed_object(
        &self,
        tuple: *mut TupleTableSlot,
        old: &Row,
        new: &Row,
    ) -> Option<Vec<u8>> {
        let column = self.columns.iter().find(|column| column.whole)?;
        // SAFETY: the caller's promise.
        let Value::Object(mut object) = (unsafe {
            unpack(tuple);
            column.value(tuple)
        }) else {
            return None;
        };
        for (name, value) in new
            .iter()
            .filter(|(name, value)| old.get(*name) != Some(*value))
        {
            let key = self.object.key_of(name);
            match value {
                Value::Null => object.remove(key),
                value => object.insert(key.to_owned(), value.clone()),
            };
        }
        let object = Value::Object(object).to_string();
        Some(write::stored(
            self.object,
            Op::Update,
            Some(object.as_bytes()),
            new,
        ))
    }

    /// Empties the columns that never come back, in a tuple that stands for the stored row.
    ///
    /// # Safety
    /// `slot` must hold a tuple of the table.
    pub unsafe fn hide(&self, slot: *mut TupleTableSlot) {
        let hidden = self.columns.iter().filter(|column| column.write_only);
        // SAFETY: the caller's promise. A slot whose tuple has been taken out is read from its arrays.
        unsafe {
            unpack(slot);
            for column in hidden {
                *(*slot).tts_isnull.add(column.number as usize - 1) = true;
            }
        }
    }

    /// The columns that an UPDATE sets, in the order of the statement.
    pub fn set(&self) -> impl Iterator<Item = Option<&WriteColumn>> {
        let find = |number: &i16| self.columns.iter().find(|column| column.number == *number);
        self.set.iter().map(find)
    }
}

impl Drop for Modify {
    fn drop(&mut self) {
        self.sender.broken_off();
    }
}

/// A value of a plan's row.
unsafe fn junk(row: *mut TupleTableSlot, place: i16) -> (pg_sys::Datum, bool) {
    // SAFETY: called with a row whose values have been taken out, and a place in it, or 0 for none.
    unsafe {
        match usize::try_from(place) {
            Ok(place) if place > 0 => (
                *(*row).tts_values.add(place - 1),
                *(*row).tts_isnull.add(place - 1),
            ),
            _ => (pg_sys::Datum::from(0), true),
        }
    }
}

/// The user whose rights and user mapping count: of a view's owner, if the table is written through a view.
unsafe fn user(target: *mut ResultRelInfo, estate: *mut EState) -> Oid {
    // SAFETY: called by `begin` with the executor's structures.
    unsafe {
        #[cfg(any(feature = "pg14", feature = "pg15"))]
        let declared = {
            let mut known = target;
            // A partition that rows are routed to has no entry of its own.
            if (*known).ri_RangeTableIndex == 0 && !(*known).ri_RootResultRelInfo.is_null() {
                known = (*known).ri_RootResultRelInfo;
            }
            let number = ((*known).ri_RangeTableIndex as usize).saturating_sub(1);
            let entry = list::iter::<pg_sys::RangeTblEntry>((*estate).es_range_table).nth(number);
            entry.map_or(Oid::INVALID, |entry| (*entry).checkAsUser)
        };
        #[cfg(not(any(feature = "pg14", feature = "pg15")))]
        let declared = pg_sys::ExecGetResultRelCheckAsUser(target, estate);
        match declared {
            Oid::INVALID => pg_sys::GetUserId(),
            declared => declared,
        }
    }
}
