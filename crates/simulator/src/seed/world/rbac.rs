//! Roles and groups.

use super::applications::{audience, permissions};
use super::{at, word, Sower};
use crate::connections;
use serde_json::{json, Value};

/// Sows them.
pub fn sow(sower: &mut Sower) {
    for i in 0..sower.scale.each {
        role(sower, i);
        group(sower, i);
    }
}

fn role(sower: &mut Sower, i: usize) {
    let mut row = json!({
        "id": sower.id("rol_", "role", i),
        "name": format!("{} keeper {i}", word(i)),
        // Recorded: empty, null and text all occur.
        "description": match i % 4 {
            0 => json!(""),
            1 => Value::Null,
            _ => json!(format!("Keeps the {}s", word(i))),
        },
        "type": "tenant",
    });
    if i % 6 == 5 {
        row["type"] = json!("organization");
        row["owner_id"] = json!(sower.id("org_", "organization", 0));
    }
    let id = sower.put(&["roles"], "id", row);
    for n in 0..sower.scale.children {
        let api = i + n / 3;
        let name = permissions(api)[n % 3].clone();
        let row = json!({
            "permission_name": name,
            "description": format!("May {}", name.replace(':', " ")),
            "resource_server_name": format!("{} API {api}", word(api)),
            "resource_server_identifier": audience(api),
        });
        sower.put(&["roles", &id, "permissions"], "permission_name", row);
    }
    // The first role has most of the users with children, the others some.
    let holders = sower.scale.users_with_children.min(sower.users.len());
    for n in (0..holders).filter(|n| i == 0 || (n + i).is_multiple_of(3)) {
        if let Some(user) = sower.someone(n).map(|user| user.id.clone()) {
            let row = json!({ "user_id": user });
            sower.put(&["roles", &id, "users"], "user_id", row);
        }
    }
}

fn group(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("grp_", "group", i),
        "name": format!("{} people", word(i)),
        "external_id": format!("ext-{i}"),
        "connection_id": connections::id("acme-saml"),
        "tenant_name": "simulated-tenant",
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    let id = sower.put(&["groups"], "id", row);
    let role = sower.id("rol_", "role", i);
    sower.put(&["groups", &id, "roles"], "id", json!({ "id": role }));
    let members = sower.scale.users_with_children.min(sower.users.len());
    for n in (0..members).filter(|n| (n + i).is_multiple_of(2)) {
        if let Some(user) = sower.someone(n).map(|user| user.id.clone()) {
            let row = json!({
                "id": user,
                "member_type": "user",
                "type": "connection",
                "connection_id": connections::id("acme-saml"),
                "created_at": at(n),
            });
            sower.put(&["groups", &id, "members"], "id", row);
        }
    }
}
