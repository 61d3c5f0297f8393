//! Random conditions of the kinds that Auth0 can search for, so that many queries are answered by a search alone.

use super::conditions::{text_column, text_of};
use super::documents::scalar;
use super::scalars;
use super::times::instant;
use super::values::{quoted, Draft};

/// A tree of such conditions on the relation `u`, so many levels deep.
pub fn tree(draft: &mut Draft, u: &str, depth: usize) -> String {
    if depth == 0 || draft.dice.chance(25) {
        return leaf(draft, u);
    }
    let operator = draft.dice.pick(&[" and ", " or ", " or "]);
    let count = 2 + draft.dice.below(2);
    let parts: Vec<String> = (0..count).map(|_| tree(draft, u, depth - 1)).collect();
    format!("({})", parts.join(operator))
}

fn leaf(draft: &mut Draft, u: &str) -> String {
    match draft.dice.below(12) {
        0 | 1 => {
            let (column, text) = text_column(draft, u);
            let value = draft.value("text", &text);
            format!("{column} = {value}")
        }
        2 => {
            let column = draft.dice.pick(&[
                "user_id",
                "email",
                "name",
                "nickname",
                "username",
                "given_name",
            ]);
            let texts: Vec<String> = (0..1 + draft.dice.below(15))
                .map(|_| text_of(draft, column))
                .collect();
            let array = draft.array("text", &texts);
            format!("{u}.{column} = any({array})")
        }
        3..=5 => pattern(draft, u),
        6 => scalars::flag(draft, u),
        7 | 8 => {
            let column = draft.dice.pick(&["created_at", "updated_at", "last_login"]);
            let operator = draft.dice.pick(&["<", "<=", "=", ">=", ">"]);
            let text = instant(draft);
            let value = draft.value("timestamptz", &text);
            format!("{u}.{column} {operator} {value}")
        }
        9 => {
            let operator = draft.dice.pick(&["<", "<=", "=", ">=", ">"]);
            let n = draft.dice.pick(&["0", "1", "2", "7", "-1"]);
            let value = draft.value("int8", n);
            format!("{u}.logins_count {operator} {value}")
        }
        _ => document(draft, u),
    }
}

fn pattern(draft: &mut Draft, u: &str) -> String {
    let (column, text) = text_column(draft, u);
    let chars: Vec<char> = text.chars().collect();
    let from = draft.dice.below(chars.len() + 1);
    let length = 1 + draft.dice.below(6);
    let piece: String = chars.iter().skip(from).take(length).collect();
    let start: String = chars.iter().take(length).collect();
    let escaped = |text: &str| {
        text.replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_")
    };
    let (operator, pattern) = match draft.dice.below(5) {
        0 => ("^@", start),
        1 => ("ilike", format!("{}%", escaped(&start))),
        2 => ("ilike", format!("%{}%", escaped(&piece))),
        3 => ("like", format!("%{}%", escaped(&piece))),
        _ => ("like", format!("{}%", escaped(&start))),
    };
    let value = draft.value("text", &pattern);
    format!("{column} {operator} {value}")
}

fn document(draft: &mut Draft, u: &str) -> String {
    let column = draft.dice.pick(&["user_metadata", "app_metadata"]);
    let key = draft.dice.pick(&["plan", "n", "deep", "tags"]);
    let text = scalar(draft.dice);
    let json = match text.parse::<f64>() {
        Ok(_) if !text.starts_with("05") && draft.dice.chance(70) => text.clone(),
        _ => serde_json::Value::from(text.as_str()).to_string(),
    };
    match draft.dice.below(5) {
        0 => format!(
            "{u}.{column} @> {}::jsonb",
            quoted(&format!(r#"{{"{key}":{json}}}"#))
        ),
        1 => format!(
            "{u}.{column} @> {}::jsonb",
            quoted(&format!(r#"{{"{key}":[{json}]}}"#))
        ),
        2 => format!(
            "{u}.attrs @> {}::jsonb",
            quoted(&format!(r#"{{"{column}":{{"{key}":{json}}}}}"#))
        ),
        _ => {
            let value = draft.value("text", &text);
            format!("({u}.{column} ->> '{key}') = {value}")
        }
    }
}
