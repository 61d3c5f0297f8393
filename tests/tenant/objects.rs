//! auth0.objects: the catalogue as rows, for everybody.

use crate::support::{calls, role, world};
use auth0::catalog::OBJECTS;
use xtask::world;

#[test]
fn a_row_for_each_object() {
    let mut world = world();
    let rows = world.query_text("select object, endpoint, paging, parent from auth0.objects");
    assert_eq!(rows.len(), OBJECTS.len());
    for (row, object) in rows.iter().zip(OBJECTS) {
        assert_eq!(row[0].as_deref(), Some(object.name));
        assert_eq!(row[1], Some(format!("GET {}", object.path)));
        let parent = object.parent.as_ref().map(|parent| parent.object);
        assert_eq!(row[3].as_deref(), parent);
    }
    let of = |world: &mut world::World, column: &str, object: &str| {
        let sql = format!("select {column} from auth0.objects where object = '{object}'");
        world.value(&sql).unwrap()
    };
    assert_eq!(of(&mut world, "scopes", "users"), "{read:users}");
    assert_eq!(of(&mut world, "keys", "users"), "{user_id,email}");
    assert_eq!(of(&mut world, "'blocked' = any (filters)", "users"), "t");
    assert_eq!(of(&mut world, "paging", "organizations"), "checkpoint");
    assert_eq!(of(&mut world, "parent", "role_users"), "roles");
    assert_eq!(of(&mut world, "required", "anomaly_ip_blocks"), "{ip}");
    assert_eq!(
        of(&mut world, "'client_secret' = any (secrets)", "clients"),
        "t"
    );
    for (column, object, expected) in [
        ("insertable", "roles", "{name,description}"),
        ("updatable", "user_sessions", "{session_metadata}"),
        (
            "insertable || updatable",
            "user_sessions",
            "{session_metadata}",
        ),
        ("deletable", "user_sessions", "t"),
        ("deletable", "tenant_settings", "f"),
        ("insertable || updatable", "logs", "{}"),
    ] {
        assert_eq!(of(&mut world, column, object), expected, "{object}");
    }
    assert!(calls(&world).is_empty());
}

#[test]
fn everybody_may_read_it() {
    let mut world = world();
    let user = role(&mut world, "reader");
    let mut sql = world.db.connect_as(&user);
    let rows = world::query_text(&mut sql, "select count(*) from auth0.objects");
    assert_eq!(rows, [[Some(OBJECTS.len().to_string())]]);
}
