//! What new objects get that was not sent.

use super::writes::Made;
use crate::ids;
use crate::time;
use serde_json::{json, Map, Value};

type Row = Map<String, Value>;

fn put(row: &mut Row, key: &str, value: Value) {
    row.entry(key).or_insert(value);
}

fn all(row: &mut Row, defaults: Value) {
    if let Value::Object(defaults) = defaults {
        for (key, value) in defaults {
            put(row, &key, value);
        }
    }
}

/// Nothing.
pub fn nothing(_: &mut Row, _: &Made) {}

/// When it was made.
pub fn stamps(row: &mut Row, made: &Made) {
    all(row, json!({"created_at": made.now, "updated_at": made.now}));
}

/// A key whose value is not shown again.
pub fn network_acl_key(row: &mut Row, made: &Made) {
    row.remove("value");
    put(row, "fingerprint", ids::hex(made.secret, 40).into());
    stamps(row, made);
}

/// An agent, which does not say what application it was made from.
pub fn agent(row: &mut Row, made: &Made) {
    row.remove("client_id");
    put(row, "metadata", json!({}));
    stamps(row, made);
}

/// One of the tenant's own that is not in use yet.
pub fn draft(row: &mut Row, made: &Made) {
    all(row, json!({"type": "self", "status": "draft"}));
    stamps(row, made);
}

/// An experiment that has not begun.
pub fn experiment(row: &mut Row, made: &Made) {
    let new = json!({
        "allocation_strategy": "percentage",
        "allocations": [],
        "editable_fields": ["name", "description"],
        "is_valid": false,
        "status": "draft",
    });
    all(row, new);
    stamps(row, made);
}

/// A role of the tenant.
pub fn role(row: &mut Row, _: &Made) {
    put(row, "type", json!("tenant"));
}

/// An invitation that can be accepted for a week unless it said otherwise.
pub fn invitation(row: &mut Row, made: &Made) {
    let seconds = row.remove("ttl_sec").and_then(|ttl| ttl.as_i64());
    row.remove("send_invitation_email");
    let expires = time::now_millis() + seconds.unwrap_or(604_800) * 1000;
    let (ticket, organization) = (made.secret, made.parent);
    all(
        row,
        json!({
            "organization_id": organization,
            "ticket_id": ticket,
            "invitation_url": format!("{}/login?invitation={ticket}&organization={organization}", made.base),
            "created_at": made.now,
            "expires_at": time::format(expires),
        }),
    );
}

/// A connection that members do not get by signing in.
pub fn organization_connection(row: &mut Row, _: &Made) {
    all(
        row,
        json!({
            "assign_membership_on_login": false,
            "show_as_button": true,
            "is_signup_enabled": false,
            "is_enabled": true,
            "organization_access_level": "none",
        }),
    );
}

/// A domain that has to be proved.
pub fn discovery_domain(row: &mut Row, made: &Made) {
    let domain = row["domain"].as_str().unwrap_or_default().to_string();
    all(
        row,
        json!({
            "status": "pending",
            "verification_host": format!("_ss-verification.{}.{domain}", made.parent),
            "verification_txt": ids::hex(made.secret, 32),
        }),
    );
}

/// An application as the API makes it when only its name is known.
pub fn client(row: &mut Row, made: &Made) {
    let public = matches!(
        row.get("app_type").and_then(Value::as_str),
        Some("spa" | "native")
    );
    all(
        row,
        json!({
            "tenant": "simulated-tenant",
            "global": false,
            "is_token_endpoint_ip_header_trusted": false,
            "is_first_party": true,
            "oidc_conformant": false,
            "sso_disabled": false,
            "cross_origin_auth": false,
            "refresh_token": {
                "expiration_type": "non-expiring",
                "leeway": 0,
                "infinite_token_lifetime": true,
                "infinite_idle_token_lifetime": true,
                "token_lifetime": 31557600,
                "idle_token_lifetime": 2592000,
                "rotation_type": "non-rotating",
            },
            "signing_keys": [{"cert": "-----BEGIN CERTIFICATE-----\r\nMIIC\r\n-----END CERTIFICATE-----\r\n", "subject": "/CN=simulated-tenant"}],
            "callback_url_template": false,
            "client_secret": made.secret,
            "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": false},
            "token_endpoint_auth_method": if public { "none" } else { "client_secret_post" },
            "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials"],
            "custom_login_page_on": true,
        }),
    );
}

/// A key of an application.
pub fn credential(row: &mut Row, made: &Made) {
    row.remove("pem");
    row.remove("parse_expiry_from_cert");
    if row["credential_type"] == "public_key" {
        put(row, "alg", json!("RS256"));
        put(row, "kid", json!(ids::made("", made.secret, 43)));
    }
    stamps(row, made);
}

