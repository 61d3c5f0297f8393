//! Actions, rules, hooks, event streams, log streams.

use super::Family::{Actions, Bare, Checkpoint, Keyed, Offset};
use super::Param::{AnyOf, Fields, Same, Test};
use super::{empty_setting, list, setting, Endpoint, Quirk, Show};

const TWENTY: super::Range = (1, 20, 100);

/// Endpoints of what extends a tenant.
pub const ENDPOINTS: &[Endpoint] = &[
    list("actions/actions", Actions, "actions", "read:actions")
        .by_id()
        .per_page(TWENTY)
        .query(&[
            Test("triggerId", |row, wanted| {
                let triggers = row["supported_triggers"].as_array();
                triggers.is_some_and(|all| all.iter().any(|trigger| trigger["id"] == wanted))
            }),
            AnyOf("actionName", "name"),
            Test("deployed", |row, wanted| {
                row.get("deployed_version").is_some() == (wanted == "true")
            }),
            Test("installed", |row, wanted| {
                row.get("installed_integration_id").is_some() == (wanted == "true")
            }),
        ]),
    list(
        "actions/actions/{actionId}/versions",
        Actions,
        "versions",
        "read:actions",
    )
    .by_id()
    .per_page(TWENTY),
    list("actions/triggers", Keyed, "triggers", "read:actions"),
    list(
        "actions/triggers/{triggerId}/bindings",
        Actions,
        "bindings",
        "read:actions",
    )
    .per_page(TWENTY)
    .quirks(&[Quirk::AnyParent]),
    list("actions/modules", Actions, "modules", "read:actions")
        .by_id()
        .show(Show::Listed(&[
            "id",
            "name",
            "code",
            "dependencies",
            "secrets",
            "all_changes_published",
            "actions_using_module_total",
            "latest_version_number",
            "created_at",
            "updated_at",
        ]))
        .quirks(&[
            Quirk::KeepZeros,
            // Recorded of a published one; the documents say otherwise.
            Quirk::OnlyListed("latest_version_number"),
        ]),
    list(
        "actions/modules/{id}/versions",
        Actions,
        "versions",
        "read:actions",
    )
    .by_id()
    .per_page(TWENTY)
    .quirks(&[Quirk::KeepZeros]),
    list(
        "actions/modules/{id}/actions",
        Actions,
        "actions",
        "read:actions",
    )
    .id("action_id"),
    list("rules", Offset, "rules", "read:rules")
        .by_id()
        .per_page((0, 50, 100))
        .query(&[
            Same("enabled"),
            Fields(&["name", "enabled", "script", "order", "id", "stage"]),
        ])
        .quirks(&[Quirk::Link]),
    list("rules-configs", Bare, "", "read:rules_configs").id("key"),
    list("hooks", Offset, "hooks", "read:hooks")
        .by_id()
        .per_page((0, 50, 100))
        .query(&[
            Same("enabled"),
            Fields(&[
                "id",
                "name",
                "script",
                "dependencies",
                "enabled",
                "triggerId",
            ]),
            Same("triggerId"),
        ]),
    empty_setting("hooks/{id}/secrets", "read:hooks"),
    list("log-streams", Bare, "", "read:log_streams").by_id(),
    list(
        "event-streams",
        Checkpoint,
        "eventStreams",
        "read:event_streams",
    )
    .by_id(),
    list(
        "event-streams/{id}/deliveries",
        Checkpoint,
        "deliveries",
        "read:event_streams read:event_deliveries",
    )
    .by_id()
    // Recorded: a continuation after four rows although fifty were asked for.
    .quirks(&[Quirk::NextAlways, Quirk::NextPageToken])
    .query(&[
        Test("statuses", |row, wanted| {
            let status = row["status"].as_str();
            wanted.split(',').any(|one| Some(one) == status)
        }),
        Test("event_types", |row, wanted| {
            let kind = row["event_type"].as_str();
            wanted.split(',').any(|one| Some(one) == kind)
        }),
        Test("date_from", |row, from| {
            row["event"]["time"].as_str() >= Some(from)
        }),
        Test("date_to", |row, to| {
            row["event"]["time"].as_str() <= Some(to)
        }),
    ]),
    setting("event-streams/{id}/stats", "read:event_streams"),
    list("stats/daily", Bare, "", "read:stats")
        .id("date")
        .query(&[
            Test("from", |row, from| day(row) >= Some(from.to_string())),
            Test("to", |row, to| day(row) <= Some(to.to_string())),
        ]),
    setting("stats/active-users", "read:stats"),
];

/// `YYYYMMDD` of a row's date.
fn day(row: &serde_json::Value) -> Option<String> {
    Some(row["date"].as_str()?.get(..10)?.replace('-', ""))
}
