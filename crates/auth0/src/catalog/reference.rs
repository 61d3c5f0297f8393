//! The catalogue as `docs/tables.md` shows it.

use super::writes::{writes, Op};
use super::{template, Language, Object, Paging, ParamKind, Shape, Shown, Type, OBJECTS, QUERY};
use crate::write::writable;

const INTRODUCTION: &str = "\
# Tables

What `IMPORT FOREIGN SCHEMA` makes: a table for each object of the
[Management API](https://auth0.com/docs/api/management/v2), each with the columns below and `attrs jsonb`, the whole
object. Columns marked *secret* are imported with the option `include_secrets`; without it, what *Secrets* lists is taken
out of `attrs` and the other columns.

- *Found by*: a condition `column = value` (or a join) is one call that brings the rows with this value, and no list is read.
- *Filters*: conditions that Auth0 answers itself, with fewer rows.
- *A call for each …*: the API lists such rows only for one parent. With a condition on the parent's id there is one call
  (and one more for each further page); without, the parents are read first and then each is asked.
- *By id*, *in lists*: columns that only a read by id, or only the list, brings. A query that wants one *by id*, or `attrs`,
  reads the list and then each row with a call of its own; one that wants one *in lists* reads the list, also if it gives ids.
- *INSERT*, *UPDATE*, *DELETE*: what [changes](writing.md) the tenant, once the table is opened for it.
";

/// `docs/tables.md`.
pub fn markdown() -> String {
    let mut out = INTRODUCTION.trim_end().to_owned();
    let mut area = "";
    for object in OBJECTS {
        if object.area != area {
            area = object.area;
            out.push_str(&format!("\n\n**{area}**:"));
        } else {
            out.push_str(" ·");
        }
        out.push_str(&format!(" [{0}](#{0})", object.name));
    }
    out.push('\n');
    for object in OBJECTS {
        describe(object, &mut out);
    }
    out
}

fn describe(object: &'static Object, out: &mut String) {
    out.push_str(&format!(
        "\n## {}\n\n{}.\n\n",
        object.name,
        capital(object.doc)
    ));
    let mut line = |name: &str, text: String| {
        if !text.is_empty() {
            out.push_str(&format!("- {name}: {text}\n"));
        }
    };
    line("Endpoint", format!("`GET {}`", object.path));
    line("Scopes", words(object.scopes.iter(), " or "));
    line("Paging", paging(object));
    line("A call for each", calls(object));
    line("Must be given", words(object.required().iter(), ", "));
    line("Found by", found(object));
    line("Filters", filters(object));
    line("Secrets", secrets(object));
    for op in [Op::Insert, Op::Update, Op::Delete] {
        line(op.command(), written(object, op));
    }
    out.push_str("\n| column | type | |\n| --- | --- | --- |\n");
    for column in object.columns {
        let mut notes = Vec::new();
        if column.secret {
            notes.push("*secret*".to_owned());
        }
        if column.write_only {
            notes.push("*write-only*".to_owned());
        }
        match column.shown {
            Shown::Always => {}
            Shown::ById => notes.push("*by id*".to_owned()),
            Shown::Listed => notes.push("*in lists*".to_owned()),
        }
        if column.key != column.name {
            notes.push(format!("`{}` in JSON", column.key));
        }
        if !column.doc.is_empty() {
            notes.push(column.doc.replace('|', "\\|"));
        }
        out.push_str(&format!(
            "| `{}` | {} | {} |\n",
            column.name,
            short(column.ty),
            notes.join("; ")
        ));
    }
}

fn secrets(object: &Object) -> String {
    let listed = words(object.secrets.iter(), ", ");
    match object.guarded {
        [] => listed,
        roots => format!(
            "{listed}, and what is named like a secret in {}",
            words(roots.iter(), ", ")
        ),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn words(of: impl Iterator<Item = impl std::fmt::Display>, between: &str) -> String {
    let all: Vec<String> = of.map(|word| format!("`{word}`")).collect();
    all.join(between)
}

fn short(ty: Type) -> &'static str {
    let sql = ty.sql();
    match ty {
        Type::Bigint => "bigint",
        _ => sql.strip_prefix("pg_catalog.").unwrap_or(sql),
    }
}

fn paging(object: &Object) -> String {
    let rows = match object.paging {
        Paging::Offset(size) => format!("`page`, {size} rows a call, the first {}", object.window),
        Paging::Checkpoint(size) => format!("`from`, {size} rows a call, without end"),
        Paging::Both(size) => {
            format!("`page` for the first {size} rows, `from` beyond, without end")
        }
        Paging::None if object.shape == Shape::One => "one object".into(),
        Paging::None => "all in one call".into(),
    };
    match object.language {
        Language::None => rows,
        Language::Users | Language::Logs => {
            format!("{rows} of a search, and further searches beyond; takes `{QUERY}`")
        }
    }
}

/// What all rows cost: parents and fixed values.
fn calls(object: &Object) -> String {
    let values = object
        .values
        .iter()
        .map(|(column, values)| format!("`{column}` ({})", words(values.iter(), ", ")));
    let parents = object.parent.iter().map(|parent| {
        let columns = parent.columns.iter();
        let columns: Vec<String> = columns
            .map(|(ours, theirs)| format!("`{ours}` = `{theirs}`"))
            .collect();
        format!(
            "row of [{0}](#{0}) ({1})",
            parent.object,
            columns.join(", ")
        )
    });
    parents.chain(values).collect::<Vec<_>>().join(" and each ")
}

fn found(object: &Object) -> String {
    let calls = object.by_key.iter().map(|by| {
        let others = template::variables(by.path).filter(|name| *name != by.key);
        format!(
            "{} (`GET {}`)",
            words([by.key].into_iter().chain(others), " with "),
            by.path
        )
    });
    calls.collect::<Vec<_>>().join(", ")
}

/// The call that writes a row, and the columns that may be given.
fn written(object: &'static Object, op: Op) -> String {
    let Some(record) = writes(object) else {
        return String::new();
    };
    let Some((method, path)) = record.call(op) else {
        return String::new();
    };
    let mut text = format!("`{} {path}`", method.name());
    if let Some(manner) = record.manner(op) {
        text += &format!(", {manner}");
    }
    let needed = match (op, &record.insert) {
        (Op::Insert, Some(insert)) => insert.needed(),
        _ => Vec::new(),
    };
    if !needed.is_empty() {
        text += &format!("; needs {}", words(needed.iter(), ", "));
    }
    let may = writable(object, op);
    let may = may.iter().filter(|column| !needed.contains(column));
    match words(may, ", ") {
        none if none.is_empty() => text,
        may => format!("{text}; may have {may}"),
    }
}

fn filters(object: &Object) -> String {
    let params = object.params.iter().map(|param| {
        let what = match param.kind {
            ParamKind::Equal => "one value",
            ParamKind::AnyOf | ParamKind::Joined => "one or more values",
            ParamKind::Contains => "part of it, in any case",
            ParamKind::Truth => "true or false",
            ParamKind::OnlyTrue => "true",
            ParamKind::FromDay => "from a day on",
            ParamKind::ToDay => "up to a day",
        };
        format!("`{}`: {what} (`{}`)", param.column, param.name)
    });
    params.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_have_these_tables() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tables.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(file, markdown()).unwrap();
        }
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let new = markdown();
        let differs = text.lines().zip(new.lines()).find(|(old, new)| old != new);
        assert!(
            text == new,
            "docs/tables.md is out of date (first: {differs:?}); write it with \
             UPDATE_DOCS=1 cargo test -p auth0 --lib catalog::reference"
        );
    }
}
