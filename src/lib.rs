//! The extension: the only crate that knows Postgres.

pgrx::pg_module_magic!();
