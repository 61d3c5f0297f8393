//! Tenant logs of one day: logins that went well and that did not, calls of the API, with the gaps real ones have.

use super::dice::Dice;
use super::{Writer, BORN};
use crate::ids;
use crate::time;

/// A day before the last users came.
const FIRST: i64 = BORN.1 - 86_400_000;

const KINDS: [(&str, &str); 8] = [
    ("s", "Successful login"),
    ("seacft", ""),
    ("fp", "Wrong email or password."),
    ("sapi", "Create a User"),
    ("ss", "Successful signup"),
    ("limit_wc", "User has been temporarily blocked."),
    ("feacft", "Unauthorized"),
    ("slo", "User successfully logged out"),
];

/// The `i`th of `count` logs, spread over a day: its id and its JSON. `user` is whom it is about, with an e-mail.
pub fn log(
    seed: u64,
    i: usize,
    count: usize,
    user: Option<(&str, Option<&str>)>,
) -> (String, String) {
    let mut dice = Dice::new(seed ^ 0x1065, i);
    let came = FIRST + (86_400_000 / count.max(1) as i64).max(1) * i as i64;
    // Noted a little before it came: ids and dates are not in quite the same order.
    let date = came - (dice.below(4) * 700) as i64;
    let stamp: String = time::format(came)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let id = format!("900{stamp}{i:012}{}", dice.digits(22));
    let (kind, description) = KINDS[dice.below(KINDS.len())];
    let api = kind == "sapi";
    let mut log = Writer(String::with_capacity(900));
    log.0.push('{');
    log.text("date", &time::format(date));
    log.text("type", kind);
    match description {
        "" => log.raw("description", "null"),
        text => log.text("description", text),
    }
    let client = dice.below(7);
    if dice.chance(90) {
        log.text(
            "client_id",
            &ids::made("", &format!("{seed} client {client}"), 32),
        );
        let name = if api { "" } else { "Storefront" };
        log.text("client_name", name);
    } else {
        log.raw("client_id", "null");
    }
    let ip = match dice.below(5) {
        0 => format!("2001:db8::{:x}", dice.below(4000)),
        _ => format!("203.0.113.{}", dice.below(256)),
    };
    log.text("ip", &ip);
    log.text(
        "user_agent",
        dice.pick(&[
            "Firefox 130.0.0 / Linux 0.0.0",
            "Other 0.0.0 / Other 0.0.0",
            "Mobile Safari 17.4 / iOS 17.4",
        ]),
    );
    if api {
        log.text("client_ip", &ip);
    }
    if dice.chance(80) {
        log.text("hostname", "simulated-tenant.example");
    }
    if !api {
        log.text("connection", "Username-Password-Authentication");
        log.text(
            "connection_id",
            if dice.chance(70) { "con_example" } else { "" },
        );
        log.text("strategy", "auth0");
        log.text("strategy_type", dice.pick(&["database", ""]));
    }
    if let (Some((user, email)), false) = (user, api) {
        log.text("user_id", user);
        log.text("user_name", email.unwrap_or(user));
    }
    // What is not known is sometimes null, sometimes missing.
    for key in ["organization_id", "organization_name", "audience"] {
        match dice.below(3) {
            0 => log.raw(key, "null"),
            1 if key == "audience" => log.text(key, "https://api.example.com/"),
            _ => {}
        }
    }
    match dice.below(4) {
        0 => log.raw("scope", r#"["openid","profile"]"#),
        1 => log.text("scope", "openid profile"),
        _ => {}
    }
    let details = match api {
        true => r#"{"request":{"method":"post","path":"/api/v2/users","query":{},"body":null,"channel":"api"},"response":{"statusCode":201,"body":{}}}"#.to_string(),
        false => format!(r#"{{"prompts":[],"completedAt":{date},"elapsedTime":{},"session_id":"s{i}","stats":{{"loginsCount":{}}}}}"#, dice.below(900), dice.below(50)),
    };
    log.raw("details", details);
    if dice.chance(60) {
        log.raw("location_info", r#"{"country_code":"DE","country_code3":"DEU","country_name":"Germany","city_name":"Köln","latitude":50.9375,"longitude":6.9603,"time_zone":"Europe/Berlin","continent_code":"EU"}"#);
    } else if dice.chance(50) {
        log.raw("location_info", "null");
    }
    if api {
        log.raw(
            "auth0_client",
            r#"{"name":"auth0-python","version":"4.7.1"}"#,
        );
    }
    log.text("log_id", &id);
    log.text("_id", &id);
    log.raw("isMobile", dice.chance(30));
    log.0.push('}');
    (id, log.0)
}
