//! Organizations, their members and everything below them.

use super::{at, one_of, word, Sower};
use crate::connections;
use crate::ids;
use serde_json::{json, Value};

/// Sows them.
pub fn sow(sower: &mut Sower) {
    let count = sower.scale.organizations;
    for i in 0..count {
        let id = organization(sower, i);
        // Spread evenly, the remainder over the first.
        let (share, rest) = (sower.scale.members / count, sower.scale.members % count);
        let members = share + usize::from(i < rest);
        members_of(sower, i, &id, i * share + i.min(rest), members);
        if i < sower.scale.each {
            below(sower, i, &id);
        }
    }
}

fn organization(sower: &mut Sower, i: usize) -> String {
    let mut row = json!({
        "id": sower.id("org_", "organization", i),
        "name": format!("{}-{i}", word(i)),
        "display_name": format!("{} & Söhne {i}", word(i)),
    });
    if i % 4 != 3 {
        row["third_party_client_access"] = json!("block");
        row["is_app_entitlement_active"] = json!(true);
    }
    if i.is_multiple_of(2) {
        row["branding"] = json!({"logo_url": format!("https://{}.example.com/logo.png", word(i)), "colors": {"primary": "#336699", "page_background": "#ffffff"}});
    }
    if i.is_multiple_of(3) {
        row["metadata"] =
            json!({"tier": one_of(&["gold", "silver"], i), "since": format!("{}", 2000 + i % 25)});
    }
    if i.is_multiple_of(5) {
        row["token_quota"] =
            json!({"client_credentials": {"enforce": true, "per_day": 2000, "per_hour": 100}});
    }
    sower.put(&["organizations"], "id", row)
}

fn members_of(sower: &mut Sower, i: usize, id: &str, first: usize, count: usize) {
    // A user is a member once, so there cannot be more members than users.
    for n in 0..count.min(sower.users.len()) {
        let Some(user) = sower.someone(first + n).map(|user| user.id.clone()) else {
            return;
        };
        let row = json!({ "user_id": user });
        sower.put(&["organizations", id, "members"], "user_id", row);
        if n < sower.scale.children && i < sower.scale.each {
            let role = sower.id("rol_", "role", n);
            let list = ["organizations", id, "members", &user, "roles"];
            sower.put(&list, "id", json!({ "id": role }));
            let row = json!({
                "id": role,
                "name": format!("{} keeper {n}", word(n)),
                "description": "",
                "sources": ["direct"],
            });
            let list = ["organizations", id, "members", &user, "effective-roles"];
            sower.put(&list, "id", row);
            let group = sower.long_id("grp_", "group", n);
            let list = ["organizations", id, "roles", &role, "groups"];
            sower.put(&list, "id", json!({ "id": group }));
            let list = ["organizations", id, "roles", &role, "members"];
            sower.put(&list, "user_id", json!({ "user_id": user }));
        }
    }
}

fn below(sower: &mut Sower, i: usize, id: &str) {
    for n in 0..sower.scale.children {
        invitation(sower, i, id, n);
        connection(sower, i, id, n);
        domain(sower, i, id, n);
        let row = json!({ "id": sower.id("cgr_", "client grant", i + n) });
        sower.put(&["organizations", id, "client-grants"], "id", row);
        let group = sower.long_id("grp_", "group", i + n);
        sower.put(
            &["organizations", id, "groups"],
            "id",
            json!({ "id": group }),
        );
        let role = json!({ "id": sower.id("rol_", "role", n) });
        sower.put(
            &["organizations", id, "groups", &group, "roles"],
            "id",
            role,
        );
        let row = json!({
            "client_id": sower.client(i + n),
            "use_for_member_access": n % 2 == 0,
            "client": {"name": format!("{} App", word(i + n)), "is_first_party": true, "grant_types": ["authorization_code"]},
        });
        sower.put(&["organizations", id, "clients"], "client_id", row);
    }
}

fn invitation(sower: &mut Sower, i: usize, id: &str, n: usize) {
    let number = i * 100 + n;
    let ticket = ids::made("", &format!("{} ticket {number}", sower.seed), 32);
    let mut row = json!({
        "id": sower.id("uinv_", "invitation", number),
        "client_id": sower.client(0),
        "inviter": {"name": "Somebody"},
        "invitee": {"email": format!("guest{number}@example.com")},
        "invitation_url": format!("https://app.example.com/login?invitation={ticket}&organization={id}"),
        "ticket_id": ticket,
        "created_at": at(number),
        "expires_at": at(number + 45),
        "organization_id": id,
    });
    if n.is_multiple_of(2) {
        row["connection_id"] = json!(connections::id("Username-Password-Authentication"));
        row["roles"] = json!([sower.id("rol_", "role", n)]);
        row["app_metadata"] = json!({"invited": true});
        row["user_metadata"] = json!({});
    }
    sower.put(&["organizations", id, "invitations"], "id", row);
}

fn connection(sower: &mut Sower, i: usize, id: &str, n: usize) {
    let known = connections::all();
    let connection = known[(i + n) % known.len()];
    let mut row = json!({
        "connection_id": connections::id(connection.name),
        "assign_membership_on_login": n.is_multiple_of(2),
        "show_as_button": true,
        "is_signup_enabled": false,
        "is_enabled": n % 3 != 2,
        "organization_access_level": "none",
        "connection": {"name": connection.name, "strategy": connection.strategy},
    });
    if n == 1 {
        row["organization_connection_name"] = json!(format!("{} sign-in", word(i)));
    }
    sower.put(
        &["organizations", id, "enabled_connections"],
        "connection_id",
        row,
    );
}

fn domain(sower: &mut Sower, i: usize, id: &str, n: usize) {
    let number = i * 100 + n;
    let domain = format!("{}{number}.example.org", word(i));
    let mut row = json!({
        "id": sower.long_id("ord_", "discovery domain", number),
        "domain": domain,
        "status": if n.is_multiple_of(2) { "pending" } else { "verified" },
        "verification_host": format!("_ss-verification.{id}.{domain}"),
        "verification_txt": ids::hex(&format!("txt {number}"), 32),
    });
    if n % 3 != 1 {
        row["use_for_organization_discovery"] = Value::Bool(true);
    }
    sower.put(&["organizations", id, "discovery-domains"], "id", row);
}
