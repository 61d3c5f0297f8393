//! The harness: a throwaway Postgres cluster beside a simulated tenant.
