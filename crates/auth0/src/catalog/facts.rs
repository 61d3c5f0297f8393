//! What the catalogue says of an object, in the words that people read.

use super::{find, Object, Paging, Search};

impl Object {
    /// How its list is paged, as the table option `paging` says it.
    pub fn paging_word(&self) -> &'static str {
        match self.paging {
            Paging::None => "none",
            Paging::Offset(_) => "offset",
            Paging::Checkpoint(_) | Paging::Both(_) => "checkpoint",
        }
    }

    /// The columns with the look-ups by a key.
    pub fn look_ups(&self) -> Vec<&'static str> {
        self.by_key.iter().map(|by| by.key).collect()
    }

    /// The columns with conditions that Auth0 can answer itself.
    pub fn filters(&self) -> Vec<&'static str> {
        let searched = self.columns.iter();
        let searched = searched.filter(|column| column.search != Search::Never);
        let params = self.params.iter().map(|param| param.column);
        let mut found = Vec::new();
        for name in searched.map(|column| column.name).chain(params) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    /// The columns in the path whose values neither a parent's rows nor the catalogue can give.
    pub fn required(&self) -> Vec<&'static str> {
        let fixed = |name: &str| self.values.iter().any(|(column, _)| *column == name);
        let given = self.variables().filter(|name| !fixed(name));
        match &self.parent {
            None => given.collect(),
            Some(parent) => {
                let theirs = find(parent.object)
                    .map(Object::required)
                    .unwrap_or_default();
                given
                    .filter(|name| {
                        let from = parent.columns.iter().find(|(ours, _)| ours == name);
                        from.is_none_or(|(_, column)| theirs.contains(column))
                    })
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::OBJECTS;

    #[test]
    fn they_name_columns() {
        for object in OBJECTS {
            let named = |name: &&str| object.named(name).is_some();
            assert!(object.look_ups().iter().all(named), "{}", object.name);
            assert!(object.filters().iter().all(named), "{}", object.name);
            assert!(object.required().iter().all(named), "{}", object.name);
        }
    }

    #[test]
    fn of_some_objects() {
        let users = find("users").unwrap();
        assert!(users.filters().contains(&"blocked") && users.look_ups().contains(&"user_id"));
        assert_eq!(users.paging_word(), "offset");
        assert_eq!(find("anomaly_ip_blocks").unwrap().required(), ["ip"]);
        assert!(find("role_users").unwrap().required().is_empty());
    }
}
