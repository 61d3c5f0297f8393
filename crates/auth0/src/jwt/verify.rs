//! The checks, in the order in which they can be made: algorithm, key, signature, then what the claims say.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::fault::{quoted, Check, Fault};
use super::{Algorithm, Claims, Issuer, KeySet, Token};

/// Clocks differ: a token from so far in the future is taken for just made, whatever the leeway.
const IAT_SKEW: f64 = 60.0;

/// What a token is shown for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// To call us: an access token for one of the issuer's audiences.
    Access,
    /// To tell who has logged in: an ID token for this application.
    Login {
        /// The application.
        client_id: &'a str,
        /// What the application sent along with the login, if it did.
        nonce: Option<&'a str>,
    },
    /// To open a session: an ID token for one of the issuer's applications.
    Session {
        /// What the application sent along with the login, if it did.
        nonce: Option<&'a str>,
    },
}

/// The time in seconds since 1970, as claims have it.
pub fn seconds_now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(f64::INFINITY, |since| since.as_secs_f64())
}

impl Token<'_> {
    /// Who says to have issued it. To be believed only if the rest holds.
    pub fn issuer(&self) -> Result<&str, Fault> {
        self.claims()
            .text("iss")
            .ok_or_else(|| Fault::new(Check::Issuer, "The token names no issuer (\"iss\")."))
    }

    /// The fault of a token from nobody we trust; `known` are the issuers that there are.
    pub fn stranger<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Fault {
        let issuer = self.claims().text("iss").unwrap_or_default();
        let fault = Fault::new(
            Check::Issuer,
            format!("The issuer {} is not registered.", quoted(issuer)),
        );
        let mut none = true;
        for one in known {
            none = false;
            if one.trim_end_matches('/') == issuer.trim_end_matches('/') {
                return fault.hint(format!(
                    "{} is: they differ in the trailing slash alone, which counts. Auth0's issuers end in one.",
                    quoted(one)
                ));
            }
        }
        match none {
            true => fault.hint("None is registered yet: SELECT auth0.add_issuer('https://tenant.eu.auth0.com/', ARRAY['your API identifier']);"),
            false => fault.hint("If its tokens are to be accepted, register it with auth0.add_issuer()."),
        }
    }

    /// Whether the issuer may sign so. Comes before any look for a key.
    pub fn admit(&self, issuer: &Issuer) -> Result<Algorithm, Fault> {
        let algorithm = self.header.algorithm;
        if issuer.algorithms.contains(&algorithm) {
            return Ok(algorithm);
        }
        let allowed: Vec<&str> = issuer.algorithms.iter().map(|one| one.name()).collect();
        let reason = format!(
            "The token is signed with {}; this issuer may use {}.",
            algorithm.name(),
            allowed.join(", ")
        );
        Err(Fault::new(Check::Algorithm, reason).hint(
            "If the API is set up so in Auth0, put it into \"algorithms\" of the issuer's options.",
        ))
    }

    /// All checks but that of where the keys come from.
    pub fn verify(
        &self,
        issuer: &Issuer,
        keys: &KeySet,
        purpose: Purpose<'_>,
        now: f64,
    ) -> Result<(), Fault> {
        let algorithm = self.admit(issuer)?;
        self.check_signature(issuer, keys, algorithm)?;
        let access_token = self.header.access_token;
        Examined {
            claims: self.claims(),
            access_token,
        }
        .check(issuer, purpose, now)
    }

    fn check_signature(
        &self,
        issuer: &Issuer,
        keys: &KeySet,
        algorithm: Algorithm,
    ) -> Result<(), Fault> {
        let signed = self.signed.as_bytes();
        let wrong = || {
            Fault::new(
                Check::Signature,
                "The signature does not match: the token was changed, or signed with another key.",
            )
        };
        if algorithm == Algorithm::Hs256 {
            let secret = issuer.secret.as_ref().ok_or_else(|| self.no_key(keys))?;
            let key = jsonwebtoken::DecodingKey::from_secret(secret.expose().as_bytes());
            let verified =
                jsonwebtoken::crypto::verify(self.signature, signed, &key, algorithm.signature());
            return verified.unwrap_or(false).then_some(()).ok_or_else(wrong);
        }
        let mut candidates = keys.candidates(self.kid(), algorithm).peekable();
        if candidates.peek().is_none() {
            return Err(self.no_key(keys));
        }
        candidates
            .any(|key| key.verifies(algorithm, self.signature, signed))
            .then_some(())
            .ok_or_else(wrong)
    }

    fn no_key(&self, keys: &KeySet) -> Fault {
        let known: Vec<String> = keys.kids().iter().take(5).map(|kid| quoted(kid)).collect();
        let known = match known.is_empty() {
            true => "none with an id".to_owned(),
            false => known.join(", "),
        };
        let reason = match self.kid() {
            Some(kid) => format!(
                "The issuer has no {} key {}; it has {known}.",
                self.header.algorithm.name(),
                quoted(kid)
            ),
            None => format!(
                "The token does not say which key it is signed with; the issuer has {known}."
            ),
        };
        Fault::new(Check::Key, reason)
            .hint("The key may have been revoked, or be so new that it has not been fetched yet.")
    }
}

