//! Keys, factors, phone providers, access lists, prompts and experiments.

use super::{at, one_of, word, Sower};
use crate::ids;
use serde_json::{json, Value};

const FACTORS: [&str; 9] = [
    "sms",
    "push-notification",
    "otp",
    "email",
    "duo",
    "webauthn-roaming",
    "webauthn-platform",
    "recovery-code",
    "voice",
];

/// Sows them.
pub fn sow(sower: &mut Sower) {
    signing_keys(sower);
    for (i, name) in FACTORS.iter().enumerate() {
        let row = json!({"name": name, "enabled": i % 3 == 0, "trial_expired": false});
        sower.put(&["guardian", "factors"], "name", row);
    }
    for i in 0..sower.scale.each {
        encryption_key(sower, i);
        phone(sower, i);
        access(sower, i);
        experiment(sower, i);
        newer(sower, i);
    }
    for (prompt, screen) in [
        ("login-id", "login-id"),
        ("signup", "signup"),
        ("logout", "logout"),
    ] {
        let row = json!({
            "tenant": "simulated-tenant",
            "prompt": prompt,
            "screen": screen,
            "rendering_mode": if prompt == "signup" { "advanced" } else { "standard" },
            "context_configuration": ["branding.settings"],
            "default_head_tags_disabled": false,
            "head_tags": [{"tag": "script", "attributes": {"src": "https://cdn.example.com/x.js", "async": true, "integrity": ["sha512-x"]}}],
            "filters": Value::Null,
            "use_page_template": false,
        });
        sower.set(
            &["prompts", prompt, "screen", screen, "rendering"],
            row.clone(),
        );
        sower.put(&["prompts", "rendering"], "screen", row);
    }
}

fn signing_keys(sower: &mut Sower) {
    for (n, state) in ["current", "next", "previous"].iter().enumerate() {
        let print = ids::hex(&format!("{} signing key {n}", sower.seed), 40).to_uppercase();
        let pairs: Vec<&str> = (0..20).map(|i| &print[i * 2..i * 2 + 2]).collect();
        let mut row = json!({
            "kid": ids::made("", &print, 21),
            "cert": format!("-----BEGIN CERTIFICATE-----\r\nMIIS{n}\r\n-----END CERTIFICATE-----\r\n"),
            "pkcs7": "-----BEGIN PKCS7-----\r\nMIIB\r\n-----END PKCS7-----\r\n",
            "fingerprint": pairs.join(":"),
            "thumbprint": print,
        });
        row[*state] = json!(true);
        row["current_since"] = json!(at(n * 1000));
        if n == 2 {
            row["current_until"] = json!(at(n * 1000 + 500));
            row["revoked"] = json!(true);
            row["revoked_at"] = json!(at(n * 1000 + 600));
        }
        sower.put(&["keys", "signing"], "kid", row);
        let row = json!({
            "kty": "RSA",
            "kid": format!("custom-{n}"),
            "use": "sig",
            "key_ops": ["verify"],
            "alg": "RS256",
            "n": ids::made("", &format!("modulus {n}"), 342),
            "e": "AQAB",
        });
        sower.put(&["keys", "custom-signing"], "kid", row);
    }
}

fn encryption_key(sower: &mut Sower, i: usize) {
    let row = json!({
        "kid": sower.uuid("encryption key", i),
        "type": one_of(&["environment-root-key", "tenant-master-key", "tenant-encryption-key", "customer-provided-root-key"], i),
        "state": one_of(&["active", "deactivated", "pre-activation", "destroyed"], i),
        "created_at": at(i),
        "updated_at": at(i + 1),
        "parent_kid": if i == 0 { Value::Null } else { json!(sower.uuid("encryption key", i - 1)) },
        "public_key": Value::Null,
    });
    sower.put(&["keys", "encryption"], "kid", row);
}

fn phone(sower: &mut Sower, i: usize) {
    if i < 2 {
        let row = json!({
            "id": sower.long_id("pro_", "phone provider", i),
            "tenant": "simulated-tenant",
            "name": one_of(&["twilio", "custom"], i),
            "channel": "phone",
            "disabled": i == 1,
            "configuration": {"sid": "AC00", "default_from": "+15550000", "delivery_methods": ["text", "voice"]},
            "credentials": Value::Null,
            "created_at": at(i),
            "updated_at": at(i + 1),
        });
        sower.put(&["branding", "phone", "providers"], "id", row);
    }
    let kinds = [
        "otp_verify",
        "otp_enroll",
        "change_password",
        "blocked_account",
        "password_breach",
    ];
    if let Some(kind) = kinds.get(i) {
        let row = json!({
            "id": sower.long_id("tem_", "phone template", i),
            "tenant": "simulated-tenant",
            "channel": "phone",
            "type": kind,
            "disabled": i % 2 == 1,
            "customizable": true,
            "created_at": at(i),
            "updated_at": at(i + 1),
            "content": {"syntax": "liquid", "body": {"text": "{{ code }}", "voice": "{{ code }}"}, "from": "+15550000"},
        });
        sower.put(&["branding", "phone", "templates"], "id", row);
    }
}

