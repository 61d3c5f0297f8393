//! Connections, their clients, keys and provisioning, and the profiles about them.

use super::{at, one_of, word, Sower};
use crate::api::provisioning;
use crate::connections;
use crate::ids;
use serde_json::{json, Value};

/// Sows them.
pub fn sow(sower: &mut Sower) {
    // Those that users are created in come first; the others only fill the list.
    let known = connections::all();
    for (i, connection) in known.iter().enumerate() {
        one(
            sower,
            i,
            connections::id(connection.name),
            connection.name,
            connection.strategy,
        );
    }
    let strategies = [
        "auth0",
        "samlp",
        "oidc",
        "waad",
        "okta",
        "google-apps",
        "oauth2",
    ];
    for i in known.len()..sower.scale.each.max(known.len() + 4) {
        let name = format!("{}-connection-{i}", word(i));
        one(
            sower,
            i,
            sower.id("con_", "connection", i),
            &name,
            strategies[i % strategies.len()],
        );
    }
    for i in 0..sower.scale.each {
        profiles(sower, i);
    }
    let row = json!({"id": "auth0-generic", "display_name": "Generic", "template": {"name": "Generic", "user_id": {"oidc_mapping": "sub"}, "user_attributes": {"email": {"label": "Email", "description": "Email of the user", "auth0_mapping": "email", "profile_required": true}}}});
    sower.put(&["user-attribute-profiles", "templates"], "id", row);
    let row = json!({"id": "enterprise", "display_name": "Enterprise", "template": {"name": "Enterprise", "enabled_features": ["scim"]}});
    sower.put(&["connection-profiles", "templates"], "id", row);
}

fn options(sower: &Sower, i: usize, strategy: &str) -> Value {
    let secret = ids::made("", &format!("{} idp secret {i}", sower.seed), 40);
    match strategy {
        "auth0" => json!({
            "mfa": {"active": true, "return_enroll_settings": true},
            "passwordPolicy": one_of(&["good", "fair", "excellent"], i),
            "password_history": {"size": 5, "enable": false},
            "strategy_version": 2,
            "requires_username": i == 0,
            "brute_force_protection": i % 3 != 1,
            "password_complexity_options": {"min_length": 8},
            "enabledDatabaseCustomization": i % 4 == 3,
            "customScripts": {"login": "function login(email, password, callback) { return callback(null, {}); }"},
            "import_mode": false,
            "disable_signup": i % 2 == 1,
        }),
        "samlp" => json!({
            "signInEndpoint": "https://idp.example.org/sso",
            "signingCert": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "signatureAlgorithm": "rsa-sha256",
            "digestAlgorithm": "sha256",
            "domain_aliases": ["corp.example"],
            "fieldsMap": {"email": ["http://schemas.example.org/email", "mail"]},
            "expires": "2030-01-01T00:00:00.000Z",
        }),
        "email" | "sms" => json!({
            "totp": {"length": 6, "time_step": 180},
            "brute_force_protection": true,
            "template": "{{code}} is your code",
            "from": if strategy == "sms" { "+15550000" } else { "login@example.com" },
        }),
        _ => json!({
            "client_id": format!("idp-{i}"),
            "client_secret": secret,
            "scope": ["openid", "profile", "email"],
            "issuer": format!("https://{}.example.net", word(i)),
            "set_user_root_attributes": one_of(&["on_each_login", "on_first_login", "never_on_login"], i),
            "connection_settings": {"pkce": "auto"},
        }),
    }
}

fn one(sower: &mut Sower, i: usize, id: String, name: &str, strategy: &str) {
    let enabled: Vec<String> = (0..sower.scale.each)
        .filter(|client| (client + i).is_multiple_of(2))
        .map(|client| sower.client(client))
        .collect();
    let mut row = json!({
        "id": id,
        "options": options(sower, i, strategy),
        "strategy": strategy,
        "name": name,
        "is_domain_connection": false,
        "authentication": {"active": i % 5 != 2},
        "connected_accounts": {"active": false},
        "realms": [name],
        "enabled_clients": enabled,
    });
    if i.is_multiple_of(2) {
        row["display_name"] = json!(format!("{} sign-in", word(i)));
        row["show_as_button"] = json!(i.is_multiple_of(4));
    }
    if i.is_multiple_of(3) {
        row["metadata"] = json!({"owner": word(i + 5)});
    }
    if strategy == "samlp" {
        row["provisioning_ticket_url"] = json!(format!(
            "https://simulated-tenant.example/p/samlp/{}",
            &id[4..12]
        ));
    }
    let id = sower.put(&["connections"], "id", row);
    for client in &enabled {
        let row = json!({ "client_id": client });
        sower.put(&["connections", &id, "clients"], "client_id", row);
    }
    if matches!(strategy, "samlp" | "oidc" | "okta") {
        keys(sower, i, &id, name);
    }
    if matches!(strategy, "samlp" | "oidc" | "okta" | "waad") {
        scim(sower, i, &id, name, strategy);
    }
    if strategy == "google-apps" {
        directory(sower, i, &id, name);
    }
    // For directories: there where it is online.
    if strategy == "waad" {
        sower.set(&["connections", &id, "status"], json!({}));
    }
}

