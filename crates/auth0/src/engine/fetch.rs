//! Fetches single answers, on the network thread.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::budget::Budget;
use super::edge::Stamp;
use super::request::{Listing, Lookup, ScanRequest, Sort};
use crate::catalog::{Language, Shape};
use crate::client::{Client, Get, Stats};
use crate::error::{Error, Refusal, Result};
use crate::options::{MissingFeature, Settings};
use crate::rows::{shown_shape, Columns, Json, Page};

/// Fetches single answers.
pub struct Fetcher {
    /// Whom to ask.
    pub client: Arc<Client>,
    /// What is read.
    pub request: ScanRequest,
    /// What the pages keep of each row.
    pub columns: Columns,
    /// How.
    pub settings: Settings,
    /// What it costs.
    pub stats: Arc<Stats>,
    /// What it may cost.
    pub budget: Arc<Budget>,
}

/// The fewest rows a page of a walk in windows has: pages overlap, and most of each should be new.
const LEAST: u64 = 10;

impl Fetcher {
    /// Sends nothing yet.
    pub fn new(
        client: Arc<Client>,
        request: ScanRequest,
        settings: Settings,
        stats: Arc<Stats>,
        budget: Arc<Budget>,
    ) -> Self {
        Fetcher {
            client,
            columns: request.columns(),
            request,
            settings,
            stats,
            budget,
        }
    }

    /// Where a key stands among the columns; each that is asked for is there.
    pub fn position(&self, key: &str) -> usize {
        self.columns.position(key).unwrap_or(usize::MAX)
    }

    /// Most rows one query reaches.
    pub fn window(&self) -> u64 {
        self.request.object.window
    }

    /// The error for more rows with one value, or with none, than a query reaches.
    pub fn crowd(&self, key: &'static str, stamp: Option<&Stamp>, total: Option<u64>) -> Error {
        Error::Window {
            object: self.request.object.name,
            key,
            value: stamp.map(|stamp| stamp.text.clone()),
            window: self.window(),
            total: total.filter(|total| *total > self.window()),
        }
    }

    /// Rows of a page that is read with its neighbours.
    pub fn wide(&self) -> u64 {
        u64::from(self.settings.page_size).max(LEAST)
    }

    /// A page of a search.
    pub fn search(&self, q: Option<&str>, sort: Sort, page: u64, size: u64) -> Get {
        self.request.search(q.map(str::to_owned), sort, page, size)
    }

    /// The error for so many calls; `exact` if none has been left uncounted.
    pub fn too_many(&self, calls: u64, exact: bool) -> Error {
        let request = &self.request;
        Error::TooManyCalls {
            object: request.sake.unwrap_or(request.object.name),
            reads: request.sake.map(|_| request.object.name),
            calls,
            exact,
            allowed: self.budget.allowed(),
        }
    }

    /// The error once no more calls may be made.
    pub fn spent(&self) -> Error {
        let (read, known) = self.budget.lists();
        Error::CallsSpent {
            object: self.request.sake.unwrap_or(self.request.object.name),
            calls: self.budget.calls(),
            read,
            known,
            allowed: self.budget.allowed(),
        }
    }

    /// Fetches a list of rows.
    pub async fn fetch(&self, get: Get) -> Result<Page> {
        self.budget.count();
        let list_key = list_key(self.request.object.shape).unwrap_or_default();
        let parse = |body| Page::parse(body, list_key, &self.columns);
        self.client
            .get(&get, &self.settings, &self.stats, parse)
            .await
    }

    /// Fetches a page of a list. What is not there has no rows; what the tenant does not offer is told, or an error.
    pub async fn list(&self, get: Get, listing: &Listing) -> Result<Page> {
        if !self.request.is_of_each() {
            self.budget.count();
        } else if !self.budget.take() {
            return Err(self.spent());
        }
        let get = self.request.narrowed(get);
        let parse = |body| self.shaped(body, listing.shape);
        let page = self.client.get(&get, &self.settings, &self.stats, parse);
        let page = match page.await {
            Ok(Ok(page)) => page,
            Ok(Err(reason)) => {
                return Err(Error::Shape {
                    call: get.call(),
                    reason,
                    list_key: list_key(listing.shape),
                })
            }
            Err(error) => return self.lacking(error, listing),
        };
        let mut page = page.give(&listing.given, &self.columns);
        if let Some((key, wanted)) = &listing.keep {
            page.retain(self.position(key), |value| {
                Json::string(value).is_some_and(|text| *text == **wanted)
            });
        }
        Ok(page)
    }

