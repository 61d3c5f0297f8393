//! What a foreign table shows: an object of the catalogue, or an endpoint that it declares itself.

use super::raw::Raw;
use super::table::find_at;
use super::validate::check_value;
use crate::catalog::{self, endpoint, Object, Paging};
use crate::declared::{Holder, Place};
use crate::error::{Error, Result};

/// Most rows that the API gives in one answer, whatever the list.
const PAGE: u64 = 100;

/// Pairs of options of which only one may stand on a table.
pub(super) fn exclusive() -> impl Iterator<Item = (&'static str, &'static str)> {
    ["path", "list_key", "paging"]
        .into_iter()
        .map(|own| ("object", own))
}

fn paging(options: &Raw) -> Paging {
    match options.get("paging") {
        Some("offset") => Paging::Offset(PAGE),
        Some("checkpoint") => Paging::Checkpoint(PAGE),
        _ => Paging::None,
    }
}

/// Whether what pages the endpoint stands only in one of both, `path` and `paging`: sent twice, rows would be left out.
pub(super) fn check_paging(options: &Raw) -> Result<()> {
    let path = options.get("path").unwrap_or_default();
    match endpoint::set_by_paging(path, paging(options)) {
        None => Ok(()),
        Some(name) => Err(Error::option_value(
            "path",
            format!("a path without the parameter `{name}`, which `paging` sets"),
        )),
    }
}

/// The object that a table with these options shows.
pub fn shown(table: Holder, options: &Raw) -> Result<&'static Object> {
    for (first, second) in exclusive() {
        if options.get(first).is_some() && options.get(second).is_some() {
            return Err(Error::OptionConflict { first, second });
        }
    }
    let missing = |option, beside| Error::OptionMissing {
        holder: table,
        option,
        beside,
    };
    let given = |name: &'static str| options.get(name).map(|_| name);
    match (options.get("object"), options.get("path")) {
        (Some(name), _) => catalog::find(name).ok_or_else(|| Error::UnknownObject {
            name: name.to_owned(),
            similar: catalog::similar(name),
        }),
        (None, Some(path)) => {
            // Checked again: a wrapper made without a validator lets anything into the catalogs.
            for name in ["path", "list_key", "paging"] {
                if let (Some(spec), Some(value)) = (find_at(name, Place::Table), options.get(name))
                {
                    check_value(spec, value)?;
                }
            }
            let list_key = options.get("list_key");
            let paging = paging(options);
            check_paging(options)?;
            // A page is an object around its rows, and would be taken for one row.
            if paging != Paging::None && list_key.is_none() {
                return Err(missing("list_key", Some("paging")));
            }
            Ok(catalog::declared(path, list_key, paging))
        }
        (None, None) => match given("list_key").or_else(|| given("paging")) {
            Some(beside) => Err(missing("path", Some(beside))),
            None => Err(missing("object", None)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(options: &[(&str, &str)]) -> Result<&'static Object> {
        let pairs = options.iter();
        let pairs = pairs.map(|(name, value)| (name.to_string(), value.to_string()));
        let table = Holder::Table {
            schema: "public".into(),
            name: "t".into(),
        };
        shown(table, &Raw::new(pairs.collect()))
    }

    #[test]
    fn an_object_or_a_path() {
        assert_eq!(of(&[("object", "users")]).unwrap().name, "users");
        let own = of(&[
            ("path", "/api/v2/x"),
            ("list_key", "xs"),
            ("paging", "offset"),
        ]);
        assert_eq!(own.unwrap().paging, Paging::Offset(100));
        let own = of(&[("path", "/api/v2/x"), ("paging", "none")]).unwrap();
        assert_eq!((own.name, own.paging), ("/api/v2/x", Paging::None));
    }

    #[test]
    fn neither_and_both() {
        let lacks = |options: &[(&str, &str)], wanted: &str| {
            let error = of(options).unwrap_err();
            assert!(
                matches!(&error, Error::OptionMissing { option, .. } if *option == wanted),
                "{error:?}"
            );
        };
        lacks(&[], "object");
        lacks(&[("list_key", "x")], "path");
        lacks(
            &[("path", "/api/v2/x"), ("paging", "checkpoint")],
            "list_key",
        );
        for own in ["path", "list_key", "paging"] {
            let error = of(&[("object", "users"), (own, "x")]).unwrap_err();
            assert!(matches!(error, Error::OptionConflict { second, .. } if second == own));
        }
        for bad in [
            [("path", "/oauth/token"), ("list_key", "x")],
            [("path", "/api/v2/x"), ("paging", "next")],
        ] {
            assert!(matches!(of(&bad), Err(Error::OptionValue { .. })));
        }
    }
}
