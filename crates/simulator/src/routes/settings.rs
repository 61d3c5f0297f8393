//! Writing what is there once, or once for each parent: it is created, replaced, taken away.

use super::writes::{allow, body, Body};
use crate::api;
use crate::auth::Bearer;
use crate::errors::ApiError;
use crate::ids;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;
use crate::time;
use crate::world::place;
use serde_json::{json, Value};

/// A write of this kind; None when the path is none of them.
pub fn write(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
) -> Option<Result<Reply, ApiError>> {
    let desk = Desk {
        state,
        request,
        bearer,
        path,
    };
    let list = |name: &'static str| Some(name);
    let result = match (request.method.as_str(), path) {
        ("POST", ["emails", "provider"]) => {
            desk.create("email_provider", &["name", "credentials"], |sent| {
                let name = sent["name"].as_str().unwrap_or_default();
                let text = format!("An email provider is already configured: {name}");
                ApiError::new(409, "email_provider_conflict", text)
            })
        }
        ("DELETE", ["emails", "provider"]) => desk.delete("email_provider", None),
        ("POST", ["email-templates"]) => desk.create_template(),
        ("PUT", ["email-templates", _]) => desk.replace("email_templates", &["template"]),
        ("PUT", ["branding", "templates", "universal-login"]) => desk.universal_login(),
        ("DELETE", ["branding", "templates", "universal-login"]) => desk.delete("branding", None),
        ("POST", ["branding", "themes"]) => desk.create_theme(),
        ("PATCH", ["branding", "themes", id]) => desk.change_theme(id),
        ("DELETE", ["branding", "themes", id]) => desk.delete_theme(id),
        ("PATCH", ["custom-domains", "default"]) => desk.default_domain(),
        ("POST", ["connections", id, "scim-configuration"]) => {
            desk.of_connection("scim_config", "connections-scim-configurations", id)
        }
        ("DELETE", ["connections", _, "scim-configuration"]) => {
            desk.delete("scim_config", list("connections-scim-configurations"))
        }
        ("POST", ["connections", id, "directory-provisioning"]) => desk.of_connection(
            "directory_provisionings",
            "connections-directory-provisionings",
            id,
        ),
        ("DELETE", ["connections", _, "directory-provisioning"]) => desk.delete(
            "directory_provisionings",
            list("connections-directory-provisionings"),
        ),
        ("PUT", ["rules-configs", key]) => desk.rules_config(key),
        ("PUT", ["prompts", _, "custom-text", _] | ["prompts", _, "partials"]) => {
            desk.replace("prompts", &[])
        }
        ("PUT", ["self-service-profiles", _, "custom-text", _, _]) => {
            desk.replace("self_service_profile_custom_texts", &[])
        }
        ("PUT", ["guardian", "policies"]) => desk.policies(),
        ("POST" | "PATCH" | "DELETE", ["hooks", hook, "secrets"]) => desk.hook_secrets(hook),
        ("PUT", ["guardian", "settings"]) => desk.replace("guardian_factors", &[]),
        ("PUT", ["guardian", "factors", name]) => desk.factor(name),
        ("PUT", ["guardian", "factors", ..]) => desk.replace("guardian_factors", &[]),
        _ => return None,
    };
    Some(result)
}

struct Desk<'a> {
    state: &'a State,
    request: &'a Request,
    bearer: &'a Bearer,
    path: &'a [&'a str],
}

type Answer = Result<Reply, ApiError>;

