//! What is asked of a tenant beside its catalogued tables: endpoints of one's own, single calls, what credentials are good
//! for, and ready-made views.

mod check;
mod endpoints;
mod get;
mod hints;
mod objects;
mod support;
mod views;
