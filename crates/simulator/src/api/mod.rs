//! The objects of the Management API beside users and logs, as data: which paths there are and how each behaves.
//!
//! From the API reference (<https://auth0.com/docs/api/management/v2>) and from recorded traffic in the test suites of
//! Auth0's public repositories (go-auth0, terraform-provider-auth0, auth0-deploy-cli, ruby-auth0).

mod applications;
mod declare;
pub mod defaults;
mod extensibility;
mod kinds;
mod kinds_more;
mod missing;
mod organizations;
pub mod provisioning;
mod rbac;
mod settings;
mod tenant;
mod users;
mod writes;

use declare::{empty_setting, list, one, setting};
pub use missing::missing;
pub use writes::{kind, Id, Kind, Made};

use serde_json::Value;
use std::sync::OnceLock;

/// A path one can GET, and all that is special about it.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// Below `/api/v2/`; `{…}` stands for any segment.
    pub path: &'static str,
    /// Scopes of which one is needed.
    pub scopes: &'static str,
    /// What it answers.
    pub shape: Shape,
    /// How a list is paged.
    pub family: Family,
    /// What the rows of a list are called in an envelope.
    pub key: &'static str,
    /// `per_page`.
    pub per_page: Range,
    /// `take`.
    pub take: Range,
    /// Parameters beside those of paging.
    pub query: &'static [Param],
    /// Where the rows come from.
    pub rows: Rows,
    /// What is shown of a row.
    pub show: Show,
    /// The attribute that rows are found by.
    pub id: &'static str,
    /// `{path}/{id}` answers one row.
    pub by_id: bool,
    /// Departures from the family's rules.
    pub quirks: &'static [Quirk],
    /// Scopes without any of which these attributes are left out.
    pub secrets: (&'static str, &'static [&'static str]),
}

/// What a GET answers.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// Rows.
    List,
    /// One row, found by the last segment.
    One,
    /// One object that is always at this path; where it was never set, that is a 404 or the text here.
    Setting(Option<&'static str>),
}

/// How a list is paged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Family {
    /// A bare array of everything.
    Bare,
    /// An object that holds everything.
    Keyed,
    /// `page` and `per_page`; a bare array, or an envelope with `include_totals`.
    Offset,
    /// `from` and `take`, always an envelope.
    Checkpoint,
    /// Offset, and checkpoint once `from` or `take` is sent.
    Both,
    /// A bare array of everything, and checkpoint once `from` or `take` is sent.
    BareOrCheckpoint,
    /// The envelope of `/actions`, whose zeros are left out.
    Actions,
}

/// Least, default and greatest value of a number.
pub type Range = (u64, u64, u64);

