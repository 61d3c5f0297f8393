//! The families of paging: which rows of a list an answer holds, and how it is wrapped.

use super::params::Params;
use crate::api::{Endpoint, Family, Quirk};
use crate::config::Config;
use crate::errors::ApiError;
use crate::record::Record;
use crate::request::Request;
use crate::time;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::Engine;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Parameters of paging; endpoints without paging ignore them, as real ones do.
pub const PARAMS: [&str; 5] = ["page", "per_page", "include_totals", "from", "take"];

/// What a request asks for.
#[derive(Debug)]
pub enum Asked {
    /// Every row.
    All,
    /// A page by number.
    Page {
        /// From 0.
        page: u64,
        /// Rows on a page.
        per_page: u64,
        /// Wrapped in an envelope with a total.
        totals: bool,
    },
    /// What follows a row.
    Take {
        /// The place of the row before, 0 for none.
        after: u64,
        /// So many rows.
        take: u64,
        /// The number was sent, or is the default.
        said: bool,
    },
}

/// An answer's rows among all, and what surrounds them.
pub struct Page {
    /// Which of the rows.
    pub range: Range<usize>,
    asked: Asked,
    next: Option<String>,
    next_called: &'static str,
}

/// Reads the paging parameters.
pub fn read(endpoint: &Endpoint, params: &Params, config: &Config) -> Result<Asked, ApiError> {
    let checkpoint = params.text("from").is_some() || params.text("take").is_some();
    match endpoint.family {
        Family::Bare | Family::Keyed => Ok(Asked::All),
        Family::BareOrCheckpoint if !checkpoint => Ok(Asked::All),
        Family::Checkpoint | Family::BareOrCheckpoint => after(endpoint, params, config),
        Family::Both if checkpoint => after(endpoint, params, config),
        Family::Offset | Family::Both | Family::Actions => page(endpoint, params, config),
    }
}

fn page(endpoint: &Endpoint, params: &Params, config: &Config) -> Result<Asked, ApiError> {
    let (least, default, most) = endpoint.per_page;
    let page = params.number_between(
        "page",
        (0, 0, u64::from(u32::MAX)),
        "Page index of the results to return. First page is 0.",
    )?;
    let per_page = params.number_between(
        "per_page",
        (least, default, most),
        "Number of results per page.",
    )?;
    let totals = params.flag("include_totals", false)? && !config.always_bare;
    let reach = page.saturating_add(1).saturating_mul(per_page);
    let beyond = config.window.is_some_and(|window| reach > window as u64);
    if beyond && !endpoint.has(Quirk::NoWindow) && endpoint.family != Family::Actions {
        let message = if endpoint.has(Quirk::WindowWithoutHint) {
            "Requesting page exceeds the allowed maximum of 1000 records".to_string()
        } else {
            format!("Requesting page {page} exceeds the allowed maximum of 1000 records. To fetch results beyond 1000, use the checkpoint pagination method.")
        };
        return Err(ApiError::bare(400, message));
    }
    Ok(Asked::Page {
        page,
        per_page,
        totals,
    })
}

fn after(endpoint: &Endpoint, params: &Params, config: &Config) -> Result<Asked, ApiError> {
    let take = params.number_between("take", endpoint.take, "Number of results per page.")?;
    let after = match params.text("from") {
        None | Some("") => 0,
        Some(token) => checkpoint(token, config.checkpoint_lifetime)
            .ok_or_else(|| ApiError::bare(400, "The checkpoint id is expired or invalid."))?,
    };
    let said = params.text("take").is_some();
    Ok(Asked::Take { after, take, said })
}

/// The place that a token stands for, unless it is too old.
fn checkpoint(token: &str, lifetime: Duration) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (made, place) = text.split_once(',')?;
    let age = time::now_millis() - made.parse::<i64>().ok()?;
    let alive = age <= i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    alive.then(|| place.parse().ok())?
}

fn token(place: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{},{place}", time::now_millis()))
}

