//! What was seen, as one row a finding.

use std::time::{Duration, UNIX_EPOCH};

use super::{is_refused, may_read, Seen};
use crate::catalog::{self, Object};
use crate::client::{Claims, Rate};
use crate::error::Error;
use crate::options::Tenant;

/// A clock that is off by more than this makes assertions and tokens fail: Auth0 documents no leeway of its own, and the
/// header tells whole seconds.
const CLOCK: f64 = 5.0;

/// One thing that was found out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// Of what.
    pub subject: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

/// The rows. `words` says an error in one line.
pub fn findings(server: &str, seen: &Seen, words: impl Fn(&Error) -> String) -> Vec<Finding> {
    let mut rows = Vec::new();
    let mut found = |check, subject: &str, ok, detail: String| {
        rows.push(Finding {
            check,
            subject: subject.to_owned(),
            ok,
            detail,
        })
    };
    let claims = match &seen.token {
        Err(error) => {
            found("token", server, false, words(error));
            return rows;
        }
        Ok(None) => {
            let what = "it is no JWT, so it is not for the Management API; nothing was asked";
            found("token", server, false, what.to_owned());
            return rows;
        }
        Ok(Some(claims)) => claims,
    };
    let (ok, detail) = expiry(claims, seen);
    found("token", server, ok, detail);
    let (ok, detail) = issuer(claims, &seen.tenant);
    found("issuer", server, ok, detail);
    let (ok, detail) = audience(claims, &seen.tenant);
    found("audience", server, ok, detail);
    let host = seen.tenant.authority();
    match &seen.probe {
        Some(Err(error)) if is_refused(error) => found("tenant", host, false, words(error)),
        Some(Err(error)) => found("tenant", host, true, format!("answers; {}", words(error))),
        Some(Ok(())) => found("tenant", host, true, "answers".to_owned()),
        None => {}
    }
    if let Some(rate) = seen.rate {
        found("rate limit", host, true, calls(rate));
    }
    if let Some(ahead) = seen.clock_ahead {
        let detail = match ahead {
            ahead if ahead.abs() <= CLOCK => "as here, to some seconds".to_owned(),
            ahead if ahead > 0.0 => format!("{ahead:.0} s ahead of this machine's"),
            behind => format!("{:.0} s behind this machine's", -behind),
        };
        found("clock", host, ahead.abs() <= CLOCK, detail);
    }
    for object in catalog::OBJECTS {
        let ok = may_read(claims, object);
        let detail = match object.scopes {
            _ if ok => partly(claims, object),
            [one] => format!("the token lacks the scope {one}"),
            any => format!("the token has none of the scopes {}", any.join(", ")),
        };
        found("table", object.name, ok, detail);
    }
    rows
}

/// What more it takes to read all rows of an object whose lists stand behind the rows of another; nothing if it is there.
fn partly(claims: &Claims, object: &Object) -> String {
    let Some(parent) = &object.parent else {
        return String::new();
    };
    let mut lacking = Vec::new();
    let mut above = Some(parent);
    while let Some(of) = above.and_then(|parent| catalog::find(parent.object)) {
        if !may_read(claims, of) {
            lacking.push(of.scopes.join(" or "));
        }
        above = of.parent.as_ref();
    }
    if lacking.is_empty() {
        return String::new();
    }
    let given: Vec<&str> = parent.columns.iter().map(|(own, _)| *own).collect();
    format!(
        "only for given {}: to read all of it the token lacks {}",
        given.join(", "),
        lacking.join(", ")
    )
}

fn expiry(claims: &Claims, seen: &Seen) -> (bool, String) {
    let now = seen.at.duration_since(UNIX_EPOCH);
    let now = now.map_or(0.0, |since| since.as_secs_f64());
    let Some(until) = claims.seconds("exp") else {
        return (true, "it does not say when it expires".to_owned());
    };
    let at = Duration::try_from_secs_f64(until)
        .ok()
        .and_then(|since| UNIX_EPOCH.checked_add(since))
        .filter(|_| until < YEAR_9999);
    let Some(at) = at.map(httpdate::fmt_http_date) else {
        return (false, "it says no time at which it expires".to_owned());
    };
    let left = until - now;
    match left {
        left if left <= 0.0 => (false, format!("expired {at}")),
        left if left < 7200.0 => (true, format!("expires {at}, in {:.0} min", left / 60.0)),
        left => (true, format!("expires {at}, in {:.0} h", left / 3600.0)),
    }
}

/// The last that can be printed as a date.
const YEAR_9999: f64 = 253_402_300_800.0;

/// The API refuses a token on any host but the one that made it.
fn issuer(claims: &Claims, tenant: &Tenant) -> (bool, String) {
    match claims.text("iss") {
        None => (false, "the token names no issuer".to_owned()),
        Some(text) if Tenant::from_url(text).is_ok_and(|issuer| issuer == *tenant) => {
            (true, text.to_owned())
        }
        Some(text) => (
            false,
            format!(
                "the token is of {text}, but the server is {}",
                tenant.base()
            ),
        ),
    }
}

