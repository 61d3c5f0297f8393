//! Settings of a session: `SET auth0_fdw.…`.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting};

static PUSHDOWN: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Whether Auth0 is asked only for what a query needs.
pub fn pushdown() -> bool {
    PUSHDOWN.get()
}

static LOOKUP_JOIN: GucSetting<bool> = GucSetting::<bool>::new(true);

/// Whether the planner may join by looking up many keys at a time.
pub fn lookup_join() -> bool {
    LOOKUP_JOIN.get()
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
    GucRegistry::define_bool_guc(
        c"auth0_fdw.lookup_join",
        c"Enables the planner's use of joins that look up many keys at a time.",
        c"When off, keys of another table are looked up one after another, or the whole table is read.",
        &LOOKUP_JOIN,
        GucContext::Userset,
        GucFlags::default(),
    );
}
