//! What Auth0 is, in plain Rust.
