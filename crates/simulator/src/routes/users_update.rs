//! Changing and deleting users.

use super::users::{idp_tokens, occupied};
use crate::auth::Bearer;
use crate::connections::{self, Connection};
use crate::errors::ApiError;
use crate::json::{self, quote, Object};
use crate::metadata;
use crate::profile;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::tenant::Tenant;
use crate::time;

/// PATCH /users/{id}
pub fn update(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    id: &str,
) -> Result<Reply, ApiError> {
    const SCOPES: &[&str] = &[
        "update:users",
        "update:users_app_metadata",
        "update:current_user_metadata",
    ];
    bearer.need(SCOPES)?;
    let sent = profile::for_update(&request.body)?;
    let only = |property: &str| sent.iter().all(|(key, _)| key == property);
    let allowed = bearer.may("update:users")
        || (bearer.may("update:users_app_metadata") && only("app_metadata"))
        || (bearer.may("update:current_user_metadata")
            && bearer.subject == id
            && only("user_metadata"));
    if !allowed {
        return Err(ApiError::scope(&SCOPES[..1]));
    }
    let mut tenant = lock(&state.tenant);
    let before = tenant.user(id).ok_or_else(ApiError::no_user)?;
    let mut user = std::str::from_utf8(before.raw(true))
        .ok()
        .and_then(Object::parse)
        .ok_or_else(|| ApiError::usual(500))?;
    let connection = home(&user);
    check_connection(&tenant, &sent, connection, id)?;
    apply(&mut user, &sent);
    let user = tenant.put(id, user.text(), lock(&state.config).index_lag);
    Ok(Reply::raw(200, user.raw(idp_tokens(bearer)).clone()))
}

/// DELETE /users/{id}: 204 whether or not there was such a user.
pub fn delete(state: &State, bearer: &Bearer, id: &str) -> Result<Reply, ApiError> {
    bearer.need(&["delete:users", "delete:current_user"])?;
    if !bearer.may("delete:users") && bearer.subject != id {
        return Err(ApiError::scope(&["delete:users"]));
    }
    let lag = lock(&state.config).index_lag;
    lock(&state.tenant).remove(id, lag);
    Ok(Reply::empty())
}

/// Fails when the user's connection does not let the API change what was sent.
fn check_connection(
    tenant: &Tenant,
    sent: &Object,
    connection: Connection,
    id: &str,
) -> Result<(), ApiError> {
    let unsupported = |what: String| Err(ApiError::new(400, "operation_not_supported", what));
    let strategy = connection.strategy;
    if sent.get("email_verified").is_some() && matches!(strategy, "samlp" | "oidc" | "sms") {
        return unsupported("Email verification is not supported for enterprise users".into());
    }
    if !connections::owned(strategy) {
        let profile = [
            "email",
            "username",
            "password",
            "phone_number",
            "name",
            "nickname",
            "given_name",
            "family_name",
            "picture",
        ];
        let refused: Vec<&str> = profile
            .into_iter()
            .filter(|key| sent.get(key).is_some())
            .collect();
        if !refused.is_empty() {
            let list = refused.join(", ");
            let name = connection.name;
            return unsupported(format!("The following user attributes cannot be updated: {list}. The connection ({name}) must either be a database connection (using the Auth0 store), a passwordless connection (email or sms) or has disabled 'Sync user profile attributes at each login'. For more information, see https://auth0.com/docs/dashboard/guides/connections/configure-connection-sync"));
        }
    }
    if sent.get("username").is_some_and(|v| v != "null") && !connection.usernames {
        return Err(ApiError::new(
            400,
            "invalid_body",
            "Cannot set username for connection without requires_username.",
        ));
    }
    if let Some(password) = sent.get("password").and_then(json::string) {
        profile::check_password(&password)?;
    }
    for key in ["email", "username"] {
        let Some(value) = sent.get(key).and_then(json::string) else {
            continue;
        };
        if occupied(tenant, connection, key, &value.to_lowercase(), Some(id)) {
            return Err(ApiError::new(
                400,
                "auth0_idp_error",
                format!("The specified new {key} already exists"),
            ));
        }
    }
    Ok(())
}

fn apply(user: &mut Object, sent: &Object) {
    let now = quote(&time::format(time::now_millis()));
    for (key, value) in sent.iter() {
        match key {
            // They accompany a change and are not kept.
            "connection" | "client_id" | "verify_email" | "verify_phone_number" => {}
            "password" => {
                user.set("last_password_reset", now.clone());
                // A new password lifts an administrator's block.
                if user.get("blocked").is_some() && sent.get("blocked").is_none() {
                    user.set("blocked", "false");
                }
            }
            "app_metadata" | "user_metadata" => metadata::merge(user, key, value),
            _ if value == "null" => user.remove(key),
            "email" | "username" => {
                let text = json::string(value).unwrap_or_default();
                user.set(key, quote(&text.to_lowercase()));
            }
            _ => user.set(key, value),
        }
    }
    user.set("updated_at", now);
}

/// The connection of the user's first identity; one that the tenant does not know counts as a database.
fn home(user: &Object) -> Connection {
    let first = user
        .get("identities")
        .and_then(json::elements)
        .and_then(|all| Object::parse(all.first()?));
    let name = first.and_then(|identity| json::string(identity.get("connection")?));
    name.and_then(|name| connections::find(&name))
        .unwrap_or(connections::DATABASE)
}
