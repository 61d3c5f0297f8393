//! GetForeignRelSize: what the planner should know of a foreign table before it makes paths.
//!
//! Nothing here needs credentials or the network, so EXPLAIN works without either.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr;

use auth0::catalog::{template, Object};
use auth0::options::{OnTypeError, Settings};
use auth0::plan::{calls, calls_of_lists, is_looked_up, Calls, Class, Filter, Reads};
use auth0::Error;
use pgrx::pg_sys::{self, Oid};
use pgrx::{pg_guard, PgMemoryContexts};

use super::attribute::{Attribute, Source};
use super::input::is_lively;
use super::learnt;
use super::quals::Reader;
use super::wanted;
use crate::error::OrRaise;
use crate::server::Table;
use crate::{guc, list};

/// Rows of a table nobody has counted yet.
const ASSUMED_ROWS: f64 = 1000.0;

/// Rows of one list of many, such as the roles of a user, as long as nothing else is known.
const ROWS_OF_A_LIST: f64 = 10.0;

/// What is known of a relation of a query. It lives as long as the planner's memory.
pub struct Relation {
    /// The object.
    pub object: &'static Object,
    /// How it is called.
    pub settings: Settings,
    /// Its columns.
    pub attributes: Vec<Attribute>,
    /// The conditions on it alone that Auth0 can look for.
    pub pushed: Vec<Filter>,
    /// Rows that these conditions leave, estimated.
    pub found: f64,
    /// Values of a key that rows are looked up by, estimated; none if they are searched for or listed.
    pub keys: Option<f64>,
    /// Of how many values of which keys rows are wanted.
    pub values: Vec<(&'static str, f64)>,
    /// Rows of the table, estimated.
    pub tuples: f64,
    /// Which reads bring what is wanted.
    pub reads: Reads,
    server: Oid,
    /// Whether those are all conditions on it.
    pub all_pushed: bool,
}

/// What [`size`] has noted.
///
/// # Safety
/// `rel` must be a base relation of ours, sized before.
pub unsafe fn known<'a>(rel: *mut pg_sys::RelOptInfo) -> Option<&'a Relation> {
    // SAFETY: the caller's promise.
    unsafe { (*rel).fdw_private.cast::<Relation>().as_ref() }
}

/// Reads the clauses; the filters of those that are pushed, or why one cannot be answered at all. `clauses` are
/// expressions. With `auth0_fdw.pushdown` off only a search in Auth0's own language is left: without it the column means
/// nothing.
///
/// # Safety
/// `clauses` must be the planner's, for the relation of `reader`.
pub unsafe fn read(
    reader: &mut Reader,
    attributes: &[Attribute],
    relid: u32,
    clauses: &[*mut pg_sys::Node],
) -> Result<Vec<Option<Filter>>, Error> {
    let pushdown = guc::pushdown();
    let query = attributes
        .iter()
        .find(|one| matches!(one.source, Source::Query))
        .map(|one| one.number);
    clauses
        .iter()
        .map(|clause| {
            // SAFETY: the caller's promise.
            let (found, about_query) = unsafe {
                let found = reader.clause(*clause);
                (found, query.is_some_and(|n| reads(*clause, relid, n)))
            };
            match found {
                Some(Filter::Query(n)) => Ok(Some(Filter::Query(n))),
                _ if about_query => Err(Error::QueryColumn),
                found => Ok(found.filter(|one| pushdown || one.is_needed(reader.object))),
            }
        })
        .collect()
}

/// Whether an expression reads a column.
///
/// # Safety
/// `node` must be an expression of the planner's.
pub unsafe fn reads(node: *mut pg_sys::Node, relid: u32, attribute: i16) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let mut read: *mut pg_sys::Bitmapset = ptr::null_mut();
        pg_sys::pull_varattnos(node, relid, &mut read);
        let number = c_int::from(attribute) - pg_sys::FirstLowInvalidHeapAttributeNumber;
        pg_sys::bms_is_member(number, read)
    }
}

