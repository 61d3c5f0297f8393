//! What is asked of Auth0, and that the rows are the same as if nothing were.

mod conditions;
mod dice;
mod documents;
mod lucene;
mod oracle;
mod population;
mod queries;
mod random;
mod times;
mod values;
