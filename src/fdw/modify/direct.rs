//! A statement that says itself which rows it is about: `UPDATE … WHERE user_id = 'x'` is one PATCH, and nothing is read.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use auth0::catalog::writes::{writes, Answer, Op};
use auth0::catalog::Object;
use auth0::plan::{Filter, Value};
use auth0::write::{self, Row};
use auth0::Error;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, ForeignScanState, Index, Node, NodeTag, PlannerInfo, TargetEntry};
use serde::{Deserialize, Serialize};

use super::book::Fate;
use super::columns::columns;
use super::plan::{check_set, key_columns, op_of, set_columns};
use super::rights;
use super::state::{Begin, Modify};
use crate::error::{raise, raise_internal, OrRaise};
use crate::fdw::operand::How;
use crate::fdw::plan::{node, read, Plan};
use crate::fdw::slot::clear;
use crate::fdw::values::Values;
use crate::server::Table;
use crate::{guc, list};

/// What goes from the planner to the executor, beside the scan's plan.
#[derive(Debug, Serialize, Deserialize)]
pub struct DirectPlan {
    /// The key columns, and which of the scan's values are theirs.
    pub keys: Vec<(String, usize)>,
    /// Attribute numbers of the columns that an UPDATE sets. Their expressions follow those of the scan's values.
    pub set: Vec<i16>,
    /// Whether the statement's own count is of these rows.
    pub counts: bool,
}

/// PlanDirectModify.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn plan_direct(
    root: *mut PlannerInfo,
    modify: *mut pg_sys::ModifyTable,
    result: Index,
    _subplan: c_int,
) -> bool {
    // SAFETY: the planner's own structures; the tag is checked before the fields are read.
    unsafe {
        let rows = (*modify).plan.lefttree;
        let Some(op) = op_of((*modify).operation).filter(|op| *op != Op::Insert) else {
            return false;
        };
        if !guc::pushdown() || (*rows).type_ != NodeTag::T_ForeignScan {
            return false;
        }
        let scan = rows.cast::<pg_sys::ForeignScan>();
        if (*scan).scan.scanrelid != result {
            return false;
        }
        let table = (**(*root).simple_rte_array.add(result as usize)).relid;
        let declared = Table::read(table);
        let object = declared.object().or_raise();
        let settings = declared.settings().or_raise();
        rights::check(&declared, object, &settings, op).or_raise();
        let relation = pg_sys::table_open(table, pg_sys::NoLock as i32);
        let columns = columns(relation, object, settings.on_type_error).or_raise();
        pg_sys::table_close(relation, pg_sys::NoLock as i32);
        key_columns(object, op, &columns).or_raise();
        let Some(keys) = keys(object, op, &Plan::from_list((*scan).fdw_private)) else {
            return false;
        };
        let returns = !(*modify).returningLists.is_null();
        let mut set = Vec::new();
        match op {
            Op::Update => {
                set = set_columns(root, table);
                check_set(object, &columns, &set).or_raise();
                let names = columns
                    .iter()
                    .filter(|column| set.contains(&column.number))
                    .map(|column| column.name.as_str());
                if !may_be_unread(object, names, returns) || !are_free((*rows).targetlist, returns)
                {
                    return false;
                }
                for entry in list::iter::<TargetEntry>((*rows).targetlist).take(set.len()) {
                    let expr = pg_sys::copyObjectImpl((*entry).expr.cast());
                    (*scan).fdw_exprs = pg_sys::lappend((*scan).fdw_exprs, expr);
                }
            }
            // The row that is returned must be read before it goes.
            _ if returns => return false,
            _ => {}
        }
        let direct = DirectPlan {
            keys,
            set,
            counts: (*modify).canSetTag,
        };
        (*scan).operation = (*modify).operation;
        (*scan).resultRelation = result;
        (*scan).fdw_private = pg_sys::lappend((*scan).fdw_private, node(&direct).cast());
        true
    }
}

/// The values of all keys, if the conditions are on nothing else.
fn keys(object: &'static Object, op: Op, plan: &Plan) -> Option<Vec<(String, usize)>> {
    let wanted = write::keys(object, op);
    if !plan.local.is_empty() || plan.pushed.len() != wanted.len() {
        return None;
    }
    let value_of = |key: &'static str| {
        plan.pushed.iter().find_map(|pushed| {
            let (field, n, how) = match &pushed.filter {
                Filter::Equal(field, n) => (field, *n, How::Text),
                Filter::OneOf(field, n) if op == Op::Delete && wanted.len() == 1 => {
                    (field, *n, How::Texts)
                }
                _ => return None,
            };
            let fits = field.as_key() == Some(object.key_of(key)) && plan.values.get(n)?.0 == how;
            fits.then(|| (key.to_owned(), n))
        })
    };
    wanted.iter().map(|key| value_of(key)).collect()
}

