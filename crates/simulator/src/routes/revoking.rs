//! Taking things away from users, and the few calls that do something to an object: deploy, verify, rotate.

use super::links::{Answer, Link};
use crate::api;
use crate::errors::ApiError;
use crate::ids;
use crate::json::quote;
use crate::record::Record;
use crate::reply::Reply;
use crate::state::lock;
use crate::time;
use crate::world::place;
use serde_json::{json, Value};

impl Link<'_> {
    /// Takes one row out of a list; 204 whether or not it was there.
    pub fn cut(&self, noun: &str, list: &[&str], id: &str) -> Answer {
        self.bearer.need(&[&format!("delete:{noun}")])?;
        self.state.world().remove(&place(list), id);
        Ok(Reply::empty())
    }

    /// Removes the rows of a list that belong to a user.
    fn remove_of(&self, list: &str, user: &str) {
        let mut world = self.state.world();
        let wanted = quote(user);
        let ids: Vec<String> = world
            .rows(list)
            .filter(|row| row.get(&world.keys, "user_id") == Some(&wanted))
            .map(|row| row.id.to_string())
            .collect();
        for id in ids {
            world.remove(list, &id);
        }
    }

    /// DELETE of all sessions or tokens of a user.
    pub fn of_user(&self, noun: &str, list: &str, user: &str) -> Answer {
        self.bearer.need(&[&format!("delete:{noun}")])?;
        self.remove_of(list, user);
        Ok(Reply::raw(202, "{}"))
    }

    /// DELETE /guardian/enrollments/{id}
    pub fn enrollment(&self, id: &str) -> Answer {
        self.bearer.need(&["delete:guardian_enrollments"])?;
        let users: Vec<String> = lock(&self.state.tenant)
            .users()
            .iter()
            .map(|user| user.id.to_string())
            .collect();
        let mut world = self.state.world();
        let mut lists = users
            .iter()
            .map(|user| place(&["users", user, "enrollments"]));
        match lists.any(|list| world.remove(&list, id)) {
            true => Ok(Reply::empty()),
            false => Err(api::missing("guardian/enrollments", id)),
        }
    }

    fn param(&self, name: &str) -> Result<String, ApiError> {
        let mut pairs = self.request.query.iter();
        let found = pairs.find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| ApiError::query(format!("'Missing required property: {name}'")))
    }

    /// DELETE /grants?user_id=
    pub fn grants_of_user(&self) -> Answer {
        self.bearer.need(&["delete:grants"])?;
        self.remove_of("grants", &self.param("user_id")?);
        Ok(Reply::empty())
    }

    /// Lifts the brute-force blocks of these users.
    pub fn unblock(&self, users: &[String]) -> Answer {
        self.bearer.need(&["update:users"])?;
        let mut world = self.state.world();
        for user in users {
            let list = place(&["user-blocks", user]);
            let ids: Vec<String> = world.rows(&list).map(|row| row.id.to_string()).collect();
            for id in ids {
                world.remove(&list, &id);
            }
        }
        Ok(Reply::empty())
    }

    /// DELETE /user-blocks?identifier=
    pub fn unblock_identifier(&self) -> Answer {
        let identifier = self.param("identifier")?;
        let tenant = lock(&self.state.tenant);
        let named = |user: &Record| {
            ["email", "username", "phone_number"]
                .iter()
                .any(|key| user.plain(&tenant.keys, key).as_deref() == Some(&*identifier))
        };
        let users: Vec<String> = tenant
            .users()
            .iter()
            .filter(|user| named(user))
            .map(|user| user.id.to_string())
            .collect();
        drop(tenant);
        self.unblock(&users)
    }

    /// DELETE /anomaly/blocks/ips/{ip}
    pub fn unblock_ip(&self, ip: &str) -> Answer {
        self.bearer.need(&["delete:anomaly_blocks"])?;
        self.state
            .world()
            .unset(&place(&["anomaly", "blocks", "ips", ip]));
        Ok(Reply::empty())
    }

    /// The object after `change`.
    fn change(
        &self,
        list: &str,
        id: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<Value, ApiError> {
        let mut world = self.state.world();
        let row = world.get(list, id).ok_or_else(|| api::missing(list, id))?;
        let mut row: Value = serde_json::from_slice(row.raw(true)).unwrap_or_default();
        change(&mut row);
        world.put(list, id, &row);
        Ok(row)
    }

    /// POST /actions/actions/{id}/deploy
    pub fn deploy(&self, id: &str) -> Answer {
        self.bearer.need(&["create:actions"])?;
        let now = time::format(time::now_millis()).replace('Z', "000321Z");
        let list = place(&["actions", "actions", id, "versions"]);
        let number = self.state.world().rows(&list).count() + 1;
        let mut version = Value::Null;
        self.change("actions/actions", id, |action| {
            version = json!({
                "id": ids::uuid(&format!("{id} {number} {now}")),
                "code": action["code"],
                "dependencies": action["dependencies"],
                "deployed": true,
                "number": number,
                "built_at": now,
                "secrets": action["secrets"],
                "status": "built",
                "created_at": now,
                "updated_at": now,
                "runtime": action["runtime"],
                "supported_triggers": action["supported_triggers"],
            });
            action["deployed_version"] = version.clone();
            action["all_changes_deployed"] = true.into();
        })?;
        version["action_id"] = id.into();
        let name = version["id"].as_str().unwrap_or_default().to_string();
        self.state.world().put(&list, &name, &version);
        Ok(Reply::json(200, &version))
    }

    /// POST /actions/modules/{id}/versions
    pub fn publish(&self, id: &str) -> Answer {
        self.bearer.need(&["create:actions"])?;
        let now = time::format(time::now_millis()).replace('Z', "000321Z");
        let mut version = Value::Null;
        self.change("actions/modules", id, |module| {
            let number = module["latest_version_number"].as_i64().unwrap_or_default() + 1;
            version = json!({
                "id": ids::uuid(&format!("{id} {number} {now}")),
                "module_id": id,
                "version_number": number,
                "code": module["code"],
                "dependencies": module["dependencies"],
                "secrets": module["secrets"],
                "created_at": now,
            });
            module["latest_version_number"] = number.into();
            module["all_changes_published"] = true.into();
        })?;
        let name = version["id"].as_str().unwrap_or_default().to_string();
        let list = place(&["actions", "modules", id, "versions"]);
        self.state.world().put(&list, &name, &version);
        Ok(Reply::json(201, &version))
    }

    /// POST /custom-domains/{id}/verify
    pub fn verify_domain(&self, id: &str) -> Answer {
        self.bearer.need(&["create:custom_domains"])?;
        let row = self.change("custom-domains", id, |row| row["status"] = "ready".into())?;
        Ok(Reply::json(200, &row))
    }

    /// POST /clients/{id}/rotate-secret
    pub fn rotate_secret(&self, id: &str) -> Answer {
        self.bearer
            .need(&["update:client_keys", "update:clients"])?;
        let number = self.state.world().made();
        let secret = ids::made("", &format!("rotated {number}"), 64);
        let row = self.change("clients", id, |row| row["client_secret"] = secret.into())?;
        Ok(Reply::json(200, &row))
    }
}
