//! The values of a random query: as literals, as parameters, as expressions that are only known when the query runs.

use super::dice::Dice;

/// What a random query is made with, and the values it has been given so far.
pub struct Draft<'a> {
    /// What decides.
    pub dice: &'a mut Dice,
    /// Values that users have.
    pub known: &'a Known,
    /// Whether the query is prepared, so that `$1` may stand in it.
    pub prepared: bool,
    /// Types and literals of its parameters.
    pub parameters: Vec<(String, String)>,
    /// Texts of the settings `draft.v1` and on.
    pub settings: Vec<String>,
}

/// Values that users have.
pub struct Known {
    /// Ids.
    pub ids: Vec<String>,
    /// Addresses, some of them more than once.
    pub emails: Vec<String>,
    /// Names of all kinds.
    pub names: Vec<String>,
}

impl<'a> Draft<'a> {
    /// A new query.
    pub fn new(dice: &'a mut Dice, known: &'a Known, prepared: bool) -> Draft<'a> {
        Draft {
            dice,
            known,
            prepared,
            parameters: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// A value of an SQL type in one of the ways in which SQL can say it, and now and then NULL.
    pub fn value(&mut self, ty: &str, text: &str) -> String {
        if self.dice.chance(3) {
            return self.expression(ty, None);
        }
        self.expression(ty, Some(text))
    }

    /// The same, surely not NULL.
    pub fn expression(&mut self, ty: &str, text: Option<&str>) -> String {
        let literal = text.map_or("null".to_owned(), quoted);
        match self.dice.below(10) {
            0 => {
                // A stable function's result.
                let Some(text) = text else {
                    return format!("null::{ty}");
                };
                self.settings.push(text.to_owned());
                format!("current_setting('draft.v{}')::{ty}", self.settings.len())
            }
            1 => format!("(select {literal}::{ty})"),
            2 => format!("{literal}::{ty}"),
            _ if self.prepared => {
                self.parameters.push((ty.to_owned(), literal));
                format!("${}", self.parameters.len())
            }
            3 if ty == "text" => literal,
            _ => format!("{literal}::{ty}"),
        }
    }

    /// An array of such values, of an SQL type, with a NULL in it now and then.
    pub fn array(&mut self, ty: &str, texts: &[String]) -> String {
        let mut items: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        if self.dice.chance(15) {
            items.push("null".into());
        }
        let literal = format!("array[{}]::{ty}[]", items.join(","));
        match self.dice.below(8) {
            0 => format!("array(select unnest({literal}))"),
            1 => format!("(select {literal})::{ty}[]"),
            _ if self.prepared => {
                self.parameters.push((format!("{ty}[]"), literal));
                format!("${}", self.parameters.len())
            }
            _ => literal,
        }
    }
}

/// A text as SQL writes it.
pub fn quoted(text: &str) -> String {
    // With E, whatever the setting of standard_conforming_strings.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
