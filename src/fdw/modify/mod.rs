//! Changing the tenant: INSERT, UPDATE, DELETE.
//!
//! - [`rights`]: whether a table may be written at all
//! - [`plan`]: what a statement needs of the rows it changes; [`read_first`]: that they are all read before one is changed
//! - [`exec`]: the executor's callbacks; [`state`]: what they share
//! - [`columns`], [`json`]: a tuple as a row in JSON; [`returned`]: the stored row as a tuple
//! - [`direct`]: a statement whose rows need not be read; [`explain`]: what is sent, in words
//! - [`send`]: sending and waiting; [`book`]: what has become of each row
//! - [`transaction`], [`correlation`]: which statement a write belongs to

mod book;
mod columns;
mod correlation;
mod direct;
mod exec;
mod explain;
mod json;
mod plan;
mod read_first;
mod returned;
mod rights;
mod send;
mod state;
mod transaction;

pub use book::{name_of, Fate};
pub use correlation::next as correlation;
pub use rights::check as check_rights;
pub use send::Sender;
pub use transaction::check_call;

use pgrx::AllocatedByRust;
use supabase_wrappers::FdwRoutine;

/// The callbacks of writing.
pub fn install(routine: &mut FdwRoutine<AllocatedByRust>) {
    // Planning
    routine.IsForeignRelUpdatable = Some(rights::updatable);
    routine.AddForeignUpdateTargets = Some(plan::add_targets);
    routine.PlanForeignModify = Some(plan::plan_modify);
    routine.PlanDirectModify = Some(direct::plan_direct);
    // Running
    routine.BeginForeignModify = Some(exec::begin);
    routine.BeginForeignInsert = Some(exec::begin_insert);
    routine.GetForeignModifyBatchSize = Some(exec::batch_size);
    routine.ExecForeignInsert = Some(exec::insert);
    routine.ExecForeignBatchInsert = Some(exec::insert_batch);
    routine.ExecForeignUpdate = Some(exec::update);
    routine.ExecForeignDelete = Some(exec::delete);
    routine.EndForeignModify = Some(exec::end);
    routine.EndForeignInsert = Some(exec::end);
    routine.BeginDirectModify = Some(direct::begin);
    routine.IterateDirectModify = Some(direct::iterate);
    routine.EndDirectModify = Some(direct::end);
    // Telling
    routine.ExplainForeignModify = Some(explain::modify);
    routine.ExplainDirectModify = Some(explain::direct);
}

/// Called when Postgres loads the library.
pub fn declare() {
    read_first::declare();
}
