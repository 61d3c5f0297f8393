//! Running a scan: BeginForeignScan, IterateForeignScan, ReScanForeignScan, EndForeignScan.
//!
//! The state belongs to the query's memory context, so it is dropped, and its requests end, however the query ends.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;

use auth0::catalog::Object;
use auth0::client::Client;
use auth0::engine::{Budget, ScanRequest};
use auth0::options::Settings;
use auth0::plan::Value;
use auth0::rows::{Json, Page};
use pgrx::pg_sys::{self, Oid};
use pgrx::{check_for_interrupts, pg_guard, PgMemoryContexts};

use super::attribute::Attribute;
use super::column::Column;
use super::generated::Computed;
use super::needs;
use super::plan::Plan;
use super::rows::Rows;
use super::runs::{Run, Runs};
use super::slot::{clear, natts};
use super::values::Values;
use crate::backend;
use crate::error::{raise, OrRaise};
use crate::guc;
#[cfg(any(feature = "pg14", feature = "pg15"))]
use crate::list;
use crate::server::Table;

/// One execution of a foreign scan.
pub struct ScanState {
    table: Table,
    user: Oid,
    object: &'static Object,
    pub settings: Settings,
    pub plan: Plan,
    /// Top-level keys that the columns need.
    pub keys: Vec<String>,
    /// Whether a column needs the whole object.
    pub whole: bool,
    columns: Vec<Column>,
    computed: Vec<Computed>,
    values: Values,
    client: Option<Arc<Client>>,
    /// The calls that all runs together may make.
    calls: Arc<Budget>,
    /// None before the first row: until then neither credentials nor the network are touched.
    pub runs: Runs,
    /// The keys that a look-up join has given.
    given: Vec<String>,
    /// Whether the values may have changed since the run began.
    stale: bool,
}

impl ScanState {
    /// The key that rows are looked up by, if any condition gives its values.
    pub fn key(&self) -> Option<&'static str> {
        let keys = self.plan.pushed.iter();
        let keys: Vec<_> = keys
            .filter_map(|pushed| pushed.filter.key(self.object))
            .collect();
        let by = self.object.keys();
        by.into_iter().find(|key| keys.contains(key))
    }

    /// What is asked for with these values.
    pub fn request(&self, values: &[Value]) -> (ScanRequest, Option<String>) {
        let asked = ScanRequest {
            keys: self.keys.clone(),
            whole: self.whole,
            all: self.plan.all,
            ..ScanRequest::of(self.object)
        };
        self.plan.request(asked, values)
    }

    /// The keys to look up from now on.
    pub fn give(&mut self, keys: Vec<String>) {
        self.given = keys;
        self.stale = true;
    }

    /// Begins the run, or begins it anew if its values have changed.
    ///
    /// # Safety
    /// `node` must be this scan's.
    unsafe fn settle(&mut self, node: *mut pg_sys::ForeignScanState) {
        if self.runs.current().is_some() && !self.stale {
            return;
        }
        self.stale = false;
        // SAFETY: the caller's promise.
        let mut values = unsafe { self.values.evaluate((*node).ss.ps.ps_ExprContext) };
        if let Some(value) = self.plan.given.and_then(|(n, _)| values.get_mut(n)) {
            *value = Value::Texts(self.given.clone());
        }
        let (request, query) = self.request(&values);
        if !self.runs.resume(&request) {
            // SAFETY: the caller's promise; only a statement that is explained is measured.
            let told = unsafe { !(*node).ss.ps.instrument.is_null() };
            self.begin_run(request, query, told.then_some(values));
        }
    }

    fn begin_run(
        &mut self,
        request: ScanRequest,
        query: Option<String>,
        values: Option<Vec<Value>>,
    ) {
        let lacks = request.ask.lacks();
        if !lacks.is_empty() {
            let table = Oid::from_u32(self.plan.table);
            // SAFETY: the executor holds a lock on the table that it scans.
            raise(unsafe { needs::error(table, self.object, lacks) }.or_raise());
        }
        let client = match &self.client {
            Some(client) => client.clone(),
            None => {
                let client = self.table.connect(self.user, &self.settings).or_raise();
                self.client.insert(client).clone()
            }
        };
        let runtime = backend::runtime().or_raise();
        let server = self.table.server_oid();
        let settings = self.settings.clone();
        self.runs.begin(Run {
            rows: Rows::new(
                runtime,
                client,
                server,
                request.clone(),
                settings,
                self.calls.clone(),
                memory(),
            ),
            query: query.map(|query| serde_json::Value::from(query).to_string()),
            request,
            values,
            counted: false,
        });
    }
}

/// Bytes of rows that a scan may keep.
fn memory() -> usize {
    // SAFETY: reads a setting of the backend, in kilobytes.
    unsafe { pg_sys::work_mem as usize * 1024 }
}

/// A row's id, for messages.
pub fn id(request: &ScanRequest, page: &Page, row: usize) -> Option<String> {
    let position = request.columns().position(request.object.id)?;
    let id = Json::read(page.value(row, position)?).ok()?;
    id.into_text().map(|text| text.into_owned())
}

/// # Safety
/// `node` must be a scan begun by [`begin`].
pub unsafe fn state<'a>(node: *mut pg_sys::ForeignScanState) -> Option<&'a mut ScanState> {
    // SAFETY: the caller's promise; null before `begin` has finished.
    unsafe { (*node).fdw_state.cast::<ScanState>().as_mut() }
}

