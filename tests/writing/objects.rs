//! The objects that people manage: made, read back, changed and taken away through SQL.

use crate::support::{sent, user, writable};
use xtask::World;

/// Makes a row, changes it and takes it away; each must be one write, and be seen by the next read.
#[track_caller]
fn round(world: &mut World, table: &str, columns: &str, values: &str, set: (&str, &str), id: &str) {
    let made = world.value(&format!(
        "insert into {table} ({columns}) values ({values}) returning {id}"
    ));
    let made = made.unwrap_or_else(|| panic!("{table}: no {id}"));
    let there = format!("select count(*) from {table} where {id} = '{made}'");
    assert_eq!(world.value(&there).as_deref(), Some("1"), "{table}: made");
    let (column, value) = set;
    let calls = sent(
        world,
        &format!("update {table} set {column} = {value} where {id} = '{made}'"),
    );
    let writes = |calls: &[String]| calls.iter().filter(|call| !call.starts_with("GET")).count();
    assert_eq!(writes(&calls), 1, "{table}: {calls:?}");
    let changed = world.value(&format!(
        "select {column} is not distinct from {value} from {table} where {id} = '{made}'"
    ));
    assert_eq!(changed.as_deref(), Some("t"), "{table}: changed");
    let calls = sent(world, &format!("delete from {table} where {id} = '{made}'"));
    assert_eq!(writes(&calls), 1, "{table}: {calls:?}");
    assert_eq!(world.value(&there).as_deref(), Some("0"), "{table}: gone");
}

#[test]
fn objects_are_made_changed_and_taken_away() {
    let mut world = writable(0);
    for (table, columns, values, set, id) in [
        (
            "roles",
            "name, description",
            "'auditor', 'reads'",
            ("description", "'reads more'"),
            "id",
        ),
        (
            "organizations",
            "name, display_name",
            "'acme-2', 'Acme'",
            ("display_name", "'Acme Inc'"),
            "id",
        ),
        (
            "clients",
            "name, app_type",
            "'An app', 'spa'",
            ("description", "'of ours'"),
            "client_id",
        ),
        (
            "resource_servers",
            "name, identifier",
            "'An API', 'https://api.example.com'",
            ("name", "'The API'"),
            "id",
        ),
        (
            "connections",
            "name, strategy",
            "'another-database', 'auth0'",
            ("is_domain_connection", "true"),
            "id",
        ),
    ] {
        round(&mut world, table, columns, values, set, id);
    }
}

#[test]
fn members_of_an_organization_are_pairs() {
    let mut world = writable(0);
    let ids = [0, 1].map(|n| user(&mut world, &format!("m{n}@example.com")));
    let organization = world
        .value("insert into organizations (name) values ('acme-2') returning id")
        .unwrap();
    let calls = sent(
        &mut world,
        &format!(
            "insert into organization_members (organization_id, user_id) values ('{organization}', '{}'), ('{organization}', '{}')",
            ids[0], ids[1]
        ),
    );
    assert_eq!(
        calls,
        [format!("POST /api/v2/organizations/{organization}/members")]
    );
    let count = format!(
        "select count(*) from organization_members where organization_id = '{organization}'"
    );
    assert_eq!(world.value(&count).as_deref(), Some("2"));
    world.run(&format!("delete from organization_members where organization_id = '{organization}' and user_id = '{}'", ids[0]));
    assert_eq!(world.value(&count).as_deref(), Some("1"));
}
