//! A reproducible population: the same seed gives the same users, in any run and on any day.

mod dice;
mod logs;
mod odd;
mod uniform;
mod varied;
mod world;

pub use world::world;

use crate::config::Config;
use crate::json::quote;
use dice::Dice;
use std::fmt::Write;

/// First and last moment at which a seeded user was created: 2016-03-01 and 2024-11-20.
const BORN: (i64, i64) = (1_456_790_400_000, 1_732_060_800_000);

const GIVEN: [&str; 24] = [
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Elif",
    "Fatima",
    "Grace",
    "Hiro",
    "Ines",
    "José",
    "Katarzyna",
    "Liam",
    "Mei",
    "Noor",
    "Olu",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tomáš",
    "Uma",
    "Víctor",
    "Wanjiru",
    "Zoë",
];
const FAMILY: [&str; 20] = [
    "Abe", "Baker", "Çelik", "Díaz", "Eriksson", "Fischer", "García", "Hansen", "Ivanov", "Jansen",
    "Kowalski", "Li", "Müller", "Nakamura", "O'Brien", "Patel", "Quispe", "Rossi", "Smith",
    "Øster",
];
const DOMAINS: [&str; 5] = [
    "example.com",
    "example.org",
    "mail.example",
    "corp.example",
    "uni.example",
];

/// Everything about the population.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan {
    /// Chooses the population.
    pub seed: u64,
    /// Pads users to about so many bytes, giving each the 21 attributes of the usual documentation.
    pub user_bytes: Option<usize>,
    /// So many of the first users were created in one and the same millisecond.
    pub tied: usize,
    /// Gives users values that are awkward to compare, to quote and to parse.
    pub odd: bool,
}

impl Plan {
    /// What the choices say of the population.
    pub fn of(config: &Config) -> Plan {
        Plan {
            seed: config.seed,
            user_bytes: config.user_bytes,
            tied: config.tied_users,
            odd: config.odd_values,
        }
    }
}

/// The `i`th user: its id and its JSON.
pub fn user(plan: Plan, i: usize) -> (String, String) {
    match plan.user_bytes {
        Some(bytes) => uniform::user(plan, i, bytes),
        None if plan.odd => odd::user(plan, i),
        None => varied::user(plan, i),
    }
}

/// An object written member by member.
pub struct Writer(String);

impl Writer {
    fn raw(&mut self, key: &str, value: impl std::fmt::Display) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        let _ = write!(self.0, "{comma}\"{key}\":{value}");
    }

    /// For keys that need quoting.
    fn raw_quoted(&mut self, key: &str, value: &str) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        let _ = write!(self.0, "{comma}{}:{value}", quote(key));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, quote(value));
    }
}

/// When the `i`th user was created. Some were imported together and share the millisecond with the one before.
fn created(plan: Plan, i: usize) -> i64 {
    if i < plan.tied {
        // Among the others, so that a walk in either order meets users before and after.
        return BORN.0 + (BORN.1 - BORN.0) / 2;
    }
    let seed = plan.seed;
    let tied = |i: usize| i > 0 && Dice::new(seed ^ 0x71E5, i).chance(6);
    let mut first = i;
    while tied(first) {
        first -= 1;
    }
    let span = (BORN.1 - BORN.0) as u64;
    BORN.0 + (Dice::new(seed ^ 0xC4EA, first).roll() % span) as i64
}

fn ascii(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::{HashMap, HashSet};

    fn population(user_bytes: Option<usize>, count: usize) -> Vec<Value> {
        let plan = Plan {
            seed: 7,
            user_bytes,
            ..Plan::default()
        };
        (0..count)
            .map(|i| {
                let (id, json) = user(plan, i);
                let value: Value = serde_json::from_str(&json).expect("valid JSON");
                assert_eq!(value["user_id"], id.as_str());
                value
            })
            .collect()
    }

    #[test]
    fn reproducible_and_varied() {
        let users = population(None, 1000);
        assert_eq!(users, population(None, 1000));
        let ids: HashSet<_> = users.iter().map(|u| u["user_id"].to_string()).collect();
        assert_eq!(ids.len(), 1000);
        let count = |test: &dyn Fn(&Value) -> bool| users.iter().filter(|u| test(u)).count();
        for key in [
            "email",
            "given_name",
            "blocked",
            "last_login",
            "logins_count",
            "user_metadata",
            "app_metadata",
            "multifactor",
            "locale",
            "groups",
            "username",
            "phone_number",
        ] {
            let having = count(&|u| u.get(key).is_some());
            assert!(having > 0 && having < 1000, "{key}: {having}");
        }
        assert!(count(&|u| u["blocked"] == true) > 0 && count(&|u| u["blocked"] == false) > 0);
        assert!(count(&|u| u["email_verified"].is_string()) > 0);
        assert!(count(&|u| u["identities"][0]["user_id"].is_number()) > 0);
        assert!(
            count(&|u| u["user_id"]
                .as_str()
                .is_some_and(|s| s.matches('|').count() > 1))
                > 0
        );
        assert_eq!(
            count(&|u| u
                .as_object()
                .is_some_and(|u| u.values().any(Value::is_null))),
            0
        );
        let mut times: HashMap<String, usize> = HashMap::new();
        for user in &users {
            *times.entry(user["created_at"].to_string()).or_default() += 1;
        }
        assert!(times.values().any(|n| *n > 1), "ties");
    }

    #[test]
    fn uniform_users_have_the_size_asked_for() {
        let plan = Plan {
            seed: 1,
            user_bytes: Some(1000),
            ..Plan::default()
        };
        for i in 0..100 {
            let (_, json) = user(plan, i);
            assert!((990..=1010).contains(&json.len()), "{}", json.len());
        }
        assert_eq!(
            population(Some(1000), 1)[0].as_object().map(|u| u.len()),
            Some(21)
        );
    }

    #[test]
    fn as_many_ties_as_asked_for() {
        let plan = Plan {
            tied: 50,
            ..Plan::default()
        };
        let moments: Vec<i64> = (0..200).map(|i| created(plan, i)).collect();
        let tied = moments.iter().filter(|at| **at == moments[0]).count();
        assert_eq!(tied, 50);
        assert!(moments.iter().any(|at| *at < moments[0]));
        assert!(moments.iter().any(|at| *at > moments[0]));
    }

    #[test]
    fn odd_users_are_odd_and_still_sound() {
        let plan = Plan {
            odd: true,
            ..Plan::default()
        };
        let mut ids = HashSet::new();
        let mut names = HashSet::new();
        let mut verified = HashSet::new();
        for i in 0..2000 {
            let (id, json) = user(plan, i);
            let user: Value = serde_json::from_str(&json).expect("valid JSON");
            assert_eq!(user["user_id"], id.as_str());
            assert!(ids.insert(id));
            assert!(!user.as_object().unwrap().values().any(Value::is_null));
            names.insert(user["name"].to_string());
            verified.insert(user["email_verified"].to_string());
        }
        assert!(names.len() > 40, "{}", names.len());
        for wanted in ["null", "true", "false", "\"true\"", "\"false\""] {
            assert!(verified.contains(wanted), "{wanted}");
        }
    }
}
