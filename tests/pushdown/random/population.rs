//! Random users whose values are awkward to compare, to quote and to search for, as JSON text.

use super::dice::Dice;

/// Texts that users have and queries ask for.
pub const WORDS: [&str; 58] = [
    "Jane",
    "jane",
    "JANE",
    "Jane Smith",
    "jane  smith",
    "jane smith ",
    " jane",
    "smith",
    "Smithers",
    "O'Brien",
    "quo\"te",
    "back\\slash",
    "trailing\\",
    "50% off",
    "50_off",
    "50* off",
    "50? off",
    "a*b",
    "a?b",
    "AND",
    "OR",
    "NOT",
    "TO",
    "and",
    "Jane AND John",
    "NOT x",
    "(paren)",
    "[a TO b]",
    "{curly}",
    "a:b",
    "name:jane",
    "~tilde",
    "caret^2",
    "-minus",
    "+plus",
    "a||b",
    "a&&b",
    "/slash/",
    "",
    "İstanbul",
    "istanbul",
    "ISTANBUL",
    "ırmak",
    "Irmak",
    "Straße",
    "STRASSE",
    "ΟΔΟΣ",
    "οδος",
    "οδοσ",
    "é",
    "e\u{301}",
    "É",
    "日本語",
    "😀 smile",
    "\u{212a}elvin",
    "kelvin",
    "null",
    "true",
];

/// More texts, for metadata: what looks like another type.
pub const SCALARS: [&str; 12] = [
    "5", "5.0", "05", "-5", "1e2", "true", "false", "null", "[]", "{}", "gold", "Gold",
];

/// Domains of e-mail addresses.
const DOMAINS: [&str; 4] = ["example.com", "Example.com", "example.org", "mail.example"];

/// Connections of identities.
pub const CONNECTIONS: [&str; 4] = [
    "Username-Password-Authentication",
    "google-oauth2",
    "Acme SAML",
    "db",
];

/// First millisecond in which a user was created: 2021-03-14.
const BORN: i64 = 1_615_680_000_000;

/// So many users of this seed: their ids and their JSON, in the order of their creation.
pub fn users(seed: u64, count: usize) -> Vec<(String, String)> {
    let mut dice = Dice::new(seed);
    // Some populations are created in few moments, as imports do.
    let moments = dice.pick(&[count / 8 + 1, count, count * 1000]);
    let mut born: Vec<i64> = (0..count)
        .map(|_| BORN + dice.below(moments) as i64)
        .collect();
    born.sort_unstable();
    (0..count).map(|n| user(&mut dice, n, born[n])).collect()
}

