//! Users whose values are awkward to compare, to quote and to parse.
//!
//! Values come from small pools, so that whatever a query compares with, some users have it, some nearly.

use super::dice::Dice;
use super::{created, Plan, Writer};
use crate::json::quote;
use crate::time;

/// Case, white space, the search language's own signs and words, patterns of SQL, letters beyond ASCII.
const TEXTS: [&str; 54] = [
    "",
    " ",
    "Ann",
    "ann",
    "ANN",
    "Ann ",
    " Ann",
    "Ann  Lee",
    "Ann Lee",
    "ann lee",
    "Annabel",
    "O'Brien",
    "quo\"te",
    "back\\slash",
    "end\\",
    "a*b",
    "a?b",
    "ab",
    "axb",
    "100%",
    "100",
    "under_score",
    "underXscore",
    "AND",
    "and",
    "OR",
    "NOT",
    "TO",
    "[a TO b]",
    "{x}",
    "(x)",
    "a:b",
    "name:Ann",
    "+1",
    "-1",
    "!x",
    "a && b",
    "a || b",
    "x~2",
    "x^2",
    "/re/",
    "tab\tnew\nline",
    "é",
    "e\u{301}",
    "İstanbul",
    "istanbul",
    "straße",
    "STRASSE",
    "日本語",
    "🦊 fox",
    "a\u{200b}b",
    "null",
    "true",
    "13",
];

const EMAILS: [&str; 12] = [
    "ann@example.com",
    "Ann@Example.com",
    "ANN@EXAMPLE.COM",
    "ann+tag@example.com",
    "ann_lee@example.org",
    "annXlee@example.org",
    "o'brien@example.org",
    "\"quo ted\"@example.org",
    "ünï@exämple.org",
    "a%b@example.org",
    "a*b@example.org",
    "very.long.local.part.that.goes.on.and.on@sub.sub.sub.sub.sub.example.org",
];

/// Values of the same metadata key in different users.
const VALUES: [&str; 20] = [
    "13",
    "13.0",
    "\"13\"",
    "-7",
    "1.5",
    "0",
    "12345678901234567890",
    "true",
    "\"true\"",
    "false",
    "null",
    "\"\"",
    "\"EN\"",
    "\"en\"",
    "[]",
    "{}",
    "[1,\"a\",null]",
    "[\"EN\",\"de\"]",
    "{\"k\":\"v\",\"n\":13}",
    "\"quo\\\"te \\\\ * ?\"",
];

/// The `i`th user.
pub fn user(plan: Plan, i: usize) -> (String, String) {
    let mut dice = Dice::new(plan.seed ^ 0x0DD, i);
    let (provider, rest) = match dice.below(6) {
        0 => ("samlp", format!("acme saml|{i} a/b?c=d&e%20@x.y")),
        1 => ("oidc", format!("Acme|{i}\"\\*")),
        2 => ("github", format!("{}", 1_000_000 + i)),
        _ => ("auth0", format!("{i:06}{}", dice.hex(18))),
    };
    let id = format!("{provider}|{rest}");
    let born = created(plan, i);
    let mut user = Writer(String::from("{"));
    user.text("user_id", &id);
    user.text("created_at", &time::format(born));
    if dice.chance(80) {
        user.text("email", dice.pick(&EMAILS));
    }
    if dice.chance(80) {
        let verified = ["true", "false", "\"true\"", "\"false\"", "\"yes\""];
        user.raw("email_verified", dice.pick(&verified));
    }
    for key in ["name", "nickname", "given_name", "family_name"] {
        if dice.chance(75) {
            user.text(key, dice.pick(&TEXTS));
        }
    }
    if dice.chance(30) {
        user.text("username", dice.pick(&TEXTS));
    }
    if dice.chance(2) {
        user.text("picture", &"long ".repeat(2000));
    }
    if dice.chance(30) {
        let phones = ["+15550001", "+15550002", "+4930123456"];
        user.text("phone_number", dice.pick(&phones));
        user.raw("phone_verified", dice.chance(50));
    }
    if dice.chance(50) {
        user.raw("blocked", dice.chance(50));
    }
    if dice.chance(60) {
        let counts = ["0", "1", "2", "7", "400", "2147483647", "2147483648"];
        user.raw("logins_count", dice.pick(&counts));
    }
    let last = match dice.below(10) {
        0 => Some(-1),
        1 => Some(253_402_300_799_999),
        2 => Some(born),
        3..=6 => Some(born + (dice.roll() % 20_000_000_000) as i64),
        _ => None,
    };
    if let Some(last) = last {
        user.text("last_login", &time::format(last));
        user.text("last_ip", dice.pick(&["203.0.113.7", "2001:db8::1"]));
    }
    user.text("updated_at", &time::format(last.unwrap_or(born).max(born)));
    user.raw(
        "identities",
        format!(
            r#"[{{"connection":{},"user_id":{},"provider":"{provider}","isSocial":false}}]"#,
            quote(dice.pick(&["Username-Password-Authentication", "Acme SAML", "github"])),
            match provider {
                "github" => rest.clone(),
                _ => quote(&rest),
            }
        ),
    );
    for key in ["user_metadata", "app_metadata"] {
        if dice.chance(80) {
            metadata(&mut user, &mut dice, key);
        }
    }
    user.0.push('}');
    (id, user.0)
}

fn metadata(user: &mut Writer, dice: &mut Dice, property: &str) {
    let mut object = Writer(String::from("{"));
    for key in ["k", "n", "two words", "Ünï", "deep"] {
        if dice.chance(50) {
            object.raw_quoted(key, dice.pick(&VALUES));
        }
    }
    object.0.push('}');
    user.raw(property, object.0);
}
