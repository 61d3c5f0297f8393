//! GetForeignPlan: what goes from the planner to the executor.
#![allow(unsafe_code)]

use std::ffi::{c_int, CString};
use std::ptr;

use auth0::plan::{Calls, Class, Filter};
use pgrx::pg_guard;
use pgrx::pg_sys::{self, Node, NodeTag, Oid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::operand::{How, Operand};
use super::paths;
use super::quals::Reader;
use super::relation::{self, Relation};
use super::wanted;
use crate::error::{raise_internal, OrRaise};
use crate::{guc, list, text};

/// A scan's plan. It travels as a JSON string in a String node: a plan may be copied, cached and run many times, so it
/// holds no pointer. The expressions of its values travel beside it, as Postgres' own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The foreign table.
    pub table: u32,
    /// What the query calls it.
    pub alias: String,
    /// Attribute numbers of the columns to bring.
    pub columns: Vec<i16>,
    /// Whether all rows will be read: no LIMIT, no cursor, no EXISTS.
    pub all: bool,
    /// The conditions that Auth0 looks for, all of them.
    pub pushed: Vec<Pushed>,
    /// Positions among the scan's quals of those that Postgres alone looks at.
    pub local: Vec<usize>,
    /// For each value, how it is read and, if its expression would not tell, how it is shown.
    pub values: Vec<(How, Option<String>)>,
    /// Which of the object's sortable keys the rows come in the order of, and whether latest first.
    pub sort: Option<(usize, bool)>,
    /// The values that say how many rows will be wanted: LIMIT, OFFSET.
    pub limit: Vec<usize>,
    /// Whether only the number of rows is wanted.
    pub count: bool,
    /// Which of the values is given by a look-up join, and the attribute number of the key it is of.
    pub given: Option<(usize, i16)>,
    /// Estimated calls that all rows of the object take.
    pub pages: f64,
    /// Estimated calls, of each run.
    pub calls: f64,
    /// Estimated rows that come, before Postgres looks at them.
    pub found: f64,
}

/// A condition that Auth0 looks for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pushed {
    /// The condition.
    pub filter: Filter,
    /// What it becomes.
    pub class: Class,
}

impl Plan {
    /// # Safety
    /// Must run inside a Postgres call: allocates in the current memory context.
    unsafe fn to_list(&self) -> *mut pg_sys::List {
        // SAFETY: the caller's promise.
        unsafe { pg_sys::lappend(ptr::null_mut(), node(self).cast()) }
    }

    /// # Safety
    /// `list` must be the `fdw_private` of a scan planned by [`plan`].
    pub unsafe fn from_list(list: *mut pg_sys::List) -> Plan {
        // SAFETY: the caller's promise: the first is a String node.
        unsafe {
            let node = list::iter::<Node>(list).next();
            read(node.unwrap_or(ptr::null_mut()))
        }
    }
}

/// A part of a plan as a String node.
///
/// # Safety
/// Must run inside a Postgres call: allocates in the current memory context.
pub unsafe fn node(part: &impl Serialize) -> *mut Node {
    let json = serde_json::to_string(part)
        .ok()
        .and_then(|json| CString::new(ascii(&json)).ok());
    let Some(json) = json else {
        raise_internal("a plan could not be written")
    };
    // SAFETY: the string is copied into the current memory context, where the node will live.
    unsafe { pg_sys::makeString(pg_sys::pstrdup(json.as_ptr())).cast() }
}

/// The part of a plan that a node made by [`node`] holds.
///
/// # Safety
/// `node` must be a String node, or null.
pub unsafe fn read<T: DeserializeOwned>(node: *mut Node) -> T {
    // SAFETY: the caller's promise.
    let json = unsafe {
        #[cfg(feature = "pg14")]
        let json = node
            .cast::<pg_sys::Value>()
            .as_ref()
            .map(|node| node.val.str_);
        #[cfg(not(feature = "pg14"))]
        let json = node.cast::<pg_sys::String>().as_ref().map(|node| node.sval);
        text::from_server(json.unwrap_or(ptr::null_mut()))
    };
    serde_json::from_str(&json).unwrap_or_else(|_| raise_internal("a plan could not be read back"))
}

