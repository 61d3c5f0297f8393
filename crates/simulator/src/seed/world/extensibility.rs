//! Actions, rules, hooks, log streams, event streams, flows, forms, statistics.

use super::{at, at_nanos, one_of, word, Sower};
use crate::ids;
use crate::time;
use serde_json::{json, Value};

const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {\n  // \"quoted\"\n};\n";
const TRIGGERS: [(&str, &str); 5] = [
    ("post-login", "v3"),
    ("credentials-exchange", "v2"),
    ("pre-user-registration", "v2"),
    ("post-user-registration", "v2"),
    ("post-change-password", "v2"),
];

/// Sows them.
pub fn sow(sower: &mut Sower) {
    for (id, version) in TRIGGERS {
        let row = json!({
            "id": id,
            "version": version,
            "status": "CURRENT",
            "runtimes": ["node18-actions", "node22"],
            "default_runtime": "node22",
            "binding_policy": "trigger-bound",
            "compatible_triggers": [{"id": id, "version": "v1"}],
        });
        sower.put(&["actions", "triggers"], "id", row);
    }
    for i in 0..sower.scale.each {
        action(sower, i);
        module(sower, i);
        legacy(sower, i);
        log_stream(sower, i);
        event_stream(sower, i);
        flow(sower, i);
    }
    statistics(sower);
}

fn action(sower: &mut Sower, i: usize) {
    let (trigger, version) = TRIGGERS[i % TRIGGERS.len()];
    let id = sower.uuid("action", i);
    let supported = json!([{"id": trigger, "version": version}]);
    let secrets = json!([{"name": "API_KEY", "updated_at": at_nanos(i)}]);
    let dependencies = match i % 2 {
        0 => json!([]),
        _ => json!([{"name": "lodash", "version": "4.17.21"}]),
    };
    let versions = sower.scale.children;
    let deployed = json!({
        "id": sower.uuid("action version", i * 100 + versions),
        "code": CODE,
        "dependencies": dependencies,
        "deployed": true,
        "number": versions,
        "built_at": at_nanos(i + 1),
        "secrets": secrets,
        "status": "built",
        "created_at": at_nanos(i),
        "updated_at": at_nanos(i + 1),
        "runtime": "node22",
        "supported_triggers": supported,
    });
    let mut row = json!({
        "id": id,
        "name": format!("{} action {i}", word(i)),
        "supported_triggers": supported,
        "created_at": at_nanos(i),
        "updated_at": at_nanos(i + 2),
        "code": CODE,
        "dependencies": dependencies,
        "runtime": "node22",
        "status": if i % 4 == 3 { "pending" } else { "built" },
        "secrets": secrets,
        "all_changes_deployed": i % 4 != 3,
    });
    if i % 4 != 3 {
        row["current_version"] = json!({
            "id": deployed["id"],
            "code": CODE,
            "runtime": "node22",
            // The same state is spelt in capitals here.
            "status": "BUILT",
            "number": versions,
            "build_time": at_nanos(i + 1),
            "created_at": at_nanos(i),
            "updated_at": at_nanos(i + 1),
        });
        row["deployed_version"] = deployed;
    }
    if i % 5 == 2 {
        row["installed_integration_id"] = json!(sower.uuid("integration", i));
        row["integration"] = json!({"id": sower.uuid("catalog", i), "catalog_id": "example-integration", "name": "Example"});
    }
    if i % 3 == 1 {
        row["modules"] = json!([{"module_id": sower.uuid("module", i), "module_name": format!("{}-module", word(i)), "module_version_id": sower.uuid("module version", i * 100), "module_version_number": 1}]);
    }
    let summary = json!({
        "id": id,
        "name": row["name"],
        "supported_triggers": supported,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "all_changes_deployed": false,
    });
    sower.put(&["actions", "actions"], "id", row);
    for number in (1..=versions).rev() {
        let row = json!({
            "id": sower.uuid("action version", i * 100 + number),
            "action_id": id,
            "code": CODE,
            "dependencies": dependencies,
            "deployed": number == versions && i % 4 != 3,
            "number": number,
            "built_at": at_nanos(i + number),
            "secrets": secrets,
            "status": "built",
            "created_at": at_nanos(i + number),
            "updated_at": at_nanos(i + number),
            "runtime": "node22",
            "supported_triggers": supported,
            "action": summary,
        });
        sower.put(&["actions", "actions", &id, "versions"], "id", row);
    }
    if i < TRIGGERS.len() * 2 {
        let row = json!({
            "id": sower.uuid("binding", i),
            "trigger_id": trigger,
            "action": summary,
            "created_at": at_nanos(i),
            "updated_at": at_nanos(i),
            "display_name": format!("{} action", word(i)),
        });
        sower.put(&["actions", "triggers", trigger, "bindings"], "id", row);
    }
}

fn module(sower: &mut Sower, i: usize) {
    let id = sower.uuid("module", i);
    let latest = json!({"id": sower.uuid("module version", i * 100), "version_number": 1, "code": CODE, "dependencies": [], "secrets": [], "created_at": at_nanos(i)});
    let row = json!({
        "id": id,
        "name": format!("{}-module", word(i)),
        "code": CODE,
        "dependencies": [],
        "secrets": [],
        "all_changes_published": true,
        "actions_using_module_total": 1,
        "created_at": at_nanos(i),
        "updated_at": at_nanos(i),
        "latest_version_number": 1,
        "latest_version": latest,
    });
    sower.put(&["actions", "modules"], "id", row);
    for n in 0..sower.scale.children {
        let row = json!({
            "id": sower.uuid("module version", i * 100 + n),
            "module_id": id,
            "version_number": n + 1,
            "code": CODE,
            "secrets": [],
            "dependencies": [],
            "created_at": at_nanos(i + n),
        });
        sower.put(&["actions", "modules", &id, "versions"], "id", row);
    }
    let row = json!({
        "action_id": sower.uuid("action", i),
        "action_name": format!("{} action {i}", word(i)),
        "module_version_id": sower.uuid("module version", i * 100),
        "module_version_number": 1,
        "supported_triggers": [{"id": "post-login", "version": "v3"}],
    });
    sower.put(&["actions", "modules", &id, "actions"], "action_id", row);
}

fn legacy(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.id("rul_", "rule", i),
        "enabled": i.is_multiple_of(2),
        "script": "function (user, context, callback) { callback(null, user, context); }",
        "name": format!("{} rule", word(i)),
        "order": i + 1,
        "stage": "login_success",
    });
    sower.put(&["rules"], "id", row);
    let key = format!("{}_KEY", word(i).to_uppercase());
    sower.put(&["rules-configs"], "key", json!({ "key": key }));
    let id = ids::made("01", &format!("{} hook {i}", sower.seed), 24).to_uppercase();
    let row = json!({
        "id": id,
        "name": format!("{}-hook", word(i)),
        "script": "module.exports = function (user, context, cb) { cb(); };",
        "dependencies": if i.is_multiple_of(2) { json!({}) } else { json!({"auth0": "2.30.0"}) },
        "enabled": i.is_multiple_of(3),
        "triggerId": TRIGGERS[1 + i % 4].0,
    });
    let id = sower.put(&["hooks"], "id", row);
    if i.is_multiple_of(2) {
        sower.set(
            &["hooks", &id, "secrets"],
            json!({"TOKEN": "_VALUE_NOT_SHOWN_"}),
        );
    }
}

