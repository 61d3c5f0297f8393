//! Logs, the streams that carry them away, events and statistics.

use super::words::{address, json, param, parent, single, text, texts, time, truth, whole};
use super::{Language, Object, Paging, ParamKind, Search, Shape, PLAIN};

const AREA: &str = "Logs, streams and statistics";

/// Logs, streams and statistics.
pub const OBJECTS: &[&Object] = &[
    &LOGS,
    &LOG_STREAMS,
    &EVENT_STREAMS,
    &EVENT_STREAM_DELIVERIES,
    &EVENT_STREAM_STATS,
    &DAILY_STATS,
    &ACTIVE_USERS,
    &JOBS,
    &JOB_ERRORS,
];

static LOGS: Object = Object {
    name: "logs",
    area: AREA,
    doc: "log events of the tenant, as long as the plan keeps them",
    path: "/api/v2/logs",
    shape: Shape::List("logs"),
    paging: Paging::Offset(100),
    id: "log_id",
    by_key: &[single("log_id", "/api/v2/logs/{log_id}")],
    language: Language::Logs,
    order: "date",
    sortable: &["date"],
    scopes: &["read:logs", "read:logs_users"],
    secrets: &[
        "details.body.password",
        "details.body.newPassword",
        "details.request.body.password",
        "details.request.body.client_secret",
        "details.response.body.client_secret",
        "details.response.body.ticket",
        "details.resetUrl",
        "details.verificationUrl",
    ],
    columns: &[
        text("log_id", "digits; rises with time").search(Search::Exact),
        time("date", "when it happened").search(Search::Time),
        text("type", "short code of the event, such as `s` or `fp`").search(Search::Exact),
        text("description", "").search(Search::Exact),
        text("connection", "name of the connection").search(Search::Exact),
        text("connection_id", "").search(Search::Exact),
        text("client_id", "").search(Search::Exact),
        text("client_name", "").search(Search::Exact),
        address("ip", "of whom it came from").search(Search::Address),
        text("hostname", "").search(Search::Exact),
        text("user_id", "").search(Search::Exact),
        text("user_name", "mostly the e-mail address").search(Search::Exact),
        text("audience", ""),
        json("scope", "text or array"),
        text("strategy", "kind of identity provider").search(Search::Exact),
        text("strategy_type", "").search(Search::Exact),
        truth("is_mobile", "").key("isMobile"),
        json("details", "what else is known; differs by type"),
        text("user_agent", "").search(Search::Exact),
        json("security_context", ""),
        json("location_info", "country, city, coordinates"),
        text("identity_user_id", ""),
        text("organization_id", "").search(Search::Exact),
        text("organization_name", ""),
        text("client_ip", ""),
        json("auth0_client", "library that made the request"),
        json("references", ""),
        text("agent_id", ""),
        text("session_connection", ""),
        text("environment_name", ""),
        text("tenant_name", ""),
        json("event_schema", "version of the record").key("$event_schema"),
    ],
    ..PLAIN
};

static LOG_STREAMS: Object = Object {
    name: "log_streams",
    area: AREA,
    doc: "streams that send log events elsewhere",
    path: "/api/v2/log-streams",
    by_key: &[single("id", "/api/v2/log-streams/{id}")],
    scopes: &["read:log_streams"],
    secrets: &[
        "sink.httpAuthorization",
        "sink.httpCustomHeaders.value",
        "sink.datadogApiKey",
        "sink.splunkToken",
        "sink.sumoSourceAddress",
        "sink.mixpanelServiceAccountPassword",
        "sink.segmentWriteKey",
    ],
    guarded: &["sink"],
    columns: &[
        text("id", ""),
        text("name", ""),
        text("status", "active, paused or suspended"),
        text("type", "kind of sink"),
        truth("is_priority", "").key("isPriority"),
        json("filters", "categories of events"),
        json("pii_config", "personal data to mask"),
        json("sink", "where events go"),
        time("start_from", "where to begin")
            .key("startFrom")
            .write_only(),
    ],
    ..PLAIN
};

static EVENT_STREAMS: Object = Object {
    name: "event_streams",
    area: AREA,
    doc: "streams that send events of users and organizations elsewhere",
    path: "/api/v2/event-streams",
    shape: Shape::List("eventStreams"),
    paging: Paging::Checkpoint(100),
    by_key: &[single("id", "/api/v2/event-streams/{id}")],
    scopes: &["read:event_streams"],
    secrets: &[
        "destination.configuration.webhook_authorization.password",
        "destination.configuration.webhook_authorization.token",
    ],
    guarded: &["destination"],
    columns: &[
        text("id", ""),
        text("name", ""),
        json("subscriptions", "types of events"),
        json("destination", ""),
        text("status", ""),
        time("created_at", ""),
        time("updated_at", ""),
    ],
    ..PLAIN
};

