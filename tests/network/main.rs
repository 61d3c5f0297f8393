//! The network as it is: faults, limits, cancelling, many connections.

mod cancel;
mod cancel_within;
mod dns;
mod faults_for_ever;
mod faults_once;
mod many;
mod rate_limit;
mod refused;
mod shutdown;
mod signals;
mod stall;
mod support;
mod unreachable;
