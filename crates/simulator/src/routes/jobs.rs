//! Jobs: exporting users, asking how far a job is, and the storage that exported files are fetched from.

use super::imports;
use crate::auth::Bearer;
use crate::connections;
use crate::errors::ApiError;
use crate::export::{self, Format, Layout, Snapshot};
use crate::jobs::{self, Status, Work};
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::time;
use serde_json::{Map, Value};

/// What the body of POST /jobs/users-exports may hold.
const EXPORT: [&str; 4] = ["connection_id", "format", "limit", "fields"];

/// POST /jobs/users-exports
pub fn export(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(&["read:users"])?;
    let sent: Map<String, Value> = match request.body.as_ref() {
        b"" => Map::new(),
        body => serde_json::from_slice(body).map_err(|_| {
            ApiError::new(400, "invalid_body", "Invalid request payload JSON format")
        })?,
    };
    let unknown: Vec<&str> = sent
        .keys()
        .map(String::as_str)
        .filter(|key| !EXPORT.contains(key))
        .collect();
    if !unknown.is_empty() {
        let list = unknown.join(",");
        return Err(ApiError::body(format!(
            "'Additional properties not allowed: {list}'"
        )));
    }
    // Recorded: an export that named no format came as csv.
    let format = match sent.get("format").map(|format| format.as_str()) {
        None | Some(Some("csv")) => Format::Csv,
        Some(Some("json")) => Format::Json,
        _ => {
            return Err(ApiError::body(
                "'No enum match' on property format (json or csv)",
            ))
        }
    };
    let limit = match sent.get("limit") {
        None => usize::MAX,
        Some(limit) => limit
            .as_u64()
            .filter(|limit| *limit >= 1)
            .ok_or_else(|| ApiError::body("'Value is less than minimum 1' on property limit"))?
            as usize,
    };
    let layout = Layout::new(format, &fields(sent.get("fields"))?)?;

    let mut described = Map::new();
    let mut home = None;
    if let Some(id) = sent.get("connection_id") {
        let connection = id.as_str().and_then(connections::by_id).ok_or_else(|| {
            ApiError::new(
                404,
                "inexistent_connection",
                "The connection does not exist",
            )
        })?;
        described.insert("connection_id".into(), id.clone());
        described.insert("connection".into(), connection.name.into());
        home = Some(connection);
    }
    described.insert(
        "format".into(),
        if format == Format::Csv { "csv" } else { "json" }.into(),
    );
    for key in ["limit", "fields"] {
        if let Some(value) = sent.get(key) {
            described.insert(key.into(), value.clone());
        }
    }
    let tenant = lock(&state.tenant);
    let users = tenant
        .users()
        .into_iter()
        .filter(|user| home.is_none_or(|home| super::users::belongs(&tenant.keys, user, home.name)))
        .take(limit)
        .collect();
    let snapshot = Snapshot {
        keys: tenant.keys.clone().into(),
        users,
        layout: layout.into(),
    };
    drop(tenant);
    let plan = lock(&state.config).jobs.clone();
    let mut jobs = lock(&state.jobs);
    let job = jobs.begin("users_export", described, Work::Export(snapshot));
    let answer = job.answer(Status::Pending, &plan);
    Ok(Reply::json(200, &answer.into()))
}

/// GET /jobs/{id}
pub fn by_id(state: &State, bearer: &Bearer, id: &str) -> Result<Reply, ApiError> {
    bearer.need(&["create:users", "read:users"])?;
    let plan = lock(&state.config).jobs.clone();
    let mut jobs = lock(&state.jobs);
    let job = jobs
        .find(id)
        .ok_or_else(|| ApiError::new(404, "inexistent_job", "The job does not exist."))?;
    let status = job.poll(&plan);
    let mut answer = job.answer(status, &plan);
    if status != Status::Completed {
        return Ok(Reply::json(200, &answer.into()));
    }
    let file = file_name(job.described.get("format"), plan.gzip);
    let (inserted, updated, failed, total) = match &mut job.work {
        Work::Export(snapshot) => {
            let path = jobs::sign(&job.id, &file, plan.location_lifetime);
            let base = match state.base.split_once("://") {
                Some((_, host)) if !plan.location_scheme => host,
                _ => &state.base,
            };
            answer.insert("location".into(), format!("{base}{path}").into());
            (0, 0, 0, snapshot.users.len())
        }
        Work::Import(import) => {
            let total = import.rows.len();
            let outcome = imports::finish(state, import);
            let failed = outcome.errors.len();
            (outcome.inserted, outcome.updated, failed, total)
        }
    };
    answer.insert(
        "summary".into(),
        serde_json::json!({ "failed": failed, "updated": updated, "inserted": inserted, "total": total }),
    );
    Ok(Reply::json(200, &answer.into()))
}

/// GET /exports/{job}/{file}: not part of the API, so it knows neither tokens nor the rate limit.
pub fn download(state: &State, request: &Request, job: &str, file: &str) -> Reply {
    let refuse = |status, code, message| Reply {
        content_type: "application/xml",
        ..Reply::raw(status, export::refused(code, message))
    };
    let param = |name: &str| {
        let mut pairs = request.query.iter();
        pairs.find(|(key, _)| key == name).map(|(_, v)| v.as_str())
    };
    if request.header("authorization").is_some() {
        return refuse(
            400,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        );
    }
    let expires: i64 = param("Expires").and_then(|e| e.parse().ok()).unwrap_or(0);
    if param("Signature") != Some(&jobs::signature(job, file, expires)) {
        return refuse(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        );
    }
    if expires <= time::now_millis() {
        return refuse(403, "AccessDenied", "Request has expired");
    }
    let plan = lock(&state.config).jobs.clone();
    let mut jobs = lock(&state.jobs);
    match jobs.find(job).map(|job| &job.work) {
        Some(Work::Export(snapshot)) => Reply::file(snapshot.file(plan.gzip)),
        _ => refuse(404, "NoSuchKey", "The specified key does not exist."),
    }
}

fn file_name(format: Option<&Value>, compressed: bool) -> String {
    let format = format.and_then(Value::as_str).unwrap_or("csv");
    let suffix = if compressed { ".gz" } else { "" };
    format!("simulated-tenant.{format}{suffix}")
}

fn fields(sent: Option<&Value>) -> Result<Vec<(String, Option<String>)>, ApiError> {
    let bad = |what: &str| ApiError::body(format!("'{what}' on property fields"));
    let Some(sent) = sent else {
        return Ok(Vec::new());
    };
    let list = sent.as_array().ok_or_else(|| bad("Expected type array"))?;
    list.iter()
        .map(|field| {
            let field = field
                .as_object()
                .ok_or_else(|| bad("Expected type object"))?;
            if field.keys().any(|key| key != "name" && key != "export_as") {
                return Err(bad("Additional properties not allowed"));
            }
            let text = |key: &str| match field.get(key) {
                None => Ok(None),
                Some(value) => value
                    .as_str()
                    .filter(|text| !text.is_empty() && text.len() <= 100)
                    .map(|text| Some(text.to_string()))
                    .ok_or_else(|| bad("String is not 1 to 100 characters long")),
            };
            let name = text("name")?.ok_or_else(|| bad("Missing required property: name"))?;
            Ok((name, text("export_as")?))
        })
        .collect()
}
