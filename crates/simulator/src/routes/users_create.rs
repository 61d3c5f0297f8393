//! Creating users.

use super::users::{idp_tokens, occupied};
use crate::auth::Bearer;
use crate::connections::{self, Connection};
use crate::errors::ApiError;
use crate::ids::hex;
use crate::json::{self, quote, Object};
use crate::profile;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::tenant::Tenant;
use crate::time;

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
    if email.is_none() && username.is_none() && phone.is_none() {
        return Err(ApiError::body("'Missing required property: email'"));
    }

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

    let user = compose(&sent, connection, &rest, &id);
    let user = tenant.put(&id, user.text(), config.index_lag);
    Ok(Reply::raw(201, user.raw(idp_tokens(bearer)).clone()))
}

/// A user as the API makes it of what was sent, whatever else it leaves out.
pub fn compose(sent: &Object, connection: Connection, rest: &str, id: &str) -> Object {
    let text = |key: &str| sent.get(key).and_then(json::string);
    let email = text("email").map(|email| email.to_lowercase());
    let username = text("username").map(|username| username.to_lowercase());
    let phone = text("phone_number");
    let shown = email.clone().or(username.clone()).or(phone.clone());
    let shown = shown.unwrap_or_default();
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
            quote(rest),
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
    user.set("user_id", quote(id));
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
    user
}

/// 24 hexadecimal digits that no user of the tenant has.
pub fn new_id(tenant: &Tenant) -> String {
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
