//! Applications, APIs, client grants, custom domains.

use super::{at, one_of, word, Sower};
use crate::ids;
use serde_json::{json, Value};

const KINDS: [&str; 4] = ["regular_web", "spa", "native", "non_interactive"];

/// Sows them.
pub fn sow(sower: &mut Sower) {
    for i in 0..sower.scale.each {
        client(sower, i);
        resource_server(sower, i);
        client_grant(sower, i);
        custom_domain(sower, i);
    }
    sower.put(
        &["clients"],
        "client_id",
        json!({
            "tenant": "simulated-tenant",
            "global": true,
            "callbacks": [],
            "is_first_party": true,
            "name": "All Applications",
            "oidc_conformant": false,
            "owners": ["mr|simulator"],
            "custom_login_page": "TEST123",
            "cross_origin_authentication": true,
            "signing_keys": [{"cert": "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n", "pkcs7": "-----BEGIN PKCS7-----\r\nMIIB\r\n-----END PKCS7-----\r\n", "subject": "/CN=simulated-tenant"}],
            "client_id": ids::made("", &format!("{} global client", sower.seed), 32),
            "callback_url_template": false,
            "client_secret": ids::made("", "global secret", 64),
            "custom_login_page_on": true,
        }),
    );
    sower.put(
        &["resource-servers"],
        "id",
        json!({
            "id": ids::hex("management api", 24),
            "name": "Auth0 Management API",
            "identifier": "https://simulated-tenant.example/api/v2/",
            "allow_offline_access": false,
            "skip_consent_for_verifiable_first_party_clients": false,
            "subject_type_authorization": {"client": {"policy": "require_client_grant"}, "user": {"policy": "allow_all"}},
            "token_lifetime": 86400,
            "token_lifetime_for_web": 7200,
            "signing_alg": "RS256",
            "scopes": crate::scopes::SCOPES.iter().take(20).map(|scope| json!({"value": scope, "description": scope.replace([':', '_'], " ")})).collect::<Vec<Value>>(),
            "is_system": true,
        }),
    );
}

