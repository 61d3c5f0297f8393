//! Writes that tie objects together or cut the tie: roles of users, members of organizations, permissions …,
//! and what takes many things away at once.

use super::writes::body;
use crate::api;
use crate::auth::Bearer;
use crate::errors::ApiError;
use crate::json::quote;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::tenant::Tenant;
use crate::world::{place, World};
use serde_json::{json, Map, Value};

/// How many roles a member of an organization may have.
const MEMBER_ROLES: usize = 50;

/// A write of this kind; None when the path is none of them.
pub fn write(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    path: &[&str],
) -> Option<Result<Reply, ApiError>> {
    let link = Link {
        state,
        request,
        bearer,
        adding: request.method == "POST",
    };
    let result = match (request.method.as_str(), path) {
        ("POST" | "DELETE", ["users", user, "roles"]) => link.user_roles(user),
        ("POST" | "DELETE", ["users", user, "permissions"]) => link.user_permissions(user),
        ("POST" | "DELETE", ["roles", role, "groups"]) => link.role_groups(role),
        ("POST" | "DELETE", ["groups", group, "roles"]) => link.group_roles(group),
        ("POST" | "DELETE", ["organizations", id, "groups", group, "roles"]) => {
            link.organization_group_roles(id, group)
        }
        ("POST", ["roles", role, "users"]) => link.role_users(role),
        ("POST" | "DELETE", ["roles", role, "permissions"]) => link.role_permissions(role),
        ("POST" | "DELETE", ["organizations", id, "members"]) => link.members(id),
        ("POST" | "DELETE", ["organizations", id, "members", user, "roles"]) => {
            link.member_roles(id, user)
        }
        ("POST", ["organizations", id, "client-grants"]) => link.organization_grant(id),
        ("DELETE", ["organizations", id, "client-grants", grant]) => link.cut(
            "organization_client_grants",
            &["organizations", id, "client-grants"],
            grant,
        ),
        ("POST" | "DELETE", ["organizations", id, "clients"]) => link.organization_clients(id),
        (
            "POST" | "DELETE",
            ["connections", id, "directory-provisioning", "synchronized-groups"],
        ) => link.synchronized_groups(id),
        ("PATCH", ["connections", id, "clients"]) => link.connection_clients(id),
        ("DELETE", ["users", user, "sessions"]) => link.of_user("sessions", "sessions", user),
        ("DELETE", ["users", user, "refresh-tokens"]) => {
            link.of_user("refresh_tokens", "refresh-tokens", user)
        }
        ("POST", ["sessions", id, "revoke"]) => link
            .cut("sessions", &["sessions"], id)
            .map(|_| Reply::raw(202, "{}")),
        ("DELETE", ["guardian", "enrollments", id]) => link.enrollment(id),
        ("DELETE", ["grants"]) => link.grants_of_user(),
        ("DELETE", ["user-blocks", user]) => link.unblock(&[user.to_string()]),
        ("DELETE", ["user-blocks"]) => link.unblock_identifier(),
        ("DELETE", ["anomaly", "blocks", "ips", ip]) => link.unblock_ip(ip),
        ("POST", ["actions", "actions", id, "deploy"]) => link.deploy(id),
        ("POST", ["actions", "modules", id, "versions"]) => link.publish(id),
        ("POST", ["custom-domains", id, "verify"]) => link.verify_domain(id),
        ("POST", ["clients", id, "rotate-secret"]) => link.rotate_secret(id),
        _ => return None,
    };
    Some(result)
}

/// A write on its way.
pub struct Link<'a> {
    /// The tenant.
    pub state: &'a State,
    /// What was sent.
    pub request: &'a Request,
    /// Who sent it.
    pub bearer: &'a Bearer,
    adding: bool,
}

/// How it ends.
pub type Answer = Result<Reply, ApiError>;

fn no_role() -> ApiError {
    api::missing("roles", "")
}

