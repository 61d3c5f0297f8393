//! The option table as `docs/reference.md` shows it.

use super::table::OPTIONS;
use super::validate::expected;
use crate::declared::Place;

/// `docs/reference.md`'s option table: one row an option, in the order of [`OPTIONS`].
pub fn markdown() -> String {
    let mut out = String::from(
        "| option | on | value | default | meaning |\n| --- | --- | --- | --- | --- |\n",
    );
    for spec in OPTIONS {
        let places: Vec<&str> = spec
            .places
            .iter()
            .map(|place| match place {
                Place::Wrapper => "wrapper",
                Place::Server => "server",
                Place::UserMapping => "user mapping",
                Place::Table => "table",
                Place::Column => "column",
                Place::Import => "import",
            })
            .collect();
        let secret = if spec.secret { " (secret)" } else { "" };
        out.push_str(&format!(
            "| `{}` | {} | {}{} | {} | {} |\n",
            spec.name,
            places.join(", "),
            expected(spec.kind),
            secret,
            spec.default,
            spec.doc
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_this_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference.md");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(
            text.contains(&markdown()),
            "docs/reference.md is out of date; its table should be:\n{}",
            markdown()
        );
    }
}
