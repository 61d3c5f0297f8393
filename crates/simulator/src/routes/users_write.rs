//! stub
use crate::{auth::Bearer, errors::ApiError, reply::Reply, request::Request, state::State};
pub fn create(_s: &State, _r: &Request, _b: &Bearer) -> Result<Reply, ApiError> {
    Err(ApiError::usual(404))
}
pub fn update(_s: &State, _r: &Request, _b: &Bearer, _id: &str) -> Result<Reply, ApiError> {
    Err(ApiError::usual(404))
}
pub fn delete(_s: &State, _b: &Bearer, _id: &str) -> Result<Reply, ApiError> {
    Err(ApiError::usual(404))
}
