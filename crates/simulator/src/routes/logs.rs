//! Tenant logs: searched page by page, or walked from one log to the next.

use super::params::Params;
use crate::api;
use crate::auth::Bearer;
use crate::errors::ApiError;
use crate::json::quote;
use crate::lucene::{Index, Query};
use crate::record::{Fields, Record};
use crate::reply::Reply;
use crate::request::Request;
use crate::search::Sort;
use crate::state::State;
use crate::world::World;
use std::sync::Arc;

const READ: &[&str] = &["read:logs", "read:logs_users"];

/// What can be sorted by and shown.
const FIELDS: [&str; 13] = [
    "date",
    "connection",
    "client_id",
    "client_name",
    "ip",
    "user_id",
    "user_name",
    "description",
    "user_agent",
    "type",
    "details",
    "strategy",
    "strategy_type",
];

/// GET /logs
pub fn list(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(READ)?;
    let params = Params::new(
        request,
        &[
            "page",
            "per_page",
            "sort",
            "fields",
            "include_fields",
            "include_totals",
            "q",
            "search",
            "from",
            "take",
        ],
    )?;
    if params.text("from").is_some() || params.text("take").is_some() {
        return walk(state, &params);
    }
    let query = match params.text("q").unwrap_or_default().trim() {
        "" => None,
        text => Some(Query::parse(Index::Logs, text)?),
    };
    let key = format!("{} {query:?}", params.text("sort").unwrap_or_default());
    let sort = sort(&params)?;
    let mut world = state.world();
    let found = world.answer("logs", &key, |keys, logs| {
        let mut logs: Vec<_> = logs
            .filter(|log| query.as_ref().is_none_or(|query| query.matches(keys, log)))
            .cloned()
            .collect();
        match &sort {
            Some(sort) => sort.order(keys, &mut logs),
            // By id, which is not quite the order of the dates.
            None => logs.reverse(),
        }
        logs
    });
    page(state, &world, &params, &found, None)
}

/// GET /users/{id}/logs; of a user who never was there are none.
pub fn of_user(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    user: &str,
) -> Result<Reply, ApiError> {
    bearer.need(READ)?;
    let params = Params::new(request, &["page", "per_page", "sort", "include_totals"])?;
    let sort = sort(&params)?;
    let key = format!("{} of {user}", params.text("sort").unwrap_or_default());
    let wanted = quote(user);
    let mut world = state.world();
    let found = world.answer("logs", &key, |keys, logs| {
        let mut logs: Vec<_> = logs
            .filter(|log| log.get(keys, "user_id") == Some(&wanted))
            .cloned()
            .collect();
        match &sort {
            Some(sort) => sort.order(keys, &mut logs),
            None => logs.reverse(),
        }
        logs
    });
    page(state, &world, &params, &found, Some(request))
}

/// GET /logs/{id}
pub fn by_id(state: &State, bearer: &Bearer, id: &str) -> Result<Reply, ApiError> {
    bearer.need(READ)?;
    let world = state.world();
    let log = world
        .get("logs", id)
        .ok_or_else(|| api::missing("logs", id))?;
    Ok(Reply::raw(200, log.raw(true).clone()))
}

fn sort(params: &Params) -> Result<Option<Sort>, ApiError> {
    let Some(text) = params.text("sort") else {
        return Ok(None);
    };
    let sort = Sort::parse(text)?;
    if FIELDS.contains(&sort.field()) {
        return Ok(Some(sort));
    }
    Err(ApiError::query(format!(
        "'String '{text}' does not match pattern' on property sort"
    )))
}

fn page(
    state: &State,
    world: &World,
    params: &Params,
    found: &[Arc<Record>],
    linked: Option<&Request>,
) -> Result<Reply, ApiError> {
    let about = "Number of results per page.";
    let page = params
        .number("page", u64::from(u32::MAX), about)?
        .unwrap_or(0);
    let per_page = params.number("per_page", 100, about)?.unwrap_or(50);
    let config = state.config();
    let reach = (page + 1).saturating_mul(per_page);
    if config.window.is_some_and(|window| reach > window as u64) {
        return Err(ApiError::bare(
            400,
            format!("Requesting page {page} exceeds the allowed maximum of 1000 records. To fetch results beyond 1000, use the checkpoint pagination method."),
        ));
    }
    let start = page * per_page;
    let from = (start as usize).min(found.len());
    let to = (from + per_page as usize).min(found.len());
    let rows = &found[from..to];
    let array = array(world, params, rows)?;
    let totals = params.flag("include_totals", false)? && !config.always_bare;
    let mut reply = if totals {
        let shown = rows.len();
        // The total is that of the page.
        let head = format!(r#"{{"start":{start},"limit":{per_page},"length":{shown},"logs":"#);
        let tail = format!(r#","total":{shown}}}"#);
        Reply::raw(200, [head.as_bytes(), &array, tail.as_bytes()].concat())
    } else {
        Reply::raw(200, array)
    };
    if let Some(request) = linked {
        let host = state.base.split_once("://").map_or("", |(_, host)| host);
        let path = request.path.replace('|', "%7C");
        reply = reply.header(
            "link",
            format!("<http://{host}{path}?page=0&per_page={per_page}>; rel=\"first\""),
        );
    }
    Ok(reply)
}

fn array(world: &World, params: &Params, rows: &[Arc<Record>]) -> Result<Vec<u8>, ApiError> {
    let include = params.flag("include_fields", true)?;
    let fields = match params.fields() {
        None => None,
        Some(mut names) => {
            if let Some(unknown) = names.iter().find(|name| !FIELDS.contains(name)) {
                return Err(ApiError::query(format!(
                    "'String '{unknown}' does not match pattern' on property fields"
                )));
            }
            if include {
                names.push("_id");
            }
            Some(Fields::new(&world.keys, names.into_iter(), include))
        }
    };
    let mut out = vec![b'['];
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        row.write(&mut out, fields.as_ref(), true);
    }
    out.push(b']');
    Ok(out)
}

/// From one log to the next, in the order they came. What else was sent is ignored.
fn walk(state: &State, params: &Params) -> Result<Reply, ApiError> {
    let take = params.number_between("take", (1, 50, 100), "Number of entries to retrieve.")?;
    let from = params.text("from").unwrap_or_default();
    let world = state.world();
    let after = match world.get("logs", from) {
        Some(log) => log.order,
        None if from.is_empty() => 0,
        None => {
            let oldest = world.rows("logs").next();
            if from.len() < 20 || oldest.is_none_or(|oldest| *oldest.id > *from) {
                // What real tenants say is not recorded, only that it is a 400.
                return Err(ApiError::bare(
                    400,
                    "The checkpoint log is beyond the retention period.",
                ));
            }
            let before = world.rows("logs").take_while(|log| *log.id <= *from);
            before.last().map_or(0, |log| log.order)
        }
    };
    let rows = world.rows_after("logs", after, take as usize);
    let mut out = vec![b'['];
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        row.write(&mut out, None, true);
    }
    out.push(b']');
    // An empty page points at itself: there may be more later.
    let next = rows.last().map_or(from, |row| &row.id);
    let link = format!(
        "<{}/api/v2/logs?from={next}&take={take}>; rel=\"next\"",
        state.base
    );
    Ok(Reply::raw(200, out).header("link", link))
}
