//! Settings that keep one from harm, and what is no value of theirs.

use crate::support::writable;

#[test]
fn the_values_of_a_setting_are_as_the_document_has_them() {
    let mut world = writable(0);
    let error = world.error("set auth0_fdw.writes_in_transaction = 'never'");
    assert_eq!(error.hint(), Some("Available values: warn, allow, forbid."));
    world.run("reset auth0_fdw.writes_in_transaction");
    assert_eq!(
        world
            .value("show auth0_fdw.writes_in_transaction")
            .as_deref(),
        Some("warn")
    );
}