/// JSON without characters that a database's encoding may lack: they only stand within strings, where they can be escaped.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// GetForeignPlan: every clause stays with Postgres, too, which looks again at what Auth0 finds.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn plan(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
    path: *mut pg_sys::ForeignPath,
    tlist: *mut pg_sys::List,
    clauses: *mut pg_sys::List,
    outer_plan: *mut pg_sys::Plan,
) -> *mut pg_sys::ForeignScan {
    // SAFETY: the planner's own structures; the lists made here live in the planner's memory context.
    unsafe {
        let count = (*rel).reloptkind == pg_sys::RelOptKind::RELOPT_UPPER_REL;
        let rel = if count {
            super::count::counted(root, path)
        } else {
            rel
        };
        let Some(known) = relation::known(rel) else {
            raise_internal("a relation was planned before it was sized")
        };
        let entry = *(*root).simple_rte_array.add((*rel).relid as usize);
        let clauses = if count {
            (*rel).baserestrictinfo
        } else {
            clauses
        };
        let clauses = pg_sys::extract_actual_clauses(clauses, false);
        let mut reader = Reader::new(root, (*rel).relid, known.object, &known.attributes);
        let nodes: Vec<*mut Node> = list::iter(clauses).collect();
        let read = relation::read(&mut reader, &known.attributes, (*rel).relid, &nodes).or_raise();
        let local = (0..read.len()).filter(|n| read[*n].is_none()).collect();
        let filters: Vec<Filter> = read.iter().flatten().cloned().collect();
        let values_known = relation::values(root, &reader, known.object, &filters);
        let given = given(known, path, count, &mut reader.operands);
        let pushed: Vec<Pushed> = given
            .as_ref()
            .map(|(_, _, filter)| filter.clone())
            .into_iter()
            .chain(read.into_iter().flatten())
            .map(|filter| Pushed {
                class: filter.class(known.object),
                filter,
            })
            .collect();
        let sort = list::iter::<pg_sys::PathKey>((*path).path.pathkeys)
            .next()
            .and_then(|key| paths::sort_of(key, rel, known));
        let limit = limit(root, rel, known, sort.is_some(), &mut reader.operands);
        let mut expressions: *mut pg_sys::List = ptr::null_mut();
        let mut values = Vec::new();
        for Operand { expr, how } in &reader.operands {
            expressions = pg_sys::lappend(expressions, expr.cast());
            values.push((*how, column_name(root, *expr)));
        }
        let (calls, found) = if count {
            (Calls(1.0), 1.0)
        } else if let Some(key) = given.as_ref().and_then(|(_, _, one)| one.key(known.object)) {
            known.calls_by(&[key], (*path).path.rows)
        } else if !(*path).path.param_info.is_null() && !known.is_lateral(rel) {
            let rows = (*path).path.rows;
            (known.calls_of(&values_known, rows), rows)
        } else {
            (known.calls(), known.found)
        };
        let table = if count { (*entry).relid } else { table };
        let private = Plan {
            table: table.to_u32(),
            alias: text::from_server((*(*entry).eref).aliasname),
            columns: if count {
                Vec::new()
            } else {
                wanted::columns(rel, table, clauses)
            },
            all: (*root).tuple_fraction <= 0.0,
            pushed,
            local,
            values,
            sort,
            limit,
            count,
            given: given.map(|(n, attribute, _)| (n, attribute)),
            pages: known.calls_of(&[], known.tuples).0,
            calls: calls.0,
            found,
        }
        .to_list();
        let null = ptr::null_mut();
        pg_sys::make_foreignscan(
            tlist,
            if count { null } else { clauses },
            if count { 0 } else { (*rel).relid },
            expressions,
            private,
            if count {
                super::count::target_list(path)
            } else {
                null
            },
            null,
            outer_plan,
        )
    }
}

