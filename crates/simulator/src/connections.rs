//! The tenant's connections, as far as creating and changing users depends on them.

/// Where users come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Its name.
    pub name: &'static str,
    /// `auth0`, `email`, `sms`, `google-oauth2`, `samlp` …
    pub strategy: &'static str,
    /// Users may have a username.
    pub usernames: bool,
    /// Switched on.
    pub enabled: bool,
}

/// The database that users of unknown connections are taken to be from.
pub const DATABASE: Connection = Connection {
    usernames: true,
    ..connection("Username-Password-Authentication", "auth0")
};

static ALL: [Connection; 9] = [
    DATABASE,
    connection("no-usernames", "auth0"),
    Connection {
        enabled: false,
        ..connection("disabled-db", "auth0")
    },
    connection("email", "email"),
    connection("sms", "sms"),
    connection("google-oauth2", "google-oauth2"),
    connection("github", "github"),
    connection("acme-saml", "samlp"),
    connection("acme-oidc", "oidc"),
];

const fn connection(name: &'static str, strategy: &'static str) -> Connection {
    Connection {
        name,
        strategy,
        usernames: false,
        enabled: true,
    }
}

/// Those that users can be of.
pub fn all() -> &'static [Connection] {
    &ALL
}

/// A connection by name.
pub fn find(name: &str) -> Option<Connection> {
    ALL.into_iter().find(|connection| connection.name == name)
}

/// A connection by id.
pub fn by_id(id: &str) -> Option<Connection> {
    ALL.into_iter()
        .find(|connection| self::id(connection.name) == id)
}

/// `con_` and 16 letters and digits made of the name.
pub fn id(name: &str) -> String {
    crate::ids::made("con_", name, 16)
}

/// True where Auth0 itself keeps the profile, so that the API may change all of it.
pub fn owned(strategy: &str) -> bool {
    matches!(strategy, "auth0" | "email" | "sms")
}
