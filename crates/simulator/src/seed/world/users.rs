//! What hangs on the first of the seeded users.

use super::applications::{audience, permissions};
use super::{at, one_of, word, Sower};
use crate::connections;
use crate::ids;
use serde_json::{json, Value};

/// Sows it.
pub fn sow(sower: &mut Sower) {
    for i in 0..sower.scale.users_with_children.min(sower.users.len()) {
        let Some((user, email)) = sower
            .someone(i)
            .map(|user| (user.id.clone(), user.email.clone()))
        else {
            return;
        };
        for n in 0..sower.scale.children {
            permission(sower, i, &user, n);
            session(sower, i, &user, n);
            refresh_token(sower, i, &user, n);
            method(sower, i, &user, n);
            account(sower, i, &user, n);
            grant(sower, i, &user, n);
            device(sower, i, &user, n);
            effective(sower, &user, n);
        }
        if i % 2 == 0 {
            enrollment(sower, i, &user);
        }
        if i % 2 == 1 {
            let mut row = json!({
                "identifier": email.unwrap_or_else(|| user.clone()),
                "connection": "Username-Password-Authentication",
            });
            if i % 4 == 1 {
                row["ip"] = json!(format!("203.0.113.{i}"));
            }
            sower.put(&["user-blocks", &user], "identifier", row);
        }
    }
}

fn permission(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let api = i + n / 3;
    let name = permissions(api)[n % 3].clone();
    let source = match n % 2 {
        0 => json!({"source_id": "", "source_name": "", "source_type": "DIRECT"}),
        _ => {
            json!({"source_id": sower.id("rol_", "role", 0), "source_name": format!("{} keeper 0", word(0)), "source_type": "ROLE"})
        }
    };
    let row = json!({
        "permission_name": name,
        "description": format!("May {}", name.replace(':', " ")),
        "resource_server_name": format!("{} API {api}", word(api)),
        "resource_server_identifier": audience(api),
        "sources": [source],
    });
    sower.put(&["users", user, "permissions"], "permission_name", row);
}

fn session(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let number = i * 100 + n;
    let mut row = json!({
        "id": ids::made("", &format!("{} session {number}", sower.seed), 32),
        "user_id": user,
        "created_at": at(number),
        "updated_at": at(number + 1),
        "authenticated_at": at(number),
        "idle_expires_at": at(number + 20),
        "expires_at": at(number + 40),
        "device": {"initial_asn": "64496", "initial_ip": "203.0.113.9", "initial_user_agent": "Mozilla/5.0", "last_asn": "64496", "last_ip": "203.0.113.9", "last_user_agent": "Mozilla/5.0"},
        "clients": [{"client_id": sower.client(n)}],
        "authentication": {"methods": [{"name": "pwd", "timestamp": at(number)}]},
        "cookie": {"mode": "persistent"},
    });
    row["last_interacted_at"] = match n % 2 {
        0 => Value::Null,
        _ => json!(at(number + 1)),
    };
    if n == 1 {
        row["session_metadata"] = json!({"device": "kiosk"});
    }
    sower.put(&["sessions"], "id", row);
}

fn refresh_token(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let number = i * 100 + n;
    let row = json!({
        "id": ids::made("", &format!("{} refresh token {number}", sower.seed), 24),
        "user_id": user,
        "created_at": at(number),
        "idle_expires_at": if n.is_multiple_of(2) { Value::Null } else { json!(at(number + 20)) },
        "expires_at": at(number + 40),
        "device": {"initial_ip": "203.0.113.9", "initial_user_agent": "Mozilla/5.0"},
        "client_id": sower.client(n),
        "session_id": if n % 3 == 2 { Value::Null } else { json!(ids::made("", &format!("{} session {number}", sower.seed), 32)) },
        "rotating": n.is_multiple_of(2),
        "resource_servers": [{"audience": audience(n), "scopes": "openid profile"}],
        "refresh_token_metadata": Value::Null,
        "last_exchanged_at": at(number + 2),
    });
    sower.put(&["refresh-tokens"], "id", row);
}

