//! Settings of a session: `SET auth0_fdw.…`.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};

use crate::preset::{self, Kind};

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

static DRY_RUN: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Whether writes are only shown.
pub fn dry_run() -> bool {
    DRY_RUN.get()
}

static LOG_WRITES: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Whether each write has a line in the server log.
pub fn log_writes() -> bool {
    LOG_WRITES.get()
}

/// The setting of [`max_deletes`].
pub const MAX_DELETES_NAME: &str = "auth0_fdw.max_deletes";

static MAX_DELETES: GucSetting<i32> = GucSetting::<i32>::new(10);

/// Most rows that one statement may delete; `None` for no limit.
pub fn max_deletes() -> Option<u64> {
    u64::try_from(MAX_DELETES.get())
        .ok()
        .filter(|most| *most > 0)
}

/// What a write in a transaction block or from a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum InTransaction {
    /// Allowed, with a warning.
    #[name = c"warn"]
    Warn,
    /// Allowed.
    #[name = c"allow"]
    Allow,
    /// An error.
    #[name = c"forbid"]
    Forbid,
}

/// The setting of [`writes_in_transaction`].
pub const WRITES_IN_TRANSACTION_NAME: &str = "auth0_fdw.writes_in_transaction";

static WRITES_IN_TRANSACTION: GucSetting<InTransaction> =
    GucSetting::<InTransaction>::new(InTransaction::Warn);

/// What a write in a transaction block or from a function is.
pub fn writes_in_transaction() -> InTransaction {
    WRITES_IN_TRANSACTION.get()
}

static MAX_CALLS: GucSetting<i32> = GucSetting::<i32>::new(1000);

/// Most calls that a scan may make for each row of another object, or for each value; 0 for any number.
pub fn max_calls() -> u64 {
    MAX_CALLS.get().unsigned_abs().into()
}

/// Declares the settings; called when Postgres loads the library.
pub fn declare() {
    preset::check(c"auth0_fdw.dry_run", Kind::Bool);
    preset::check(c"auth0_fdw.max_deletes", Kind::Count);
    preset::check(
        c"auth0_fdw.writes_in_transaction",
        Kind::Word(&["warn", "allow", "forbid"]),
    );
    define();
    preset::reserve();
}

fn define() {
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
    GucRegistry::define_bool_guc(
        c"auth0_fdw.dry_run",
        c"Shows what would be sent to change the tenant, and sends none of it.",
        c"Each request is a NOTICE with its method, path and body, without secrets. What is read is still read.",
        &DRY_RUN,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_bool_guc(
        c"auth0_fdw.log_writes",
        c"Writes a line to the server log for each request that changes the tenant.",
        c"It has the method, the path, the outcome and the correlation id, and nothing of the body.",
        &LOG_WRITES,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"auth0_fdw.max_deletes",
        c"Most rows that one statement may delete in the tenant.",
        c"A statement that would delete more fails before it deletes the first. 0 means no limit.",
        &MAX_DELETES,
        0,
        i32::MAX,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"auth0_fdw.max_calls",
        c"Most calls that a scan may make for each row of another object, or for each value that is given.",
        c"A scan that is known to take more fails before it makes them, any other when it has made so many. 0 means no limit.",
        &MAX_CALLS,
        0,
        i32::MAX,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_enum_guc(
        c"auth0_fdw.writes_in_transaction",
        c"What happens when the tenant is changed in a transaction block or from a function, whose rollback cannot undo it.",
        c"warn: one warning in each transaction; allow: nothing; forbid: an error.",
        &WRITES_IN_TRANSACTION,
        GucContext::Userset,
        GucFlags::default(),
    );
}