/// BeginForeignScan: reads the declarations; asks nobody anything.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn begin(node: *mut pg_sys::ForeignScanState, _flags: c_int) {
    // SAFETY: the executor's own structures; the relation stays open until the scan ends. A count has none.
    unsafe {
        let scan = (*node).ss.ps.plan.cast::<pg_sys::ForeignScan>();
        let estate = (*node).ss.ps.state;
        let relation = (*node).ss.ss_currentRelation;
        let plan = Plan::from_list((*scan).fdw_private);
        let table = Table::read(Oid::from_u32(plan.table));
        let object: &'static Object = table.object().or_raise();
        let settings = table.settings().or_raise();
        let mut keys = Vec::new();
        let (mut columns, mut computed) = (Vec::new(), Vec::new());
        for number in &plan.columns {
            if let Some(expression) = Computed::prepare(relation, *number, estate) {
                computed.push(expression);
            } else if let Some(attribute) =
                Attribute::declared(relation, *number, object, settings.on_type_error).or_raise()
            {
                let show = settings.include_secrets;
                columns.push(Column::new(attribute, object, show, &mut keys));
            }
        }
        // Of values from outside there may be others later.
        let depends = pg_sys::bms_num_members((*scan).scan.plan.extParam) > 0;
        let once = !depends && plan.given.is_none();
        let state = ScanState {
            table,
            user: user(scan, estate),
            object,
            settings,
            whole: columns.iter().any(Column::is_whole),
            keys,
            columns,
            computed,
            values: Values::prepare(node, &plan),
            plan,
            client: None,
            calls: Arc::new(Budget::new(guc::max_calls(), once)),
            runs: Runs::new(memory()),
            given: Vec::new(),
            stale: false,
        };
        let mut context = PgMemoryContexts::For((*estate).es_query_cxt);
        (*node).fdw_state = context.leak_and_drop_on_delete(state).cast();
    }
}

/// The user whose rights and user mapping count: of a view's owner, if the table is read through a view.
unsafe fn user(scan: *mut pg_sys::ForeignScan, estate: *mut pg_sys::EState) -> Oid {
    // SAFETY: called by `begin` with the executor's structures.
    unsafe {
        #[cfg(any(feature = "pg14", feature = "pg15"))]
        let declared = {
            let number = pg_sys::bms_next_member((*scan).fs_relids, -1) as usize;
            let entry =
                list::iter::<pg_sys::RangeTblEntry>((*estate).es_range_table).nth(number - 1);
            entry.map_or(Oid::INVALID, |entry| (*entry).checkAsUser)
        };
        #[cfg(not(any(feature = "pg14", feature = "pg15")))]
        let declared = {
            let _ = estate;
            (*scan).checkAsUser
        };
        if declared == Oid::INVALID {
            pg_sys::GetUserId()
        } else {
            declared
        }
    }
}

/// IterateForeignScan: the next row, in a virtual tuple whose values live in the current, per-tuple, memory context.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn iterate(
    node: *mut pg_sys::ForeignScanState,
) -> *mut pg_sys::TupleTableSlot {
    // SAFETY: the slot has the scan's descriptor, so every column's index is within its arrays.
    unsafe {
        let slot = (*node).ss.ss_ScanTupleSlot;
        clear(slot);
        let Some(state) = state(node) else {
            return slot;
        };
        check_for_interrupts!();
        state.settle(node);
        let ScanState {
            plan,
            columns,
            computed,
            runs,
            ..
        } = state;
        let Some(run) = runs.current() else {
            return slot;
        };
        let width = natts(slot);
        if plan.count {
            if !std::mem::replace(&mut run.counted, true) {
                let total = run.rows.count().or_raise();
                for n in 0..width {
                    *(*slot).tts_values.add(n) = pg_sys::Datum::from(total as i64);
                    *(*slot).tts_isnull.add(n) = false;
                }
                pg_sys::ExecStoreVirtualTuple(slot);
            }
            return slot;
        }
        let Some((page, row)) = run.rows.next().or_raise() else {
            return slot;
        };
        ptr::write_bytes((*slot).tts_isnull, 1, width);
        let query = run.query.as_deref();
        for column in columns {
            let id = || id(&run.request, &page, row);
            let value = column.value(&page, row, query, id).or_raise();
            if let Some(datum) = value {
                *(*slot).tts_values.add(column.index) = datum;
                *(*slot).tts_isnull.add(column.index) = false;
            }
        }
        pg_sys::ExecStoreVirtualTuple(slot);
        // The executor sets it only later, and a computed column may read it.
        (*slot).tts_tableOid = (*(*node).ss.ss_currentRelation).rd_id;
        for computed in computed {
            computed.fill(slot, (*node).ss.ps.ps_ExprContext);
        }
        slot
    }
}

/// ReScanForeignScan.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn rescan(node: *mut pg_sys::ForeignScanState) {
    // SAFETY: as above. The values are looked at when the first row is wanted: what they depend on is set by then.
    if let Some(state) = unsafe { state(node) } {
        state.stale = true;
    }
}

/// EndForeignScan: requests under way end now; the state itself goes with the query's memory.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn end(node: *mut pg_sys::ForeignScanState) {
    // SAFETY: as above.
    if let Some(state) = unsafe { state(node) } {
        state.runs.stop();
    }
}