/// A connection without clients.
pub fn connection(row: &mut Row, _: &Made) {
    let name = row["name"].clone();
    all(
        row,
        json!({
            "options": {},
            "is_domain_connection": false,
            "authentication": {"active": true},
            "connected_accounts": {"active": false},
            "realms": [name],
            "enabled_clients": [],
        }),
    );
}

/// An API whose tokens live a day.
pub fn resource_server(row: &mut Row, made: &Made) {
    if row.get("signing_alg").and_then(Value::as_str) == Some("HS256") {
        put(row, "signing_secret", json!(made.secret));
    }
    all(
        row,
        json!({
            "allow_offline_access": false,
            "skip_consent_for_verifiable_first_party_clients": false,
            "subject_type_authorization": {"client": {"policy": "require_client_grant"}, "user": {"policy": "allow_all"}},
            "token_lifetime": 86400,
            "token_lifetime_for_web": 7200,
            "signing_alg": "RS256",
            "is_system": false,
        }),
    );
}

/// A grant for the client itself.
pub fn client_grant(row: &mut Row, _: &Made) {
    all(row, json!({"scope": [], "subject_type": "client"}));
}

/// An action that is built and not deployed.
pub fn action(row: &mut Row, made: &Made) {
    row.remove("deploy");
    hide_secrets(row, made.now);
    all(
        row,
        json!({
            "created_at": made.now.replace('Z', "000321Z"),
            "updated_at": made.now.replace('Z', "000321Z"),
            "code": "",
            "dependencies": [],
            "runtime": "node22",
            "status": "built",
            "secrets": [],
            "all_changes_deployed": false,
        }),
    );
}

/// Secrets are shown by name and time only.
pub fn hide_secrets(row: &mut Row, now: &str) {
    if let Some(secrets) = row.get_mut("secrets").and_then(Value::as_array_mut) {
        for secret in secrets {
            *secret = json!({"name": secret["name"], "updated_at": now});
        }
    }
}

/// A stream that has begun.
pub fn log_stream(row: &mut Row, _: &Made) {
    row.remove("startFrom");
    put(row, "status", json!("active"));
    put(row, "name", json!("Log stream"));
}

/// A domain that is not verified yet.
pub fn custom_domain(row: &mut Row, made: &Made) {
    row.remove("verification_method");
    let domain = row["domain"].clone();
    all(
        row,
        json!({
            "primary": false,
            "is_default": false,
            "status": "pending_verification",
            "verification": {"methods": [{"name": "CNAME", "record": format!("simulated-tenant-{}.edge.tenants.example", made.id.to_lowercase()), "domain": domain}]},
            "tls_policy": "recommended",
            "created_at": made.now,
        }),
    );
}

/// A rule that runs.
pub fn rule(row: &mut Row, _: &Made) {
    all(
        row,
        json!({"order": 1, "enabled": true, "stage": "login_success"}),
    );
}

/// A stream that is enabled.
pub fn event_stream(row: &mut Row, made: &Made) {
    all(row, json!({"status": "enabled", "subscriptions": []}));
    stamps(row, made);
}

/// A way to sign in that its user has not tried yet.
pub fn authentication_method(row: &mut Row, made: &Made) {
    row.remove("totp_secret");
    all(row, json!({"confirmed": true, "created_at": made.now}));
}

/// A module that is not published unless it said so.
pub fn module(row: &mut Row, made: &Made) {
    let published = row.remove("publish") == Some(Value::Bool(true));
    row.remove("api_version");
    hide_secrets(row, made.now);
    all(
        row,
        json!({
            "dependencies": [],
            "secrets": [],
            "actions_using_module_total": 0,
            "all_changes_published": published,
            "latest_version_number": i32::from(published),
        }),
    );
    stamps(row, made);
}

/// A connection to another service, whose secrets are not shown.
pub fn vault_connection(row: &mut Row, made: &Made) {
    let ready = row.remove("setup").is_some();
    put(row, "ready", json!(ready));
    stamps(row, made);
}

/// A token that is shown this once.
pub fn scim_token(row: &mut Row, made: &Made) {
    row.remove("token_lifetime");
    all(
        row,
        json!({"token": made.secret, "scopes": [], "created_at": made.now}),
    );
}

/// A key that is not in use yet.
pub fn encryption_key(row: &mut Row, made: &Made) {
    put(row, "state", json!("pre-activation"));
    stamps(row, made);
}

/// A provider whose credentials are not shown.
pub fn phone_provider(row: &mut Row, made: &Made) {
    row.remove("credentials");
    all(
        row,
        json!({"tenant": "simulated-tenant", "channel": "phone", "disabled": false}),
    );
    stamps(row, made);
}

/// A template of the tenant's own.
pub fn phone_template(row: &mut Row, _: &Made) {
    all(
        row,
        json!({"tenant": "simulated-tenant", "channel": "phone", "customizable": true, "disabled": false}),
    );
}