fn access(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("acl_", "network acl", i),
        "tenant_id": "simulated-tenant",
        "deleted_at": Value::Null,
        "description": format!("{} rule", word(i)),
        "active": i.is_multiple_of(2),
        "priority": i + 1,
        "rule": {"match": {"geo_country_codes": ["US", "CA"], "asns": [64496]}, "scope": "authentication", "action": {"block": true}},
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["network-acls"], "id", row);
    let row = json!({
        "id": ids::made("rlp_", &format!("{} policy {i}", sower.seed), 21),
        "resource": "oauth_authentication_api",
        "consumer": "client",
        "consumer_selector": if i == 0 { "default".to_string() } else { sower.client(i) },
        "configuration": {"action": "block", "limit": 100 + i},
        // Six decimals in this part of the API.
        "created_at": at(i).replace('Z', "912Z"),
        "updated_at": at(i + 1).replace('Z', "912Z"),
    });
    sower.put(&["rate-limit-policies"], "id", row);
    let row = json!({
        "id": sower.long_id("vct_", "credential template", i),
        "name": format!("{} licence", word(i)),
        "type": "mdl",
        "dialect": "simplified/1.0",
        "presentation": {"org.iso.18013.5.1.mDL": {"org.iso.18013.5.1": {"family_name": true}}},
        "custom_certificate_authority": Value::Null,
        "well_known_trusted_issuers": "aamva",
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(
        &["verifiable-credentials", "verification", "templates"],
        "id",
        row,
    );
}

fn newer(sower: &mut Sower, i: usize) {
    let row = json!({
        "id": sower.long_id("nak_", "access key", i),
        "name": format!("{} key", word(i)),
        "alg": "RS256",
        "fingerprint": ids::hex(&format!("access key {i}"), 40),
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["keys", "network-acls"], "id", row);
    let row = json!({
        "id": sower.long_id("cpo_", "captcha policy", i),
        "name": format!("{} policy", word(i)),
        "priority": i + 1,
        "match": {"flow": "login"},
        "action": {"type": "simple_captcha"},
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["attack-protection", "captcha", "policies"], "id", row);
    let mut row = json!({
        "agent_id": sower.long_id("agt_", "agent", i),
        "name": format!("{} agent", word(i)),
        "created_at": at(i),
        "updated_at": at(i + 1),
        "metadata": {"owner": word(i + 1)},
    });
    if i.is_multiple_of(2) {
        row["external_agent_id"] = json!(format!("https://agents.example.com/{i}"));
    }
    sower.put(&["agents"], "agent_id", row);
    let row = json!({
        "id": sower.long_id("clp_", "client profile", i),
        "name": format!("{} applications", word(i)),
        "client_configuration": {"app_type": "regular_web"},
        "apply_policy": {"external_metadata_type": "cimd", "external_metadata_created_by": "client"},
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["client-profiles"], "id", row);
}

fn experiment(sower: &mut Sower, i: usize) {
    let flag = sower.long_id("ffl_", "feature flag", i);
    let row = json!({
        "id": flag,
        "name": format!("{} flag", word(i)),
        "description": "",
        "type": one_of(&["auth0", "self"], i),
        "status": one_of(&["draft", "active", "archived"], i),
        "parameters": {"color": {"type": "string", "value": "red"}},
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["experimentation", "feature-flags"], "id", row);
    for n in 0..sower.scale.children {
        let row = json!({
            "id": sower.long_id("var_", "variation", i * 100 + n),
            "feature_flag_id": flag,
            "name": format!("variation {n}"),
            "description": "",
            "overrides": {"color": word(n)},
            "created_at": at(n),
            "updated_at": at(n + 1),
        });
        let list = ["experimentation", "feature-flags", &flag, "variations"];
        sower.put(&list, "id", row);
    }
    let mut row = json!({
        "id": sower.long_id("exp_", "experiment", i),
        "name": format!("{} experiment", word(i)),
        "description": "",
        "feature_flag_id": flag,
        "authentication_flow": "login",
        "allocation_strategy": "percentage",
        "editable_fields": ["name", "description"],
        "assignment_config": {"unit": "session"},
        "status": one_of(&["draft", "active", "paused", "completed"], i),
        "is_valid": i.is_multiple_of(2),
        "allocations": [{"variation_id": sower.long_id("var_", "variation", i * 100), "percentage": 50.5}],
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    if i % 4 == 1 {
        row["started_at"] = json!(at(i + 1));
        row["ended_at"] = Value::Null;
    }
    sower.put(&["experimentation", "experiments"], "id", row);
    let row = json!({
        "id": sower.long_id("seg_", "segment", i),
        "name": format!("{} segment", word(i)),
        "description": "",
        "type": "self",
        "status": "active",
        "rules": [{"attribute": "country", "values": ["DE"]}],
        "created_at": at(i),
        "updated_at": at(i + 1),
    });
    sower.put(&["experimentation", "segments"], "id", row);
}
