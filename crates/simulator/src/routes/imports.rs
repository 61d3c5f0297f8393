//! Importing users: a file of rows that become users when the job is done.

use super::users::occupied;
use super::users_create::{compose, new_id};
use crate::auth::Bearer;
use crate::connections::{self, Connection};
use crate::errors::ApiError;
use crate::jobs::{Import, Outcome, Status, Work};
use crate::json::{self, Object};
use crate::profile;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::{lock, State};
use crate::tenant::Tenant;
use serde_json::{json, Map, Value};

/// A larger file is refused.
const LARGEST: usize = 512_000;

/// So many imports may run at once.
const AT_ONCE: usize = 2;

/// What a row may hold.
const ROW: [&str; 18] = [
    "email",
    "email_verified",
    "phone_number",
    "phone_verified",
    "user_id",
    "username",
    "given_name",
    "family_name",
    "name",
    "nickname",
    "picture",
    "blocked",
    "password_hash",
    "custom_password_hash",
    "app_metadata",
    "user_metadata",
    "mfa_factors",
    "id",
];

/// POST /jobs/users-imports
pub fn import(state: &State, request: &Request, bearer: &Bearer) -> Result<Reply, ApiError> {
    bearer.need(&["create:users"])?;
    let parts = parts(request).ok_or_else(|| ApiError::body("'Expected multipart/form-data'"))?;
    let part = |name: &str| {
        let mut all = parts.iter();
        all.find(|(key, _)| key == name).map(|(_, value)| value)
    };
    let text = |name: &str| part(name).and_then(|raw| String::from_utf8(raw.clone()).ok());
    let file = part("users").ok_or_else(|| ApiError::body("'Missing required property: users'"))?;
    if file.len() > LARGEST {
        return Err(ApiError::bare(
            413,
            format!("Payload content length greater than maximum allowed: {LARGEST}."),
        ));
    }
    let id = text("connection_id")
        .ok_or_else(|| ApiError::body("'Missing required property: connection_id'"))?;
    let connection = connections::by_id(&id)
        .filter(|connection| connection.strategy == "auth0")
        .ok_or_else(|| {
            ApiError::new(
                404,
                "inexistent_connection",
                "The connection does not exist",
            )
        })?;
    let rows: Vec<Value> = serde_json::from_slice(file)
        .map_err(|_| ApiError::body("'users file is not a JSON array'"))?;
    let plan = lock(&state.config).jobs.clone();
    let mut jobs = lock(&state.jobs);
    let mut active = jobs.active_imports(&plan);
    if active.len() >= AT_ONCE {
        for job in &mut active {
            if let (Status::Completed, Work::Import(import)) = (job.poll(&plan), &mut job.work) {
                finish(state, import);
            }
        }
        return Err(ApiError::bare(
            429,
            format!("There are {AT_ONCE} active import users jobs, please wait until some of them are finished and try again"),
        ));
    }
    let mut described = Map::new();
    described.insert("connection_id".into(), id.into());
    described.insert("connection".into(), connection.name.into());
    if let Some(external) = text("external_id") {
        described.insert("external_id".into(), external.into());
    }
    let import = Import {
        rows,
        connection,
        upsert: text("upsert").as_deref() == Some("true"),
        outcome: None,
    };
    let job = jobs.begin("users_import", described, Work::Import(import));
    let answer = job.answer(Status::Pending, &plan);
    Ok(Reply::json(202, &answer.into()))
}

/// GET /jobs/{id}/errors
pub fn errors(state: &State, bearer: &Bearer, id: &str) -> Result<Reply, ApiError> {
    bearer.need(&["create:users", "read:users"])?;
    let plan = lock(&state.config).jobs.clone();
    let mut jobs = lock(&state.jobs);
    let job = jobs
        .find(id)
        .ok_or_else(|| ApiError::new(404, "inexistent_job", "The job does not exist."))?;
    let status = job.status(&plan);
    if status == Status::Failed {
        return Ok(Reply::json(200, &job.answer(status, &plan).into()));
    }
    match &job.work {
        Work::Import(Import {
            outcome: Some(outcome),
            ..
        }) if !outcome.errors.is_empty() => Ok(Reply::json(200, &json!(outcome.errors))),
        _ => Ok(Reply::empty()),
    }
}

/// Stores the rows, once.
pub fn finish<'a>(state: &State, import: &'a mut Import) -> &'a Outcome {
    let (rows, connection, upsert) = (&import.rows, import.connection, import.upsert);
    import.outcome.get_or_insert_with(|| {
        let lag = lock(&state.config).index_lag;
        let mut tenant = lock(&state.tenant);
        let mut outcome = Outcome::default();
        for row in rows {
            match store(&mut tenant, row, connection, upsert, lag) {
                Ok(true) => outcome.inserted += 1,
                Ok(false) => outcome.updated += 1,
                Err(error) => outcome.errors.push(json!({
                    "user": without_secrets(row),
                    "errors": [error],
                })),
            }
        }
        outcome
    })
}

