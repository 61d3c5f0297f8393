//! What is seeded beside users: every object of the API, each kind with its odd values.

mod applications;
mod connections;
mod extensibility;
mod organizations;
mod rbac;
mod settings;
mod tenant;
mod users;

use super::{logs, user, Dice, Plan, BORN};
use crate::config::{Config, Scale};
use crate::ids;
use crate::json;
use crate::time;
use crate::world::{place, World};
use serde_json::Value;

/// No more of the seeded users than these become members, so that a large population is not made twice.
const MEMBERS: usize = 2000;

/// A seeded user as other objects see it.
struct Someone {
    id: String,
    email: Option<String>,
}

/// The world being seeded.
struct Sower {
    world: World,
    scale: Scale,
    seed: u64,
    users: Vec<Someone>,
}

/// Everything but users.
pub fn world(config: &Config) -> World {
    let plan = Plan::of(config);
    let users = (0..config.users.min(MEMBERS))
        .map(|i| {
            let (id, raw) = user(plan, i);
            let email = json::Object::parse(&raw).and_then(|user| json::string(user.get("email")?));
            Someone { id, email }
        })
        .collect();
    let mut sower = Sower {
        world: World::default(),
        scale: config.scale,
        seed: config.seed,
        users,
    };
    applications::sow(&mut sower);
    connections::sow(&mut sower);
    rbac::sow(&mut sower);
    organizations::sow(&mut sower);
    users::sow(&mut sower);
    extensibility::sow(&mut sower);
    tenant::sow(&mut sower);
    settings::sow(&mut sower);
    for i in 0..config.scale.logs {
        let user = sower
            .someone(i / 3)
            .map(|user| (user.id.as_str(), user.email.as_deref()));
        let (id, raw) = logs::log(config.seed, i, config.scale.logs, user);
        sower.world.put_raw("logs", &id, raw);
    }
    sower.world
}

impl Sower {
    /// Stores a row under the id that its attribute `id` holds.
    fn put(&mut self, list: &[&str], id: &str, row: Value) -> String {
        let found = match &row[id] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.world.put(&place(list), &found, &row);
        found
    }

    /// Sets an object that is there once.
    fn set(&mut self, path: &[&str], value: Value) {
        self.world.set(&place(path), value.to_string());
    }

    /// Dice for the `i`th object of a kind.
    fn dice(&self, kind: &str, i: usize) -> Dice {
        let salt = kind.bytes().fold(0u64, |sum, byte| {
            sum.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte)
        });
        Dice::new(self.seed ^ salt, i)
    }

    /// An id with this prefix, for the `i`th object of a kind.
    fn id(&self, prefix: &str, kind: &str, i: usize) -> String {
        ids::made(prefix, &format!("{} {kind} {i}", self.seed), 16)
    }

    /// The same with 22 letters and digits.
    fn long_id(&self, prefix: &str, kind: &str, i: usize) -> String {
        ids::made(prefix, &format!("{} {kind} {i}", self.seed), 22)
    }

    /// A client's id.
    fn client(&self, i: usize) -> String {
        ids::made("", &format!("{} client {i}", self.seed), 32)
    }

    /// A UUID.
    fn uuid(&self, kind: &str, i: usize) -> String {
        ids::uuid(&format!("{} {kind} {i}", self.seed))
    }

    /// The `i`th user, round and round; None when there are none.
    fn someone(&self, i: usize) -> Option<&Someone> {
        match self.users.len() {
            0 => None,
            n => self.users.get(i % n),
        }
    }
}

/// A moment, some hours later for every `i`.
fn at(i: usize) -> String {
    time::format(BORN.0 + 13_579_321 * (i as i64 + 1))
}

/// The same with nine decimals, as some of the API's backends write it.
fn at_nanos(i: usize) -> String {
    at(i).replace('Z', &format!("{:06}Z", (i * 7919 + 314_159) % 1_000_000))
}

/// A lower-case name for the `i`th thing.
fn word(i: usize) -> &'static str {
    const WORDS: [&str; 20] = [
        "amber", "birch", "cobalt", "delta", "ember", "fjord", "garnet", "harbor", "indigo",
        "juniper", "krypton", "lagoon", "maple", "nimbus", "opal", "prairie", "quartz", "raven",
        "saffron", "tundra",
    ];
    WORDS[i % WORDS.len()]
}

/// These, round and round.
fn one_of<'a>(these: &[&'a str], i: usize) -> &'a str {
    these[i % these.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{self, Rows, Shape};

    #[test]
    fn every_declared_list_has_rows_somewhere_and_every_setting_is_set() {
        let config = Config {
            users: 20,
            ..Config::default()
        };
        let world = world(&config);
        let places = world.places();
        for endpoint in api::all_endpoints() {
            let stored = match endpoint.rows {
                Rows::Stored => endpoint.path.to_string(),
                Rows::At(path) => path.to_string(),
                Rows::From(list, _) | Rows::Holding(list, _) => list.to_string(),
                Rows::BlocksOfIdentifier => continue,
            };
            let stored = match endpoint.shape {
                Shape::One if endpoint.rows_are_stored() => {
                    stored.trim_end_matches("/{id}").to_string()
                }
                _ => stored,
            };
            let pattern: Vec<&str> = stored.split('/').collect();
            let there = places.iter().any(|place| {
                let place: Vec<&str> = place.split('/').collect();
                place.len() == pattern.len()
                    && place
                        .iter()
                        .zip(&pattern)
                        .all(|(part, wanted)| wanted.starts_with('{') || part == wanted)
            });
            assert!(there, "nothing is seeded for {}", endpoint.path);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        let config = Config {
            users: 5,
            ..Config::default()
        };
        let text = |world: &World| {
            let rows: Vec<String> = world
                .rows("clients")
                .map(|row| String::from_utf8_lossy(row.raw(true)).into_owned())
                .collect();
            rows.concat()
        };
        assert_eq!(text(&world(&config)), text(&world(&config)));
        assert!(text(&world(&config)).len() > 1000);
    }
}