fn log_stream(sower: &mut Sower, i: usize) {
    let (kind, sink) = match i % 4 {
        0 => (
            "http",
            json!({"httpEndpoint": "https://logs.example.com/in", "httpContentType": "application/json", "httpContentFormat": "JSONLINES", "httpAuthorization": ids::made("", &format!("sink {i}"), 32), "httpCustomHeaders": []}),
        ),
        1 => (
            "datadog",
            json!({"datadogApiKey": ids::hex(&format!("dd {i}"), 32), "datadogRegion": "us"}),
        ),
        2 => (
            "eventbridge",
            json!({"awsAccountId": "999999999999", "awsRegion": "eu-central-1", "awsPartnerEventSource": "aws.partner/example"}),
        ),
        _ => (
            "splunk",
            json!({"splunkDomain": "splunk.example.com", "splunkPort": "8088", "splunkToken": ids::hex(&format!("splunk {i}"), 32), "splunkSecure": true}),
        ),
    };
    let mut row = json!({
        "id": format!("lst_{:016}", 11_000 + i),
        "name": format!("{} stream", word(i)),
        "type": kind,
        "status": one_of(&["active", "paused", "suspended"], i),
        "sink": sink,
    });
    if i.is_multiple_of(2) {
        row["filters"] = json!([{"type": "category", "name": "auth.login.fail"}]);
        row["isPriority"] = json!(false);
    }
    if i % 4 == 3 {
        row["pii_config"] =
            json!({"log_fields": ["first_name", "email"], "method": "mask", "algorithm": "xxhash"});
    }
    sower.put(&["log-streams"], "id", row);
}

