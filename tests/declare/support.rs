//! What these tests share: errors as one text, a stand-in for Supabase Vault, the simulator's journal in short.

use postgres::error::DbError;
use simulator::{Config, Simulator};
use xtask::World;

/// A tenant of so many users, and a database.
pub fn world(users: usize) -> World {
    World::new(config(users))
}

/// A second tenant, whose tokens the first refuses.
pub fn tenant(users: usize) -> Simulator {
    Simulator::start(config(users)).unwrap()
}

fn config(users: usize) -> Config {
    Config {
        users,
        ..Config::default()
    }
}

/// An error as psql shows it, SQLSTATE first.
pub fn told(error: &DbError) -> String {
    let mut text = format!("{}: {}", error.code().code(), error.message());
    for (label, part) in [("DETAIL", error.detail()), ("HINT", error.hint())] {
        if let Some(part) = part {
            text.push_str(&format!("\n{label}: {part}"));
        }
    }
    text
}

/// Versions of Vault differ in whether a secret has a `key_id` beside its `id`.
pub enum KeyId {
    /// As older versions have it.
    Shown,
    /// As newer versions do.
    Absent,
}

/// Creates what Supabase Vault shows to SQL, without the encryption. PUBLIC has no rights on it.
pub fn create_vault(world: &mut World, key_id: KeyId) {
    let (column, shown) = match key_id {
        KeyId::Shown => (", key_id uuid default gen_random_uuid()", ", key_id"),
        KeyId::Absent => ("", ""),
    };
    world.run(&format!(
        "create schema vault;
         create table vault.secrets (
           id uuid primary key default gen_random_uuid(), name text unique, description text, secret text{column});
         create view vault.decrypted_secrets as
           select id, name, description, secret as decrypted_secret{shown} from vault.secrets;
         create function vault.create_secret(secret text, name text default null, description text default '')
           returns uuid language sql as
           'insert into vault.secrets (secret, name, description) values ($1, $2, $3) returning id';
         revoke all on function vault.create_secret from public;"
    ));
}

/// Puts a secret into the stand-in; its id.
pub fn keep(world: &mut World, secret: &str, name: &str) -> String {
    let sql = format!(
        "select vault.create_secret({}, {})",
        literal(secret),
        literal(name)
    );
    world.value(&sql).unwrap()
}

/// Quotes a literal for SQL.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `create server auth0` with these options, and a table `users` of two columns on it, instead of those there were.
pub fn declare(world: &mut World, options: &[(&str, &str)]) {
    let options: Vec<String> = options
        .iter()
        .map(|(name, value)| format!("{name} {}", literal(value)))
        .collect();
    let options = match options.as_slice() {
        [] => String::new(),
        options => format!("options ({})", options.join(", ")),
    };
    world.run(&format!(
        "drop server if exists auth0 cascade;
         create server auth0 foreign data wrapper auth0_fdw {options};
         create foreign table users (user_id text, email text) server auth0 options (object 'users')"
    ));
}

/// How many rows the table has, by the connection of the world.
pub fn count(world: &mut World) -> String {
    world.value("select count(u) from users u").unwrap()
}

/// The journal as `METHOD path status`, cleared by reading it.
pub fn requests(simulator: &Simulator) -> Vec<String> {
    let journal = simulator.journal();
    simulator.clear_journal();
    journal
        .iter()
        .map(|entry| format!("{} {} {}", entry.method, entry.path, entry.status))
        .collect()
}

/// A role that can log in, unlike any other: roles belong to the cluster, which the tests share.
pub fn role(world: &mut World, purpose: &str) -> String {
    let name = format!("{}_{purpose}", world.db.name());
    world.run(&format!("create role {name} login"));
    name
}
