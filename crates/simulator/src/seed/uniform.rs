//! Users alike in shape and size, for measuring.

use super::dice::Dice;
use super::{ascii, created, Plan, Writer, DOMAINS, FAMILY, GIVEN};
use crate::time;

/// The `i`th user, of about `bytes` bytes.
pub fn user(plan: Plan, i: usize, bytes: usize) -> (String, String) {
    let mut dice = Dice::new(plan.seed, i);
    let (given, family) = (dice.pick(&GIVEN), dice.pick(&FAMILY));
    let rest = dice.hex(24);
    let id = format!("auth0|{rest}");
    let local = format!("{}.{}{i}", ascii(given), ascii(family));
    let email = format!("{local}@{}", dice.pick(&DOMAINS));
    let born = created(plan, i);
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
