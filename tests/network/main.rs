//! The network as it is: faults, limits, cancelling, many connections.
