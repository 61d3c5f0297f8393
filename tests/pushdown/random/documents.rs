//! Random conditions on what JSON documents hold.

use super::dice::Dice;
use super::population::{word, CONNECTIONS, KEYS, SCALARS};
use super::values::{quoted, Draft};

/// One condition on the relation `u`.
pub fn condition(draft: &mut Draft, u: &str) -> String {
    let column = draft.dice.pick(&["user_metadata", "app_metadata"]);
    let key = draft.dice.pick(&KEYS);
    let place = match draft.dice.below(8) {
        0 => format!("{u}.{column} #>> {}", quoted(&format!("{{{key:?}}}"))),
        1 => format!("{u}.{column} -> 'deep' ->> {}", quoted(key)),
        2 => format!("{u}.{column} #>> '{{deep,deep,n}}'"),
        3 => format!("{u}.attrs -> '{column}' ->> {}", quoted(key)),
        4 => format!("{u}.{column} -> 'tags' ->> 0"),
        5 => format!(
            "{u}.attrs ->> {}",
            quoted(
                draft
                    .dice
                    .pick(&["name", "email", "blocked", "user_id", "logins_count"])
            )
        ),
        _ => format!("{u}.{column} ->> {}", quoted(key)),
    };
    match draft.dice.below(12) {
        0 => format!("({place}) is {}null", draft.dice.pick(&["", "not "])),
        1 => {
            let texts: Vec<String> = (0..3).map(|_| scalar(draft.dice)).collect();
            let array = draft.array("text", &texts);
            format!("({place}) = any({array})")
        }
        2 => {
            let text = scalar(draft.dice).replace('\\', "_");
            let value = draft.value("text", &format!("{text}%"));
            format!("({place}) like {value}")
        }
        3 => {
            let text = scalar(draft.dice);
            let value = draft.value("text", &text);
            format!("({place}) <> {value}")
        }
        4..=6 => contains(draft, u, column),
        7 => {
            let json = document(draft, 1);
            format!("{u}.{column} -> {} = {}::jsonb", quoted(key), quoted(&json))
        }
        8 => format!("{u}.{column} ? {}", quoted(key)),
        _ => {
            let text = scalar(draft.dice);
            let value = draft.value("text", &text);
            format!("({place}) = {value}")
        }
    }
}

fn contains(draft: &mut Draft, u: &str, column: &str) -> String {
    let (place, json) = match draft.dice.below(6) {
        0 => (
            "attrs".to_owned(),
            format!(r#"{{"{column}":{}}}"#, object(draft, 1)),
        ),
        1 => {
            let name = serde_json::Value::from(word(draft.dice));
            (
                "attrs".to_owned(),
                format!(r#"{{"name":{name},"blocked":true}}"#),
            )
        }
        2 => {
            let connection = serde_json::Value::from(draft.dice.pick(&CONNECTIONS));
            (
                "identities".to_owned(),
                format!(r#"[{{"connection":{connection}}}]"#),
            )
        }
        3 => (format!("{column} -> 'tags'"), document(draft, 1)),
        _ => (column.to_owned(), object(draft, 2)),
    };
    let value = draft.value("jsonb", &json);
    if draft.dice.chance(20) {
        return format!("{value} <@ ({u}.{place})");
    }
    format!("({u}.{place}) @> {value}")
}

fn object(draft: &mut Draft, depth: usize) -> String {
    let count = draft.dice.below(3);
    let members: Vec<String> = (0..count)
        .map(|_| {
            let key = serde_json::Value::from(draft.dice.pick(&KEYS));
            format!("{key}:{}", document(draft, depth))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn document(draft: &mut Draft, depth: usize) -> String {
    match draft.dice.below(10) {
        0 => "null".into(),
        1 => "[]".into(),
        2 | 3 if depth > 0 => object(draft, depth - 1),
        4 if depth > 0 => format!("[{}]", document(draft, depth - 1)),
        5 => (draft.dice.pick(&["true", "false"])).to_owned(),
        6 | 7 => (draft
            .dice
            .pick(&["5", "5.0", "5.50", "1e2", "100", "-5", "0"]))
        .to_owned(),
        _ => serde_json::Value::from(scalar(draft.dice)).to_string(),
    }
}

/// A text that a scalar may be, or may be taken for.
pub fn scalar(dice: &mut Dice) -> String {
    let numbers = [
        "5",
        "5.0",
        "5.50",
        "1e2",
        "100",
        "-5",
        "0",
        "123456789012345678",
    ];
    match dice.below(3) {
        0 => word(dice),
        1 => dice.pick(&numbers).to_owned(),
        _ => dice.pick(&SCALARS).to_owned(),
    }
}
