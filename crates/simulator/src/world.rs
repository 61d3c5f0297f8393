//! What the tenant holds beside users and logs: lists of objects by path, and single objects.

use crate::json::quote;
use crate::record::{Keys, Record};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// All lists and single objects.
#[derive(Debug, Default)]
pub struct World {
    /// Names of the objects' root attributes.
    pub keys: Keys,
    lists: HashMap<String, List>,
    settings: HashMap<String, String>,
    next: u64,
    /// Answers to earlier searches, until something changes; the most recently used is the last.
    answers: VecDeque<(String, Arc<[Arc<Record>]>)>,
}

/// How many answers are kept.
const ANSWERS: usize = 16;

/// The rows of one list in the order they came.
#[derive(Debug, Default)]
struct List {
    rows: BTreeMap<u64, Arc<Record>>,
    by_id: HashMap<Box<str>, u64>,
}

/// The name of a list or an object: its path below `/api/v2/`, with the slashes inside of ids told from the others.
pub fn place<S: AsRef<str>>(segments: &[S]) -> String {
    let parts: Vec<String> = segments
        .iter()
        .map(|part| part.as_ref().replace('%', "%25").replace('/', "%2F"))
        .collect();
    parts.join("/")
}

impl World {
    /// Stores a row, new or in the place of the one with its id.
    pub fn put(&mut self, list: &str, id: &str, row: &Value) -> Arc<Record> {
        self.put_raw(list, id, row.to_string())
    }

    /// The same with the row's text.
    pub fn put_raw(&mut self, list: &str, id: &str, raw: String) -> Arc<Record> {
        self.answers.clear();
        let list = match self.lists.get_mut(list) {
            Some(list) => list,
            None => self.lists.entry(list.to_string()).or_default(),
        };
        let order = match list.by_id.get(id) {
            Some(order) => *order,
            None => {
                self.next += 1;
                self.next
            }
        };
        let record = Arc::new(Record::new(id, order, raw, &mut self.keys));
        list.by_id.insert(id.into(), order);
        list.rows.insert(order, record.clone());
        record
    }

    /// Removes a row and every list below it. False when there was none.
    pub fn remove(&mut self, list: &str, id: &str) -> bool {
        self.answers.clear();
        let Some(rows) = self.lists.get_mut(list) else {
            return false;
        };
        let Some(order) = rows.by_id.remove(id) else {
            return false;
        };
        rows.rows.remove(&order);
        let below = format!("{list}/{}/", place(&[id]));
        self.lists.retain(|path, _| !path.starts_with(&below));
        self.settings.retain(|path, _| !path.starts_with(&below));
        true
    }

    /// Where there are rows or objects.
    #[cfg(test)]
    pub fn places(&self) -> Vec<&str> {
        let lists = self.lists.keys().map(String::as_str);
        lists
            .chain(self.settings.keys().map(String::as_str))
            .collect()
    }

    /// A row by id.
    pub fn get(&self, list: &str, id: &str) -> Option<&Arc<Record>> {
        let list = self.lists.get(list)?;
        list.rows.get(list.by_id.get(id)?)
    }

    /// A row by id; an API also by its identifier, which may have been encoded twice.
    pub fn find(&self, list: &str, id: &str) -> Option<Arc<Record>> {
        if let Some(row) = self.get(list, id) {
            return Some(row.clone());
        }
        if list != "resource-servers" {
            return None;
        }
        let decoded = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
        let wanted = quote(&decoded);
        self.rows(list)
            .find(|row| row.get(&self.keys, "identifier") == Some(&wanted))
            .cloned()
    }

    /// A number that no object was made with.
    pub fn made(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A list's rows in the order they came.
    pub fn rows(&self, list: &str) -> impl Iterator<Item = &Arc<Record>> {
        self.lists
            .get(list)
            .into_iter()
            .flat_map(|list| list.rows.values())
    }

    /// At most `count` rows that came after the one in this place.
    pub fn rows_after(&self, list: &str, order: u64, count: usize) -> Vec<Arc<Record>> {
        self.lists
            .get(list)
            .into_iter()
            .flat_map(|list| list.rows.range(order + 1..))
            .take(count)
            .map(|(_, row)| row.clone())
            .collect()
    }

    /// What `find` makes of a list's rows, kept for the next time. `key` names the search.
    pub fn answer(
        &mut self,
        list: &str,
        key: &str,
        find: impl FnOnce(&Keys, &mut dyn Iterator<Item = &Arc<Record>>) -> Vec<Arc<Record>>,
    ) -> Arc<[Arc<Record>]> {
        let known = self.answers.iter().position(|(known, _)| known == key);
        let answer = match known.and_then(|at| self.answers.remove(at)) {
            Some((_, answer)) => answer,
            None => find(&self.keys, &mut self.rows(list)).into(),
        };
        if self.answers.len() == ANSWERS {
            self.answers.pop_front();
        }
        self.answers.push_back((key.to_string(), answer.clone()));
        answer
    }

    /// Sets an object that is there once; text that is no object is served as it is.
    pub fn set(&mut self, path: &str, raw: String) {
        self.settings.insert(path.to_string(), raw);
    }

    /// Takes such an object away.
    pub fn unset(&mut self, path: &str) -> bool {
        self.settings.remove(path).is_some()
    }

    /// Such an object's text.
    pub fn setting(&self, path: &str) -> Option<&str> {
        self.settings.get(path).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_what_hangs_on_them() {
        let mut world = World::default();
        world.put("roles", "b", &json!({"id": "b"}));
        world.put("roles", "a", &json!({"id": "a"}));
        world.put("roles/a/users", "u/1", &json!({}));
        world.put("roles", "b", &json!({"id": "b", "name": "again"}));
        let ids: Vec<&str> = world.rows("roles").map(|row| &*row.id).collect();
        assert_eq!(ids, ["b", "a"]);
        assert!(world
            .get("roles", "b")
            .unwrap()
            .get(&world.keys, "name")
            .is_some());
        assert!(world.get("roles/a/users", "u/1").is_some());
        assert!(world.remove("roles", "a") && !world.remove("roles", "a"));
        assert_eq!(world.rows("roles/a/users").count(), 0);
        assert_eq!(place(&["users", "samlp|a/b%"]), "users/samlp|a%2Fb%25");
    }
}
