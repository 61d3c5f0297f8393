//! Creating, changing and deleting users.

use super::users::idp_tokens;
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
use ring::digest::{digest, SHA256};
use std::fmt::Write;

/// POST /users
pub fn create(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(&["create:users"])?;
    let sent = profile::for_create(&request.body)?;
    let config = state.config();
    if config.custom_domain_conflict && request.header("auth0-custom-domain").is_none() {
        return Err(ApiError::new(
            409,
            "custom_domain_conflict",
            "The tenant has multiple verified custom domains.",
        ));
    }
    let text = |key: &str| sent.get(key).and_then(json::string);
    let name = text("connection").unwrap_or_default();
    let connection = connections::find(&name).ok_or_else(|| {
        ApiError::new(
            400,
            "inexistent_connection",
            "The connection does not exist.",
        )
    })?;
    let refuse = |what: &str| ApiError::new(400, "invalid_body", what);
    if !connection.enabled {
        return Err(refuse("Connection is disabled."));
    }
    if !connections::owned(connection.strategy) {
        return Err(refuse(
            "Connection does not support user creation through the API. It must either be a database or passwordless connection.",
        ));
    }
    let required: &[&str] = match connection.strategy {
        "auth0" => &["password"],
        "sms" => &["phone_number"],
        _ => &["email"],
    };
    for key in required {
        if sent.get(key).is_none() {
            return Err(ApiError::body(format!(
                "'Missing required property: {key}'"
            )));
        }
    }
    if sent.get("username").is_some() && !connection.usernames {
        return Err(refuse(
            "Cannot set username for connection without requires_username.",
        ));
    }
    if let Some(password) = text("password") {
        profile::check_password(&password)?;
    }
    let email = text("email").map(|email| email.to_lowercase());
    let username = text("username").map(|username| username.to_lowercase());
    let phone = text("phone_number");
    let Some(shown) = email.clone().or(username.clone()).or(phone.clone()) else {
        return Err(ApiError::body("'Missing required property: email'"));
    };

    let mut tenant = lock(&state.tenant);
    let rest = text("user_id").unwrap_or_else(|| new_id(&tenant));
    let id = format!("{}|{rest}", connection.strategy);
    let taken = |key, value: &Option<String>| {
        value
            .as_ref()
            .is_some_and(|value| occupied(&tenant, connection, key, value, None))
    };
    if tenant.user(&id).is_some()
        || taken("email", &email)
        || taken("username", &username)
        || (connection.strategy == "sms" && taken("phone_number", &phone))
    {
        return Err(ApiError::new(
            409,
            "auth0_idp_error",
            "The user already exists.",
        ));
    }

    let now = quote(&time::format(time::now_millis()));
    let mut user = Object::default();
    user.set("created_at", now.clone());
    if let Some(email) = &email {
        user.set("email", quote(email));
        user.set(
            "email_verified",
            sent.get("email_verified").unwrap_or("false"),
        );
    }
    for key in ["family_name", "given_name"] {
        if let Some(value) = sent.get(key) {
            user.set(key, value);
        }
    }
    user.set(
        "identities",
        format!(
            r#"[{{"connection":{},"user_id":{},"provider":"{}","isSocial":false}}]"#,
            quote(connection.name),
            quote(&rest),
            connection.strategy
        ),
    );
    let nickname = shown.split('@').next().unwrap_or_default();
    let picture = avatar(&shown);
    for (key, default) in [
        ("name", shown.as_str()),
        ("nickname", nickname),
        ("picture", &picture),
    ] {
        match sent.get(key) {
            Some(value) => user.set(key, value),
            None => user.set(key, quote(default)),
        }
    }
    user.set("updated_at", now);
    user.set("user_id", quote(&id));
    if let Some(phone) = &phone {
        user.set("phone_number", quote(phone));
        user.set(
            "phone_verified",
            sent.get("phone_verified").unwrap_or("false"),
        );
    }
    if let Some(username) = &username {
        user.set("username", quote(username));
    }
    for key in ["user_metadata", "blocked", "app_metadata"] {
        if let Some(value) = sent.get(key) {
            user.set(key, value);
        }
    }
    let user = tenant.put(&id, user.text(), config.index_lag);
    Ok(Reply::raw(201, user.raw(idp_tokens(bearer)).clone()))
}

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

/// True when another user of the connection has this value.
fn occupied(
    tenant: &Tenant,
    connection: Connection,
    key: &str,
    value: &str,
    but: Option<&str>,
) -> bool {
    let candidates = if key == "email" {
        tenant.users_by_email(value)
    } else {
        tenant.users()
    };
    let marker = format!(r#""connection":{}"#, quote(connection.name));
    candidates.iter().any(|user| {
        but != Some(&*user.id)
            && user.text(&tenant.keys, key).as_deref() == Some(value)
            && user
                .get(&tenant.keys, "identities")
                .is_some_and(|identities| identities.contains(&marker))
    })
}

/// 24 hexadecimal digits that no user of the tenant has.
fn new_id(tenant: &Tenant) -> String {
    let seed = format!("{} {}", time::now_millis(), tenant.written());
    hex(&seed, 24)
}

fn avatar(shown: &str) -> String {
    let initials: String = shown
        .chars()
        .take(2)
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!(
        "https://s.gravatar.com/avatar/{}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Favatars%2F{initials}.png",
        hex(shown, 32)
    )
}

fn hex(text: &str, length: usize) -> String {
    let mut out = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        let _ = write!(out, "{byte:02x}");
    }
    out.truncate(length);
    out
}
