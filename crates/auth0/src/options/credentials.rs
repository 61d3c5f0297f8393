//! Which credentials a user has on a server: the user mapping's options over the server's.

use super::raw::Raw;
use crate::declared::Holder;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Where a secret is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// In the option itself.
    Literal {
        /// The option that says so.
        option: &'static str,
        /// The secret.
        secret: Secret,
    },
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

impl SecretRef {
    /// The option that names the secret.
    pub fn option(&self) -> &'static str {
        match self {
            SecretRef::Literal { option, .. }
            | SecretRef::VaultId { option, .. }
            | SecretRef::VaultName { option, .. } => option,
        }
    }
}

/// A user mapping.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    /// Its options.
    pub options: &'a Raw,
    /// Whether it is the one for PUBLIC.
    pub public: bool,
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

/// The options that name a secret of Vault.
pub fn vault_options() -> impl Iterator<Item = &'static str> {
    [TOKEN, SECRET, KEY]
        .into_iter()
        .flat_map(|family| [family.id, family.name])
}

/// Pairs of options of which only one may stand on the same object: ways to name one secret, and kinds of credential.
pub(super) fn exclusive() -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = |family: &Family| [family.literal, family.id, family.name];
    let within = [TOKEN, SECRET, KEY]
        .into_iter()
        .flat_map(|Family { literal, id, name }| [(literal, id), (literal, name), (id, name)]);
    let product = move |one: Family, others: Vec<&'static str>| {
        names(&one).into_iter().flat_map(move |first| {
            others
                .clone()
                .into_iter()
                .map(move |second| (first, second))
        })
    };
    let client = ["client_id"]
        .into_iter()
        .chain(names(&SECRET))
        .chain(names(&KEY))
        .collect();
    within
        .chain(product(TOKEN, client))
        .chain(product(SECRET, names(&KEY).to_vec()))
}

impl Family {
    fn read(&self, raw: &Raw) -> Option<SecretRef> {
        if let Some(value) = raw.get(self.literal) {
            return Some(SecretRef::Literal {
                option: self.literal,
                secret: Secret::new(value),
            });
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
    pub fn resolve(server_name: &str, server: &Raw, mapping: Option<Mapping>) -> Result<Self> {
        let layers = || {
            mapping
                .map(|mapping| (mapping.options, Some(mapping.public)))
                .into_iter()
                .chain([(server, None)])
        };
        let holder = |public: Option<bool>| match public {
            Some(public) => Holder::Mapping {
                server: server_name.to_owned(),
                public,
            },
            None => Holder::Server(server_name.to_owned()),
        };
        for (raw, public) in layers() {
            if let Some(token) = TOKEN.read(raw) {
                return Ok(CredentialSource::Token(token));
            }
            let proof = KEY.read(raw).or_else(|| SECRET.read(raw));
            if proof.is_none() && raw.get("client_id").is_none() {
                continue;
            }
            // The rest may stand on either object.
            let text = |name: &str| {
                layers()
                    .find_map(|(raw, _)| raw.get(name))
                    .map(str::to_owned)
            };
            let missing = |option, beside| Error::OptionMissing {
                holder: holder(public),
                option,
                beside: Some(beside),
            };
            let key = proof.or_else(|| {
                layers().find_map(|(raw, _)| KEY.read(raw).or_else(|| SECRET.read(raw)))
            });
            let Some(proof) = key else {
                return Err(missing("client_secret", "client_id"));
            };
            let Some(client_id) = text("client_id") else {
                return Err(missing("client_id", proof.option()));
            };
            let audience = text("audience");
            if proof.option().starts_with(KEY.literal) {
                let alg = text("private_key_alg").unwrap_or_else(|| "RS256".to_owned());
                return Ok(CredentialSource::PrivateKey {
                    client_id,
                    key: proof,
                    alg,
                    audience,
                });
            }
            return Ok(CredentialSource::ClientSecret {
                client_id,
                secret: proof,
                audience,
            });
        }
        let mapping = mapping.map(|mapping| holder(Some(mapping.public)));
        Err(Error::NoCredentials {
            server: server_name.to_owned(),
            mapping,
        })
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

    fn literal(option: &'static str, text: &str) -> SecretRef {
        SecretRef::Literal {
            option,
            secret: Secret::new(text),
        }
    }

    fn own(options: &Raw) -> Option<Mapping<'_>> {
        Some(Mapping {
            options,
            public: false,
        })
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
        let source = CredentialSource::resolve("s", &server, own(&mapping)).unwrap();
        assert_eq!(source, CredentialSource::Token(literal("api_key", "t")));
    }

    #[test]
    fn a_mappings_client_wins_over_the_servers_token() {
        let server = raw(&[("api_key", "t"), ("audience", "a")]);
        let mapping = raw(&[("client_id", "c"), ("client_secret", "s")]);
        let source = CredentialSource::resolve("s", &server, own(&mapping)).unwrap();
        assert_eq!(
            source,
            CredentialSource::ClientSecret {
                client_id: "c".into(),
                secret: literal("client_secret", "s"),
                audience: Some("a".into())
            }
        );
    }

    #[test]
    fn a_mappings_private_key_replaces_the_servers_secret() {
        let server = raw(&[("client_id", "c"), ("client_secret", "s")]);
        let mapping = raw(&[("private_key_name", "k")]);
        let source = CredentialSource::resolve("s", &server, own(&mapping)).unwrap();
        assert!(
            matches!(source, CredentialSource::PrivateKey { client_id, .. } if client_id == "c")
        );
    }

    #[test]
    fn half_a_client_is_an_error_that_names_the_other_half() {
        let error = CredentialSource::resolve("s", &raw(&[("client_id", "c")]), None).unwrap_err();
        assert!(matches!(
            error,
            Error::OptionMissing {
                option: "client_secret",
                ..
            }
        ));
        let error =
            CredentialSource::resolve("s", &raw(&[("client_secret", "c")]), None).unwrap_err();
        assert!(matches!(
            error,
            Error::OptionMissing {
                option: "client_id",
                ..
            }
        ));
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