/// Whether an UPDATE of these columns needs nothing of the old row, and tells what is wanted of the new one.
fn may_be_unread<'a>(
    object: &'static Object,
    names: impl Iterator<Item = &'a str>,
    returns: bool,
) -> bool {
    let update = writes(object).and_then(|record| record.update.as_ref());
    update.is_some_and(|update| {
        let is_keyed = |name: &str| write::keys(object, Op::Update).contains(&name);
        // A call of its own does not answer with the row.
        let is_act = |name: &str| update.acts.iter().any(|act| act.column == name);
        let names: Vec<&str> = names.collect();
        let answers = update.answer == Answer::Row && !names.iter().all(|name| is_act(name));
        (!returns || answers)
            && !names
                .iter()
                .any(|name| update.merges(name).is_some() || is_keyed(name))
    })
}

/// Whether the new values can be had without the old row. What is returned passes the scan's own target list, too.
unsafe fn are_free(entries: *mut pg_sys::List, returns: bool) -> bool {
    // SAFETY: called with the target list of a scan that is being planned.
    unsafe {
        list::iter::<TargetEntry>(entries).all(|entry| {
            let expr: *mut Node = (*entry).expr.cast();
            !pg_sys::contain_subplans(expr)
                && ((*entry).resjunk
                    || !(pg_sys::contain_var_clause(expr)
                        || returns && pg_sys::contain_volatile_functions(expr)))
        })
    }
}

/// One execution.
pub struct Direct {
    /// The statement.
    pub modify: &'static mut Modify,
    /// The scan's plan.
    pub scan: Plan,
    /// And ours.
    pub plan: DirectPlan,
    target: *mut pg_sys::ResultRelInfo,
    values: Values,
    set: Vec<*mut pg_sys::ExprState>,
    done: bool,
}

/// # Safety
/// `node` must be a scan begun by [`begin`].
pub unsafe fn state<'a>(node: *mut ForeignScanState) -> Option<&'a mut Direct> {
    // SAFETY: the caller's promise; null before `begin` has finished.
    unsafe { (*node).fdw_state.cast::<Direct>().as_mut() }
}

/// BeginDirectModify.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn begin(node: *mut ForeignScanState, flags: c_int) {
    // SAFETY: the executor's structures; the plan was made by `plan_direct`.
    unsafe {
        let scan = (*node).ss.ps.plan.cast::<pg_sys::ForeignScan>();
        let estate = (*node).ss.ps.state;
        let target = (*node).resultRelInfo;
        let Some(op) = op_of((*scan).operation).filter(|_| !target.is_null()) else {
            return;
        };
        let Some(second) = list::iter::<Node>((*scan).fdw_private).nth(1) else {
            raise_internal("a statement has lost its plan")
        };
        let (scan_plan, plan): (Plan, DirectPlan) =
            (Plan::from_list((*scan).fdw_private), read(second));
        let modify = Modify::begin(Begin {
            estate,
            plan: ptr::null_mut(),
            target,
            op,
            set: plan.set.clone(),
            copies: false,
            only_explained: flags & pg_sys::EXEC_FLAG_EXPLAIN_ONLY as c_int != 0,
        });
        let set = list::iter::<pg_sys::Expr>((*scan).fdw_exprs)
            .skip(scan_plan.values.len())
            .map(|expr| pg_sys::ExecInitExpr(expr, &mut (*node).ss.ps))
            .collect();
        let direct = Direct {
            modify,
            values: Values::prepare(node, &scan_plan),
            scan: scan_plan,
            plan,
            target,
            set,
            done: false,
        };
        let mut context = pgrx::PgMemoryContexts::For((*estate).es_query_cxt);
        (*node).fdw_state = context.leak_and_drop_on_delete(direct).cast();
    }
}

