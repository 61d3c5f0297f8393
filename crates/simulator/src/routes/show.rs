//! What an answer shows of a row: the attributes asked for, what another list or the user holds, no secrets.

use super::objects::Reading;
use crate::api::{Param, Quirk, Show};
use crate::errors::ApiError;
use crate::json::Object;
use crate::record::{Fields, Record};
use crate::world::place;

impl Reading<'_> {
    /// The attributes that this caller may not see.
    pub fn hidden(&self) -> Option<&'static [&'static str]> {
        let (scopes, names) = self.endpoint.secrets;
        let may = names.is_empty() || scopes.split(' ').any(|scope| self.bearer.may(scope));
        (!may).then_some(names)
    }

    pub fn without_secrets(&self, row: Vec<u8>) -> Vec<u8> {
        let Some(names) = self.hidden() else {
            return row;
        };
        let text = String::from_utf8_lossy(&row);
        match Object::parse(&text) {
            Some(mut object) => {
                names.iter().for_each(|name| object.remove(name));
                object.text().into_bytes()
            }
            None => row,
        }
    }

    /// The attributes that `fields` asks for.
    pub fn fields(&self) -> Result<Option<Fields>, ApiError> {
        let allowed = self.endpoint.query.iter().find_map(|param| match param {
            Param::Fields(allowed) => Some(*allowed),
            _ => None,
        });
        let (Some(allowed), Some(mut names)) = (allowed, self.params.fields()) else {
            return Ok(None);
        };
        if !allowed.is_empty() && names.iter().any(|name| !allowed.contains(name)) {
            let sent = self.params.text("fields").unwrap_or_default();
            let list = allowed.join(", ");
            return Err(ApiError::query(format!(
                "'String '{sent}' does not match pattern. Must be a comma separated list of the following values: {list}' on property fields"
            )));
        }
        let include = self.params.flag("include_fields", true)?;
        for quirk in self.endpoint.quirks {
            match quirk {
                Quirk::Always(name) if include => names.push(name),
                _ => {}
            }
        }
        Ok(Some(Fields::new(
            &self.world.keys,
            names.into_iter(),
            include,
        )))
    }

    /// The same for a read by id, or those that it shows if none are asked for.
    pub fn fields_of_one(&self) -> Result<Option<Fields>, ApiError> {
        let only_listed = self.endpoint.quirks.iter().filter_map(|quirk| match quirk {
            Quirk::OnlyListed(name) => Some(*name),
            _ => None,
        });
        let mut only_listed = only_listed.peekable();
        match self.fields()? {
            None if only_listed.peek().is_some() => {
                Ok(Some(Fields::new(&self.world.keys, only_listed, false)))
            }
            asked => Ok(asked),
        }
    }

    /// Appends what is shown of a row; false when it leads nowhere any more.
    pub fn write(&self, row: &Record, out: &mut Vec<u8>) -> Result<bool, ApiError> {
        let keys = &self.world.keys;
        let some = |names: &[&str]| Fields::new(keys, names.iter().copied(), true);
        match self.endpoint.show {
            Show::All => row.write(out, self.fields()?.as_ref(), true),
            Show::Only(names) | Show::Listed(names) => row.write(out, Some(&some(names)), true),
            Show::Of(list, names) => {
                let Some(target) = self.world.get(list, &row.id) else {
                    return Ok(false);
                };
                let fields = (!names.is_empty()).then(|| some(names));
                target.write(out, fields.as_ref(), true);
            }
            Show::User => {
                let Some(user) = self.tenant.user(&row.id) else {
                    return Ok(false);
                };
                self.write_user(&user, out)?;
            }
        }
        Ok(true)
    }

    fn write_user(&self, user: &Record, out: &mut Vec<u8>) -> Result<(), ApiError> {
        let columns = ["user_id", "email", "picture", "name"];
        let asked = self.fields()?.and(self.params.fields());
        let include = self.params.flag("include_fields", true)?;
        let shown = |name: &str| match &asked {
            None => name != "roles",
            Some(asked) => asked.contains(&name) == include,
        };
        out.push(b'{');
        let mut first = true;
        let mut member = |name: &str, value: &str, out: &mut Vec<u8>| {
            let comma = if std::mem::replace(&mut first, false) {
                ""
            } else {
                ","
            };
            out.extend_from_slice(format!("{comma}\"{name}\":{value}").as_bytes());
        };
        for name in columns {
            if let (true, Some(value)) = (shown(name), user.get(&self.tenant.keys, name)) {
                member(name, value, out);
            }
        }
        if shown("roles") && self.endpoint.path.ends_with("/members") {
            let list = format!("{}/{}/roles", self.list(), place(&[&user.id]));
            let roles: Vec<String> = self
                .world
                .rows(&list)
                .filter_map(|link| self.world.get("roles", &link.id))
                .map(|role| {
                    let fields = Fields::new(&self.world.keys, ["id", "name"].into_iter(), true);
                    let mut text = Vec::new();
                    role.write(&mut text, Some(&fields), true);
                    String::from_utf8_lossy(&text).into_owned()
                })
                .collect();
            member("roles", &format!("[{}]", roles.join(",")), out);
        }
        out.push(b'}');
        Ok(())
    }
}