/// True for a new user, false for a changed one.
fn store(
    tenant: &mut Tenant,
    row: &Value,
    connection: Connection,
    upsert: bool,
    lag: std::time::Duration,
) -> Result<bool, Value> {
    let error = |code: &str, message: String, path: &str| match path {
        "" => json!({"code": code, "message": message}),
        path => json!({"code": code, "message": message, "path": path}),
    };
    let Some(fields) = row.as_object() else {
        return Err(error("INVALID_TYPE", "Expected type object".into(), ""));
    };
    if let Some(unknown) = fields.keys().find(|key| !ROW.contains(&key.as_str())) {
        return Err(error(
            "NOT_PASSED",
            format!("Additional properties not allowed: {unknown}"),
            unknown,
        ));
    }
    let Some(email) = fields.get("email") else {
        return Err(error(
            "OBJECT_REQUIRED",
            "Missing required property: email".into(),
            "email",
        ));
    };
    let Some(email) = email.as_str() else {
        return Err(error(
            "INVALID_TYPE",
            "Expected type string".into(),
            "email",
        ));
    };
    if !profile::is_email(email) {
        return Err(error(
            "FORMAT",
            format!("Object didn't pass validation for format email: {email}"),
            "email",
        ));
    }
    for key in ["given_name", "family_name", "name", "nickname"] {
        let length = fields
            .get(key)
            .and_then(Value::as_str)
            .map(|text| text.chars().count());
        if length.is_some_and(|length| length > 300) {
            return Err(error("MAX_LENGTH", "String is too long".into(), key));
        }
    }
    let email = email.to_lowercase();
    let sent = Object::parse(&row.to_string()).unwrap_or_default();
    let known = tenant
        .users_by_email(&email)
        .into_iter()
        .find(|user| super::users::belongs(&tenant.keys, user, connection.name));
    if let (Some(known), true) = (&known, upsert) {
        let text = String::from_utf8_lossy(known.raw(true)).into_owned();
        let mut user = Object::parse(&text).unwrap_or_default();
        for (key, value) in sent.iter() {
            // Metadata is overwritten, not merged; passwords and ids stay.
            let changes = !matches!(
                key,
                "email"
                    | "user_id"
                    | "id"
                    | "password_hash"
                    | "custom_password_hash"
                    | "mfa_factors"
            );
            if changes {
                user.set(key, value);
            }
        }
        let now = crate::time::format(crate::time::now_millis());
        user.set("updated_at", json::quote(&now));
        tenant.put(&known.id.clone(), user.text(), lag);
        return Ok(false);
    }
    let rest = sent
        .get("user_id")
        .and_then(json::string)
        .unwrap_or_else(|| new_id(tenant));
    let rest = rest.strip_prefix("auth0|").unwrap_or(&rest).to_string();
    let id = format!("auth0|{rest}");
    let taken = |key: &str| {
        sent.get(key)
            .and_then(json::string)
            .is_some_and(|value| occupied(tenant, connection, key, &value.to_lowercase(), None))
    };
    if known.is_some() || tenant.user(&id).is_some() || taken("username") || taken("phone_number") {
        return Err(error(
            "DUPLICATED_USER",
            "The user already exist and upsert parameter is false".into(),
            "",
        ));
    }
    let user = compose(&sent, connection, &rest, &id);
    tenant.put(&id, user.text(), lag);
    Ok(true)
}

/// The row as it was sent, secrets masked.
fn without_secrets(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        for key in ["password_hash", "custom_password_hash"] {
            if fields.contains_key(key) {
                fields.insert(key.into(), "*****".into());
            }
        }
    }
    row
}

/// The parts of a multipart/form-data body: name and content.
fn parts(request: &Request) -> Option<Vec<(String, Vec<u8>)>> {
    let header = request.header("content-type")?;
    let boundary = header.split("boundary=").nth(1)?.split(';').next()?;
    let marker = format!("--{}", boundary.trim().trim_matches('"'));
    let body = &request.body;
    let mut found = Vec::new();
    let mut at = find(body, marker.as_bytes())? + marker.len();
    while body.get(at..at + 2) == Some(b"\r\n") {
        let start = at + 2;
        let head_end = start + find(&body[start..], b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&body[start..head_end]).into_owned();
        let content = head_end + 4;
        let closing = format!("\r\n{marker}");
        let end = content + find(&body[content..], closing.as_bytes())?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        found.push((name.to_string(), body[content..end].to_vec()));
        at = end + closing.len();
    }
    Some(found)
}

fn find(body: &[u8], what: &[u8]) -> Option<usize> {
    body.windows(what.len()).position(|window| window == what)
}
