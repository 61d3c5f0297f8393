//! What users are logged in with: sessions, refresh tokens, grants, devices; and what keeps them out.

use super::words::{address, json, param, parent, single, text, texts, time, truth};
use super::{Column, Object, Paging, ParamKind, Shape, PLAIN};

const AREA: &str = "Users";

/// Sessions and what outlives them.
pub const OBJECTS: &[&Object] = &[
    &USER_SESSIONS,
    &USER_REFRESH_TOKENS,
    &REFRESH_TOKENS,
    &GRANTS,
    &DEVICE_CREDENTIALS,
    &USER_BLOCKS,
    &IDENTIFIER_BLOCKS,
];

static USER_SESSIONS: Object = Object {
    name: "user_sessions",
    area: AREA,
    doc: "sessions of users",
    path: "/api/v2/users/{user_id}/sessions",
    shape: Shape::List("sessions"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    by_key: &[single("id", "/api/v2/sessions/{id}")],
    scopes: &["read:sessions"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("id", ""),
        time("created_at", ""),
        time("updated_at", ""),
        time("authenticated_at", ""),
        time("idle_expires_at", "when it ends if it is not used"),
        time("expires_at", ""),
        time("last_interacted_at", ""),
        json(
            "device",
            "addresses, user agents and networks of its first and last use",
        ),
        json("clients", "applications that took part"),
        json("authentication", "how the user logged in"),
        json("cookie", ""),
        json("session_metadata", ""),
    ],
    ..PLAIN
};

/// What both endpoints show of one.
const REFRESH_TOKEN: &[Column] = &[
    text("user_id", "whose: id of the user"),
    text("id", ""),
    time("created_at", ""),
    time("idle_expires_at", "when it ends if it is not used"),
    time("expires_at", ""),
    json(
        "device",
        "addresses, user agents and networks of its first and last use",
    ),
    text("client_id", ""),
    text("session_id", ""),
    truth("rotating", "whether each use replaces it"),
    json("resource_servers", "APIs and scopes it is good for"),
    json("refresh_token_metadata", ""),
    time("last_exchanged_at", ""),
];

static USER_REFRESH_TOKENS: Object = Object {
    name: "user_refresh_tokens",
    area: AREA,
    doc: "refresh tokens of users, without the tokens themselves",
    path: "/api/v2/users/{user_id}/refresh-tokens",
    shape: Shape::List("tokens"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    by_key: &[single("id", "/api/v2/refresh-tokens/{id}")],
    scopes: &["read:refresh_tokens"],
    columns: REFRESH_TOKEN,
    ..PLAIN
};

static REFRESH_TOKENS: Object = Object {
    name: "refresh_tokens",
    area: AREA,
    doc:
        "refresh tokens of users by the newer endpoint, which can ask for those of one application",
    path: "/api/v2/refresh-tokens?user_id={user_id}",
    shape: Shape::List("refresh_tokens"),
    paging: Paging::Checkpoint(100),
    parent: parent("users", &[("user_id", "user_id")]),
    by_key: &[single("id", "/api/v2/refresh-tokens/{id}")],
    params: &[param("client_id", "client_id", ParamKind::Equal)],
    scopes: &["read:refresh_tokens"],
    columns: REFRESH_TOKEN,
    ..PLAIN
};

static GRANTS: Object = Object {
    name: "grants",
    area: AREA,
    doc: "what users have allowed applications",
    path: "/api/v2/grants",
    shape: Shape::List("grants"),
    paging: Paging::Offset(100),
    params: &[
        param("user_id", "user_id", ParamKind::Equal),
        param("client_id", "client_id", ParamKind::Equal),
        param("audience", "audience", ParamKind::Equal),
    ],
    scopes: &["read:grants"],
    columns: &[
        text("id", ""),
        text("client_id", "").key("clientID"),
        text("user_id", ""),
        text("audience", "identifier of the API"),
        texts("scope", "what was allowed"),
    ],
    ..PLAIN
};

// Without `type` a paged list has refresh tokens only, so each type is asked for.
static DEVICE_CREDENTIALS: Object = Object {
    name: "device_credentials",
    area: AREA,
    doc: "public keys and refresh tokens of native applications",
    path: "/api/v2/device-credentials?type={type}",
    shape: Shape::List("device_credentials"),
    paging: Paging::Offset(100),
    values: &[(
        "type",
        &["public_key", "refresh_token", "rotating_refresh_token"],
    )],
    params: &[
        param("user_id", "user_id", ParamKind::Equal),
        param("client_id", "client_id", ParamKind::Equal),
    ],
    scopes: &["read:device_credentials"],
    columns: &[
        text("type", "kind of credential"),
        text("id", ""),
        text("device_name", ""),
        text("device_id", "unique among the devices of the tenant"),
        text("user_id", ""),
        text("client_id", ""),
    ],
    ..PLAIN
};

static USER_BLOCKS: Object = Object {
    name: "user_blocks",
    area: AREA,
    doc: "addresses from which users are locked out after failed logins",
    path: "/api/v2/user-blocks/{user_id}",
    shape: Shape::List("blocked_for"),
    id: "",
    parent: parent("users", &[("user_id", "user_id")]),
    scopes: &["read:users"],
    columns: &[
        text("user_id", "whose: id of the user"),
        text("identifier", "what the user logs in with"),
        address("ip", ""),
        text("connection", "name of the connection"),
    ],
    ..PLAIN
};

static IDENTIFIER_BLOCKS: Object = Object {
    name: "identifier_blocks",
    area: AREA,
    doc: "addresses from which an e-mail address, phone number or username is locked out",
    path: "/api/v2/user-blocks?identifier={identifier}",
    shape: Shape::List("blocked_for"),
    id: "",
    scopes: &["read:users"],
    columns: &[
        text(
            "identifier",
            "e-mail, phone number or username; must be given in the query",
        ),
        address("ip", ""),
        text("connection", "name of the connection"),
    ],
    ..PLAIN
};
