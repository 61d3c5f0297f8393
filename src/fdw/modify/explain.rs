//! EXPLAIN: what a statement sends, and with ANALYZE what it has cost.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use auth0::catalog::template;
use auth0::catalog::writes::{writes, Op};
use auth0::plan::Value;
use pgrx::pg_guard;
use pgrx::pg_sys::{self, ExplainState, ForeignScanState, List, ModifyTableState, ResultRelInfo};

use super::direct;
use super::state::Modify;
use crate::fdw::explain::Output;
use crate::fdw::values;
use crate::text;

/// ExplainForeignModify.
///
/// # Safety
/// Called by EXPLAIN with a statement begun before.
#[pg_guard]
pub unsafe extern "C-unwind" fn modify(
    _node: *mut ModifyTableState,
    target: *mut ResultRelInfo,
    _private: *mut List,
    _subplan: c_int,
    es: *mut ExplainState,
) {
    // SAFETY: EXPLAIN's own structures.
    unsafe {
        if let Some(modify) = Modify::of(target) {
            tell(modify, &request(modify), es);
        }
    }
}

/// ExplainDirectModify.
///
/// # Safety
/// Called by EXPLAIN with a statement begun before.
#[pg_guard]
pub unsafe extern "C-unwind" fn direct(node: *mut ForeignScanState, es: *mut ExplainState) {
    // SAFETY: EXPLAIN's own structures.
    unsafe {
        let Some(direct) = direct::state(node) else {
            return;
        };
        let plan = (*node).ss.ps.plan;
        let context = pg_sys::set_deparse_context_plan((*es).deparse_cxt, plan, ptr::null_mut());
        let show =
            |expr| text::from_server(pg_sys::deparse_expression(expr, context, false, false));
        let values = values::known(plan.cast(), &direct.scan, show);
        let mut shown = request(direct.modify);
        for (key, n) in &direct.plan.keys {
            if let Some(Value::Text(text)) = values.get(*n) {
                shown = shown.replace(&format!("{{{key}}}"), &template::encode(text));
            }
        }
        tell(direct.modify, &shown, es);
    }
}

/// The calls of a row, and how many rows they may be for.
fn request(modify: &Modify) -> String {
    let (object, op) = (modify.object, modify.op);
    let Some(record) = writes(object) else {
        return String::new();
    };
    let call = record.call(op).map_or_else(String::new, |(method, path)| {
        format!("{} {path}", method.name())
    });
    let set: Vec<&str> = modify
        .set()
        .flatten()
        .map(|one| one.name.as_str())
        .collect();
    let update = record.update.as_ref().filter(|_| op == Op::Update);
    let mut told = call;
    let apart = update.map_or(&[][..], |update| update.apart);
    if apart
        .iter()
        .any(|(one, other)| set.contains(one) && set.contains(other))
    {
        told += ", more than once: not all columns go together";
    }
    let hidden = update.is_some() && modify.keeps_secrets(&set);
    let manner = record.manner(op);
    if let Some(manner) = manner.as_deref().or(hidden.then_some("after a GET")) {
        told += &format!(" ({manner})");
    }
    for act in update.map_or(&[][..], |update| update.acts) {
        if set.contains(&act.column) {
            told += &format!(", then {} {}", act.method.name(), act.path);
        }
    }
    told
}

/// # Safety
/// `es` must be EXPLAIN's.
unsafe fn tell(modify: &Modify, request: &str, es: *mut ExplainState) {
    // SAFETY: the caller's promise.
    let analyze = unsafe { (*es).analyze };
    let mut out = Output(es);
    out.text("Auth0 Write", request);
    if analyze {
        let totals = modify.sender.totals();
        out.integer("Auth0 Write Calls", totals.calls);
        out.integer("Auth0 Write Retries", totals.retries);
        out.integer("Auth0 Write Bytes", totals.bytes);
    }
}
