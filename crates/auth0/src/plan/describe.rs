//! Conditions in SQL's words, for EXPLAIN.

use super::filter::{Comparison, Filter, Truth};

/// The condition; `value` says how to write the value of a number.
pub fn describe(filter: &Filter, value: &dyn Fn(usize) -> String) -> String {
    let list = |parts: &[Filter], operator: &str| {
        let parts: Vec<String> = parts.iter().map(|part| describe(part, value)).collect();
        format!("({})", parts.join(operator))
    };
    match filter {
        Filter::And(parts) => list(parts, " AND "),
        Filter::Or(parts) => list(parts, " OR "),
        Filter::Equal(field, n) => format!("{field} = {}", value(*n)),
        Filter::OneOf(field, n) => format!("{field} = ANY ({})", value(*n)),
        Filter::Compare(field, comparison, n) => {
            let operator = match comparison {
                Comparison::Less => "<",
                Comparison::LessEqual => "<=",
                Comparison::GreaterEqual => ">=",
                Comparison::Greater => ">",
            };
            format!("{field} {operator} {}", value(*n))
        }
        Filter::Is(field, truth) => {
            let test = match truth {
                Truth::True => "TRUE",
                Truth::False => "FALSE",
                Truth::NotTrue => "NOT TRUE",
                Truth::NotFalse => "NOT FALSE",
            };
            format!("{field} IS {test}")
        }
        Filter::Absent(field) => format!("{field} IS NULL"),
        Filter::Present(field) => format!("{field} IS NOT NULL"),
        Filter::Like(field, insensitive, n) => {
            let operator = if *insensitive { "ILIKE" } else { "LIKE" };
            format!("{field} {operator} {}", value(*n))
        }
        Filter::StartsWith(field, n) => format!("{field} ^@ {}", value(*n)),
        Filter::Contains(field, n) => {
            let field = field
                .as_ref()
                .map_or("attrs".to_owned(), ToString::to_string);
            format!("{field} @> {}", value(*n))
        }
        Filter::Query(n) => format!("q = {}", value(*n)),
        Filter::Local => "...".to_owned(),
    }
}
