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
use pgrx::pg_sys::Oid;
use pgrx::{name, pg_extern, JsonB};
use serde_json::Value as Json;

use super::get::current_user;
use super::value::{Jsonb, Text};
use crate::error::{raise, OrRaise};
use crate::fdw::modify::{check_rights, check_transaction, Fate, Sender};
use crate::server::Table;
use crate::{backend, guc, interrupt, text};

/// The user of a connection with this e-mail address, made with the defaults if there is none.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn get_or_create_user(
    server: Option<&str>,
    email: Option<&str>,
    connection: Option<&str>,
    defaults: Option<JsonB>,
) -> TableIterator<
    'static,
    (
        name!(user_id, Option<Text>),
        name!(profile, Option<Jsonb>),
        name!(created, bool),
    ),
> {
    let given = |name: &'static str, value: Option<&str>| match value {
        Some(value) if !value.is_empty() => text::received(value.to_owned()),
        _ => raise(Error::Argument {
            name,
            expected: "a text that is not empty".to_owned(),
        }),
    };
    let users = Users::of(&given("server", server)).or_raise();
    let (email, connection) = (given("email", email), given("connection", connection));
    let (user, created) = match users.find(&email, &connection).or_raise() {
        Some(user) => (user, false),
        None => users.make(&email, &connection, defaults.map(|JsonB(value)| value)),
    };
    let id = user.get("user_id").and_then(Json::as_str).map(Text::new);
    TableIterator::once((id, Jsonb::new(&user.to_string()), created))
}

/// The users of a server that may be changed.
struct Users {
    server: String,
    object: &'static Object,
    settings: Settings,
    user: Oid,
}

impl Users {
    fn of(server: &str) -> Result<Users> {
        let table = Table::users_of(server)?;
        let (object, settings) = (table.object()?, table.settings()?);
        check_rights(&table, object, &settings, Op::Insert)?;
        Ok(Users {
            server: server.to_owned(),
            object,
            settings,
            user: current_user(),
        })
    }

    /// The one whose e-mail address this is in this connection; a look-up, which no index delays.
    fn find(&self, email: &str, connection: &str) -> Result<Option<Json>> {
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

    /// A new one; or the one that somebody has made in the meantime.
    fn make(&self, email: &str, connection: &str, defaults: Option<Json>) -> (Json, bool) {
        let mut row = match defaults {
            Some(Json::Object(defaults)) => defaults,
            None | Some(Json::Null) => Row::new(),
            Some(_) => raise(Error::Argument {
                name: "defaults",
                expected: "a JSON object".to_owned(),
            }),
        };
        row.insert("email".to_owned(), email.into());
        row.insert("connection".to_owned(), connection.into());
        let steps = write::insert(self.object, &row).or_raise();
        if !guc::dry_run() {
            check_transaction();
        }
        let table = Table::users_of(&self.server).or_raise();
        let mut sender = Sender::new(table, self.user, self.object, self.settings.clone(), true);
        sender.book.row();
        match sender.send(steps, format!("email {email:?}")) {
            Fate::Written(answer) => {
                let stored = write::stored(self.object, Op::Insert, answer.as_deref(), &row);
                (serde_json::from_slice(&stored).unwrap_or(Json::Null), true)
            }
            Fate::Skipped | Fate::Failed => match self.find(email, connection).or_raise() {
                Some(user) => (user, false),
                None => raise(Error::NotFound {
                    what: "user",
                    name: email.to_owned(),
                    hint: "Auth0 refuses to make it, as there is one with the same user_id, username or phone_number: see the defaults.",
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
