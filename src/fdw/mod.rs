//! The foreign-data wrapper: its handler, its validator, and which of our functions Postgres calls when.
//!
//! supabase-wrappers makes the two SQL functions. The callbacks behind them are our own, installed through its
//! `fdw_routine_hook`: the framework's keep a pointer in the plan (so a prepared statement's second run reads freed
//! memory), hold every row to the end of the scan and cannot be interrupted.

mod analyze;
mod attribute;
mod column;
mod count;
mod datum;
mod explain;
mod generated;
mod import;
mod input;
mod json_path;
mod learnt;
mod lookup_join;
pub mod modify;
mod needs;
mod operand;
mod paths;
mod plan;
mod quals;
mod relation;
mod rows;
mod runs;
mod scan;
mod slot;
mod values;
mod wanted;

use std::collections::HashMap;

use pgrx::pg_sys::Oid;
use pgrx::AllocatedByRust;
use supabase_wrappers::prelude::*;
use supabase_wrappers::FdwRoutine;

use crate::error::Report;
use crate::server::options;

/// Called when Postgres loads the library.
pub fn declare() {
    lookup_join::declare();
    modify::declare();
}

/// The wrapper. It holds nothing: what a scan needs is made when the scan begins.
#[wrappers_fdw(version = "0.1.0", error_type = "Report")]
pub(crate) struct Auth0Fdw;

impl ForeignDataWrapper<Report> for Auth0Fdw {
    fn new(_: ForeignServer) -> Result<Self, Report> {
        Ok(Auth0Fdw)
    }

    fn validator(options: Vec<Option<String>>, catalog: Option<Oid>) -> Result<(), Report> {
        Ok(options::validate(options, catalog)?)
    }

    fn fdw_routine_hook(routine: &mut FdwRoutine<AllocatedByRust>) {
        // Planning
        routine.GetForeignRelSize = Some(relation::size);
        routine.GetForeignPaths = Some(paths::paths);
        routine.GetForeignPlan = Some(plan::plan);
        routine.GetForeignUpperPaths = Some(count::upper_paths);
        // Running
        routine.BeginForeignScan = Some(scan::begin);
        routine.IterateForeignScan = Some(scan::iterate);
        routine.ReScanForeignScan = Some(scan::rescan);
        routine.EndForeignScan = Some(scan::end);
        // Sampling
        routine.AnalyzeForeignTable = Some(analyze::analyze);
        // Declaring
        routine.ImportForeignSchema = Some(import::import);
        // Telling
        routine.ExplainForeignScan = Some(explain::scan);
        // Writing
        modify::install(routine);
    }

    // The framework asks for these; the hook above has replaced their callers.

    fn begin_scan(
        &mut self,
        _: &[Qual],
        _: &[Column],
        _: &[Sort],
        _: &Option<Limit>,
        _: &HashMap<String, String>,
    ) -> Result<(), Report> {
        Ok(())
    }

    fn iter_scan(&mut self, _: &mut Row) -> Result<Option<()>, Report> {
        Ok(None)
    }

    fn end_scan(&mut self) -> Result<(), Report> {
        Ok(())
    }
}
