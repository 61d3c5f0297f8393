//! What the DBA declares: options, credentials, Vault, rights, import.

mod addresses;
mod credentials;
mod documented;
mod errors_at_use;
mod exfiltration;
mod import;
mod lifecycle;
mod logs;
mod option_values;
mod options;
mod rights;
mod rotation;
mod secrecy;
mod support;
mod tokens;
mod vault;
