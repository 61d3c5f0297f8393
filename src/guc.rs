//! Settings of a session: `SET auth0_fdw.…`.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

static PUSHDOWN: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Whether Auth0 is asked only for what a query needs.
pub fn pushdown() -> bool {
    PUSHDOWN.get()
}

/// Declares the settings; called when Postgres loads the library.
pub fn declare() {
    GucRegistry::define_bool_guc(
        c"auth0_fdw.pushdown",
        c"Ask Auth0 only for what a query needs.",
        c"When off, every query reads the whole table, in no order, and Postgres does the rest: the same rows for more calls.",
        &PUSHDOWN,
        GucContext::Userset,
        GucFlags::default(),
    );
}
