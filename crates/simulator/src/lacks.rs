//! Features that a tenant or a plan may lack, and what the API says then.

use crate::errors::ApiError;

/// Why a part of the API refuses to work; each was recorded from real tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// 403 `feature_not_enabled`.
    FeatureNotEnabled,
    /// The same as a 400.
    FeatureNotEnabled400,
    /// 403 `insufficient_entitlement`.
    InsufficientEntitlement,
    /// 403 `operation_not_supported`, for want of a custom domain.
    OperationNotSupported,
    /// 403 `hooks_not_allowed`.
    HooksNotAllowed,
    /// 403 `rules_not_allowed`.
    RulesNotAllowed,
    /// 403 `insufficient_scope`, although no scope would help.
    UpgradeByScope,
    /// 404 without an errorCode.
    NotFound,
}

/// Path prefixes (below `/api/v2/`) and what they lack.
#[derive(Debug, Default)]
pub struct Lacks(Vec<(Vec<String>, Lack)>);

impl Lack {
    fn error(self) -> ApiError {
        match self {
            Lack::FeatureNotEnabled => ApiError::new(
                403,
                "feature_not_enabled",
                "This feature is not enabled for this tenant.",
            ),
            Lack::FeatureNotEnabled400 => ApiError::new(
                400,
                "feature_not_enabled",
                "Feature not enabled for this tenant.",
            ),
            Lack::InsufficientEntitlement => ApiError::new(
                403,
                "insufficient_entitlement",
                "Please upgrade your subscription to use this feature",
            ),
            Lack::OperationNotSupported => ApiError::new(
                403,
                "operation_not_supported",
                "This feature requires at least one custom domain to be configured for the tenant.",
            ),
            Lack::HooksNotAllowed => ApiError::new(
                403,
                "hooks_not_allowed",
                "Insufficient privileges to use this deprecated feature.",
            ),
            Lack::RulesNotAllowed => ApiError::new(
                403,
                "rules_not_allowed",
                "Insufficient privileges to use this deprecated feature.",
            ),
            Lack::UpgradeByScope => ApiError::new(
                403,
                "insufficient_scope",
                "Please upgrade your subscription to enable Akamai Signals.",
            ),
            Lack::NotFound => ApiError::usual(404),
        }
    }
}

impl Lacks {
    /// Takes a feature away; `{…}` in the path stands for any segment.
    pub fn add(&mut self, path: &str, lack: Lack) {
        let path = path.split('/').map(String::from).collect();
        self.0.push((path, lack));
    }

    /// Gives every feature back.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Fails when the path is below one that is lacking.
    pub fn check(&self, path: &[&str]) -> Result<(), ApiError> {
        let below = |prefix: &[String]| {
            prefix.len() <= path.len()
                && prefix
                    .iter()
                    .zip(path)
                    .all(|(part, given)| part.starts_with('{') || part == given)
        };
        match self.0.iter().find(|(prefix, _)| below(prefix)) {
            Some((_, lack)) => Err(lack.error()),
            None => Ok(()),
        }
    }
}