fn audience(claims: &Claims, tenant: &Tenant) -> (bool, String) {
    let audiences = claims.texts("aud");
    let Some(api) = audiences.iter().find(|aud| aud.ends_with("/api/v2/")) else {
        let are = match audiences.as_slice() {
            [] => "nothing".to_owned(),
            some => some.join(", "),
        };
        let what = format!(
            "the token is for {are}, not for the Management API (https://<tenant>/api/v2/, with the slash at its end)"
        );
        return (false, what);
    };
    if Tenant::from_audience(api).is_some_and(|of| of == *tenant) {
        return (true, (*api).to_owned());
    }
    match issuer(claims, tenant) {
        (true, _) => (true, format!("{api}: the server is a custom domain")),
        (false, _) => (
            false,
            format!(
                "the token is for {api}, but the server is {}",
                tenant.base()
            ),
        ),
    }
}

fn calls(rate: Rate) -> String {
    let learnt = if rate.at_most.is_finite() && rate.at_most >= rate.at_least {
        format!("{:.1} to {:.1}", rate.at_least, rate.at_most)
    } else {
        format!("at least {:.1}", rate.at_least)
    };
    format!(
        "{:.0} calls at once, then {learnt} a second as far as is known by now",
        rate.burst
    )
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::secret::Secret;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use base64::Engine as _;

    fn seen(payload: &str) -> Seen {
        let token = Secret::new(format!("h.{}.s", URL_SAFE_NO_PAD.encode(payload)));
        Seen {
            tenant: Tenant::from_domain("t.eu.auth0.com").unwrap(),
            token: Ok(Claims::of(&token)),
            probe: Some(Ok(())),
            rate: None,
            clock_ahead: None,
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(1000),
        }
    }

    fn row(payload: &str, check: &str) -> (bool, String) {
        let rows = findings("s", &seen(payload), |error| error.to_string());
        let row = rows.into_iter().find(|row| row.check == check).unwrap();
        (row.ok, row.detail)
    }

    #[test]
    fn tokens_that_fit() {
        let own = r#"{"iss":"https://t.eu.auth0.com/","aud":"https://t.eu.auth0.com/api/v2/","exp":4600}"#;
        assert!(row(own, "issuer").0 && row(own, "audience").0);
        let (ok, detail) = row(own, "token");
        assert!(
            ok && detail == "expires Thu, 01 Jan 1970 01:16:40 GMT, in 60 min",
            "{detail}"
        );
        let custom =
            r#"{"iss":"https://t.eu.auth0.com/","aud":["x","https://other.eu.auth0.com/api/v2/"]}"#;
        let (ok, detail) = row(custom, "audience");
        assert!(ok && detail.ends_with("custom domain"));
    }

    #[test]
    fn tokens_that_do_not() {
        for (payload, check, says) in [
            (r#"{"exp":999}"#, "token", "expired Thu, 01 Jan 1970 00:16:39 GMT"),
            (r#"{"exp":1e300}"#, "token", "it says no time at which it expires"),
            (r#"{}"#, "issuer", "the token names no issuer"),
            (
                r#"{"iss":"https://u.eu.auth0.com/"}"#,
                "issuer",
                "the token is of https://u.eu.auth0.com/, but the server is https://t.eu.auth0.com",
            ),
            (
                r#"{"iss":"https://u.eu.auth0.com/","aud":"https://u.eu.auth0.com/api/v2/"}"#,
                "audience",
                "the token is for https://u.eu.auth0.com/api/v2/, but the server is https://t.eu.auth0.com",
            ),
            (
                r#"{"aud":"https://t.eu.auth0.com/api/v2"}"#,
                "audience",
                "the token is for https://t.eu.auth0.com/api/v2, not for the Management API (https://<tenant>/api/v2/, with the slash at its end)",
            ),
        ] {
            assert_eq!(row(payload, check), (false, says.to_owned()));
        }
    }

    #[test]
    fn a_child_is_only_read_whole_with_the_scopes_of_its_ancestors() {
        let detail = |scope: &str, subject: &str| {
            let rows = findings("s", &seen(&format!(r#"{{"scope":"{scope}"}}"#)), |error| {
                error.to_string()
            });
            let row = rows.into_iter().find(|row| row.subject == subject).unwrap();
            (row.ok, row.detail)
        };
        let partly = |columns: &str, scopes: &str| {
            let detail =
                format!("only for given {columns}: to read all of it the token lacks {scopes}");
            (true, detail)
        };
        assert_eq!(
            detail("read:users", "role_users"),
            partly("role_id", "read:roles")
        );
        assert_eq!(
            detail("read:users read:roles", "role_users"),
            (true, String::new())
        );
        assert_eq!(
            detail(
                "read:organization_member_roles",
                "organization_member_roles"
            ),
            partly(
                "organization_id, user_id",
                "read:organization_members, read:organizations or read:organizations_summary"
            )
        );
        assert!(!detail("read:roles", "clients").0);
    }

    #[test]
    fn rates_and_clocks() {
        let rate = |at_most| Rate {
            burst: 50.0,
            at_least: 2.0,
            at_most,
        };
        assert_eq!(
            calls(rate(f64::INFINITY)),
            "50 calls at once, then at least 2.0 a second as far as is known by now"
        );
        assert!(calls(rate(4.0)).contains("then 2.0 to 4.0 a second"));
        for (ahead, ok) in [(0.4, true), (-4.0, true), (75.0, false), (-9.0, false)] {
            let seen = Seen {
                clock_ahead: Some(ahead),
                ..seen("{}")
            };
            let rows = findings("s", &seen, |error| error.to_string());
            let row = rows.iter().find(|row| row.check == "clock").unwrap();
            assert_eq!(row.ok, ok, "{}", row.detail);
        }
    }
}
