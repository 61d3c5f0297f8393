//! A user's credentials on a server: the mapping's options over the server's, with every secret looked up.
#![allow(unsafe_code)]

use auth0::client::{is_sendable, Credentials};
use auth0::options::{vault_options, CredentialSource, Mapping, Raw, SecretRef, Tenant};
use auth0::secret::Secret;
use auth0::{Error, Result};
use pgrx::pg_sys::{self, Oid};

use super::{options, vault, Server};

/// Credentials, and the user mapping they came from.
pub struct Found {
    pub credentials: Credentials,
    /// Invalid when there is none.
    pub mapping: Oid,
}

/// The credentials of `user` on `server`.
pub fn resolve(server: &Server, user: Oid) -> Result<Found> {
    let mapping = user_mapping(server.oid, user);
    let declared = mapping.as_ref().map(|found| Mapping {
        options: &found.options,
        public: found.public,
    });
    if let Some(mapping) = declared.filter(|_| !server.validated) {
        // Who wrote the mapping may name a secret of Vault was for the validator to check.
        if let Some(option) = vault_options().find(|option| mapping.options.get(option).is_some()) {
            return Err(Error::VaultForbidden {
                option: option.to_owned(),
            });
        }
    }
    let lookup = |secret: SecretRef| -> Result<Secret> {
        match secret {
            SecretRef::Literal { secret, .. } => Ok(secret),
            SecretRef::VaultId { option, id } => vault::by_id(server, option, &id),
            SecretRef::VaultName { option, name } => vault::by_name(server, option, &name),
        }
    };
    let credentials = match CredentialSource::resolve(&server.name, &server.options, declared)? {
        CredentialSource::Token(token) => {
            let option = token.option();
            let token = lookup(token)?;
            if !is_sendable(&token) {
                return Err(Error::option_value(
                    option,
                    "a Management API token: one line without spaces",
                ));
            }
            Credentials::Token(token)
        }
        CredentialSource::ClientSecret {
            client_id,
            secret,
            audience,
        } => Credentials::ClientSecret {
            client_id,
            secret: lookup(secret)?,
            audience,
        },
        CredentialSource::PrivateKey {
            client_id,
            key,
            alg,
            audience,
        } => Credentials::PrivateKey {
            client_id,
            key: lookup(key)?,
            alg,
            audience,
            server: server.name.clone(),
        },
    };
    Ok(Found {
        credentials,
        mapping: mapping.map_or(Oid::INVALID, |mapping| mapping.oid),
    })
}

/// The tenant: as the server says, else as the token itself says. An audience counts only if it is the server's own: one
/// from a user mapping could lead the server's secret, or one of Vault's, to a host of the user's choice.
pub fn tenant(server: &Server, credentials: &Credentials) -> Result<Tenant> {
    if let Some(url) = server.options.get("url") {
        return Tenant::from_url(url);
    }
    if let Some(domain) = server.options.get("domain") {
        return Tenant::from_domain(domain);
    }
    let (told, from_token) = match credentials {
        Credentials::Token(token) => (Tenant::from_token(token), true),
        Credentials::ClientSecret { .. } | Credentials::PrivateKey { .. } => (
            server
                .options
                .get("audience")
                .and_then(Tenant::from_audience),
            false,
        ),
    };
    told.ok_or_else(|| Error::NoTenant {
        server: server.name.clone(),
        from_token,
    })
}

/// A user mapping as the catalogs have it.
struct Declared {
    oid: Oid,
    options: Raw,
    public: bool,
}

/// The user's own mapping, else the one for PUBLIC. Unlike GetUserMapping this raises nothing when there is none.
fn user_mapping(server: Oid, user: Oid) -> Option<Declared> {
    // SAFETY: a syscache entry is pinned until it is released; what is read from it is copied before.
    unsafe {
        for user in [user, Oid::INVALID] {
            let cache = pg_sys::SysCacheIdentifier::USERMAPPINGUSERSERVER as i32;
            let tuple = pg_sys::SearchSysCache2(cache, user.into(), server.into());
            if tuple.is_null() {
                continue;
            }
            let mut is_null = false;
            let oid = pg_sys::SysCacheGetAttr(
                cache,
                tuple,
                pg_sys::Anum_pg_user_mapping_oid as i16,
                &mut is_null,
            );
            let oid = Oid::from(oid.value() as u32);
            let options = pg_sys::SysCacheGetAttr(
                cache,
                tuple,
                pg_sys::Anum_pg_user_mapping_umoptions as i16,
                &mut is_null,
            );
            let options = if is_null {
                Raw::default()
            } else {
                options::read(pg_sys::untransformRelOptions(options))
            };
            pg_sys::ReleaseSysCache(tuple);
            return Some(Declared {
                oid,
                options,
                public: user == Oid::INVALID,
            });
        }
    }
    None
}
