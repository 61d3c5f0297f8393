//! Code and flows that run in the tenant.

use super::words::{json, number, param, parent, single, text, texts, time, truth, whole};
use super::{Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Extensibility";

/// Actions, rules, hooks, flows and forms.
pub const OBJECTS: &[&Object] = &[
    &ACTIONS,
    &ACTION_VERSIONS,
    &ACTION_TRIGGERS,
    &ACTION_TRIGGER_BINDINGS,
    &ACTION_MODULES,
    &ACTION_MODULE_VERSIONS,
    &ACTION_MODULE_ACTIONS,
    &RULES,
    &RULES_CONFIGS,
    &HOOKS,
    &HOOK_SECRETS,
    &FLOWS,
    &FLOW_EXECUTIONS,
    &FLOW_VAULT_CONNECTIONS,
    &FORMS,
];

static ACTIONS: Object = Object {
    name: "actions",
    area: AREA,
    doc: "actions",
    path: "/api/v2/actions/actions",
    shape: Shape::List("actions"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/actions/actions/{id}")],
    params: &[param("actionName", "name", ParamKind::Equal)],
    scopes: &["read:actions"],
    secrets: &[
        "secrets.value",
        "deployed_version.secrets.value",
        "current_version.secrets.value",
    ],
    columns: &[
        text("id", ""),
        text("name", ""),
        json("supported_triggers", ""),
        truth("all_changes_deployed", ""),
        time("created_at", ""),
        time("updated_at", ""),
        text("code", "source text"),
        json("dependencies", "npm modules"),
        text("runtime", ""),
        json("secrets", "names and times; the API never shows values"),
        json("deployed_version", ""),
        text("installed_integration_id", ""),
        json("integration", "of the marketplace"),
        text("status", "pending, building, built, …"),
        time("built_at", ""),
        truth("deploy", "whether to deploy it").write_only(),
        json("modules", ""),
        json("current_version", ""),
    ],
    ..PLAIN
};

static ACTION_VERSIONS: Object = Object {
    name: "action_versions",
    area: AREA,
    doc: "versions of actions",
    path: "/api/v2/actions/actions/{action_id}/versions",
    shape: Shape::List("versions"),
    paging: Paging::Offset(100),
    parent: parent("actions", &[("action_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/actions/actions/{action_id}/versions/{id}",
    )],
    scopes: &["read:actions"],
    secrets: &["secrets.value"],
    columns: &[
        text("action_id", "id of the action"),
        text("id", ""),
        text("code", "source text"),
        json("dependencies", "npm modules"),
        truth("deployed", ""),
        text("runtime", ""),
        json("secrets", "names and times; the API never shows values"),
        text("status", ""),
        whole("number", "counts up"),
        json("errors", ""),
        json("action", "the action in short"),
        time("built_at", ""),
        time("created_at", ""),
        time("updated_at", ""),
        json("supported_triggers", ""),
        json("modules", ""),
    ],
    ..PLAIN
};

static ACTION_TRIGGERS: Object = Object {
    name: "action_triggers",
    area: AREA,
    doc: "triggers that actions can be bound to, by version",
    path: "/api/v2/actions/triggers",
    shape: Shape::List("triggers"),
    id: "",
    scopes: &["read:actions"],
    columns: &[
        text("id", "such as `post-login`; each version is a row"),
        text("version", ""),
        text("status", ""),
        texts("runtimes", ""),
        text("default_runtime", ""),
        json("compatible_triggers", ""),
        text("binding_policy", ""),
    ],
    ..PLAIN
};

static ACTION_TRIGGER_BINDINGS: Object = Object {
    name: "action_trigger_bindings",
    area: AREA,
    doc: "actions bound to triggers, in the order in which they run",
    path: "/api/v2/actions/triggers/{trigger_id}/bindings",
    shape: Shape::List("bindings"),
    paging: Paging::Offset(100),
    parent: parent("action_triggers", &[("trigger_id", "id")]),
    scopes: &["read:actions"],
    secrets: &[
        "action.secrets.value",
        "action.deployed_version.secrets.value",
        "action.current_version.secrets.value",
    ],
    columns: &[
        text("trigger_id", "the trigger"),
        text("id", ""),
        text("display_name", "the name people see"),
        json("action", "the action"),
        text("action_id", "the action to bind").write_only(),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static ACTION_MODULES: Object = Object {
    name: "action_modules",
    area: AREA,
    doc: "code that actions share",
    path: "/api/v2/actions/modules",
    shape: Shape::List("modules"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/actions/modules/{id}")],
    scopes: &["read:actions"],
    secrets: &["secrets.value", "latest_version.secrets.value"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("code", "source text"),
        json("dependencies", "npm modules"),
        json("secrets", "names and times; the API never shows values"),
        whole("actions_using_module_total", ""),
        truth("all_changes_published", ""),
        whole("latest_version_number", "").listed(),
        time("created_at", ""),
        time("updated_at", ""),
        json("latest_version", "").by_id(),
        truth("publish", "whether to publish it").write_only(),
        text("api_version", "").write_only(),
    ],
    ..PLAIN
};

static ACTION_MODULE_VERSIONS: Object = Object {
    name: "action_module_versions",
    area: AREA,
    doc: "versions of modules",
    path: "/api/v2/actions/modules/{module_id}/versions",
    shape: Shape::List("versions"),
    paging: Paging::Offset(100),
    parent: parent("action_modules", &[("module_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/actions/modules/{module_id}/versions/{id}",
    )],
    scopes: &["read:actions"],
    secrets: &["secrets.value"],
    columns: &[
        text("module_id", "id of the module"),
        text("id", ""),
        whole("version_number", ""),
        text("code", "source text"),
        json("secrets", "names and times; the API never shows values"),
        json("dependencies", "npm modules"),
        time("created_at", ""),
    ],
    ..PLAIN
};

static ACTION_MODULE_ACTIONS: Object = Object {
    name: "action_module_actions",
    area: AREA,
    doc: "actions that use modules",
    path: "/api/v2/actions/modules/{module_id}/actions",
    shape: Shape::List("actions"),
    paging: Paging::Offset(100),
    id: "action_id",
    parent: parent("action_modules", &[("module_id", "id")]),
    scopes: &["read:actions"],
    columns: &[
        text("module_id", "id of the module"),
        text("action_id", "id of the action"),
        text("action_name", ""),
        text("module_version_id", ""),
        whole("module_version_number", ""),
        json("supported_triggers", ""),
    ],
    ..PLAIN
};

static RULES: Object = Object {
    name: "rules",
    area: AREA,
    doc: "rules (legacy; newer tenants have none)",
    path: "/api/v2/rules",
    shape: Shape::List("rules"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/rules/{id}")],
    params: &[param("enabled", "enabled", ParamKind::Truth)],
    scopes: &["read:rules"],
    columns: &[
        text("id", ""),
        text("name", ""),
        truth("enabled", ""),
        text("script", "source text"),
        number("order", "place among the rules"),
        text("stage", ""),
    ],
    ..PLAIN
};

static RULES_CONFIGS: Object = Object {
    name: "rules_configs",
    area: AREA,
    doc: "names of settings that rules read (legacy)",
    path: "/api/v2/rules-configs",
    id: "key",
    scopes: &["read:rules_configs"],
    secrets: &["value"],
    columns: &[
        text("key", ""),
        text("value", "the API does not show it")
            .secret()
            .write_only(),
    ],
    ..PLAIN
};

static HOOKS: Object = Object {
    name: "hooks",
    area: AREA,
    doc: "hooks (legacy; newer tenants have none)",
    path: "/api/v2/hooks",
    shape: Shape::List("hooks"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/hooks/{id}")],
    params: &[
        param("enabled", "enabled", ParamKind::Truth),
        param("triggerId", "trigger_id", ParamKind::Equal),
    ],
    scopes: &["read:hooks"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("trigger_id", "when it runs").key("triggerId"),
        truth("enabled", ""),
        text("script", "source text"),
        json("dependencies", "npm modules"),
    ],
    ..PLAIN
};

static HOOK_SECRETS: Object = Object {
    name: "hook_secrets",
    area: AREA,
    doc: "secrets of hooks by name (legacy)",
    path: "/api/v2/hooks/{hook_id}/secrets",
    shape: Shape::Entries("name", "value"),
    id: "name",
    parent: parent("hooks", &[("hook_id", "id")]),
    scopes: &["read:hooks"],
    secrets: &["value"],
    columns: &[
        text("hook_id", "id of the hook"),
        text("name", ""),
        text("value", "masked by the API").secret(),
    ],
    ..PLAIN
};

static FLOWS: Object = Object {
    name: "flows",
    area: AREA,
    doc: "flows",
    path: "/api/v2/flows",
    shape: Shape::List("flows"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/flows/{id}")],
    scopes: &["read:flows"],
    secrets: &["triggers.webhook.secret"],
    columns: &[
        text("id", ""),
        text("name", ""),
        time("created_at", ""),
        time("updated_at", ""),
        text("executed_at", "when it last ran"),
        text("description", "").by_id(),
        truth("synchronous", "").by_id(),
        json("actions", "").by_id(),
        json("triggers", "").by_id(),
        json("security", "").by_id(),
    ],
    ..PLAIN
};

static FLOW_EXECUTIONS: Object = Object {
    name: "flow_executions",
    area: AREA,
    doc: "runs of flows",
    path: "/api/v2/flows/{flow_id}/executions",
    shape: Shape::List("executions"),
    paging: Paging::Checkpoint(100),
    parent: parent("flows", &[("flow_id", "id")]),
    by_key: &[single("id", "/api/v2/flows/{flow_id}/executions/{id}")],
    scopes: &["read:flows_executions"],
    columns: &[
        text("flow_id", "id of the flow"),
        text("id", ""),
        text("trace_id", ""),
        text("journey_id", ""),
        text("status", ""),
        time("created_at", ""),
        time("updated_at", ""),
        time("started_at", ""),
        time("ended_at", ""),
    ],
    ..PLAIN
};

static FLOW_VAULT_CONNECTIONS: Object = Object {
    name: "flow_vault_connections",
    area: AREA,
    doc: "credentials that flows use",
    path: "/api/v2/flows/vault/connections",
    shape: Shape::List("connections"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/flows/vault/connections/{id}")],
    scopes: &["read:flows_vault_connections"],
    secrets: &["setup"],
    columns: &[
        text("id", ""),
        text("app_id", "the service"),
        text("name", ""),
        text("account_name", ""),
        truth("ready", ""),
        time("created_at", ""),
        time("updated_at", ""),
        time("refreshed_at", ""),
        text("fingerprint", ""),
        json("setup", "credentials").secret(),
    ],
    ..PLAIN
};

static FORMS: Object = Object {
    name: "forms",
    area: AREA,
    doc: "forms",
    path: "/api/v2/forms",
    shape: Shape::List("forms"),
    paging: Paging::Offset(100),
    by_key: &[single("id", "/api/v2/forms/{id}")],
    scopes: &["read:forms"],
    columns: &[
        text("id", ""),
        text("name", ""),
        time("created_at", ""),
        time("updated_at", ""),
        text("embedded_at", ""),
        text("submitted_at", ""),
        json("messages", "").by_id(),
        json("translations", "").by_id(),
        json("style", "").by_id(),
        whole("flow_count", "").listed(),
        json("languages", "").by_id(),
        json("nodes", "").by_id(),
        json("start", "").by_id(),
        json("ending", "").by_id(),
    ],
    ..PLAIN
};