/// GetForeignRelSize.
///
/// # Safety
/// Called by the planner with valid pointers.
#[pg_guard]
pub unsafe extern "C-unwind" fn size(
    root: *mut pg_sys::PlannerInfo,
    rel: *mut pg_sys::RelOptInfo,
    table: Oid,
) {
    let declared = Table::read(table);
    let object = declared.object().or_raise();
    let settings = declared.settings().or_raise();
    // SAFETY: the planner's own structures; the relation is locked by the planner already.
    unsafe {
        let attributes = Attribute::all(table, object, settings.on_type_error).or_raise();
        if needs_subtransactions(&attributes) {
            forbid_workers(root);
        }
        refuse_joined_query(rel, &attributes).or_raise();
        let learnt = learnt::rows(declared.server_oid(), object).map(|rows| rows as f64);
        (*rel).tuples = learnt.unwrap_or(if (*rel).tuples > 0.0 {
            (*rel).tuples
        } else {
            ASSUMED_ROWS
        });
        pg_sys::set_baserel_size_estimates(root, rel);

        let mut infos: *mut pg_sys::List = ptr::null_mut();
        let mut reader = Reader::new(root, (*rel).relid, object, &attributes);
        let all: Vec<*mut pg_sys::RestrictInfo> = list::iter((*rel).baserestrictinfo).collect();
        let clauses: Vec<_> = all.iter().map(|info| (**info).clause.cast()).collect();
        let read = read(&mut reader, &attributes, (*rel).relid, &clauses).or_raise();
        for (info, _) in all.iter().zip(&read).filter(|(_, found)| found.is_some()) {
            infos = pg_sys::lappend(infos, info.cast());
        }
        let all_pushed = read.iter().all(Option::is_some);
        let pushed: Vec<Filter> = read.into_iter().flatten().collect();
        let share = pg_sys::clauselist_selectivity(
            root,
            infos,
            0,
            pg_sys::JoinType::JOIN_INNER,
            ptr::null_mut(),
        );
        let mut found = ((*rel).tuples * share).max(1.0);
        let values = values(root, &reader, object, &pushed);
        // The first is the one that rows are looked up by; of other lists it is the way to many rows.
        let found_by = values.iter().find(|(key, _)| object.by_key(key).is_some());
        let keys = found_by.map(|(_, values)| *values);
        if let Some(keys) = keys {
            // Nearly always one row each.
            found = found.min(keys);
            (*rel).rows = (*rel).rows.min(keys).max(1.0);
        }
        let reads = wanted::reads(rel, table, object, &attributes);
        let known = Relation {
            object,
            settings,
            attributes,
            pushed,
            found,
            keys,
            values,
            tuples: (*rel).tuples,
            reads,
            server: declared.server_oid(),
            all_pushed,
        };
        (*rel).fdw_private = PgMemoryContexts::CurrentMemoryContext
            .leak_and_drop_on_delete(known)
            .cast();
    }
}

/// Of how many values of which keys the conditions want rows, in the order of the object's keys.
///
/// # Safety
/// `reader` must have read the conditions in a query of `root`.
pub unsafe fn values(
    root: *mut pg_sys::PlannerInfo,
    reader: &Reader,
    object: &Object,
    pushed: &[Filter],
) -> Vec<(&'static str, f64)> {
    let keys = object.keys().into_iter();
    let given = keys.filter(|key| pushed.iter().any(|filter| filter.key(object) == Some(key)));
    given
        .map(|key| {
            // SAFETY: the caller's promise.
            let values = unsafe { key_values(root, reader, object, pushed, key) };
            (key, values)
        })
        .collect()
}

/// Estimated number of values that the shortest list for a key has.
unsafe fn key_values(
    root: *mut pg_sys::PlannerInfo,
    reader: &Reader,
    object: &Object,
    pushed: &[Filter],
    key: &str,
) -> f64 {
    let length = |filter: &Filter| {
        let mut sum = 0.0;
        filter.operands(&mut |n| {
            let Some(operand) = reader.operands.get(n) else {
                return;
            };
            // SAFETY: an array expression of the planner's; a scalar counts as one.
            sum += unsafe {
                if pg_sys::get_element_type(pg_sys::exprType(operand.expr)) == Oid::INVALID {
                    1.0
                } else {
                    #[cfg(any(feature = "pg14", feature = "pg15", feature = "pg16"))]
                    {
                        let _ = root;
                        f64::from(pg_sys::estimate_array_length(operand.expr))
                    }
                    #[cfg(any(feature = "pg17", feature = "pg18"))]
                    pg_sys::estimate_array_length(root, operand.expr)
                }
            };
        });
        sum
    };
    pushed
        .iter()
        .filter(|filter| filter.key(object) == Some(key))
        .map(length)
        .fold(f64::INFINITY, f64::min)
        .max(1.0)
}

impl Relation {
    /// Estimated calls that its conditions cost.
    pub fn calls(&self) -> Calls {
        let whole = self.calls_of(&[], self.tuples);
        let listed = |keys: &f64| !is_looked_up(self.object, *keys, whole);
        if !self.object.is_searched() && self.keys.as_ref().is_some_and(listed) {
            return whole;
        }
        self.calls_of(&self.values, self.found)
    }

