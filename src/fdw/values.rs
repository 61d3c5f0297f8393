//! The values of a plan's conditions: from the executor when the query runs, from the expressions themselves for EXPLAIN.
#![allow(unsafe_code)]

use auth0::engine::{Ask, ScanRequest, Sort};
use auth0::plan::{bind, Filter, Reads, Value};
use pgrx::pg_sys::{self, NodeTag};

use super::operand::How;
use super::plan::Plan;
use crate::{guc, list};

/// The prepared expressions of a scan's values.
pub struct Values(Vec<(How, *mut pg_sys::ExprState)>);

impl Values {
    /// Prepares them.
    ///
    /// # Safety
    /// `node` must be a scan of `plan`, in BeginForeignScan.
    pub unsafe fn prepare(node: *mut pg_sys::ForeignScanState, plan: &Plan) -> Values {
        // SAFETY: the caller's promise; the expressions were put there by GetForeignPlan, one for each value.
        unsafe {
            let scan = (*node).ss.ps.plan.cast::<pg_sys::ForeignScan>();
            let prepared = list::iter::<pg_sys::Expr>((*scan).fdw_exprs)
                .map(|expr| pg_sys::ExecInitExpr(expr, &mut (*node).ss.ps));
            Values(
                plan.values
                    .iter()
                    .map(|(how, _)| *how)
                    .zip(prepared)
                    .collect(),
            )
        }
    }

    /// Their values now.
    ///
    /// # Safety
    /// `econtext` must be the scan's expression context.
    pub unsafe fn evaluate(&self, econtext: *mut pg_sys::ExprContext) -> Vec<Value> {
        self.0
            .iter()
            .map(|(how, state)| {
                // SAFETY: the caller's promise. Values are copied out of the per-tuple memory they are made in.
                unsafe {
                    let Some(run) = (**state).evalfunc else {
                        return Value::Null;
                    };
                    let mut is_null = false;
                    let old = pg_sys::MemoryContextSwitchTo((*econtext).ecxt_per_tuple_memory);
                    let datum = run(*state, econtext, &mut is_null);
                    let value = if is_null {
                        Value::Null
                    } else {
                        how.read(datum)
                    };
                    pg_sys::MemoryContextSwitchTo(old);
                    value
                }
            })
            .collect()
    }
}

/// The values that are known without running the query; for the others, `shown` says how to write their expressions.
///
/// # Safety
/// `scan` must be the plan node of `plan`.
pub unsafe fn known(
    scan: *mut pg_sys::ForeignScan,
    plan: &Plan,
    mut shown: impl FnMut(*mut pg_sys::Node) -> String,
) -> Vec<Value> {
    // SAFETY: the caller's promise; the tag is checked before the fields are read.
    unsafe {
        list::iter::<pg_sys::Node>((*scan).fdw_exprs)
            .zip(&plan.values)
            .enumerate()
            .map(|(n, (expr, (how, name)))| {
                if plan.given.is_some_and(|(given, _)| given == n) {
                    return Value::Unknown("the outer rows' keys".to_owned());
                }
                if (*expr).type_ == NodeTag::T_Const {
                    let value = expr.cast::<pg_sys::Const>();
                    return if (*value).constisnull {
                        Value::Null
                    } else {
                        how.read((*value).constvalue)
                    };
                }
                Value::Unknown(name.clone().unwrap_or_else(|| shown(expr)))
            })
            .collect()
    }
}

impl Plan {
    /// How many look-ups cost no more than reading all: what a look-up join gives has been weighed before.
    pub fn lookups(&self) -> usize {
        match self.given {
            Some(_) => usize::MAX,
            None => self.pages as usize,
        }
    }

    /// What is asked for with these values, and the search that somebody gave.
    pub fn request(
        &self,
        mut request: ScanRequest,
        values: &[Value],
    ) -> (ScanRequest, Option<String>) {
        let pushdown = guc::pushdown() || self.count;
        let filters = self
            .pushed
            .iter()
            .map(|pushed| &pushed.filter)
            // Without pushdown only that counts without which nothing can be asked.
            .filter(|filter| pushdown || filter.is_needed(request.object));
        let filter = Filter::And(filters.cloned().collect());
        let object = request.object;
        let bound = bind(
            object,
            Some(&filter),
            values,
            self.sort.is_some() || self.count,
            self.lookups(),
            &Reads::of(
                object,
                request.keys.iter().map(String::as_str),
                request.whole,
            ),
        );
        request.ask = match bound.ask {
            Ask::Search(q) if self.count => Ask::Count(q),
            ask => ask,
        };
        request.narrow = pushdown;
        request.sort = self.sort.and_then(|(position, descending)| {
            let key = object.sortable.get(position)?;
            Some(Sort { key, descending })
        });
        let wanted: Option<i64> = self
            .limit
            .iter()
            .map(|n| match values.get(*n) {
                Some(Value::Integer(n)) => Some(*n),
                _ => None,
            })
            .sum();
        request.limit = wanted
            .filter(|_| !self.limit.is_empty())
            .and_then(|wanted| u64::try_from(wanted).ok());
        (request, bound.given)
    }
}
