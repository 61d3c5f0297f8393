//! Documents of the form that Auth0 asks for, where any object would not do: its SDK refuses to read another.

use serde_json::{json, Value};

/// The `nth` document of a column, if it has a form.
pub fn document(object: &str, column: &str, nth: i64) -> Option<Value> {
    let (even, name) = (nth % 2 == 0, format!("n{nth}"));
    let either = |one: &str, other: &str| json!(if even { one } else { other });
    Some(match (object, column) {
        ("organizations", "metadata")
        | ("connections", "metadata")
        | ("custom_domains", "domain_metadata") => json!({ "key": name }),
        (_, "token_quota") => quota(nth),
        ("tenant_settings", "default_token_quota") => json!({"clients": quota(nth)}),
        ("tenant_settings", "session_cookie") => {
            json!({"mode": either("persistent", "non-persistent")})
        }
        ("clients", column) => client(column, nth)?,
        ("resource_servers", "scopes") => {
            json!([{"value": format!("read:{name}"), "description": "Reads"}])
        }
        ("resource_servers", "token_encryption") => {
            let key = json!({"name": name, "alg": "RSA-OAEP-256", "kid": name, "pem": "PEM"});
            json!({"format": "compact-nested-jwe", "encryption_key": key})
        }
        ("resource_servers", "authorization_details") => json!([{ "type": name }]),
        ("resource_servers", "proof_of_possession") => {
            json!({"mechanism": either("mtls", "dpop"), "required": even})
        }
        ("resource_servers", "authorization_policy") => json!({ "policy_id": name }),
        ("self_service_profiles", "user_attributes") => {
            json!([{"name": name, "description": "An attribute", "is_optional": even}])
        }
        ("user_attribute_profiles", "user_attributes") => json!({name: {
            "description": "An attribute", "label": "Attribute", "profile_required": even, "auth0_mapping": "email",
        }}),
        ("connections", "authentication" | "cross_app_access_requesting_app") => {
            json!({ "active": even })
        }
        ("connections", "connected_accounts") => {
            json!({"active": even, "cross_app_access": !even})
        }
        ("connections", "cross_app_access_resource_app") => {
            json!({"status": either("enabled", "disabled")})
        }
        ("connection_scim_configurations", "mapping") => {
            json!([{"auth0": "preferred_username", "scim": name}])
        }
        ("connection_directory_provisionings", "mapping") => {
            json!([{"auth0": "email", "idp": name}])
        }
        ("actions", "supported_triggers") => {
            json!([{"id": either("post-login", "credentials-exchange"), "version": "v3"}])
        }
        ("actions" | "action_modules", "dependencies") => {
            json!([{"name": "lodash", "version": format!("1.0.{nth}")}])
        }
        ("actions" | "action_modules", "secrets") => {
            json!([{"name": format!("s{nth}"), "value": "v"}])
        }
        ("actions", "modules") => json!([{"module_id": name, "module_version_id": "v1"}]),
        ("hooks", "dependencies") => json!({"lodash": format!("1.0.{nth}")}),
        ("log_streams", "filters") => {
            json!([{"type": "category", "name": either("auth.login.fail", "auth.logout.fail")}])
        }
        ("log_streams", "pii_config") => {
            json!({"log_fields": ["email"], "method": either("mask", "hash"), "algorithm": "xxhash"})
        }
        ("log_streams", "sink") => json!({"httpEndpoint": format!("https://example.com/{nth}")}),
        ("event_streams", "subscriptions") => {
            json!([{"event_type": either("user.created", "user.deleted")}])
        }
        ("event_streams", "destination") => json!({"type": "webhook", "configuration": {
            "webhook_endpoint": format!("https://example.com/{nth}"),
            "webhook_authorization": {"method": "bearer"},
        }}),
        ("flows", "actions") => json!([{
            "id": name, "type": "HTTP", "action": "SEND_REQUEST", "params": {"url": "https://example.com"},
        }]),
        ("forms", "translations") => json!({"de": {"key": name}}),
        ("forms", "nodes") => {
            json!([{"id": name, "type": "FLOW", "config": {"flow_id": "af_1", "next_node": "$ending"}}])
        }
        ("network_acls", "rule") => {
            json!({"action": {"block": true}, "scope": "tenant", "match": {"asns": [nth]}})
        }
        ("rate_limit_policies", "configuration") => {
            json!({"action": either("block", "log"), "limit": 10 + nth})
        }
        ("phone_providers", "configuration") => {
            json!({"sid": name, "delivery_methods": ["text"], "default_from": "+4930123"})
        }
        ("verifiable_credential_templates", "presentation") => {
            let properties = json!({ "family_name": even });
            json!({"org.iso.18013.5.1.mDL": {"org.iso.18013.5.1": properties}})
        }
        ("branding_themes", column) => theme(column, nth)?,
        ("experiments", "allocations") => json!([{"variation_id": name, "weight": 100}]),
        ("experiments", "levels") => json!([10, 20 + nth]),
        ("feature_flags", "parameters") => json!({name: {"type": "boolean", "value": even}}),
        ("segments", "rules") => json!([{"match": {"geo_country_codes": [name]}}]),
        ("client_profiles", "apply_policy") => json!({
            "external_metadata_type": "cimd", "external_metadata_created_by": "client", "note": name,
        }),
        ("email_provider", "credentials") => json!({ "api_key": name }),
        ("prompt_screen_renderings", "head_tags") => {
            json!([{"tag": "script", "attributes": {"src": format!("https://example.com/{nth}.js")}}])
        }
        _ => return None,
    })
}