    /// Whether rows with a value of this key are asked for with a call of their own. A mere filter leaves fewer rows in each
    /// list, and there may be many of them.
    pub fn is_looked_up_by(&self, key: &str) -> bool {
        let object = self.object;
        let is_given = |name: &str| {
            let one = object.key_of(name);
            one == key || self.values.iter().any(|(given, _)| *given == one)
        };
        let in_path = object.variables().any(|name| object.key_of(name) == key);
        let by_key = object
            .by_key(key)
            .is_some_and(|by| template::variables(by.path).all(is_given));
        in_path || by_key && self.reads.is_looked_up()
    }

    /// Estimated calls for `found` rows, if they are wanted for so many values of some keys.
    pub fn calls_of(&self, values: &[(&'static str, f64)], found: f64) -> Calls {
        let size = self.settings.page_size;
        if self.object.is_searched() {
            return match values.first() {
                Some((_, values)) => Calls::of_values(*values),
                None => calls(found, size),
            };
        }
        let known = |key: &str| values.iter().find(|(one, _)| *one == key).map(|(_, n)| *n);
        let rows = |object: &str| {
            auth0::catalog::find(object)
                .and_then(|object| learnt::rows(self.server, object))
                .map_or(ASSUMED_ROWS, |rows| rows as f64)
        };
        calls_of_lists(self.object, &known, &rows, found, size, &self.reads)
    }

    /// Estimated calls and rows, if so many values of more keys are wanted.
    pub fn calls_by(&self, keys: &[&'static str], values: f64) -> (Calls, f64) {
        let one = match keys.iter().any(|key| self.object.by_key(key).is_some()) {
            true => 1.0,
            // A list of each: nothing is known of how rows are spread.
            false => self.tuples.clamp(1.0, ROWS_OF_A_LIST),
        };
        let more = keys.iter().enumerate();
        // Values of several keys come together, in as many pairs as there are values.
        let more = more.map(|(n, key)| (*key, if n == 0 { values } else { 1.0 }));
        let mut known: Vec<_> = more.collect();
        let others = self.values.iter().filter(|(key, _)| !keys.contains(key));
        known.extend(others.copied());
        let found = one * values;
        (self.calls_of(&known, found), found)
    }

    /// Whether the relation is parameterised in any case, by what its target list refers to.
    ///
    /// # Safety
    /// `rel` must be the planner's.
    pub unsafe fn is_lateral(&self, rel: *mut pg_sys::RelOptInfo) -> bool {
        // SAFETY: the caller's promise.
        unsafe { pg_sys::bms_num_members((*rel).lateral_relids) > 0 }
    }

    /// Whether every condition becomes what it says, so that no row that comes is dropped.
    pub fn is_exact(&self) -> bool {
        self.all_pushed
            && self
                .pushed
                .iter()
                .all(|filter| filter.class(self.object) == Class::Exact)
    }
}

/// A search must be known before the rows are: it cannot come from another table's rows.
unsafe fn refuse_joined_query(
    rel: *mut pg_sys::RelOptInfo,
    attributes: &[Attribute],
) -> Result<(), Error> {
    let query = attributes
        .iter()
        .find(|one| matches!(one.source, Source::Query));
    let Some(query) = query else { return Ok(()) };
    // SAFETY: called by `size`; the array goes from min_attr to max_attr. Relation 0 is the query's output.
    let joined = unsafe {
        let needed = *(*rel)
            .attr_needed
            .offset(isize::from(query.number) - isize::from((*rel).min_attr));
        let mut others = pg_sys::bms_copy(needed);
        others = pg_sys::bms_del_member(others, 0);
        pg_sys::bms_num_members(others) > 0
    };
    if joined {
        Err(Error::QueryColumn)
    } else {
        Ok(())
    }
}

/// Whether a column's misfits become NULL in a subtransaction, of which there are none beside parallel workers.
fn needs_subtransactions(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|one| one.on_type_error == OnTypeError::Null && is_lively(one.ty))
}

/// Keeps the query around this relation in one process, the queries around that one included. All relations of a query
/// are sized before its first path is made.
unsafe fn forbid_workers(root: *mut pg_sys::PlannerInfo) {
    // SAFETY: called by `size`; the array has as many entries as its size says, some of them null.
    unsafe {
        (*(*root).glob).parallelModeOK = false;
        let mut level = root;
        while let Some(root) = level.as_mut() {
            for number in 0..root.simple_rel_array_size as usize {
                if let Some(rel) = (*root.simple_rel_array.add(number)).as_mut() {
                    rel.consider_parallel = false;
                }
            }
            level = root.parent_root;
        }
    }
}
