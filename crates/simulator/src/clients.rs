//! Machine-to-machine clients and how they prove who they are.

use crate::scopes::SCOPES;
use std::collections::HashSet;
use std::time::Duration;

/// A client's name and secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`; useless for a client that has a public key.
    pub secret: String,
}

/// What a client to be added may do.
#[derive(Debug, Clone)]
pub struct ClientSpec {
    /// Scopes of its client grant for the Management API.
    pub scopes: Vec<String>,
    /// Its public key as PEM: the client then authenticates by private_key_jwt (RS256), not by its secret.
    pub public_key_pem: Option<String>,
    /// Lifetime of its tokens, if not the tenant's.
    pub token_lifetime: Option<Duration>,
    /// False: it has no client grant, so no token is issued for the Management API.
    pub granted: bool,
    /// False: the grant type client_credentials is switched off.
    pub client_credentials: bool,
}

impl Default for ClientSpec {
    fn default() -> ClientSpec {
        ClientSpec {
            scopes: SCOPES.iter().map(|s| s.to_string()).collect(),
            public_key_pem: None,
            token_lifetime: None,
            granted: true,
            client_credentials: true,
        }
    }
}

/// A client as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Name and secret.
    pub client: Client,
    /// What it may do.
    pub spec: ClientSpec,
}

/// All clients; the first is the seeded one.
#[derive(Debug)]
pub struct Clients {
    all: Vec<Stored>,
    made: u64,
    /// `jti` of assertions seen: each may be used once.
    assertions: HashSet<(String, String)>,
}

impl Default for Clients {
    fn default() -> Clients {
        let mut clients = Clients {
            all: Vec::new(),
            made: 0,
            assertions: HashSet::new(),
        };
        clients.add(ClientSpec::default());
        clients
    }
}

impl Clients {
    /// Adds a client with a new id and secret.
    pub fn add(&mut self, spec: ClientSpec) -> Client {
        let client = Client {
            id: self.made_up("client", 32),
            secret: self.made_up("secret", 64),
        };
        self.all.push(Stored {
            client: client.clone(),
            spec,
        });
        client
    }

    /// The seeded client.
    pub fn first(&self) -> Client {
        self.all[0].client.clone()
    }

    /// A client by id.
    pub fn find(&self, id: &str) -> Option<&Stored> {
        self.all.iter().find(|stored| stored.client.id == id)
    }

    /// Gives a client a new secret; the old one stops working.
    pub fn rotate_secret(&mut self, id: &str) -> Option<String> {
        let secret = self.made_up("secret", 64);
        let stored = self.all.iter_mut().find(|stored| stored.client.id == id)?;
        stored.client.secret = secret.clone();
        Some(secret)
    }

    /// Notes an assertion's `jti`; false when it was used before.
    pub fn first_use(&mut self, client: &str, jti: &str) -> bool {
        self.assertions
            .insert((client.to_string(), jti.to_string()))
    }

    /// Letters and digits that look made up but are the same in every run.
    fn made_up(&mut self, purpose: &str, length: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.made += 1;
        let mut out = String::new();
        let mut round = 0;
        while out.len() < length {
            let seed = format!("{purpose} {} {round}", self.made);
            let digest = ring::digest::digest(&ring::digest::SHA256, seed.as_bytes());
            out.extend(
                digest
                    .as_ref()
                    .iter()
                    .map(|b| ALPHABET[usize::from(*b) % 62] as char),
            );
            round += 1;
        }
        out.truncate(length);
        out
    }
}
