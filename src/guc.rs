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

static MAX_CALLS: GucSetting<i32> = GucSetting::<i32>::new(1000);

/// Most calls that reading an object for each row of another may take; 0 for any number.
pub fn max_calls() -> u64 {
    MAX_CALLS.get().unsigned_abs().into()
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
    GucRegistry::define_int_guc(
        c"auth0_fdw.max_calls",
        c"Most calls that a scan may make which reads lists for each row of another object.",
        c"A scan that would take more fails before it makes them. 0 means no limit.",
        &MAX_CALLS,
        0,
        i32::MAX,
        GucContext::Userset,
        GucFlags::default(),
    );
}
