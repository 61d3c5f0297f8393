//! What is asked of Auth0, and that the rows are the same as if nothing were.

mod analyze;
mod document;
mod explain;
mod flags;
mod joins;
mod lag;
mod lists;
mod lucene;
mod market;
mod random;
mod requests;
mod statements;
mod support;
mod texts;
mod times;
mod types;