fn quota(nth: i64) -> Value {
    json!({"client_credentials": {"enforce": nth % 2 == 0, "per_hour": 10 + nth}})
}

fn client(column: &str, nth: i64) -> Option<Value> {
    let (even, name) = (nth % 2 == 0, format!("n{nth}"));
    Some(match column {
        "client_metadata" => json!({ "key": name }),
        "refresh_token" => json!({
            "rotation_type": "rotating", "expiration_type": "expiring", "leeway": nth, "token_lifetime": 3600,
        }),
        "default_organization" => {
            json!({"organization_id": format!("org_{nth}"), "flows": ["client_credentials"]})
        }
        "token_vault_privileged_access" => json!({"credentials": [{ "id": name }]}),
        "identity_assertion_authorization_grant" => json!({ "active": even }),
        "express_configuration" => json!({
            "initiate_login_uri_template": "https://example.com/{organization_name}",
            "user_attribute_profile_id": "uap_1", "connection_profile_id": "cop_1", "enable_client": even,
            "enable_organization": true, "okta_oin_client_id": "oin_1", "admin_login_domain": name,
        }),
        "my_organization_configuration" => json!({
            "allowed_strategies": ["okta"], "connection_deletion_behavior": if even { "allow" } else { "allow_if_empty" },
        }),
        _ => return None,
    })
}

fn theme(column: &str, nth: i64) -> Option<Value> {
    let color = format!("#00000{}", nth % 10);
    let font = || json!({"bold": nth % 2 == 0, "size": 80 + nth});
    Some(match column {
        "borders" => json!({
            "button_border_radius": 3, "button_border_weight": nth, "buttons_style": "rounded", "input_border_radius": 3,
            "input_border_weight": 1, "inputs_style": "rounded", "show_widget_shadow": true, "widget_border_weight": 0,
            "widget_corner_radius": 5,
        }),
        "colors" => {
            let all = "body_text error header icons input_background input_border input_filled_text \
                input_labels_placeholders links_focused_components primary_button primary_button_label \
                secondary_button_border secondary_button_label success widget_background widget_border";
            all.split_whitespace()
                .map(|one| (one, color.clone()))
                .collect()
        }
        "fonts" => json!({
            "body_text": font(), "buttons_text": font(), "font_url": "https://example.com/a.woff", "input_labels": font(),
            "links": font(), "links_style": "normal", "reference_text_size": 16, "subtitle": font(), "title": font(),
        }),
        "identifiers" => json!({
            "login_display": "unified", "otp_autocomplete": nth % 2 == 0,
            "phone_display": {"formatting": "international", "masking": "mask_digits"},
        }),
        "page_background" => json!({
            "background_color": color, "background_image_url": "https://example.com/a.png", "page_layout": "center",
        }),
        "widget" => json!({
            "header_text_alignment": "center", "logo_height": 50 + nth, "logo_position": "center",
            "logo_url": "https://example.com/a.png", "social_buttons_layout": "bottom",
        }),
        _ => return None,
    })
}