impl Issuer {
    /// Whether claims that somebody else has verified the signature of are an access token's for us.
    pub fn check(&self, claims: &Claims, now: f64) -> Result<(), Fault> {
        let access_token = false;
        Examined {
            claims,
            access_token,
        }
        .check(self, Purpose::Access, now)
    }
}

/// What remains to be checked when the signature is right.
struct Examined<'a> {
    claims: &'a Claims,
    /// Whether the header says so.
    access_token: bool,
}

impl Examined<'_> {
    fn check(&self, issuer: &Issuer, purpose: Purpose<'_>, now: f64) -> Result<(), Fault> {
        let claims = self.claims;
        if claims.text("iss") != Some(&issuer.url) {
            return Err(Fault::new(
                Check::Issuer,
                "The token is from another issuer.",
            ));
        }
        match purpose {
            Purpose::Access => self.check_audience(&issuer.audiences)?,
            Purpose::Login { client_id, nonce } => {
                self.check_application(&[client_id])?;
                check_nonce(claims, nonce)?;
            }
            Purpose::Session { nonce } => {
                let applications: Vec<&str> =
                    issuer.client_ids.iter().map(String::as_str).collect();
                self.check_application(&applications)?;
                check_nonce(claims, nonce)?;
            }
        }
        check_time(claims, issuer.leeway, now)?;
        match claims.text("sub") {
            Some(subject) if !subject.is_empty() => Ok(()),
            _ => Err(Fault::new(
                Check::Form,
                "The token names no subject (\"sub\").",
            )),
        }
    }

    fn check_audience(&self, accepted: &[String]) -> Result<(), Fault> {
        let claims = self.claims;
        if claims
            .audiences()
            .any(|audience| accepted.iter().any(|one| one == audience))
        {
            return Ok(());
        }
        let audiences: Vec<&str> = claims.audiences().collect();
        let shown = |list: &mut dyn Iterator<Item = &str>| {
            list.take(5).map(quoted).collect::<Vec<_>>().join(", ")
        };
        if audiences.is_empty() {
            return Err(Fault::new(
                Check::Audience,
                "The token does not say whom it is for (\"aud\").",
            ));
        }
        let reason = format!(
            "The token is for {}; this issuer's are accepted for {}.",
            shown(&mut audiences.iter().copied()),
            shown(&mut accepted.iter().map(String::as_str))
        );
        let fault = Fault::new(Check::Audience, reason);
        let bare = |text: &str| text.trim_end_matches('/').to_owned();
        if audiences
            .iter()
            .any(|audience| accepted.iter().any(|one| bare(one) == bare(audience)))
        {
            return Err(fault.hint("They differ in the trailing slash alone, which counts: register the audience as the token has it."));
        }
        if self.looks_like_id_token() {
            return Err(fault.hint(
                "This looks like an ID token, which is for the application alone. Send the access token of your API, or \
                 check it with auth0.verify_id_token().",
            ));
        }
        Err(fault.hint("Request the token with the audience of your API, or register that audience with auth0.alter_issuer()."))
    }

    /// An ID token's audience is a client id, and it has claims that only a login has.
    fn looks_like_id_token(&self) -> bool {
        let claims = self.claims;
        let login = [
            "nonce",
            "at_hash",
            "c_hash",
            "auth_time",
            "sid",
            "email_verified",
            "nickname",
        ];
        !self.access_token
            && claims.get("scope").is_none()
            && claims.get("permissions").is_none()
            && (login.iter().any(|name| claims.get(name).is_some())
                || claims.audiences().all(|one| !one.contains(':')))
    }

    /// OpenID Connect Core §3.1.3.7, 3 to 5.
    fn check_application(&self, applications: &[&str]) -> Result<(), Fault> {
        let claims = self.claims;
        if self.access_token || claims.get("scope").is_some() {
            return Err(Fault::new(Check::Audience, "This is an access token, not an ID token.")
                .hint("Pass the id_token of the login's answer; access tokens are for auth0.verify() and auth0.login()."));
        }
        let Some(client_id) = claims
            .audiences()
            .find(|audience| applications.contains(audience))
        else {
            let audiences: Vec<String> = claims.audiences().take(5).map(quoted).collect();
            let fault = Fault::new(
                Check::Audience,
                format!(
                    "The ID token is for {}.",
                    match audiences.is_empty() {
                        true => "nobody".to_owned(),
                        false => format!("the application {}", audiences.join(", ")),
                    }
                ),
            );
            return Err(match applications.is_empty() {
                true => fault.hint(
                    "Put the application's client id into \"client_ids\" of the issuer's options.",
                ),
                false => fault.hint(
                    "The client id must be that of the application which the user logged in to.",
                ),
            });
        };
        let many = claims.audiences().count() > 1;
        match claims.get("azp") {
            None if many => Err(Fault::new(Check::Audience, "The ID token has several audiences and does not say which one asked for it (\"azp\").")),
            Some(azp) if azp != client_id => Err(Fault::new(Check::Audience, "The ID token was asked for by another application (\"azp\").")),
            _ => Ok(()),
        }
    }
}

