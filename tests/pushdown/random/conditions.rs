//! Random conditions on users, of every kind that SQL has for their columns.

use super::documents;
use super::population::{word, CONNECTIONS};
use super::scalars;
use super::times;
use super::values::{quoted, Draft};

/// Text columns that Auth0 can search.
const TEXTS: [&str; 8] = [
    "user_id",
    "email",
    "username",
    "phone_number",
    "name",
    "nickname",
    "given_name",
    "family_name",
];

/// A tree of conditions on the relation `u`, so many levels deep.
pub fn tree(draft: &mut Draft, u: &str, depth: usize) -> String {
    if depth == 0 || draft.dice.chance(25) {
        return leaf(draft, u);
    }
    match draft.dice.below(8) {
        0..=2 => joined(draft, u, depth, " and "),
        3..=5 => joined(draft, u, depth, " or "),
        6 => format!("not ({})", tree(draft, u, depth - 1)),
        _ => {
            let test = draft.dice.pick(&[
                "true",
                "false",
                "unknown",
                "not true",
                "not false",
                "not unknown",
            ]);
            format!("({}) is {test}", tree(draft, u, depth - 1))
        }
    }
}

fn joined(draft: &mut Draft, u: &str, depth: usize, operator: &str) -> String {
    let count = 2 + draft.dice.below(3);
    let parts: Vec<String> = (0..count).map(|_| tree(draft, u, depth - 1)).collect();
    format!("({})", parts.join(operator))
}

fn leaf(draft: &mut Draft, u: &str) -> String {
    match draft.dice.below(26) {
        0..=5 => equal(draft, u),
        6..=7 => list(draft, u),
        8..=11 => pattern(draft, u),
        12..=14 => scalars::flag(draft, u),
        15..=17 => times::condition(draft, u),
        18..=19 => scalars::number(draft, u),
        20..=22 => documents::condition(draft, u),
        23 => scalars::address(draft, u),
        24 => presence(draft, u),
        _ => other(draft, u),
    }
}

/// Conditions that Auth0 finds the rows of exactly, for counts and limits.
pub fn exact(draft: &mut Draft, u: &str, depth: usize) -> String {
    if depth > 0 && draft.dice.chance(60) {
        let operator = draft.dice.pick(&[" and ", " or "]);
        return format!(
            "({}{operator}{})",
            exact(draft, u, depth - 1),
            exact(draft, u, depth - 1)
        );
    }
    if draft.dice.chance(80) {
        return scalars::flag(draft, u);
    }
    let column = draft.dice.pick(&["last_login", "logins_count", "blocked"]);
    format!("{u}.{column} is {}null", draft.dice.pick(&["", "not "]))
}

/// A text column of the relation `u`, and a text for it.
pub fn text_column(draft: &mut Draft, u: &str) -> (String, String) {
    let column = match draft.dice.below(20) {
        0 => "picture",
        1 => "locale",
        2 => draft.dice.pick(&["plan", "deep", "connection"]),
        3..=5 => "user_id",
        6..=8 => "email",
        _ => draft.dice.pick(&TEXTS),
    };
    let column_text = text_of(draft, column);
    (format!("{u}.{column}"), column_text)
}

/// A text that some user may have there, or nearly.
pub fn text_of(draft: &mut Draft, column: &str) -> String {
    let dice = &mut draft.dice;
    let text = match column {
        "user_id" => dice.text(&draft.known.ids),
        "email" => dice.text(&draft.known.emails),
        "phone_number" => format!("+1555{:04}", dice.below(60)),
        "picture" => "https://cdn.example/a.png".into(),
        "locale" => "en".into(),
        "plan" | "deep" => documents::scalar(dice),
        "connection" => dice.pick(&CONNECTIONS).into(),
        _ if dice.chance(20) => word(dice),
        _ => dice.text(&draft.known.names),
    };
    match dice.below(24) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => format!("{text} "),
        3 => format!(" {text}"),
        4 => word(dice),
        5 => text.chars().rev().collect(),
        6 => format!("{text}*"),
        _ => text,
    }
}

fn text_type(draft: &mut Draft) -> &'static str {
    draft.dice.pick(&[
        "text",
        "text",
        "text",
        "text",
        "varchar",
        "varchar(12)",
        "bpchar",
        "name",
    ])
}

