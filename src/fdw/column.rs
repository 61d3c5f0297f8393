//! One column of a scan: where its value stands in a row and how it becomes a datum.

use auth0::catalog::{Object, ATTRS, QUERY};
use auth0::options::OnTypeError;
use auth0::plan::Kind;
use auth0::rows::redact::{self, Hidden};
use auth0::rows::{Page, Path};
use auth0::{Error, Result};
use pgrx::pg_sys;

use super::attribute::{Attribute, Source};
use super::datum::{Datum, Target};

/// What an error says of a value that it must not quote.
const SECRET: &str = "the value is not shown, as it is a secret or has one in it";

/// Where in a row's object the value stands.
enum Place {
    /// The whole object.
    Whole,
    /// Under the wanted key of this position, and from there along a path.
    Key(usize, Path),
    /// It is the search that found the row.
    Query,
}

/// A column that the scan brings.
pub struct Column {
    /// Position in the tuple, from 0.
    pub index: usize,
    place: Place,
    target: Target,
    /// Whether a search compares it as a truth value: then only the texts that a search takes for one are one here, too.
    truth: bool,
    /// What is taken out of it.
    hidden: Hidden,
    /// Whether it is a secret, or may have one in it that is not taken out.
    secret: bool,
    on_type_error: OnTypeError,
}

impl Column {
    /// For a declared column of `object`; `keys` collects the wanted keys. Secrets inside it are shown or taken out; a
    /// column that is declared for a secret itself shows it.
    pub fn new(
        attribute: Attribute,
        object: &Object,
        show_secrets: bool,
        keys: &mut Vec<String>,
    ) -> Column {
        let kind = attribute.field().and_then(|field| field.kind(object));
        let truth = attribute.ty == pg_sys::BOOLOID && kind == Some(Kind::Truth);
        let steps: Vec<String> = match &attribute.source {
            Source::Path(path) => {
                let root = std::iter::once(path.root().to_owned());
                root.chain(path.steps().iter().cloned()).collect()
            }
            Source::Whole | Source::Query => Vec::new(),
        };
        let inside = match &attribute.source {
            Source::Query => Hidden::default(),
            Source::Whole | Source::Path(_) => Hidden::below(object, &steps),
        };
        let secret = redact::is_within(object, &steps) || (show_secrets && !inside.is_empty());
        let hidden = match show_secrets {
            true => Hidden::default(),
            false => inside,
        };
        let place = match attribute.source {
            Source::Whole => Place::Whole,
            Source::Query => Place::Query,
            Source::Path(path) => {
                let known = keys.iter().position(|key| key == path.root());
                Place::Key(
                    known.unwrap_or_else(|| {
                        keys.push(path.root().to_owned());
                        keys.len() - 1
                    }),
                    path,
                )
            }
        };
        let on_type_error = attribute.on_type_error;
        Column {
            index: attribute.number as usize - 1,
            place,
            target: Target::new(
                attribute.ty,
                attribute.typmod,
                on_type_error == OnTypeError::Null,
            ),
            truth,
            hidden,
            secret,
            on_type_error,
        }
    }

    /// Whether the whole object is wanted for it.
    pub fn is_whole(&self) -> bool {
        matches!(self.place, Place::Whole)
    }

    /// The column's value in a row; `None` is NULL. `query` is the JSON text of the search that found it; `id` tells the object's id, for the error.
    pub fn value(
        &self,
        page: &Page,
        row: usize,
        query: Option<&str>,
        id: impl FnOnce() -> Option<String>,
    ) -> Result<Option<Datum>> {
        let raw = match &self.place {
            Place::Whole => page.whole(row),
            Place::Key(key, path) => page.value(row, *key).and_then(|raw| path.walk(raw)),
            Place::Query => query,
        };
        let Some(raw) = raw else { return Ok(None) };
        let redacted = match self.hidden.is_empty() {
            true => None,
            false => redact::without(raw, &self.hidden),
        };
        let raw = redacted.as_deref().unwrap_or(raw);
        let odd = self.truth && raw.starts_with('"') && ![r#""true""#, r#""false""#].contains(&raw);
        let datum = if odd {
            Err("the text is neither \"true\" nor \"false\"".to_owned())
        } else {
            self.target.datum(raw)
        };
        match (datum, self.on_type_error) {
            (Ok(datum), _) => Ok(datum),
            (Err(_), OnTypeError::Null) if !self.target.is_bound_to_end() => Ok(None),
            (Err(reason), wanted) => Err(Error::Value {
                path: match &self.place {
                    Place::Whole => ATTRS.to_owned(),
                    Place::Key(_, path) => path.to_string(),
                    Place::Query => QUERY.to_owned(),
                },
                ty: self.target.name(),
                id: id(),
                reason: match wanted {
                    // Reasons quote the value.
                    _ if self.secret || redact::holds_any(raw) => SECRET.to_owned(),
                    OnTypeError::Error => reason,
                    OnTypeError::Null => format!(
                        "{reason}; beside parallel workers it cannot become NULL (SET max_parallel_workers_per_gather = 0)"
                    ),
                },
            }),
        }
    }
}
