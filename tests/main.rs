//! Drives a real Postgres with the extension against the simulator, through SQL.

mod smoke;
