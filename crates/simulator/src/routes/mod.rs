//! Which handler answers which path.

mod checks;
mod control;
mod imports;
mod jobs;
mod links;
mod logs;
mod oauth;
mod objects;
mod paging;
mod params;
mod revoking;
mod settings;
mod show;
mod users;
mod users_create;
mod users_update;
mod writes;

use crate::auth;
use crate::errors::ApiError;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::time::now_millis;
use std::time::Instant;

pub use control::control;

/// First segment of the paths that control the simulator itself.
pub const CONTROL: &str = "__simulator";

/// The tenant's answer.
pub fn answer(state: &State, request: &Request) -> Reply {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("POST", ["oauth", "token"]) => oauth::token(state, request),
        ("GET", [".well-known", "jwks.json"]) => oauth::jwks(state),
        ("GET", [".well-known", "openid-configuration" | "oauth-authorization-server"]) => {
            oauth::discovery(state, request)
        }
        (_, ["api", "v2", rest @ ..]) => management(state, request, rest),
        ("GET", ["exports", job, file]) => jobs::download(state, request, job, file),
        _ => ApiError::usual(404).reply(),
    }
}

/// The Management API: token, then rate limit, then the handler.
fn management(state: &State, request: &Request, path: &[&str]) -> Reply {
    let bearer = match auth::authenticate(state, request) {
        Ok(bearer) => bearer,
        Err(error) => return error.reply(),
    };
    let verdict = lock(&state.limiter)
        .as_mut()
        .map(|limiter| limiter.take(Instant::now(), now_millis()));
    if let Some(refused) = verdict.filter(|verdict| !verdict.allowed) {
        return refused.stamp(ApiError::usual(429).reply());
    }
    let result = match (request.method.as_str(), path) {
        ("GET", ["users"]) => users::list(state, request, &bearer),
        ("POST", ["users"]) => users_create::create(state, request, &bearer),
        ("GET", ["users-by-email"]) => users::by_email(state, request, &bearer),
        ("GET", ["users", id]) => users::by_id(state, request, &bearer, id),
        ("PATCH", ["users", id]) => users_update::update(state, request, &bearer, id),
        ("DELETE", ["users", id]) => users_update::delete(state, &bearer, id),
        ("POST", ["jobs", "users-exports"]) => jobs::export(state, request, &bearer),
        ("POST", ["jobs", "users-imports"]) => imports::import(state, request, &bearer),
        ("GET", ["jobs", id, "errors"]) => imports::errors(state, &bearer, id),
        ("GET", ["jobs", id]) => jobs::by_id(state, &bearer, id),
        ("GET", ["logs"]) => logs::list(state, request, &bearer),
        ("GET", ["logs", id]) => logs::by_id(state, &bearer, id),
        ("GET", ["users", id, "logs"]) => logs::of_user(state, request, &bearer, id),
        ("GET", _) => {
            objects::get(state, request, &bearer, path).unwrap_or_else(|| Err(ApiError::usual(404)))
        }
        _ => links::write(state, request, &bearer, path)
            .or_else(|| settings::write(state, request, &bearer, path))
            .or_else(|| writes::write(state, request, &bearer, path))
            .or_else(|| match request.method.as_str() {
                "DELETE" => writes::delete_row(state, &bearer, path),
                _ => None,
            })
            .unwrap_or_else(|| Err(ApiError::usual(404))),
    };
    let reply = result.unwrap_or_else(|error| error.reply());
    match verdict {
        Some(verdict) => verdict.stamp(reply),
        None => reply,
    }
}
