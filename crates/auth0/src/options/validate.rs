//! Whether options may stand where they stand, with the values they have.
//!
//! Whether a *required* option is there is decided at use, not here: an `ALTER` may add it in a second step.

use super::raw::Raw;
use super::table::{find_at, Kind, Spec, OPTIONS};
use super::{credentials, duration, shown, tenant};
use crate::catalog::{self, endpoint};
use crate::declared::Place;
use crate::error::{Error, Result};
use crate::rows::Path;

/// Checks the options declared on one object.
pub fn validate(place: Place, options: &Raw) -> Result<()> {
    for (name, value) in options.iter() {
        match find_at(name, place) {
            Some(spec) => check_value(spec, value)?,
            None => {
                return Err(Error::UnknownOption {
                    name: name.to_owned(),
                    place,
                    valid: valid(place),
                    belongs: places(name),
                })
            }
        }
    }
    let exclusive = credentials::exclusive()
        .chain([("url", "domain")])
        .chain(shown::exclusive());
    for (first, second) in exclusive {
        if options.get(first).is_some() && options.get(second).is_some() {
            return Err(Error::OptionConflict { first, second });
        }
    }
    match place {
        Place::Table => shown::check_paging(options),
        _ => Ok(()),
    }
}

/// Where an option of this name may stand.
fn places(name: &str) -> Vec<Place> {
    let named = OPTIONS.iter().filter(|spec| spec.name == name);
    named.flat_map(|spec| spec.places).copied().collect()
}

/// The options that may stand on such an object.
fn valid(place: Place) -> Vec<&'static str> {
    OPTIONS
        .iter()
        .filter(|spec| spec.places.contains(&place))
        .map(|spec| spec.name)
        .collect()
}

/// Checks one value against its option's kind.
pub(super) fn check_value(spec: &Spec, value: &str) -> Result<()> {
    let fits = match spec.kind {
        Kind::Text => !value.trim().is_empty(),
        Kind::Url => return tenant::Tenant::from_url(value).map(drop),
        Kind::Domain => return tenant::Tenant::from_domain(value).map(drop),
        Kind::Integer(min, max) => value
            .trim()
            .parse::<u32>()
            .is_ok_and(|n| (min..=max).contains(&n)),
        Kind::Duration(min, max) => duration::parse(value)
            .is_some_and(|d| (min as u128..=max as u128).contains(&d.as_millis())),
        Kind::Bool => boolean(value).is_some(),
        Kind::Cost => value
            .trim()
            .parse::<f64>()
            .is_ok_and(|n| n.is_finite() && n >= 0.0),
        Kind::OneOf(words) => words.contains(&value),
        Kind::Object => {
            return match catalog::find(value) {
                Some(_) => Ok(()),
                None => Err(Error::UnknownObject {
                    name: value.to_owned(),
                    similar: catalog::similar(value),
                }),
            }
        }
        Kind::Path => Path::parse(value).is_some(),
        Kind::Endpoint => endpoint::is_template(value),
    };
    if fits {
        Ok(())
    } else {
        Err(Error::option_value(spec.name, expected(spec.kind)))
    }
}

