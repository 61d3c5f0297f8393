//! What the DBA declares: options, credentials, Vault, rights, import.
