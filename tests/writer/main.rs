//! Writes by the engine against the simulator, without a Postgres between: what is stored, and what that costs.

mod each_fault;
mod faults;
mod imports;
mod links;
mod many;
mod objects;
#[path = "../samples/mod.rs"]
mod samples;
mod tenant;
mod users;
