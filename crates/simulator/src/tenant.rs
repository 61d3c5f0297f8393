//! The tenant's data: users as they are, and the search index that may lag behind them.

use crate::lucene::Name;
use crate::record::{Keys, Record};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Everything a tenant holds.
#[derive(Debug, Default)]
pub struct Tenant {
    /// Names of the users' root attributes.
    pub keys: Keys,
    users: HashMap<Box<str>, Arc<Record>>,
    by_email: HashMap<String, Vec<Box<str>>>,
    next_order: u64,
    index: Index,
}

/// What search sees.
#[derive(Debug, Default)]
struct Index {
    users: BTreeMap<u64, Arc<Record>>,
    by_id: HashMap<Box<str>, u64>,
    /// By e-mail in lower case.
    by_email: HashMap<String, Vec<u64>>,
    /// Writes that search does not see yet, with the moment it will.
    pending: VecDeque<(Instant, u64, Option<Arc<Record>>)>,
    /// Answers to earlier searches, until something changes: whoever pages repeats the same search for every page.
    /// The most recently used is the last.
    answers: VecDeque<(String, Arc<[Arc<Record>]>)>,
}

/// How many answers are kept. A hundred thousand users are 1.6 MB in each.
const ANSWERS: usize = 16;

impl Tenant {
    /// The user as it is now.
    pub fn user(&self, id: &str) -> Option<Arc<Record>> {
        self.users.get(id).cloned()
    }

    /// Users whose stored e-mail is exactly `email`, oldest first.
    pub fn users_by_email(&self, email: &str) -> Vec<Arc<Record>> {
        let mut found: Vec<_> = self
            .by_email
            .get(email)
            .into_iter()
            .flatten()
            .filter_map(|id| self.user(id))
            .collect();
        found.sort_by_key(|user| user.order);
        found
    }

    /// All users as they are now, in the order they came.
    pub fn users(&self) -> Vec<Arc<Record>> {
        let mut all: Vec<_> = self.users.values().cloned().collect();
        all.sort_by_key(|user| user.order);
        all
    }

    /// How many users were ever created.
    pub fn written(&self) -> u64 {
        self.next_order
    }

    /// Stores a user, new or in the place of the one with its id; search sees it after `lag`.
    pub fn put(&mut self, id: &str, raw: String, lag: Duration) -> Arc<Record> {
        let order = match self.users.get(id) {
            Some(old) => old.order,
            None => {
                self.next_order += 1;
                self.next_order
            }
        };
        self.forget_email(id);
        let user = Arc::new(Record::new(id, order, raw, &mut self.keys));
        if let Some(email) = user.text(&self.keys, "email") {
            self.by_email.entry(email).or_default().push(id.into());
        }
        self.users.insert(id.into(), user.clone());
        self.index.note(order, Some(user.clone()), lag, &self.keys);
        user
    }

    /// Removes a user; search sees it go after `lag`. False when there was none.
    pub fn remove(&mut self, id: &str, lag: Duration) -> bool {
        self.forget_email(id);
        match self.users.remove(id) {
            Some(user) => {
                self.index.note(user.order, None, lag, &self.keys);
                true
            }
            None => false,
        }
    }

    /// Removes all users at once, from search too.
    pub fn clear(&mut self) {
        self.users.clear();
        self.by_email.clear();
        self.index = Index::default();
    }

    /// Makes search see every write made so far.
    pub fn catch_up(&mut self) {
        self.index.settle(None, &self.keys);
    }

    /// The users that `find` picks from those search sees, in the order it gives them.
    /// `key` names the search: equal keys must mean equal answers.
    pub fn search(
        &mut self,
        key: &str,
        find: impl FnOnce(&Keys, &mut dyn Iterator<Item = &Arc<Record>>) -> Vec<Arc<Record>>,
    ) -> Arc<[Arc<Record>]> {
        let index = &mut self.index;
        index.settle(Some(Instant::now()), &self.keys);
        let known = index.answers.iter().position(|(known, _)| known == key);
        let answer = match known.and_then(|at| index.answers.remove(at)) {
            Some((_, answer)) => answer,
            None => find(&self.keys, &mut index.users.values()).into(),
        };
        if index.answers.len() == ANSWERS {
            index.answers.pop_front();
        }
        index.answers.push_back((key.to_string(), answer.clone()));
        answer
    }

