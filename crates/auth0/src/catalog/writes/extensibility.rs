//! Writing actions, flows, forms, streams and their forerunners.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Act, Answer, Insert, Method, Update, Writes};
use super::words::{
    binding, cut, delete, entry, post, put_among, put_without, scalars, tie, CHANGE, MAKE, NONE,
};

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "actions",
        insert: post(
            "/api/v2/actions/actions",
            &["name", "supported_triggers"],
            &[
                "name",
                "supported_triggers",
                "code",
                "dependencies",
                "runtime",
                "secrets",
                "modules",
                "deploy",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/actions/actions/{id}",
            columns: &[
                "name",
                "supported_triggers",
                "code",
                "dependencies",
                "runtime",
                "secrets",
                "modules",
            ],
            acts: &[Act {
                column: "deploy",
                method: Method::Post,
                path: "/api/v2/actions/actions/{id}/deploy",
            }],
            ..CHANGE
        }),
        delete: delete("/api/v2/actions/actions/{id}"),
        ..NONE
    },
    Writes {
        object: "action_trigger_bindings",
        insert: put_among(
            Method::Patch,
            "/api/v2/actions/triggers/{trigger_id}/bindings",
            binding("action_id", "action_id", true),
        ),
        update: Some(Update {
            path: "/api/v2/actions/triggers/{trigger_id}/bindings",
            columns: &["display_name"],
            batch: Some(binding("binding_id", "id", true).whole()),
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: put_without(
            Method::Patch,
            "/api/v2/actions/triggers/{trigger_id}/bindings",
            binding("binding_id", "id", false),
        ),
        ..NONE
    },
    Writes {
        object: "action_modules",
        insert: post(
            "/api/v2/actions/modules",
            &["name", "code"],
            &[
                "name",
                "code",
                "secrets",
                "dependencies",
                "api_version",
                "publish",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/actions/modules/{id}",
            columns: &["code", "secrets", "dependencies"],
            acts: &[Act {
                column: "publish",
                method: Method::Post,
                path: "/api/v2/actions/modules/{id}/versions",
            }],
            ..CHANGE
        }),
        delete: delete("/api/v2/actions/modules/{id}"),
        ..NONE
    },
    Writes {
        object: "rules",
        insert: post(
            "/api/v2/rules",
            &["name", "script"],
            &["name", "script", "order", "enabled"],
        ),
        update: Some(Update {
            path: "/api/v2/rules/{id}",
            columns: &["script", "name", "order", "enabled"],
            ..CHANGE
        }),
        delete: delete("/api/v2/rules/{id}"),
        ..NONE
    },
    Writes {
        object: "rules_configs",
        insert: Some(Insert {
            method: Method::Put,
            path: "/api/v2/rules-configs/{key}",
            columns: &["value"],
            required: &["value"],
            absent: Some(("/api/v2/rules-configs", Some("key"))),
            ..MAKE
        }),
        update: Some(Update {
            method: Method::Put,
            path: "/api/v2/rules-configs/{key}",
            columns: &["value"],
            ..CHANGE
        }),
        delete: delete("/api/v2/rules-configs/{key}"),
        ..NONE
    },
    Writes {
        object: "hooks",
        insert: post(
            "/api/v2/hooks",
            &["name", "script", "trigger_id"],
            &["name", "script", "enabled", "dependencies", "trigger_id"],
        ),
        update: Some(Update {
            path: "/api/v2/hooks/{id}",
            columns: &["name", "script", "enabled", "dependencies"],
            ..CHANGE
        }),
        delete: delete("/api/v2/hooks/{id}"),
        ..NONE
    },
    Writes {
        object: "hook_secrets",
        insert: tie("/api/v2/hooks/{hook_id}/secrets", entry("name", "value")),
        update: Some(Update {
            path: "/api/v2/hooks/{hook_id}/secrets",
            columns: &["value"],
            batch: Some(entry("name", "value")),
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: cut(
            "/api/v2/hooks/{hook_id}/secrets",
            scalars("", "name", usize::MAX),
        ),
        ..NONE
    },
    Writes {
        object: "log_streams",
        insert: post(
            "/api/v2/log-streams",
            &["type", "sink"],
            &[
                "name",
                "type",
                "is_priority",
                "filters",
                "pii_config",
                "sink",
                "start_from",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/log-streams/{id}",
            columns: &[
                "name",
                "status",
                "is_priority",
                "filters",
                "pii_config",
                "sink",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/log-streams/{id}"),
        ..NONE
    },
    Writes {
        object: "event_streams",
        insert: post(
            "/api/v2/event-streams",
            &["destination"],
            &["name", "subscriptions", "destination", "status"],
        ),
        update: Some(Update {
            path: "/api/v2/event-streams/{id}",
            columns: &["name", "subscriptions", "destination", "status"],
            ..CHANGE
        }),
        delete: delete("/api/v2/event-streams/{id}"),
        ..NONE
    },
    Writes {
        object: "flows",
        insert: post("/api/v2/flows", &["name"], &["name", "actions"]),
        update: Some(Update {
            path: "/api/v2/flows/{id}",
            columns: &["name", "actions"],
            nullable: &["actions"],
            ..CHANGE
        }),
        delete: delete("/api/v2/flows/{id}"),
        ..NONE
    },
    Writes {
        object: "flow_executions",
        delete: delete("/api/v2/flows/{flow_id}/executions/{id}"),
        ..NONE
    },
    Writes {
        object: "flow_vault_connections",
        insert: post(
            "/api/v2/flows/vault/connections",
            &["name", "app_id"],
            &["name", "app_id", "setup"],
        ),
        update: Some(Update {
            path: "/api/v2/flows/vault/connections/{id}",
            columns: &["name", "setup"],
            ..CHANGE
        }),
        delete: delete("/api/v2/flows/vault/connections/{id}"),
        ..NONE
    },
    Writes {
        object: "forms",
        insert: post(
            "/api/v2/forms",
            &["name"],
            &[
                "name",
                "messages",
                "languages",
                "translations",
                "nodes",
                "start",
                "ending",
                "style",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/forms/{id}",
            columns: &[
                "name",
                "messages",
                "languages",
                "translations",
                "nodes",
                "start",
                "ending",
                "style",
            ],
            nullable: &[
                "messages",
                "languages",
                "translations",
                "nodes",
                "start",
                "ending",
                "style",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/forms/{id}"),
        ..NONE
    },
];
