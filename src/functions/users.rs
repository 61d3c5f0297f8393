//! A user found by the e-mail address, or made.

use std::sync::Arc;

use auth0::catalog::writes::Op;
use auth0::catalog::Object;
use auth0::engine::{Scan, ScanRequest};
use auth0::options::Settings;
use auth0::plan::{bind, Field, Filter, Reads, Value};
use auth0::write::{self, Row};
use auth0::{Error, Result};
use pgrx::iter::TableIterator;
use pgrx::pg_sys::{FunctionCallInfo, Oid};
use pgrx::{name, pg_extern, JsonB};
use serde_json::Value as Json;

use super::argument;
use super::get::current_user;
use super::value::{Jsonb, Text};
use crate::error::{raise, OrRaise};
use crate::fdw::modify::{check_call, check_rights, name_of, Fate, Sender};
use crate::server::Table;
use crate::{backend, guc, interrupt};

/// The user of a connection with this e-mail address, made with the defaults if there is none.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn get_or_create_user(
    server: Option<&str>,
    email: Option<&str>,
    connection: Option<&str>,
    defaults: Option<JsonB>,
    call: FunctionCallInfo,
) -> TableIterator<
    'static,
    (
        name!(user_id, Option<Text>),
        name!(profile, Option<Jsonb>),
        name!(created, bool),
    ),
> {
    let users = Users::of(&argument::text("server", server), call).or_raise();
    let (email, connection) = (
        argument::text("email", email),
        argument::text("connection", connection),
    );
    let defaults = defaults_of(defaults);
    let (user, created) = match users.find(&email, &connection).or_raise() {
        Some(user) => (user, false),
        None => users.make(&email, &connection, defaults),
    };
    let id = user.get("user_id").and_then(Json::as_str).map(Text::new);
    TableIterator::once((id, Jsonb::new(&user.to_string()), created))
}

/// What a new user has beside what she is looked for by.
fn defaults_of(given: Option<JsonB>) -> Row {
    let row = match given {
        Some(JsonB(Json::Object(row))) => row,
        None | Some(JsonB(Json::Null)) => Row::new(),
        Some(_) => argument::invalid("defaults", "a JSON object"),
    };
    if row.contains_key("email") || row.contains_key("connection") {
        argument::invalid(
            "defaults",
            "without \"email\" and \"connection\", which are arguments of their own",
        );
    }
    row
}

/// The users of a server that may be changed.
struct Users {
    server: String,
    object: &'static Object,
    settings: Settings,
    user: Oid,
    call: FunctionCallInfo,
}

impl Users {
    fn of(server: &str, call: FunctionCallInfo) -> Result<Users> {
        let table = Table::users_of(server)?;
        let (object, settings) = (table.object()?, table.settings()?);
        check_rights(&table, object, &settings, Op::Insert)?;
        Ok(Users {
            server: server.to_owned(),
            object,
            settings,
            user: current_user(),
            call,
        })
    }

    /// The one whose e-mail address this is in this connection: as it is given or, as Auth0 stores it, in lower case.
    fn find(&self, email: &str, connection: &str) -> Result<Option<Json>> {
        let stored = email.to_lowercase();
        match self.look_up(email, connection)? {
            None if stored != email => self.look_up(&stored, connection),
            found => Ok(found),
        }
    }

    /// The one who has exactly this address; no index delays it.
    fn look_up(&self, email: &str, connection: &str) -> Result<Option<Json>> {
        let filter = Filter::Equal(Field::key("email"), 0);
        let values = [Value::Text(email.to_owned())];
        let request = ScanRequest {
            ask: bind(
                self.object,
                Some(&filter),
                &values,
                false,
                usize::MAX,
                &Reads::default(),
            )
            .ask,
            whole: true,
            all: true,
            ..ScanRequest::of(self.object)
        };
        let client = Table::users_of(&self.server)?.connect(self.user, &self.settings)?;
        let runtime = backend::runtime()?;
        let mut scan = Scan::start(
            runtime,
            client,
            request,
            self.settings.clone(),
            Arc::default(),
        );
        while let Some(page) = interrupt::wait(runtime, || scan.poll()) {
            let page = page?;
            let users = (0..page.rows())
                .filter_map(|row| serde_json::from_str::<Json>(page.whole(row)?).ok());
            if let Some(user) = users.into_iter().find(|user| is_of(user, connection)) {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// Whether she may be made here and now.
    #[allow(unsafe_code)]
    fn check(&self) {
        // SAFETY: what Postgres has called the function with, which has not returned.
        unsafe { check_call(c"auth0.get_or_create_user()", self.call) }
    }

    /// A new one; or the one that somebody has made in the meantime.
    fn make(&self, email: &str, connection: &str, mut row: Row) -> (Json, bool) {
        row.insert("email".to_owned(), email.into());
        row.insert("connection".to_owned(), connection.into());
        let steps = write::insert(self.object, &row).or_raise();
        if !guc::dry_run() {
            self.check();
        }
        let table = Table::users_of(&self.server).or_raise();
        let mut sender = Sender::new(
            table,
            self.user,
            (self.object, Op::Insert),
            self.settings.clone(),
            true,
        );
        sender.book.row();
        match sender.send(steps, name_of(self.object, Op::Insert, &row, 1)) {
            Fate::Written(answer) => {
                let stored = write::stored(self.object, Op::Insert, answer.as_deref(), &row);
                (serde_json::from_slice(&stored).unwrap_or(Json::Null), true)
            }
            Fate::Skipped | Fate::Failed => match self.find(email, connection).or_raise() {
                Some(user) => (user, false),
                None => raise(Error::NotFound {
                    what: "user",
                    name: email.to_owned(),
                    hint: "Auth0 refuses to make it, as it has one like it already: see user_id, username and phone_number in the defaults.",
                }),
            },
        }
    }
}

/// Whether one of the user's identities is of the connection.
fn is_of(user: &Json, connection: &str) -> bool {
    let identities = user.get("identities").and_then(Json::as_array);
    identities.is_some_and(|all| {
        all.iter()
            .any(|one| one.get("connection").and_then(Json::as_str) == Some(connection))
    })
}
