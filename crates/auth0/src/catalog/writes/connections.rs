//! Writing connections and what hangs on them.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/node-auth0>, July 2026).

use super::record::{Answer, Batch, Delete, Element, Insert, Method, Update, Writes};
use super::words::{
    cut, delete, entry, objects, post, put_among, put_without, scalars, tie, CHANGE, MAKE, NONE,
};

/// Applications in one request.
/// Source: <https://auth0.com/docs/api/management/v2/connections/patch-clients>.
const MOST: usize = 50;

/// Applications a connection is switched on or off for.
const fn switched(on: bool) -> Batch {
    Batch {
        key: "",
        element: Element::Object(&["client_id"], Some(("status", on))),
        most: MOST,
        whole: false,
    }
}

/// Groups in one request.
const GROUPS: usize = 50;

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "connections",
        insert: post(
            "/api/v2/connections",
            &["name", "strategy"],
            &[
                "name",
                "display_name",
                "strategy",
                "options",
                "enabled_clients",
                "is_domain_connection",
                "show_as_button",
                "realms",
                "metadata",
                "authentication",
                "connected_accounts",
                "cross_app_access_requesting_app",
                "cross_app_access_resource_app",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/connections/{id}",
            columns: &[
                "display_name",
                "options",
                "enabled_clients",
                "is_domain_connection",
                "show_as_button",
                "realms",
                "metadata",
                "authentication",
                "connected_accounts",
                "cross_app_access_requesting_app",
                "cross_app_access_resource_app",
            ],
            nullable: &[
                "options",
                "enabled_clients",
                "cross_app_access_resource_app",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/connections/{id}"),
        ..NONE
    },
    Writes {
        object: "connection_clients",
        insert: Some(Insert {
            method: Method::Patch,
            path: "/api/v2/connections/{connection_id}/clients",
            answer: Answer::Nothing,
            batch: Some(switched(true)),
            ..MAKE
        }),
        delete: Some(Delete {
            method: Method::Patch,
            path: "/api/v2/connections/{connection_id}/clients",
            batch: Some(switched(false)),
        }),
        ..NONE
    },
    Writes {
        object: "connection_scim_configurations",
        insert: post(
            "/api/v2/connections/{connection_id}/scim-configuration",
            &[],
            &["user_id_attribute", "mapping"],
        ),
        // Both are required.
        update: Some(Update {
            path: "/api/v2/connections/{connection_id}/scim-configuration",
            columns: &["user_id_attribute", "mapping"],
            whole: true,
            ..CHANGE
        }),
        delete: delete("/api/v2/connections/{connection_id}/scim-configuration"),
        ..NONE
    },
    Writes {
        object: "connection_scim_tokens",
        insert: post(
            "/api/v2/connections/{connection_id}/scim-configuration/tokens",
            &[],
            &["scopes", "token_lifetime"],
        ),
        delete: delete("/api/v2/connections/{connection_id}/scim-configuration/tokens/{token_id}"),
        ..NONE
    },
    Writes {
        object: "connection_directory_provisionings",
        insert: post(
            "/api/v2/connections/{connection_id}/directory-provisioning",
            &[],
            &["mapping", "synchronize_automatically", "synchronize_groups"],
        ),
        update: Some(Update {
            path: "/api/v2/connections/{connection_id}/directory-provisioning",
            columns: &["mapping", "synchronize_automatically", "synchronize_groups"],
            ..CHANGE
        }),
        delete: delete("/api/v2/connections/{connection_id}/directory-provisioning"),
        ..NONE
    },
    Writes {
        object: "connection_profiles",
        insert: post(
            "/api/v2/connection-profiles",
            &["name"],
            &[
                "name",
                "organization",
                "connection_name_prefix_template",
                "enabled_features",
                "connection_config",
                "strategy_overrides",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/connection-profiles/{id}",
            columns: &[
                "name",
                "organization",
                "connection_name_prefix_template",
                "enabled_features",
                "connection_config",
                "strategy_overrides",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/connection-profiles/{id}"),
        ..NONE
    },
    Writes {
        object: "connection_synchronized_groups",
        insert: tie(
            "/api/v2/connections/{connection_id}/directory-provisioning/synchronized-groups",
            objects("groups", &["id"], GROUPS),
        ),
        delete: cut(
            "/api/v2/connections/{connection_id}/directory-provisioning/synchronized-groups",
            objects("groups", &["id"], GROUPS),
        ),
        ..NONE
    },
    Writes {
        object: "self_service_profile_texts",
        insert: put_among(
            Method::Put,
            "/api/v2/self-service-profiles/{profile_id}/custom-text/{language}/{page}",
            entry("name", "text"),
        ),
        update: Some(Update {
            method: Method::Put,
            path: "/api/v2/self-service-profiles/{profile_id}/custom-text/{language}/{page}",
            columns: &["text"],
            batch: Some(entry("name", "text").whole()),
            answer: Answer::Nothing,
            ..CHANGE
        }),
        delete: put_without(
            Method::Put,
            "/api/v2/self-service-profiles/{profile_id}/custom-text/{language}/{page}",
            scalars("", "name", usize::MAX),
        ),
        ..NONE
    },
];
