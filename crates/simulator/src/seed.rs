//! A reproducible population: the same seed gives the same users, in any run and on any day.

use crate::json::quote;
use crate::time;
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
const NATIVE: [&str; 6] = [
    "山田 太郎",
    "Иван Петров",
    "محمد علي",
    "김민준",
    "Ελένη Παππά",
    "🦊 Fox",
];
const DOMAINS: [&str; 5] = [
    "example.com",
    "example.org",
    "mail.example",
    "corp.example",
    "uni.example",
];

/// Everything about the population.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Chooses the population.
    pub seed: u64,
    /// Pads users to about so many bytes, giving each the 21 attributes of the usual documentation.
    pub user_bytes: Option<usize>,
}

/// The `i`th user: its id and its JSON.
pub fn user(plan: Plan, i: usize) -> (String, String) {
    match plan.user_bytes {
        Some(bytes) => uniform(plan.seed, i, bytes),
        None => varied(plan.seed, i),
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, i: usize) -> Dice {
        let mut dice = Dice(seed ^ (i as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        dice.roll();
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn hex(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from_digit(self.below(16) as u32, 16).unwrap_or('0'))
            .collect()
    }

    fn digits(&mut self, length: usize) -> String {
        let mut out = String::from("1");
        out.extend((1..length).map(|_| char::from(b'0' + self.below(10) as u8)));
        out
    }
}

/// An object written member by member.
struct Writer(String);

impl Writer {
    fn raw(&mut self, key: &str, value: impl std::fmt::Display) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        let _ = write!(self.0, "{comma}\"{key}\":{value}");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, quote(value));
    }
}