    /// The rows of an answer, or what is wrong with its shape. The catalogue knows what shapes answers have, so that one of
    /// another has been damaged on the way; of a declared call it is the declaration that may be wrong, and the answer will
    /// not be another next time.
    #[allow(clippy::type_complexity)]
    fn shaped(
        &self,
        body: Vec<u8>,
        shape: Shape,
    ) -> std::result::Result<std::result::Result<Page, String>, String> {
        if !self.request.object.is_declared() {
            return Page::shaped(body, shape, &self.columns).map(Ok);
        }
        let copy = body.clone();
        Page::shaped(body, shape, &self.columns)
            .map(Ok)
            .or_else(|reason| match shown_shape(&copy, list_key(shape)) {
                Some(shown) => Ok(Err(shown)),
                None => Err(reason),
            })
    }

    /// What a refused list comes to.
    fn lacking(&self, error: Error, listing: &Listing) -> Result<Page> {
        let object = self.request.object;
        let one = !listing.given.is_empty() || matches!(listing.shape, Shape::One | Shape::There);
        let refusal = match error {
            Error::NotOffered { refusal, .. } if one && concerns_one(&refusal) => {
                return Ok(Page::count(0))
            }
            Error::Rejected { refusal, .. } if one && absent(&refusal) => {
                return Ok(Page::count(0))
            }
            Error::Rejected { refusal, call }
                if !(refusal.status == 404 && refusal.is_worded()) =>
            {
                return Err(Error::Rejected { refusal, call })
            }
            Error::NotOffered { refusal, call } | Error::Rejected { refusal, call } => {
                match self.settings.missing_feature {
                    MissingFeature::Error => return Err(Error::NotOffered { refusal, call }),
                    MissingFeature::Empty => refusal,
                }
            }
            Error::MissingScope {
                call,
                refusal,
                scopes,
            } if scopes.is_empty() => {
                return Err(Error::MissingScope {
                    call,
                    refusal,
                    scopes: object.scopes.iter().map(|s| (*s).to_owned()).collect(),
                })
            }
            error => return Err(error),
        };
        Ok(Page::notice(match self.request.sake {
            None => format!(
                "the Auth0 tenant does not offer \"{}\": {refusal}",
                object.name
            ),
            Some(sake) => format!(
                "\"{sake}\" reads \"{}\", which the Auth0 tenant does not offer: {refusal}",
                object.name
            ),
        }))
    }

    /// Makes a single call. An object that is not there, or an id that none can have, is no row.
    pub async fn look_up(&self, lookup: &Lookup) -> Result<Page> {
        let get = self.request.narrowed(lookup.get.clone());
        if !lookup.single {
            return self.fetch(get).await;
        }
        self.budget.count();
        let parse = |body| Page::single(body, &self.columns);
        let found = self.client.get(&get, &self.settings, &self.stats, parse);
        match found.await {
            Err(Error::Rejected { refusal, .. })
                if absent_user(&refusal)
                    || self.request.object.language == Language::Logs && absent(&refusal) =>
            {
                Ok(Page::count(0))
            }
            found => found,
        }
    }
}

/// The key of the rows, of a list that has one.
fn list_key(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::List(key) => Some(key),
        _ => None,
    }
}

/// Whether a refusal says that there is no such user, and not that there is no such path.
fn absent_user(refusal: &Refusal) -> bool {
    let code = refusal.code.as_deref().unwrap_or_default();
    match refusal.status {
        404 => code.starts_with("inexistent_"),
        400 => code == "invalid_uri",
        _ => false,
    }
}

/// Whether a refusal says that what a path names is not there. Many have no code.
fn absent(refusal: &Refusal) -> bool {
    match refusal.status {
        404 => refusal.is_worded(),
        400 => refusal.code.as_deref() == Some("invalid_uri"),
        _ => false,
    }
}

/// Whether what is refused may be offered for another object: an operation, not a feature.
fn concerns_one(refusal: &Refusal) -> bool {
    refusal.code.as_deref() == Some("operation_not_supported")
}

/// A request under way on its own task, so that its answer is read while others are waited for.
pub struct Flight(JoinHandle<Result<Page>>);

impl Flight {
    /// Sends it.
    pub fn start(fetcher: &Arc<Fetcher>, get: Get) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(async move { fetcher.fetch(get).await }))
    }

    /// Sends a call for a page of a list.
    pub fn list(fetcher: &Arc<Fetcher>, get: Get, listing: Listing) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(
            async move { fetcher.list(get, &listing).await },
        ))
    }

    /// Sends a single call.
    pub fn look_up(fetcher: &Arc<Fetcher>, lookup: Lookup) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(async move { fetcher.look_up(&lookup).await }))
    }

    /// Waits for the answer.
    pub async fn land(mut self) -> Result<Page> {
        (&mut self.0).await.unwrap_or_else(|e| {
            Err(Error::Runtime {
                reason: e.to_string(),
            })
        })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.abort();
    }
}