impl Page {
    /// Cuts the page out of all rows, which are in order of their place for checkpoints.
    pub fn cut(endpoint: &Endpoint, asked: Asked, rows: &[Arc<Record>]) -> Page {
        let all = rows.len();
        let (range, next) = match asked {
            Asked::All => (0..all, None),
            Asked::Page { page, per_page, .. } => {
                let from = page.saturating_mul(per_page).min(all as u64) as usize;
                (from..(from + per_page as usize).min(all), None)
            }
            Asked::Take { after, take, .. } => {
                let from = rows.partition_point(|row| row.order <= after);
                let to = from.saturating_add(take as usize).min(all);
                let more = to < all || endpoint.has(Quirk::NextAlways);
                let last = rows[from..to].last();
                (from..to, last.filter(|_| more).map(|row| token(row.order)))
            }
        };
        let unasked = matches!(asked, Asked::Take { said: false, .. });
        let next_called = match unasked && endpoint.has(Quirk::NextPageToken) {
            true => "nextPageToken",
            false => "next",
        };
        Page {
            range,
            asked,
            next,
            next_called,
        }
    }

    /// Wraps the rows' JSON array; `total` is how many there are in all.
    pub fn wrap(&self, endpoint: &Endpoint, array: Vec<u8>, total: usize) -> Vec<u8> {
        let shown = self.range.len();
        let tail = match &self.asked {
            Asked::All if matches!(endpoint.family, Family::Keyed) => String::new(),
            Asked::All => return array,
            Asked::Take { .. } => match &self.next {
                Some(next) => format!(r#","{}":"{next}""#, self.next_called),
                None => String::new(),
            },
            Asked::Page { page, per_page, .. } if endpoint.family == Family::Actions => {
                let keep = endpoint.has(Quirk::KeepZeros);
                let mut tail = String::new();
                for (name, value) in [("total", total as u64), ("page", *page)] {
                    if value > 0 || keep {
                        tail.push_str(&format!(r#","{name}":{value}"#));
                    }
                }
                format!(r#"{tail},"per_page":{per_page}"#)
            }
            Asked::Page { totals: false, .. } => return array,
            Asked::Page { page, per_page, .. } => {
                let start = page * per_page;
                let limit = match endpoint.has(Quirk::LimitIsRows) {
                    true => shown as u64,
                    false => *per_page,
                };
                let silent = endpoint.has(Quirk::NoTotal)
                    || (total == 0 && endpoint.has(Quirk::NoTotalWhenEmpty));
                let total = if endpoint.has(Quirk::TotalZero) {
                    0
                } else {
                    total
                };
                let total = match silent {
                    true => String::new(),
                    false => format!(r#","total":{total}"#),
                };
                format!(r#","start":{start},"limit":{limit}{total}"#)
            }
        };
        let mut out = Vec::with_capacity(array.len() + 128);
        out.extend_from_slice(format!(r#"{{"{}":"#, endpoint.key).as_bytes());
        out.extend_from_slice(&array);
        out.extend_from_slice(tail.as_bytes());
        out.push(b'}');
        out
    }

    /// The `Link` header of an offset page.
    pub fn link(&self, base: &str, request: &Request, total: usize) -> Option<String> {
        let Asked::Page { page, per_page, .. } = self.asked else {
            return None;
        };
        let host = base.split_once("://").map_or(base, |(_, host)| host);
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for (key, value) in &request.query {
            if key != "page" && key != "per_page" {
                kept.append_pair(key, value);
            }
        }
        let kept = kept.finish();
        let joint = if kept.is_empty() { "" } else { "&" };
        let last = (total as u64).saturating_sub(1) / per_page.max(1);
        let mut places = vec![("first", 0)];
        if page > 0 {
            places.push(("prev", page - 1));
        }
        if page < last {
            places.push(("next", page + 1));
        }
        places.push(("last", last));
        let links: Vec<String> = places
            .into_iter()
            .map(|(rel, page)| {
                // http:// although the request may have come by https: so it was recorded.
                format!(
                    "<http://{host}{}?{kept}{joint}page={page}&per_page={per_page}>; rel=\"{rel}\"",
                    request.path
                )
            })
            .collect();
        Some(links.join(", "))
    }
}
