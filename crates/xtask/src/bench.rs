//! `cargo xtask bench`: builds the measuring program with optimisation and runs it.

use crate::command::{cargo, run, say};
use crate::extension;
use crate::pg_config::PG_CONFIG_VARIABLE;
use crate::provision::{provision, provision_checks};
use std::io;
use std::path::Path;

/// Measures everything, or one part of it, with this Postgres, or Debian's.
pub fn bench(pg_config: Option<&Path>, part: Option<&str>) -> io::Result<()> {
    let postgres = provision(pg_config)?;
    provision_checks()?;
    extension::build_and_install(&postgres)?;
    say("Measuring; nothing else should run on this machine meanwhile");
    run(cargo()
        .args(["run", "--quiet", "--release", "--package", "bench", "--"])
        .args(part)
        .env(PG_CONFIG_VARIABLE, postgres.path()))
}
