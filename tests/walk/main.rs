//! The engine against the simulator, without a Postgres between: what it brings, and what that costs.

mod asks;
mod budget;
mod churn;
mod counts;
mod edges;
mod exports;
mod trip;