static EVENT_STREAM_DELIVERIES: Object = Object {
    name: "event_stream_deliveries",
    area: AREA,
    doc: "events that streams deliver, and what became of it",
    path: "/api/v2/event-streams/{event_stream_id}/deliveries",
    shape: Shape::List("deliveries"),
    paging: Paging::Checkpoint(100),
    parent: parent("event_streams", &[("event_stream_id", "id")]),
    by_key: &[single(
        "id",
        "/api/v2/event-streams/{event_stream_id}/deliveries/{id}",
    )],
    params: &[
        param("statuses", "status", ParamKind::Joined),
        param("event_types", "event_type", ParamKind::Joined),
    ],
    scopes: &["read:event_streams", "read:event_deliveries"],
    columns: &[
        text("event_stream_id", "id of the event stream"),
        text("id", ""),
        text("status", ""),
        text("event_type", ""),
        json("attempts", ""),
        json("event", "what is delivered"),
    ],
    ..PLAIN
};

static EVENT_STREAM_STATS: Object = Object {
    name: "event_stream_stats",
    area: AREA,
    doc: "deliveries of streams, counted over time",
    path: "/api/v2/event-streams/{event_stream_id}/stats",
    shape: Shape::One,
    id: "",
    parent: parent("event_streams", &[("event_stream_id", "id")]),
    scopes: &["read:event_streams"],
    columns: &[
        text("event_stream_id", "id of the event stream"),
        text("name", ""),
        json("window", "the time they cover"),
        texts("buckets", "where each count begins"),
        json("metrics", "counts of each bucket"),
    ],
    ..PLAIN
};

static DAILY_STATS: Object = Object {
    name: "daily_stats",
    area: AREA,
    doc: "logins, sign-ups and leaked passwords by day",
    path: "/api/v2/stats/daily",
    id: "date",
    params: &[
        param("from", "date", ParamKind::FromDay),
        param("to", "date", ParamKind::ToDay),
    ],
    scopes: &["read:stats"],
    columns: &[
        time("date", "midnight, UTC"),
        whole("logins", ""),
        whole("signups", ""),
        whole("leaked_passwords", "logins with one"),
        time("updated_at", ""),
        time("created_at", ""),
        whole("leaked_passwords_signup", ""),
    ],
    ..PLAIN
};

static ACTIVE_USERS: Object = Object {
    name: "active_users",
    area: AREA,
    doc: "how many users were active in the last 30 days: one row",
    path: "/api/v2/stats/active-users",
    shape: Shape::Scalar("active_users"),
    id: "",
    scopes: &["read:stats"],
    columns: &[whole("active_users", "")],
    ..PLAIN
};

static JOBS: Object = Object {
    name: "jobs",
    area: AREA,
    doc: "a job: imports, exports and verification e-mails",
    path: "/api/v2/jobs/{id}",
    shape: Shape::One,
    scopes: &[
        "create:users",
        "read:users",
        "create:passwords_checking_job",
    ],
    secrets: &["location"],
    columns: &[
        text(
            "id",
            "must be given in the query: the API does not list jobs",
        ),
        text("type", ""),
        text("status", "pending, processing, completed or failed"),
        text("connection_id", ""),
        text("connection", "name of the connection"),
        text("format", ""),
        whole("limit", "rows of an export"),
        json("fields", ""),
        text("external_id", "given by who started it"),
        time("created_at", ""),
        whole("percentage_done", ""),
        whole("time_left_seconds", ""),
        text("location", "where an export can be fetched, for a minute").secret(),
        json("summary", "how many rows failed, were updated or inserted"),
        text("status_details", ""),
    ],
    ..PLAIN
};

static JOB_ERRORS: Object = Object {
    name: "job_errors",
    area: AREA,
    doc: "rows that an import refused, or why a job failed as a whole",
    path: "/api/v2/jobs/{job_id}/errors",
    shape: Shape::Either,
    id: "",
    scopes: &[
        "create:users",
        "read:users",
        "create:passwords_checking_job",
    ],
    secrets: &[
        "user.password",
        "user.password_hash",
        "user.custom_password_hash",
        "user.mfa_factors",
    ],
    columns: &[
        text("job_id", "id of the job; must be given in the query"),
        json("user", "as it was sent"),
        json("errors", "code, message and path of each"),
        text("status", ""),
        text("status_details", "of a job that failed as a whole"),
    ],
    ..PLAIN
};
