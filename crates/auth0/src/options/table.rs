//! Every option once, as data.

use crate::declared::Place;

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `https://host[:port]`, with or without a path below `/api/v2`.
    Url,
    /// A host name, with or without a port.
    Domain,
    /// Any text but the empty one.
    Text,
    /// A whole number within bounds, both included.
    Integer(u32, u32),
    /// A number of seconds or a number with `ms`, `s`, `min` or `h`, within bounds in milliseconds.
    Duration(u64, u64),
    /// `true`, `false` and what else Postgres takes for a boolean.
    Bool,
    /// A number that is not negative.
    Cost,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A name of the catalogue.
    Object,
    /// A dotted path into a JSON object.
    Path,
    /// A path of the Management API, with places for values.
    Endpoint,
}

/// One option.
#[derive(Debug)]
pub struct Spec {
    /// As typed in `OPTIONS (…)`.
    pub name: &'static str,
    /// Where it may stand.
    pub places: &'static [Place],
    /// What its value looks like.
    pub kind: Kind,
    /// The value when it is not given, or what happens then; empty when there is nothing to say.
    pub default: &'static str,
    /// Its value is a secret and must never be printed.
    pub secret: bool,
    /// One line for the reference.
    pub doc: &'static str,
}

const SERVER: &[Place] = &[Place::Server];
const CREDENTIAL: &[Place] = &[Place::Server, Place::UserMapping];
const CALLING: &[Place] = &[Place::Server, Place::Table];

const fn plain(
    name: &'static str,
    places: &'static [Place],
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Spec {
    Spec {
        name,
        places,
        kind,
        default,
        secret: false,
        doc,
    }
}

const fn secret(name: &'static str, doc: &'static str) -> Spec {
    Spec {
        name,
        places: CREDENTIAL,
        kind: Kind::Text,
        default: "",
        secret: true,
        doc,
    }
}

const fn vault(name: &'static str, doc: &'static str) -> Spec {
    plain(name, CREDENTIAL, Kind::Text, "", doc)
}

/// Every option there is.
pub const OPTIONS: &[Spec] = &[
    plain("url", SERVER, Kind::Url, "taken from the token, or from the server's `audience`", "The tenant, e.g. `https://tenant.eu.auth0.com`; a path `/api/v2` or below is ignored. Plain `http` only to a loopback address."),
    plain("domain", SERVER, Kind::Domain, "", "The tenant's host name, e.g. `tenant.eu.auth0.com`: the short way to write `url`."),
    secret("api_key", "A Management API token."),
    vault("api_key_id", "Id (or name) of the Vault secret that holds a Management API token."),
    vault("api_key_name", "Name of the Vault secret that holds a Management API token."),
    plain("client_id", CREDENTIAL, Kind::Text, "", "Client id of a machine-to-machine application; tokens are then fetched and renewed by themselves."),
    secret("client_secret", "Its client secret."),
    vault("client_secret_id", "Id (or name) of the Vault secret that holds the client secret."),
    vault("client_secret_name", "Name of the Vault secret that holds the client secret."),
    secret("private_key", "Its RSA private key in PEM form, for `private_key_jwt`."),
    vault("private_key_id", "Id (or name) of the Vault secret that holds the private key."),
    vault("private_key_name", "Name of the Vault secret that holds the private key."),
    plain("private_key_alg", CREDENTIAL, Kind::OneOf(&["RS256", "RS384", "PS256"]), "RS256", "Signing algorithm of the credential registered for the private key."),
    plain("audience", CREDENTIAL, Kind::Text, "`<tenant>/api/v2/`", "Audience to ask the token for: needed when `url` is a custom domain (the audience is always the canonical tenant's)."),
    plain("page_size", CALLING, Kind::Integer(1, 100), "100", "Rows asked for in one request."),
    plain("concurrency", CALLING, Kind::Integer(1, 16), "4", "Pages fetched side by side."),
    plain("request_timeout", CALLING, Kind::Duration(10, 3_600_000), "30s", "Longest time for one request, answer included."),
    plain("connect_timeout", SERVER, Kind::Duration(10, 600_000), "10s", "Longest time to connect, TLS included."),
    plain("max_retries", CALLING, Kind::Integer(0, 20), "3", "How often a read is tried again after 408, 5xx, a broken connection or an unreadable answer."),
    plain("max_rate_limit_wait", CALLING, Kind::Duration(0, 3_600_000), "60s", "Longest time one request may wait for the tenant's rate limit."),
    plain("bulk_read", CALLING, Kind::OneOf(&["search", "export", "auto"]), "auto", "How more users than one query reaches are read: `search` walks windows of 1000 and fails where more than 1000 users share one millisecond; `auto` reads those with a users-export job; `export` reads whole tables with one."),
    plain("on_type_error", &[Place::Server, Place::Table, Place::Column], Kind::OneOf(&["error", "null"]), "error", "What a value that does not fit its column's type becomes."),
    plain("missing_feature", CALLING, Kind::OneOf(&["empty", "error"]), "empty", "What a table shows of a feature that the tenant or its plan does not have: no rows with a NOTICE, or an error."),
    plain("fdw_startup_cost", SERVER, Kind::Cost, "100", "Planner's cost of one request."),
    plain("fdw_tuple_cost", SERVER, Kind::Cost, "0.02", "Planner's cost of one row."),
    plain("updatable", CALLING, Kind::Bool, "false", "Whether rows may be inserted, changed and, with `deletable`, deleted through this server or table."),
    plain("deletable", CALLING, Kind::Bool, "false", "Whether rows may be deleted, where `updatable` is true."),
    plain("include_secrets", &[Place::Import, Place::Table], Kind::Bool, "false", "Whether secrets (client secrets, keys, tokens) are shown; without it their columns are not imported and they are taken out of `attrs` and of what contains them."),
    plain("object", &[Place::Table], Kind::Object, "required without `path`", "The Auth0 object the table shows, e.g. `users`."),
    plain("path", &[Place::Table], Kind::Endpoint, "", "Instead of `object`: an endpoint that the table shows with GET. `{column}` stands for the value that a query must give this column; `?name={column}` and `?name=constant` may follow."),
    plain("list_key", &[Place::Table], Kind::Text, "an array is rows, an object is one row", "Beside `path`: the key under which an answer has its rows."),
    plain("paging", &[Place::Table], Kind::OneOf(&["none", "offset", "checkpoint"]), "none", "Beside `path`: how the endpoint is paged, by `page` and `per_page` or by `from` and `take`; needs `list_key`."),
    plain("path", &[Place::Column], Kind::Path, "the column's name, as one key", "Dotted path into the object, e.g. `user_metadata.address.city` or `identities.0.connection`; `\\.` is a dot inside a key."),
];

/// The option called `name`, be it of one place or another. Only `path` is two options, neither of which has a default.
pub fn find(name: &str) -> Option<&'static Spec> {
    OPTIONS.iter().find(|spec| spec.name == name)
}

/// The option called `name` that may stand at such a place.
pub fn find_at(name: &str, place: Place) -> Option<&'static Spec> {
    OPTIONS
        .iter()
        .find(|spec| spec.name == name && spec.places.contains(&place))
}