impl Link<'_> {
    /// The texts in the array that the body's one property holds.
    fn ids(&self, property: &str) -> Result<Vec<String>, ApiError> {
        let sent = body(self.request)?;
        if let Some(unknown) = sent.keys().find(|key| *key != property) {
            return Err(ApiError::body(format!(
                "'Additional properties not allowed: {unknown}'"
            )));
        }
        let list = sent
            .get(property)
            .and_then(Value::as_array)
            .ok_or_else(|| ApiError::body(format!("'Missing required property: {property}'")))?;
        if list.is_empty() {
            return Err(ApiError::body(format!(
                "'Array is too short (0), minimum 1' on property {property}"
            )));
        }
        list.iter()
            .map(|id| {
                id.as_str().map(String::from).ok_or_else(|| {
                    ApiError::body(format!("'Expected type string' on property {property}"))
                })
            })
            .collect()
    }

    /// The objects in the array that the body's property holds.
    fn objects(&self, property: &str) -> Result<Vec<Value>, ApiError> {
        match body(self.request)?.remove(property) {
            Some(Value::Array(all)) if !all.is_empty() => Ok(all),
            _ => Err(ApiError::body(format!(
                "'Missing required property: {property}'"
            ))),
        }
    }

    fn user(&self, tenant: &Tenant, id: &str) -> Result<(), ApiError> {
        tenant.user(id).map(drop).ok_or_else(ApiError::no_user)
    }

    fn there(&self, world: &World, list: &str, id: &str) -> Result<(), ApiError> {
        world
            .get(list, id)
            .map(drop)
            .ok_or_else(|| api::missing(list, id))
    }

    fn tie(&self, world: &mut World, list: &[&str], name: &str, id: &str) {
        let list = place(list);
        if self.adding {
            let mut row = Map::new();
            row.insert(name.to_string(), id.into());
            world.put(&list, id, &row.into());
        } else {
            world.remove(&list, id);
        }
    }

    fn user_roles(&self, user: &str) -> Answer {
        self.bearer
            .need(&["update:users", "create:role_members", "delete:role_members"])?;
        let roles = self.ids("roles")?;
        let mut world = self.state.world();
        self.user(&lock(&self.state.tenant), user)?;
        if roles.iter().any(|role| world.get("roles", role).is_none()) {
            return Err(no_role());
        }
        for role in roles {
            self.tie(&mut world, &["roles", &role, "users"], "user_id", user);
        }
        Ok(Reply::empty())
    }

    fn role_users(&self, role: &str) -> Answer {
        self.bearer.need(&["update:roles", "create:role_members"])?;
        let users = self.ids("users")?;
        let mut world = self.state.world();
        self.there(&world, "roles", role)?;
        for user in &users {
            self.user(&lock(&self.state.tenant), user)?;
        }
        for user in users {
            self.tie(&mut world, &["roles", role, "users"], "user_id", &user);
        }
        Ok(Reply::raw(200, "{}"))
    }

    /// Adds to or takes from the permissions kept in this list.
    fn permissions(&self, world: &mut World, list: &[&str], direct: bool) -> Result<(), ApiError> {
        let sent = body(self.request)?;
        let wanted = sent
            .get("permissions")
            .and_then(Value::as_array)
            .ok_or_else(|| ApiError::body("'Missing required property: permissions'"))?;
        for one in wanted {
            let text = |key: &str| one[key].as_str().unwrap_or_default();
            let (api, name) = (text("resource_server_identifier"), text("permission_name"));
            let gone = || {
                ApiError::new(
                    404,
                    "inexistent_resource_server_permission",
                    format!("This permission does not exist: '{api} - {name}'"),
                )
            };
            let server = world.find("resource-servers", api).ok_or_else(gone)?;
            let server: Value = serde_json::from_slice(server.raw(true)).unwrap_or_default();
            let scopes = server["scopes"].as_array();
            let scope = scopes
                .and_then(|all| all.iter().find(|scope| scope["value"] == name))
                .ok_or_else(gone)?;
            // Two APIs may have permissions of one name.
            let list = place(list);
            let id = match world.get(&list, name) {
                Some(row)
                    if row.get(&world.keys, "resource_server_identifier") != Some(&quote(api)) =>
                {
                    format!("{name} {api}")
                }
                _ => name.to_string(),
            };
            if !self.adding {
                world.remove(&list, &id);
                continue;
            }
            let mut row = json!({
                "permission_name": name,
                "description": scope["description"].as_str().unwrap_or_default(),
                "resource_server_name": server["name"],
                "resource_server_identifier": api,
            });
            if direct {
                row["sources"] =
                    json!([{"source_id": "", "source_name": "", "source_type": "DIRECT"}]);
            }
            world.put(&list, &id, &row);
        }
        Ok(())
    }

    fn done(&self) -> Reply {
        match self.adding {
            true => Reply::raw(201, "{}"),
            false => Reply::empty(),
        }
    }

    fn user_permissions(&self, user: &str) -> Answer {
        self.bearer.need(&["update:users"])?;
        let mut world = self.state.world();
        self.user(&lock(&self.state.tenant), user)?;
        self.permissions(&mut world, &["users", user, "permissions"], true)?;
        Ok(self.done())
    }

    fn role_permissions(&self, role: &str) -> Answer {
        self.bearer.need(&["update:roles"])?;
        let mut world = self.state.world();
        self.there(&world, "roles", role)?;
        self.permissions(&mut world, &["roles", role, "permissions"], false)?;
        Ok(self.done())
    }

    fn members(&self, organization: &str) -> Answer {
        self.bearer.need(match self.adding {
            true => &["create:organization_members"],
            false => &["delete:organization_members"],
        })?;
        let members = self.ids("members")?;
        let mut world = self.state.world();
        self.there(&world, "organizations", organization)?;
        if self.adding {
            for member in &members {
                self.user(&lock(&self.state.tenant), member)?;
            }
        }
        for member in members {
            let list = ["organizations", organization, "members"];
            self.tie(&mut world, &list, "user_id", &member);
        }
        Ok(Reply::empty())
    }

    fn member_roles(&self, organization: &str, user: &str) -> Answer {
        self.bearer.need(match self.adding {
            true => &["create:organization_member_roles"],
            false => &["delete:organization_member_roles"],
        })?;
        let roles = self.ids("roles")?;
        let mut world = self.state.world();
        self.there(&world, "organizations", organization)?;
        if let Some(role) = roles.iter().find(|role| world.get("roles", role).is_none()) {
            return Err(ApiError::bare(404, format!("No such role with id: {role}")));
        }
        let members = place(&["organizations", organization, "members"]);
        if world.get(&members, user).is_none() {
            return Err(ApiError::bare(
                404,
                "The user is not a member of the organization.",
            ));
        }
        let list = ["organizations", organization, "members", user, "roles"];
        let held = world.rows(&place(&list)).count();
        if self.adding && held + roles.len() > MEMBER_ROLES {
            return Err(ApiError::bare(
                409,
                "The member has reached the limit of roles.",
            ));
        }
        for role in roles {
            self.tie(&mut world, &list, "id", &role);
        }
        Ok(Reply::empty())
    }

    fn role_groups(&self, role: &str) -> Answer {
        self.bearer
            .need(&["create:group_roles", "delete:group_roles"])?;
        let groups = self.ids("groups")?;
        let mut world = self.state.world();
        self.there(&world, "roles", role)?;
        for group in &groups {
            self.there(&world, "groups", group)?;
        }
        for group in groups {
            self.tie(&mut world, &["groups", &group, "roles"], "id", role);
        }
        Ok(Reply::empty())
    }

    fn group_roles(&self, group: &str) -> Answer {
        self.bearer
            .need(&["create:group_roles", "delete:group_roles"])?;
        let roles = self.ids("roles")?;
        let mut world = self.state.world();
        self.there(&world, "groups", group)?;
        for role in &roles {
            self.there(&world, "roles", role)?;
        }
        for role in roles {
            self.tie(&mut world, &["groups", group, "roles"], "id", &role);
        }
        Ok(Reply::empty())
    }

    fn organization_group_roles(&self, organization: &str, group: &str) -> Answer {
        self.bearer.need(&[
            "create:organization_group_roles",
            "delete:organization_group_roles",
        ])?;
        let roles = self.ids("roles")?;
        let mut world = self.state.world();
        self.there(&world, "organizations", organization)?;
        self.there(&world, "groups", group)?;
        for role in &roles {
            self.there(&world, "roles", role)?;
        }
        let list = ["organizations", organization, "groups", group, "roles"];
        for role in roles {
            self.tie(&mut world, &list, "id", &role);
        }
        Ok(Reply::empty())
    }

    fn organization_grant(&self, organization: &str) -> Answer {
        self.bearer.need(&["create:organization_client_grants"])?;
        let sent = body(self.request)?;
        let id = sent.get("grant_id").and_then(Value::as_str);
        let id = id.ok_or_else(|| ApiError::body("'Missing required property: grant_id'"))?;
        let mut world = self.state.world();
        self.there(&world, "organizations", organization)?;
        let grant = world
            .get("client-grants", id)
            .cloned()
            .ok_or_else(|| api::missing("client-grants", id))?;
        let list = ["organizations", organization, "client-grants"];
        self.tie(&mut world, &list, "id", id);
        Ok(Reply::raw(201, grant.raw(true).clone()))
    }

    fn organization_clients(&self, organization: &str) -> Answer {
        let verb = if self.adding { "create" } else { "delete" };
        self.bearer
            .need(&[&format!("{verb}:organization_clients")])?;
        let mut world = self.state.world();
        self.there(&world, "organizations", organization)?;
        let list = place(&["organizations", organization, "clients"]);
        if !self.adding {
            for client in self.ids("clients")? {
                world.remove(&list, &client);
            }
            return Ok(Reply::empty());
        }
        for one in self.objects("clients")? {
            let id = one["client_id"].as_str().unwrap_or_default();
            self.there(&world, "clients", id)?;
            let Some(access) = one["use_for_member_access"].as_bool() else {
                let text = "'Missing required property: use_for_member_access'";
                return Err(ApiError::body(text));
            };
            let row = json!({"client_id": id, "use_for_member_access": access});
            world.put(&list, id, &row);
        }
        Ok(Reply::raw(201, "{}"))
    }

    fn synchronized_groups(&self, connection: &str) -> Answer {
        let verb = if self.adding { "create" } else { "delete" };
        self.bearer
            .need(&[&format!("{verb}:directory_provisionings")])?;
        let mut world = self.state.world();
        self.there(&world, "connections", connection)?;
        let list = [
            "connections",
            connection,
            "directory-provisioning",
            "synchronized-groups",
        ];
        for one in self.objects("groups")? {
            let id = one["id"].as_str().unwrap_or_default();
            self.tie(&mut world, &list, "id", id);
        }
        Ok(Reply::empty())
    }

    fn connection_clients(&self, connection: &str) -> Answer {
        self.bearer.need(&["update:connections"])?;
        let sent: Vec<Value> = serde_json::from_slice(&self.request.body)
            .map_err(|_| ApiError::body("'Expected type array'"))?;
        let mut world = self.state.world();
        self.there(&world, "connections", connection)?;
        let list = place(&["connections", connection, "clients"]);
        for one in sent {
            let (Some(client), Some(status)) = (one["client_id"].as_str(), one["status"].as_bool())
            else {
                return Err(ApiError::body(
                    "'Missing required property: client_id,status'",
                ));
            };
            if status {
                world.put(&list, client, &json!({ "client_id": client }));
            } else {
                world.remove(&list, client);
            }
        }
        let enabled: Vec<Value> = world.rows(&list).map(|row| (*row.id).into()).collect();
        if let Some(row) = world.get("connections", connection) {
            let mut row: Value = serde_json::from_slice(row.raw(true)).unwrap_or_default();
            row["enabled_clients"] = enabled.into();
            world.put("connections", connection, &row);
        }
        Ok(Reply::empty())
    }
}
