//! Reading users: the listing with its window, by id, by e-mail.

use super::params::Params;
use crate::auth::Bearer;
use crate::connections::Connection;
use crate::errors::ApiError;
use crate::json::quote;
use crate::record::{Fields, Keys, Record};
use crate::reply::Reply;
use crate::request::Request;
use crate::search::{self, Sort};
use crate::state::{lock, State};
use crate::tenant::Tenant;
use crate::world::place;
use std::sync::Arc;

/// The scopes recorded in the 403 of a read.
const READ: &[&str] = &["read:users", "read:current_user", "read:user_idp_tokens"];

/// What `fields` may name where one user or one e-mail is asked for.
/// Taken from the validation pattern in an older edition of Auth0's specification.
const FIELDS: &[&str] = &[
    "phone_number",
    "email",
    "email_verified",
    "picture",
    "username",
    "user_id",
    "name",
    "nickname",
    "created_at",
    "identities",
    "app_metadata",
    "user_metadata",
    "last_ip",
    "last_login",
    "logins_count",
    "updated_at",
    "blocked",
    "family_name",
    "given_name",
];

/// GET /users
pub fn list(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(READ)?;
    let params = Params::new(
        request,
        &[
            "page",
            "per_page",
            "include_totals",
            "sort",
            "connection",
            "fields",
            "include_fields",
            "q",
            "search_engine",
            "primary_order",
        ],
    )?;
    let page = params
        .number(
            "page",
            i32::MAX as u64,
            "Page index of the results to return. First page is 0.",
        )?
        .unwrap_or(0);
    let per_page = params
        .number(
            "per_page",
            100,
            "Number of results per page. Defaults to 50",
        )?
        .unwrap_or(50);
    let totals = params.flag("include_totals", false)?;
    let include = params.flag("include_fields", true)?;
    let stable = params.flag("primary_order", true)?;
    match params.text("search_engine") {
        None | Some("v3") => {}
        Some("v1" | "v2") => {
            return Err(ApiError::new(
                400,
                "operation_not_supported",
                "This operation is not supported by the given search engine. Use search_engine=v3.",
            ))
        }
        Some(other) => {
            return Err(ApiError::query(format!(
                "'No enum match for: {other}' on property search_engine"
            )))
        }
    }
    let sort = params.text("sort").map(Sort::parse).transpose()?;
    let query = params.text("q").unwrap_or_default().trim();

    let config = state.config();
    let start = page.saturating_mul(per_page);
    if config.window.is_some_and(|window| start >= window as u64) {
        return Err(ApiError::new(
            400,
            "invalid_paging",
            "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation",
        ));
    }

    // Locked before the users, and only where it is needed: it may have to be seeded.
    let world = query.contains("organization_id").then(|| state.world());
    let members = |organization: &str| {
        let list = place(&["organizations", organization, "members"]);
        let rows = world.iter().flat_map(|world| world.rows(&list));
        rows.map(|row| row.id.to_string()).collect()
    };
    let mut tenant = lock(&state.tenant);
    let mut found = search::run(
        &mut tenant,
        query,
        sort.as_ref(),
        config.slow_clauses,
        &members,
    )?;
    if let (Some(sort), true) = (&sort, config.unstable_ties || !stable) {
        found = search::turn_ties(&tenant.keys, &found, sort, lock(&state.journal).count());
    }
    let reach = config.window.unwrap_or(usize::MAX).min(found.len());
    let from = (start as usize).min(reach);
    let to = (from + per_page as usize).min(reach);
    let rows = &found[from..to];
    let fields = params
        .fields()
        .map(|names| Fields::new(&tenant.keys, names.into_iter(), include));
    drop(tenant);

    let mut body = Vec::with_capacity(page_size(rows) + 128);
    let enveloped = totals && !config.always_bare;
    if enveloped {
        let head = format!(
            r#"{{"start":{start},"limit":{per_page},"length":{},"users":"#,
            rows.len()
        );
        body.extend_from_slice(head.as_bytes());
    }
    let most = config.search_user_bytes;
    write_array(&mut body, rows, fields.as_ref(), bearer, most);
    if enveloped {
        let total = config.total_cap.unwrap_or(usize::MAX).min(found.len());
        body.extend_from_slice(format!(r#","total":{total}}}"#).as_bytes());
    }
    Ok(Reply::raw(200, body))
}

/// GET /users-by-email
pub fn by_email(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(READ)?;
    let params = Params::new(request, &["email", "fields", "include_fields"])?;
    let email = params
        .text("email")
        .ok_or_else(|| ApiError::query("'Missing required property: email'"))?;
    let tenant = lock(&state.tenant);
    let fields = single_fields(&params, &tenant.keys)?;
    let rows = tenant.users_by_email(email);
    let mut body = Vec::new();
    write_array(&mut body, &rows, fields.as_ref(), bearer, usize::MAX);
    Ok(Reply::raw(200, body))
}

/// GET /users/{id}
pub fn by_id(
    state: &State,
    request: &Request,
    bearer: &Bearer,
    id: &str,
) -> Result<Reply, ApiError> {
    let own = bearer.may("read:current_user") && bearer.subject == id;
    if !own && !bearer.may("read:users") && !bearer.may("read:user_idp_tokens") {
        return Err(ApiError::scope(READ));
    }
    let params = Params::new(request, &["fields", "include_fields"])?;
    let tenant = lock(&state.tenant);
    let fields = single_fields(&params, &tenant.keys)?;
    let user = tenant.user(id).ok_or_else(ApiError::no_user)?;
    let mut body = Vec::new();
    user.write(&mut body, fields.as_ref(), idp_tokens(bearer));
    Ok(Reply::raw(200, body))
}

/// True when the caller may see the identity providers' tokens.
pub fn idp_tokens(bearer: &Bearer) -> bool {
    bearer.may("read:user_idp_tokens")
}

/// True when another user of the connection has this value.
pub fn occupied(
    tenant: &Tenant,
    connection: Connection,
    key: &str,
    value: &str,
    but: Option<&str>,
) -> bool {
    let candidates = if key == "email" {
        tenant.users_by_email(value)
    } else {
        tenant.users()
    };
    candidates.iter().any(|user| {
        but != Some(&*user.id)
            && user.text(&tenant.keys, key).as_deref() == Some(value)
            && belongs(&tenant.keys, user, connection.name)
    })
}

/// True when the user has an identity in the connection of this name.
pub fn belongs(keys: &Keys, user: &Record, connection: &str) -> bool {
    let marker = format!(r#""connection":{}"#, quote(connection));
    user.get(keys, "identities")
        .is_some_and(|identities| identities.contains(&marker))
}

fn single_fields(params: &Params, keys: &Keys) -> Result<Option<Fields>, ApiError> {
    let include = params.flag("include_fields", true)?;
    let Some(names) = params.fields() else {
        return Ok(None);
    };
    if names.iter().any(|name| !FIELDS.contains(name)) {
        let sent = params.text("fields").unwrap_or_default();
        let list = FIELDS.join(", ");
        return Err(ApiError::query(format!(
            "'String '{sent}' does not match pattern. Must be a comma separated list of the following values: {list}' on property fields (Comma-separated list of fields to include or exclude (based on value provided for include_fields) in the result. Leave empty to retrieve all fields.)"
        )));
    }
    Ok(Some(Fields::new(keys, names.into_iter(), include)))
}

fn page_size(rows: &[Arc<Record>]) -> usize {
    rows.iter().map(|user| user.raw(true).len() + 1).sum()
}

/// `most` is how many bytes of a user are shown.
fn write_array(
    body: &mut Vec<u8>,
    rows: &[Arc<Record>],
    fields: Option<&Fields>,
    bearer: &Bearer,
    most: usize,
) {
    let idp_tokens = idp_tokens(bearer);
    body.push(b'[');
    for (i, user) in rows.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        user.write_within(most, body, fields, idp_tokens);
    }
    body.push(b']');
}