fn check_nonce(claims: &Claims, nonce: Option<&str>) -> Result<(), Fault> {
    match nonce {
        Some(nonce) if claims.text("nonce") != Some(nonce) => {
            let reason = match claims.get("nonce") {
                None => "The ID token has no nonce.",
                Some(_) => "The ID token answers another login: its nonce is a different one.",
            };
            Err(Fault::new(Check::Nonce, reason))
        }
        _ => Ok(()),
    }
}

fn check_time(claims: &Claims, leeway: f64, now: f64) -> Result<(), Fault> {
    let time = |name: &str| -> Result<Option<f64>, Fault> {
        match claims.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(_) => Err(Fault::new(
                Check::Form,
                format!("\"{name}\" is not a number of seconds."),
            )),
        }
    };
    let (expires, starts, issued) = (time("exp")?, time("nbf")?, time("iat")?);
    let Some(expires) = expires else {
        return Err(Fault::new(
            Check::Expired,
            "The token does not say when it expires (\"exp\").",
        ));
    };
    if now >= expires + leeway {
        return Err(Fault::new(
            Check::Expired,
            format!("The token expired {} ago.", span(now - expires)),
        )
        .hint("Have the application fetch a new one with its refresh token or a new login."));
    }
    let early = starts.filter(|starts| *starts > now + leeway);
    let early = early.or(issued.filter(|issued| *issued > now + leeway.max(IAT_SKEW)));
    match early {
        Some(starts) => Err(Fault::new(Check::NotYetValid, format!("The token becomes valid in {}.", span(starts - now)))
            .hint("Check this machine's clock; \"leeway\" of the issuer's options bridges small differences.")),
        None => Ok(()),
    }
}

fn span(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}
