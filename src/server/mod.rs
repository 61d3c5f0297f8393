//! What the DBA declared: a foreign table, its server, and the client that both add up to.

mod credentials;
pub mod options;
mod vault;

use std::sync::Arc;

use auth0::catalog::Object;
use auth0::client::Client;
use auth0::options::{shown, Raw, Settings, Tenant};
use auth0::{Error, Holder, Result};
use pgrx::pg_sys::Oid;

use crate::backend::{self, Identity, Owner};

/// A foreign server as the catalogs have it.
pub struct Server {
    oid: Oid,
    name: String,
    owner: Oid,
    options: Raw,
    /// Whether its wrapper has a validator.
    validated: bool,
}

/// A foreign table as the catalogs have it, or the users of a server without one.
pub struct Table {
    schema: String,
    name: String,
    server: Server,
    options: Raw,
}

/// The issuer of the tokens of a server's tenant, as its `url` or `domain` tells: with the slash Auth0 has at the end.
pub fn issuer_of(server: &str) -> Result<String> {
    let server = find(server)?;
    let tenant = match (server.options.get("url"), server.options.get("domain")) {
        (Some(url), _) => Tenant::from_url(url)?,
        (None, Some(domain)) => Tenant::from_domain(domain)?,
        (None, None) => {
            return Err(Error::NoTenant {
                server: server.name,
                from_token: false,
            })
        }
    };
    Ok(format!("{}/", tenant.base()))
}

/// A server by its name.
fn find(name: &str) -> Result<Server> {
    options::of_server(name).ok_or_else(|| Error::NotFound {
        what: "server",
        name: name.to_owned(),
        hint: "\\des lists the foreign servers of this database.",
    })
}

impl Table {
    /// The table with this oid. Reads the catalogs only: no credentials, no network.
    pub fn read(table: Oid) -> Table {
        options::of_table(table)
    }

    /// The users of a server, which the session's user must be allowed to use.
    pub fn users_of(name: &str) -> Result<Table> {
        let server = Server::named(name)?;
        Ok(Table {
            schema: String::new(),
            name: String::new(),
            server,
            options: Raw::new(vec![("object".to_owned(), "users".to_owned())]),
        })
    }

    /// What it shows.
    pub fn object(&self) -> Result<&'static Object> {
        shown(self.holder(), &self.options)
    }

    /// As errors name it.
    pub fn holder(&self) -> Holder {
        match self.name.is_empty() {
            true => Holder::Server(self.server.name.clone()),
            false => Holder::Table {
                schema: self.schema.clone(),
                name: self.name.clone(),
            },
        }
    }

    /// Whether it has the option itself, whatever its server has.
    pub fn gives(&self, option: &str) -> bool {
        match self.name.is_empty() {
            true => self.server.options.get(option).is_some(),
            false => self.options.get(option).is_some(),
        }
    }

    /// The server it belongs to.
    pub fn server_oid(&self) -> Oid {
        self.server.oid
    }

    /// How calls for it are made: its own options over the server's.
    pub fn settings(&self) -> Result<Settings> {
        Settings::resolve(&[&self.options, &self.server.options])
    }

    /// The client with which `user` reads it.
    pub fn connect(&self, user: Oid, settings: &Settings) -> Result<Arc<Client>> {
        self.server.connect(user, settings)
    }
}

impl Server {
    /// The server of this name, if the current user may use it.
    pub fn named(name: &str) -> Result<Server> {
        let server = find(name)?;
        options::check_usage(&server);
        Ok(server)
    }

    /// How calls are made that belong to no table.
    pub fn settings(&self) -> Result<Settings> {
        Settings::resolve(&[&self.options])
    }

    /// The client with which `user` asks it. Here, and only here, are secrets read.
    pub fn connect(&self, user: Oid, settings: &Settings) -> Result<Arc<Client>> {
        let found = credentials::resolve(self, user)?;
        let identity = Identity {
            tenant: credentials::tenant(self, &found.credentials)?,
            credentials: found.credentials,
            connect_timeout: settings.connect_timeout,
        };
        backend::client(
            Owner {
                server: self.oid,
                mapping: found.mapping,
            },
            identity,
        )
    }
}