/// IterateDirectModify: all of it at once; then the row that is returned, if one is.
///
/// # Safety
/// Called by the executor with a scan begun by [`begin`].
#[pg_guard]
pub unsafe extern "C-unwind" fn iterate(
    node: *mut ForeignScanState,
) -> *mut pg_sys::TupleTableSlot {
    // SAFETY: the executor's structures.
    unsafe {
        let slot = (*node).ss.ss_ScanTupleSlot;
        let Some(direct) = state(node) else {
            return clear(slot);
        };
        if std::mem::replace(&mut direct.done, true) {
            return clear(slot);
        }
        let estate = (*node).ss.ps.state;
        let context = (*node).ss.ps.ps_ExprContext;
        let values = direct.values.evaluate(context);
        let keys = direct.rows(&values);
        let count = match direct.modify.op {
            Op::Delete => direct.delete(keys),
            _ => direct.update(keys, context, slot, estate),
        };
        let returns = (*direct.target).ri_projectReturning;
        if direct.plan.counts && returns.is_null() {
            (*estate).es_processed += count;
        }
        if returns.is_null() || count == 0 {
            return clear(slot);
        }
        (*(*returns).pi_exprContext).ecxt_scantuple = slot;
        slot
    }
}

impl Direct {
    /// The keys of the rows, each row once. A text that can be no id finds none.
    fn rows(&self, values: &[Value]) -> Vec<Row> {
        let mut rows = vec![Row::new()];
        for (key, n) in &self.plan.keys {
            let mut texts: Vec<&str> = match values.get(*n) {
                Some(Value::Text(text)) => vec![text.as_str()],
                Some(Value::Texts(texts)) => texts.iter().map(String::as_str).collect(),
                _ => Vec::new(),
            };
            texts.retain(|text| !["", ".", ".."].contains(text));
            texts.sort_unstable();
            texts.dedup();
            let with = |row: &Row, text: &str| {
                let mut row = row.clone();
                row.insert(key.clone(), text.into());
                row
            };
            rows = rows
                .iter()
                .flat_map(|row| texts.iter().map(move |text| with(row, text)))
                .collect();
        }
        rows
    }

    fn delete(&mut self, keys: Vec<Row>) -> u64 {
        let count = keys.len() as u64;
        if let Some(allowed) = guc::max_deletes().filter(|allowed| count > *allowed) {
            raise(Error::TooManyDeletes {
                object: self.modify.object.name,
                count,
                setting: guc::MAX_DELETES_NAME,
                allowed,
            });
        }
        for row in keys {
            let name = self.modify.next_name(&row);
            self.modify.put_aside(row, name);
        }
        count - self.modify.finish()
    }

    /// Changes the one row, and puts it into `slot` if it is returned.
    ///
    /// # Safety
    /// Must be called by `iterate`.
    unsafe fn update(
        &mut self,
        keys: Vec<Row>,
        context: *mut pg_sys::ExprContext,
        slot: *mut pg_sys::TupleTableSlot,
        estate: *mut pg_sys::EState,
    ) -> u64 {
        let Some(old) = keys.into_iter().next() else {
            return 0;
        };
        let (mut new, mut changed) = (old.clone(), Vec::new());
        for (column, expr) in self.modify.set().zip(&self.set) {
            let Some(column) = column else { continue };
            // SAFETY: an expression of the column's type, prepared for this node.
            let value = unsafe {
                let mut is_null = false;
                let before = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
                let value = match (**expr).evalfunc {
                    Some(run) => {
                        let datum = run(*expr, context, &mut is_null);
                        column.read(datum, is_null)
                    }
                    None => serde_json::Value::Null,
                };
                pg_sys::MemoryContextSwitchTo(before);
                value
            };
            new.insert(column.name.clone(), value);
            changed.push(column.name.clone());
        }
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        let object = self.modify.object;
        let steps = self.modify.steps_of_change(&old, &new, &changed).or_raise();
        if steps.is_empty() {
            return 0;
        }
        let name = self.modify.next_name(&old);
        match self.modify.send(steps, name) {
            Fate::Written(answer) => {
                // SAFETY: the executor's structures.
                unsafe {
                    if !(*self.target).ri_projectReturning.is_null() {
                        let stored = write::stored(object, Op::Update, answer.as_deref(), &new);
                        self.modify.put_stored(stored, slot, estate);
                    }
                }
                1
            }
            Fate::Skipped | Fate::Failed => 0,
        }
    }
}

/// EndDirectModify.
///
/// # Safety
/// Called by the executor with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn end(node: *mut ForeignScanState) {
    // SAFETY: as above.
    if let Some(direct) = unsafe { state(node) } {
        direct.modify.close();
    }
}