fn client(sower: &mut Sower, i: usize) {
    let mut dice = sower.dice("client", i);
    let kind = KINDS[i % KINDS.len()];
    let host = format!("https://{}{i}.example.com", word(i));
    let grants: &[&str] = match kind {
        "non_interactive" => &["client_credentials"],
        "spa" => &["authorization_code", "refresh_token"],
        _ => &[
            "authorization_code",
            "implicit",
            "refresh_token",
            "client_credentials",
        ],
    };
    let mut row = json!({
        "tenant": "simulated-tenant",
        "global": false,
        "is_token_endpoint_ip_header_trusted": false,
        "name": format!("{} App {i}", word(i)),
        "is_first_party": i % 6 != 5,
        "oidc_conformant": true,
        "sso_disabled": false,
        "cross_origin_auth": false,
        "refresh_token": {
            "expiration_type": if kind == "spa" { "expiring" } else { "non-expiring" },
            "leeway": 0,
            "infinite_token_lifetime": kind != "spa",
            "infinite_idle_token_lifetime": true,
            "token_lifetime": 2592000,
            "idle_token_lifetime": 1296000,
            "rotation_type": if kind == "spa" { "rotating" } else { "non-rotating" },
        },
        "signing_keys": [{"cert": format!("-----BEGIN CERTIFICATE-----\r\nMIIC{i}\r\n-----END CERTIFICATE-----\r\n"), "pkcs7": "-----BEGIN PKCS7-----\r\nMIIB\r\n-----END PKCS7-----\r\n", "subject": "/CN=simulated-tenant"}],
        "client_id": sower.client(i),
        "callback_url_template": false,
        "client_secret": ids::made("", &format!("{} secret {i}", sower.seed), 64),
        "jwt_configuration": {"alg": if i % 5 == 4 { "HS256" } else { "RS256" }, "lifetime_in_seconds": 36000, "secret_encoded": false},
        "token_endpoint_auth_method": match kind { "spa" | "native" => "none", _ => "client_secret_post" },
        "app_type": kind,
        "grant_types": grants,
        "custom_login_page_on": true,
    });
    let mut more = |key: &str, value: Value, percent: usize| {
        if dice.chance(percent) {
            row[key] = value;
        }
    };
    more(
        "description",
        json!(format!("Sells {} to \"everybody\"", word(i + 3))),
        60,
    );
    more(
        "callbacks",
        json!([format!("{host}/callback"), "http://localhost:3000"]),
        80,
    );
    more("allowed_logout_urls", json!([host.clone()]), 70);
    more("web_origins", json!([host.clone()]), 50);
    more("allowed_origins", json!([]), 50);
    more("allowed_clients", json!([]), 40);
    more("client_aliases", json!([]), 50);
    more(
        "client_metadata",
        json!({"team": word(i + 1), "cost_center": format!("{}", 100 + i)}),
        50,
    );
    more("logo_uri", json!(format!("{host}/logo.png")), 40);
    more("initiate_login_uri", json!(format!("{host}/login")), 30);
    more(
        "organization_usage",
        json!(one_of(&["deny", "allow", "require"], i)),
        60,
    );
    more("organization_require_behavior", json!("no_prompt"), 40);
    more(
        "native_social_login",
        json!({"apple": {"enabled": false}, "facebook": {"enabled": false}}),
        60,
    );
    more(
        "mobile",
        json!({"ios": {"team_id": "9JA89QQLNQ", "app_bundle_identifier": "com.example.app"}}),
        20,
    );
    more(
        "addons",
        json!({"samlp": {"audience": format!("urn:{}", word(i)), "mappings": {"email": "mail"}, "lifetimeInSeconds": 3600}}),
        20,
    );
    more(
        "oidc_logout",
        json!({"backchannel_logout_urls": [format!("{host}/bye")], "backchannel_logout_initiators": {"mode": "all"}}),
        30,
    );
    more("require_pushed_authorization_requests", json!(false), 40);
    more(
        "require_proof_of_possession",
        json!(i.is_multiple_of(2)),
        20,
    );
    more("compliance_level", Value::Null, 20);
    more("default_organization", Value::Null, 20);
    more(
        "session_transfer",
        json!({"can_create_session_transfer_token": false, "allowed_authentication_methods": ["cookie", "query"], "enforce_device_binding": "ip"}),
        20,
    );
    more(
        "token_quota",
        json!({"client_credentials": {"enforce": true, "per_day": 500, "per_hour": 50}}),
        20,
    );
    more(
        "async_approval_notification_channels",
        json!(["guardian-push"]),
        30,
    );
    more(
        "skip_non_verifiable_callback_uri_confirmation_prompt",
        json!(true),
        20,
    );
    more("sso", json!(false), 40);
    more(
        "client_authentication_methods",
        json!({"private_key_jwt": {"credentials": [{"id": "cred_example"}]}}),
        20,
    );
    more("cross_origin_authentication", json!(true), 50);
    more("cross_origin_loc", json!(""), 20);
    more("custom_login_page", json!("<html>"), 20);
    more("custom_login_page_preview", json!(""), 10);
    more("form_template", json!("<form>"), 10);
    more(
        "token_exchange",
        json!({"allow_any_profile_of_type": ["custom_authentication"]}),
        20,
    );
    more("encryption_key", Value::Null, 15);
    more("signed_request_object", json!({"required": false}), 15);
    more("organization_discovery_methods", json!(["email"]), 15);
    more("fedcm_login", json!({"google": {"is_enabled": false}}), 15);
    more("third_party_security_mode", json!("strict"), 10);
    more("resource_server_identifier", json!("urn:example:api"), 10);
    let id = sower.put(&["clients"], "client_id", row);
    if kind == "regular_web" {
        for n in 0..sower.scale.children {
            let row = json!({
                "id": sower.long_id("cred_", "credential", i * 100 + n),
                "credential_type": "public_key",
                "kid": ids::made("", &format!("{} kid {i} {n}", sower.seed), 43),
                "alg": one_of(&["RS256", "RS384", "PS256"], n),
                "name": format!("key {n}"),
                "created_at": at(i + n),
                "updated_at": at(i + n + 1),
                "expires_at": if n == 0 { json!("2095-05-13T09:33:13.000Z") } else { json!(at(90_000 + n)) },
            });
            sower.put(&["clients", &id, "credentials"], "id", row);
        }
    }
}

/// The identifier of the `i`th API.
pub fn audience(i: usize) -> String {
    format!("https://api.{}{i}.example.com/", word(i))
}