fn equal(draft: &mut Draft, u: &str) -> String {
    let (column, text) = text_column(draft, u);
    let ty = text_type(draft);
    let value = draft.value(ty, &text);
    match draft.dice.below(14) {
        0 => format!("{column} <> {value}"),
        1 => format!("{value} = {column}"),
        2 => format!("{column} is not distinct from {value}"),
        3 => format!("lower({column}) = lower({value})"),
        4 => format!("{column}::varchar = {value}"),
        5 => format!("{column}::char(5) = {value}"),
        6 => format!("coalesce({column}, '') = {value}"),
        7 => format!("({column}, {u}.blocked) = ({value}, true)"),
        _ => format!("{column} = {value}"),
    }
}

fn list(draft: &mut Draft, u: &str) -> String {
    let column = draft.dice.pick(&[
        "user_id", "user_id", "email", "email", "name", "nickname", "username",
    ]);
    let count = draft.dice.pick(&[0, 1, 2, 3, 9, 12, 40, 120]);
    let texts: Vec<String> = (0..count).map(|_| text_of(draft, column)).collect();
    let ty = draft.dice.pick(&["text", "text", "varchar"]);
    match draft.dice.below(6) {
        0 | 1 if count > 0 => {
            let values: Vec<String> = texts
                .iter()
                .take(12)
                .map(|text| draft.value(ty, text))
                .collect();
            let not = draft.dice.pick(&["", "", "", "not "]);
            format!("{u}.{column} {not}in ({})", values.join(", "))
        }
        2 => {
            let array = draft.array(ty, &texts);
            format!("{u}.{column} <> all({array})")
        }
        _ => {
            let array = draft.array(ty, &texts);
            format!("{u}.{column} = any({array})")
        }
    }
}

fn pattern(draft: &mut Draft, u: &str) -> String {
    let (column, text) = text_column(draft, u);
    let chars: Vec<char> = text.chars().collect();
    let from = draft.dice.below(chars.len() + 1);
    let to = from + draft.dice.below(chars.len() - from + 1);
    let piece: String = chars[from..to].iter().collect();
    // Short beginnings are shared by more users.
    let most = if draft.dice.chance(60) { 5 } else { 400 };
    let start: String = chars[..to.min(most)].iter().collect();
    if draft.dice.chance(15) {
        let value = draft.value("text", &start);
        return format!("{column} ^@ {value}");
    }
    let escaped = |text: &str| {
        text.replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_")
    };
    // A bare backslash at the end of a pattern is an error.
    let bare = |text: &str| text.replace('\\', "_");
    let pattern = match draft.dice.below(12) {
        0 | 10 | 11 => format!("{}%", escaped(&start)),
        1 | 9 => format!("%{}%", escaped(&piece)),
        2 => format!("%{}", escaped(&piece)),
        3 => escaped(&text),
        4 => format!("{}%", bare(&start)),
        5 => format!("%{}%", bare(&piece)),
        6 => format!("_{}", bare(&chars.iter().skip(1).collect::<String>())),
        7 => format!("{}%{}", bare(&start), bare(&piece)),
        _ => format!("{}_%", escaped(&start)),
    };
    let operator = draft
        .dice
        .pick(&["like", "like", "like", "ilike", "ilike", "not like"]);
    if draft.dice.chance(10) {
        let pattern = pattern.replace('!', "").replace('\\', "!");
        return format!("{column} {operator} {} escape '!'", quoted(&pattern));
    }
    let value = draft.value("text", &pattern);
    format!("{column} {operator} {value}")
}

fn presence(draft: &mut Draft, u: &str) -> String {
    let columns = [
        "email",
        "name",
        "username",
        "last_login",
        "last_ip",
        "logins_count",
        "picture",
        "user_metadata",
        "multifactor",
    ];
    format!(
        "{u}.{} is {}null",
        draft.dice.pick(&columns),
        draft.dice.pick(&["", "not "])
    )
}

fn other(draft: &mut Draft, u: &str) -> String {
    match draft.dice.below(10) {
        8 => format!("{u}.seats = 5"),
        9 => format!("{u}.beta is not true"),
        0 => draft.value("bool", "true"),
        1 => format!("{u}.name = {u}.nickname"),
        2 => format!("{u}.created_at = {u}.updated_at"),
        3 => format!("length({u}.name) > 4"),
        4 => format!("case when {u}.blocked then {u}.name = 'jane' else {u}.email_verified end"),
        5 => format!("exists (select from orders where orders.user_id = {u}.user_id)"),
        6 => format!(
            "{u}.identities -> 0 ->> 'connection' = {}",
            quoted(draft.dice.pick(&CONNECTIONS))
        ),
        _ => format!("{u}.user_id in (select user_id from orders where n > 2)"),
    }
}