/// A query parameter.
#[derive(Clone, Copy)]
pub enum Param {
    /// Rows whose attribute of this name has this value.
    Same(&'static str),
    /// The same, and it must be sent.
    Required(&'static str),
    /// The same with several values, each sent as a parameter of its own.
    AnyOf(&'static str, &'static str),
    /// Rows in which this text of the attribute (second) contains the value, whatever its case.
    Contains(&'static str, &'static str),
    /// Rows that the function lets pass.
    Test(&'static str, fn(&Value, &str) -> bool),
    /// `fields` and `include_fields`, of these attributes; of any when none is listed.
    Fields(&'static [&'static str]),
    /// `sort` by one of these attributes.
    Sort(&'static [&'static str]),
    /// Documented, and without influence on what is kept here.
    Ignored(&'static str),
}

/// Where a list's rows come from.
#[derive(Clone, Copy)]
pub enum Rows {
    /// What is kept under the path.
    Stored,
    /// What is kept under another path, written with the same `{…}`.
    At(&'static str),
    /// Those of a list (first) whose attribute (second) is the path's last `{…}`.
    From(&'static str, &'static str),
    /// Members of the list (first) below which, in the list (second), there is a row with the id in the path.
    Holding(&'static str, &'static str),
    /// The brute-force blocks of the user whom `identifier` names.
    BlocksOfIdentifier,
}

/// What is shown of a row.
#[derive(Clone, Copy)]
pub enum Show {
    /// All of it.
    All,
    /// In a list these attributes; all where one row is asked for.
    Listed(&'static [&'static str]),
    /// These attributes.
    Only(&'static [&'static str]),
    /// These attributes of the row in another list that has the same id.
    Of(&'static str, &'static [&'static str]),
    /// `user_id`, `email`, `picture` and `name` of the user with this id; roles where `fields` asks for them.
    User,
}

/// A departure from the family's rules, each recorded from real tenants.
#[derive(Clone, Copy, PartialEq)]
pub enum Quirk {
    /// `next` is there even when nothing follows.
    NextAlways,
    /// Without `take` the continuation is called `nextPageToken`.
    NextPageToken,
    /// `total` is always 0.
    TotalZero,
    /// `limit` is the number of rows in the answer.
    LimitIsRows,
    /// There is no `total`.
    NoTotal,
    /// There is no `total` when there are no rows.
    NoTotalWhenEmpty,
    /// The answer has a `Link` header, with http:// whatever the scheme of the request.
    Link,
    /// The envelope of `/actions` keeps its zeros.
    KeepZeros,
    /// These answers have no limit of 1000 rows.
    NoWindow,
    /// The refusal beyond 1000 rows does not mention checkpoints.
    WindowWithoutHint,
    /// Nobody looks whether what it hangs on exists.
    AnyParent,
    /// `fields` always brings this attribute along.
    Always(&'static str),
    /// Lists have this attribute, and reads by id lack it.
    OnlyListed(&'static str),
}

/// A path taken apart, and the endpoint it leads to.
type Route = (Vec<&'static str>, Endpoint);

fn routes() -> &'static [Route] {
    static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let mut all: Vec<Route> = Vec::new();
        for endpoint in all_endpoints() {
            all.push((endpoint.path.split('/').collect(), *endpoint));
            if endpoint.by_id {
                let mut path: Vec<&str> = endpoint.path.split('/').collect();
                path.push("{id}");
                let shape = Shape::One;
                all.push((path, Endpoint { shape, ..*endpoint }));
            }
        }
        // `custom-domains/default` before `custom-domains/{id}`.
        all.sort_by_key(|(path, _)| path.iter().filter(|part| part.starts_with('{')).count());
        all
    })
}

/// Every declared endpoint.
pub fn all_endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [
        users::ENDPOINTS,
        rbac::ENDPOINTS,
        organizations::ENDPOINTS,
        applications::ENDPOINTS,
        extensibility::ENDPOINTS,
        tenant::ENDPOINTS,
        settings::ENDPOINTS,
    ]
    .into_iter()
    .flatten()
}

/// The endpoint that a path (below `/api/v2/`) leads to.
pub fn find(path: &[&str]) -> Option<&'static Endpoint> {
    let fits = |pattern: &[&str]| {
        pattern.len() == path.len()
            && pattern
                .iter()
                .zip(path)
                .all(|(part, given)| part.starts_with('{') || part == given)
    };
    routes()
        .iter()
        .find(|(pattern, _)| fits(pattern))
        .map(|(_, endpoint)| endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn paths_are_declared_once_and_found() {
        let mut seen = HashSet::new();
        for endpoint in all_endpoints() {
            assert!(seen.insert(endpoint.path), "{} twice", endpoint.path);
            let path: Vec<&str> = endpoint.path.split('/').collect();
            let found = find(&path).unwrap();
            assert_eq!(found.path, endpoint.path);
            if endpoint.by_id {
                let path = [path, vec!["x"]].concat();
                assert_eq!(find(&path).unwrap().path, endpoint.path);
            }
            let enveloped = !matches!(endpoint.family, Family::Bare);
            assert!(!enveloped || !endpoint.key.is_empty(), "{}", endpoint.path);
        }
        assert_eq!(
            find(&["custom-domains", "default"]).unwrap().path,
            "custom-domains/default"
        );
        assert!(find(&["nothing"]).is_none());
    }

    #[test]
    fn every_scope_is_known() {
        for endpoint in all_endpoints() {
            for scope in endpoint.any_of() {
                assert!(crate::SCOPES.contains(&scope), "{scope}");
            }
        }
    }
}