/// The scope values of the `i`th API.
pub fn permissions(i: usize) -> Vec<String> {
    let noun = word(i + 2);
    ["read", "write", "delete"]
        .iter()
        .map(|verb| format!("{verb}:{noun}"))
        .collect()
}

fn resource_server(sower: &mut Sower, i: usize) {
    let scopes: Vec<Value> = permissions(i)
        .into_iter()
        .enumerate()
        .map(|(n, value)| match n {
            // Recorded: a scope may come without its description.
            2 => json!({"value": value}),
            _ => json!({"value": value, "description": format!("May {}", value.replace(':', " "))}),
        })
        .collect();
    let mut row = json!({
        "id": ids::hex(&format!("{} api {i}", sower.seed), 24),
        "name": format!("{} API {i}", word(i)),
        "identifier": audience(i),
        "allow_offline_access": i.is_multiple_of(2),
        "skip_consent_for_verifiable_first_party_clients": true,
        "subject_type_authorization": {"client": {"policy": "require_client_grant"}, "user": {"policy": "allow_all"}},
        "token_lifetime": 86400 / (i % 4 + 1),
        "token_lifetime_for_web": 7200,
        "signing_alg": if i % 3 == 2 { "HS256" } else { "RS256" },
        "scopes": scopes,
        "is_system": false,
    });
    if i % 3 == 2 {
        row["signing_secret"] = json!(ids::made("", &format!("signing {i}"), 32));
    }
    if i.is_multiple_of(2) {
        row["enforce_policies"] = json!(true);
        row["token_dialect"] = json!("access_token_authz");
    }
    if i % 4 == 1 {
        row["authorization_details"] = json!([{"type": "payment"}]);
        row["proof_of_possession"] = json!({"mechanism": "dpop", "required": false});
        row["token_encryption"] = Value::Null;
        row["consent_policy"] = Value::Null;
    }
    sower.put(&["resource-servers"], "id", row);
}

fn client_grant(sower: &mut Sower, i: usize) {
    let mut row = json!({
        "id": sower.id("cgr_", "client grant", i),
        "client_id": sower.client(i),
        "audience": audience(i / 2),
        "scope": if i % 5 == 4 { Vec::new() } else { permissions(i / 2) },
        "subject_type": if i % 3 == 1 { "user" } else { "client" },
    });
    if i % 3 != 1 {
        row["organization_usage"] = json!(one_of(&["deny", "allow", "require"], i));
        row["allow_any_organization"] = json!(i.is_multiple_of(2));
    } else {
        row["allow_all_scopes"] = json!(false);
    }
    if i % 4 == 3 {
        row["is_system"] = json!(true);
        row["authorization_details_types"] = json!(["payment"]);
    }
    sower.put(&["client-grants"], "id", row);
}

fn custom_domain(sower: &mut Sower, i: usize) {
    let id = sower.id("cd_", "custom domain", i);
    let domain = format!("login.{}{i}.example.com", word(i));
    let mut row = json!({
        "custom_domain_id": id,
        "domain": domain,
        "primary": i == 0,
        "is_default": i == 0,
        "status": if i % 3 == 1 { "pending_verification" } else { "ready" },
        "type": if i.is_multiple_of(2) { "auth0_managed_certs" } else { "self_managed_certs" },
        "verification": {"methods": [{"name": "CNAME", "record": format!("simulated-tenant-{}.edge.tenants.example", id.to_lowercase().replace('_', "-")), "domain": domain}]},
        "tls_policy": "recommended",
        "domain_metadata": {"region": word(i)},
        "created_at": at(i),
    });
    if i.is_multiple_of(2) {
        row["certificate"] = json!({"status": "provisioned", "certificate_authority": "letsencrypt", "renews_before": "2026-02-04T23:31:22Z"});
    } else {
        row["origin_domain_name"] = json!(format!(
            "{}.edge.tenants.example",
            id.to_lowercase().replace('_', "-")
        ));
        row["relying_party_identifier"] = json!("example.com");
        row["custom_client_ip_header"] = if i % 4 == 1 {
            Value::Null
        } else {
            json!("true-client-ip")
        };
    }
    if i == 0 {
        sower.set(&["custom-domains", "default"], row.clone());
    }
    sower.put(&["custom-domains"], "custom_domain_id", row);
}