/// When the `i`th user was created. Some were imported together and share the millisecond with the one before.
fn created(seed: u64, i: usize) -> i64 {
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

/// Users of many origins, each lacking what such users lack.
fn varied(seed: u64, i: usize) -> (String, String) {
    let mut dice = Dice::new(seed, i);
    let (given, family) = (dice.pick(&GIVEN), dice.pick(&FAMILY));
    let local = format!("{}.{}{i}", ascii(given), ascii(family));
    let mut email = Some(format!("{local}@{}", dice.pick(&DOMAINS)));
    let mut name = format!("{given} {family}");
    let mut full_names = dice.chance(55);
    let mut user = Writer(String::from("{"));
    let mut verified = dice.chance(70).to_string();
    let mut username = None;
    let mut phone = None;
    let mut extra: Vec<(&str, String)> = Vec::new();

    let kind = dice.below(100);
    let (provider, connection, rest, social) = match kind {
        0..=54 => {
            username = dice.chance(40).then(|| format!("{}{i}", ascii(given)));
            if !full_names {
                // What the API makes of a sign-up that gave no name.
                name = email.clone().unwrap_or_default();
            }
            (
                "auth0",
                "Username-Password-Authentication",
                dice.hex(24),
                false,
            )
        }
        55..=69 => {
            full_names = true;
            extra.push(("locale", quote(dice.pick(&["en", "de", "pt-BR"]))));
            ("google-oauth2", "google-oauth2", dice.digits(21), true)
        }
        70..=77 => {
            full_names = false;
            if dice.chance(50) {
                email = None;
            }
            extra.push(("screen_name", quote(&local)));
            ("github", "github", dice.digits(7), true)
        }
        78..=83 => {
            full_names = false;
            email = None;
            phone = Some(format!("+1555{:07}", i));
            name = phone.clone().unwrap_or_default();
            ("sms", "sms", dice.hex(24), false)
        }
        84..=88 => {
            full_names = false;
            name = email.clone().unwrap_or_default();
            ("email", "email", dice.hex(24), false)
        }
        89..=94 => {
            let name_id = email.clone().unwrap_or_default();
            extra.push(("groups", r#"["staff","vpn users"]"#.to_string()));
            extra.push(("issuer", quote("urn:corp.example")));
            // This identity provider sends text for a truth value.
            verified = quote(&verified);
            ("samlp", "acme-saml", format!("acme-saml|{name_id}"), false)
        }
        95..=97 => (
            "oidc",
            "acme-oidc",
            format!("acme-oidc|{}", dice.hex(8)),
            false,
        ),
        _ => {
            name = dice.pick(&NATIVE).to_string();
            full_names = false;
            (
                "auth0",
                "Username-Password-Authentication",
                dice.hex(24),
                false,
            )
        }
    };
    if kind % 17 == 3 && email.is_some() {
        email = Some(format!("shared{}@example.com", i % 5));
    }
    let id = format!("{provider}|{rest}");

    let born = created(seed, i);
    user.text("created_at", &time::format(born));
    if let Some(email) = &email {
        // Enterprise and social directories keep the case; Auth0's own database does not.
        let shown = match provider {
            "samlp" => format!("{}{}", email[..1].to_uppercase(), &email[1..]),
            _ => email.clone(),
        };
        user.text("email", &shown);
        user.raw("email_verified", &verified);
    }
    if full_names {
        user.text("family_name", family);
        user.text("given_name", given);
    }
    let mut identity = Writer(String::from("{"));
    identity.text("connection", connection);
    match rest.parse::<u64>() {
        Ok(number) if provider == "github" => identity.raw("user_id", number),
        _ => identity.text("user_id", &rest),
    }
    identity.text("provider", provider);
    if social {
        identity.text("access_token", &format!("idp-{}", dice.hex(16)));
    }
    identity.raw("isSocial", social);
    identity.0.push('}');
    let mut identities = identity.0;
    if kind < 4 {
        let linked = dice.digits(21);
        let _ = write!(
            identities,
            r#",{{"connection":"google-oauth2","user_id":"{linked}","provider":"google-oauth2","isSocial":true,"profileData":{{"email":{},"email_verified":true,"name":{}}}}}"#,
            quote(&format!("{local}@gmail.example")),
            quote(&name),
        );
    }
    user.raw("identities", format!("[{identities}]"));
    user.text("name", &name);
    let nickname = match &email {
        Some(email) => email.split('@').next().unwrap_or_default().to_string(),
        None => ascii(given),
    };
    user.text("nickname", &nickname);
    user.text(
        "picture",
        &format!("https://cdn.auth0.com/avatars/{}.png", &ascii(given)[..1]),
    );
    user.text("user_id", &id);
    if let Some(username) = username {
        user.text("username", &username);
    }
    if let Some(phone) = phone {
        user.text("phone_number", &phone);
        user.raw("phone_verified", true);
    }
    match dice.below(100) {
        0..=3 => user.raw("blocked", true),
        4..=19 => user.raw("blocked", false),
        _ => {}
    }
    if dice.chance(8) {
        user.raw("multifactor", r#"["guardian"]"#);
        user.text("multifactor_last_modified", &time::format(born + 5_000));
    }
    metadata(&mut user, &mut dice, i);
    let mut updated = born;
    if dice.chance(75) {
        let logins = 1 + dice.below(400);
        updated = born + (dice.roll() % 20_000_000_000) as i64;
        user.text("last_login", &time::format(updated));
        let ip = match dice.below(4) {
            0 => format!("2001:db8::{:x}", 1 + dice.below(65_000)),
            _ => format!("203.0.113.{}", dice.below(256)),
        };
        user.text("last_ip", &ip);
        user.raw("logins_count", logins);
        if provider == "auth0" && dice.chance(10) {
            user.text("last_password_reset", &time::format(born + 1_000));
        }
    }
    user.text("updated_at", &time::format(updated));
    for (key, value) in extra {
        user.raw(key, value);
    }
    user.0.push('}');
    (id, user.0)
}

fn metadata(user: &mut Writer, dice: &mut Dice, i: usize) {
    let plan = dice.pick(&["free", "Pro", "enterprise"]);
    match dice.below(10) {
        0..=2 => {}
        3 => user.raw("user_metadata", "{}"),
        4 => user.raw("user_metadata", r#"{"note":null,"tags":[],"empty":{}}"#),
        5..=6 => user.raw(
            "user_metadata",
            format!(
                r#"{{"lang":"{}","age":{},"newsletter":{}}}"#,
                dice.pick(&["en", "EN", "fr"]),
                18 + dice.below(60),
                dice.chance(50)
            ),
        ),
        _ => user.raw(
            "user_metadata",
            format!(
                r#"{{"address":{{"city":{},"geo":{{"lat":{}.5,"lon":-3.25}}}},"tags":["a","b{}"],"score":{}.75}}"#,
                quote(dice.pick(&["Zürich", "東京", "New York"])),
                dice.below(90),
                i % 3,
                dice.below(100)
            ),
        ),
    }
    match dice.below(10) {
        0..=4 => {}
        5 => user.raw("app_metadata", "{}"),
        _ => user.raw(
            "app_metadata",
            format!(
                r#"{{"plan":"{plan}","roles":["user"{}],"seats":{},"beta":{}}}"#,
                if dice.chance(10) { r#","admin""# } else { "" },
                dice.below(50),
                dice.chance(30)
            ),
        ),
    }
}

/// Users alike in shape and size, for measuring.
fn uniform(seed: u64, i: usize, bytes: usize) -> (String, String) {
    let mut dice = Dice::new(seed, i);
    let (given, family) = (dice.pick(&GIVEN), dice.pick(&FAMILY));
    let rest = dice.hex(24);
    let id = format!("auth0|{rest}");
    let local = format!("{}.{}{i}", ascii(given), ascii(family));
    let email = format!("{local}@{}", dice.pick(&DOMAINS));
    let born = created(seed, i);
    let login = time::format(born + (dice.roll() % 20_000_000_000) as i64);
    let mut user = Writer(String::with_capacity(bytes + 64));
    user.0.push('{');
    user.text("created_at", &time::format(born));
    user.text("email", &email);
    user.raw("email_verified", dice.chance(80));
    user.text("family_name", family);
    user.text("given_name", given);
    user.raw(
        "identities",
        format!(
            r#"[{{"connection":"Username-Password-Authentication","user_id":"{rest}","provider":"auth0","isSocial":false}}]"#
        ),
    );
    user.text("name", &format!("{given} {family}"));
    user.text("nickname", &local);
    user.text(
        "picture",
        &format!("https://cdn.auth0.com/avatars/{}.png", &ascii(given)[..1]),
    );
    user.text("updated_at", &login);
    user.text("user_id", &id);
    user.text("username", &format!("{}{i}", ascii(given)));
    user.text("phone_number", &format!("+1555{i:07}"));
    user.raw("phone_verified", dice.chance(50));
    user.raw("blocked", dice.chance(5));
    user.raw("multifactor", r#"["guardian"]"#);
    user.text("last_ip", &format!("203.0.113.{}", dice.below(256)));
    user.text("last_login", &login);
    user.raw("logins_count", 1 + dice.below(400));
    user.raw(
        "app_metadata",
        format!(
            r#"{{"plan":"{}","seats":{},"beta":{}}}"#,
            dice.pick(&["free", "pro"]),
            dice.below(50),
            dice.chance(30)
        ),
    );
    // `,"user_metadata":{"lang":"en","bio":"…"}}` takes the rest.
    let room = bytes.saturating_sub(user.0.len() + 42);
    let mut bio = String::with_capacity(room + 16);
    while bio.len() < room {
        bio.push_str(dice.pick(&["lorem ", "ipsum ", "dolor ", "sit ", "amet ", "elit "]));
    }
    bio.truncate(room);
    user.raw("user_metadata", format!(r#"{{"lang":"en","bio":"{bio}"}}"#));
    user.0.push('}');
    (id, user.0)
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
}
