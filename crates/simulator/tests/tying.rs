//! Tying objects together, and revoking.

mod common;

use common::{ask, encoded, ids, ok, text};
use serde_json::{json, Value};
use simulator::{Config, Simulator};

fn tenant() -> Simulator {
    Simulator::start(Config {
        users: 12,
        ..Config::default()
    })
    .unwrap()
}

#[test]
fn roles_permissions_and_members() {
    let sim = tenant();
    let user = sim.user_ids()[9].clone();
    let at = format!("users/{}", encoded(&user));
    let role = text(&sim.objects(&["roles"])[3]["id"]);
    assert_eq!(ok(&sim, &format!("{at}/roles")), json!([]));
    let roles = json!({ "roles": [role] });
    assert_eq!(
        ask(&sim, "POST", &format!("{at}/roles"), roles.clone()).status,
        204
    );
    assert_eq!(
        ids(&ok(&sim, &format!("{at}/roles")), "id"),
        [role.as_str()]
    );
    assert!(ids(&ok(&sim, &format!("roles/{role}/users")), "user_id").contains(&user));
    assert_eq!(
        ask(&sim, "DELETE", &format!("{at}/roles"), roles).status,
        204
    );
    assert_eq!(ok(&sim, &format!("{at}/roles")), json!([]));
    let missing = ask(
        &sim,
        "DELETE",
        &format!("{at}/roles"),
        json!({"roles": ["rol_none"]}),
    );
    assert_eq!(
        (missing.status, missing.message().as_str()),
        (404, "The role does not exist.")
    );
    assert_eq!(
        ask(&sim, "POST", &format!("{at}/roles"), json!({"roles": []})).status,
        400
    );
    let assigned = ask(
        &sim,
        "POST",
        &format!("roles/{role}/users"),
        json!({"users": [user]}),
    );
    assert_eq!((assigned.status, assigned.json()), (200, json!({})));

    let api = sim.objects(&["resource-servers"])[0].clone();
    let permission = json!({"resource_server_identifier": api["identifier"], "permission_name": api["scopes"][0]["value"]});
    let body = json!({ "permissions": [permission] });
    for place in [
        format!("{at}/permissions"),
        format!("roles/{role}/permissions"),
    ] {
        let before = ok(&sim, &place).as_array().unwrap().len();
        let added = ask(&sim, "POST", &place, body.clone());
        assert_eq!((added.status, added.json()), (201, json!({})));
        let rows = ok(&sim, &place);
        assert_eq!(rows.as_array().unwrap().len(), before + 1);
        let direct = place.starts_with("users");
        assert_eq!(rows[before].get("sources").is_some(), direct);
        assert_eq!(ask(&sim, "DELETE", &place, body.clone()).status, 204);
        assert_eq!(ok(&sim, &place).as_array().unwrap().len(), before);
    }
    let wrong = json!({"permissions": [{"resource_server_identifier": api["identifier"], "permission_name": "no:such"}]});
    let refused = ask(&sim, "POST", &format!("{at}/permissions"), wrong);
    assert_eq!(refused.code(), "inexistent_resource_server_permission");

    let org = text(&sim.objects(&["organizations"])[0]["id"]);
    let members = format!("organizations/{org}/members");
    assert_eq!(
        ask(&sim, "POST", &members, json!({"members": [user]})).status,
        204
    );
    assert!(ids(&ok(&sim, &members), "user_id").contains(&user));
    assert!(ids(&ok(&sim, &format!("{at}/organizations")), "id").contains(&org));
    let own = format!("{members}/{}/roles", encoded(&user));
    assert_eq!(
        ask(&sim, "POST", &own, json!({"roles": [role]})).status,
        204
    );
    assert_eq!(ids(&ok(&sim, &own), "id"), [role.as_str()]);
    assert_eq!(
        ask(&sim, "DELETE", &own, json!({"roles": ["rol_none"]})).message(),
        "No such role with id: rol_none"
    );
    assert_eq!(
        ask(&sim, "DELETE", &own, json!({"roles": [role]})).status,
        204
    );
    assert_eq!(
        ask(&sim, "DELETE", &members, json!({"members": [user]})).status,
        204
    );
    assert!(!ids(&ok(&sim, &members), "user_id").contains(&user));
    let grant = text(&sim.objects(&["client-grants"])[6]["id"]);
    let grants = format!("organizations/{org}/client-grants");
    assert_eq!(
        ask(&sim, "POST", &grants, json!({"grant_id": grant})).status,
        201
    );
    assert!(ids(&ok(&sim, &grants), "id").contains(&grant));
    assert_eq!(
        ask(&sim, "DELETE", &format!("{grants}/{grant}"), Value::Null).status,
        204
    );
    assert!(!ids(&ok(&sim, &grants), "id").contains(&grant));
}

#[test]
fn revoking() {
    let sim = tenant();
    let user = sim.user_ids()[1].clone();
    let at = format!("users/{}", encoded(&user));
    let count = |target: &str, key: &str| {
        let list = ok(&sim, target);
        match key {
            "" => list.as_array().unwrap().len(),
            key => list[key].as_array().unwrap().len(),
        }
    };
    let sessions = format!("{at}/sessions");
    let first = text(&ok(&sim, &sessions)["sessions"][0]["id"]);
    assert_eq!(
        ask(&sim, "DELETE", &format!("sessions/{first}"), Value::Null).status,
        202
    );
    assert_eq!(count(&sessions, "sessions"), 2);
    assert_eq!(ask(&sim, "DELETE", &sessions, Value::Null).status, 202);
    assert_eq!(count(&sessions, "sessions"), 0);
    let tokens = format!("{at}/refresh-tokens");
    assert_eq!(ask(&sim, "DELETE", &tokens, Value::Null).status, 202);
    assert_eq!(count(&tokens, "tokens"), 0);
    let grants = format!("grants?user_id={}", encoded(&user));
    let first = text(&ok(&sim, &grants)[0]["id"]);
    assert_eq!(
        ask(&sim, "DELETE", &format!("grants/{first}"), Value::Null).status,
        204
    );
    assert_eq!(count(&grants, ""), 2);
    assert_eq!(ask(&sim, "DELETE", &grants, Value::Null).status, 204);
    assert_eq!(count(&grants, ""), 0);
    let devices = format!("device-credentials?user_id={}", encoded(&user));
    let first = text(&ok(&sim, &devices)[0]["id"]);
    assert_eq!(
        ask(
            &sim,
            "DELETE",
            &format!("device-credentials/{first}"),
            Value::Null
        )
        .status,
        204
    );
    assert_eq!(count(&devices, ""), 2);
    let blocks = format!("user-blocks/{}", encoded(&user));
    assert_eq!(count(&blocks, "blocked_for"), 1);
    assert_eq!(ask(&sim, "DELETE", &blocks, Value::Null).status, 204);
    assert_eq!(count(&blocks, "blocked_for"), 0);
    let action = text(&sim.objects(&["actions", "actions"])[3]["id"]);
    let deployed = ask(
        &sim,
        "POST",
        &format!("actions/actions/{action}/deploy"),
        Value::Null,
    );
    assert_eq!(
        (deployed.status, &deployed.json()["number"]),
        (200, &json!(4))
    );
    assert_eq!(
        ok(&sim, &format!("actions/actions/{action}"))["all_changes_deployed"],
        true
    );
}