    /// The users that search sees under any of these names, in the order they came.
    pub fn found_by_name(&mut self, names: &[Name]) -> Vec<Arc<Record>> {
        let index = &mut self.index;
        index.settle(Some(Instant::now()), &self.keys);
        let orders: BTreeSet<u64> = names
            .iter()
            .flat_map(|name| match name {
                Name::Id(id) => index.by_id.get(id.as_str()).map(std::slice::from_ref),
                Name::Email(email) => index.by_email.get(email).map(Vec::as_slice),
            })
            .flatten()
            .copied()
            .collect();
        let users = orders.iter().filter_map(|order| index.users.get(order));
        users.cloned().collect()
    }

    fn forget_email(&mut self, id: &str) {
        let Some(email) = self
            .users
            .get(id)
            .and_then(|user| user.text(&self.keys, "email"))
        else {
            return;
        };
        if let Some(ids) = self.by_email.get_mut(&email) {
            ids.retain(|other| &**other != id);
            if ids.is_empty() {
                self.by_email.remove(&email);
            }
        }
    }
}

impl Index {
    fn note(&mut self, order: u64, user: Option<Arc<Record>>, lag: Duration, keys: &Keys) {
        if lag.is_zero() && self.pending.is_empty() {
            self.apply(order, user, keys);
        } else {
            self.pending.push_back((Instant::now() + lag, order, user));
        }
    }

    /// Applies what is due at `now`, or everything.
    fn settle(&mut self, now: Option<Instant>, keys: &Keys) {
        while let Some((due, _, _)) = self.pending.front() {
            if now.is_some_and(|now| *due > now) {
                break;
            }
            if let Some((_, order, user)) = self.pending.pop_front() {
                self.apply(order, user, keys);
            }
        }
    }

    fn apply(&mut self, order: u64, user: Option<Arc<Record>>, keys: &Keys) {
        self.answers.clear();
        if let Some(old) = self.users.remove(&order) {
            self.by_id.remove(&old.id);
            if let Some(orders) = folded_email(&old, keys).and_then(|e| self.by_email.get_mut(&e)) {
                orders.retain(|other| *other != order);
            }
        }
        let Some(user) = user else { return };
        self.by_id.insert(user.id.clone(), order);
        if let Some(email) = folded_email(&user, keys) {
            self.by_email.entry(email).or_default().push(order);
        }
        self.users.insert(order, user);
    }
}

fn folded_email(user: &Record, keys: &Keys) -> Option<String> {
    Some(user.text(keys, "email")?.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(tenant: &mut Tenant) -> Vec<String> {
        let found = tenant.search("all", |_, all| all.cloned().collect());
        found.iter().map(|user| user.id.to_string()).collect()
    }

    #[test]
    fn search_lags_reads_do_not() {
        let mut tenant = Tenant::default();
        let hour = Duration::from_secs(3600);
        tenant.put("a", r#"{"user_id":"a","email":"x"}"#.into(), Duration::ZERO);
        tenant.put("b", r#"{"user_id":"b","email":"x"}"#.into(), hour);
        tenant.remove("a", hour);
        assert_eq!(ids(&mut tenant), ["a"]);
        assert!(tenant.user("a").is_none());
        assert_eq!(tenant.users_by_email("x").len(), 1);
        tenant.catch_up();
        assert_eq!(ids(&mut tenant), ["b"]);
    }

    #[test]
    fn replacing_keeps_the_place() {
        let mut tenant = Tenant::default();
        for id in ["a", "b"] {
            tenant.put(
                id,
                format!(r#"{{"user_id":"{id}","email":"old"}}"#),
                Duration::ZERO,
            );
        }
        assert_eq!(ids(&mut tenant), ["a", "b"]);
        tenant.put(
            "a",
            r#"{"user_id":"a","email":"new"}"#.into(),
            Duration::ZERO,
        );
        assert_eq!(ids(&mut tenant), ["a", "b"]);
        assert_eq!(tenant.users_by_email("old").len(), 1);
        assert_eq!(&*tenant.users_by_email("new")[0].id, "a");
        assert!(!tenant.remove("c", Duration::ZERO));
        tenant.clear();
        assert!(ids(&mut tenant).is_empty());
    }
}