fn event_stream(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("est_", "event stream", i),
        "status": if i % 3 == 2 { "disabled" } else { "enabled" },
        "name": format!("{}-events", word(i)),
        "subscriptions": [{"event_type": "user.created"}, {"event_type": "user.updated"}],
        "created_at": at(i),
        "updated_at": at(i + 1),
        "destination": {"type": "webhook", "configuration": {"webhook_endpoint": "https://events.example.com/", "webhook_authorization": {"method": "bearer"}}},
    });
    let id = sower.put(&["event-streams"], "id", row);
    sower.set(
        &["event-streams", &id, "stats"],
        json!({"id": id, "name": format!("{}-events", word(i)), "window": {"date_from": at(0), "date_to": at(100), "bucket_interval": {"scale_factor": 86400}}, "buckets": [at(0)], "metrics": [{"name": "auth0.event_streams.successful_deliveries", "window_total": 0, "type": "sum", "data": [0]}]}),
    );
    for n in 0..sower.scale.children {
        let delivery = sower.long_id("evt_", "delivery", i * 100 + n);
        let kind = one_of(&["user.created", "user.updated"], n);
        let row = json!({
            "id": delivery,
            "event_stream_id": id,
            "event_type": kind,
            "status": "failed",
            "attempts": [{"status": "failed", "error_message": "Post \"https://events.example.com/\": timeout", "timestamp": at(n), "duration": 27.042698}],
            "event": {"id": delivery, "source": "urn:auth0:", "specversion": "1.0", "type": kind, "time": at(n), "data": {"object": {"user_id": "auth0|1"}}, "a0tenant": "simulated-tenant", "a0stream": id},
        });
        sower.put(&["event-streams", &id, "deliveries"], "id", row);
    }
}

fn flow(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("af_", "flow", i),
        "name": format!("{} flow", word(i)),
        "description": "Checks what was entered",
        "synchronous": i.is_multiple_of(2),
        "actions": [],
        "triggers": {"webhook": {"secret": Value::Null, "enabled": false}},
        "security": {"rateLimits": []},
        "created_at": at(i),
        "updated_at": at(i + 1),
        "executed_at": if i.is_multiple_of(2) { Value::Null } else { json!(&at(i + 2)[..10]) },
    });
    let id = sower.put(&["flows"], "id", row);
    for n in 0..sower.scale.children {
        let row = json!({
            "id": sower.long_id("", "execution", i * 100 + n),
            "trace_id": sower.uuid("trace", i * 100 + n),
            "journey_id": sower.uuid("journey", i * 100 + n),
            "status": one_of(&["completed", "failed"], n),
            "created_at": at(n),
            "updated_at": at(n + 1),
            "started_at": at(n),
            "ended_at": at(n + 1),
        });
        sower.put(&["flows", &id, "executions"], "id", row);
    }
    let mut row = json!({
        "id": sower.long_id("ac_", "vault", i),
        "app_id": if i.is_multiple_of(2) { "HTTP" } else { "AUTH0" },
        "name": format!("{} vault", word(i)),
        "ready": i % 2 == 1,
        "created_at": at(i),
        "updated_at": at(i + 1),
        "fingerprint": ids::hex(&format!("vault {i}"), 32),
    });
    if i % 2 == 1 {
        row["account_name"] = json!("simulated-tenant.example");
        row["refreshed_at"] = json!(at(i + 2));
    }
    sower.put(&["flows", "vault", "connections"], "id", row);
    let mut row = json!({
        "id": sower.long_id("ap_", "form", i),
        "name": format!("{} form", word(i)),
        "flow_count": i % 3,
        "languages": {"primary": "en"},
        "nodes": [{"id": "step_1", "type": "STEP", "coordinates": {"x": 500, "y": 0}, "alias": "Step", "config": {"components": [], "next_node": "$ending"}}],
        "start": {"next_node": "step_1", "coordinates": {"x": 0, "y": 0}},
        "ending": {"resume_flow": true, "coordinates": {"x": 1250, "y": 0}},
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    if i.is_multiple_of(2) {
        row["embedded_at"] = json!(&at(i)[..10]);
        row["submitted_at"] = json!(&at(i + 1)[..10]);
    }
    sower.put(&["forms"], "id", row);
}

fn statistics(sower: &mut Sower) {
    sower.set(&["stats", "active-users"], json!(sower.users.len()));
    for i in 0..30usize {
        let day = time::format(super::BORN.1 - (30 - i as i64) * 86_400_000);
        let date = format!("{}T00:00:00.000Z", &day[..10]);
        let mut row = json!({
            "date": date,
            "created_at": format!("{}T09:21:33.903Z", &day[..10]),
            "updated_at": format!("{}T23:21:32.480Z", &day[..10]),
            "logins": i * 3,
            "signups": i % 4,
            "leaked_passwords": i % 2,
        });
        if i % 3 == 0 {
            row["leaked_passwords_signup"] = json!(0);
        }
        sower.put(&["stats", "daily"], "date", row);
    }
}