/// What Postgres takes for a boolean option.
pub(super) fn boolean(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// What a valid value looks like, for hints and the reference.
pub(super) fn expected(kind: Kind) -> String {
    match kind {
        Kind::Url => "a URL such as `https://tenant.eu.auth0.com`".into(),
        Kind::Domain => "a host name such as `tenant.eu.auth0.com`".into(),
        Kind::Text => "text that is not empty".into(),
        Kind::Integer(min, max) => format!("a whole number from {min} to {max}"),
        Kind::Duration(min, max) => {
            format!(
                "a time from {} to {}, as `30s`, `500ms` or `2min` (a bare number is seconds)",
                span(min),
                span(max)
            )
        }
        Kind::Bool => "`true` or `false`".into(),
        Kind::Cost => "a number, not negative".into(),
        Kind::OneOf(words) => words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(" or "),
        Kind::Object => "the name of one of the [tables](tables.md)".into(),
        Kind::Path => "keys and array positions joined by dots, such as `user_metadata.plan` or `identities.0.connection`".into(),
        Kind::Endpoint => endpoint::TEMPLATE.into(),
    }
}

fn span(ms: u64) -> String {
    match ms {
        0 => "0".into(),
        ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{}min", ms / 60_000),
        ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
        ms => format!("{ms}ms"),
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

    #[test]
    fn unknown_option_lists_the_valid_ones() {
        let Err(Error::UnknownOption { valid, belongs, .. }) =
            validate(Place::Table, &raw(&[("objct", "users")]))
        else {
            panic!("accepted");
        };
        assert!(valid.contains(&"object") && !valid.contains(&"api_key"));
        assert!(belongs.is_empty());
    }

    #[test]
    fn misplaced_option_says_where_it_belongs() {
        let Err(Error::UnknownOption { belongs, .. }) =
            validate(Place::Table, &raw(&[("api_key", "x")]))
        else {
            panic!("accepted");
        };
        assert_eq!(belongs, CREDENTIAL_PLACES);
    }
    const CREDENTIAL_PLACES: &[Place] = &[Place::Server, Place::UserMapping];

    #[test]
    fn values_out_of_range() {
        for (place, name, value) in [
            (Place::Server, "page_size", "101"),
            (Place::Server, "page_size", "0"),
            (Place::Server, "page_size", "ten"),
            (Place::Server, "concurrency", "-1"),
            (Place::Server, "request_timeout", "1ms"),
            (Place::Server, "request_timeout", "soon"),
            (Place::Table, "on_type_error", "ignore"),
            (Place::Server, "updatable", "maybe"),
            (Place::Server, "fdw_startup_cost", "NaN"),
            (Place::Server, "api_key", "  "),
            (Place::Column, "path", "a..b"),
            (Place::Table, "path", "identities.0"),
            (Place::Table, "paging", "next"),
        ] {
            assert!(
                matches!(
                    validate(place, &raw(&[(name, value)])),
                    Err(Error::OptionValue { .. })
                ),
                "{name} = {value}"
            );
        }
    }

    #[test]
    fn a_bad_secret_is_not_in_the_error() {
        let error = validate(Place::Table, &raw(&[("api_key", "hunter2")])).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }

    #[test]
    fn what_paging_sends_is_not_in_the_path() {
        let of = |query: &str, paging: &str| {
            let path = format!("/api/v2/x{query}");
            validate(Place::Table, &raw(&[("path", &path), ("paging", paging)]))
        };
        for (query, paging) in [
            ("?page=1", "offset"),
            ("?a=1&per_page={n}", "offset"),
            ("?include_totals=false", "offset"),
            ("?from=x", "checkpoint"),
            ("?b=2&take=5", "checkpoint"),
        ] {
            let error = of(query, paging);
            assert!(
                matches!(&error, Err(Error::OptionValue { name, .. }) if name == "path"),
                "{query} {paging}: {error:?}"
            );
        }
        for (query, paging) in [
            ("", "offset"),
            ("?pages=1", "offset"),
            ("?page=1&per_page=5", "none"),
            // Other endpoints call their dates so.
            ("?from={from}", "offset"),
            ("?page=x", "checkpoint"),
        ] {
            assert_eq!(of(query, paging), Ok(()), "{query} {paging}");
        }
    }

    #[test]
    fn exclusive_options() {
        let both = raw(&[("api_key", "a"), ("api_key_id", "b")]);
        assert!(matches!(
            validate(Place::Server, &both),
            Err(Error::OptionConflict { .. })
        ));
    }

    #[test]
    fn unknown_object_tells_similar_ones() {
        let error = validate(Place::Table, &raw(&[("object", "user")])).unwrap_err();
        assert!(matches!(error, Error::UnknownObject { similar, .. } if similar == ["users"]));
    }

    #[test]
    fn names_are_unique_and_secrets_are_credentials() {
        for (i, spec) in OPTIONS.iter().enumerate() {
            assert!(
                OPTIONS[i + 1..].iter().all(|other| other.name != spec.name
                    || !other.places.iter().any(|place| spec.places.contains(place))),
                "{}",
                spec.name
            );
            assert!(
                !spec.secret || spec.places == CREDENTIAL_PLACES,
                "{}",
                spec.name
            );
        }
    }

    #[test]
    fn every_default_of_a_kind_is_a_valid_value() {
        for spec in OPTIONS
            .iter()
            .filter(|s| s.default.chars().next().is_some_and(|c| c.is_ascii_digit()))
        {
            assert_eq!(check_value(spec, spec.default), Ok(()), "{}", spec.name);
        }
    }
}
