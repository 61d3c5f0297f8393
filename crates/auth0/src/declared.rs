//! The words for what a DBA declares: the kinds of object that carry options, and one such object.

use std::fmt;

/// The objects an option may be declared on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `CREATE FOREIGN DATA WRAPPER`.
    Wrapper,
    /// `CREATE SERVER`.
    Server,
    /// `CREATE USER MAPPING`.
    UserMapping,
    /// `CREATE FOREIGN TABLE`.
    Table,
    /// A column of a foreign table.
    Column,
    /// `IMPORT FOREIGN SCHEMA`.
    Import,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Wrapper => "a foreign-data wrapper",
            Place::Server => "a server",
            Place::UserMapping => "a user mapping",
            Place::Table => "a foreign table",
            Place::Column => "a column of a foreign table",
            Place::Import => "IMPORT FOREIGN SCHEMA",
        })
    }
}

/// What an option stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A foreign server.
    Server(String),
    /// A user mapping.
    Mapping {
        /// Its server.
        server: String,
        /// Whether it is the one for PUBLIC.
        public: bool,
    },
    /// A foreign table.
    Table {
        /// Its schema.
        schema: String,
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Server(name) => write!(f, "server \"{name}\""),
            Holder::Mapping { server, .. } => write!(f, "the user mapping for server \"{server}\""),
            Holder::Table { name, .. } => write!(f, "foreign table \"{name}\""),
        }
    }
}
