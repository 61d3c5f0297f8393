//! A user's credentials on a server: the mapping's options over the server's, with every secret looked up.
#![allow(unsafe_code)]

use auth0::client::Credentials;
use auth0::options::{CredentialSource, Raw, SecretRef, Tenant};
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
    let options = mapping.as_ref().map(|(_, options)| options);
    let lookup = |secret: SecretRef| -> Result<Secret> {
        match secret {
            SecretRef::Literal(secret) => Ok(secret),
            SecretRef::VaultId { option, id } => vault::by_id(server, option, &id),
            SecretRef::VaultName { option, name } => vault::by_name(server, option, &name),
        }
    };
    let credentials = match CredentialSource::resolve(&server.name, &server.options, options)? {
        CredentialSource::Token(token) => Credentials::Token(lookup(token)?),
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
        mapping: mapping.map_or(Oid::INVALID, |(oid, _)| oid),
    })
}

/// The tenant: as the server says, else as the audience or the token says.
pub fn tenant(server: &Server, credentials: &Credentials) -> Result<Tenant> {
    if let Some(url) = server.options.get("url") {
        return Tenant::from_url(url);
    }
    if let Some(domain) = server.options.get("domain") {
        return Tenant::from_domain(domain);
    }
    let told = match credentials {
        Credentials::Token(token) => Tenant::from_token(token),
        Credentials::ClientSecret { audience, .. } | Credentials::PrivateKey { audience, .. } => {
            audience.as_deref().and_then(Tenant::from_audience)
        }
    };
    told.ok_or_else(|| Error::NoTenant {
        server: server.name.clone(),
    })
}

/// The user's own mapping, else the one for PUBLIC. Unlike GetUserMapping this raises nothing when there is none.
fn user_mapping(server: Oid, user: Oid) -> Option<(Oid, Raw)> {
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
            return Some((oid, options));
        }
    }
    None
}