/// The condition on a key whose values a look-up join gives, if this is its scan: a place among the values, the key's
/// attribute number, and the condition.
unsafe fn given(
    known: &Relation,
    path: *mut pg_sys::ForeignPath,
    count: bool,
    operands: &mut Vec<Operand>,
) -> Option<(usize, i16, Filter)> {
    // SAFETY: called by `plan`; a look-up join's path has one Integer node in its private list.
    unsafe {
        let node = list::iter::<Node>((*path).fdw_private).next();
        let number = super::lookup_join::integer(node.filter(|_| !count)?) as i16;
        let attribute = known.attributes.iter().find(|one| one.number == number)?;
        let nothing = pg_sys::makeNullConst(pg_sys::TEXTARRAYOID, -1, Oid::INVALID);
        operands.push(Operand {
            expr: nothing.cast(),
            how: How::Texts,
        });
        let n = operands.len() - 1;
        Some((n, number, Filter::OneOf(attribute.field()?, n)))
    }
}

/// The values of LIMIT and OFFSET, if every row of this relation that passes will be a row of the result, in the order
/// they come.
unsafe fn limit(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    known: &Relation,
    sorted: bool,
    operands: &mut Vec<Operand>,
) -> Vec<usize> {
    // SAFETY: called by `plan`.
    unsafe {
        let query = (*root).parse;
        let plain = (*query).groupClause.is_null()
            && (*query).groupingSets.is_null()
            && (*query).distinctClause.is_null()
            && (*query).havingQual.is_null()
            && (*query).setOperations.is_null()
            && (*query).rowMarks.is_null()
            && !(*query).hasAggs
            && !(*query).hasWindowFuncs
            && !(*query).hasTargetSRFs;
        let alone = pg_sys::bms_num_members((*root).all_baserels) == 1
            && pg_sys::bms_is_member((*rel).relid as c_int, (*root).all_baserels);
        let in_order = sorted || (*query).sortClause.is_null();
        if !guc::pushdown()
            || !plain
            || !alone
            || !in_order
            || !known.is_exact()
            || (*query).limitCount.is_null()
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        for node in [(*query).limitCount, (*query).limitOffset] {
            if node.is_null() {
                continue;
            }
            let late = pg_sys::contain_volatile_functions(node) || pg_sys::contain_subplans(node);
            if late || pg_sys::exprType(node) != pg_sys::INT8OID {
                return Vec::new();
            }
            operands.push(Operand {
                expr: node,
                how: How::Int8,
            });
            found.push(operands.len() - 1);
        }
        found
    }
}

/// `table.column` of another relation of the query: once the plan is made, only a number is left of it.
unsafe fn column_name(root: *mut pg_sys::PlannerInfo, node: *mut Node) -> Option<String> {
    // SAFETY: called by `plan`; the tag is checked before the fields are read.
    unsafe {
        let mut node = node;
        while (*node).type_ == NodeTag::T_RelabelType {
            node = (*node.cast::<pg_sys::RelabelType>()).arg.cast();
        }
        let mut root = root;
        if (*node).type_ == NodeTag::T_Param {
            (root, node) = outer_variable(root, node.cast())?;
        }
        if (*node).type_ != NodeTag::T_Var {
            return None;
        }
        let var = node.cast::<pg_sys::Var>();
        if (*var).varlevelsup != 0 || (*var).varattno <= 0 {
            return None;
        }
        let entry = *(*root).simple_rte_array.add((*var).varno as usize);
        let alias = (*entry).eref;
        let column = pg_sys::get_rte_attribute_name(entry, (*var).varattno);
        Some(format!(
            "{}.{}",
            text::from_server((*alias).aliasname),
            text::from_server(column)
        ))
    }
}

/// The variable of an outer query that a subquery's parameter stands for, and that query.
unsafe fn outer_variable(
    root: *mut pg_sys::PlannerInfo,
    param: *mut pg_sys::Param,
) -> Option<(*mut pg_sys::PlannerInfo, *mut Node)> {
    // SAFETY: called by `column_name`; outer queries are being planned, too, so their lists of parameters are there.
    unsafe {
        if (*param).paramkind != pg_sys::ParamKind::PARAM_EXEC {
            return None;
        }
        let mut level = (*root).parent_root;
        while let Some(outer) = level.as_mut() {
            let known = list::iter::<pg_sys::PlannerParamItem>(outer.plan_params)
                .find(|item| (**item).paramId == (*param).paramid);
            if let Some(item) = known {
                return Some((level, (*item).item));
            }
            level = outer.parent_root;
        }
        None
    }
}
