//! Users of many origins, each lacking what such users lack.

use super::dice::Dice;
use super::{ascii, created, Plan, Writer, DOMAINS, FAMILY, GIVEN};
use crate::json::quote;
use crate::time;
use std::fmt::Write;

const NATIVE: [&str; 6] = [
    "山田 太郎",
    "Иван Петров",
    "محمد علي",
    "김민준",
    "Ελένη Παππά",
    "🦊 Fox",
];

/// Users of many origins, each lacking what such users lack.
pub fn user(plan: Plan, i: usize) -> (String, String) {
    let mut dice = Dice::new(plan.seed, i);
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

    let born = created(plan, i);
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
