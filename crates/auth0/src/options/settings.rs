//! How calls are made and values are read: the calling options, table over server over default.

use std::time::Duration;

use super::duration;
use super::raw::Raw;
use super::table::{find, find_at};
use super::validate::{boolean, check_value};
use crate::declared::Place;
use crate::error::{Error, Result};

/// What a value that does not fit its column's type becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTypeError {
    /// The statement fails.
    Error,
    /// The column is NULL.
    Null,
}

/// What a table shows of a feature that the tenant or its plan does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFeature {
    /// No rows, and a NOTICE.
    Empty,
    /// The statement fails.
    Error,
}

impl MissingFeature {
    /// Reads the option's value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "empty" => Some(MissingFeature::Empty),
            "error" => Some(MissingFeature::Error),
            _ => None,
        }
    }
}

/// How more rows than one query reaches are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkRead {
    /// Windows of searches only.
    Search,
    /// An export job for whole tables.
    Export,
    /// Windows, and an export job where they cannot reach.
    Auto,
}

impl BulkRead {
    /// Reads the option's value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "search" => Some(BulkRead::Search),
            "export" => Some(BulkRead::Export),
            "auto" => Some(BulkRead::Auto),
            _ => None,
        }
    }
}

/// The calling options of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Rows asked for in one request, 1 to 100.
    pub page_size: u32,
    /// Pages fetched side by side.
    pub concurrency: u32,
    /// Longest time for one request, answer included.
    pub request_timeout: Duration,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Retries after the first try.
    pub max_retries: u32,
    /// Longest time one request may wait for the rate limit.
    pub max_rate_limit_wait: Duration,
    /// For columns that do not say otherwise.
    pub on_type_error: OnTypeError,
    /// How more rows than one query reaches are read.
    pub bulk_read: BulkRead,
    /// What a table shows of a feature that the tenant does not have.
    pub missing_feature: MissingFeature,
    /// Whether secrets are shown.
    pub include_secrets: bool,
    /// Planner's cost of one request.
    pub startup_cost: f64,
    /// Planner's cost of one row.
    pub tuple_cost: f64,
    /// Whether writing is allowed.
    pub updatable: bool,
    /// Whether rows may be deleted, if writing is allowed.
    pub deletable: bool,
}

impl Settings {
    /// Reads the options; `layers` from the strongest (table) to the weakest (server).
    pub fn resolve(layers: &[&Raw]) -> Result<Self> {
        // Checked again: a wrapper made without a validator lets anything into the catalogs.
        for (name, value) in layers.iter().flat_map(|raw| raw.iter()) {
            let spec = [Place::Table, Place::Server].into_iter();
            if let Some(spec) = spec.filter_map(|place| find_at(name, place)).next() {
                check_value(spec, value)?;
            }
        }
        let text = |name: &str| -> &str {
            let given = layers.iter().find_map(|raw| raw.get(name));
            given.unwrap_or_else(|| find(name).map_or("", |spec| spec.default))
        };
        let integer = |name: &str| text(name).trim().parse::<u32>().map_err(|_| bad(name));
        let time = |name: &str| duration::parse(text(name)).ok_or_else(|| bad(name));
        let cost = |name: &str| text(name).trim().parse::<f64>().map_err(|_| bad(name));
        Ok(Settings {
            page_size: integer("page_size")?,
            concurrency: integer("concurrency")?,
            request_timeout: time("request_timeout")?,
            connect_timeout: time("connect_timeout")?,
            max_retries: integer("max_retries")?,
            max_rate_limit_wait: time("max_rate_limit_wait")?,
            on_type_error: OnTypeError::parse(text("on_type_error"))
                .ok_or_else(|| bad("on_type_error"))?,
            bulk_read: BulkRead::parse(text("bulk_read")).ok_or_else(|| bad("bulk_read"))?,
            missing_feature: MissingFeature::parse(text("missing_feature"))
                .ok_or_else(|| bad("missing_feature"))?,
            include_secrets: boolean(text("include_secrets"))
                .ok_or_else(|| bad("include_secrets"))?,
            startup_cost: cost("fdw_startup_cost")?,
            tuple_cost: cost("fdw_tuple_cost")?,
            updatable: boolean(text("updatable")).ok_or_else(|| bad("updatable"))?,
            deletable: boolean(text("deletable")).ok_or_else(|| bad("deletable"))?,
        })
    }
}

impl OnTypeError {
    /// Reads the option's value.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "error" => Some(OnTypeError::Error),
            "null" => Some(OnTypeError::Null),
            _ => None,
        }
    }
}

/// Only reached if a default is no valid value.
fn bad(name: &str) -> Error {
    let expected = find(name).map_or_else(String::new, |spec| super::validate::expected(spec.kind));
    Error::option_value(name, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_then_server_then_table() {
        let server = Raw::new(vec![
            ("page_size".into(), "50".into()),
            ("concurrency".into(), "2".into()),
        ]);
        let table = Raw::new(vec![("page_size".into(), "10".into())]);
        let settings = Settings::resolve(&[&table, &server]).unwrap();
        assert_eq!(
            (
                settings.page_size,
                settings.concurrency,
                settings.max_retries
            ),
            (10, 2, 3)
        );
        assert_eq!(settings.request_timeout, Duration::from_secs(30));
        assert!(!settings.updatable);
    }
}
