//! Fetches single pages of an object, on the network thread.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::request::ScanRequest;
use crate::client::{Client, Get, Stats};
use crate::error::{Error, Result};
use crate::options::Settings;
use crate::rows::{Columns, Page};

/// Fetches single pages.
pub struct Fetcher {
    client: Arc<Client>,
    /// What is read.
    pub request: ScanRequest,
    columns: Columns,
    /// Where the ordering key stands among the columns.
    pub order: usize,
    /// Where the id stands among the columns.
    pub id: usize,
    /// How.
    pub settings: Settings,
    stats: Arc<Stats>,
}

impl Fetcher {
    /// Sends nothing yet.
    pub fn new(
        client: Arc<Client>,
        request: ScanRequest,
        settings: Settings,
        stats: Arc<Stats>,
    ) -> Self {
        let columns = request.columns();
        let order = columns.position(request.object.order).unwrap_or_default();
        let id = columns.position(request.object.id).unwrap_or_default();
        Fetcher {
            client,
            request,
            columns,
            order,
            id,
            settings,
            stats,
        }
    }

    /// Fetches one page.
    pub async fn fetch(&self, get: Get) -> Result<Page> {
        let list_key = self.request.object.list_key;
        let parse = |body| Page::parse(body, list_key, &self.columns);
        self.client
            .get(&get, &self.settings, &self.stats, parse)
            .await
    }

    /// Rows asked for in one request.
    pub fn size(&self) -> u64 {
        self.settings.page_size.into()
    }

    /// The list call for a page.
    pub fn list(&self, page: u64) -> Get {
        self.request.list(page, self.size())
    }

    /// The error for rows that paging cannot reach.
    pub fn cut_off(&self, total: Option<u64>) -> Error {
        let object = self.request.object;
        Error::Window {
            object: object.name,
            window: object.window,
            total,
        }
    }

    /// A page that may lie beyond the window, which the API answers with 400 `invalid_paging`.
    pub async fn beyond(&self, page: u64, total: Option<u64>) -> Result<Page> {
        let outside = page * self.size() >= self.request.object.window;
        self.fetch(self.list(page))
            .await
            .map_err(|error| match error {
                Error::Rejected { refusal, .. } if refusal.status == 400 && outside => {
                    self.cut_off(total)
                }
                other => other,
            })
    }
}

/// A request under way on its own task, so that its answer is read while others are waited for.
pub struct Flight(JoinHandle<Result<Page>>);

impl Flight {
    /// Sends it.
    pub fn start(fetcher: &Arc<Fetcher>, get: Get) -> Self {
        let fetcher = fetcher.clone();
        Flight(tokio::spawn(async move { fetcher.fetch(get).await }))
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