fn user(dice: &mut Dice, n: usize, born: i64) -> (String, String) {
    let mut user = Object::default();
    let id = id(dice, n);
    user.text("user_id", &id);
    user.text("created_at", &moment(born));
    let updated = if dice.chance(30) {
        born
    } else {
        born + dice.below(5000) as i64
    };
    user.text("updated_at", &moment(updated));
    if dice.chance(85) {
        user.text("email", &email(dice, n));
    }
    for (key, percent) in [
        ("name", 95),
        ("nickname", 80),
        ("given_name", 50),
        ("family_name", 50),
        ("username", 40),
    ] {
        if dice.chance(percent) {
            user.text(key, &word(dice));
        }
    }
    for key in ["email_verified", "phone_verified", "blocked"] {
        match dice.below(10) {
            0..=2 => user.raw(key, "true"),
            3..=5 => user.raw(key, "false"),
            6 if key == "email_verified" => user.raw(key, dice.pick(&[r#""true""#, r#""false""#])),
            _ => {}
        }
    }
    if dice.chance(30) {
        user.text("phone_number", &format!("+1555{:04}", dice.below(60)));
    }
    if dice.chance(60) {
        user.text("last_login", &moment(updated));
        user.raw(
            "logins_count",
            dice.pick(&["0", "1", "2", "7", "100", "2147483648"]),
        );
        user.text(
            "last_ip",
            dice.pick(&[
                "203.0.113.7",
                "203.0.113.8",
                "2001:db8::1",
                "::ffff:203.0.113.7",
            ]),
        );
    }
    if dice.chance(10) {
        user.text("last_password_reset", &moment(born + 1));
    }
    if dice.chance(30) {
        user.text("picture", "https://cdn.example/a.png");
        user.text("locale", dice.pick(&["en", "EN", "tr"]));
    }
    if dice.chance(20) {
        user.raw("multifactor", r#"["guardian"]"#);
    }
    user.raw("identities", &identities(dice));
    for key in ["user_metadata", "app_metadata"] {
        if dice.chance(70) {
            user.raw(key, &metadata(dice, 2));
        }
    }
    if dice.chance(10) {
        user.raw("groups", r#"["a",{"b":null}]"#);
    }
    (id, user.close())
}

fn id(dice: &mut Dice, n: usize) -> String {
    match dice.below(8) {
        0 => format!("google-oauth2|10{n}"),
        1 => format!("samlp|Acme SAML|user {n}@corp.example"),
        2 => format!("auth0|Mixed{n}Case"),
        3 => format!("auth0|mixed{n}case"),
        4 => format!(
            "waad|{}{n}",
            dice.pick(&["a/b", "a?b", "a#b", "a%41", "..", "a\"b", "a\\b", "é", "*", "a b"])
        ),
        _ => format!("auth0|{n:024x}"),
    }
}

fn email(dice: &mut Dice, n: usize) -> String {
    let local = match dice.below(6) {
        0 => "shared".to_owned(),
        1 => "Shared".to_owned(),
        2 => format!("o'brien+{n}"),
        3 => format!("İ{n}"),
        _ => format!("user.{n}"),
    };
    format!("{local}@{}", dice.pick(&DOMAINS))
}

/// A text, odd as often as not.
pub fn word(dice: &mut Dice) -> String {
    match dice.below(40) {
        0 => "x".repeat(300),
        1 => format!("{}{}", dice.pick(&WORDS), "y".repeat(240)),
        2..=9 => format!("{} {}", dice.pick(&WORDS), dice.pick(&WORDS)),
        _ => (dice.pick(&WORDS)).to_owned(),
    }
}

fn identities(dice: &mut Dice) -> String {
    let count = 1 + dice.below(2);
    let all: Vec<String> = (0..count)
        .map(|at| {
            let mut identity = Object::default();
            identity.text("connection", dice.pick(&CONNECTIONS));
            identity.text("provider", dice.pick(&["auth0", "google-oauth2", "samlp"]));
            identity.raw("user_id", dice.pick(&["37", r#""37""#, r#""abc""#]));
            identity.raw("isSocial", dice.pick(&["true", "false"]));
            if at > 0 {
                identity.raw(
                    "profileData",
                    r#"{"email":"linked@example.com","email_verified":"true"}"#,
                );
            }
            identity.close()
        })
        .collect();
    format!("[{}]", all.join(","))
}

/// Keys of metadata: plain ones, and such as a search could take for something else.
pub const KEYS: [&str; 8] = ["plan", "n", "deep", "tags", "a b", "NOT", "é", "0"];

fn metadata(dice: &mut Dice, depth: usize) -> String {
    let mut object = Object::default();
    for key in KEYS {
        if dice.chance(35) {
            object.raw(key, &value(dice, depth));
        }
    }
    object.close()
}

fn value(dice: &mut Dice, depth: usize) -> String {
    match dice.below(12) {
        0 => "null".into(),
        1 => "[]".into(),
        2 => "{}".into(),
        3 => (dice.pick(&["true", "false"])).to_owned(),
        4 | 5 => (dice.pick(&[
            "5",
            "5.0",
            "5.50",
            "1e2",
            "100",
            "-5",
            "0",
            "123456789012345678",
        ]))
        .to_owned(),
        6 if depth > 0 => metadata(dice, depth - 1),
        7 if depth > 0 => format!("[{},{}]", value(dice, depth - 1), value(dice, 0)),
        8 | 9 => quoted(dice.pick(&SCALARS)),
        _ => quoted(&word(dice)),
    }
}

/// A moment as the API writes it.
pub fn moment(millis: i64) -> String {
    let days = millis.div_euclid(86_400_000);
    let rest = millis.rem_euclid(86_400_000);
    // Within one March: the calendar of the tests needs no more.
    let day = days - BORN / 86_400_000 + 14;
    assert!((1..=31).contains(&day), "a moment outside of March 2021");
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!(
        "2021-03-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z",
        rest % 1000
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON object written member by member, numbers as they are given.
#[derive(Default)]
struct Object(String);

impl Object {
    fn raw(&mut self, key: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push_str(&format!("{}:{value}", quoted(key)));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    fn close(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}
