//! What a DBA may declare: every option once, as data, and the values parsed from it.
//!
//! The validator, its hints, the parsers and `docs/reference.md` all read the one table.

mod credentials;
mod duration;
mod raw;
mod reference;
mod settings;
mod shown;
mod table;
mod tenant;
mod validate;

pub(crate) use duration::parse as parse_duration;

pub use credentials::{vault_options, CredentialSource, Mapping, SecretRef};
pub use raw::Raw;
pub use reference::markdown;
pub use settings::{BulkRead, MissingFeature, OnTypeError, Settings};
pub use shown::shown;
pub use table::{find, find_at, Kind, Spec, OPTIONS};
pub use tenant::Tenant;
pub use validate::validate;