fn keys(sower: &mut Sower, i: usize, id: &str, name: &str) {
    for (n, state) in ["current", "next", "previous"].iter().enumerate() {
        let print = ids::hex(&format!("{} connection key {i} {n}", sower.seed), 40).to_uppercase();
        let pairs: Vec<&str> = (0..20).map(|at| &print[at * 2..at * 2 + 2]).collect();
        let mut row = json!({
            "kid": ids::made("", &print, 43),
            "algorithm": "RS256",
            "key_use": if n == 2 { "encryption" } else { "signing" },
            "subject_dn": format!("/CN={name}"),
            "cert": format!("-----BEGIN CERTIFICATE-----\r\nMIID{n}\r\n-----END CERTIFICATE-----\r\n"),
            "fingerprint": pairs.join(":"),
            "thumbprint": print,
            "pkcs": "-----BEGIN PKCS7-----\r\nMIIB\r\n-----END PKCS7-----\r\n",
            "current_since": at(i + n),
        });
        row[*state] = json!(true);
        sower.put(&["connections", id, "keys"], "kid", row);
    }
}

fn scim(sower: &mut Sower, i: usize, id: &str, name: &str, strategy: &str) {
    let mut row = json!({
        "tenant_name": "simulated-tenant",
        "connection_id": id,
        "connection_name": name,
        "strategy": strategy,
        "updated_on": at(i + 1),
        "created_at": at(i),
    });
    provisioning::complete("scim_config", &mut row);
    sower.set(&["connections", id, "scim-configuration"], row.clone());
    sower.set(
        &["connections", id, "scim-configuration", "default-mapping"],
        json!({ "mapping": row["mapping"] }),
    );
    sower.put(&["connections-scim-configurations"], "connection_id", row);
    for n in 0..sower.scale.children {
        let row = json!({
            "token_id": sower.id("tok_", "scim token", i * 100 + n),
            "created_at": at(i + n),
            "scopes": ["get:users", "post:users", "patch:users"],
            "valid_until": if n % 2 == 0 { Value::Null } else { json!(at(50_000 + n)) },
            "last_used_at": if n % 3 == 0 { Value::Null } else { json!(at(40_000 + n)) },
        });
        sower.put(
            &["connections", id, "scim-configuration", "tokens"],
            "token_id",
            row,
        );
    }
}

fn directory(sower: &mut Sower, i: usize, id: &str, name: &str) {
    let mut row = json!({
        "connection_id": id,
        "connection_name": name,
        "strategy": "google-apps",
        "synchronize_automatically": i.is_multiple_of(2),
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    provisioning::complete("directory_provisionings", &mut row);
    if i.is_multiple_of(2) {
        row["last_synchronization_at"] = json!(at(i + 2));
        row["last_synchronization_status"] = json!("failed");
        row["last_synchronization_error"] = json!("quota exceeded");
    }
    sower.set(&["connections", id, "directory-provisioning"], row.clone());
    sower.set(
        &[
            "connections",
            id,
            "directory-provisioning",
            "default-mapping",
        ],
        json!({ "mapping": row["mapping"] }),
    );
    sower.put(
        &["connections-directory-provisionings"],
        "connection_id",
        row,
    );
    for n in 0..sower.scale.children {
        let row = json!({ "id": format!("group{n}-{}", word(n)) });
        let list = [
            "connections",
            id,
            "directory-provisioning",
            "synchronized-groups",
        ];
        sower.put(&list, "id", row);
    }
}

fn profiles(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("cop_", "connection profile", i),
        "name": format!("{} profile", word(i)),
        "organization": {"show_as_button": "required", "assign_membership_on_login": "optional"},
        "connection_name_prefix_template": "{org_name}-",
        "enabled_features": if i.is_multiple_of(2) { json!(["scim", "universal_logout"]) } else { json!([]) },
        "connection_config": {},
        "strategy_overrides": if i.is_multiple_of(2) { Value::Null } else { json!({"okta": {"enabled_features": ["scim"]}}) },
    });
    sower.put(&["connection-profiles"], "id", row);
    let row = json!({
        "id": sower.long_id("uap_", "attribute profile", i),
        "name": format!("{} attributes", word(i)),
        "user_id": {"oidc_mapping": "sub", "saml_mapping": ["http://schemas.example.org/nameidentifier"], "scim_mapping": "externalId"},
        "user_attributes": {"email": {"label": "Email", "description": "Email of the user", "auth0_mapping": "email", "profile_required": true}},
    });
    sower.put(&["user-attribute-profiles"], "id", row);
    let mut row = json!({
        "id": sower.long_id("ssp_", "self service", i),
        "name": format!("{} sign-on", word(i)),
        "user_attributes": [{"name": "email", "description": "Email of the user", "is_optional": i.is_multiple_of(2)}],
        "allowed_strategies": ["oidc", "samlp"],
        "created_at": at(i),
        "updated_at": at(i + 1),
        "branding": {"logo_url": "https://example.com/logo.png", "colors": {"primary": "#19aecc"}},
    });
    if i.is_multiple_of(2) {
        row["user_attribute_profile_id"] = json!(sower.long_id("uap_", "attribute profile", i));
        row["description"] = json!("Lets a customer connect its own directory");
    }
    let profile = sower.put(&["self-service-profiles"], "id", row);
    sower.set(
        &[
            "self-service-profiles",
            &profile,
            "custom-text",
            "en",
            "get-started",
        ],
        json!({"introduction": "Welcome!"}),
    );
    let row = json!({
        "id": sower.id("tep_", "exchange profile", i),
        "name": format!("{} exchange", word(i)),
        "type": "custom_authentication",
        "subject_token_type": format!("urn:example:{}", word(i)),
        "action_id": sower.uuid("action", i),
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["token-exchange-profiles"], "id", row);
}
