//! Whether a server's credentials work, and which tables they may read.

use auth0::check::{findings, look, Finding};
use auth0::engine::Job;
use auth0::{Error, Result};
use pgrx::iter::TableIterator;
use pgrx::{name, pg_extern};

use super::get::current_user;
use super::value::Text;
use crate::error::{explained, OrRaise};
use crate::server::Server;
use crate::{backend, interrupt, text};

/// A row for each thing that was found out. What is wrong with the credentials is a row; what is wrong with the
/// arguments is an error.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn check(
    server: &str,
) -> TableIterator<
    'static,
    (
        name!(check, Option<Text>),
        name!(subject, Option<Text>),
        name!(ok, Option<bool>),
        name!(detail, Option<Text>),
    ),
> {
    let name = text::received(server.to_owned());
    let server = Server::named(&name).or_raise();
    let rows = asked(&name, &server).unwrap_or_else(|error| {
        vec![Finding {
            check: "credentials",
            subject: name,
            ok: false,
            detail: explained(&error),
        }]
    });
    TableIterator::new(rows.into_iter().map(|row| {
        (
            Some(Text::new(row.check)),
            Some(Text::new(&text::shown(&row.subject))),
            Some(row.ok),
            Some(Text::new(&text::shown(&row.detail))),
        )
    }))
}

fn asked(name: &str, server: &Server) -> Result<Vec<Finding>> {
    let settings = server.settings()?;
    let client = server.connect(current_user(), &settings)?;
    let runtime = backend::runtime()?;
    let job = Job::start(runtime, async move { look(&client, &settings).await });
    let seen = interrupt::wait(runtime, || job.poll());
    Ok(findings(name, &seen, |error: &Error| explained(error)))
}
