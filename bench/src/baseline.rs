//! The bare client: reqwest, the same pages, the same number under way, each parsed into a `serde_json::Value`.

use std::time::{Duration, Instant};

use futures_util::{stream, StreamExt};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};

fn page_url(url: &str, page: usize) -> String {
    format!("{url}/api/v2/users?include_totals=true&page={page}&per_page=100&sort=created_at%3A1")
}

async fn body(client: &Client, url: String, token: &str) -> Vec<u8> {
    let response = client
        .get(url)
        .bearer_auth(token)
        .send()
        .await
        .expect("an answer");
    assert!(response.status().is_success());
    response.bytes().await.expect("a body").to_vec()
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn read(url: &str, token: &str, pages: usize, concurrency: usize, parse: bool) -> Duration {
    let runtime = runtime();
    let start = Instant::now();
    runtime.block_on(async {
        let client = Client::new();
        let mut answers = stream::iter(0..pages)
            .map(|page| body(&client, page_url(url, page), token))
            .buffered(concurrency);
        let mut rows = 0;
        while let Some(answer) = answers.next().await {
            if parse {
                let page: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
                rows += page["users"].as_array().expect("users").len();
            }
        }
        assert!(!parse || rows > 0);
    });
    start.elapsed()
}

/// Fetches the pages and throws them away.
pub fn fetch(url: &str, token: &str, pages: usize, concurrency: usize) -> Duration {
    read(url, token, pages, concurrency, false)
}

/// Fetches the pages and parses each.
pub fn fetch_and_parse(url: &str, token: &str, pages: usize, concurrency: usize) -> Duration {
    read(url, token, pages, concurrency, true)
}

/// A client with a warm connection.
pub struct Session {
    runtime: Runtime,
    client: Client,
}

impl Session {
    /// Not connected yet.
    pub fn new() -> Session {
        Session {
            runtime: runtime(),
            client: Client::new(),
        }
    }

    /// Fetches and parses the first page.
    pub fn page(&mut self, url: &str, token: &str) -> Duration {
        let start = Instant::now();
        self.runtime.block_on(async {
            let answer = body(&self.client, page_url(url, 0), token).await;
            let _: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        });
        start.elapsed()
    }
}
