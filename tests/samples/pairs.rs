//! Rows of every link table that are not there yet.

use auth0::write::Row;
use serde_json::{json, Value};
use simulator::Simulator;

/// Pairs that the tenant lacks, more than one of each table.
pub fn pairs(sim: &Simulator, name: &str) -> Vec<Row> {
    let ids = |list: &[&str], key: &str| -> Vec<Value> {
        let objects = sim.objects(list);
        objects.iter().map(|object| object[key].clone()).collect()
    };
    let roles = ids(&["roles"], "id");
    let users: Vec<Value> = sim.user_ids().into_iter().map(Value::from).collect();
    // The last organization and connection have nothing yet.
    let new = json!({"id": "org_000000000000000", "name": "fresh"});
    sim.put_object(&["organizations"], new.clone());
    let organization = new["id"].clone();
    let connection = json!({"id": "con_000000000000000", "name": "fresh", "strategy": "auth0"});
    sim.put_object(&["connections"], connection.clone());
    let api = sim.objects(&["resource-servers"]);
    let api = api.iter().find(|api| {
        api["scopes"]
            .as_array()
            .is_some_and(|scopes| scopes.len() > 1)
    });
    let api = api.expect("an API with permissions");
    let permissions = || {
        api["scopes"].as_array().expect("permissions").iter().map(|scope| {
        json!({"resource_server_identifier": api["identifier"], "permission_name": scope["value"]})
    })
    };
    let row = |one: Value| match one {
        Value::Object(row) => row,
        other => panic!("no row: {other}"),
    };
    let with = |mut one: Value, key: &str, value: &Value| {
        one[key] = value.clone();
        row(one)
    };
    let user = users.last().expect("a user");
    match name {
        "user_roles" => roles
            .iter()
            .map(|role| with(json!({"user_id": user}), "role_id", role))
            .collect(),
        "role_users" => {
            let role = json!({"id": "rol_000000000000000", "name": "fresh"});
            sim.put_object(&["roles"], role.clone());
            users
                .iter()
                .map(|user| with(json!({"role_id": role["id"]}), "user_id", user))
                .collect()
        }
        "user_permissions" => permissions()
            .map(|one| with(one, "user_id", user))
            .collect(),
        "role_permissions" => {
            let role = json!({"id": "rol_000000000000000", "name": "fresh"});
            sim.put_object(&["roles"], role.clone());
            permissions()
                .map(|one| with(one, "role_id", &role["id"]))
                .collect()
        }
        "role_groups" | "group_roles" => {
            let group = json!({"id": "grp_000000000000000", "name": "fresh"});
            sim.put_object(&["groups"], group.clone());
            roles
                .iter()
                .map(|role| row(json!({"role_id": role, "group_id": group["id"]})))
                .collect()
        }
        "organization_members" => users
            .iter()
            .map(|user| row(json!({"organization_id": organization, "user_id": user})))
            .collect(),
        "organization_member_roles" => {
            let members = ["organizations", "org_000000000000000", "members"];
            sim.put_object(&members, json!({"user_id": user}));
            let pair = |role: &Value| json!({"organization_id": organization, "user_id": user, "role_id": role});
            roles.iter().map(|role| row(pair(role))).collect()
        }
        "organization_group_roles" => {
            let group = json!({"id": "grp_000000000000000", "name": "fresh"});
            sim.put_object(&["groups"], group.clone());
            let pair = |role: &Value| json!({"organization_id": organization, "group_id": group["id"], "role_id": role});
            roles.iter().map(|role| row(pair(role))).collect()
        }
        "organization_clients" => {
            let clients = ids(&["clients"], "client_id");
            let pair = |client: &Value| json!({"organization_id": organization, "client_id": client, "use_for_member_access": true});
            clients.iter().map(|client| row(pair(client))).collect()
        }
        "connection_synchronized_groups" => (0..7)
            .map(|i| row(json!({"connection_id": connection["id"], "id": format!("group-{i}")})))
            .collect(),
        "hook_secrets" => {
            sim.put_object(&["hooks"], json!({"id": "hook-new", "name": "new"}));
            ["A", "B", "C"].iter()
                .map(|name| row(json!({"hook_id": "hook-new", "name": name, "value": "s3cret"})))
                .collect()
        }
        "prompt_custom_texts" => ["signup", "signup-id", "reset"].iter()
            .map(|screen| row(json!({"prompt": "signup", "language": "en", "screen": screen, "texts": {"title": screen}})))
            .collect(),
        "prompt_partials" => ["signup", "signup-id"].iter()
            .map(|screen| row(json!({"prompt": "signup", "screen": screen, "partials": {"form-content-end": "<b>"}})))
            .collect(),
        "self_service_profile_texts" => {
            let profile = ids(&["self-service-profiles"], "id").remove(0);
            ["one", "two"].iter()
                .map(|name| row(json!({"profile_id": profile, "language": "en", "page": "get-started", "name": name, "text": name})))
                .collect()
        }
        "guardian_policies" => {
            sim.set_object(&["guardian", "policies"], Some(json!([])));
            ["all-applications", "confidence-score"].iter()
                .map(|policy| row(json!({ "policy": policy })))
                .collect()
        }
        "connection_clients" => {
            let clients = ids(&["clients"], "client_id");
            let pair =
                |client: &Value| json!({"connection_id": connection["id"], "client_id": client});
            clients.iter().map(|client| row(pair(client))).collect()
        }
        other => panic!("no pairs of {other}"),
    }
}
