//! Random conditions on points in time, to the microsecond and beyond the calendar's ends.

use super::values::Draft;

/// The columns.
pub const TIMES: [&str; 4] = [
    "created_at",
    "updated_at",
    "last_login",
    "last_password_reset",
];

/// One condition on the relation `u`.
pub fn condition(draft: &mut Draft, u: &str) -> String {
    let column = format!(
        "{u}.{}",
        TIMES[[0, 0, 0, 1, 1, 2, 2, 3][draft.dice.below(8)]]
    );
    let operator = draft.dice.pick(&["<", "<=", "=", ">=", ">", "<>"]);
    match draft.dice.below(12) {
        0 => format!("{column} is {}null", draft.dice.pick(&["", "not "])),
        1 => {
            let (from, to) = (value(draft), value(draft));
            format!("{column} between {from} and {to}")
        }
        2 => {
            let value = value(draft);
            format!("{value} {operator} {column}")
        }
        3 => {
            let texts: Vec<String> = (0..3).map(|_| instant(draft)).collect();
            let array = draft.array("timestamptz", &texts);
            format!("{column} = any({array})")
        }
        4 => format!("{column}::date {operator} '2021-03-14'"),
        5 => format!("{column} at time zone 'Asia/Tokyo' {operator} '2021-03-14 09:00:01'"),
        6 => format!("date_trunc('second', {column}) {operator} '2021-03-14 00:00:01+00'"),
        7 => {
            // Some users are that young once the interval has been chosen so.
            let seconds = draft.value("float8", "7");
            format!("{column} {operator} now() - (now() - '2021-03-14 00:00:00+00') + make_interval(secs => {seconds})")
        }
        _ => {
            let value = value(draft);
            format!("{column} {operator} {value}")
        }
    }
}

fn value(draft: &mut Draft) -> String {
    match draft.dice.below(16) {
        0 => draft.value("timestamptz", "infinity"),
        1 => draft.value("timestamptz", "-infinity"),
        2 => draft.value("timestamptz", "294276-12-31 23:59:59.999999+00"),
        3 => draft.value("timestamptz", "4714-11-24 00:00:00+00 BC"),
        4 => draft.value("date", "2021-03-14"),
        5 => draft.value("date", "2021-03-15"),
        6 => {
            let end = draft
                .dice
                .pick(&["infinity", "-infinity", "5874897-12-31", "4714-11-24 BC"]);
            draft.value("date", end)
        }
        7 => {
            let text = instant(draft).replace("+00", "");
            draft.value("timestamp", &text)
        }
        8 => draft.value("timestamp", "294276-12-31 23:59:59.999999"),
        9 => {
            let text = instant(draft)
                .replace("+00", "+05:45")
                .replace("14 00:", "14 05:");
            draft.value("timestamptz", &text)
        }
        _ => {
            let text = instant(draft);
            draft.value("timestamptz", &text)
        }
    }
}

/// A moment at which users were created, give or take some microseconds.
pub fn instant(draft: &mut Draft) -> String {
    let span = draft.dice.pick(&[40, 300, 2000, 59_999]);
    let millis = draft.dice.below(span);
    let micros = draft.dice.pick(&["000", "000", "000", "001", "500", "999"]);
    format!(
        "2021-03-14 00:00:{:02}.{:03}{micros}+00",
        millis / 1000,
        millis % 1000
    )
}
