//! Where things are: the checkout, and what we keep in its build directory.

use std::path::{Path, PathBuf};

/// The version of cargo-pgrx that goes with the extension's pgrx.
pub const PGRX_VERSION: &str = "0.16.1";

/// The checkout.
pub fn workspace() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest)
}

/// Cargo's build directory, where everything we make or download lives.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => workspace().join(dir),
        None => workspace().join("target"),
    }
}

/// The pinned cargo tools.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// What pgrx keeps for one Postgres major. One home per major, because a changed home means a rebuild;
/// never the user's own `~/.pgrx`.
pub fn pgrx_home(major: u32) -> PathBuf {
    target().join("pgrx").join(format!("pg{major}"))
}
