//! What is asked of Auth0, and that the rows are the same as if nothing were.

mod document;
mod flags;
mod lag;
mod lists;
mod lucene;
mod random;
mod support;
mod texts;
mod times;
mod types;
