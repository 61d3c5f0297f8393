//! Random conditions on truth values, numbers and addresses.

use super::values::Draft;

/// Truth values.
const FLAGS: [&str; 3] = ["email_verified", "phone_verified", "blocked"];

/// A condition on a truth value.
pub fn flag(draft: &mut Draft, u: &str) -> String {
    let column = format!("{u}.{}", draft.dice.pick(&FLAGS));
    let truth = draft.dice.pick(&["true", "false"]);
    match draft.dice.below(7) {
        0 => column,
        1 => format!("not {column}"),
        2 => {
            let value = draft.value("bool", truth);
            format!(
                "{column} {} {value}",
                draft.dice.pick(&["=", "<>", "is distinct from"])
            )
        }
        3 => format!("{column} is null"),
        4 => format!("{column} is not null"),
        _ => {
            let test = draft.dice.pick(&[
                "true",
                "false",
                "unknown",
                "not true",
                "not false",
                "not unknown",
            ]);
            format!("{column} is {test}")
        }
    }
}

/// A condition on a number.
pub fn number(draft: &mut Draft, u: &str) -> String {
    let column = format!("{u}.logins_count");
    let n = draft.dice.pick(&["0", "1", "2", "7", "-1", "100", "32767"]);
    let ty = draft
        .dice
        .pick(&["int2", "int4", "int8", "int8", "numeric"]);
    match draft.dice.below(8) {
        0 => format!("{column} is {}null", draft.dice.pick(&["", "not "])),
        1 => {
            let values = ["0", "7", "-3"].map(String::from);
            let ty = draft.dice.pick(&["int2", "int4", "int8"]);
            let array = draft.array(ty, &values);
            format!("{column} = any({array})")
        }
        2 => {
            let (from, to) = (
                draft.value("int8", "1"),
                draft.value("int8", "9223372036854775807"),
            );
            format!("{column} between {from} and {to}")
        }
        3 => {
            let value = draft.value(ty, n);
            format!(
                "{value} {} {column}",
                draft.dice.pick(&["<", "<=", "=", ">=", ">"])
            )
        }
        _ => {
            let value = draft.value(ty, n);
            format!(
                "{column} {} {value}",
                draft.dice.pick(&["<", "<=", "=", ">=", ">", "<>"])
            )
        }
    }
}

/// A condition on an address.
pub fn address(draft: &mut Draft, u: &str) -> String {
    let address = draft.dice.pick(&[
        "203.0.113.7",
        "203.0.113.7/32",
        "203.0.113.0/24",
        "2001:db8:0::1",
        "::ffff:203.0.113.7",
    ]);
    let value = draft.value("inet", address);
    format!(
        "{u}.last_ip {} {value}",
        draft.dice.pick(&["=", "=", "=", "<>", "<<=", ">"])
    )
}
