//! Which credentials a user has on a server: the user mapping's options over the server's.

use super::Raw;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Where a secret is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// In the option itself.
    Literal(Secret),
    /// In Vault, by id; a value that is not a UUID is taken for a name, as people paste either.
    VaultId {
        /// The option that says so.
        option: &'static str,
        /// The secret's id or name.
        id: String,
    },
    /// In Vault, by name.
    VaultName {
        /// The option that says so.
        option: &'static str,
        /// The secret's name.
        name: String,
    },
}

/// How to get a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// A token somebody made.
    Token(SecretRef),
    /// The client credentials grant with a client secret.
    ClientSecret {
        /// The application.
        client_id: String,
        /// Its secret.
        secret: SecretRef,
        /// `audience`, when it is given.
        audience: Option<String>,
    },
    /// The client credentials grant with a signed assertion (RFC 7523).
    PrivateKey {
        /// The application.
        client_id: String,
        /// Its RSA key, PEM.
        key: SecretRef,
        /// Signing algorithm.
        alg: String,
        /// `audience`, when it is given.
        audience: Option<String>,
    },
}

/// The three ways to name one secret.
struct Family {
    literal: &'static str,
    id: &'static str,
    name: &'static str,
}

const TOKEN: Family = Family {
    literal: "api_key",
    id: "api_key_id",
    name: "api_key_name",
};
const SECRET: Family = Family {
    literal: "client_secret",
    id: "client_secret_id",
    name: "client_secret_name",
};
const KEY: Family = Family {
    literal: "private_key",
    id: "private_key_id",
    name: "private_key_name",
};

impl Family {
    fn read(&self, raw: &Raw) -> Option<SecretRef> {
        if let Some(value) = raw.get(self.literal) {
            return Some(SecretRef::Literal(Secret::new(value)));
        }
        if let Some(id) = raw.get(self.id) {
            return Some(SecretRef::VaultId {
                option: self.id,
                id: id.trim().to_owned(),
            });
        }
        raw.get(self.name).map(|name| SecretRef::VaultName {
            option: self.name,
            name: name.to_owned(),
        })
    }
}

impl CredentialSource {
    /// Decides for one user. The kind of credential that the mapping names wins as a whole: a mapping with a
    /// token is not mixed with the server's client, and a mapping's private key replaces the server's client secret.
    pub fn resolve(server_name: &str, server: &Raw, mapping: Option<&Raw>) -> Result<Self> {
        for raw in mapping.into_iter().chain([server]) {
            let token = TOKEN.read(raw);
            let proof = SECRET.read(raw).is_some() || KEY.read(raw).is_some();
            let client = raw.get("client_id").is_some();
            if let (Some(token), false) = (&token, proof && client) {
                return Ok(CredentialSource::Token(token.clone()));
            }
            if proof || client {
                return Self::client(server_name, server, mapping);
            }
        }
        Err(Error::NoCredentials {
            server: server_name.to_owned(),
        })
    }

    fn client(server_name: &str, server: &Raw, mapping: Option<&Raw>) -> Result<Self> {
        let layers: Vec<&Raw> = mapping.into_iter().chain([server]).collect();
        let text = |name: &str| {
            layers
                .iter()
                .find_map(|raw| raw.get(name))
                .map(str::to_owned)
        };
        let proof = layers
            .iter()
            .find_map(|raw| match (KEY.read(raw), SECRET.read(raw)) {
                (Some(key), _) => Some((key, true)),
                (None, Some(secret)) => Some((secret, false)),
                (None, None) => None,
            });
        let missing = |option: &str, what: &str| Error::OptionMissing {
            what: format!("server \"{server_name}\" has no \"{option}\" to go with its \"{what}\""),
            hint: format!("ALTER SERVER {server_name} OPTIONS (ADD {option} '…');"),
        };
        let Some(client_id) = text("client_id") else {
            return Err(missing("client_id", "client_secret"));
        };
        let audience = text("audience");
        match proof {
            Some((key, true)) => {
                let alg = text("private_key_alg").unwrap_or_else(|| "RS256".to_owned());
                Ok(CredentialSource::PrivateKey {
                    client_id,
                    key,
                    alg,
                    audience,
                })
            }
            Some((secret, false)) => Ok(CredentialSource::ClientSecret {
                client_id,
                secret,
                audience,
            }),
            None => Err(missing("client_secret", "client_id")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(pairs: &[(&str, &str)]) -> Raw {
        Raw::new(
            pairs
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect(),
        )
    }

    fn literal(text: &str) -> SecretRef {
        SecretRef::Literal(Secret::new(text))
    }

    #[test]
    fn none_at_all() {
        let error = CredentialSource::resolve("s", &raw(&[]), None).unwrap_err();
        assert!(matches!(error, Error::NoCredentials { .. }));
    }

    #[test]
    fn a_mappings_token_wins_over_the_servers_client() {
        let server = raw(&[("client_id", "c"), ("client_secret", "s")]);
        let mapping = raw(&[("api_key", "t")]);
        let source = CredentialSource::resolve("s", &server, Some(&mapping)).unwrap();
        assert_eq!(source, CredentialSource::Token(literal("t")));
    }

    #[test]
    fn a_mappings_client_wins_over_the_servers_token() {
        let server = raw(&[("api_key", "t"), ("audience", "a")]);
        let mapping = raw(&[("client_id", "c"), ("client_secret", "s")]);
        let source = CredentialSource::resolve("s", &server, Some(&mapping)).unwrap();
        assert_eq!(
            source,
            CredentialSource::ClientSecret {
                client_id: "c".into(),
                secret: literal("s"),
                audience: Some("a".into())
            }
        );
    }

    #[test]
    fn a_mappings_private_key_replaces_the_servers_secret() {
        let server = raw(&[("client_id", "c"), ("client_secret", "s")]);
        let mapping = raw(&[("private_key_name", "k")]);
        let source = CredentialSource::resolve("s", &server, Some(&mapping)).unwrap();
        assert!(
            matches!(source, CredentialSource::PrivateKey { client_id, .. } if client_id == "c")
        );
    }

    #[test]
    fn half_a_client_is_an_error_that_names_the_other_half() {
        let error = CredentialSource::resolve("s", &raw(&[("client_id", "c")]), None).unwrap_err();
        assert!(
            matches!(error, Error::OptionMissing { what, .. } if what.contains("client_secret"))
        );
        let error =
            CredentialSource::resolve("s", &raw(&[("client_secret", "c")]), None).unwrap_err();
        assert!(
            matches!(error, Error::OptionMissing { what, .. } if what.contains("\"client_id\""))
        );
    }

    #[test]
    fn vault_references() {
        let source = CredentialSource::resolve("s", &raw(&[("api_key_id", "abc")]), None).unwrap();
        assert_eq!(
            source,
            CredentialSource::Token(SecretRef::VaultId {
                option: "api_key_id",
                id: "abc".into()
            })
        );
    }
}