fn method(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let number = i * 100 + n;
    let made = |kind: &str| sower.id(&format!("{kind}|dev_"), "method", number);
    let row = match n % 4 {
        0 => {
            json!({"id": made("email"), "type": "email", "confirmed": true, "name": "Mail", "email": "chuc****@exam*******", "created_at": at(number)})
        }
        1 => {
            json!({"id": made("phone"), "type": "phone", "confirmed": true, "name": "Mobile", "phone_number": "XXXXXXXXXXX5044", "created_at": at(number), "preferred_authentication_method": "sms", "authentication_methods": [{"id": made("sms"), "type": "sms"}, {"id": made("voice"), "type": "voice"}]})
        }
        2 => {
            json!({"id": made("totp"), "type": "totp", "confirmed": false, "created_at": at(number), "last_auth_at": at(number + 3)})
        }
        _ => {
            json!({"id": made("webauthn-roaming"), "type": "webauthn-roaming", "confirmed": true, "name": "Key", "key_id": "AYAAAA", "public_key": "pQECAyYgASFY", "relying_party_identifier": "simulated-tenant.example", "credential_device_type": "single_device", "credential_backed_up": false, "created_at": at(number), "enrolled_at": at(number)})
        }
    };
    sower.put(&["users", user, "authentication-methods"], "id", row);
}

fn account(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let row = json!({
        "id": sower.long_id("cac_", "connected account", i * 100 + n),
        "connection": "google-oauth2",
        "connection_id": connections::id("google-oauth2"),
        "strategy": "google-oauth2",
        "access_type": "offline",
        "scopes": ["calendar.read"],
        "created_at": at(i + n),
        "expires_at": at(i + n + 90),
    });
    sower.put(&["users", user, "connected-accounts"], "id", row);
}

fn grant(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let row = json!({
        "id": ids::hex(&format!("{} grant {i} {n}", sower.seed), 24),
        "clientID": sower.client(n),
        "user_id": user,
        "audience": audience(n),
        "scope": ["openid", "profile"],
    });
    sower.put(&["grants"], "id", row);
}

fn device(sower: &mut Sower, i: usize, user: &str, n: usize) {
    let row = json!({
        "id": sower.id("dcr_", "device", i * 100 + n),
        "device_name": format!("{} phone", word(n)),
        "device_id": sower.uuid("device", i * 100 + n).to_uppercase(),
        "user_id": user,
        "client_id": sower.client(n),
        "type": one_of(&["public_key", "refresh_token", "rotating_refresh_token"], n),
    });
    sower.put(&["device-credentials"], "id", row);
}

fn effective(sower: &mut Sower, user: &str, n: usize) {
    let row = json!({
        "id": sower.id("rol_", "role", n),
        "name": format!("{} keeper {n}", word(n)),
        "description": "",
        "sources": if n.is_multiple_of(2) { json!(["direct"]) } else { json!(["direct", "group"]) },
    });
    sower.put(&["users", user, "effective-roles"], "id", row);
    let name = permissions(0)[n % 3].clone();
    let row = json!({
        "resource_server_identifier": audience(0),
        "permission_name": name,
        "resource_server_name": format!("{} API 0", word(0)),
        "description": "",
        "sources": ["role"],
    });
    sower.put(
        &["users", user, "effective-permissions"],
        "permission_name",
        row,
    );
}

fn enrollment(sower: &mut Sower, i: usize, user: &str) {
    let row = json!({
        "id": sower.id("dev_", "enrollment", i),
        "status": "confirmed",
        "type": "push-notification",
        "name": "Phone",
        "identifier": "76dc-a90c",
        "phone_number": "+1XXXXXXXX99",
        "auth_method": "guardian",
        "enrolled_at": at(i),
        "last_auth": at(i + 1),
    });
    sower.put(&["users", user, "enrollments"], "id", row);
}
