//! Is this token good? `auth0.verify` and its kin.

use std::rc::Rc;

use auth0::jwt::{seconds_now, Check, Claims, Fault, Issuer, Purpose, Token};
use auth0::{Error, Result};
use pgrx::iter::TableIterator;
use pgrx::{name, pg_extern};

use super::value::{Jsonb, Text};
use super::{keys, trust};
use crate::error::{raise_internal, OrRaise};
use crate::text;

/// A token that has passed every check.
pub struct Verified {
    /// Who issued it.
    pub issuer: Rc<Issuer>,
    /// Its claims as JSON text.
    pub json: String,
}

impl Verified {
    /// Its claims.
    pub fn claims(&self) -> Claims {
        Claims::parse(&self.json)
            .unwrap_or_else(|| raise_internal("claims that were JSON are none"))
    }
}

/// Every check there is.
pub fn check(token: Option<&str>, purpose: Purpose<'_>) -> Result<Verified> {
    let Some(token) = token else {
        return Err(Fault::new(Check::Form, "The token is null.").into());
    };
    let token = Token::parse(token)?;
    let trust = trust::trust();
    let issuer = match trust.issuer(token.issuer()?) {
        Some(issuer) => issuer?,
        None => return Err(token.stranger(trust.urls()).into()),
    };
    let algorithm = token.admit(&issuer)?;
    let keys = keys::for_token(&issuer, &token, algorithm)?;
    token.verify(&issuer, &keys, purpose, seconds_now())?;
    Ok(Verified {
        issuer,
        json: token.into_json(),
    })
}

/// The claims of an access token that is good; an error that names the failed check if it is not.
#[pg_extern(sql = false)]
fn verify(token: Option<&str>) -> Option<Jsonb> {
    Jsonb::new(&check(token, Purpose::Access).or_raise().json)
}

/// The claims of an ID token that is good, for this application; with a nonce, for this login.
#[pg_extern(sql = false)]
fn verify_id_token(
    token: Option<&str>,
    client_id: Option<String>,
    nonce: Option<String>,
) -> Option<Jsonb> {
    let client_id = text::received(client_id.unwrap_or_default());
    let nonce = nonce.map(text::received);
    let purpose = Purpose::Login {
        client_id: &client_id,
        nonce: nonce.as_deref(),
    };
    Jsonb::new(&check(token, purpose).or_raise().json)
}

/// The claims of an access token, or NULL with the failed check and the reason.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn try_verify(
    token: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(claims, Option<Jsonb>),
        name!(failed_check, Option<Text>),
        name!(reason, Option<Text>),
    ),
> {
    let row = match check(token, Purpose::Access) {
        Ok(verified) => (Jsonb::new(&verified.json), None, None),
        Err(Error::Token(fault)) => {
            let reason = Text::new(&text::shown(&fault.reason));
            (
                None,
                Some(Text::new(&fault.check.to_string())),
                Some(reason),
            )
        }
        Err(other) => (
            None,
            None,
            Some(Text::new(&text::shown(&other.to_string()))),
        ),
    };
    TableIterator::once(row)
}