impl Desk<'_> {
    fn sent(&self, verb: &str, noun: &str, required: &[&str]) -> Result<Body, ApiError> {
        allow(self.state, self.bearer, verb, noun, self.path)?;
        let sent = body(self.request)?;
        match required.iter().find(|name| !sent.contains_key(**name)) {
            None => Ok(sent),
            Some(name) => Err(ApiError::body(format!(
                "'Missing required property: {name}'"
            ))),
        }
    }

    fn create(&self, noun: &str, required: &[&str], conflict: fn(&Value) -> ApiError) -> Answer {
        let sent = self.sent("create", noun, required)?;
        let mut world = self.state.world();
        let place = place(self.path);
        if let Some(there) = world.setting(&place) {
            return Err(conflict(&serde_json::from_str(there).unwrap_or_default()));
        }
        let text = Value::Object(sent).to_string();
        world.set(&place, text.clone());
        Ok(Reply::raw(201, text))
    }

    fn replace(&self, noun: &str, required: &[&str]) -> Answer {
        let sent = self.sent("update", noun, required)?;
        let text = Value::Object(sent).to_string();
        self.state.world().set(&place(self.path), text.clone());
        Ok(Reply::raw(200, text))
    }

    fn policies(&self) -> Answer {
        allow(self.state, self.bearer, "update", "mfa_policies", self.path)?;
        let sent: Vec<String> = serde_json::from_slice(&self.request.body)
            .map_err(|_| ApiError::body("'Expected type array'"))?;
        let text = json!(sent).to_string();
        self.state.world().set(&place(self.path), text.clone());
        Ok(Reply::raw(200, text))
    }

    /// Secrets by name; a value is never shown again.
    fn hook_secrets(&self, hook: &str) -> Answer {
        let method = self.request.method.as_str();
        let verb = match method {
            "POST" => "create",
            "PATCH" => "update",
            _ => "delete",
        };
        allow(self.state, self.bearer, verb, "hooks", self.path)?;
        let mut world = self.state.world();
        if world.get("hooks", hook).is_none() {
            return Err(api::missing("hooks", hook));
        }
        let place = place(self.path);
        let kept = world
            .setting(&place)
            .and_then(|kept| serde_json::from_str(kept).ok());
        let mut kept: Body = kept.unwrap_or_default();
        if method == "DELETE" {
            let gone: Vec<String> = serde_json::from_slice(&self.request.body)
                .map_err(|_| ApiError::body("'Expected type array'"))?;
            kept.retain(|name, _| !gone.contains(name));
        } else {
            for (name, _) in body(self.request)? {
                match (method, kept.contains_key(&name)) {
                    ("POST", true) => {
                        let text = format!("Secret {name} already exists.");
                        return Err(ApiError::bare(409, text));
                    }
                    ("PATCH", false) => {
                        let text = format!("Secret {name} does not exist.");
                        return Err(ApiError::bare(404, text));
                    }
                    _ => kept.insert(name, "_VALUE_NOT_SHOWN_".into()),
                };
            }
        }
        world.set(&place, Value::Object(kept).to_string());
        Ok(Reply::empty())
    }

    /// Takes it away, and what repeats it in a list.
    fn delete(&self, noun: &str, list: Option<&str>) -> Answer {
        allow(self.state, self.bearer, "delete", noun, self.path)?;
        let mut world = self.state.world();
        let there = world.unset(&place(self.path));
        if let (Some(list), [_, id, ..]) = (list, self.path) {
            world.remove(list, id);
        }
        match there {
            true => Ok(Reply::empty()),
            false => {
                let path = api::find(self.path).map_or("", |endpoint| endpoint.path);
                Err(api::missing(path, ""))
            }
        }
    }

    fn create_template(&self) -> Answer {
        let sent = self.sent("create", "email_templates", &["template"])?;
        let name = sent["template"].as_str().unwrap_or_default().to_string();
        let place = place(&["email-templates", &name]);
        let mut world = self.state.world();
        if world.setting(&place).is_some() {
            return Err(ApiError::bare(
                409,
                format!("Template {name} already exists."),
            ));
        }
        let text = Value::Object(sent).to_string();
        world.set(&place, text.clone());
        Ok(Reply::raw(201, text))
    }

    fn universal_login(&self) -> Answer {
        let sent = self.sent("update", "branding", &["template"])?;
        let shown = json!({"body": sent["template"]});
        self.state.world().set(&place(self.path), shown.to_string());
        Ok(Reply::empty())
    }

    fn theme(&self, verb: &str) -> Result<Body, ApiError> {
        let required = ["borders", "colors", "fonts", "page_background", "widget"];
        self.sent(verb, "branding", &required)
    }

    fn create_theme(&self) -> Answer {
        let mut theme = self.theme("create")?;
        let mut world = self.state.world();
        let id = ids::made("", &format!("theme {}", world.made()), 32);
        theme.insert("themeId".into(), id.as_str().into());
        let theme = Value::Object(theme);
        world.put("branding/themes", &id, &theme);
        world.set("branding/themes/default", theme.to_string());
        Ok(Reply::json(201, &theme))
    }

    fn change_theme(&self, id: &str) -> Answer {
        let mut theme = self.theme("update")?;
        let mut world = self.state.world();
        if world.get("branding/themes", id).is_none() {
            return Err(api::missing("branding/themes", id));
        }
        theme.insert("themeId".into(), id.into());
        let theme = Value::Object(theme);
        world.put("branding/themes", id, &theme);
        world.set("branding/themes/default", theme.to_string());
        Ok(Reply::json(200, &theme))
    }

    fn delete_theme(&self, id: &str) -> Answer {
        allow(self.state, self.bearer, "delete", "branding", self.path)?;
        let mut world = self.state.world();
        if !world.remove("branding/themes", id) {
            return Err(api::missing("branding/themes", id));
        }
        world.unset("branding/themes/default");
        Ok(Reply::empty())
    }

    fn default_domain(&self) -> Answer {
        let sent = self.sent("update", "custom_domains", &["domain"])?;
        let mut world = self.state.world();
        let wanted = &sent["domain"];
        let domains: Vec<Value> = world
            .rows("custom-domains")
            .filter_map(|row| serde_json::from_slice(row.raw(true)).ok())
            .collect();
        let Some(domain) = domains.into_iter().find(|row| row["domain"] == *wanted) else {
            let name = wanted.as_str().unwrap_or_default();
            return Err(api::missing("custom-domains", name));
        };
        world.set("custom-domains/default", domain.to_string());
        Ok(Reply::json(200, &domain))
    }

    /// What a connection has one of, and a list repeats.
    fn of_connection(&self, noun: &str, list: &str, id: &str) -> Answer {
        let mut row = self.sent("create", noun, &[])?;
        let mut world = self.state.world();
        let Some(connection) = world.get("connections", id).cloned() else {
            return Err(api::missing("connections", id));
        };
        let place = place(self.path);
        if world.setting(&place).is_some() {
            return Err(ApiError::bare(409, "The connection has one already."));
        }
        let connection: Value = serde_json::from_slice(connection.raw(true)).unwrap_or_default();
        let now = time::format(time::now_millis());
        for (key, value) in [
            ("connection_id", json!(id)),
            ("connection_name", connection["name"].clone()),
            ("strategy", connection["strategy"].clone()),
            ("tenant_name", json!("simulated-tenant")),
            ("created_at", json!(now)),
        ] {
            row.insert(key.into(), value);
        }
        let row = Value::Object(row);
        world.put(list, id, &row);
        world.set(&place, row.to_string());
        Ok(Reply::json(201, &row))
    }

    /// Only the key can be read again.
    fn rules_config(&self, key: &str) -> Answer {
        let sent = self.sent("update", "rules_configs", &["value"])?;
        let mut world = self.state.world();
        world.put("rules-configs", key, &json!({ "key": key }));
        Ok(Reply::json(
            200,
            &json!({"key": key, "value": sent["value"]}),
        ))
    }

    fn factor(&self, name: &str) -> Answer {
        let sent = self.sent("update", "guardian_factors", &["enabled"])?;
        let mut world = self.state.world();
        let Some(row) = world.get("guardian/factors", name).cloned() else {
            return Err(ApiError::usual(404));
        };
        let mut row: Value = serde_json::from_slice(row.raw(true)).unwrap_or_default();
        row["enabled"] = sent["enabled"].clone();
        world.put("guardian/factors", name, &row);
        Ok(Reply::json(200, &json!({"enabled": sent["enabled"]})))
    }
}
