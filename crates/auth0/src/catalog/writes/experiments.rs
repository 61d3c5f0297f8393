//! Writing experiments: feature flags, what they can be, and for whom.
//!
//! Columns are those of the requests in Auth0's specification, as its SDK has them
//! (<https://github.com/auth0/auth0-python>, July 2026).

use super::record::{Update, Writes};
use super::words::{delete, post, CHANGE, NONE};

/// The records.
pub static WRITES: &[Writes] = &[
    Writes {
        object: "experiments",
        insert: post(
            "/api/v2/experimentation/experiments",
            &["name", "feature_flag_id", "authentication_flow"],
            &[
                "name",
                "description",
                "feature_flag_id",
                "authentication_flow",
                "default_config",
                "allocation_strategy",
                "allocations",
                "levels",
            ],
        ),
        update: Some(Update {
            path: "/api/v2/experimentation/experiments/{id}",
            columns: &[
                "name",
                "description",
                "authentication_flow",
                "allocations",
                "default_config",
                "levels",
                "status",
            ],
            ..CHANGE
        }),
        delete: delete("/api/v2/experimentation/experiments/{id}"),
        ..NONE
    },
    Writes {
        object: "feature_flags",
        insert: post(
            "/api/v2/experimentation/feature-flags",
            &["name", "parameters"],
            &["name", "description", "parameters"],
        ),
        update: Some(Update {
            path: "/api/v2/experimentation/feature-flags/{id}",
            columns: &["name", "description", "parameters", "status"],
            ..CHANGE
        }),
        delete: delete("/api/v2/experimentation/feature-flags/{id}"),
        ..NONE
    },
    Writes {
        object: "feature_flag_variations",
        insert: post(
            "/api/v2/experimentation/feature-flags/{feature_flag_id}/variations",
            &["name", "overrides"],
            &["name", "description", "overrides"],
        ),
        update: Some(Update {
            path: "/api/v2/experimentation/feature-flags/{feature_flag_id}/variations/{id}",
            columns: &["name", "description", "overrides"],
            ..CHANGE
        }),
        delete: delete("/api/v2/experimentation/feature-flags/{feature_flag_id}/variations/{id}"),
        ..NONE
    },
    Writes {
        object: "segments",
        insert: post(
            "/api/v2/experimentation/segments",
            &["name", "rules"],
            &["name", "description", "rules"],
        ),
        update: Some(Update {
            path: "/api/v2/experimentation/segments/{id}",
            columns: &["name", "description", "rules", "status"],
            ..CHANGE
        }),
        delete: delete("/api/v2/experimentation/segments/{id}"),
        ..NONE
    },
];
